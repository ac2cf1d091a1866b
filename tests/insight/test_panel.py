"""What was known month by month, and what became of it: nothing later has a part, nothing open is counted."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenure.accounts.models import Account
from tenure.insight.paid import Paid
from tenure.insight.panel import OF_TODAY, Outcome, Panel, panel
from tenure.metrics import actions
from tenure.metrics.catalog import METRICS
from tenure.metrics.own import OwnMetric
from tenure.revenue.columns import TERMS
from tenure.revenue.ledger import Ledger
from tenure.workspaces.access import Access
from tenure.workspaces.roles import Role
from tests import cast
from tests.metrics.telling import ago, customer, pays, used

USE = [METRICS["active_people"], METRICS["days_to_renewal"]]


@pytest.fixture
def told(access: Access) -> Access:
    """Acme renewed late and then took more; Dune left 200 days ago; Borealis renews in 30 days."""
    for name in ("Acme", "Borealis", "Dune"):
        customer(access, name)
    pays(access, "acme", 1200_00, ago(900), ago(300), interval="year")
    pays(access, "acme", 2400_00, ago(280), ago(-85), interval="year", subscription_id="s-acme-2")
    pays(access, "borealis", 1200_00, ago(700), ago(-30), interval="year")
    pays(access, "dune", 1200_00, ago(565), ago(200), interval="year")
    used(access, "dune", "eve", ago(500), ago(250))
    used(access, "acme", "ann", ago(250), ago(10))
    return access


def rows_of(found: Panel, access: Access, name: str) -> np.ndarray:
    place = found.account_ids.index(access.of(Account).get(external_id=name).pk)
    return np.flatnonzero(found.account == place)


def by_day(found: Panel, outcome: Outcome, rows: np.ndarray) -> dict[int, float]:
    """What became of rows, by how many days ago they were."""
    return {
        (found.as_of - found.days[found.day[row]]).days: float(outcome.happened[row])
        for row in rows
        if outcome.known[row]
    }


def test_rows_are_months_in_which_they_paid(told: Access) -> None:
    found = panel(told, metrics=USE)
    assert len(found.days) == 25
    acme, dune = rows_of(found, told, "acme"), rows_of(found, told, "dune")
    assert len(acme) == 25  # renewed within the grace: the gap counts as paid
    assert all(ago(565) <= found.days[found.day[row]] < ago(200) for row in dune)
    assert found.values.shape == (len(found), 2)
    is_in_gap = [ago(300) < found.days[found.day[row]] < ago(280) for row in acme]
    assert (found.column("days_to_renewal")[acme] < 0).tolist() == is_in_gap  # there it was past due
    assert set(found.mrr[acme]) <= {100_00, 0, 200_00}


def test_who_left_is_told_of_the_days_before_and_no_other(told: Access) -> None:
    found = panel(told, metrics=USE)
    churn = found.churned(90)
    dune = by_day(found, churn, rows_of(found, told, "dune"))
    assert all(left == (days <= 290) for days, left in dune.items())
    assert {1.0, 0.0} == set(dune.values())
    assert set(by_day(found, churn, rows_of(found, told, "borealis")).values()) == {0.0}
    assert churn.open == sum(found.at > found.settled_until - 90)
    early = found.churned(30, after=60)
    assert all(
        left == (260 < days <= 290)
        for days, left in by_day(found, early, rows_of(found, told, "dune")).items()
    )
    assert min(by_day(found, early, rows_of(found, told, "dune"))) > 260  # no longer there 60 days on


def test_a_renewal_is_decided_where_one_is_due(told: Access) -> None:
    found = panel(told, metrics=USE)
    lost = found.lost(90)
    dune = by_day(found, lost, rows_of(found, told, "dune"))
    acme = by_day(found, lost, rows_of(found, told, "acme"))
    assert set(dune.values()) == {1.0}
    assert all(200 < days <= 290 for days in dune)
    assert set(acme.values()) == {0.0}
    assert all(300 < days <= 390 for days in acme)
    assert not by_day(found, lost, rows_of(found, told, "borealis"))  # not decided yet
    assert lost.open + lost.apart + lost.known.sum() == len(found)


def test_more_paid_after_some_days_is_an_expansion(told: Access) -> None:
    found = panel(told, metrics=USE)
    grew = by_day(found, found.expanded(90), rows_of(found, told, "acme"))
    assert all(more == (days <= 370) for days, more in grew.items() if days > 300)
    assert not any(more for days, more in grew.items() if days <= 280)


def test_what_comes_later_changes_no_row_of_before(told: Access) -> None:
    day = ago(400)
    before = panel(told, day, 6, USE)
    used(told, "dune", "max", ago(399), ago(380))
    pays(told, "borealis", 99_00, ago(390), ago(380), subscription_id="more", interval="week")
    after = panel(told, day, 6, USE)
    np.testing.assert_array_equal(before.values, after.values)
    np.testing.assert_array_equal(before.account, after.account)


def test_an_outcome_once_known_stays(told: Access) -> None:
    early, late = panel(told, ago(60), 12, USE), panel(told, ago(0), 14, USE)
    for of in (early.churned(90), early.lost(90)):
        assert of.known.sum() > 0
    for name in ("acme", "dune"):
        then = {
            ago(60 + days): value
            for days, value in by_day(early, early.churned(), rows_of(early, told, name)).items()
        }
        now = {
            ago(days): value
            for days, value in by_day(late, late.churned(), rows_of(late, told, name)).items()
        }
        common = then.keys() & now.keys()
        assert common
        assert all(then[day] == now[day] for day in common)


def test_attributes_are_left_out_for_they_are_only_known_as_of_today(told: Access) -> None:
    actions.save_metrics(
        told,
        [
            OwnMetric("opened", "Opened", "count", event="Opened"),
            OwnMetric("staff", "Staff", "attribute", attribute="employees"),
        ],
    )
    found = panel(told, months=2)
    assert "opened" in [one.name for one in found.metrics]
    assert found.left_out == {"Staff": OF_TODAY}


def test_a_book_holds_its_own_customers_and_no_neighbour_s(told: Access, neighbour: Access) -> None:
    customer(neighbour, "Otherco")
    pays(neighbour, "otherco", 10_00, ago(800))
    assert len(panel(told, metrics=USE).account_ids) == 3
    dana = cast.member(told, "Dana", Role.MANAGER, sees_all=False)
    assert len(panel(dana, metrics=USE)) == 0
    told.of(Account).filter(external_id="acme").update(owner="dana@example.test")
    assert len(panel(dana, metrics=USE).account_ids) == 1


def test_nothing_known_is_an_empty_panel(access: Access) -> None:
    found = panel(access, date(2026, 3, 8), 3, USE)
    assert len(found) == 0
    assert not found.churned().known.any()
    assert not found.lost().known.any()
    assert not found.expanded().known.any()


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 50), st.integers(1, 20)), max_size=12))
def test_a_day_lies_in_at_most_one_stretch(drawn: list[tuple[int, int, int]]) -> None:
    spans: list[tuple[int, int, int]] = []
    for account, start, length in sorted(drawn):
        if not spans or spans[-1][0] != account or spans[-1][2] < start:
            spans.append((account, start, start + length))
    columns = np.array(spans, dtype=np.float64).reshape(-1, 3).T
    nothing = Ledger.of(TERMS.empty_table(), date(2026, 3, 8))
    paid = Paid(columns[0].astype(np.int64), columns[1], columns[2], nothing, [])
    account, day = (one.ravel() for one in np.meshgrid(np.arange(5), np.arange(80.0)))
    starts, ends = paid.stretch(account, day)
    for row in range(len(day)):
        inside = [one for one in spans if one[0] == account[row] and one[1] <= day[row] < one[2]]
        assert [(starts[row], ends[row])] == [one[1:] for one in inside] if inside else np.isnan(starts[row])
