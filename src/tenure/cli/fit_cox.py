"""`tenure fit cox FILE`: proportional hazards of any table of customers, or of stretches of their time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from tenure.cli.base import Json, console, fail, print_json, start_django
from tenure.cli.fit import Out, fit_app
from tenure.cli.fit_churn import ragged_notes, read_any
from tenure.cli.fits import as_json, fitted, write
from tenure.cli.import_ import Delimiter, Encoding, Sheet

if TYPE_CHECKING:
    from tenure.insight.cox.fitting import Named
    from tenure.insight.fits import Fit
    from tenure.sources.whole import Whole


@fit_app.command("cox")
def fit_cox(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV, XLSX, Parquet or JSON Lines.")],
    duration: Annotated[str, typer.Option(help="The column with how long, or with each stretch's end.")],
    event: Annotated[str, typer.Option(help="The column that says whether they left then.")],
    start: Annotated[
        str, typer.Option(help="The column with each stretch's start: late entry, or covariates that change.")
    ] = "",
    id_: Annotated[str, typer.Option("--id", help="The column that names the customers.")] = "",
    drop: Annotated[list[str] | None, typer.Option(help="A column to leave out; may be repeated.")] = None,
    positive: Annotated[str, typer.Option(help="What the event column says of those who left.")] = "",
    out: Out = None,
    encoding: Encoding = "",
    delimiter: Delimiter = "",
    sheet: Sheet = "",
    json: Json = False,
) -> None:
    """Who leaves sooner, and by how much: Cox's proportional hazards over all other columns (Efron's ties),
    with hazard ratios, concordance, and a test of whether hazards are in proportion.
    """
    start_django()
    from tenure.insight.cox.fitting import Named

    whole = read_any(file, encoding, delimiter, sheet)
    named = Named(duration, event, start, id_, positive, tuple(drop or ()))
    fit = fitted(lambda: _made(file, whole, named), file).remarked(*ragged_notes(whole))
    for path in out or []:
        write(fit, path)
    if json:
        print_json(as_json(fit))
    else:
        _print(fit)


def _made(file: Path, whole: Whole, named: Named) -> Fit:
    from tenure.insight.churn.target import CannotFit
    from tenure.insight.cox.fitting import fit

    try:
        return fit(whole.table, named)
    except CannotFit as problem:
        fail(f"{file.name}: {problem}")


def _print(fit: Fit) -> None:
    more = fit.more
    console.print(
        f"[bold]Proportional hazards[/bold]: {fit.n:,.0f} customers, {more['events']:,} left", highlight=False
    )
    table = Table("Covariate", header_style="bold", box=None)
    for title in ("Coefficient", "Error", "Hazard ratio", "95 % interval", "z", "p", "p in proportion"):
        table.add_column(title, justify="right")
    for one in more["covariates"]:
        table.add_row(
            one["name"],
            f"{one['coefficient']:.4f}",
            f"{one['standard_error']:.4f}",
            f"{one['hazard_ratio']:.3f}",
            f"{one['low']:.3f} to {one['high']:.3f}",
            f"{one['z']:.2f}",
            f"{one['p']:.4f}",
            f"{one['proportional']['p']:.3f}",
        )
    console.print(table)
    ratio = more["likelihood_ratio"]
    concordance = "–" if more["concordance"] is None else f"{more['concordance']:.4f}"
    console.print(
        f"Log-likelihood {fit.log_likelihood:,.3f}; against none {ratio['statistic']:.2f} on {ratio['df']} "
        f"degrees of freedom (p {ratio['p']:.2g}); concordance {concordance}; hazards in proportion: "
        f"p {more['proportional_hazards']['p']:.3f}",
        highlight=False,
    )
    for remark in fit.remarks:
        console.print(remark, highlight=False, markup=False)
