"""What customers are worth: the arithmetic of lifetime value. Pure.

Lifetime value is the present value of the margin that is still to come: margin per period × the discounted
residual lifetime of somebody who has survived so far, and what those who stay come to pay more. Equity is its
sum over who pays now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenure.insight import clv_growth, clv_near
from tenure.insight.clv_growth import Growth
from tenure.insight.clv_near import Own, Payments
from tenure.insight.clv_survival import (
    DRAWS,
    MODELS,
    PERIOD_DAYS,
    Flags,
    Force,
    Ints,
    per_period,
    places_of,
    survived,
)
from tenure.insight.likelihood import Floats
from tenure.insight.retention.remaining import Staying
from tenure.revenue.columns import FOREVER

LOW, HIGH = 0.1, 0.9  # an 80 % interval
_AT_ONCE = 5_000  # customers whose draws are looked at together
_ROUND = 0.1  # log-odds to which draws are told apart
_INEXACT_DAYS = 2  # by which a contract's years and months differ from those of the clock


@dataclass(frozen=True)
class Terms:
    """What values rest on beside the models: gross margin as a share, discount a year, cost of an hour in
    minor units. `assumed`: which of the names nobody has set.
    """

    gross_margin: float
    discount: float
    hourly_minor: float
    assumed: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Payers:
    """Who pays on a day: since when (days since 1970), how much a year, what serving them cost a year.

    `end`: the first day for which it is known that they pay no more, FOREVER if it is not. Amounts in minor
    units; clock and segment as in Spells.
    """

    day: int
    ids: NDArray[np.str_]
    start: Ints
    end: Ints
    arr: Ints
    serve: Floats
    clock: NDArray[np.str_]
    segment: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.ids)

    def only(self, which: Ints) -> Payers:
        """Those of some places."""
        names = ("ids", "start", "end", "arr", "serve", "clock", "segment")
        return replace(self, **{name: getattr(self, name)[which] for name in names})


@dataclass(frozen=True)
class Models:
    """What is known on a day of how long customers stay, and of what those who do come to pay."""

    forces: Sequence[Force]
    growths: Sequence[Growth]


@dataclass(frozen=True)
class Drawn:
    """Payments to come under other parameters: a row for customers alike, a column for each draw.

    `plain` in periods, `grown` what expected growth adds to them; `row` of each customer.
    """

    row: Ints
    plain: Floats
    grown: Floats


@dataclass(frozen=True)
class Values:
    """What payers are worth, in their order. Money in minor units.

    `margin`: a year's; `gross`: its part that grows with what is paid. In periods of their clock: `residual`
    by the model of their kind, `own` more (or fewer) by what is known of each, `notice` more or fewer since
    their end is known, `grown` what expected growth adds. `force` and `growth`: places in the models.
    """

    models: Models
    margin: Floats
    gross: Floats
    survived: Ints
    residual: Floats
    own: Floats
    notice: Floats
    grown: Floats
    force: Ints
    growth: Ints
    is_known: Flags  # whether the end is
    draw: Callable[[], Drawn]

    @cached_property
    def drawn(self) -> Drawn:
        """The draws, made or read when they are first asked for."""
        return self.draw()

    @property
    def value(self) -> Floats:
        """Lifetime value of each."""
        return np.asarray(self.margin * self.years + self.expansion)

    @property
    def expansion(self) -> Floats:
        """Of it, what is there because those who stay come to pay more: less than 0 where they pay less."""
        return np.asarray(self.gross * self.grown * self.share)

    @property
    def years(self) -> Floats:
        """Residual lifetime in years, discounted."""
        return np.asarray((self.residual + self.own + self.notice) * self.share)

    @property
    def share(self) -> Floats:
        """Of a year, each one's period."""
        periods = [PERIOD_DAYS[one.clock] / PERIOD_DAYS["year"] for one in self.models.forces]
        return np.array(periods)[self.force]

    @property
    def interval(self) -> tuple[Floats, Floats]:
        """80 % of the draws of each lie within; NaN where the model is assumed, which says nothing of
        that. Whose end is known has none about it.
        """
        is_told = np.array([one.draws is not None for one in self.models.forces])[self.force]
        low, high = np.full(len(self.margin), np.nan), np.full(len(self.margin), np.nan)
        rows = np.flatnonzero(is_told & ~self.is_known)
        for some in np.array_split(rows, len(rows) // _AT_ONCE + 1):
            plain, grown = (one[self.drawn.row[some]] for one in (self.drawn.plain, self.drawn.grown))
            margin, gross = ((one * self.share)[some, None] for one in (self.margin, self.gross))
            low[some], high[some] = np.quantile(margin * plain + gross * grown, (LOW, HIGH), axis=1)
        low[self.is_known] = high[self.is_known] = self.value[self.is_known]
        return low, high

    @property
    def totals(self) -> Floats:
        """The sum of all under each draw."""
        many = len(self.drawn.plain)
        margin, gross = (
            np.bincount(self.drawn.row, one * self.share * ~self.is_known, many)
            for one in (self.margin, self.gross)
        )
        certain = float(self.value[self.is_known].sum())
        return np.asarray(margin @ self.drawn.plain + gross @ self.drawn.grown + certain)

    def only(self, which: Ints) -> Values:
        """Those of some places."""
        picked: dict[str, Any] = {name: getattr(self, name)[which] for name in PER_PAYER}
        return replace(self, draw=lambda: replace(self.drawn, row=self.drawn.row[which]), **picked)


PER_PAYER = (
    "margin", "gross", "survived", "residual", "own", "notice", "grown", "force", "growth", "is_known",
)  # fmt: skip

DRAWN = ("plain", "grown")


def margins(payers: Payers, terms: Terms) -> Floats:
    """ARR × gross margin − what serving costs, a year."""
    return np.asarray(payers.arr * terms.gross_margin - payers.serve)


def values(payers: Payers, models: Models, terms: Terms, own: Own | None = None) -> Values:
    """What each is worth under the models in force, and by what a hazard says of each, if one is in force."""
    own = own or Own(np.full(len(payers), np.nan), np.zeros(len(payers)), 0.5)
    force = places_of(models.forces, payers.clock, payers.segment)
    growth = places_of(models.growths, payers.clock, payers.segment)
    counted, certain = (np.zeros(len(payers), dtype=np.int64) for _ in range(2))
    wait, residual, more, grown = (np.zeros(len(payers)) for _ in range(4))
    for place, one in enumerate(models.forces):
        who = np.flatnonzero(force == place)
        start = payers.start[who]
        counted[who] = survived(start, payers.day, one.clock)
        wait[who] = clv_near.ahead(start, counted[who], payers.day, one.clock)
        certain[who] = ahead_of_end(start, counted[who], payers.end[who], one.clock)
        residual[who] = one.residual(counted[who], terms.discount)
    about = _About(models, force, growth, counted, wait, own)
    for some in about.parts():
        found = about.payments(some, terms.discount)
        grown[some.who] = found.more(some.growth.excess(found.near.shape[1]))
        if some.has_own:
            more[some.who] = found.periods - residual[some.who]
    is_known = payers.end < FOREVER
    notice = np.where(is_known, _annuities(certain, models, force, terms) - residual, 0.0)
    return Values(
        models=models,
        margin=margins(payers, terms),
        gross=np.asarray(payers.arr * terms.gross_margin),
        survived=counted,
        residual=residual,
        own=np.where(is_known, 0.0, more),
        notice=notice,
        grown=np.where(is_known, 0.0, grown),
        force=force,
        growth=growth,
        is_known=np.asarray(is_known),
        draw=lambda: _drawn(about, terms.discount),
    )


def ahead_of_end(start: Ints, counted: Ints, end: Ints, clock: str) -> Ints:
    """How many more periods are paid until a known end; months and leap years make no further one."""
    whole = np.ceil((np.minimum(end, FOREVER) - start - _INEXACT_DAYS) / PERIOD_DAYS[clock])
    return np.maximum(whole - 1 - counted, 0).astype(np.int64)


def _annuities(many: Ints, models: Models, force: Ints, terms: Terms) -> Floats:
    """So many payments that are certain, discounted."""
    rates = np.array([per_period(terms.discount, one.clock) for one in models.forces])[force]
    return np.asarray(-np.expm1(-many * np.log1p(rates)) / rates)


@dataclass(frozen=True)
class _Alike:
    """Customers with one force and one growth, all of whom have chances of their own, or none of whom has."""

    who: Ints
    force: Force
    growth: Growth
    has_own: bool


@dataclass(frozen=True)
class _About:
    """What of payers decides their payments to come."""

    models: Models
    force: Ints
    growth: Ints
    survived: Ints
    wait: Floats
    own: Own

    def parts(self) -> Iterator[_Alike]:
        """All of them, in parts."""
        has_own = ~np.isnan(self.own.near)
        keys, place = np.unique(np.stack([self.force, self.growth, has_own]), axis=1, return_inverse=True)
        for number, (force, growth, known) in enumerate(keys.T.tolist()):
            who = np.flatnonzero(place.ravel() == number)
            yield _Alike(who, self.models.forces[force], self.models.growths[growth], bool(known))

    def payments(
        self, some: _Alike, discount: float, model: Staying | None = None, deviations: float = 0.0
    ) -> Payments:
        """Of some of them; under another model of their force, and a hazard that is off."""
        who, clock, steps = some.who, some.force.clock, some.growth.steps
        model = model or some.force.model
        if not some.has_own:
            return clv_near.of_kind(model, clock, self.survived[who], steps, discount)
        own = self.own.taken(who).moved(deviations)
        return clv_near.of_own(model, clock, self.survived[who], self.wait[who], own, discount, steps)

    def only(self, which: Ints) -> _About:
        """Those of some places."""
        return replace(
            self,
            force=self.force[which],
            growth=self.growth[which],
            survived=self.survived[which],
            wait=self.wait[which],
            own=self.own.taken(which),
        )


def _drawn(about: _About, discount: float) -> Drawn:
    """The draws of all, customers alike reckoned once: one set of a force's parameters each, one deviation of
    the hazard's and one of growth's.
    """
    near, error = about.own.near, about.own.error
    has_own = ~np.isnan(near)
    told = [np.where(has_own, np.round(one / _ROUND), 0) for one in (near, error)]
    keys = np.stack([about.force, about.growth, has_own, about.survived, about.wait * has_own, *told])
    _, first, row = np.unique(keys, axis=1, return_index=True, return_inverse=True)
    one_each = about.only(first)
    plain, grown = np.zeros((len(first), DRAWS)), np.zeros((len(first), DRAWS))
    shifts, grows = clv_near.deviations(), clv_growth.deviations()
    for some in one_each.parts():
        for draw, (model, shift, grow) in enumerate(zip(_models(some.force), shifts, grows, strict=True)):
            shift = shift if some.force.draws is not None else 0.0
            found = one_each.payments(some, discount, model, shift)
            plain[some.who, draw] = found.periods
            grown[some.who, draw] = found.more(some.growth.excess(found.near.shape[1], grow))
    return Drawn(row.ravel(), plain, grown)


def _models(force: Force) -> Sequence[Staying]:
    """The survival models of the draws; always the same where it is assumed."""
    if force.draws is None:
        return [force.model] * DRAWS
    return [MODELS[force.name].of(*params) for params in force.draws.tolist()]
