"""`tenure fit MODEL FILE`: fit a model of retention, purchases or survival to a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tenure.cli.base import Json, app, fail, start_django
from tenure.cli.fits import fitted, tell
from tenure.cli.import_ import Dates, Delimiter, Encoding, Numbers, Said, Sheet

if TYPE_CHECKING:
    from tenure.insight.fits import Fit
    from tenure.sources.imports.kind import Kind
    from tenure.sources.modelling import Table


fit_app = typer.Typer(no_args_is_help=True, help="Fit a model to a table of customers: what will they do?")
app.add_typer(fit_app, name="fit")

File = Annotated[Path, typer.Argument(metavar="FILE", help="CSV, XLSX, Parquet or JSON Lines.")]
Out = Annotated[
    list[Path] | None,
    typer.Option(help="Write the plot (.svg, .png) or the projection (.csv) there; several times."),
]
Periods = Annotated[
    int | None,
    typer.Option(min=1, help="Fit on so many of the first renewals only, and see how the rest was met."),
]
Horizon = Annotated[
    int | None,
    typer.Option(min=1, max=600, help="Project so many periods: in all for retention, else ahead."),
]
Customers = Annotated[
    float | None, typer.Option(min=1, help="How many customers 100 % are, or period 0 that is not there.")
]
Discount = Annotated[float, typer.Option(min=0.0001, help="By which a later period counts less, per period.")]
Until = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The last day that was seen; the file's last.")
]
Unit = Annotated[str, typer.Option(help="In which time is counted: day, week or month.")]


@dataclass(frozen=True)
class _How:
    """How the command says that a file is to be read."""

    said: list[str]
    dates: str
    numbers: str
    encoding: str
    delimiter: str
    sheet: str


def _read(file: Path, kinds: Sequence[Kind], how: _How) -> Table:
    from tenure.sources.imports.file import FileProblem
    from tenure.sources.imports.options import parse_reading
    from tenure.sources.modelling import read_table

    try:
        reading = parse_reading(how.encoding, how.delimiter, how.sheet)
        return read_table(file, kinds, how.said, reading, how.dates, how.numbers)
    except FileProblem as problem:
        says = str(problem)
        fail(says if says.startswith("--") else f"{file.name} {says}")


def _add_retention(name: str, says: str) -> None:
    def command(
        file: File,
        periods: Periods = None,
        horizon: Horizon = None,
        customers: Customers = None,
        discount: Discount = 0.1,
        out: Out = None,
        said: Said = None,
        dates: Dates = "",
        numbers: Numbers = "",
        encoding: Encoding = "",
        delimiter: Delimiter = "",
        sheet: Sheet = "",
        json: Json = False,
    ) -> None:
        how = _How(said or [], dates, numbers, encoding, delimiter, sheet)
        _retention(name, file, (periods, horizon, customers, discount), out, how, json)

    fit_app.command(name, help=says)(command)


_SURVIVORS = "`period,survivors`, or `cohort,period,survivors`; survivors are counts, shares or percent."
_add_retention("sbg", f"Shifted-beta-geometric: {_SURVIVORS}")
_add_retention("bdw", f"Beta-discrete-Weibull, with chances to leave that change with age: {_SURVIVORS}")


def _retention(
    name: str,
    file: Path,
    about: tuple[int | None, int | None, float | None, float],
    out: list[Path] | None,
    how: _How,
    json: bool,
) -> None:
    start_django()
    import numpy as np

    from tenure.insight import fits
    from tenure.insight.retention.cohorts import cohorts
    from tenure.sources.modelling import SURVIVORS

    periods, horizon, customers, discount = about
    table = _read(file, [SURVIVORS], how)
    rows = table.rows
    names = rows["cohort"].to_pylist() if "cohort" in rows.column_names else [None] * rows.num_rows
    called = table.found.get("survivors", "").lower()
    are_shares = True if any(word in called for word in ("percent", "pct", "share", "rate")) else None

    def made() -> Fit:
        some, shares = cohorts(
            names,
            np.asarray(rows["period"]),
            np.asarray(rows["survivors"]),
            rows["line"].to_pylist(),
            customers,
            are_shares,
        )
        found = fits.retention(name, some, periods, horizon, discount)
        return found.remarked(fits.shares_remark(customers)) if shares else found

    tell(fitted(made, file), table, out, json)


def _add_purchases(name: str, says: str) -> None:
    def command(
        file: File,
        until: Until = None,
        unit: Unit = "week",
        horizon: Horizon = None,
        out: Out = None,
        said: Said = None,
        dates: Dates = "",
        numbers: Numbers = "",
        encoding: Encoding = "",
        delimiter: Delimiter = "",
        sheet: Sheet = "",
        json: Json = False,
    ) -> None:
        how = _How(said or [], dates, numbers, encoding, delimiter, sheet)
        _purchases(name, file, (until, unit, horizon), out, how, json)

    fit_app.command(name, help=says)(command)


_BOUGHT = "`customer,date[,amount]` with --until and --unit, or `frequency,recency,T[,count]`."
_add_purchases("bgnbd", f"BG/NBD: who buys how often, and still will: {_BOUGHT}")
_add_purchases("paretonbd", f"Pareto/NBD, who may leave at any time: {_BOUGHT}")
_add_purchases("bgbb", f"BG/BB, who buys once or not at each opportunity: {_BOUGHT} T is their number, or n.")


def _purchases(
    name: str,
    file: Path,
    about: tuple[datetime | None, str, int | None],
    out: list[Path] | None,
    how: _How,
    json: bool,
) -> None:
    start_django()
    from tenure.insight import buying
    from tenure.sources.modelling import PURCHASES, SUMMARY

    until, unit, horizon = about
    table = _read(file, [SUMMARY, PURCHASES], how)

    def made() -> Fit:
        seen, remarks = _histories(table, until, unit, name == "bgbb")
        return buying.purchases(name, seen, horizon or buying.FEW).remarked(*remarks)

    tell(fitted(made, file), table, out, json)


def _histories(table: Table, until: datetime | None, unit: str, whole: bool) -> tuple[Any, list[str]]:
    import numpy as np

    from tenure.insight.purchases.histories import Histories

    rows = table.rows
    if table.kind == "summary":
        count = np.nan_to_num(np.asarray(rows["count"]), nan=1.0) if "count" in rows.column_names else None
        told = [np.asarray(rows[name]) for name in ("frequency", "recency", "T")]
        return Histories.of(told[0], told[1], told[2], count), []
    bought, remarks = _bought(table, until, unit, whole)
    return Histories.of(bought.repeats, bought.last, bought.seen), remarks


def _bought(table: Table, until: datetime | None, unit: str, whole: bool = False) -> tuple[Any, list[str]]:
    import numpy as np

    from tenure.insight.purchases.histories import UNITS, from_purchases

    if unit not in UNITS:
        fail(f"--unit {unit}: say day, week or month")
    rows = table.rows
    days = rows["date"].to_numpy().astype("datetime64[D]")
    amounts = np.asarray(rows["amount"]) if "amount" in rows.column_names else None
    end = np.datetime64(until.date()) if until else days.max()
    if not (days <= end).any():
        fail(f"--until {end}: the first purchase is on {days.min()}")
    bought = from_purchases(rows["customer"].to_pylist(), days, amounts, end, unit, whole)
    remarks = [f"Seen until {end}, in units of a {unit}; purchases of a customer on one day are one."]
    if bought.left_out:
        remarks.append(f"{bought.left_out:,} purchases after {end} were left out.")
    return bought, remarks


@fit_app.command("gammagamma")
def fit_gammagamma(
    file: File,
    until: Until = None,
    out: Out = None,
    said: Said = None,
    dates: Dates = "",
    numbers: Numbers = "",
    encoding: Encoding = "",
    delimiter: Delimiter = "",
    sheet: Sheet = "",
    json: Json = False,
) -> None:
    """Gamma-gamma: what a purchase is worth: `customer,date,amount`, or
    `frequency,monetary_value[,count]`.
    """
    start_django()
    from tenure.insight import buying
    from tenure.sources.modelling import PURCHASES, SPENDING

    how = _How(said or [], dates, numbers, encoding, delimiter, sheet)
    table = _read(file, [SPENDING, PURCHASES], how)

    def made() -> Fit:
        seen, remarks = _spending(table, until, file)
        return buying.spending(seen).remarked(*remarks)

    tell(fitted(made, file), table, out, json)


def _spending(table: Table, until: datetime | None, file: Path) -> tuple[Any, list[str]]:
    import numpy as np

    from tenure.insight.purchases.gammagamma import Spending

    rows = table.rows
    if table.kind == "purchases":
        if "amount" not in rows.column_names:
            fail(f"{file.name} has no column for amount; say which it is with --map amount=COLUMN")
        bought, remarks = _bought(table, until, "week")
        number, average, count = bought.repeats, bought.average, np.ones(len(bought.repeats))
    else:
        number, average = np.asarray(rows["frequency"]), np.asarray(rows["monetary_value"])
        told = np.asarray(rows["count"]) if "count" in rows.column_names else np.ones(len(number))
        count, remarks = np.nan_to_num(told, nan=1.0), []
    free = (number > 0) & ~(average > 0)
    if free.any():
        remarks.append(f"{free.sum():,} customers whose repeat purchases cost nothing were left out.")
    once = int(count[number == 0].sum())
    if once:
        remarks.append(f"{once:,} customers without a repeat purchase say nothing of amounts.")
    return Spending.of(number[~free], average[~free], count[~free]), remarks


@fit_app.command("km")
def fit_km(
    file: File,
    by: Annotated[str, typer.Option(help="A column that says who is compared with whom.")] = "",
    at: Annotated[
        list[float] | None, typer.Option(help="Tell the share still there at this time; several times.")
    ] = None,
    out: Out = None,
    said: Said = None,
    dates: Dates = "",
    numbers: Numbers = "",
    encoding: Encoding = "",
    delimiter: Delimiter = "",
    sheet: Sheet = "",
    json: Json = False,
) -> None:
    """Kaplan–Meier: `duration,event` or `tenure,churned`, of all and by group."""
    start_django()
    import numpy as np

    from tenure.insight import fits
    from tenure.sources.modelling import DURATIONS

    how = _How([*(said or []), *([f"group={by}"] if by else [])], dates, numbers, encoding, delimiter, sheet)
    table = _read(file, [DURATIONS], how)
    rows = table.rows
    groups = rows["group"].to_pylist() if "group" in rows.column_names else None

    def made() -> Fit:
        happened = rows["event"].to_numpy(zero_copy_only=False).astype(bool)
        return fits.survival(np.asarray(rows["duration"]), happened, groups, at or [])

    tell(fitted(made, file), table, out, json)
