"""Every figure of a quarter explains itself: what it means and is divided by, and rows that make it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from tenure.accounts.models import Account
from tenure.renewals import actions, explaining, queries, telling
from tenure.renewals.beyond import Beyond
from tenure.renewals.figures import Renewals
from tenure.renewals.rows import Who
from tenure.revenue.actions import upsert_terms
from tenure.workspaces.access import Access
from tenure.workspaces.roles import Role
from tests import cast
from tests.renewals.scene import NOW, TODAY, tell, term

LOST_LAST_YEAR = (
    term("gull", 7_000, "2024-11-01", "2025-11-20"),
    term("heron", 2_000, "2024-11-01", "2025-12-10"),
    term("ibis", 800, "2024-02-01", "2025-03-01"),
)
NO_FIGURE = {"quarter", "first_day", "last_day", "as_of", "currency", "denominators", "missing", "left_out"}
NO_FIGURE.add("forecast_rests_on")
ASKED = (
    "due rate churn_cost_qtd contraction_qtd unit_churn_qtd forecast_churn_cost by_status "
    "same_quarter_last_year last_year_quarters at_risk_arr on_time_rate median_days_late "
    "good_health_share good_health_target"
).split()


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    with time_machine.travel(NOW):
        yield


@pytest.fixture
def told(access: Access) -> Access:
    """The scene, with customers lost last year, one of them Dana's, and a call."""
    accounts = tell(access)
    upsert_terms(access.workspace, LOST_LAST_YEAR)
    actions.call(access, accounts["borealis"].pk, "churn", "their budget is cut")
    access.of(Account).filter(external_id__in=["borealis", "dune", "elm", "gull"]).update(owner=DANA)
    return access


DANA = "dana@example.test"


def leaves(told: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Every figure by its key."""
    if isinstance(told, dict | list):
        for key, value in told.items() if isinstance(told, dict) else enumerate(told):
            yield from leaves(value, f"{name}.{key}".lstrip("."))
    else:
        yield name, told


def explained(access: Access, found: Renewals) -> dict[str, dict[str, Any]]:
    beyond = Beyond(access, found)
    return {key: telling.explanation(found, key, beyond) for key in explaining.keys(found)}


@pytest.mark.parametrize("whose", ["everybody", "a book"])
@pytest.mark.parametrize("as_of", [TODAY, date(2026, 10, 20)])
def test_every_figure_has_rows_that_make_it_or_says_why_not(told: Access, whose: str, as_of: date) -> None:
    seen = told if whose == "everybody" else cast.member(told, "Dana", Role.REPRESENTATIVE, sees_all=False)
    found = queries.renewals(seen, queries.quarter_of(seen, "2026Q4"), as_of)
    figures = {
        key: value for key, value in leaves(telling.renewals(found)) if key.split(".")[0] not in NO_FIGURE
    }
    each = explained(seen, found)
    assert set(each) == set(figures)
    assert set(ASKED) <= {key.split(".")[0] for key in each}
    mine = {"borealis", "dune", "elm", "gull"}
    for key, one in each.items():
        assert one["value"] == figures[key], key
        assert one["means"], key
        assert bool(one["denominator"]) == (one["how"] == "share"), key
        if whose == "a book":
            assert {row["account_id"] for row in one["rows"]} <= mine, key
        if one["how"] in ("draws", "target"):
            assert one["but"], key
        elif one["value"] is None:
            assert one["missing"], key
        else:
            assert one["adds_up"] == pytest.approx(one["value"], abs=1e-9), key
            if one["how"] == "sum":
                assert sum(row["amount"] for row in one["rows"]) == pytest.approx(one["value"]), key


@given(st.lists(st.floats(0, 1e9)))
def test_money_in_whole_units_adds_up_to_its_sum_rounded(amounts: list[float]) -> None:
    who, money = Who("1", "one", "One", ""), explaining.Explained("", lambda _, __: ())
    parts = [explaining.Part(who, amount, None, "") for amount in amounts]
    whole = [one.amount for one in explaining.in_whole_units(money, parts)]
    assert all(amount == int(amount) for amount in whole)
    assert sum(whole) == pytest.approx(sum(amounts), abs=0.5 + 1e-3)
    assert whole == pytest.approx(amounts, abs=1 + 1e-3)


def test_last_years_quarters_name_who_left(told: Access) -> None:
    found = queries.renewals(told, queries.quarter_of(told, "2026Q4"), TODAY)
    each = explained(told, found)

    def rows(key: str) -> dict[str, float]:
        return {row["account_id"]: row["amount"] for row in each[key]["rows"]}

    assert rows("same_quarter_last_year.full") == {"gull": 7_000.0, "heron": 2_000.0}
    assert rows("same_quarter_last_year.to_date") == {"gull": 7_000.0}
    assert rows("last_year_quarters.0") == {"ibis": 800.0}
    assert rows("last_year_quarters.3") == rows("same_quarter_last_year.full")
    assert rows("forecast_churn_cost.called") == {"dune": 5_000.0, "borealis": 6_000.0}
    assert rows("rolling.arr") == {"fir": 1_200.0}


def test_of_nothing_known_nothing_has_rows(access: Access) -> None:
    found = queries.renewals(access, queries.quarter_of(access, "2026Q4"), TODAY)
    one = telling.explanation(found, "rate.gross.all", Beyond(access, found))
    assert (one["value"], one["adds_up"], one["rows"]) == (None, None, [])
    assert "no subscription is known" in one["missing"]


def test_there_are_no_other_figures(told: Access) -> None:
    found = queries.renewals(told, queries.quarter_of(told, "2026Q4"), TODAY)
    for key in ("nonsense", "due", "due.nonsense", "last_year_quarters.4", "churn_by_reason.fun.arr"):
        with pytest.raises(KeyError):
            explaining.explained(key, found)
