"""What the ledgers say of a quarter: as known on its eve, and as known on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from tenure.insight.chances import Chances, chances
from tenure.renewals.cohort import Tally
from tenure.revenue import due as dues
from tenure.revenue.due import Due
from tenure.revenue.ledger import Ledger
from tenure.revenue.losses import Loss, churn_cost, losses
from tenure.revenue.quarters import Quarter
from tenure.revenue.queries import ledger
from tenure.workspaces.access import Access

_AHEAD = timedelta(days=90)


@dataclass(frozen=True)
class Eve:
    """What was due in a quarter as known the day before it, what rolled on, and all that was paid."""

    due: tuple[Due, ...]
    rolling: Tally
    opening_arr: int  # minor units a year

    @classmethod
    def of(cls, books: Ledger, quarter: Quarter, eve: date) -> Eve:
        """From the ledger of that day."""
        which = dues.is_rolling(books) & books.is_live(eve) & books.is_paid
        rolling = Tally(int(which.sum()), int(books.terms.arr[which].sum()))
        due = dues.cohort(books, quarter.first, quarter.last)
        return cls(tuple(due), rolling, int(books.arr(eve).sum()))


def eve_of(access: Access, quarter: Quarter) -> Eve:
    """Of a quarter that has begun."""
    return Eve.of(ledger(access, quarter.eve), quarter, quarter.eve)


class Books:
    """The ledger of the day and what its quarter began with; either may be there already."""

    def __init__(
        self, access: Access, quarter: Quarter, day: date, now: Ledger | None = None, eve: Eve | None = None
    ) -> None:
        self.access, self.quarter, self.day = access, quarter, day
        self.until = min(quarter.last, day)
        self.now = now or ledger(access, day)
        has_begun = quarter.eve < day
        self.eve = (eve or eve_of(access, quarter)) if has_begun else Eve.of(self.now, quarter, day)
        self.due = dues.outcomes(self.now, list(self.eve.due), quarter.last)

    def chances(self) -> Chances | None:
        """What may be lost by the end of the quarter; None of one that is over."""
        if self.day > self.quarter.last:
            return None
        return chances(self.access, self.day, self.quarter.last, self.now)

    def chances_before(self) -> Chances | None:
        """What may be lost before the quarter begins; None of one that has begun."""
        if self.day >= self.quarter.eve:
            return None
        return chances(self.access, self.day, self.quarter.eve, self.now)

    def added(self) -> list[Due]:
        """What ends in the quarter and is not of the frozen cohort."""
        since = dues.added(self.now, self.quarter.first, self.quarter.last, list(self.eve.due))
        return dues.outcomes(self.now, since, self.quarter.last)

    def lost(self) -> list[Loss]:
        """What was lost in the quarter so far."""
        first = self.quarter.first
        return losses(self.now, first, self.until) if self.until >= first else []

    def next_90_days(self) -> list[Due]:
        """What comes up in the next 90 days, whatever the quarter."""
        until = self.day + _AHEAD
        ahead = dues.cohort(self.now, self.day + timedelta(days=1), until)
        return dues.outcomes(self.now, ahead, until)

    def cost(self, quarter: Quarter, last: date) -> int | None:
        """The churn cost of another quarter up to a day of it; None where nobody paid anything by then."""
        if not (self.now.arr(quarter.eve).any() or self.now.arr(last).any()):
            return None
        return churn_cost(self.now, quarter.first, min(last, self.day))

    def same_quarter(self) -> tuple[int | None, int | None]:
        """The churn cost of this quarter a year before: whole, and to the same day."""
        before = self.quarter.a_year_before
        to_date = before.same_day(max(self.until, self.quarter.first), self.quarter)
        return self.cost(before, before.last), self.cost(before, to_date)
