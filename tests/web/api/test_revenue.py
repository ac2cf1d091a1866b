"""Revenue and renewals through the API: the same numbers as the commands, and calls, reasons, targets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from typer.testing import CliRunner

from tenure.accounts.families import put_under
from tenure.cli import forecast, renewals, revenue  # noqa: F401  # add themselves to the app
from tenure.cli.base import app
from tenure.renewals import snapshots
from tenure.revenue.quarters import Quarter
from tests.renewals.scene import NOW, tell
from tests.web import reading

NO_SUCH = {"call": "churn", "reason": "x", "subscription_id": "no"}


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    with time_machine.travel(NOW):
        yield


def run(*words: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == code, result.output
    return result.output


def test_revenue_is_the_same_from_command_and_api(access, asks):
    tell(access)
    for by in ("account", "reason"):
        asked = ("revenue", "--from", "2026-09-30", "--to", "2026-11-26", "--by", by)
        command = json.loads(run(*asked, "--json"))
        answer = asks(access).get("revenue", **{"from": "2026-09-30", "to": "2026-11-26", "by": by})
        assert {name: answer[name] for name in command} == command
        assert "Churn" in run(*asked)
    keys = ["start_mrr", "end_mrr", "movements", "grr", "nrr", "logo_churn", "quick_ratio"]
    assert set(keys) <= set(command)
    assert list(command["movements"]) == ["new", "expansion", "contraction", "churn", "reactivation"]


def test_families_count_as_one_customer_where_that_is_asked(access, asks):
    accounts = tell(access)
    put_under(access, accounts["dune"].pk, accounts["acme"].pk)
    asked = ("revenue", "--from", "2026-09-30", "--to", "2026-11-26", "--by", "account")
    apart, together = (json.loads(run(*asked, *more, "--json")) for more in ((), ("--rolled-up",)))
    assert [one["account_id"] for one in apart["by_account"]] == ["dune", "acme", "elm"]
    assert [one["account_id"] for one in together["by_account"]] == ["acme", "elm"]
    assert together["movements"]["churn"] == 0, "what the child lost is less of its parent's"
    assert together["movements"]["contraction"] == pytest.approx(4_000 / 12)
    assert (apart["end_mrr"], apart["rolled_up"]) == (together["end_mrr"], False)
    days = {"from": "2026-09-30", "to": "2026-11-26", "by": "account", "rolled_up": "true"}
    answer = asks(access).get("revenue", **days)
    assert {name: answer[name] for name in together} == together


@pytest.mark.parametrize(
    ("quarter", "as_of"),
    [("2026Q4", "2026-11-26"), ("2026Q4", "2026-10-31"), ("2027Q1", "2026-11-26"), ("2025Q4", "2026-11-26")],
)
def test_command_api_and_page_say_the_same_of_every_key(access, asks, visit, olga, quarter, as_of):
    """Every key of the two commands equals the API's; the page's explanations say the same numbers."""
    tell(access)
    command = json.loads(run("renewals", "--quarter", quarter, "--as-of", as_of, "--json"))
    assert asks(access).get("renewals", quarter=quarter, as_of=as_of) == command
    client, day = visit(olga), date.fromisoformat(as_of)
    with time_machine.travel(datetime.combine(day, time(15), tzinfo=UTC)):  # the page is of today
        for figure, said in shown(command).items():
            assert said in words_of(client, f"/explain/renewals/{figure}", quarter=quarter), (figure, said)
    first = min(Quarter.read(quarter).first, day)
    days = {"from": (first - timedelta(days=1)).isoformat(), "to": as_of}
    command = json.loads(run("revenue", "--from", days["from"], "--to", as_of, "--json"))
    answer = asks(access).get("revenue", **days)
    assert {name: answer[name] for name in command} == command
    for figure, said in moved(command).items():
        page = words_of(client, f"/explain/portfolio/{figure}", **{"from": first.isoformat(), "to": as_of})
        assert said in page, (figure, said)


def words_of(client: Client, address: str, **asked: str) -> str:
    page = client.get(address, asked)
    assert page.status_code == 200, address
    return reading.text(page.content).replace("\xa0", " ")


def shown(told: dict[str, Any]) -> dict[str, str]:
    """What each explanation of Renewals has to say, as the command tells it."""
    by, rate, ahead = told["by_status"], told["rate"], told["forecast_churn_cost"]
    arr = {
        "due": told["due"]["arr"],
        **{name: by[name]["arr"] for name in by},
        "churn_cost": told["churn_cost_qtd"],
        "contraction": told["contraction_qtd"],
        "partial": told["partial_churn_qtd"],
        "forecast": ahead["expected"],
        "worst": ahead["worst"],
        "called": ahead["called"],
        "added": told["added_later"]["arr"],
    }
    rates = {f"rate_{name}": one["all"] for name, one in rate.items()}
    shares = {"on_time": told["on_time_rate"], "good_health": told["good_health_share"]}
    units = told["unit_churn_qtd"]
    counts = {
        "unit_churn": units["customers"],
        "subscriptions_lost": units["subscriptions"],
        "days_late": told["median_days_late"],
    }
    written = {
        **{name: f"${value:,.2f}" for name, value in arr.items() if value is not None},
        **{name: f"{100 * value:.1f} %" for name, value in rates.items() if value is not None},
        **{name: f"{100 * value:.0f} %" for name, value in shares.items() if value is not None},
        **{name: f"{value:,.0f}" for name, value in counts.items() if value is not None},
    }
    return {name: written.get(name, "no data") for name in (*arr, *rates, *shares, *counts)}


def moved(told: dict[str, Any]) -> dict[str, str]:
    """The same of Portfolio: a year's worth, where the command says a month's."""
    money = {"arr": told["end_mrr"], "start": told["start_mrr"], **told["movements"]}
    shares = {name: told[name] for name in ("grr", "nrr", "logo_churn")}
    return {
        **{name: f"${12 * value:,.2f}" for name, value in money.items()},
        **{name: f"{100 * value:.1f} %" for name, value in shares.items() if value is not None},
    }


def test_rows_behind_renewals_are_the_same_from_command_and_api(access, asks):
    tell(access)
    asked = ("renewals", "--quarter", "2026Q4", "--as-of", "2026-11-26")
    for which in ("due", "losses", "at_stake", "added"):
        rows = json.loads(run(*asked, "--json", "--rows", which))[f"{which}_rows"]
        assert asks(access).get(f"renewals/rows/{which}", as_of="2026-11-26") == rows
        assert "Due" in run(*asked, "--rows", which)
    moved = json.loads(run(*asked, "--json", "--rows", "moved", "--since", "2026-11-09"))["moved"]
    assert asks(access).get("renewals/moved", as_of="2026-11-26", since="2026-11-09") == moved
    assert moved


def test_a_figure_explains_itself_the_same_from_command_and_api(access, asks):
    tell(access)
    asked = ("renewals", "--quarter", "2026Q4", "--explain")
    for key in ("rate.gross.all", "last_year_quarters.3", "forecast_churn_cost.low"):
        command = json.loads(run(*asked, key, "--json"))
        assert asks(access).get(f"renewals/explain/{key}") == command
        assert command["means"] in run(*asked, key)
    asks(access).get("renewals/explain/nonsense", status=404)
    assert "there is no figure" in run(*asked, "nonsense", code=1)


def test_a_call_a_reason_and_a_target_are_written_and_read(access, asks):
    accounts, key = tell(access), asks(access)
    pk = accounts["borealis"].pk
    key.post(
        f"accounts/{pk}/calls", {"call": "churn", "reason": "budget", "subscription_id": "S-borealis"}, 201
    )
    [one] = key.get(f"accounts/{pk}/calls")
    assert (one["call"], one["subscription_id"], one["who"]) == ("churn", "S-borealis", "key tests")
    assert key.get("renewals")["by_status"]["at_risk"]["count"] == 1
    elm = accounts["elm"].pk
    key.post(f"accounts/{elm}/losses", {"lost_on": "2026-11-11", "code": "fit"}, 201)
    losses = key.get("renewals/rows/losses")
    assert [row["reason"] for row in losses if row["account_id"] == "elm"] == ["fit"]
    key.post("targets", {"figure": "rate.gross", "quarter": "2026Q4", "value": 0.85})
    assert {row["figure"]: row["value"] for row in key.get("targets")} == {
        "rate.gross": 0.85,
        "good_health_share": 0.9,
    }


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("accounts/{pk}/calls", {"call": "churn", "reason": " "}, "body.reason"),
        (
            "accounts/{pk}/calls",
            {"call": "churn", "reason": "x", "subscription_id": "no"},
            "body.subscription_id",
        ),
        ("accounts/{pk}/losses", {"lost_on": "2026-11-11", "code": "other"}, "body.note"),
        ("targets", {"figure": "luck", "quarter": "2026Q4", "value": 1}, "body.figure"),
        ("targets", {"figure": "grr", "quarter": "Q4", "value": 1}, "body"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_field(access, asks, path, body, field):
    accounts, key = tell(access), asks(access)
    problem = key.post(path.format(pk=accounts["borealis"].pk), body, 422)
    assert [one["field"] for one in problem["errors"]] == [field]


def test_a_neighbour_sees_and_calls_nothing(access, neighbour, asks):
    accounts = tell(access)
    stranger = asks(neighbour)
    pk = accounts["borealis"].pk
    stranger.get(f"accounts/{pk}/calls", 404)
    stranger.post(f"accounts/{pk}/calls", {"call": "churn", "reason": "spite"}, 404)
    stranger.post(f"accounts/{pk}/losses", {"lost_on": "2026-11-11", "code": "fit"}, 404)
    assert stranger.get("renewals")["due"]["count"] is None
    assert stranger.get("renewals/explain/due.arr")["rows"] == []
    assert stranger.get("forecasts") == []


def test_bad_days_and_quarters_are_refused(access, asks):
    key = asks(access)
    assert key.get("renewals", 422, quarter="last")["errors"][0]["field"] == "query.quarter"
    assert key.get("renewals", 422, as_of="2027-01-01")["errors"][0]["field"] == "query.as_of"
    backwards = {"from": "2026-02-01", "to": "2026-01-01"}
    assert key.get("revenue", 422, **backwards)["errors"][0]["field"] == "query.to"
    assert "is not a quarter" in run("renewals", "--quarter", "last", code=1)
    assert "is before" in run("revenue", "--from", "2026-02-01", "--to", "2026-01-01", code=1)


def test_forecasts_and_their_record(access, asks):
    tell(access)
    run("forecast", "backfill", "--quarters", "2")
    snapshots.take_due(access, NOW.date())
    key = asks(access)
    assert len(key.get("forecasts", quarter="2026Q3")) == 3
    assert json.loads(run("forecast", "--json")) == key.get("forecasts/record")
    assert "80 % interval held" in run("forecast")
