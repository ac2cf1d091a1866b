"""One story that every SDK tells in its own words, and what Tenure must have understood in the end.

Ann, who has looked at the prices before, signs in; she belongs to Acme; she opened a report two days ago.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from tenure.accounts.models import Account, Person
from tenure.events.models import RejectedEvent
from tenure.kit import clock
from tenure.workspaces.access import Access
from tests import wait
from tests.events.sending import drain_all, stored

COLUMNS = "kind, event, account_id, person_id, occurred_at, received_at, properties"


class Told(NamedTuple):
    """An event as a page would show it."""

    kind: str
    event: str
    account_id: str | None
    person_id: str | None
    occurred_at: datetime
    received_at: datetime
    properties: str


def two_days_ago() -> datetime:
    """When Ann opened the report; SDKs know milliseconds only."""
    now = clock.now()
    return (now - timedelta(days=2)).replace(microsecond=123_000)


def iso(instant: datetime) -> str:
    """As browsers write it."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def told(access: Access, number: int) -> Sequence[Told]:
    """Drain until the lake holds so many events, and give them; nothing may have been set aside."""

    def arrived() -> Sequence[Told] | None:
        drain_all()
        found = [Told(*row) for row in stored(access, COLUMNS)]
        assert not access.of(RejectedEvent).exists(), list(access.of(RejectedEvent).values("says", "body"))
        return found if len(found) >= number else None

    found = wait.until(arrived)
    assert len(found) == number, found
    return found


def check_who(access: Access, events: Sequence[Told]) -> None:
    """Everything was done by Ann of Acme, whatever she was called at the moment."""
    ann = access.of(Person).get(external_id="ann")
    acme = access.of(Account).get(external_id="acme")
    assert (ann.name, ann.email, ann.account) == ("Ann", "ann@acme.test", acme)
    assert acme.name == "Acme"
    assert {(event.person_id, event.account_id) for event in events} == {(ann.pk, acme.pk)}


def check_when(events: Sequence[Told], opened: datetime, most: timedelta = timedelta(seconds=5)) -> None:
    """The report was opened when its sender says, everything else just now."""
    for event in events:
        expected = opened if event.event == "Report Opened" else event.received_at
        assert expected - most <= event.occurred_at <= expected + most, event
