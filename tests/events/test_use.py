"""One account's use of the product: when, by whom, of what."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from django.http import Http404

from tenure.accounts.models import Account, Person
from tenure.events import use
from tenure.workspaces.access import Access
from tests.events.sending import NOW, drain_all, send_events, track

ACME = {"groupId": "acme"}


@pytest.fixture
def acme(access: Access) -> Account:
    """Ann used it today and long ago, Bo nine days ago, and a visitor whom nobody knows."""
    access.workspace.own_domains = ["vendor.example"]
    access.workspace.save()
    ago = [(NOW - timedelta(days=back)).isoformat() for back in range(60)]
    send_events(
        access,
        track("ann", "exported", timestamp=ago[0], context=ACME),
        track("ann", "opened", timestamp=ago[0], context=ACME),
        track("ann", "opened", timestamp=ago[0], context=ACME),
        track("ann", "opened", timestamp=ago[50], context=ACME),
        track("bo", "opened", timestamp=ago[9], context=ACME),
        track("dana@vendor.example", "opened", timestamp=ago[0], context=ACME),
        {"type": "page", "anonymousId": "b1", "timestamp": ago[9], "context": ACME},
        track("cy", "opened", context={"groupId": "borealis"}),
    )
    with time_machine.travel(NOW, tick=False):
        drain_all()
        yield access.of(Account).get(external_id="acme")


def test_use_is_folded_by_day_newest_first(access: Access, acme: Account) -> None:
    days = use.days(access, acme.pk)
    assert [(one.day, one.events, one.people) for one in days] == [
        (date(2026, 11, 21), 3, 1),
        (date(2026, 11, 12), 2, 1),
        (date(2026, 10, 2), 1, 1),
    ]
    assert days[0].names == (("opened", 2), ("exported", 1))


def test_everybody_known_has_a_last_day_and_a_month_of_events(access: Access, acme: Account) -> None:
    ids = dict(access.of(Person).values_list("external_id", "id"))
    seen = use.people(access, acme.pk)
    assert {pk: (one.last_on.day, one.events) for pk, one in seen.items()} == {
        ids["ann"]: (21, 3),
        ids["bo"]: (12, 1),
    }


def test_who_did_what_lately(access: Access, acme: Account) -> None:
    ids = dict(access.of(Person).values_list("external_id", "id"))
    cells = [(one.person_id, one.event, one.events) for one in use.cells(access, acme.pk)]
    assert cells[0] == (ids["ann"], "opened", 2)
    assert set(cells[1:]) == {(ids["ann"], "exported", 1), (ids["bo"], "opened", 1), (None, "page", 1)}


def test_a_neighbours_account_is_not_there(acme: Account, neighbour: Access) -> None:
    for ask in (use.days, use.people, use.cells):
        with pytest.raises(Http404):
            ask(neighbour, acme.pk)
