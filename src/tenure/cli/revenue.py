"""`tenure revenue`: how what customers pay moved between two days."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from tenure.cli.base import Json, WorkspaceOption, app, console, fail, open_workspace, print_json

_DAY = ["%Y-%m-%d"]
_SHOWN = frozenset(
    "account_id kind what reason accounts mrr before after change_mrr ends_on lost_on status arr p_lost "
    "call amount of says".split()
)


class By(StrEnum):
    """What movements can be split by."""

    ACCOUNT = "account"
    REASON = "reason"


@app.command()
def revenue(
    a: Annotated[datetime, typer.Option("--from", formats=_DAY, help="From the end of this day.")],
    b: Annotated[datetime, typer.Option("--to", formats=_DAY, help="To the end of this day.")],
    as_known: Annotated[
        datetime | None, typer.Option(formats=_DAY, help="As known on this day; else as corrected since.")
    ] = None,
    by: Annotated[By | None, typer.Option(help="Also list the movements by this.")] = None,
    rolled_up: Annotated[
        bool, typer.Option("--rolled-up", help="Count a parent and its children as one customer.")
    ] = False,
    workspace: WorkspaceOption = "",
    json: Json = False,
) -> None:
    """Movements, retention, churn and quick ratio, from the state on one day to that on another."""
    access = open_workspace(workspace, for_reading=True)
    from tenure.renewals import moving, telling

    try:
        known_on = as_known.date() if as_known else None
        found = moving.revenue(access, a.date(), b.date(), known_on, rolled_up=rolled_up)
    except ValueError as error:
        fail(str(error))
    told = telling.revenue(found)
    if by:
        split = telling.by_account(found) if by is By.ACCOUNT else telling.by_reason(found)
        told[f"by_{by}"] = split
    if json:
        print_json(told)
        return
    console.print(_table(told))
    if by:
        console.print(rows_table(told[f"by_{by}"]))
    for name, why in {**told["missing"], **told["left_out"]}.items():
        console.print(f"  {name}: {why}", highlight=False, markup=False)


def _table(told: dict[str, Any]) -> Table:
    table = Table("", header_style="bold")
    table.add_column(f"{told['from']} to {told['to']}, {told['currency']} a month", justify="right")
    table.add_row("MRR at the start", amount(told["start_mrr"]))
    for kind, value in told["movements"].items():
        sign = "−" if kind in ("contraction", "churn") and value else ""
        table.add_row(kind.capitalize(), sign + amount(value))
    table.add_row("MRR at the end", amount(told["end_mrr"]), end_section=True)
    for name, title in {"grr": "GRR", "nrr": "NRR", "logo_churn": "Logo churn"}.items():
        table.add_row(f"{title}, of {told['denominators'][name]}", percent(told[name]))
    ratio = told["quick_ratio"]
    table.add_row("Quick ratio", "no data" if ratio is None else f"{ratio:.2f}")
    return table


def rows_table(rows: list[dict[str, Any]]) -> Table:
    """Rows of equal keys as a table, in the columns that fit; `--json` has them all."""
    columns = [name for name in rows[0] if name in _SHOWN] if rows else ["nothing"]
    table = Table(*(name.replace("_", " ") for name in columns), header_style="bold")
    for row in rows:
        table.add_row(*(_cell(row[name]) for name in columns))
    return table


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, list):
        return escape("; ".join(map(str, value)))
    return amount(value) if isinstance(value, float) else escape(str(value))


def amount(value: float | None) -> str:
    """Money as it is counted."""
    return "no data" if value is None else f"{value:,.2f}"


def percent(value: float | None) -> str:
    """A share."""
    return "no data" if value is None else f"{value:.1%}"
