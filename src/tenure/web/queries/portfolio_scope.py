"""What the Portfolio page is asked for, and the ledger of the customers that it is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from urllib.parse import urlencode

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tenure.accounts.models import Account
from tenure.health import months
from tenure.health.models import Standing
from tenure.health.months import AWAY, States
from tenure.kit import clock
from tenure.renewals import calls
from tenure.renewals.rules import code_of
from tenure.revenue import queries
from tenure.revenue.ledger import Ledger
from tenure.revenue.losses import losses
from tenure.revenue.moved import Moved, moved
from tenure.revenue.movements import Movements
from tenure.web.queries import ledger_kept, periods
from tenure.web.queries.owned import narrowed
from tenure.web.queries.periods import Period
from tenure.workspaces.access import Access

HEALTH_MONTHS = 13
COHORTS = {"quarter": (3, 12), "month": (1, 24)}  # months of a cohort, and how many are shown
VALUE, COUNT = "value", "count"


@dataclass(frozen=True)
class Asked:
    """What the address asks for: a period, whose customers, of which product, since when things moved."""

    period: Period
    since: date
    owner: str = ""  # as accounts name them, or `team:` and a member's e-mail
    product: str = ""
    cohorts: str = VALUE  # or COUNT
    by: str = "quarter"  # or month
    rolled_up: bool = False  # families as one customer each

    @classmethod
    def of(cls, asked: Mapping[str, str], today: date, year_starts: int) -> Asked:
        """Read an address; what it asks in vain is as if it did not ask."""
        since = periods.day_of(asked.get("since", ""), today) or periods.monday_before(today)
        return cls(
            periods.period_of(asked, today, year_starts),
            since,
            asked.get("owner", "").replace("\0", "")[:254],
            asked.get("product", "").replace("\0", "")[:200],
            COUNT if asked.get("cohorts") == COUNT else VALUE,
            "month" if asked.get("by") == "month" else "quarter",
            asked.get("rolled_up") in ("1", "true"),
        )

    @property
    def fields(self) -> dict[str, str]:
        """The same, as an address has it: only what is not usual, but for the day since when things moved."""
        period = self.period
        days = {"from": period.first.isoformat(), "to": period.last.isoformat()}
        told = days if period.name == periods.CUSTOM else {"period": period.name}
        rest = {"owner": self.owner, "product": self.product, "since": self.since.isoformat()}
        shown = {"cohorts": self.cohorts, "by": self.by, "rolled_up": "1" if self.rolled_up else ""}
        usual = {"period": periods.TWELVE, "cohorts": VALUE, "by": "quarter"}
        return {
            key: value
            for key, value in {**told, **rest, **shown}.items()
            if value and usual.get(key) != value
        }

    @property
    def first_moved(self) -> date:
        """The first day of what moved since an evening."""
        return self.since + timedelta(days=1)

    @property
    def query(self) -> str:
        """The address's query."""
        return urlencode(self.fields)

    def but(self, **fields: str) -> str:
        """The query with some of its fields others; an empty one goes."""
        gone = {"from", "to", "period"} if "period" in fields else set()
        kept = {key: value for key, value in self.fields.items() if key not in gone}
        return urlencode({key: value for key, value in {**kept, **fields}.items() if value})


@dataclass(frozen=True)
class Scope:
    """The ledger of the customers and products that are asked for; `access` is held to those customers."""

    access: Access
    asked: Asked
    today: date
    ledger: Ledger
    has_terms: bool  # whether there are contracts at all

    @classmethod
    def of(cls, access: Access, asked: Asked) -> Scope:
        """Narrow the caller's ledger to what is asked."""
        theirs = narrowed(access, asked.owner)
        whole = ledger_kept.rolled_up(theirs) if asked.rolled_up else ledger_kept.ledger(theirs)
        has_terms = len(whole.terms) > 0 or queries.has_terms(access)
        return cls(theirs, asked, whole.known_on, _of_product(whole, asked.product), has_terms)

    @property
    def accounts(self) -> pa.Array:
        """Whoever ever had a contract."""
        return self.ledger.terms.accounts

    @property
    def movements(self) -> Movements:
        """From the state before the period to that of its last day."""
        return self.ledger.movements(self.asked.period.before, self.asked.period.last)

    def moved(self, a: date, b: date) -> list[Moved]:
        """Who moved from the end of one day to that of another, with the reasons of losses."""
        said = {
            one.account_id: self.codes.get((one.account_id, one.lost_on), (code_of(one.said) or "", ""))[0]
            for one in losses(self.ledger, a + timedelta(days=1), b)
        }
        return moved(self.ledger, a, b, said)

    @cached_property
    def codes(self) -> Mapping[tuple[str, date], tuple[str, str]]:
        """The reasons that people gave, with their notes, by account and day."""
        return calls.codes(self.access, self.today)

    @cached_property
    def opens(self) -> list[date]:
        """The first days of the periods of which cohorts are made, the last being the one that runs."""
        step, most = COHORTS[self.asked.by]
        year_starts = self.access.workspace.fiscal_year_starts
        last = periods.quarter_of(self.today, year_starts) if step == 3 else self.today.replace(day=1)
        first = first_day(self.ledger) or last
        found = [periods.months_on(last, -step * back) for back in range(most, -1, -1)]
        return [day for day in found if periods.months_on(day, step) > first]

    def states(self, days: Sequence[date]) -> list[States]:
        """The health of each account on each of some days, today by its standing."""
        told = months.bands(
            self.access.workspace.id, self.accounts, [day for day in days if day < self.today]
        )
        if days[-1] == self.today:
            rows = self.access.of(Standing).values_list("account_id", "band")
            now = np.full(len(self.accounts), months.UNSCORED, dtype=np.int8)
            columns = zip(*rows, strict=True) if rows else ((), ())
            told_now = dict(
                zip(("account_id", "band"), (pa.array(one, pa.string()) for one in columns), strict=True)
            )
            months.put(now, self.accounts, pa.table(told_now))
            told = [*told, now]
        pays = (self.ledger.arr(day) > 0 for day in days)
        return [np.where(is_paying, one, AWAY) for one, is_paying in zip(told, pays, strict=True)]

    @property
    def health_days(self) -> list[date]:
        """The ends of the last months, and today."""
        first = first_day(self.ledger) or self.today
        ends = [day for day in periods.month_ends(self.today, HEALTH_MONTHS - 1) if day >= first]
        return [*ends, self.today]


@dataclass(frozen=True)
class Called:
    """What an account is called, and whose it is."""

    name: str
    owner: str


def called(access: Access, account_ids: Iterable[str]) -> dict[str, Called]:
    """What some accounts are called."""
    rows = access.of(Account).filter(pk__in=list(account_ids)).values_list("pk", "name", "owner")
    return {key: Called(name, owner) for key, name, owner in rows}


def _of_product(ledger: Ledger, product: str) -> Ledger:
    """What others cost counts as nothing, but renews as it does."""
    if not product:
        return ledger
    table = ledger.terms.table
    is_it = pc.equal(pc.fill_null(table["product"], ""), product)
    worth = pc.if_else(is_it, table["arr_minor"], pa.scalar(0, pa.int64()))
    place = table.schema.get_field_index("arr_minor")
    return Ledger.of(table.set_column(place, "arr_minor", worth), ledger.known_on, ledger.left_out)


def first_day(ledger: Ledger) -> date | None:
    """The first day on which anybody paid anything, if that has come."""
    starts = ledger.terms.start[ledger.is_paid]
    found = date(1970, 1, 1) + timedelta(days=int(starts.min())) if len(starts) else None
    return found if found is not None and found <= ledger.known_on else None


def asked_of(access: Access, asked: Mapping[str, str]) -> Asked:
    """What an address asks for, in the caller's workspace."""
    workspace = access.workspace
    return Asked.of(asked, clock.today(workspace.zone), workspace.fiscal_year_starts)
