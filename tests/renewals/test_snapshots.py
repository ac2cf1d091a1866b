"""Forecasts as they were made, written once, and how good they were."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
import time_machine
from django.core.exceptions import PermissionDenied

from tenure.accounts.models import Account
from tenure.renewals import actions, jobs, queries, snapshots, telling_forecasts, track
from tenure.renewals.models import Forecast
from tenure.renewals.track import brier
from tenure.revenue.actions import upsert_terms
from tenure.workspaces.roles import Role
from tests import cast
from tests.renewals.scene import NOW, TODAY, tell, term


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    with time_machine.travel(NOW):
        yield


def test_a_forecast_is_written_once_and_stays(access):
    accounts = tell(access)
    quarter = queries.quarter_of(access, "2026Q4")
    first = snapshots.take(access, quarter, TODAY)
    actions.call(access, accounts["borealis"].pk, "churn", "their budget is cut")
    again = snapshots.take(access, quarter, TODAY)
    assert (again.pk, again.expected_minor, again.called_minor) == (first.pk, first.expected_minor, None)
    said = list(snapshots.accounts_of(access, [first]))
    assert {one.account_id for one in said} == {accounts[name].pk for name in ("borealis", "cinder", "fir")}
    expected = sum(one.p_lost * one.arr_minor for one in said)
    assert first.expected_minor == first.lost_minor + round(expected)


def test_the_night_writes_yesterday_and_the_first_also_the_past_year(access, neighbour):
    tell(access)
    made = jobs.write_forecasts(access.workspace)
    days = {(one.quarter, str(one.as_of), one.is_later) for one in snapshots.forecasts(access)}
    assert ("2026Q4", "2026-11-25", False) in days
    assert ("2026Q3", "2026-07-02", True) in days
    assert made >= 10
    assert jobs.write_forecasts(access.workspace) == 1
    assert jobs.write_forecasts(neighbour.workspace) == 0
    assert not neighbour.of(Forecast).exists()


def test_the_record_sets_what_was_said_beside_what_came(access):
    tell(access)
    upsert_terms(access.workspace, [term("gorse", 2_000, "2025-08-15", "2026-08-15", reason="fit")])
    snapshots.take_missing(access, quarters=2)
    ninety, _, thirty = track.record(access)
    assert (ninety.days_before, thirty.days_before) == (90, 30)
    [before, last] = ninety.scored
    assert (before.quarter, before.actual_minor) == ("2026Q2", 0)
    assert (last.quarter, last.actual_minor) == ("2026Q3", 200_000)
    assert thirty.scored[-1].forecast.expected_minor >= 200_000  # it is lost already
    assert ninety.model.wape is not None
    assert 0 <= (ninety.model.brier or 0) <= 1
    assert ninety.calls.bias is None
    assert last.is_assumed  # next to nothing was decided by then
    told = telling_forecasts.tracks([ninety], "USD")
    assert told[0]["quarters"][1]["assumed"] == pytest.approx(1)
    assert told[0]["quarters"][1]["actual"] == 2_000.0


def test_owners_calls_are_scored_beside_the_model(access):
    tell(access)
    upsert_terms(access.workspace, [term("gorse", 2_000, "2025-08-15", "2026-08-15", reason="fit")])
    [gorse] = [one for one in queries.who(access, _ids(access)).values() if one.external_id == "gorse"]
    with time_machine.travel("2026-07-01T12:00:00Z"):
        actions.call(access, gorse.account_id, "churn", "they said so")
    snapshots.take_missing(access, quarters=1)
    ninety = track.record(access)[0]
    assert (ninety.calls.bias, ninety.calls.wape, ninety.calls.brier) == (0.0, 0.0, 0.0)
    assert (ninety.model_where_called or 0) > 0


def _ids(access) -> list[str]:
    return list(access.of(Account).values_list("pk", flat=True))


def test_without_a_quarter_that_is_over_there_is_no_record_and_it_says_so(access):
    tell(access)
    assert all(one.missing and one.coverage is None for one in track.record(access))


def test_forecasts_are_of_everybody_and_closed_to_who_sees_a_book(access):
    tell(access)
    dana = cast.member(access, "Dana", Role.REPRESENTATIVE, sees_all=False)
    with pytest.raises(PermissionDenied):
        snapshots.forecasts(dana)


def test_brier_is_the_mean_squared_distance():
    assert brier([(1.0, True), (0.0, True), (0.5, False)]) == pytest.approx((0 + 1 + 0.25) / 3)
    assert brier([]) is None


def test_days_at_which_a_quarter_is_scored(access):
    quarter = queries.quarter_of(access, "2026Q3")
    assert snapshots.scored_days(quarter) == [date(2026, 7, 2), date(2026, 8, 1), date(2026, 8, 31)]
