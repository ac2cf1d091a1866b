"""Proportional hazards, against lifelines on its tables, the published one, and by what must hold of any."""

from __future__ import annotations

import json
import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from tenure.cli import fit_cox as command  # noqa: F401  # adds itself to the app
from tenure.cli.base import app
from tenure.insight.cox import partial
from tenure.insight.cox.fitting import CannotFit, Named, fit
from tenure.insight.cox.partial import Intervals
from tenure.insight.likelihood import NotFittable


def packaged(name: str) -> Path:
    """A table that the package lifelines carries."""
    spec = find_spec("lifelines")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "datasets" / name


def table(name: str) -> pa.Table:
    return pyarrow.csv.read_csv(packaged(name))


def test_recidivism_as_published() -> None:
    """Rossi, Berk and Lenihan's table, as fitted in Fox (2002), Cox Proportional-Hazards Regression."""
    found = fit(table("rossi.csv"), Named("week", "arrest"))
    told = {
        one["name"]: (round(one["coefficient"], 4), round(one["standard_error"], 4), round(one["z"], 2))
        for one in found.more["covariates"]
    }
    assert told == {
        "fin": (-0.3794, 0.1914, -1.98),
        "age": (-0.0574, 0.0220, -2.61),
        "race": (0.3139, 0.3080, 1.02),
        "wexp": (-0.1498, 0.2122, -0.71),
        "mar": (-0.4337, 0.3819, -1.14),
        "paro": (-0.0849, 0.1958, -0.43),
        "prio": (0.0915, 0.0286, 3.19),
    }
    assert found.log_likelihood == pytest.approx(-658.7477, abs=1e-4)
    assert found.more["likelihood_ratio"]["statistic"] == pytest.approx(33.27, abs=0.005)
    assert (found.n, found.more["events"]) == (432, 114)


@pytest.mark.parametrize(
    ("name", "named"),
    [("rossi.csv", Named("week", "arrest")), ("gbsg2.csv", Named("time", "cens", drop=("horTh", "tgrade")))],
)
def test_lifelines_says_the_same(name: str, named: Named) -> None:
    found = fit(table(name), named)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from lifelines import CoxPHFitter
        from lifelines.statistics import proportional_hazard_test

        frame = table(name).to_pandas().drop(columns=list(named.drop))
        if "menostat" in frame:
            frame["menostat"] = (frame["menostat"] == "Pre").astype(float)
        theirs = CoxPHFitter().fit(frame, named.duration, named.event)
        tested = proportional_hazard_test(theirs, frame, time_transform="km").test_statistic.tolist()
    mine = {one["name"].split("=")[0]: one for one in found.more["covariates"]}
    for place, column in enumerate(theirs.params_.index):
        assert mine[column]["coefficient"] == pytest.approx(theirs.params_[column], rel=1e-5)
        assert mine[column]["standard_error"] == pytest.approx(theirs.standard_errors_[column], rel=1e-5)
        assert mine[column]["p"] == pytest.approx(theirs.summary["p"][column], rel=1e-4)
        assert mine[column]["proportional"]["statistic"] == pytest.approx(tested[place], rel=1e-4)
    assert found.log_likelihood == pytest.approx(theirs.log_likelihood_, abs=1e-6)
    assert found.more["concordance"] == pytest.approx(theirs.concordance_index_, abs=1e-9)


def test_covariates_that_change_have_a_row_for_each_stretch() -> None:
    hearts = table("stanford_heart.csv")
    found = fit(hearts, Named("stop", "event", "start", "id"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from lifelines import CoxTimeVaryingFitter

        theirs = CoxTimeVaryingFitter().fit(
            hearts.to_pandas(), id_col="id", event_col="event", start_col="start", stop_col="stop"
        )
    assert dict(found.params) == pytest.approx(theirs.params_.to_dict(), rel=1e-5)
    assert dict(found.standard_errors) == pytest.approx(theirs.standard_errors_.to_dict(), rel=1e-5)
    assert (found.n, found.more["rows"]) == (103, 172)


def drawn(seed: int, size: int) -> Intervals:
    """Customers under proportional hazards, seen in whole months, so that many leave together."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(size, 2))
    life = np.ceil(rng.exponential(12 * np.exp(-(x @ [0.7, -0.4]))))
    until = rng.integers(6, 30, size)
    return Intervals(np.zeros(size), np.minimum(life, until), life <= until, x)


@settings(max_examples=20)
@given(st.integers(0, 10**6))
def test_gradient_and_information_are_the_slopes_of_the_likelihood(seed: int) -> None:
    rows = drawn(seed, 60)
    beta, step = np.array([0.3, -0.2]), 1e-5
    here = partial.state(rows, beta)
    for i in range(2):
        up, down = (partial.state(rows, beta + sign * step * np.eye(2)[i]) for sign in (1, -1))
        assert here.gradient[i] == pytest.approx(
            (up.log_likelihood - down.log_likelihood) / (2 * step), abs=1e-4
        )
        assert here.information[i] == pytest.approx((down.gradient - up.gradient) / (2 * step), abs=1e-4)


@settings(max_examples=15)
@given(st.integers(0, 10**6))
def test_to_cut_a_customer_s_time_in_two_changes_nothing(seed: int) -> None:
    rows = drawn(seed, 50)
    cut = np.floor(rows.stop / 2)
    later = cut > 0
    parts = Intervals(
        np.concatenate([np.where(later, cut, 0), rows.start[later]]),
        np.concatenate([rows.stop, cut[later]]),
        np.concatenate([rows.happened, np.zeros(later.sum(), bool)]),
        np.vstack([rows.covariates, rows.covariates[later]]),
    )
    beta = np.array([0.5, 0.1])
    whole, cut_up = partial.state(rows, beta), partial.state(parts, beta)
    assert cut_up.log_likelihood == pytest.approx(whole.log_likelihood)
    assert cut_up.gradient == pytest.approx(whole.gradient, abs=1e-9)
    assert cut_up.information == pytest.approx(whole.information, abs=1e-9)


def test_the_truth_is_found_and_expected_events_are_those_that_happened() -> None:
    rows = drawn(5, 20_000)
    found = partial.maximise(rows, ["a", "b"])
    assert np.abs((found.beta - [0.7, -0.4]) / found.errors).max() < 3.5
    assert found.at.expected.sum() == pytest.approx(rows.happened.sum())


def wide(**columns: list[Any]) -> pa.Table:
    return pa.table(columns)


def test_what_cannot_be_fitted_names_column_and_remedy() -> None:
    months, left = [1, 2, 3, 4, 5, 6, 7, 8], [1, 0, 1, 0, 1, 0, 1, 1]
    size, plan = [3, 1, 4, 1, 5, 9, 2, 6], ["a", "a", "b", "b"] * 2
    with pytest.raises(CannotFit, match="no column 'weeks'"):
        fit(wide(months=months, left=left, size=size), Named("weeks", "left"))
    with pytest.raises(CannotFit, match="no column is left"):
        fit(wide(months=months, left=left), Named("months", "left"))
    with pytest.raises(NotFittable, match=r"say the same.*size.*--drop"):
        fit(wide(months=months, left=left, size=size, twice=[2 * n for n in size]), Named("months", "left"))
    with pytest.raises(NotFittable, match=r"tell apart.*left"):
        fit(wide(months=months, left=left, again=[one * 1.0 for one in left]), Named("months", "left"))
    found = fit(
        wide(
            months=[*months, None, -1],
            left=[*left, 1, 0],
            plan=[*plan, "a", "b"],
            size=[*size[:-1], None, 1, 1],
        ),
        Named("months", "left"),
    )
    assert found.n == 7
    assert [one for one in found.remarks if "set aside" in one] == [
        "2 rows set aside: no time, or one that is not after its start.",
        "1 row set aside: a covariate is blank there.",
    ]


def test_as_somebody_types_it(tmp_path: Path) -> None:
    file, words = packaged("rossi.csv"), ["--duration", "week", "--event", "arrest", "--drop", "paro"]
    done = CliRunner().invoke(
        app, ["fit", "cox", str(file), *words, "--out", str(tmp_path / "c.csv"), "--json"]
    )
    assert done.exit_code == 0, done.output
    told = json.loads(done.output)
    assert set(told["params"]) == {"fin", "age", "race", "wexp", "mar", "prio"}
    assert told["projection"][-1]["survival"] == pytest.approx(0.755, abs=0.01)
    assert "time,at_risk,events,survival" in (tmp_path / "c.csv").read_text()
    shown = CliRunner().invoke(app, ["fit", "cox", str(file), *words])
    assert "concordance 0.6" in shown.output
    wrong = CliRunner().invoke(app, ["fit", "cox", str(file), "--duration", "weeks", "--event", "arrest"])
    assert (wrong.exit_code, "no column 'weeks'" in wrong.output) == (1, True)
