"""Each segment of accounts has its profile: the first that fits, in the version in force on the day."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from tenure.accounts.models import Account
from tenure.cli import health as _health  # noqa: F401 - adds the command
from tenure.cli.base import app
from tenure.health import actions, overrides, queries
from tenure.health.models import HealthOverride, HealthProfile, ProfileSpan, Standing
from tenure.health.versions import versions_of
from tenure.kit import clock
from tenure.workspaces.access import Access
from tests.metrics.telling import ago, customer, noon, pays, today, used


def seats_only(best: float) -> dict[str, Any]:
    """Seat use alone: a hundred points at `best`."""
    rated = {"metric": "seat_use", "weight": 1, "curve": [[0, 0], [best, 100]]}
    return {"outcomes": [{"title": "Use", "measures": [rated]}]}


def saved(access: Access, name: str, since: date, body: dict[str, Any], **more: Any) -> HealthProfile:
    version = HealthProfile.objects.filter(workspace=access.workspace, name=name).count() + 1
    return HealthProfile.objects.create(
        workspace=access.workspace,
        name=name,
        version=version + (name == "default"),
        body=body,
        valid_from=noon(since),
        **more,
    )


@pytest.fixture
def cast(access: Access) -> dict[str, str]:
    """Acme and Borealis use two of four seats; Borealis is in segment Large."""
    ids = {name: customer(access, name) for name in ("Acme", "Borealis")}
    for name in ("acme", "borealis"):
        for person in ("ann", "bo"):
            used(access, name, person, *(ago(back) for back in range(0, 200, 5)))
        pays(access, name, 100_00, ago(300), seats=4)
    Account.objects.filter(pk=ids["Borealis"]).update(segment="Large")
    return ids


def standing(access: Access, account_id: str) -> Standing:
    return access.of(Standing).get(account_id=account_id)


LARGE = {"accounts": ["segment.is.Large"]}


def test_each_account_is_scored_by_its_own_profile(access: Access, cast: dict[str, str]) -> None:
    saved(access, "default", ago(100), seats_only(1.0))
    saved(access, "large", ago(100), seats_only(0.5) | LARGE)
    actions.refresh(access.workspace)
    acme, borealis = standing(access, cast["Acme"]), standing(access, cast["Borealis"])
    assert (acme.profile, acme.profile_version, acme.score) == ("default", 2, 50)
    assert (borealis.profile, borealis.profile_version, borealis.score) == ("large", 1, 100)
    told = queries.explain(access, cast["Borealis"])
    assert told.belongs == "the first that fits: Customers in segment Large"
    assert queries.explain(access, cast["Acme"]).belongs.startswith("the default")


def test_a_rule_over_figures_sees_those_of_the_same_refresh(access: Access, cast: dict[str, str]) -> None:
    saved(access, "payers", ago(100), seats_only(0.5) | {"accounts": ["arr.at_least.1000"]})
    actions.refresh(access.workspace)
    assert standing(access, cast["Acme"]).profile == "payers"


def test_the_first_that_fits_in_order_counts(access: Access, cast: dict[str, str]) -> None:
    saved(access, "payers", ago(9), seats_only(1) | {"accounts": ["arr.at_least.1000"], "place": 2})
    saved(access, "large", ago(9), seats_only(1) | LARGE | {"place": 1})
    actions.refresh(access.workspace)
    assert standing(access, cast["Borealis"]).profile == "large"
    assert standing(access, cast["Acme"]).profile == "payers"


def test_a_new_version_rewrites_no_day_before_it(access: Access, cast: dict[str, str]) -> None:
    saved(access, "default", ago(100), seats_only(1.0))
    saved(access, "default", ago(10), seats_only(0.5) | {"bands": {"good": 90, "fair": 60}})
    actions.refresh(access.workspace)
    actions.backfill(access.workspace, ago(30))
    days = {one.day: one.score for one in queries.history(access, cast["Acme"])}
    assert (days[ago(30)], days[ago(11)], days[ago(10)], days[today()]) == (50, 50, 100, 100)
    assert standing(access, cast["Acme"]).score_before == 50


def test_who_moves_to_another_segment_keeps_its_past(access: Access, cast: dict[str, str]) -> None:
    saved(access, "default", ago(100), seats_only(1.0))
    saved(access, "large", ago(100), seats_only(0.5) | LARGE)
    actions.refresh(access.workspace)
    actions.refresh(access.workspace, [cast["Acme"]])
    Account.objects.filter(pk=cast["Acme"]).update(segment="Large")
    actions.refresh(access.workspace, [cast["Acme"]])
    actions.backfill(access.workspace, ago(5))
    assert standing(access, cast["Acme"]).score == 100
    acme = {one.day: one.score for one in queries.history(access, cast["Acme"])}
    assert (acme[ago(1)], acme[today()]) == (50, 100)
    borealis = {one.day: one.score for one in queries.history(access, cast["Borealis"])}
    assert borealis[ago(5)] == 100  # it had the profile ever since it was first scored
    assert ProfileSpan.objects.count() == 2


def test_a_removed_profile_leaves_its_accounts_to_the_default(access: Access, cast: dict[str, str]) -> None:
    saved(access, "default", ago(100), seats_only(1.0))
    saved(access, "large", ago(100), seats_only(0.5) | LARGE)
    actions.refresh(access.workspace)
    saved(access, "large", today(), seats_only(0.5) | LARGE, is_removed=True)
    actions.refresh(access.workspace)
    assert standing(access, cast["Borealis"]).score == 50
    assert queries.explain(access, cast["Borealis"], since=ago(3)).before.score == 100


def test_the_change_between_two_days_of_different_profiles_is_told_in_parts(
    access: Access, cast: dict[str, str]
) -> None:
    saved(access, "default", ago(100), seats_only(1.0))
    saved(access, "default", ago(10), seats_only(0.5))
    used(access, "acme", "cy", ago(1))
    told = queries.explain(access, cast["Acme"], since=ago(20))
    assert told.change == pytest.approx(50)
    assert [(one.title, one.change) for one in told.others] == [("The profile changed", pytest.approx(50))]
    assert told.others[0].says == "Default v2 before, Default v3 now"
    assert sum(line.change or 0 for line in told.lines) == pytest.approx(0)


def test_the_command_tells_what_the_profile_and_people_did(access: Access, cast: dict[str, str]) -> None:
    saved(access, "default", ago(100), seats_only(1.0))
    saved(access, "default", ago(10), seats_only(0.8))
    overrides.set_override(access, cast["Acme"], 20, "Their champion left", today())
    arguments = ["health", "--account", "acme", "--explain", "--since", ago(20).isoformat()]
    shown = CliRunner().invoke(app, arguments)
    assert shown.exit_code == 0, shown.output
    assert "The profile changed: +12.5 (Default v2 before, Default v3 now)" in shown.stdout
    assert "Set by hand: −42.5 (now 20 instead of 62)" in shown.stdout
    told = json.loads(CliRunner().invoke(app, [*arguments, "--json"]).stdout)[0]
    assert told["change"] == pytest.approx(-30)
    parts = [*told["parts"], *told["others"]]
    assert sum(part["change"] for part in parts) == pytest.approx(-30)
    assert (told["score"], told["computed"], told["profile"]["version"]) == (20, 62.5, 3)


def test_a_metric_that_is_gone_takes_its_measure_with_it(access: Access, cast: dict[str, str]) -> None:
    body = seats_only(1.0)
    body["outcomes"][0]["measures"].append({"metric": "karma", "weight": 9, "curve": [[0, 0], [1, 1]]})
    saved(access, "default", ago(10), body)
    gone = body["outcomes"][0]["measures"][1:]
    saved(access, "default", ago(9), {"outcomes": [{"title": "Gone", "measures": gone}]})
    told = queries.explain(access, cast["Acme"], as_of=ago(9), since=ago(10))
    assert (told.before.score, told.before.profile.version) == (50, 2)
    assert told.profile.version == 1  # nothing is left of the newest: as shipped
    assert versions_of(access.workspace).next_version("default") == 4


# --- overrides


def test_an_override_counts_until_it_ends_and_the_computed_score_stays(
    access: Access, cast: dict[str, str]
) -> None:
    saved(access, "default", ago(100), seats_only(1.0))
    actions.refresh(access.workspace)
    overrides.set_override(access, cast["Acme"], 20, "Their champion left", today() + timedelta(days=7))
    at_once = standing(access, cast["Acme"])
    assert (at_once.score, at_once.computed, at_once.band) == (20, 50, "poor")
    actions.refresh(access.workspace)
    acme = standing(access, cast["Acme"])
    assert (acme.score, acme.computed, acme.band, acme.score_before) == (20, 50, "poor", 50)
    assert acme.override is not None
    assert acme.override.reason == "Their champion left"
    last = queries.history(access, cast["Acme"])[-1]
    assert (last.score, last.computed) == (20, 50)
    told = queries.explain(access, cast["Acme"])
    assert [(one.title, one.change) for one in told.others] == [("Set by hand", pytest.approx(-30))]
    assert told.override is not None
    assert told.override.last_day == today() + timedelta(days=7)
    actions.refresh(access.workspace, as_of=today() + timedelta(days=8))
    assert standing(access, cast["Acme"]).override is None


def test_an_override_taken_back_ends_today_and_leaves_a_trace(access: Access, cast: dict[str, str]) -> None:
    actions.refresh(access.workspace)
    computed = standing(access, cast["Acme"]).score
    overrides.set_override(access, cast["Acme"], 20, "Their champion left", today())
    assert overrides.end_override(access, cast["Acme"])
    assert not overrides.end_override(access, cast["Acme"])
    assert standing(access, cast["Acme"]).score == computed
    assert HealthOverride.objects.get().ended_by == "command line"
    did = list(access.workspace.audit.order_by("recorded_at").values_list("did", flat=True))
    assert did == ["overrode a score", "ended an override"]


@pytest.mark.parametrize(
    ("reason", "until", "field"),
    [("", 3, "reason"), ("x" * 301, 3, "reason"), ("why", -1, "until"), ("why", 400, "until")],
)
def test_an_override_needs_a_reason_and_an_end(
    access: Access, cast: dict[str, str], reason: str, until: int, field: str
) -> None:
    with pytest.raises(overrides.NotPossible) as refused:
        overrides.set_override(access, cast["Acme"], 20, reason, today() + timedelta(days=until))
    assert refused.value.field == field


def test_the_middle_of_a_band_stands_for_it(access: Access) -> None:
    from tenure.health import profile as profiles

    default = profiles.default()
    assert [overrides.asked_score(default, band, "") for band in ("poor", "fair", "good")] == [20, 55, 85]
    assert overrides.asked_score(default, "", "12,5") == 12.5
    for band, score in (("", ""), ("good", "12"), ("", "101"), ("", "nan"), ("karma", "")):
        with pytest.raises(overrides.NotPossible):
            overrides.asked_score(default, band, score)


def test_the_shipped_default_counts_until_something_is_saved(access: Access, cast: dict[str, str]) -> None:
    saved(access, "default", ago(10), seats_only(1.0))
    told = queries.explain(access, cast["Acme"], since=ago(20))
    assert (told.before.profile.version, told.profile.version) == (1, 2)
    assert clock.today() == told.as_of
