"""What customers are worth: equity, how it came from what it was, who fits poorly, and one account's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tenure.insight import clv_costs, clv_keeping, clv_queries
from tenure.insight.clv_queries import CHANGES, Change, Mover, PoorFits
from tenure.insight.clv_rows import Sums, Worth, assumed
from tenure.kit import words
from tenure.revenue.quarters import Quarter
from tenure.web import formats
from tenure.web.queries import targets
from tenure.web.queries.kept import Kept, state, whose
from tenure.web.queries.owned import narrowed
from tenure.web.queries.portfolio_scope import Asked
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
    "customers stay, and what those who stay come to pay, if that goes on as it is on record."
)
TITLE = "Customer equity"
OF_PARTS = "Equity on two days, each as it was known then, differs by parts that add up to the last digit."
INTERVAL_OF_PARTS = "Parts are of the expected values; they have no interval."
MEANS_OF_PARTS = {
    "lost": "This one is what the customers who left in between were worth.",
    "paid": "This one is what staying customers paid in between: it was to come, and now it has.",
    "longer": "This one is there because staying customers renewed: the years after come nearer and are "
    "likelier.",
    "chances": "This one is what the hazard says of who leaves soon, beyond what is said of their kind.",
    "notice": "This one is of customers who gave notice, or took it back: how long they pay is known.",
    "expansion": "This one is what staying customers are expected to come to pay more, now against then.",
    "margin": "This one is what staying customers pay more or less, and cost more or less, than before.",
    "model": "This one is there because customers of the same age are expected to stay longer or shorter "
    "than was thought before, or because another discount was said.",
    "new": "This one is what the customers are worth who came in between.",
}


@dataclass(frozen=True)
class Told:
    """Equity on a day, how it came from that of an earlier one, and who costs more than they are worth.

    Of the `customers` who pay only the most valuable ones: the others are read when they are asked for.
    """

    equity: Sums
    customers: int
    most_valuable: list[Worth]
    change: Change
    poor: PoorFits

    @property
    def rows(self) -> int:
        """How many accounts stand in it."""
        return len(self.most_valuable) + len(self.poor.accounts)


_TOLD: Kept[Told] = Kept(most=8, largest=20_000)


def told(access: Access, asked: Asked) -> Told:
    """Of the customers asked for, at the end of the period; since the evening before it."""
    access.require(Right.READ)
    return _of(narrowed(access, asked.owner), asked.period.before, asked.period.last)


def aims(access: Access, asked: Asked) -> dict[str, str]:
    """What equity should be, by `equity`, in the quarter in which the period ends, if anybody said so."""
    return targets.shown(access, str(aimed_at(access, asked)), asked.owner, targets.EQUITY)


def aimed_at(access: Access, asked: Asked) -> Quarter:
    """That quarter."""
    return Quarter.of(asked.period.last, access.workspace.fiscal_year_starts)


def _aim(access: Access, asked: Asked) -> list[tuple[str, str]]:
    quarter = aimed_at(access, asked)
    return [(f"Aim in Q{quarter.number} {quarter.year}", one) for one in aims(access, asked).values()]


def worth(access: Access, account_id: str) -> Worth | None:
    """One account's lifetime value today; None if it does not pay. Http404 for a stranger's."""
    return clv_queries.worth_of(access, account_id)


def _of(access: Access, since: date, day: date) -> Told:
    key = (whose(access), since, day)
    now = (state(access, day), *(clv_keeping.stamp(access.workspace, one) for one in (since, day)))
    return _TOLD.get(key, now, lambda: _made(access, since, day), lambda found: found.rows)


def _made(access: Access, since: date, day: date) -> Told:
    equity, change, poor = clv_queries.together(access, since, day)
    return Told(equity.sums, len(equity), equity.first(ROWS), change, poor)


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
        parts=[*parts, *together, *_aim(access, asked)],
        coverage=[
            *_coverage(equity.low_minor, equity.says, len(equity.left_out)),
            *(f"{one}." for one in equity.rests_on),
        ],
        before="ARR",
        after="Lifetime value",
        beyond="tenure clv --out FILE.csv writes all of them",
        count=found.customers,
        rows=[_row(one) for one in found.most_valuable],
    )


def why_part(access: Access, asked: Asked, part: str) -> Why | None:
    """Who stands behind a part of the change; None for a part that there is not."""
    if part not in CHANGES:
        return None
    change = told(access, asked).change
    found = next(one for one in change.parts if one.name == part)
    theirs = narrowed(access, asked.owner)
    others = change.after_minor - change.before_minor - found.minor
    movers = clv_queries.moved(theirs, change.since, change.as_of, part)
    return Why(
        title=f"{TITLE}: {found.says}",
        means=f"{OF_PARTS} {MEANS_OF_PARTS[part]}",
        of="",
        says=words.money(found.minor, change.currency),
        parts=[
            (
                f"customer equity on {formats.day(change.since)}",
                words.money(change.before_minor, change.currency),
            ),
            (found.says, words.money(found.minor, change.currency)),
            ("all other parts", words.money(others, change.currency)),
            (
                f"customer equity on {formats.day(change.as_of)}",
                words.money(change.after_minor, change.currency),
            ),
        ],
        coverage=[INTERVAL_OF_PARTS],
        before="Value before",
        after="Value after",
        beyond="those who moved most",
        count=len(movers),
        rows=[_moved(one, change.currency) for one in movers[:ROWS]],
    )


def _moved(one: Mover, currency: str) -> Row:
    says = f"{'+' if one.minor > 0 else ''}{words.money(one.minor, currency)} of it"
    return Row(one.id, one.name, "", round(one.before_minor), round(one.after_minor), says)


def why_of(access: Access, account_id: str) -> Why | None:
    """What an account's lifetime value is made of; None if it does not pay. Http404 for a stranger's."""
    one = worth(access, account_id)
    if one is None:
        return None
    money, steady = access.workspace.currency, one.value_minor - one.expansion_minor
    says = assumed(clv_costs.terms_of(access), money)
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
            *([] if one.ends_on else _coverage(one.low_minor, says, 0)),
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
