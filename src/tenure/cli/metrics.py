"""`tenure metrics`: every figure of every customer, as of a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from tenure.cli.base import (
    Json,
    WorkspaceOption,
    app,
    console,
    fail,
    open_workspace,
    print_json,
    start_django,
)

if TYPE_CHECKING:
    from tenure.metrics.definition import Metric
    from tenure.metrics.queries import AccountValues
    from tenure.workspaces.access import Access

AsOf = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="As of the end of this day.")]


metrics_app = typer.Typer(help="Figures of every customer, and metrics of your own as files.")
app.add_typer(metrics_app, name="metrics", invoke_without_command=True)


@metrics_app.callback()
def metrics(
    context: typer.Context,
    as_of: AsOf = None,
    metric: Annotated[list[str] | None, typer.Option(help="Only this one; may be repeated.")] = None,
    account: Annotated[
        list[str] | None, typer.Option(help="A customer's id or name; may be repeated.")
    ] = None,
    workspace: WorkspaceOption = "",
    json: Json = False,
) -> None:
    """Compute metrics of customers as of a day, from what was known then."""
    if context.invoked_subcommand:
        return
    access = open_workspace(workspace, for_reading=True)
    from tenure.metrics import queries

    chosen = chosen_metrics(access, metric)
    day = chosen_day(access, as_of)
    rows = queries.values(access, chosen, day, chosen_accounts(access, account))
    if json:
        print_json(_as_json(rows, chosen, day, access.workspace.currency))
    elif rows:
        console.print(_table(rows, chosen, access.workspace.currency))
    else:
        console.print("No customers yet. `tenure import accounts FILE` or an SDK brings some.")


@metrics_app.command("export")
def export_metrics(
    file: Annotated[str, typer.Argument(help="Where to; - prints it.")] = "-", workspace: WorkspaceOption = ""
) -> None:
    """Write the workspace's own metrics as YAML."""
    access = open_workspace(workspace)
    from tenure.metrics import files

    text = files.write(access.workspace)
    if file == "-":
        print(text, end="")
    else:
        Path(file).write_text(text, encoding="utf-8")
        console.print(f"Wrote {file}.")


@metrics_app.command("import")
def import_metrics(
    files_: Annotated[list[Path], typer.Argument(metavar="FILE…")], workspace: WorkspaceOption = ""
) -> None:
    """Add or change the workspace's own metrics by YAML files; all of them or none."""
    access = open_workspace(workspace)
    from tenure.metrics import actions, files
    from tenure.metrics.own import OwnMetricError

    try:
        metrics = [one for path in files_ for one in files.read(path.read_text(encoding="utf-8"))]
        changed = actions.save_metrics(access, metrics)
    except (OSError, UnicodeDecodeError, OwnMetricError) as wrong:
        fail(str(wrong))
    console.print(f"{len(metrics)} read, {changed} changed. Figures follow with the next refresh.")


@metrics_app.command("reference")
def reference() -> None:
    """Print the reference page of the shipped metrics (docs/reference/metrics.md)."""
    start_django()
    from tenure.metrics import reference as page

    print(page.markdown(), end="")


def chosen_metrics(access: Access, names: Sequence[str] | None) -> list[Metric]:
    """The metrics of these names, or all; an unknown one ends the command."""
    from tenure.metrics.catalogue import metrics_of

    there = metrics_of(access.workspace)
    for name in names or ():
        if name not in there:
            fail(f"there is no metric {name!r}; there are: {', '.join(there)}")
    return [there[name] for name in dict.fromkeys(names)] if names else list(there.values())


def chosen_day(access: Access, as_of: datetime | None) -> date:
    """The day asked for, or the workspace's today."""
    from tenure.kit import clock

    return as_of.date() if as_of else clock.today(access.workspace.zone)


def chosen_accounts(access: Access, named: Sequence[str] | None) -> list[str] | None:
    """Our ids of the accounts named, or None for all; an unknown one ends the command."""
    from tenure.accounts.queries import find_account

    if not named:
        return None
    found = {name: find_account(access, name) for name in named}
    if missing := [name for name, account in found.items() if account is None]:
        fail(f"there is no account {missing[0]!r}, or several have that name; give its id")
    return [account.pk for account in found.values() if account]


def _table(rows: Sequence[AccountValues], chosen: Sequence[Metric], currency: str) -> Table:
    from tenure.metrics import wording

    table = Table("Account", "Name", show_footer=True, header_style="bold")
    for one in chosen:
        known = [value for row in rows if (value := row.values[one.name]) is not None]
        table.add_column(one.title, _footer(one, known, len(rows), currency), justify="right")
    for row in rows:
        written = [wording.figure(one, row.values[one.name], currency) for one in chosen]
        table.add_row(row.external_id, row.name, *written)
    return table


def _footer(metric: Metric, known: Sequence[float], accounts: int, currency: str) -> str:
    """How many accounts have data; of money also the total."""
    from tenure.kit import words
    from tenure.metrics.definition import Unit

    total = f"\n{words.money_exact(sum(known), currency)}" if metric.unit is Unit.MONEY and known else ""
    return f"{len(known):,} of {accounts:,}{total}"


def _as_json(
    rows: Sequence[AccountValues], chosen: Sequence[Metric], day: date, currency: str
) -> dict[str, Any]:
    """Money in major units, missing as null."""
    return {
        "as_of": day,
        "currency": currency,
        "metrics": {one.name: {"title": one.title, "unit": one.unit} for one in chosen},
        "accounts": [
            {
                "account_id": row.external_id,
                "name": row.name,
                "values": {one.name: _number(one, row.values[one.name], currency) for one in chosen},
            }
            for row in rows
        ],
    }


def _number(metric: Metric, value: float | None, currency: str) -> float | None:
    from tenure.kit.money import digits
    from tenure.metrics.definition import Unit

    if value is None or metric.unit is not Unit.MONEY:
        return value
    return value / float(10 ** digits(currency))
