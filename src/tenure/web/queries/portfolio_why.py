"""What stands behind each figure of the Portfolio page: its definition, what it is made of, whose rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np

from tenure.health.months import AWAY, STATES
from tenure.kit import words
from tenure.revenue import cohorts
from tenure.revenue.moved import Moved
from tenure.revenue.movements import KINDS, Movements
from tenure.web import formats
from tenure.web.queries import periods, portfolio
from tenure.web.queries.portfolio_scope import COHORTS, Asked, Called, Scope, called
from tenure.workspaces.access import Access

ROWS = 50


class Figure(NamedTuple):
    """A figure of the page: what it is called and means, and what it divides by, if it does."""

    title: str
    means: str
    of: str = ""


@dataclass(frozen=True)
class Row:
    """An account's part in a figure, in minor units a year. `says`: what it did, or why."""

    account_id: str
    name: str
    owner: str
    before_minor: int
    after_minor: int
    says: str = ""


@dataclass(frozen=True)
class Why:
    """An explanation. `count`: how many rows there are; the first of them are in `rows`."""

    title: str
    means: str
    of: str
    says: str
    parts: list[tuple[str, str]]  # what it is made of
    coverage: list[str]
    before: str  # the heads of the two columns of amounts
    after: str
    count: int
    rows: list[Row]
    beyond: str = "the files of the page have all of them"  # where the other rows are


FIGURES = {
    "arr": Figure(
        "ARR at the end", "What live contracts bring in a month, times twelve, on the last day of the period."
    ),
    "start": Figure("ARR at the start", "The same at the end of the day before the period."),
    "paying": Figure(
        "Paying customers", "Customers whose live contracts bring in more than nothing on the last day."
    ),
    "grr": Figure(
        "Gross revenue retention",
        "Of the customers that paid at the start: what they still pay at the end, each counted up to what it "
        "paid at the start. What they pay more is left aside, so it is never above 100 %.",
        "ARR at the start",
    ),
    "nrr": Figure(
        "Net revenue retention",
        "Of the customers that paid at the start: all that they pay at the end, more and less. New "
        "customers and those that came back are left aside.",
        "ARR at the start",
    ),
    "logo_churn": Figure(
        "Logo churn",
        "Customers that paid at the start and pay nothing at the end.",
        "customers that paid at the start",
    ),
    "quick_ratio": Figure(
        "Quick ratio",
        "What came in by new customers, growth and those that came back, over what went by those that "
        "left or pay less. Above 1 there is more coming than going.",
        "contraction and churn",
    ),
    "new": Figure("New", "Customers that pay at the end and had never paid up to the start."),
    "expansion": Figure("Expansion", "Customers that paid at the start and pay more at the end."),
    "contraction": Figure(
        "Contraction", "Customers that paid at the start and pay less at the end, but something."
    ),
    "churn": Figure("Churn", "Customers that paid at the start and pay nothing at the end."),
    "reactivation": Figure("Reactivation", "Customers that paid once, not at the start, and pay at the end."),
    "lost": Figure(
        "What was lost",
        "Churn and contraction together. The amount is the same whatever it is divided by; the rate is "
        "not, so each names what it is divided by.",
    ),
    "moved": Figure(
        "What moved",
        "Every customer that pays more or less at the end than at the start, or began, left or came back. "
        "A move between a customer's own contracts is none.",
    ),
}
_WHO: dict[str, Callable[[Movements], np.ndarray]] = {
    "arr": lambda m: m.after > 0,
    "paying": lambda m: m.after > 0,
    "start": lambda m: m.before > 0,
    "grr": lambda m: (m.before > 0) & (m.after < m.before),
    "nrr": lambda m: (m.before > 0) & (m.after != m.before),
    "logo_churn": lambda m: (m.before > 0) & (m.after <= 0),
    "quick_ratio": lambda m: m.kind >= 0,
    "lost": lambda m: (m.before > 0) & (m.after < m.before),
    "moved": lambda m: m.kind >= 0,
}


def why(access: Access, asked: Asked, figure: str) -> Why:
    """A figure of the period. KeyError for one that is not in `FIGURES`."""
    told, scope = FIGURES[figure], Scope.of(access, asked)
    movements, currency = scope.movements, access.workspace.currency
    who = _WHO[figure](movements) if figure in _WHO else movements.kind == KINDS.index(figure)
    rows = _rows(scope, movements, who)
    period = asked.period
    return Why(
        title=told.title,
        means=told.means,
        of=told.of,
        says=says(movements, figure, currency),
        parts=[*_aim(scope, figure), *_parts(movements, currency)],
        coverage=coverage(scope),
        before=words.day(period.before, scope.today),
        after=words.day(period.last, scope.today),
        count=len(rows),
        rows=_named(scope.access, rows[:ROWS]),
    )


def _aim(scope: Scope, figure: str) -> list[tuple[str, str]]:
    """What it should be, if anybody said so."""
    quarter, aims = portfolio.aimed_at(scope), portfolio.aims(scope)
    return [(f"Aim in Q{quarter.number} {quarter.year}", aims[figure])] if figure in aims else []


def says(movements: Movements, figure: str, currency: str) -> str:
    """A figure as it is written."""
    shares = {"grr": movements.grr, "nrr": movements.nrr, "logo_churn": movements.logo_churn}
    if figure in shares:
        return formats.share(shares[figure], 1)
    if figure == "quick_ratio":
        return formats.number(movements.quick_ratio, 2)
    if figure == "paying":
        return formats.number(int((movements.after > 0).sum()))
    return words.money_exact(_amount(movements, figure), currency)


def _amount(movements: Movements, figure: str) -> int:
    lost = movements.total("churn") + movements.total("contraction")
    known = {"arr": movements.end_arr, "start": movements.start_arr, "lost": lost}
    known["moved"] = movements.end_arr - movements.start_arr
    return known[figure] if figure in known else movements.total(figure)


def _parts(movements: Movements, currency: str) -> list[tuple[str, str]]:
    """What all figures of a period are made of: they add up."""
    amounts = [(FIGURES[kind].title, amount) for kind, amount in movements.totals.items()]
    lines = [("ARR at the start", movements.start_arr), *amounts, ("ARR at the end", movements.end_arr)]
    counts = [
        ("Customers that paid at the start", int(movements.paying.sum())),
        ("of them pay nothing at the end", int((movements.paying & (movements.after <= 0)).sum())),
    ]
    money = [(name, words.money_exact(amount, currency)) for name, amount in lines]
    return [*money, *((name, formats.number(count)) for name, count in counts)]


def coverage(scope: Scope) -> list[str]:
    """Who is covered, who is left out and why."""
    asked = scope.asked
    whose = (
        "of your book" if scope.access.is_narrowed else f"of {asked.owner}" if asked.owner else "of everybody"
    )
    what = f", contracts for {asked.product} only" if asked.product else ""
    count = words.count(len(scope.accounts), "customer")
    lines = [f"Covers the contracts {whose}{what}: {count} with one, now or before."]
    if asked.rolled_up:
        lines.append("A parent and all below it count as one customer, with the health of the parent.")
    out = scope.ledger.left_out
    if out:
        lines.append(f"Left out: {words.count(len(out), 'customer')}. For the first: {out[0].why}.")
    lines.append("Amounts are in the workspace's currency, at the rate of the day they were agreed.")
    return lines


def cohort(access: Access, asked: Asked, opens: date, age: int) -> Why | None:
    """What became of a cohort after some periods; None if there is no such cohort, or it is not that old."""
    scope = Scope.of(access, asked)
    if opens not in scope.opens[:-1] or not 0 <= age < len(scope.opens) - 1 - scope.opens.index(opens):
        return None
    at = scope.opens.index(opens)
    day = scope.opens[at + age + 1].fromordinal(scope.opens[at + age + 1].toordinal() - 1)
    one = cohorts.cohorts(scope.ledger, scope.opens)[at]
    found = cohorts.members(scope.ledger, opens, scope.opens[at + 1], day)
    is_value, currency = asked.cohorts == "value", access.workspace.currency
    months = COHORTS[asked.by][0]
    return Why(
        title=f"Began in {cohort_name(scope, opens)}, {words.count(age, asked.by)} on",
        means=f"The customers that first paid in the {words.count(months, 'month')} from "
        f"{words.day(opens, scope.today)} on, and what they paid on {words.day(day, scope.today)}.",
        of="what each paid a year on its first day" if is_value else "the customers that began",
        says=formats.share(one.share(age, by_value=is_value), 1),
        parts=[
            ("Customers that began", formats.number(one.accounts)),
            ("of them still paying", formats.number(one.paying[age])),
            ("What they paid a year on their first day", words.money_exact(one.started_minor, currency)),
            ("What they paid a year then", words.money_exact(one.arr_minor[age], currency)),
        ],
        coverage=coverage(scope),
        before="on the first day",
        after=words.day(day, scope.today),
        count=len(found),
        rows=_named(scope.access, [(m.account_id, m.started_minor, m.arr_minor, "") for m in found[:ROWS]]),
    )


def cohort_name(scope: Scope, opens: date) -> str:
    """`Q4 2026`, or `October 2026`."""
    if scope.asked.by == "month":
        return f"{opens:%B %Y}"
    return periods.quarter_name(opens, scope.access.workspace.fiscal_year_starts)


def flow(access: Access, asked: Asked, last: date, before: str, after: str) -> Why | None:
    """Who went from one state to another in the month that ended on a day; None if that is none shown."""
    scope = Scope.of(access, asked)
    days = scope.health_days
    if last not in days[1:] or before not in STATES or after not in STATES:
        return None
    first = days[days.index(last) - 1]
    was, came = scope.states([first, last])
    is_it = (was == STATES.index(before)) & (came == STATES.index(after))
    at_first, at_last = scope.ledger.arr(first), scope.ledger.arr(last)
    order = sorted(np.flatnonzero(is_it).tolist(), key=lambda row: -max(at_first[row], at_last[row]))
    rows = [(_id(scope, row), int(at_first[row]), int(at_last[row]), "") for row in order]
    return Why(
        title=f"{state_name(before, is_before=True)} to {state_name(after)}",
        means=f"How each customer stood at the end of {words.day(first, scope.today)}, and of "
        f"{words.day(last, scope.today)}: the band of its health score, by the profile in force on that day.",
        of="",
        says=words.count(len(rows), "customer"),
        parts=[
            ("Customers on the first day", formats.number(int((was != AWAY).sum()))),
            ("Customers on the last day", formats.number(int((came != AWAY).sum()))),
            ("Went this way", formats.number(len(rows))),
        ],
        coverage=coverage(scope),
        before=words.day(first, scope.today),
        after=words.day(last, scope.today),
        count=len(rows),
        rows=_named(scope.access, rows[:ROWS]),
    )


def state_name(state: str, *, is_before: bool = False) -> str:
    """What a state is called."""
    if state == STATES[AWAY]:
        return "not a customer yet" if is_before else "left"
    return "no score" if state == "none" else state


def every_row(scope: Scope, figure: str) -> list[tuple[Moved, Called]]:
    """Every account that moved in the period, by how much most first: for a file."""
    period = scope.asked.period
    first = scope.asked.since if figure == "since" else period.before
    found = scope.moved(first, scope.today if figure == "since" else period.last)
    names = called(scope.access, [one.account_id for one in found])
    return [(one, names[one.account_id]) for one in found if one.account_id in names]


def _rows(scope: Scope, movements: Movements, who: np.ndarray) -> list[tuple[str, int, int, str]]:
    """The largest change first; of who did not change, the largest."""
    period = scope.asked.period
    reasons = {one.account_id: one.reason for one in scope.moved(period.before, period.last)}
    places = np.flatnonzero(who)
    change = np.abs(movements.after - movements.before)[places]
    order = places[np.lexsort((-np.maximum(movements.after, movements.before)[places], -change))]
    return [
        (
            _id(scope, row),
            int(movements.before[row]),
            int(movements.after[row]),
            _did(int(movements.kind[row]), reasons.get(_id(scope, row), "")),
        )
        for row in order.tolist()
    ]


def _did(kind: int, reason: str) -> str:
    said = KINDS[kind] if kind >= 0 else ""
    return f"{said}: {reason}" if reason else said


def _id(scope: Scope, row: int) -> str:
    return str(scope.accounts[row].as_py())


def _named(access: Access, rows: Sequence[tuple[str, int, int, str]]) -> list[Row]:
    names = called(access, [row[0] for row in rows])
    return [
        Row(key, names[key].name, names[key].owner, before, after, says)
        for key, before, after, says in rows
        if key in names
    ]
