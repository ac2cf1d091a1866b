"""`tenure fit churn FILE`: a churn model of any table of customers, judged by rows it has not seen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from tenure.cli.base import Json, console, fail, print_json, start_django
from tenure.cli.fit import fit_app
from tenure.cli.import_ import Delimiter, Encoding, Sheet

if TYPE_CHECKING:
    from tenure.insight.churn.fitting import Fitted
    from tenure.sources.whole import Whole

_SHOWN = 12  # columns on a terminal
_PLOTS = (".svg", ".png")
_TABLES = (".csv", ".parquet")


@fit_app.command("churn")
def fit_churn(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV, XLSX, Parquet or JSON Lines.")],
    target: Annotated[str, typer.Option(help="The column that says who left.")],
    id_: Annotated[str, typer.Option("--id", help="The column that names the customers.")] = "",
    drop: Annotated[list[str] | None, typer.Option(help="A column to leave out; may be repeated.")] = None,
    positive: Annotated[str, typer.Option(help="What the target says of those who left.")] = "",
    out: Annotated[
        list[Path] | None,
        typer.Option(
            help="Write scores (.csv, .parquet), the calibration plot (.svg, .png), or both into a folder; "
            "may be repeated."
        ),
    ] = None,
    encoding: Encoding = "",
    delimiter: Delimiter = "",
    sheet: Sheet = "",
    json: Json = False,
) -> None:
    """Who will leave? Fits logistic regression and gradient boosting to a table of customers, mixes and
    calibrates them, and tells by ten-fold cross-validation how good the chances are.
    """
    start_django()
    whole = read_any(file, encoding, delimiter, sheet)
    for path in out or []:
        _require_writable(path)
    fitted = _fitted(file, whole, target, id_, drop or [], positive)
    for path in out or []:
        _write(fitted, path)
    if json:
        print_json(_as_json(fitted, whole))
    else:
        _print(fitted, whole)


def read_any(file: Path, encoding: str, delimiter: str, sheet: str) -> Whole:
    """A file as one table; fails with one line where it cannot be read."""
    from tenure.sources.imports.file import FileProblem
    from tenure.sources.imports.options import parse_reading
    from tenure.sources.whole import read_whole

    try:
        return read_whole(file, parse_reading(encoding, delimiter, sheet))
    except FileProblem as problem:
        says = str(problem)
        fail(says if says.startswith("--") else f"{file.name} {says}")


def _fitted(file: Path, whole: Whole, target: str, id_: str, drop: list[str], positive: str) -> Fitted:
    from tenure.insight.churn.fitting import fit
    from tenure.insight.churn.target import CannotFit

    try:
        return fit(whole.table, target, id_, drop, positive)
    except CannotFit as problem:
        fail(f"{file.name}: {problem}")


def _as_json(fitted: Fitted, whole: Whole) -> dict[str, Any]:
    quality = fitted.quality
    return {
        "model": fitted.model,
        "auc": quality.auc,
        "brier": quality.brier,
        "average_precision": quality.average_precision,
        "top_decile_lift": quality.top_decile_lift,
        "log_loss": quality.log_loss,
        "calibration": fitted.calibration,
        "calibration_slope": quality.calibration_slope,
        "calibration_intercept": quality.calibration_intercept,
        "n": fitted.n,
        "positives": fitted.left,
        "base_rate": fitted.base_rate,
        "folds": fitted.folds,
        "target": {"column": fitted.target, "positive": fitted.positive},
        "models": fitted.models,
        "features": fitted.features,
        "columns": fitted.columns,
        "suspects": fitted.suspects,
        "notes": [*fitted.notes, *ragged_notes(whole)],
    }


def ragged_notes(whole: Whole) -> list[str]:
    """What is said of rows that do not fit the header."""
    if not whole.ragged:
        return []
    lines = ", ".join(map(str, whole.ragged[:5])) + (", …" if len(whole.ragged) > 5 else "")
    return [f"{len(whole.ragged):,} rows do not fit the header and were set aside: line {lines}"]


def _print(fitted: Fitted, whole: Whole) -> None:
    quality = fitted.quality
    console.print(
        f"[bold]{fitted.model.capitalize()}[/bold]: {fitted.n:,} customers, {fitted.left:,} left "
        f"({fitted.base_rate:.1%}), judged in {fitted.folds} folds",
        highlight=False,
    )
    console.print(
        f"AUC {quality.auc:.4f}, Brier {quality.brier:.4f}, average precision "
        f"{quality.average_precision:.3f}, lift of the top tenth {quality.top_decile_lift:.2f}",
        highlight=False,
    )
    console.print(_models(fitted), _calibration(fitted), _features(fitted))
    for line in [*fitted.suspects, *(f"{name}: {says}" for name, says in fitted.columns.items())]:
        console.print(line, highlight=False, markup=False)
    for line in [*fitted.notes, *ragged_notes(whole)]:
        console.print(line, highlight=False, markup=False)


def _grid(*titles: str) -> Table:
    table = Table(titles[0], header_style="bold", box=None)
    for title in titles[1:]:
        table.add_column(title, justify="right")
    return table


def _models(fitted: Fitted) -> Table:
    table = _grid("Model", "AUC", "Brier", "Log loss", "Slope")
    for name, one in fitted.models.items():
        slope = "–" if one.calibration_slope is None else f"{one.calibration_slope:.2f}"
        table.add_row(name, f"{one.auc:.4f}", f"{one.brier:.4f}", f"{one.log_loss:.4f}", slope)
    return table


def _calibration(fitted: Fitted) -> Table:
    table = _grid("Chance told", "Left", "80 % interval", "Rows")
    for one in fitted.calibration:
        between = f"{one.low:.1%} to {one.high:.1%}"
        table.add_row(f"{one.predicted:.1%}", f"{one.observed:.1%}", between, f"{one.rows:,}")
    return table


def _features(fitted: Fitted) -> Table:
    table = Table("What matters", header_style="bold", box=None)
    table.add_column("AUC alone", justify="right")
    table.add_column("lost without", justify="right")
    for one in fitted.features[:_SHOWN]:
        table.add_row(one.says, f"{one.auc_alone:.3f}", f"{one.importance:.4f}")
    return table


def _require_writable(path: Path) -> None:
    if path.suffix and path.suffix.lower() not in (*_PLOTS, *_TABLES):
        fail(f"--out {path}: scores go to .csv or .parquet, the plot to .svg or .png, both to a folder")
    try:
        (path.parent if path.suffix else path).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        fail(f"--out {path}: cannot be written: {error.strerror}")


def _write(fitted: Fitted, path: Path) -> None:
    if not path.suffix:
        _write(fitted, path / "scores.csv")
        _write(fitted, path / "calibration.svg")
        return
    try:
        if path.suffix.lower() in _PLOTS:
            from tenure.insight.churn.drawing import draw_calibration

            draw_calibration(fitted.calibration, f"{fitted.target}: chances and what happened", path)
        else:
            _write_scores(fitted, path)
    except OSError as error:
        fail(f"--out {path}: cannot be written: {error.strerror}")


def _write_scores(fitted: Fitted, path: Path) -> None:
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.parquet

    from tenure.sources.imports.file import guarded

    scores, is_csv = fitted.scores, path.suffix.lower() == ".csv"
    ids = [guarded(one) for one in scores.ids] if is_csv else scores.ids
    table = pa.table({"id": ids, "left": scores.left, "chance": scores.chance})
    if is_csv:
        pyarrow.csv.write_csv(table, path)
    else:
        pyarrow.parquet.write_table(table, path)
