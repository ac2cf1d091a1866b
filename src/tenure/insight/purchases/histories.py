"""What is known of customers who buy when they like: how often, when last, seen for how long. Pure.

A likelihood asks nothing else of a customer (Fader, Hardie and Lee 2005), so those alike are one row with
their number: a million customers by days are some tens of thousands of rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tenure.insight.likelihood import Estimate, Floats, Likelihood, NotFittable, maximise

SAMPLE = 4_000  # distinct histories on which starts are tried, where there are many
_ALIKE = 20_000  # customers by whom one tells whether any are alike
UNITS = {"day": 1.0, "week": 7.0, "month": 365.25 / 12}  # days


@dataclass(frozen=True)
class Histories:
    """Distinct histories: `repeats` after the first purchase, `last` when the last of them was, `seen` how
    long since the first purchase, in one unit of time; `count` customers have it.

    `place`: of each customer as given, the row of theirs.
    """

    repeats: Floats
    last: Floats
    seen: Floats
    count: Floats
    place: NDArray[np.int64] | None = None

    @classmethod
    def of(cls, repeats: Floats, last: Floats, seen: Floats, count: Floats | None = None) -> Histories:
        """From customers one by one, or rows that stand for `count` each.

        Raises NotFittable naming the row (from 1) and the field of the first that cannot be.
        """
        x, last, seen = (np.asarray(one, dtype=np.float64) for one in (repeats, last, seen))
        many = np.ones(len(x)) if count is None else np.asarray(count, dtype=np.float64)
        check(x, last, seen, many)
        rows, place = _distinct([x, last, seen])
        if place is None:
            return cls(x, last, seen, many)
        return cls(
            x[rows], last[rows], seen[rows], np.bincount(place, many, len(rows)).astype(np.float64), place
        )

    @property
    def customers(self) -> float:
        """How many customers there are."""
        return float(self.count.sum())

    @property
    def length(self) -> float:
        """How long customers were seen, on average."""
        return float(self.count @ self.seen) / self.customers

    @property
    def rate(self) -> float:
        """Repeat purchases per time, of all customers in all the time that they were seen."""
        return float(self.count @ self.repeats) / float(self.count @ self.seen)

    def sample(self) -> Histories | None:
        """Some of the rows, weighted as all are; None where all are few enough."""
        if len(self.count) <= 2 * SAMPLE:
            return None
        rows = np.random.default_rng(0).choice(len(self.count), SAMPLE, replace=False)
        return Histories(self.repeats[rows], self.last[rows], self.seen[rows], self.count[rows])

    def require(self) -> None:
        """Raise NotFittable where nobody bought again, or everybody only just."""
        if not self.customers:
            raise NotFittable("has no customers")
        if not (self.count @ self.repeats) > 0:
            raise NotFittable(
                "has no repeat purchase, so nothing tells how often they come; give a longer time, or more "
                "customers"
            )
        if not (self.count @ self.seen) > 0:
            raise NotFittable(
                "has nobody who was seen for any time after the first purchase; set --until later"
            )


def likeliest(
    names: Sequence[str],
    likelihood: Callable[[Histories], Likelihood],
    seen: Histories,
    starts: Sequence[Sequence[float]],
) -> Estimate:
    """The parameters of the greatest likelihood; where there is much, the starts are tried on a sample."""
    sample = seen.sample()
    rough = None if sample is None else likelihood(sample)
    return maximise(names, likelihood(seen), starts, seen.customers, rough)


def check(repeats: Floats, last: Floats, seen: Floats, count: Floats) -> None:
    """Raise NotFittable for the first history that cannot be."""
    for wrong, field, says in (
        ((repeats < 0) | (repeats != np.round(repeats)), "frequency", "is a whole number, at least 0"),
        (~(last >= 0), "recency", "is the time from the first to the last purchase, at least 0"),
        (~(seen >= last * (1 - 1e-9)), "T", "is how long the customer was seen; it is at least the recency"),
        ((repeats > 0) & ~(last > 0), "recency", "is above 0 where there are repeat purchases"),
        ((repeats == 0) & (last > 0), "recency", "is 0 where there is no repeat purchase"),
        (~(count >= 0), "count", "is how many customers have this history, at least 0"),
    ):
        if np.any(wrong):
            row = int(np.argmax(wrong)) + 1
            raise NotFittable(f"row {row}, {field}: {field} {says}")


def _distinct(columns: list[Floats]) -> tuple[NDArray[np.int64], NDArray[np.int64] | None]:
    """A row of each distinct history, and each one's place among them; None where hardly any are alike."""
    size = len(columns[0])
    few = slice(None, None, max(1, size // _ALIKE))
    if size > _ALIKE and len(np.unique(np.stack([one[few] for one in columns]), axis=1)[0]) > 0.98 * len(
        columns[0][few]
    ):
        return np.arange(size), None
    code = np.zeros(size, dtype=np.int64)
    for one in columns:
        values, codes = np.unique(one, return_inverse=True)
        code = code * len(values) + codes
        _, code = np.unique(code, return_inverse=True)
    _, rows, place = np.unique(code, return_index=True, return_inverse=True)
    return rows, place


@dataclass(frozen=True)
class Bought:
    """Histories from purchases: a row per customer, in the order of `customers`.

    `average`: what they spent per repeat purchase, NaN where none; `left_out`: purchases after the end.
    """

    customers: list[str]
    repeats: Floats
    last: Floats
    seen: Floats
    average: Floats
    left_out: int


def from_purchases(
    customers: list[str],
    days: NDArray[np.datetime64],
    amounts: Floats | None,
    until: np.datetime64,
    unit: str,
    whole: bool = False,
) -> Bought:
    """Histories until the end of a day; purchases of one customer on one day are one.

    `unit` is a name of UNITS. With `whole`, time runs in whole units since the first purchase, and all
    purchases in one are one: what a model of discrete times asks for.
    """
    kept = days <= until
    who, first_seen = np.unique(np.asarray(customers, dtype=object)[kept].astype(str), return_inverse=True)
    day = days[kept].astype("datetime64[D]").astype(np.int64)
    first = np.full(len(who), np.iinfo(np.int64).max)
    np.minimum.at(first, first_seen, day)
    gone = (day - first[first_seen]) / UNITS[unit]
    length = (until.astype("datetime64[D]").astype(np.int64) - first) / UNITS[unit]
    if whole:
        gone, length = np.ceil(gone - 1e-9), np.floor(length + 1e-9)
        inside = gone <= length[first_seen]
        gone, first_seen = gone[inside], first_seen[inside]
        kept = np.flatnonzero(kept)[inside]
    spent = np.full(len(gone), np.nan) if amounts is None else amounts[kept]
    times, at = np.unique(np.stack([first_seen.astype(np.float64), gone]), axis=1, return_inverse=True)
    sums = np.bincount(at, spent, times.shape[1])
    owner, again = times[0].astype(np.int64), times[1] > 0
    repeats = np.bincount(owner[again], minlength=len(who)).astype(np.float64)
    last = np.zeros(len(who))
    np.maximum.at(last, owner, times[1])
    with np.errstate(invalid="ignore", divide="ignore"):
        average = np.bincount(owner[again], sums[again], len(who)) / repeats
    return Bought(
        who.tolist(), repeats, last, length, average, int(len(days) - np.count_nonzero(days <= until))
    )
