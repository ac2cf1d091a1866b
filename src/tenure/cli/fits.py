"""What a fitted model tells: on a terminal, as JSON, as a plot or a file of its projection."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.table import Table as Printed

from tenure.cli.base import console, fail, print_json

if TYPE_CHECKING:
    from tenure.insight.fits import Fit
    from tenure.sources.modelling import Table

_SHOWN = 24  # rows of a projection on a terminal


def tell(fit: Fit, table: Table, out: list[Path] | None, json: bool) -> None:
    """Print what was found, and write it where it is asked for."""
    fit = fit.remarked(*table.remarks)
    for path in out or []:
        write(fit, path)
    if json:
        print_json(_as_json(fit, table))
    else:
        _print(fit, table)


def _as_json(fit: Fit, table: Table) -> dict[str, Any]:
    return {
        **as_json(fit),
        "columns": table.found,
        "rows": {
            "read": table.read,
            "used": table.rows.num_rows,
            "set_aside": table.set_aside,
            "problems": [{"line": one.line, "field": one.field, "says": one.says} for one in table.problems],
        },
    }


def as_json(fit: Fit) -> dict[str, Any]:
    """What was found, as it is printed with --json."""
    return {
        "model": fit.model,
        "params": fit.params,
        "standard_errors": fit.standard_errors,
        "log_likelihood": fit.log_likelihood,
        "n": fit.n,
        **fit.more,
        "projection": fit.projection,
        "remarks": fit.remarks,
    }


def _print(fit: Fit, table: Table) -> None:
    console.print(f"[bold]{fit.picture.title}[/bold], {fit.n:,.0f} customers", highlight=False)
    found = Printed("Parameter", header_style="bold", box=None)
    for title in ("Value", "Standard error"):
        found.add_column(title, justify="right")
    for name, value in fit.params.items():
        error = fit.standard_errors.get(name)
        found.add_row(name, f"{value:,.4f}", "–" if error is None else f"{error:,.4f}")
    console.print(found)
    if fit.log_likelihood is not None:
        console.print(f"Log-likelihood {fit.log_likelihood:,.1f}", highlight=False)
    console.print(_projection(fit))
    for remark in fit.remarks:
        console.print(remark, highlight=False, markup=False)
    if table.set_aside:
        console.print(f"{table.set_aside:,} of {table.read:,} rows were set aside:", highlight=False)
        for one in table.problems:
            console.print(f"  line {one.line}: {one.says}", highlight=False, markup=False)


def _projection(fit: Fit) -> Printed:
    shown = fit.projection[:_SHOWN]
    printed = Printed(header_style="bold", box=None)
    for name in shown[0] if shown else ():
        printed.add_column(name.replace("_", " "), justify="right")
    for row in shown:
        printed.add_row(*(_cell(value) for value in row.values()))
    return printed


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    return (
        f"{value:,.4g}"
        if isinstance(value, float) and abs(value) < 1000
        else (f"{value:,.1f}" if isinstance(value, float) else str(value))
    )


def write(fit: Fit, path: Path) -> None:
    """Write a fit's plot or projection; fails with one line where that cannot be."""
    from tenure.cli import plots

    try:
        plots.write(fit, path)
    except plots.NotWritten as problem:
        fail(str(problem))


def fitted(make: Any, file: Path) -> Fit:
    """What `make` gives; one clear line where the data do not tell."""
    from tenure.insight.likelihood import NotFittable

    try:
        found: Fit = make()
    except NotFittable as problem:
        says = str(problem)
        fail(f"{file.name}, {says}" if says.startswith(("line ", "row ")) else f"{file.name} {says}")
    return found
