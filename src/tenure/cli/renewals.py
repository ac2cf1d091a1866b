"""`tenure renewals`: every figure of a quarter's renewals, as of a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.table import Table

from tenure.cli.base import Json, WorkspaceOption, app, console, fail, open_workspace, print_json
from tenure.cli.metrics import AsOf
from tenure.cli.revenue import amount, percent, rows_table


class Rows(StrEnum):
    """What is behind the figures."""

    DUE = "due"
    ADDED = "added"
    LOSSES = "losses"
    AT_STAKE = "at_stake"
    MOVED = "moved"


@app.command()
def renewals(
    quarter: Annotated[str, typer.Option(help="Like 2026Q4; the day's own if left out.")] = "",
    as_of: AsOf = None,
    rows: Annotated[Rows | None, typer.Option(help="Also list what is behind the figures.")] = None,
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="For --rows moved: since this day."),
    ] = None,
    explain: Annotated[
        str, typer.Option(help="Instead of all figures, one by its key with its rows, like `rate.gross.all`.")
    ] = "",
    workspace: WorkspaceOption = "",
    json: Json = False,
) -> None:
    """What is due, renewed, lost and at risk in a quarter, and what is forecast, as known on a day."""
    access = open_workspace(workspace, for_reading=True)
    from tenure.renewals import queries, telling
    from tenure.renewals import since as sinces
    from tenure.renewals.beyond import Beyond

    try:
        day = as_of.date() if as_of else None
        of = queries.quarter_of(access, quarter, day)
        found = queries.renewals(access, of, day)
        if explain:
            _explained(telling.explanation(found, explain, Beyond(access, found)), found.currency, json)
            return
        told = telling.renewals(found)
        if rows is Rows.MOVED:
            changes = sinces.moved(access, found, since.date() if since else None)
            told["moved"] = telling.moved_rows(changes, found.currency)
        elif rows:
            told[f"{rows}_rows"] = telling.rows_of(found, str(rows))
    except ValueError as error:
        fail(str(error))
    except KeyError:
        fail(f"there is no figure {explain!r}; the keys are those of --json, like rate.gross.all")
    if json:
        print_json(told)
        return
    console.print(_table(told))
    for name, why in {**told["missing"], **told["left_out"]}.items():
        console.print(f"  {name}: {why}", highlight=False, markup=False)
    if rows:
        console.print(rows_table(told["moved" if rows is Rows.MOVED else f"{rows}_rows"]))


def _explained(told: dict[str, Any], currency: str, json: bool) -> None:
    if json:
        print_json(told)
        return
    whole = f", of {told['denominator']}" if told["denominator"] else ""
    value = told["missing"] if told["value"] is None else _in_unit(told["value"], told["unit"], currency)
    for line in (f"{told['key']}: {value}{whole}", told["means"], told["but"]):
        console.print(line, highlight=False, markup=False)
    console.print(rows_table(told["rows"]))


def _in_unit(value: float, unit: str, currency: str) -> str:
    return {
        "money": f"{amount(value)} {currency} a year",
        "share": percent(value),
        "days": f"{value:,g} days",
    }.get(unit, f"{value:,.0f}")


def _table(told: dict[str, Any]) -> Table:
    table = Table(f"{told['quarter']} as of {told['as_of']}", header_style="bold")
    table.add_column("Count", justify="right")
    table.add_column(f"ARR, {told['currency']}", justify="right")
    for title, count, worth in _lines(told):
        table.add_row(title, count, worth)
    return table


def _count(number: int | None) -> str:
    return "no data" if number is None else f"{number:,}"


def _lines(told: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    yield "Due", _count(told["due"]["count"]), amount(told["due"]["arr"])
    for name, one in told["by_status"].items():
        yield f"  {name.replace('_', ' ')}", _count(one["count"]), amount(one["arr"])
    for name in ("count", "gross", "net"):
        rate = told["rate"][name]
        yield (
            f"Renewal rate, {name}",
            "",
            f"{percent(rate['all'])} ({percent(rate['closed_only'])} of closed)",
        )
    units = told["unit_churn_qtd"]
    yield "Churn cost to date", _count(units["customers"]), amount(told["churn_cost_qtd"])
    yield "Partial churn", "", amount(told["partial_churn_qtd"])
    yield "Contraction", "", amount(told["contraction_qtd"])
    forecast = told["forecast_churn_cost"]
    within = f"{amount(forecast['low'])} to {amount(forecast['high'])}"
    yield "Forecast churn cost", "", f"{amount(forecast['expected'])} ({within})"
    yield "  as owners call it", "", amount(forecast["called"])
    yield "  worst case", "", amount(forecast["worst"])
    before = told["same_quarter_last_year"]
    yield (
        "Churn cost a year before",
        "",
        f"{amount(before['full'])} ({amount(before['to_date'])} to the same day)",
    )
    yield "At risk, of ARR due", "", f"{amount(told['at_risk_arr'])} ({percent(told['at_risk_share'])})"
    yield "Renewed on time, of renewed", "", percent(told["on_time_rate"])
    health = percent(told["good_health_share"])
    yield "In good health, of open ARR", "", f"{health} (target {percent(told['good_health_target'])})"
