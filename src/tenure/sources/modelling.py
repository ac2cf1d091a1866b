"""Reads a file as a table to learn from: columns found, cells read and checked as in an import, nothing
kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa

from tenure.kit import clock
from tenure.sources.imports.checking import CheckedFile, Rejected, Terms, checked_file
from tenure.sources.imports.file import FileProblem, Reading, SourceFile
from tenure.sources.imports.files import open_file
from tenure.sources.imports.forms import DATE, NUMBER, POINT, WHOLE, YES_NO, text
from tenure.sources.imports.kind import Check, Column, Kind, Load, Written
from tenure.sources.imports.looks import first_cells
from tenure.sources.imports.mapping import Columns, pairs, understand
from tenure.sources.imports.options import manners
from tenure.sources.imports.sql import identifier

_FEW = 20  # problems that are told one by one


def _nothing(load: Load, batch: pa.Table) -> Written:
    """Rows to learn from are not written anywhere."""
    return Written()


def _kind(name: str, columns: Sequence[Column], checks: Sequence[Check] = (), key: str = "ordinal") -> Kind:
    return Kind(name, name.capitalize(), tuple(columns), _nothing, (key,), tuple(checks))


_COUNT = Column(
    "count",
    NUMBER,
    "how many customers the row is of; one if left out",
    also=("weight weights customers custs ncusts numcusts numberofcustomers donors cases"),
)
_AT_LEAST_0 = "'is below 0; it is at least 0'"

SURVIVORS = _kind(
    "survivors",
    (
        Column(
            "period",
            WHOLE,
            "how many renewals they have come to: 0, 1, 2, …",
            True,
            "periods renewal renewals year years month months quarter week tenure time age t",
        ),
        Column(
            "survivors",
            NUMBER,
            "how many were still there then, or which share",
            True,
            "survivor surviving survived survival alive active retained remaining customers subscribers "
            "share percent survivalpercent percentsurviving percentalive survivalrate count",
        ),
        Column("cohort", text(200), "which cohort; one if left out", also="group segment plan cohortname"),
    ),
    (
        Check("period", "period < 0", _AT_LEAST_0),
        Check("survivors", "survivors < 0", _AT_LEAST_0),
    ),
    key="coalesce(cohort, '') || chr(31) || period",
)

PURCHASES = _kind(
    "purchases",
    (
        Column(
            "customer",
            text(200),
            "who bought",
            True,
            "customerid accountid account userid user clientid client buyer memberid id cust custid",
        ),
        Column(
            "date",
            DATE,
            "the day of the purchase",
            True,
            "day orderdate purchasedate transactiondate invoicedate orderedat createdat timestamp time",
        ),
        Column(
            "amount",
            NUMBER,
            "what was paid",
            also="total value price revenue spend spent sales sum ordervalue totalprice amountpaid",
        ),
    ),
    (Check("amount", "amount < 0", "'is negative; refunds are no purchases, leave them out'"),),
)

SUMMARY = _kind(
    "summary",
    (
        Column(
            "frequency", WHOLE, "how many repeat purchases", True, "x repeats repeatpurchases freq xcal p1x"
        ),
        Column(
            "recency",
            NUMBER,
            "time from the first to the last purchase",
            True,
            "tx txcal lastpurchase timeoflast tlast",
        ),
        Column(
            "T",
            NUMBER,
            "time from the first purchase to the end of what was seen",
            True,
            "tcal n ncal periods opportunities trials age length seen",
        ),
        Column(
            "monetary_value",
            NUMBER,
            "what a repeat purchase cost on average",
            also="monetary m mx zbar averageamount averagevalue avgamount avgvalue amount averageordervalue",
        ),
        _COUNT,
        Column("customer", text(200), "who", also="customerid accountid account id cust custid"),
    ),
    (
        Check("frequency", "frequency < 0", _AT_LEAST_0),
        Check("recency", "recency < 0", _AT_LEAST_0),
        Check("T", '"T" < recency', "'is less than the recency; it runs until the end of what was seen'"),
        Check("recency", "frequency > 0 and recency = 0", "'is 0 in spite of repeat purchases'"),
        Check("recency", "frequency = 0 and recency > 0", "'is above 0 without a repeat purchase'"),
        Check("monetary_value", "monetary_value < 0", "'is negative; leave refunds out'"),
        Check("count", '"count" < 0', _AT_LEAST_0),
    ),
)

SPENDING = _kind(
    "spending",
    (
        replace(SUMMARY.column("frequency"), means="how many purchases the average is of"),
        replace(SUMMARY.column("monetary_value"), required=True),
        _COUNT,
        SUMMARY.column("customer"),
    ),
    (
        Check("frequency", "frequency < 0", _AT_LEAST_0),
        Check("monetary_value", "monetary_value < 0", "'is negative; leave refunds out'"),
        Check("count", '"count" < 0', _AT_LEAST_0),
    ),
)

DURATIONS = _kind(
    "durations",
    (
        Column(
            "duration",
            NUMBER,
            "how long they stayed, or have stayed so far",
            True,
            "tenure tenuremonths tenureinmonths months survivaltime lifetime time days weeks years t",
        ),
        Column(
            "event",
            YES_NO,
            "whether they left then",
            True,
            "churned churn ischurned haschurned left cancelled canceled ended observed status churnvalue",
        ),
        Column("group", text(200), "who is compared with whom"),
    ),
    (Check("duration", "duration < 0", _AT_LEAST_0),),
)


@dataclass(frozen=True)
class Table:
    """The good rows of a file, in its order: `line` and a column per canonical one that it has.

    `found`: ours → theirs. `problems`: of the `set_aside` rows, the first few. `remarks`: what was assumed.
    """

    kind: str
    rows: pa.Table
    found: dict[str, str]
    read: int
    set_aside: int
    problems: tuple[Rejected, ...]
    remarks: tuple[str, ...]


def read_table(
    path: Path,
    kinds: Sequence[Kind],
    said: Sequence[str] = (),
    reading: Reading | None = None,
    dates: str = "",
    numbers: str = "",
) -> Table:
    """A file as the first of `kinds` whose columns it has; `said` are OURS=THEIRS as with imports.

    Raises FileProblem if it is none of them, cannot be read, or has no good row; its message begins with a
    verb, the file's name belongs before it.
    """
    file = open_file(path, reading)
    columns = _columns(file, kinds, said)
    how = manners(dates, numbers)
    table, questions = _read(file, columns, how)
    if "numbers" in questions:
        how["numbers"] = POINT
        table, questions = _read(file, columns, how)
        table = replace(
            table, remarks=("A point in a number was taken for the decimal mark; --numbers comma says else.",)
        )
    if "dates" in questions:
        raise FileProblem(f"{questions['dates']}; say --dates day-first or --dates month-first")
    if not table.rows.num_rows:
        first = table.problems[0] if table.problems else None
        says = f"; line {first.line}: {first.says}" if first else ""
        raise FileProblem(f"has no row that can be used{says}")
    return table


def _columns(file: SourceFile, kinds: Sequence[Kind], said: Sequence[str]) -> Columns:
    tried: list[Columns] = []
    problem: FileProblem | None = None
    for kind in kinds:
        try:
            found = understand(kind, file.names, pairs(kind, file.names, said), {}, lambda: first_cells(file))
        except FileProblem as error:
            problem = problem or error
            continue
        if not found.missing:
            found.require()
            return found
        tried.append(found)
    if not tried:
        raise problem or FileProblem("has no columns")
    nearest = min(reversed(tried), key=lambda one: len(one.missing))  # the last is the one most files are
    nearest.require()
    return nearest


def _read(file: SourceFile, columns: Columns, how: dict[str, str]) -> tuple[Table, dict[str, str]]:
    """The table, and what its cells leave open: by what it is about, in words."""
    today = clock.today("UTC")
    with checked_file(file, columns, Terms("UTC", "USD", today, clock.now(), how)) as checked:
        questions = {one.about: one.says for one in checked.judged.questions}
        table = Table(
            columns.kind.name,
            _good(checked),
            {ours: source.theirs for ours, source in columns.sources.items()},
            checked.total,
            checked.rejected,
            tuple(checked.rejects(_FEW)),
            (),
        )
    return table, questions


def _good(checked: CheckedFile) -> pa.Table:
    forms = {one.name: one.form for one in checked.kind.columns if one.name in checked.columns.sources}
    columns = ", ".join(
        f"numbered.{identifier(name)}{'::double' if form in (NUMBER, WHOLE) else ''} as {identifier(name)}"
        for name, form in forms.items()
    )
    # Rows told twice over are one; other repeats are among the faults.
    return checked.connection.sql(
        f"select given.line, {columns} from numbered join given using (ordinal) "  # noqa: S608
        "where is_good and ordinal not in (select ordinal from repeats) order by ordinal"
    ).to_arrow_table()
