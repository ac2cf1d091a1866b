"""What customers who stay are expected to pay more, or less, year by year: from who stayed so far. Pure.

Estimated is the ratio of what customers pay a year later to what they pay, among those who stay for that
year, by their clock and segment. A segment leans on all of its clock the more, the less its customers tell
(DerSimonian and Laird 1986, Controlled Clinical Trials 7:177, with the error of a ratio as Cochran has it).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tenure.insight.clv_survival import DRAWS, PERIOD_DAYS, Flags, Ints
from tenure.insight.likelihood import Floats
from tenure.kit import words

ENOUGH = 20  # customers who stayed for a year, before growth is expected of anybody
LONGEST = 5  # years ahead for which growth is expected, and never more than were watched
STEP_DAYS, BACK_DAYS = 91, 3 * 365  # between the days that are compared with a year later; how far back
YEAR_DAYS = 365
_SEED = 20260103
_LEAST = -0.95  # of a draw: what is paid stays above nothing


@dataclass(frozen=True)
class Pairs:
    """What customers paid on a day and, having stayed, a year later. A customer stands in several rows.

    `customer` is any number that tells them apart; `clock` and `segment` as in Spells. Minor units a year.
    """

    customer: Ints
    before: Floats
    after: Floats
    clock: NDArray[np.str_]
    segment: NDArray[np.str_]

    def only(self, which: Flags) -> Pairs:
        """Some of them."""
        names = ("customer", "before", "after", "clock", "segment")
        return Pairs(**{name: getattr(self, name)[which] for name in names})


@dataclass(frozen=True)
class Growth:
    """By what share staying customers of a kind come to pay more in a year, with its standard error.

    It is expected for `years`, and then no more. `segment` is empty where it is that of all of a clock;
    `customers` who tell it, 0 where none is assumed.
    """

    clock: str
    segment: str
    rate: float
    error: float
    years: int
    customers: int
    says: str

    @property
    def steps(self) -> int:
        """Periods of the clock for which it goes on."""
        return round(self.years * PERIOD_DAYS["year"] / PERIOD_DAYS[self.clock]) if self.customers else 0

    def excess(self, many: int, deviations: float = 0.0) -> Floats:
        """By what share each of `many` payments to come is above what is paid now; the rate off by so many of
        its standard errors.
        """
        rate = max(self.rate + deviations * self.error, _LEAST)
        share = PERIOD_DAYS[self.clock] / PERIOD_DAYS["year"]
        grown = np.minimum(np.arange(1.0, many + 1), self.steps) * share
        return np.asarray(np.expm1(np.log1p(rate) * grown))


def deviations() -> Floats:
    """Of DRAWS draws, by how many errors every growth is off: all customers share what is wrong about it."""
    return np.random.default_rng(_SEED).standard_normal(DRAWS)


def expected(pairs: Pairs, years: int) -> list[Growth]:
    """Of all of each clock and of each of its segments, on so many years that were watched; never empty."""
    return [one for clock in PERIOD_DAYS for one in _of_clock(pairs.only(pairs.clock == clock), clock, years)]


def _of_clock(pairs: Pairs, clock: str, years: int) -> list[Growth]:
    folded = _folded(pairs)
    many = len(folded.customer)
    if many < ENOUGH:
        return [none(clock, many)]
    years = min(max(years, 1), LONGEST)
    rate = folded.after.sum() / folded.before.sum() - 1
    spread = ((folded.after - (1 + rate) * folded.before) ** 2).sum() / (folded.before**2).sum()
    variance = _variance(folded, spread)
    everybody = Growth(
        clock, "", float(rate), float(np.sqrt(variance)), years, many, _says(clock, "", rate, many, years)
    )
    names = [str(name) for name in np.unique(folded.segment) if name]
    parts = [folded.only(folded.segment == name) for name in names]
    own = np.array([one.after.sum() / one.before.sum() - 1 for one in parts])
    errors = np.array([_variance(one, spread) for one in parts])
    between = _between(own, errors)
    share = between / np.maximum(between + errors, 1e-300)
    return [
        everybody,
        *(
            Growth(
                clock,
                name,
                float(rate + weight * (mine - rate)),
                float(np.sqrt(weight * error + (1 - weight) ** 2 * variance)),
                years,
                len(one.customer),
                _says(clock, name, rate + weight * (mine - rate), len(one.customer), years),
            )
            for name, one, mine, error, weight in zip(names, parts, own, errors, share, strict=True)
        ),
    ]


def _folded(pairs: Pairs) -> Pairs:
    """One row of each customer: the sums of its rows, since they are not told apart by chance alone."""
    if not len(pairs.customer):
        return pairs
    _, first, place = np.unique(pairs.customer, return_index=True, return_inverse=True)
    before, after = (np.bincount(place, one).astype(np.float64) for one in (pairs.before, pairs.after))
    return Pairs(pairs.customer[first], before, after, pairs.clock[first], pairs.segment[first])


def _variance(folded: Pairs, spread: float) -> float:
    """Of a ratio's estimate; `spread` is the variance of one customer's around it, for all of the clock."""
    return float(spread * (folded.before**2).sum() / folded.before.sum() ** 2)


def _between(own: Floats, errors: Floats) -> float:
    """By how much segments differ beyond their errors, as a variance (the method of moments)."""
    if len(own) < 2 or not (errors > 0).all():
        return 0.0
    weight = 1 / errors
    mean = weight @ own / weight.sum()
    above = weight @ (own - mean) ** 2 - (len(own) - 1)
    return float(max(0.0, above / (weight.sum() - (weight**2).sum() / weight.sum())))


def none(clock: str, many: int = 0) -> Growth:
    """That nothing is known, so nothing is expected."""
    were = words.count(many, "customer")
    says = (
        f"No data on expansion: {were} who decide by the {clock} stayed for a year on record; none is assumed"
    )
    return Growth(clock, "", 0.0, 0.0, 0, 0, says)


def _says(clock: str, segment: str, rate: float, many: int, years: int) -> str:
    more = "more" if rate >= 0 else "less"
    whose = f" of {segment}" if segment else f" who decide by the {clock}"
    leaning = f", leaning on all who decide by the {clock}" if segment else ""
    by = f"{abs(float(rate)) * 100:.1f}\N{NO-BREAK SPACE}% {more} a year for {words.count(years, 'year')}"
    who = f"{words.count(many, 'customer')}{whose}"
    return f"Expected while they stay: {by}, as {who} came to pay in a year{leaning}"
