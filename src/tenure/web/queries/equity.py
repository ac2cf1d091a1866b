"""What customers are worth: equity, how it came from what it was, who fits poorly, and one account's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tenure.insight import clv_costs, clv_keeping, clv_queries
from tenure.insight.clv_queries import Change, Equity, PoorFits, Worth
from tenure.kit import words
from tenure.web.queries.kept import Kept, state
from tenure.web.queries.owned import narrowed
from tenure.web.queries.portfolio import Asked
from tenure.web.queries.portfolio_why import ROWS, Row, Why
from tenure.workspaces.access import Access
from tenure.workspaces.roles import Right

MEANS = (
    "The margin that a customer's contracts are expected to bring from today on, year by year, each weighed "
    "with the probability that the customer is still there, and discounted. Whoever has stayed long is "
    "expected to stay longer than somebody new. Added is what customers like them came to pay more, or less, "
    "while they stayed. Of whoever has given notice, only what is paid until then counts."
)
OF_ALL = "The sum of the lifetime values of everybody who pays on the day."
INTERVAL = (
    "The interval holds the expected value in 80 % of the draws of what is not known for sure: how long "
    "customers stay, and what those who stay come to pay."
)
TITLE = "Customer equity"


@dataclass(frozen=True)
class Told:
    """Equity on a day, how it came from that of an earlier one, and who costs more than they are worth."""

    equity: Equity
    change: Change
    poor: PoorFits

    @property
    def rows(self) -> int:
        """How many accounts stand in it."""
        return len(self.equity)


_TOLD: Kept[Told] = Kept(most=8, largest=20_000)


def told(access: Access, asked: Asked) -> Told:
    """Of the customers asked for, at the end of the period; since the evening before it."""
    access.require(Right.READ)
    return _of(narrowed(access, asked.owner), asked.period.before, asked.period.last)


def worth(access: Access, account_id: str) -> Worth | None:
    """One account's lifetime value today; None if it does not pay. Http404 for a stranger's."""
    return clv_queries.worth_of(access, account_id)


def _of(access: Access, since: date, day: date) -> Told:
    rests_on = [clv_keeping.stamp(access.workspace, one) for one in (since, day)]
    key = (state(access, day), since, *rests_on)
    return _TOLD.get(key, lambda: _made(access, since, day), lambda found: found.rows)


def _made(access: Access, since: date, day: date) -> Told:
    return Told(*clv_queries.together(access, since, day))


def why(access: Access, asked: Asked) -> Why:
    """What equity is made of."""
    found = told(access, asked)
    equity, change = found.equity, found.change
    money = equity.currency
    parts = [("so much before", words.money(change.before_minor, money))]
    parts += [(one.says, words.money(one.minor, money)) for one in change.parts]
    together = [
        ("together", words.money(change.after_minor, money)),
        ("of which expected expansion", words.money(equity.expansion_minor, money)),
    ]
    return Why(
        title=TITLE,
        means=f"{MEANS} {OF_ALL}",
        of="",
        says=words.money(equity.value_minor, money),
        parts=[*parts, *together],
        coverage=[
            *_coverage(equity.low_minor, equity.says, len(equity.left_out)),
            *(f"{one}." for one in equity.rests_on),
        ],
        before="ARR",
        after="Lifetime value",
        count=len(equity),
        rows=[_row(one) for one in equity.first(ROWS)],
    )


def why_of(access: Access, account_id: str) -> Why | None:
    """What an account's lifetime value is made of; None if it does not pay. Http404 for a stranger's."""
    one = worth(access, account_id)
    if one is None:
        return None
    money, steady = access.workspace.currency, one.value_minor - one.expansion_minor
    says = clv_queries.assumed(clv_costs.terms_of(access), money)
    return Why(
        title=f"Lifetime value of {one.name}",
        means=MEANS,
        of="",
        says=words.money(one.value_minor, money),
        parts=[
            ("ARR", words.money(one.arr_minor, money)),
            ("margin a year, after what serving them costs", words.money(one.margin_minor, money)),
            ("serving them costs a year", words.money(one.serve_minor, money)),
            ("survived so far", words.count(one.survived, one.clock)),
            ("years still to come, discounted", f"{one.years:.1f}"),
            ("margin of these years, if they pay what they pay now", words.money(steady, money)),
            ("expected expansion", words.money(one.expansion_minor, money)),
        ],
        coverage=[
            f"{one.rests_on}.",
            *([f"{one.grows_by}."] if one.grows_by else []),
            *_coverage(one.low_minor, says, 0),
        ],
        before="ARR",
        after="Lifetime value",
        count=1,
        rows=[_row(one)],
    )


def _row(one: Worth) -> Row:
    says = f"{words.count(one.survived, one.clock)} so far, {one.years:.1f} years to come"
    return Row(one.id, one.name, "", one.arr_minor, round(one.value_minor), says)


def _coverage(low: float | None, says: str, left_out: int) -> list[str]:
    said = [INTERVAL if low is not None else "Every rate of loss is assumed: no interval."]
    said += [says] if says else []
    if left_out:
        said.append(f"{words.count(left_out, 'customer')} left out: amounts without a rate.")
    return said
