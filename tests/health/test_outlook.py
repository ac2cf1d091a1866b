"""A trend is the slope of 90 days; a forecast counts what became of others, and says so when it cannot."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenure.accounts.models import Account
from tenure.health import outlook
from tenure.health.models import BandFlow, Outlook
from tenure.health.outlook import Forecast
from tenure.kit import clock
from tenure.workspaces.access import Access
from tests.metrics.telling import ago, customer, today
from tests.warnings.scene import scored


@pytest.fixture
def acme(access: Access) -> str:
    return customer(access, "Acme")


def test_a_steady_fall_is_told_in_points_a_month(access: Access, acme: str) -> None:
    scored(access, *((acme, ago(back), 40 + back * 0.1, "both") for back in range(100)))
    outlook.refresh(access.workspace, today())
    row = Outlook.objects.get(account_id=acme)
    assert (row.trend, row.days) == (pytest.approx(-3), 90)


def test_few_days_with_a_score_are_no_trend(access: Access, acme: str) -> None:
    scored(access, *((acme, ago(back), 50.0 + back, "both") for back in range(13)))
    scored(access, *((acme, ago(back), None, "former") for back in range(20, 30)))
    outlook.refresh(access.workspace, today())
    row = Outlook.objects.get(account_id=acme)
    assert (row.trend, row.days) == (None, 13)


def test_the_latest_computed_score_of_a_day_counts(access: Access, acme: str) -> None:
    scored(access, *((acme, ago(back), 90.0 - back, "both") for back in range(30)))
    scored(access, *((acme, ago(back), 50.0, "both") for back in range(30)))
    outlook.refresh(access.workspace, today())
    assert Outlook.objects.get(account_id=acme).trend == pytest.approx(0)


@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(st.floats(-1, 1), st.floats(0, 100), st.sets(st.integers(0, 89), min_size=14, max_size=90))
def test_any_line_has_its_slope_whatever_days_lack(slope: float, level: float, days: set[int]) -> None:
    """The formula on what a query would give, without the lake."""
    import duckdb

    rows = [(date(2026, 1, 1) + timedelta(days=day), level + slope * day) for day in days]
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE scores (day DATE, score DOUBLE)")
        connection.executemany("INSERT INTO scores VALUES (?, ?)", rows)
        found = connection.execute("SELECT regr_slope(score, day - DATE '2000-01-01') FROM scores").fetchone()
    assert found is not None
    assert found[0] == pytest.approx(slope, abs=1e-6)


def test_what_became_of_a_band_is_counted(access: Access) -> None:
    for number in range(4):
        key = customer(access, f"Acme {number}")
        later = [(80.0, "both"), (50.0, "both"), (None, "former"), (None, "none")][number]
        for back in range(12):
            then = ago(30 + 30 * back)
            scored(access, (key, then, 75.0, "both"))
        scored(access, (key, ago(0), *later))
    outlook.refresh(access.workspace, today())
    counted = dict(BandFlow.objects.filter(horizon=30).values_list("after", "count").order_by("after"))
    assert counted == {"good": 4 * 11 + 1, "fair": 1, "former": 1}
    soon, late = outlook.forecasts(access, "good")
    assert (soon.horizon, soon.seen, soon.is_known) == (30, 47, True)
    assert soon.share("fair") == pytest.approx(1 / 47)
    assert late.horizon == 90
    unseen = outlook.forecasts(access, "poor")[0]
    assert (unseen.seen, unseen.share("good")) == (0, None)


def test_a_forecast_as_of_a_day_knows_nothing_later(access: Access, acme: str) -> None:
    scored(access, (acme, ago(60), 75.0, "both"), (acme, ago(30), 30.0, "both"))
    assert outlook.flows(access.workspace.id, ago(30)) == {(30, "good", "poor"): 1}
    assert outlook.flows(access.workspace.id, ago(31)) == {}


@given(st.dictionaries(st.sampled_from(outlook.OUTCOMES), st.integers(0, 500), min_size=1))
def test_shares_sum_to_one_or_are_not_said(counts: dict[str, int]) -> None:
    told = Forecast("good", 30, counts)
    shares = [told.share(outcome) for outcome in outlook.OUTCOMES]
    if told.is_known:
        assert sum(share or 0 for share in shares) == pytest.approx(1)
    else:
        assert shares == [None] * 4


def test_a_neighbours_history_is_no_part_of_it(access: Access, neighbour: Access, acme: str) -> None:
    other = customer(neighbour, "Otherco")
    scored(neighbour, *((other, ago(back), 50.0, "both") for back in range(100)))
    outlook.refresh(access.workspace, today())
    assert not Outlook.objects.exists()
    assert outlook.forecasts(access, "fair")[0].seen == 0


def test_who_has_no_score_any_more_loses_the_outlook(access: Access, acme: str) -> None:
    workspace = access.workspace
    account = Account.objects.get(pk=acme)
    Outlook.objects.create(account=account, workspace=workspace, as_of=ago(1), trend=1.0, days=20)
    outlook.refresh(workspace, clock.today())
    assert not Outlook.objects.exists()
