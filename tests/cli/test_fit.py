"""`tenure fit`, as somebody types it: files as they come, and what is printed of them."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from tenure.cli import fit  # noqa: F401  # adds itself to the app
from tenure.cli.base import app
from tests.insight.fitters import FITTERS, by_day
from tests.insight.test_published import REGULAR


def run(*words: object, code: int = 0) -> str:
    """What a command prints; its errors too."""
    result = CliRunner().invoke(app, ["fit", *map(str, words)])
    assert result.exit_code == code, result.output
    return result.output


def found(*words: object) -> dict[str, Any]:
    return dict(json.loads(run(*words, "--json")))


def write(path: Path, header: str, rows: list[Any]) -> Path:
    with path.open("w", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(header.split(","))
        lines.writerows(rows)
    return path


def test_survivors_as_counts_and_as_percent_are_one(tmp_path: Path) -> None:
    counts = write(
        tmp_path / "n.csv", "period,survivors", [(i, round(10 * v)) for i, v in enumerate(REGULAR)]
    )
    percent = write(tmp_path / "p.csv", "Year;Survival", [])
    percent.write_text("Year;Survival\n" + "".join(f"{i};{v}%\n" for i, v in enumerate(REGULAR) if i))
    first, second = (found("sbg", file, "--periods", 7) for file in (counts, percent))
    assert {name: round(value, 3) for name, value in first["params"].items()} == {
        "alpha": 0.704,
        "beta": 1.182,
    }
    assert round(first["log_likelihood"], 1) == -1680.3
    assert second["params"] == pytest.approx(first["params"])
    assert second["log_likelihood"] == pytest.approx(first["log_likelihood"])
    assert "Shares were taken of 1,000 customers" in second["remarks"][0]
    assert (first["n"], first["fitted_periods"], first["rows"]["used"]) == (1000, 7, 13)
    row = first["projection"][8]
    assert (row["period"], round(row["survivors"]), row["observed"]) == (8, 220, pytest.approx(0.223))
    half = found("sbg", percent, "--periods", 7, "--customers", 250)
    assert half["standard_errors"]["alpha"] == pytest.approx(2 * first["standard_errors"]["alpha"], rel=1e-3)


def test_cohorts_of_different_ages_share_one_model(tmp_path: Path) -> None:
    there = np.round(40_000 * np.array([1, 0.7, 0.56, 0.48, 0.42, 0.38])).astype(int)
    rows = [("May", i, v) for i, v in enumerate(there)] + [("June", i, v) for i, v in enumerate(there[:4])]
    file = write(tmp_path / "cohorts.csv", "Cohort,Renewal,Customers", rows)
    told = found("bdw", file, "--horizon", 9)
    assert set(told["params"]) == {"alpha", "beta", "c"}
    assert [one["cohort"] for one in told["cohorts"]] == ["May", "June"]
    june = told["cohorts"][1]
    assert (june["last_period"], june["projection"][0]) == (3, {"period": 3, "survivors": float(there[3])})
    assert june["projection"][2]["survivors"] == pytest.approx(there[5], rel=0.02)
    assert len(told["projection"]) == 10
    assert told["residual_lifetime"][0]["survived"] == 0


def test_what_cannot_be_is_told_with_its_line(tmp_path: Path) -> None:
    rising = write(tmp_path / "rising.csv", "period,survivors", [(0, 100), (1, 80), (2, 90)])
    assert "rising.csv, line 4, survivors: rises from 80 to 90" in run("sbg", rising, code=1)
    nobody = write(tmp_path / "all.csv", "period,survivors", [(0, 100), (1, 100), (2, 100)])
    assert "all.csv has no customer who left" in run("sbg", nobody, code=1)
    other = write(tmp_path / "other.csv", "period,colour", [(0, "red")])
    assert "other.csv has no column for survivors; it has period and colour" in run("sbg", other, code=1)
    assert "cannot be opened" in run("sbg", tmp_path / "none.csv", code=1)
    once = write(tmp_path / "once.csv", "customer,date", [("ann", "2026-01-01"), ("bo", "2026-01-03")])
    assert "once.csv has no repeat purchase" in run("bgnbd", once, code=1)
    assert "the first purchase is on 2026-01-01" in run("bgnbd", once, "--until", "2025-12-01", code=1)
    assert "say day, week or month" in run("bgnbd", once, "--unit", "year", code=1)
    assert "no column for amount" in run("gammagamma", once, code=1)
    assert "no column for customer" in run("bgnbd", other, code=1)


def test_bad_rows_are_set_aside_and_named(tmp_path: Path) -> None:
    rows = [(f"c{i % 9}", f"2026-0{1 + i % 5}-1{i % 9}", 10 + i % 7) for i in range(60)]
    file = write(
        tmp_path / "bought.csv", "customer,date,amount", [*rows, ("x", "soon", 5), ("y", "2026-02-01", -3)]
    )
    told = found("bgnbd", file, "--until", "2026-05-31")
    assert told["rows"] | {"problems": 0} == {"read": 62, "used": 60, "set_aside": 2, "problems": 0}
    assert [one["line"] for one in told["rows"]["problems"]] == [62, 63]
    assert "'soon' is not a date" in told["rows"]["problems"][0]["says"]
    assert "refunds are no purchases" in told["rows"]["problems"][1]["says"]


@pytest.fixture(scope="module")
def bought() -> tuple[np.ndarray, ...]:
    """Three hundred customers by days, as histories in days."""
    x, last, seen = by_day(FITTERS[2]).simulate(np.random.default_rng(8), 300)
    return x, np.round(last * 7), np.round(seen * 7)


def purchases(bought: tuple[np.ndarray, ...]) -> list[tuple[str, str, int]]:
    """Purchases that make these histories; those between the first and the last anywhere."""
    end, rows = np.datetime64("2026-06-30"), []
    for i, (x, last, seen) in enumerate(zip(*bought, strict=True)):
        between = np.linspace(1, last - 1, max(int(x) - 1, 0)).round() if x > 1 else []
        for day in [0, *between, *([last] if x else [])]:
            rows.append((f"c{i}", str(end - int(seen) + int(day)), 10 + i % 50))
    return rows


@pytest.mark.parametrize("model", ["bgnbd", "paretonbd"])
def test_trade_as_rows_and_as_a_summary_is_one(
    model: str, tmp_path: Path, bought: tuple[np.ndarray, ...]
) -> None:
    enough = bought[1] >= bought[0]
    some = tuple(one[enough] for one in bought)
    rows = write(tmp_path / "rows.csv", "Customer ID,Order Date,Total", purchases(some))
    table = pa.table({"x": some[0], "t.x": some[1] / 7, "T.cal": some[2] / 7})
    pq.write_table(table, tmp_path / "summary.parquet")
    first = found(model, rows, "--until", "2026-06-30", "--unit", "week", "--horizon", 4)
    second = found(model, tmp_path / "summary.parquet", "--horizon", 4)
    assert second["params"] == pytest.approx(first["params"], rel=1e-6)
    assert second["log_likelihood"] == pytest.approx(first["log_likelihood"])
    assert first["n"] == enough.sum()
    assert [row["period"] for row in first["projection"]] == [1, 2, 3, 4]
    days = found(model, rows, "--until", "2026-06-30", "--unit", "day")
    assert days["params"]["alpha"] == pytest.approx(7 * first["params"]["alpha"], rel=1e-4)
    earlier = found(model, rows, "--until", "2026-05-31")
    assert any("were left out" in one for one in earlier["remarks"])
    assert earlier["repeat_purchases"] < first["repeat_purchases"]


def test_a_counted_table_of_opportunities(tmp_path: Path) -> None:
    x, last, n = FITTERS[4].simulate(np.random.default_rng(4), 4000)
    rows, count = np.unique(np.stack([x, last, n]), axis=1, return_counts=True)
    file = write(tmp_path / "bgbb.csv", "x,t_x,n,count", [*zip(*rows.astype(int), count, strict=True)])
    told = found("bgbb", file)
    assert (told["n"], told["distinct_histories"]) == (4000, len(count))
    assert FITTERS[4].fit(FITTERS[4].of((x, last, n))).params == pytest.approx(told["params"], rel=1e-5)


def test_what_a_purchase_is_worth(tmp_path: Path, bought: tuple[np.ndarray, ...]) -> None:
    x, z = FITTERS[5].simulate(np.random.default_rng(4), 500)
    summary = write(
        tmp_path / "s.csv", "frequency,monetary_value", [*zip(x.astype(int), z, strict=True), (0, 0)]
    )
    told = found("gammagamma", summary)
    assert told["params"] == pytest.approx(FITTERS[5].fit(FITTERS[5].of((x, z))).params, rel=1e-4)
    assert "1 customers without a repeat purchase" in told["remarks"][-1]
    rows = write(tmp_path / "rows.csv", "customer,date,amount", purchases(bought))
    assert found("gammagamma", rows)["n"] == np.count_nonzero(bought[0])


def test_how_long_they_stay_by_group(tmp_path: Path) -> None:
    rows = [(i % 24 + 1, "Yes" if i % 3 else "No", "year" if i % 2 else "month") for i in range(120)]
    file = write(tmp_path / "km.csv", "tenure,Churn,Contract", rows)
    told = found("km", file, "--by", "Contract", "--at", 12)
    assert [one["group"] for one in told["groups"]] == ["", "month", "year"]
    everybody = told["groups"][0]
    assert (everybody["n"], everybody["events"]) == (120, 80)
    assert 0 < everybody["survival"][0]["lowest"] < everybody["survival"][0]["survival"] < 1
    assert told["params"]["median"] == everybody["median"]["value"]


def test_plots_and_tables_are_written(tmp_path: Path) -> None:
    file = write(tmp_path / "n.csv", "period,survivors", [(i, round(10 * v)) for i, v in enumerate(REGULAR)])
    out = [tmp_path / f"plot.{kind}" for kind in ("svg", "png", "csv")]
    text = run("sbg", file, *(word for path in out for word in ("--out", path)))
    assert "0.7" in text
    assert "Log-likelihood" in text
    assert b"<svg" in out[0].read_bytes()
    assert out[1].read_bytes().startswith(b"\x89PNG")
    assert out[2].read_text().splitlines()[0] == "period,survival,survivors,retention,observed"
    assert "written as .svg or .png" in run("sbg", file, "--out", tmp_path / "plot.bmp", code=1)
    assert "cannot be written" in run("sbg", file, "--out", tmp_path / "none" / "plot.svg", code=1)
