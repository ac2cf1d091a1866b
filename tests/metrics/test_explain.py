"""Every figure opens: what it means, what went in, how it moved, who is left out and why, the rows behind."""

from __future__ import annotations

import pytest
from django.http import Http404

from tenure.health import actions as health
from tenure.metrics.explain import explain
from tenure.workspaces.access import Access
from tests.metrics.telling import ago, answered, customer, pays, today, used


@pytest.fixture
def acme(access: Access) -> str:
    """Acme, where two of four seats are used, and Borealis, of which little is known."""
    found = customer(access, "Acme")
    customer(access, "Borealis")
    used(access, "acme", "ann", today(), ago(1), ago(1))
    used(access, "acme", "bo", ago(20))
    used(access, "acme", "ann", ago(30))
    pays(access, "acme", 100_00, ago(100), seats=4, product="Team")
    answered(access, "acme", "ann", 9, ago(2))
    health.refresh(access.workspace)
    return found


def test_seat_use_opens_to_its_inputs_and_rows(access: Access, acme: str) -> None:
    told = explain(access, "seat_use", acme)
    assert (told.value, told.says, told.missing) == (0.5, "50\u00a0%", "")
    assert [(one.name, one.over, one.says) for one in told.inputs] == [
        ("people", "last 28 days", "2"),
        ("seats", "", "4"),
    ]
    use, contracts = told.rows
    assert use.columns == ("day", "who", "event", "events")
    assert [row[1:] for row in use.rows] == [("ann", "Opened", 1), ("ann", "Opened", 2), ("bo", "Opened", 1)]
    assert contracts.rows[0][:6] == ("Team", 100_00, "USD", "month", 1200_00, 4)
    assert not use.more


def test_it_says_how_it_moved_over_twelve_weeks(access: Access, acme: str) -> None:
    told = explain(access, "active_people", acme)
    assert (told.value, told.before) == (2, 1)
    assert [day for day, _ in told.weeks] == [ago(7 * back) for back in range(11, -1, -1)]
    assert told.weeks[0][1] is None  # nothing was known of them then
    assert told.weeks[-1][1] == 2


def test_no_data_says_what_would_supply_it(access: Access, acme: str) -> None:
    told = explain(access, "csat", acme)
    assert (told.value, told.says) == (None, "no data")
    assert told.missing == "An answer to a CSAT survey within 180 days: import responses."
    assert told.rows[0].rows == ()


def test_it_says_of_how_many_accounts_it_is_known(access: Access, acme: str) -> None:
    assert explain(access, "seat_use", acme).coverage == "Known of 1 of 2 accounts."


def test_as_of_an_earlier_day_it_shows_what_was_known_then(access: Access, acme: str) -> None:
    told = explain(access, "nps", acme, ago(3))
    assert told.value is None
    assert told.rows[0].rows == ()
    assert explain(access, "nps", acme).rows[0].rows == ((ago(2), "ann", "nps", 9.0),)


def test_many_rows_are_cut_and_it_says_so(access: Access, acme: str) -> None:
    used(access, "acme", "cy", *(ago(back) for back in range(28)), event="Exported")
    used(access, "acme", "dee", *(ago(back) for back in range(28)), event="Exported")
    use = explain(access, "active_people", acme).rows[0]
    assert len(use.rows) == 50
    assert use.more


def test_a_neighbours_account_is_not_there(neighbour: Access, acme: str) -> None:
    with pytest.raises(Http404):
        explain(neighbour, "mrr", acme)


def test_an_unknown_metric_is_named(access: Access, acme: str) -> None:
    with pytest.raises(KeyError, match="no 'karma'"):
        explain(access, "karma", acme)
