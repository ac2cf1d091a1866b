"""Health held to account: promises against what came of them, and weights from outcomes."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
import pytest

from tenure.accounts.models import Account
from tenure.health import profile as profiles
from tenure.health.models import Standing
from tenure.health.profile import Profile
from tenure.health.scoring import score_many
from tenure.insight.calibration.calibrating import Scored, calibrate
from tenure.insight.calibration.found import Calibration, Calibrations
from tenure.insight.calibration.making import calibrations
from tenure.insight.calibration.sentences import says
from tenure.insight.disagreement import disagreements
from tenure.insight.panel import Panel
from tenure.workspaces.access import Access
from tests.insight.test_judging import AS_OF, company
from tests.metrics.telling import ago, customer, pays, today, used


def profile() -> Profile:
    """Seat use, depth and CES count, by hand alike; of these depth tells nothing."""
    line = [[-3, 0], [3, 100]]
    rated = {name: {"metric": name, "weight": 1, "curve": line} for name in ("seat_use", "depth", "ces")}
    return profiles.read(
        {
            "outcomes": [{"title": "Use", "measures": [rated["seat_use"], rated["depth"]]}],
            "experience": [{"title": "Said", "measures": [rated["ces"]]}],
        }
    )


def decided(accounts: int = 400, chance_by: str = "figures") -> Panel:
    """The simulated company, each of whose looks has a renewal in 40 days; lost where figures are low."""
    whole = company(accounts)
    generator = np.random.default_rng(9)
    use, ease = whole.column("seat_use"), np.nan_to_num(whole.column("ces"))
    odds = -1.5 - 1.2 * use - 0.8 * ease if chance_by == "figures" else np.full(len(whole), -1.5)
    lost = generator.random(len(whole)) < 1 / (1 + np.exp(-odds))
    due = whole.at + 40
    return replace(whole, due=due, ends=np.where(lost, due, np.inf))


def scored(panel: Panel, by: Profile) -> Scored:
    values = np.column_stack([panel.column(metric.name) for metric in by.metrics])
    names = np.full(len(panel), by.name, dtype=object)
    segment = np.where(panel.account % 3 == 0, "Large", "Small").astype(object)
    return Scored(panel, score_many(by, values).score, names, segment)


@pytest.fixture(scope="module")
def found() -> Calibration:
    return calibrate(scored(decided(), profile()), profile())


def test_a_promise_is_what_came_of_it(found: Calibration) -> None:
    assert found.auc is not None
    assert found.auc.low > 0.6
    assert len(found.bins) == 8
    assert sum(one.rows for one in found.bins) == found.rows
    assert sum(one.renewed.low <= one.promised <= one.renewed.high for one in found.bins) >= 6
    assert found.brier is not None
    assert found.brier_of_rate is not None
    assert found.brier < found.brier_of_rate
    renews = [point.renews.value for point in found.curve]
    assert renews == sorted(renews)
    assert all(point.renews.low <= point.renews.value <= point.renews.high for point in found.curve)
    assert {part.title for part in found.parts} == {"Large", "Small"}
    assert all(abs(part.renewed - part.promised) < 0.05 for part in found.parts)


def test_weights_from_outcomes_find_what_tells(found: Calibration) -> None:
    assert found.fitted is not None
    shares = {one.metric: one.fitted for one in found.fitted.weights}
    assert sum(shares.values()) == pytest.approx(1)
    assert shares["depth"] < 0.1
    assert shares["seat_use"] > shares["ces"] > 0.2
    assert found.fitted.gain.low > 0
    offered = profiles.read({**found.fitted.body, "name": "default"})
    assert offered.weight_of(profiles.Side.OUTCOME) == pytest.approx(
        found.fitted.weight_of_outcomes, abs=0.01
    )
    assert "Weights from outcomes would tell better" in says(found)[-1]


def test_a_score_that_tells_nothing_is_told_so() -> None:
    one = calibrate(scored(decided(chance_by="nothing"), profile()), profile())
    assert any("does not tell" in sentence for sentence in says(one))
    assert any("no better than the same promise" in sentence for sentence in says(one))


def test_too_few_lost_are_not_reckoned_with() -> None:
    one = calibrate(scored(decided(accounts=8), profile()), profile())
    assert one.auc is None
    assert says(one)[0].startswith("Too few renewals were decided")


def test_only_looks_scored_by_the_profile_count() -> None:
    given = scored(decided(), profile())
    names = given.profile.copy()
    names[given.panel.account % 2 == 0] = "enterprise"
    mine = calibrate(replace(given, profile=names), profile())
    assert mine.rows < calibrate(given, profile()).rows


def test_it_can_be_kept_and_read_again(found: Calibration) -> None:
    kept = Calibrations(AS_OF, 90, (found,))
    assert msgspec.convert(msgspec.to_builtins(kept), Calibrations) == kept


def test_scores_are_those_that_were_given_then(access: Access) -> None:
    customer(access, "Acme")
    pays(access, "acme", 1200_00, ago(700), ago(-30), interval="year")
    used(access, "acme", "ann", *(ago(days) for days in range(10, 600, 5)))
    found = calibrations(access)
    assert [one.profile for one in found.profiles] == ["default"]
    assert found.as_of == today()
    assert found.profiles[0].says[0].startswith("Too few renewals were decided")


def test_score_and_money_disagree(access: Access) -> None:
    """Acme is good and pays less, Borealis poor and pays more, Cinder good and late; Dune agrees."""
    for name, band, score in (
        ("Acme", "good", 90),
        ("Borealis", "poor", 20),
        ("Cinder", "good", 80),
        ("Dune", "poor", 10),
    ):
        account_id = customer(access, name)
        Standing.objects.create(
            workspace=access.workspace, account_id=account_id, as_of=today(), score=score, band=band
        )
    pays(access, "acme", 1200_00, ago(400), ago(60), interval="year")
    pays(access, "acme", 900_00, ago(60), interval="year")
    pays(access, "borealis", 500_00, ago(400), ago(30), interval="year")
    pays(access, "borealis", 800_00, ago(30), interval="year")
    pays(access, "cinder", 100_00, ago(375), ago(10), interval="year")
    pays(access, "dune", 900_00, ago(400), ago(60), interval="year")
    pays(access, "dune", 500_00, ago(60), interval="year")
    told = {one.name: one.says for one in disagreements(access)}
    assert told == {
        "Acme": "pays less than 90 days ago",
        "Borealis": "pays more than 90 days ago",
        "Cinder": "a contract is past its end and not renewed",
    }
    assert [one.name for one in disagreements(access)] == ["Acme", "Borealis", "Cinder"]
    assert disagreements(access, "enterprise") == []
    access.of(Account).all().delete()
    assert disagreements(access) == []
