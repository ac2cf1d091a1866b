"""How long it takes to first value: those still waiting have their part, nothing of later days has any."""

from __future__ import annotations

from datetime import date

import pytest

from tenure.accounts.actions import AccountRow, upsert_accounts
from tenure.kit import clock
from tenure.metrics import actions
from tenure.metrics.arrival import arrival
from tenure.metrics.catalog import METRICS
from tenure.metrics.survival import Median
from tenure.workspaces.access import Access
from tests.metrics.telling import ago, customer, pays, used

TIMED = METRICS["time_to_first_value"]


@pytest.fixture
def named(access: Access) -> Access:
    """Acme had first value after 10 days, Borealis after 30; Cinder has waited for 20, Dune left at 40.

    Elder began before anything was on record.
    """
    actions.name_input(access, "first_value_event", "Report Shared")
    access.workspace.refresh_from_db()
    for name, began, segment in (
        ("acme", 100, "Large"),
        ("borealis", 90, "Large"),
        ("cinder", 20, "Small"),
        ("dune", 200, "Small"),
        ("elder", 900, "Small"),
    ):
        customer(access, name.title())
        upsert_accounts(access.workspace, [AccountRow(name, segment=segment)])
        pays(access, name, 50_00, ago(began), ago(160) if name == "dune" else None)
    used(access, "dune", "eve", ago(200))
    used(access, "acme", "ann", ago(90), ago(80), event="Report Shared")
    used(access, "borealis", "ida", ago(60), event="Report Shared")
    return access


def test_those_still_waiting_are_counted_as_long_as_they_wait(named: Access) -> None:
    found = arrival(named, TIMED)
    assert (found.arrived, found.curve.count, found.earlier) == (2, 4, 1)
    assert found.recorded_from == ago(200)
    assert found.curve.times.tolist() == [10, 30]
    assert found.curve.at_risk.tolist() == [4, 2]  # Cinder is looked at for 20 days only
    assert found.curve.survival.tolist() == [pytest.approx(3 / 4), pytest.approx(3 / 8)]
    assert found.curve.median == Median(30, 10, None)
    assert found.curve.last == 200  # Dune left without it, and is one of those it never reached


def test_as_of_a_day_nothing_later_is_known(named: Access) -> None:
    found = arrival(named, TIMED, ago(70))
    assert (found.arrived, found.curve.count) == (1, 3)
    assert found.curve.times.tolist() == [10]
    assert found.curve.waited.tolist() == [10, 20, 130]


def test_it_is_told_of_a_segment_or_of_those_who_began_together(named: Access) -> None:
    assert arrival(named, TIMED).segments == ("Large", "Small")
    assert arrival(named, TIMED, segment="Large").curve.median.value == 10
    month = f"{ago(20):%Y-%m}"
    assert month in arrival(named, TIMED).cohorts
    assert arrival(named, TIMED, cohort=month).curve.waited.tolist()[0] == 20
    assert arrival(named, TIMED, cohort="1999-01").curve.count == 0


def test_without_the_event_named_nobody_is_on_the_way(access: Access, neighbour: Access) -> None:
    customer(access, "Acme")
    pays(access, "acme", 50_00, ago(10))
    assert arrival(access, TIMED).curve.count == 0
    assert arrival(neighbour, TIMED, clock.today("UTC")).segments == ()
    with pytest.raises(ValueError, match="no time until something"):
        arrival(access, METRICS["nps"], date(2026, 1, 1))
