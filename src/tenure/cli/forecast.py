"""`tenure forecast`: how good the forecasts were, and those that were never made, made up for."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.table import Table

from tenure.cli.base import Json, WorkspaceOption, app, console, fail, open_workspace, print_json
from tenure.cli.revenue import percent
from tenure.kit import words

forecast_app = typer.Typer(help="Forecasts of churn cost as made each night, and how good they were.")
app.add_typer(forecast_app, name="forecast", invoke_without_command=True)


@forecast_app.callback()
def forecast(context: typer.Context, workspace: WorkspaceOption = "", json: Json = False) -> None:
    """Show the record at 90, 60 and 30 days before each quarter's end: the model's and the owners'."""
    if context.invoked_subcommand:
        return
    access = open_workspace(workspace, for_reading=True)
    from tenure.renewals import telling_forecasts, track

    told = telling_forecasts.tracks(track.record(access), access.workspace.currency)
    if json:
        print_json(told)
    else:
        console.print(_table(told))
        if assumed := sorted(
            {each["quarter"] for one in told for each in one["quarters"] if each["assumed"] > 0.5}
        ):
            console.print(
                f"Too few contracts were decided before {words.listing(assumed)}: those rates were assumed."
            )


@forecast_app.command()
def backfill(
    quarters: Annotated[int, typer.Option(min=1, max=40, help="How many quarters back.")] = 4,
    workspace: WorkspaceOption = "",
) -> None:
    """Work out the forecasts by which past quarters are scored, from what was known then."""
    access = open_workspace(workspace)
    from tenure.renewals import snapshots

    made = snapshots.take_missing(access, quarters)
    if not made:
        fail("nothing was paid in those quarters as far as is known: import subscriptions first")
    console.print(f"{len(made)} forecasts are there. `tenure forecast` shows how good they were.")


def _table(told: list[dict[str, Any]]) -> Table:
    table = Table("Days before the end", header_style="bold")
    for title in ("Quarters", "Bias", "WAPE", "Brier", "80 % interval held", "Owners' bias", "WAPE", "Brier"):
        table.add_column(title, justify="right")
    for one in told:
        model, calls = one["model"], one["calls"]
        table.add_row(
            str(one["days_before"]),
            str(len(one["quarters"])),
            percent(model["bias"]),
            percent(model["wape"]),
            _score(model["brier"]),
            percent(one["coverage"]),
            percent(calls["bias"]),
            percent(calls["wape"]),
            _score(calls["brier"]),
        )
    return table


def _score(value: float | None) -> str:
    return "no data" if value is None else f"{value:.3f}"
