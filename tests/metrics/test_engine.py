"""The engine gives what the definitions say, however many dates and accounts are asked for together."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenure.metrics import engine, folding
from tenure.metrics.catalog import METRICS
from tenure.metrics.definition import Example, Metric, Side, Unit
from tenure.metrics.measures import DaysSince, DaysSinceFirst, Distinct, Sum
from tenure.metrics.tables import Tables
from tests.metrics import records
from tests.metrics.records import ACCOUNTS, AS_OF, Records, Use

Values = dict[tuple[str, date], dict[str, float | None]]
few = settings(max_examples=8)  # each draws many records of four customers


def values(tables: Tables, *as_of: date, accounts: list[str] | None = None) -> Values:
    found = engine.evaluate(tables, list(METRICS), as_of, accounts).to_pylist()
    return {(row.pop("account_id"), row.pop("as_of")): row for row in found}


@few
@given(records.past_and_future())
def test_the_engine_agrees_with_the_definitions(told: Records) -> None:
    found = values(told.tables(), AS_OF)
    for account in ACCOUNTS:
        assert found[account, AS_OF] == pytest.approx(records.expected(told, account, AS_OF), abs=1e-9)


@few
@given(records.past_and_future(), records.later())
def test_nothing_later_changes_a_value(told: Records, later: Records) -> None:
    before = values(told.tables(), AS_OF)
    corrected = records.corrected(told, AS_OF + timedelta(days=1))
    assert values((corrected + later).tables(), AS_OF) == before


@settings(few, max_examples=3)
@given(records.past_and_future())
def test_many_dates_at_once_are_the_same_as_one_by_one(told: Records) -> None:
    dates = [AS_OF - timedelta(days=back) for back in (0, 1, 29)]
    tables = told.tables()
    one_by_one: Values = {}
    for day in dates:
        one_by_one |= values(tables, day)
    assert values(tables, *dates) == one_by_one
    some = values(tables, *dates, accounts=["acme"])
    assert some == {key: row for key, row in one_by_one.items() if key[0] == "acme"}


@settings(few, max_examples=20)
@given(records.past_and_future(), st.integers(1, 3))
def test_days_swept_through_are_the_same_as_windows_one_by_one(told: Records, step: int) -> None:
    dates = [AS_OF - timedelta(days=back * step) for back in range(engine.MANY_DATES + 2)]
    chosen = [
        METRICS[name] for name in ("active_people", "activity_trend", "breadth", "days_since_last_activity")
    ]
    tables, looked_at = told.tables(), [dates[place] for place in (0, 1, 7, 20, -1)]
    swept = engine.evaluate(tables, chosen, dates).to_pylist()
    windows = engine.evaluate(tables, chosen, looked_at).to_pylist()
    assert [row for row in swept if row["as_of"] in looked_at] == windows
    some = engine.evaluate(tables, chosen, dates, accounts=["acme"]).to_pylist()
    assert some == [row for row in swept if row["account_id"] == "acme"]


def test_a_sweep_is_made_only_where_it_is_exact() -> None:
    chosen = [METRICS[name] for name in ("active_people", "activity_trend", "nps", "stickiness")]
    windows = engine._evaluation(tuple(chosen), False, False)
    swept = engine._evaluation(tuple(chosen), False, True)
    assert windows.count("swept_") == 0
    assert swept.count('FROM "swept_use_people"') == 3  # the people, and the events of either half
    assert swept.count('FROM "use_people"') == 1 + 1  # read once for these, and for the days of people


def test_some_metrics_may_be_asked_of_the_last_day_only() -> None:
    told = Records(use=tuple(Use(one, "ann", AS_OF, "Opened", 1) for one in ACCOUNTS))
    dates, chosen = [AS_OF, AS_OF - timedelta(days=7)], [METRICS["active_people"]]
    found = engine.evaluate(told.tables(), chosen, dates, once=[METRICS["stickiness"]]).to_pylist()
    assert [row["active_people"] for row in found] == [None, 1] * len(ACCOUNTS)
    assert [row["stickiness"] for row in found] == [None, pytest.approx(1 / 28)] * len(ACCOUNTS)


def test_measures_of_a_table_that_fold_alike_are_one_grouping() -> None:
    chosen = [METRICS[name] for name in ("active_people", "seat_use", "activity_trend")]
    sql = engine._evaluation(tuple(chosen), False, False)
    assert sql.count('FROM "use_people"') == 1
    assert sql.count('FROM "use_days"') == 1  # whether anything was ever known
    assert sql.count('FROM "subscriptions"') == 1


def test_an_account_without_rows_still_has_its_line_and_no_figure() -> None:
    found = values(Records().tables(), AS_OF)
    assert set(found) == {(account, AS_OF) for account in ACCOUNTS}
    assert all(value is None for row in found.values() for value in row.values())


def test_nobody_asked_for_is_nobody_found() -> None:
    assert values(Records().tables(), AS_OF, accounts=[]) == {}
    assert values(Records().tables(), AS_OF, accounts=["otherco"]) == {}


def test_a_day_has_to_be_said() -> None:
    with pytest.raises(ValueError, match="which day"):
        engine.evaluate(Records().tables(), list(METRICS), [])


def metric(**measures: Distinct | Sum) -> Metric:
    return Metric(
        name="own",
        title="Own",
        means="One of the workspace's own.",
        unit=Unit.COUNT,
        better=None,
        leading=True,
        side=Side.OUTCOME,
        measures=measures,
        value=lambda m: m.found,
        example=Example(as_of="2026-03-08", gives={}),
        missing="Nothing.",
    )


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (metric(found=Distinct("use_daily.person_id")), "say over how many days"),
        (metric(found=Sum("invoices.total")), "cannot read 'invoices'"),
    ],
)
def test_a_metric_that_cannot_be_computed_says_why(wrong: Metric, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        engine.evaluate(Records().tables(), [wrong], [AS_OF])


def test_a_value_names_only_its_own_measures() -> None:
    with pytest.raises(AttributeError, match="no measure 'found'; there are people"):
        engine.evaluate(Records().tables(), [metric(people=Distinct("use_daily.person_id", 28))], [AS_OF])


def test_when_it_was_first_is_read_from_all_of_it() -> None:
    first, last = (measure("use_daily.day") for measure in (DaysSinceFirst, DaysSince))
    assert folding.Fold("use_daily", None, {"first": first}, some=False).source == "use_daily"
    assert folding.Fold("use_daily", None, {"last": last}, some=False).source == "use_days"
