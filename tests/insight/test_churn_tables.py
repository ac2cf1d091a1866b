"""`tenure fit churn`: a churn model of any table of customers, whatever its columns look like."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from tenure.cli import fit_churn
from tenure.cli.base import app
from tenure.insight.churn import cells, columns, figures, target
from tenure.insight.churn.columns import Sort
from tenure.insight.churn.fitting import Fitted, fit
from tenure.insight.churn.target import CannotFit

assert fit_churn


def customers(rows: int = 300, seed: int = 5) -> dict[str, list[object]]:
    """A table as spreadsheets have them: who pays little and calls often leaves."""
    rng = np.random.default_rng(seed)
    calls, paid = rng.poisson(2, rows), rng.gamma(4, 25, rows)
    plan = rng.choice(["Basic", "Pro", "Enterprise"], rows, p=[0.5, 0.4, 0.1])
    odds = -1.2 + 0.8 * (calls - 2) - 0.01 * (paid - 100) + np.where(plan == "Basic", 0.8, 0)
    left = rng.random(rows) < 1 / (1 + np.exp(-odds))
    since = np.datetime64("2026-01-01") - rng.integers(30, 1500, rows)
    return {
        "Customer ID": [f"C-{number:05d}" for number in range(rows)],
        "Calls": [str(one) if rng.random() > 0.05 else "" for one in calls],
        "Paid a month": [f"${one:,.2f}" for one in paid * 10],
        "Plan": list(plan),
        "Country": ["NO"] * rows,
        "Since": [str(one) for one in since],
        "Comment": [f"said {rng.integers(1_000_000)} on the phone, and that again" for _ in range(rows)],
        "Churned": ["Yes" if one else "No" for one in left],
    }


def table(**changed: list[object]) -> pa.Table:
    return pa.table(customers() | changed)


@pytest.fixture(scope="module")
def found() -> Fitted:
    """The model of the table as it is."""
    return fit(table(), "Churned")


def column(*written: str | None) -> pa.Array:
    return pa.array(list(written), pa.string())


def test_a_table_is_understood_and_its_model_ranks_and_is_calibrated(found):
    assert (found.n, found.folds, found.positive) == (300, 10, "Yes")
    assert found.quality.auc > 0.72
    assert found.quality.brier < found.base_rate * (1 - found.base_rate)
    assert found.quality.calibration_slope == pytest.approx(1, abs=0.4)
    assert sum(one.rows for one in found.calibration) == 300
    assert found.features[0].column == "Calls"
    assert found.features[0].says.startswith("Calls: 3 in the middle of those who left, ")
    assert set(found.models) == {"chosen", "logistic regression", "gradient boosting"}
    assert not found.suspects


def test_what_was_done_with_columns_is_said(found):
    said = found.columns
    assert said["Customer ID"] == "left out: looks like an id: 300 different values in 300 rows"
    assert said["Country"] == "left out: the same in every row (NO)"
    assert "days turned into ages up to the latest" in said["Since"]
    assert said["Comment"].startswith("left out")
    assert "Paid a month" not in said


def test_a_column_that_knows_too_much_is_suspected():
    left = customers()["Churned"]
    found = fit(table(Reason=["price" if one == "Yes" else None for one in left]), "Churned")
    [suspect] = found.suspects
    assert "Reason alone tells who left almost without error" in suspect
    assert "--drop 'Reason'" in suspect
    assert found.columns["Reason"].startswith("only ever price or blank")


def test_rows_that_do_not_say_who_left_are_set_aside_and_scored():
    left = [None if number < 50 else one for number, one in enumerate(customers()["Churned"])]
    found = fit(table(Churned=left), "Churned", id_name="Customer ID")
    assert found.n == 250
    assert "50 rows without Churned set aside" in found.notes[0]
    assert found.scores.ids[0] == "C-00000"
    assert found.scores.left[:50] == [None] * 50
    assert np.all((found.scores.chance > 0) & (found.scores.chance < 1))


@pytest.mark.parametrize(
    ("values", "positive", "stands"),
    [
        (["Yes", "No"], "", "Yes"),
        (["1", "0"], "", "1"),
        (["True", "False"], "", "True"),
        (["True.", "False."], "", "True."),
        (["Ja", "Nein"], "", "Ja"),
        (["Attrited Customer", "Existing Customer"], "", "Attrited Customer"),
        (["churned", "not churned"], "", "churned"),
        (["bleibt", "weg"], "weg", "weg"),
        (["Stayed", "Joined", "Churned"], "churned", "Churned"),
        (["2", "0"], "2.0", "2"),
    ],
)
def test_yes_is_understood_in_many_words(values, positive, stands):
    assert target.read("Left", column(*values, None), positive).positive == stands


@pytest.mark.parametrize(
    ("values", "positive", "says"),
    [
        (["No"], "", "says 'No' in every row"),
        (["bleibt", "weg"], "", "say it with --positive 'bleibt' or --positive 'weg'"),
        (["a", "b", "c"], "", "has 3 different values ('a', 'b' and 'c')"),
        (["Yes", "No"], "Maybe", "never says 'Maybe'; it says 'No' and 'Yes'"),
        ([None, ""], "", "is empty in every row"),
    ],
)
def test_a_target_that_says_nothing_names_the_remedy(values, positive, says):
    with pytest.raises(CannotFit) as raised:
        target.read("Left", column(*values), positive)
    assert says in str(raised.value)
    assert "'Left'" in str(raised.value)


def test_few_rows_are_said_to_be_few():
    small = pa.table(
        {"Used": [str(n) for n in range(40)], "Plan": ["a", "b"] * 20, "Left": [1, 0, 0, 0] * 10}
    )
    found = fit(small, "Left")
    assert found.model == "logistic regression"
    assert "only 40 rows" in found.notes[0]
    three = fit(pa.table({"Used": [1.5, 2, 3, 4, 5, 6.5], "Left": [1, 0, 0, 0, 1, 0]}), "Left")
    assert three.folds == 2
    with pytest.raises(CannotFit, match="only 1 customer left"):
        fit(pa.table({"Used": [1.5, 2, 3], "Left": [1, 0, 0]}), "Left")


def test_a_table_without_anything_to_learn_from_is_refused():
    with pytest.raises(CannotFit, match=r"no column tells anything .*the same in every row"):
        fit(pa.table({"A": ["x"] * 8, "Left": [1, 0] * 4}), "Left")
    with pytest.raises(CannotFit, match="there is no column 'Gone'; the file has A and Left"):
        fit(pa.table({"A": ["x"] * 8, "Left": [1, 0] * 4}), "Gone")


def test_numbers_are_read_as_people_write_them():
    read = cells.numbers(column("1,234.50", "$12", "-3", "45 %", "", None, "x"))
    assert read[:4].tolist() == [1234.5, 12, -3, 45]
    assert np.isnan(read[4:]).all()
    assert cells.numbers(column("1.234,50", "12,5")).tolist() == [1234.5, 12.5]


def test_days_are_read_as_people_write_them():
    assert cells.days(column("1970-01-02", "1970-01-03T10:00:00")).tolist() == [1, 2]
    assert cells.days(column("02/01/1970", "25/01/1970")).tolist() == [1, 24]
    assert cells.days(column("01/02/1970", "01/25/1970")).tolist() == [1, 24]
    assert np.isnan(cells.days(column("31/02/1970"))).all()


def test_rare_values_are_pooled():
    found = columns.read("City", column(*["Oslo"] * 50, *["Bergen"] * 30, *[f"v{n}" for n in range(9)] * 3))
    assert found.sort is Sort.CATEGORY
    assert found.categories == ("Oslo", "Bergen", "(rare)")
    assert found.says == "9 rare values pooled"
    assert (found.values == 2).sum() == 27


def test_numbers_that_name_rows_are_left_out():
    running = columns.read("RowNumber", pa.array(range(1, 101)))
    assert not running.is_used
    assert columns.read("Balance", pa.array(np.random.default_rng(1).permutation(1000) * 7.0)).is_used


@given(st.lists(st.tuples(st.booleans(), st.floats(0.01, 0.99)), min_size=2, max_size=60))
@settings(max_examples=60)
def test_figures_agree_with_scikit_learn(rows):
    from sklearn import metrics

    left, chance = np.array([one for one, _ in rows]), np.array([one for _, one in rows])
    if left.all() or not left.any():
        return
    assert figures.auc(left, chance) == pytest.approx(metrics.roc_auc_score(left, chance))
    assert figures.average_precision(left, chance) == pytest.approx(
        metrics.average_precision_score(left, chance)
    )
    assert figures.log_loss(left, chance) == pytest.approx(metrics.log_loss(left, chance))


def test_calibration_slope_tells_boldness():
    rng = np.random.default_rng(2)
    log_odds = rng.normal(0, 1, 20_000)
    left = rng.random(20_000) < figures.expit(log_odds)
    slope, intercept = figures.slope_and_intercept(left, figures.expit(2 * log_odds + 1))
    assert (slope, intercept) == (pytest.approx(0.5, abs=0.04), pytest.approx(-0.5, abs=0.06))
    assert figures.slope_and_intercept(left, np.full(20_000, 0.3)) == (None, None)


def test_the_command_prints_and_writes(tmp_path: Path):
    file = tmp_path / "customers.csv"
    pa.csv.write_csv(table(), file)
    out = tmp_path / "out"
    done = CliRunner().invoke(
        app,
        [
            "fit",
            "churn",
            str(file),
            "--target",
            "Churned",
            "--id",
            "Customer ID",
            "--json",
            "--out",
            str(out),
        ],
    )
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert 0.7 < said["auc"] < 1
    assert {
        "brier",
        "average_precision",
        "top_decile_lift",
        "log_loss",
        "n",
        "base_rate",
        "model",
    } <= said.keys()
    assert {"rows", "predicted", "observed", "low", "high"} == said["calibration"][0].keys()
    scores = pa.csv.read_csv(out / "scores.csv")
    assert scores.column_names == ["id", "left", "chance"]
    assert scores.num_rows == 300
    assert "<svg" in (out / "calibration.svg").read_text()


def test_the_command_reads_parquet_and_prints_for_people(tmp_path: Path):
    file = tmp_path / "customers.parquet"
    pa.parquet.write_table(table(Calls=list(range(150)) * 2), file)
    done = CliRunner().invoke(app, ["fit", "churn", str(file), "--target", "Churned", "--drop", "Comment"])
    assert done.exit_code == 0, done.output
    assert "300 customers" in done.stdout
    wrong = CliRunner().invoke(app, ["fit", "churn", str(file), "--target", "Gone"])
    assert wrong.exit_code == 1
    assert "there is no column 'Gone'" in wrong.stderr
