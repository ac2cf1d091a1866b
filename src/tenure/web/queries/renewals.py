"""What the Renewals page reads: a quarter's figures beside last year's, its board, its churn cost by day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import accumulate
from urllib.parse import urlencode

from tenure.accounts.models import Account
from tenure.kit import clock
from tenure.renewals import calls, queries
from tenure.renewals.cohort import Cohort, Tally
from tenure.renewals.figures import Renewals
from tenure.renewals.models import Call
from tenure.renewals.rows import AT_RISK, CHURNED, NO_RISK, PAST_DUE, RENEWED, DueRow, LossRow
from tenure.revenue.losses import Loss, losses
from tenure.revenue.movements import CHURN
from tenure.revenue.quarters import Quarter
from tenure.revenue.queries import has_terms
from tenure.warnings.models import EarlyWarning
from tenure.warnings.rules import CAUSES
from tenure.web.queries import ledger_kept, renewals_kept
from tenure.web.queries.kept import is_large
from tenure.web.queries.owned import narrowed
from tenure.workspaces.access import Access

STATUS, MONTH, TABLE = "status", "month", "table"
VIEWS = {STATUS: "By status", MONTH: "By month", TABLE: "Table"}
CARDS, DECIDED_CARDS = 40, 12  # of a column; the table and the files have all
ROWS = 500  # of the table
AHEAD, BACK = 4, 8  # quarters to choose from


@dataclass(frozen=True)
class Status:
    """A column of the board: its title and band, and what is called of a card that is dropped there."""

    name: str
    title: str
    band: str
    call: str = ""


COLUMNS = (
    Status(AT_RISK, "At risk", "poor", "at_risk"),
    Status(NO_RISK, "No risk", "good", "renew"),
    Status(PAST_DUE, "Past due", "fair"),
    Status(RENEWED, "Renewed", "good"),
    Status(CHURNED, "Churned", "poor"),
)
OPEN = (AT_RISK, NO_RISK, PAST_DUE)
TITLES = {one.name: one.title for one in COLUMNS}
BANDS = {one.name: one.band for one in COLUMNS}


@dataclass(frozen=True)
class Asked:
    """What the address asks for: a quarter, whose renewals, and how they are laid out."""

    quarter: Quarter
    today: date
    view: str = STATUS
    owner: str = ""
    problem: str = ""

    @cached_property
    def fields(self) -> dict[str, str]:
        """The same, as an address has it: only what is not usual."""
        usual = Quarter.of(self.today, self.quarter.starts)
        quarter = "" if self.quarter == usual else str(self.quarter)
        view = "" if self.view == STATUS else self.view
        told = {"quarter": quarter, "view": view, "owner": self.owner}
        return {key: value for key, value in told.items() if value}

    @cached_property
    def query(self) -> str:
        """The address's query."""
        return urlencode(self.fields)

    def but(self, **fields: str) -> str:
        """The query with some of its fields others; an empty one goes."""
        return urlencode({key: value for key, value in {**self.fields, **fields}.items() if value})

    @property
    def as_of(self) -> date:
        """The day the figures are of: a quarter that is over is told as it is known today."""
        return self.today

    @property
    def a_year_before(self) -> date:
        """The day as far into the same quarter of last year."""
        reached = max(min(self.today, self.quarter.last), self.quarter.first)
        return self.quarter.a_year_before.same_day(reached, self.quarter)

    @property
    def choices(self) -> list[Quarter]:
        """The quarters to choose from, the latest first."""
        one = Quarter.of(self.today, self.quarter.starts)
        for _ in range(AHEAD):
            one = one.next
        found = []
        for _ in range(AHEAD + BACK + 1):
            found.append(one)
            one = one.before
        return found if self.quarter in found else sorted([*found, self.quarter], reverse=True)


@dataclass(frozen=True)
class Column:
    """A column of the board."""

    title: str
    band: str
    call: str
    tally: Tally
    rows: Sequence[DueRow]  # the first of them


@dataclass(frozen=True)
class Curve:
    """Churn cost from day to day: what was lost in the quarter up to each day, in minor units a year."""

    points: Sequence[tuple[date, int]]


@dataclass(frozen=True)
class Board:
    """The page."""

    asked: Asked
    has_terms: bool
    found: Renewals
    before: Cohort  # of the same quarter of last year, as known as far into it
    columns: list[Column]
    table: Sequence[DueRow]
    steps: Mapping[str, str]  # by account: the next step
    unexplained: list[LossRow]  # losses of which nobody has said why
    so_far: Curve
    last_year: Curve  # of the same quarter, as far as it is known, in this quarter's days


def asked_of(access: Access, asked: Mapping[str, str]) -> Asked:
    """What an address asks for; the quarter of today where it names none that there is."""
    today, problem = clock.today(access.workspace.zone), ""
    try:
        quarter = queries.quarter_of(access, asked.get("quarter", ""))
        if abs(quarter.year - today.year) > 50:
            raise ValueError("there are no renewals of that year")
    except ValueError as wrong:
        quarter, problem = queries.quarter_of(access), f"{str(wrong)[:1].upper()}{str(wrong)[1:]}."
    view = asked.get("view", "")
    owner = asked.get("owner", "").replace("\0", "")[:254]
    return Asked(quarter, today, view if view in VIEWS else STATUS, owner, problem)


def figures(access: Access, asked: Asked) -> Renewals:
    """A quarter's figures, of whose renewals are asked for."""
    return renewals_kept.renewals(narrowed(access, asked.owner), asked.quarter, asked.as_of)


def takes_long(access: Access, asked: Asked) -> bool:
    """Whether the page would wait for its figures for more than a moment."""
    theirs = narrowed(access, asked.owner)
    return not renewals_kept.has(theirs, asked.quarter, asked.as_of) and is_large(theirs)


def board(access: Access, asked: Asked) -> Board:
    """Everything the page shows of the caller's renewals."""
    theirs = narrowed(access, asked.owner)
    found = figures(access, asked)
    before = renewals_kept.cohort(theirs, asked.quarter.a_year_before, asked.a_year_before)
    columns = _by_month(found) if asked.view == MONTH else _by_status(found)
    shown = [one for column in columns for one in column.rows]
    return Board(
        asked=asked,
        has_terms=has_terms(access),
        found=found,
        before=before,
        columns=columns,
        table=sorted(found.due, key=_by_urgency)[:ROWS],
        steps=_steps(theirs, {one.who.account_id for one in shown if one.status in OPEN}),
        unexplained=[one for one in found.losses if one.code is None and not one.loss.came_back],
        so_far=_so_far(found),
        last_year=_last_year(theirs, asked),
    )


@dataclass(frozen=True)
class One:
    """A customer's renewal: the term that is due, all that was called, and what it may cost."""

    row: DueRow
    calls: list[Call]
    model: str
    quarter: Quarter

    @property
    def p_renewed(self) -> float | None:
        """How likely it is renewed, by the model."""
        return 1 - self.row.chance.p if self.row.chance else None


def one(access: Access, asked: Asked, account_id: str, subscription: str) -> One | None:
    """What stands behind a card; None if nothing of theirs is due. Http404 for a stranger's."""
    account = access.get(Account, account_id)
    found = figures(access, asked)
    theirs = [row for row in (*found.due, *found.added) if row.who.account_id == account.pk]
    row = next((row for row in theirs if row.due.subscription_id == subscription), next(iter(theirs), None))
    return One(row, calls.history(access, account.pk), found.model, asked.quarter) if row else None


def _by_urgency(one: DueRow) -> tuple[int, date, int]:
    """What is past due or at risk first, by when it ends; what is decided last, the newest first."""
    order = (PAST_DUE, AT_RISK, NO_RISK, CHURNED, RENEWED).index(one.status)
    ends = one.due.ends_on if one.status in OPEN else date.max - (one.due.ends_on - date.min)
    return order, ends, -one.arr_minor


def _by_status(found: Renewals) -> list[Column]:
    return [_column(one.title, one.band, one.call, found.of_status(one.name)) for one in COLUMNS]


def _by_month(found: Renewals) -> list[Column]:
    months = sorted({(one.due.ends_on.year, one.due.ends_on.month) for one in found.due})
    return [
        _column(
            f"{date(year, month, 1):%B %Y}",
            "",
            "",
            [one for one in found.due if (one.due.ends_on.year, one.due.ends_on.month) == (year, month)],
        )
        for year, month in months
    ]


def _column(title: str, band: str, call: str, rows: Iterable[DueRow]) -> Column:
    """What is dearest first; what is decided by when it was."""
    some = sorted(rows, key=lambda one: (-one.arr_minor, one.due.ends_on, one.who.name))
    is_open = any(one.status in OPEN for one in some)
    return Column(title, band, call, Tally.of(some), some[: CARDS if is_open else DECIDED_CARDS])


def _steps(access: Access, account_ids: Iterable[str]) -> dict[str, str]:
    """The next step of accounts that need one: of their most urgent open warning."""
    rows = access.of(EarlyWarning).filter(account__in=list(account_ids), closed_on=None).order_by("-rank")
    return {
        key: CAUSES[cause].step for key, cause in rows.values_list("account_id", "cause") if cause in CAUSES
    }


def _so_far(found: Renewals) -> Curve:
    gone = [one.loss for one in found.churned]
    first, until = found.quarter.first, min(found.as_of, found.quarter.last)
    return Curve(_summed(gone, first, until) if until >= first else ())


def _last_year(access: Access, asked: Asked) -> Curve:
    """The same quarter of last year, its days moved into this one."""
    before, now = asked.quarter.a_year_before, asked.quarter
    if before.first > asked.today:
        return Curve(())
    books = ledger_kept.ledger(access)
    if not books.arr(before.eve).any():
        return Curve(())
    gone = [
        one for one in losses(books, before.first, before.last) if one.kind == CHURN and not one.came_back
    ]
    points = _summed(gone, before.first, min(before.last, asked.today))
    return Curve([(now.same_day(day, before), minor) for day, minor in points])


def _summed(gone: Iterable[Loss], first: date, last: date) -> list[tuple[date, int]]:
    """The sum after each day on which something was lost, from nothing on the first to the last day."""
    by_day: dict[date, int] = {first: 0}
    for one in sorted(gone, key=lambda one: one.lost_on):
        by_day[one.lost_on] = by_day.get(one.lost_on, 0) + one.arr_minor
    sums = list(zip(by_day, accumulate(by_day.values()), strict=True))
    return [*sums, (last, sums[-1][1])] if sums[-1][0] < last else sums
