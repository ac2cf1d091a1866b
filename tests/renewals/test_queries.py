"""The figures of a quarter's renewals, told by the cast."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
import time_machine
from django.http import Http404

from tenure.renewals import actions, calls, moving, queries, since, telling
from tenure.renewals.figures import Renewals
from tenure.revenue.actions import upsert_terms
from tenure.workspaces.roles import Role
from tests import cast
from tests.renewals.scene import NOW, TODAY, tell, term


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    with time_machine.travel(NOW):
        yield


def figures(access, **asked) -> Renewals:
    return queries.renewals(access, queries.quarter_of(access, "2026Q4"), TODAY, **asked)


def status(found: Renewals) -> dict[str, str]:
    return {one.who.external_id: one.status for one in found.due}


def test_every_due_term_has_one_status_and_they_add_up(access):
    tell(access)
    found = figures(access)
    assert status(found) == {
        "dune": "churned",
        "acme": "renewed",
        "elm": "renewed",
        "cinder": "past_due",
        "borealis": "no_risk",
    }
    told = telling.renewals(found)
    assert told["due"] == {"count": 5, "arr": 28_000.0}
    assert sum(one["count"] for one in told["by_status"].values()) == 5
    assert sum(one["arr"] for one in told["by_status"].values()) == 28_000.0
    renewed = told["by_status"]["renewed"]
    assert (renewed["up"]["arr"], renewed["flat"]["count"], renewed["down"]["arr"]) == (10_000.0, 0, 4_000.0)
    assert told["rolling"] == {"count": 1, "arr": 1_200.0}


def test_rates_name_their_denominators_and_say_what_is_closed(access):
    tell(access)
    told = telling.renewals(figures(access))
    assert told["rate"]["count"] == {"all": 2 / 5, "closed_only": 2 / 3}
    assert told["rate"]["gross"] == {"all": 13_000 / 28_000, "closed_only": 13_000 / 19_000}
    assert told["rate"]["net"] == {"all": 15_000 / 28_000, "closed_only": 15_000 / 19_000}
    assert (told["on_time_rate"], told["median_days_late"]) == (0.5, 10)
    assert "ARR due" in told["denominators"]["rate.gross"]


def test_losses_have_lines_of_their_own(access):
    tell(access)
    told = telling.renewals(figures(access))
    lines = ("churn_cost_qtd", "contraction_qtd", "partial_churn_qtd")
    assert [told[name] for name in lines] == [5_000.0, 1_000.0, 0.0]
    assert told["unit_churn_qtd"] == {"customers": 1, "subscriptions": 1}
    assert told["churn_by_reason"] == {"price": {"count": 1, "arr": 5_000.0}}
    assert told["same_quarter_last_year"] == {"full": 0.0, "to_date": 0.0}
    assert told["last_year_quarters"] == [0.0, 0.0, 0.0, 0.0]


def test_the_forecast_holds_what_is_lost_and_what_may_be(access):
    tell(access)
    found = figures(access)
    told = telling.renewals(found)["forecast_churn_cost"]
    at_stake = {one.who.external_id for one in found.at_stake}
    assert at_stake == {"borealis", "cinder", "fir"}
    assert 5_000 < told["expected"] < 5_000 + 10_200
    assert 5_000 <= told["low"] <= told["expected"] <= told["high"] <= 5_000 + 10_200
    assert told["worst"] >= 5_000 + 3_000  # what is past due
    assert told["called"] is None
    assert "forecast_churn_cost.called" in found.missing


def test_a_call_with_its_reason_puts_a_term_at_risk_and_is_counted(access):
    accounts = tell(access)
    dana = cast.member(access, "Dana", Role.REPRESENTATIVE)
    actions.call(dana, accounts["borealis"].pk, "churn", "their budget is cut")
    found = figures(access)
    [row] = [one for one in found.due if one.who.external_id == "borealis"]
    assert (row.status, row.why) == (
        "at_risk",
        ("called will leave by dana@example.test: their budget is cut",),
    )
    told = telling.renewals(found)
    assert told["forecast_churn_cost"]["called"] == 11_000.0
    assert (told["at_risk_arr"], told["at_risk_share"]) == (6_000.0, 6 / 28)


def test_calls_are_kept_and_the_latest_counts(access):
    accounts = tell(access)
    for what, reason in (("churn", "budget"), ("renew", "they signed"), ("", "too early to say")):
        actions.call(access, accounts["borealis"].pk, what, reason, subscription="S-borealis")
    assert [one.call for one in calls.history(access, accounts["borealis"].pk)] == ["", "renew", "churn"]
    assert status(figures(access))["borealis"] == "no_risk"


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"what": "maybe", "reason": "x"}, "call: there is no 'maybe'"),
        ({"what": "churn", "reason": " "}, "reason: say why"),
        ({"what": "churn", "reason": "x", "subscription": "S-acme"}, "has no subscription 'S-acme'"),
        ({"what": "churn", "reason": "x", "effective_on": date(2026, 11, 27)}, "still to come"),
    ],
)
def test_a_call_that_makes_no_sense_is_refused_in_words(access, asked, says):
    accounts = tell(access)
    with pytest.raises(ValueError, match=says):
        actions.call(access, accounts["borealis"].pk, **asked)


def test_a_strangers_account_cannot_be_called_nor_seen(access, neighbour):
    accounts = tell(access)
    with pytest.raises(Http404):
        actions.call(neighbour, accounts["borealis"].pk, "churn", "spite")
    assert figures(neighbour).due == ()
    dana = cast.member(access, "Dana", Role.REPRESENTATIVE, sees_all=False)
    accounts["elm"].owner = "dana@example.test"
    accounts["elm"].save()
    found = figures(dana)
    assert status(found) == {"elm": "renewed"}
    assert telling.renewals(found)["due"] == {"count": 1, "arr": 4_000.0}


def test_the_reason_of_a_loss_is_asked_once_and_kept(access):
    accounts = tell(access)
    contracted = figures(access).contracted[0]
    assert (contracted.who.external_id, contracted.code) == ("elm", None)
    actions.give_reason(access, accounts["elm"].pk, contracted.loss.lost_on, "fit", "fewer seats are enough")
    actions.give_reason(access, accounts["dune"].pk, date(2026, 10, 15), "competitor", "went to Otherco")
    found = figures(access)
    assert found.contracted[0].code == "fit"
    assert telling.renewals(found)["churn_by_reason"] == {"competitor": {"count": 1, "arr": 5_000.0}}
    with pytest.raises(ValueError, match="note: say why"):
        actions.give_reason(access, accounts["elm"].pk, contracted.loss.lost_on, "other")


def test_a_figure_of_a_past_day_stays_when_more_becomes_known(access):
    tell(access)
    then = queries.renewals(access, as_of=date(2026, 11, 5))
    assert status(then)["elm"] == "past_due"
    upsert_terms(access.workspace, [term("borealis", 7_000, "2026-12-26", "2027-12-26")])
    again = queries.renewals(access, as_of=date(2026, 11, 5))
    assert telling.renewals(then) == telling.renewals(again)
    assert status(figures(access))["borealis"] == "renewed"


def test_what_is_added_later_is_a_list_of_its_own(access):
    tell(access)
    upsert_terms(access.workspace, [term("gorse", 900, "2026-10-05", "2026-12-31")])
    assert figures(access).all_due.count == 5
    upsert_terms(access.workspace, [term("heath", 900, "2025-12-31", "2026-12-31", sub="S-late")])
    with time_machine.travel(NOW):
        assert {one.who.external_id for one in figures(access).added} <= {"heath", "gorse"}


def test_who_comes_back_is_recovered_and_not_lost(access):
    tell(access)
    upsert_terms(access.workspace, [term("dune", 4_000, "2026-11-20", "2027-11-20")])
    told = telling.renewals(figures(access))
    assert (told["churn_cost_qtd"], told["recovered_qtd"]) == (0.0, {"count": 1, "arr": 5_000.0})


def test_of_nothing_known_nothing_is_zero(access):
    told = telling.renewals(figures(access))
    assert told["due"] == {"count": None, "arr": None}
    assert told["churn_cost_qtd"] is None
    assert "import subscriptions" in told["missing"]["churn_cost_qtd"]
    moved = telling.revenue(moving.revenue(access, date(2026, 1, 1), TODAY))
    assert moved["start_mrr"] is None
    assert "import subscriptions" in moved["missing"]["start_mrr"]


def test_a_quarter_to_come_forecasts_only_what_is_lost_within_it(access):
    tell(access)
    found = queries.renewals(access, queries.quarter_of(access, "2027Q4"), TODAY)
    assert {one.who.external_id for one in found.due} == {"acme", "elm"}
    assert found.churn_cost == 0
    assert {one.who.external_id for one in found.at_stake} <= {"acme", "elm", "fir"}


def test_what_moved_since_last_week_by_account_and_reason(access):
    accounts = tell(access)
    actions.call(access, accounts["borealis"].pk, "at_risk", "the champion left")
    changes = since.moved(access, figures(access), date(2026, 11, 9))
    told = {(one.who.external_id, one.what): (one.before, one.after) for one in changes}
    assert told["elm", "status"] == ("past_due", "renewed")
    assert told["cinder", "status"] == ("no_risk", "past_due")
    assert told["borealis", "status"] == ("no_risk", "at_risk")
    with pytest.raises(ValueError, match="is not before"):
        since.moved(access, figures(access), TODAY)


def test_targets_hold_for_a_quarter_a_team_or_an_owner(access):
    assert calls.target_of(calls.targets(access, "2026Q4"), "good_health_share") == 0.9
    actions.set_target(access, "good_health_share", "2026Q4", 0.8)
    actions.set_target(access, "good_health_share", "2026Q4", 0.7, owner="dana@example.test")
    aims = calls.targets(access, "2026Q4")
    assert calls.target_of(aims, "good_health_share") == 0.8
    assert calls.target_of(aims, "good_health_share", owner="dana@example.test") == 0.7
    actions.set_target(access, "good_health_share", "2026Q4", None)
    assert calls.target_of(calls.targets(access, "2026Q4"), "good_health_share") == 0.9
    tell(access)
    assert figures(access).target == 0.9
    with pytest.raises(ValueError, match="not between 0 and 1"):
        actions.set_target(access, "grr", "2026Q4", 95)


def test_revenue_is_told_by_account_and_reason(access):
    tell(access)
    found = moving.revenue(access, date(2026, 9, 30), TODAY)
    told = telling.revenue(found)
    assert told["start_mrr"] == pytest.approx(29_200 / 12)
    assert told["movements"]["churn"] == pytest.approx(5_000 / 12)
    kinds = told["movements"]
    net = kinds["new"] + kinds["expansion"] - kinds["contraction"] - kinds["churn"]
    assert told["end_mrr"] == pytest.approx(told["start_mrr"] + net)
    assert [one["account_id"] for one in telling.by_account(found)] == ["dune", "acme", "elm"]
    assert [(one["kind"], one["reason"]) for one in telling.by_reason(found)] == [
        ("expansion", None),
        ("contraction", "not said"),
        ("churn", "price"),
    ]
