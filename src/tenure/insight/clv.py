"""What customers are worth: the arithmetic of lifetime value, of customer equity and of its change. Pure.

Lifetime value is the present value of the margin that is still to come: margin per period × the discounted
residual lifetime of somebody who has survived so far. Equity is its sum over who pays now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tenure.insight import clv_near
from tenure.insight.clv_near import Own
from tenure.insight.clv_survival import DRAWS, PERIOD_DAYS, Force, Ints, force_of, survived
from tenure.insight.likelihood import Floats

LOW, HIGH = 0.1, 0.9  # an 80 % interval


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

    Amounts in minor units; clock and segment as in Spells.
    """

    day: int
    ids: tuple[str, ...]
    start: Ints
    arr: Ints
    serve: Floats
    clock: tuple[str, ...]
    segment: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True)
class Values:
    """What payers are worth, in their order. `margin` is a year's; `residual` in periods of their clock, by
    the model of their kind; `own`: periods more (or fewer) by what is known of each.

    `draws`: values under other parameters, as rows; of those whose rate is assumed, always the same.
    """

    margin: Floats
    survived: Ints
    residual: Floats
    own: Floats
    forces: tuple[Force, ...]
    draws: Floats

    @property
    def value(self) -> Floats:
        """Lifetime value of each, in minor units."""
        return np.asarray(self.margin * self.years)

    @property
    def years(self) -> Floats:
        """Residual lifetime in years, discounted."""
        return np.asarray((self.residual + self.own) * self.share)

    @property
    def share(self) -> Floats:
        """Of a year, each one's period."""
        return np.array([PERIOD_DAYS[one.clock] / PERIOD_DAYS["year"] for one in self.forces])

    @property
    def interval(self) -> tuple[Floats, Floats]:
        """80 % of the draws of each lie within; NaN where the model is assumed, which says nothing of
        that.
        """
        told = np.array([one.draws is not None for one in self.forces])
        low, high = np.quantile(self.draws, (LOW, HIGH), axis=0)
        return np.where(told, low, np.nan), np.where(told, high, np.nan)


def margins(payers: Payers, terms: Terms) -> Floats:
    """ARR × gross margin − what serving costs, a year."""
    return np.asarray(payers.arr * terms.gross_margin - payers.serve)


def values(payers: Payers, forces: Sequence[Force], terms: Terms, own: Own | None = None) -> Values:
    """What each is worth under the models in force, and by what a hazard says of each, if one is in force."""
    mine = tuple(force_of(forces, *one) for one in zip(payers.clock, payers.segment, strict=True))
    margin = margins(payers, terms)
    counted = np.zeros(len(payers), dtype=np.int64)
    residual, more = np.zeros(len(payers)), np.zeros(len(payers))
    many = np.zeros((DRAWS, len(payers)))
    for force in {id(one): one for one in mine}.values():
        who = np.flatnonzero([one is force for one in mine])
        counted[who] = survived(payers.start[who], payers.day, force.clock)
        residual[who] = force.residual(counted[who], terms.discount)
        drawn = force.drawn(counted[who], terms.discount)
        share = PERIOD_DAYS[force.clock] / PERIOD_DAYS["year"]
        drawn = np.tile(residual[who], (DRAWS, 1)) if drawn is None else drawn
        if own is not None:
            more[who], drawn = _with_own(force, payers, who, counted, residual, drawn, own, terms.discount)
        many[:, who] = margin[who] * share * drawn
    return Values(margin, counted, residual, more, mine, many)


def _with_own(
    force: Force,
    payers: Payers,
    who: Ints,
    counted: Ints,
    residual: Floats,
    drawn: Floats,
    own: Own,
    discount: float,
) -> tuple[Floats, Floats]:
    """How much longer each of a force's payers stays by what is known of it, and the draws with that."""
    some = own.taken(who)
    known = some.known
    some, at = some.taken(known), who[known]
    wait = clv_near.ahead(payers.start[at], counted[at], payers.day, force.clock)
    more, drawn = np.zeros(len(who)), drawn.copy()
    found = clv_near.residual(force.model, force.clock, counted[at], wait, some, discount)
    more[known] = found - residual[at]
    told = clv_near.drawn(force, counted[at], wait, some, discount) if len(at) else None
    drawn[:, known] = found if told is None else told
    return more, drawn


@dataclass(frozen=True)
class Side:
    """One of the two days of a change."""

    payers: Payers
    forces: Sequence[Force]
    terms: Terms
    values: Values


PARTS = ("new", "lost", "longer", "margin", "chances", "model")


def change(a: Side, b: Side) -> dict[str, float]:
    """Equity on day b less that on day a, in parts that add up to it exactly:

    - new: who pays on b and not on a; lost: the other way round
    - of who pays on both, what their margin did, at the mean of their two lifetimes, and what their lifetime
    did, at the
      mean of their two margins: `longer`, because they have survived longer (at the mean of both models),
      `model`, because the models or the discount are other ones (at the mean of both ages), and `chances`,
      because the hazard says other things of each
    """
    before, after = ({pk: i for i, pk in enumerate(one.payers.ids)} for one in (a, b))
    staying = [pk for pk in b.payers.ids if pk in before]
    at_a, at_b = (np.array([one[pk] for pk in staying], dtype=np.int64) for one in (before, after))
    value_a, value_b = a.values.value, b.values.value
    margin_a, margin_b = a.values.margin[at_a], b.values.margin[at_b]
    life = {
        (model, age): _years(side, at, b.payers if age == "b" else a.payers, at_b if age == "b" else at_a)
        for model, side, at in (("a", a, at_a), ("b", b, at_b))
        for age in "ab"
    }
    aged = (life["a", "b"] - life["a", "a"] + life["b", "b"] - life["b", "a"]) / 2
    other = (life["b", "a"] - life["a", "a"] + life["b", "b"] - life["a", "b"]) / 2
    middle = (margin_a + margin_b) / 2
    own_a, own_b = ((one.values.own * one.values.share)[at] for one, at in ((a, at_a), (b, at_b)))
    lives = life["a", "a"] + own_a + life["b", "b"] + own_b
    stay_a, stay_b = np.zeros(len(value_a), bool), np.zeros(len(value_b), bool)
    stay_a[at_a], stay_b[at_b] = True, True
    return {
        "new": float(value_b[~stay_b].sum()),
        "lost": -float(value_a[~stay_a].sum()),
        "longer": float(middle @ aged),
        "margin": float((lives / 2) @ (margin_b - margin_a)),
        "chances": float(middle @ (own_b - own_a)),
        "model": float(middle @ other),
    }


def _years(side: Side, at: Ints, aged: Payers, aged_at: Ints) -> Floats:
    """Residual lifetimes in years of some of a side's payers, under its models, as old as they are in
    `aged`.
    """
    found = np.zeros(len(at))
    mine = [side.values.forces[i] for i in at]
    for force in {id(one): one for one in mine}.values():
        who = np.flatnonzero([one is force for one in mine])
        age = survived(aged.start[aged_at[who]], aged.day, force.clock)
        share = PERIOD_DAYS[force.clock] / PERIOD_DAYS["year"]
        found[who] = share * force.residual(np.maximum(age, 0), side.terms.discount)
    return found


@dataclass(frozen=True)
class Cost:
    """What an account cost in a year so far, in minor units: to retain it, and once, to win it (None: not
    booked).
    """

    retain: float
    acquire: float | None


@dataclass(frozen=True)
class PoorFit:
    """An account that costs more to keep than it is worth, or than a good one costs to win; reasons by
    name.
    """

    account_id: str
    retain: float
    compared_with: float | None
    value: float
    reasons: tuple[str, ...]


def acquisition(
    costs: Mapping[str, Cost], segments: Mapping[str, str], good: frozenset[str]
) -> dict[str, float]:
    """By segment, the median cost to win an account that fits well, of those whose cost is booked."""
    booked: dict[str, list[float]] = {}
    for pk in good:
        cost = costs.get(pk)
        if cost is not None and cost.acquire is not None:
            booked.setdefault(segments.get(pk, ""), []).append(cost.acquire)
    return {name: float(np.median(some)) for name, some in booked.items()}


def poor_fits(
    worth: Mapping[str, float],
    costs: Mapping[str, Cost],
    typical: Mapping[str, float],
    segments: Mapping[str, str],
) -> list[PoorFit]:
    """Those for whom keeping costs more in twelve months than winning a well-fitting one of their segment
    (`dear`), or whose lifetime value less that cost is below 0 (`worthless`); the worst first. `typical`: by
    segment.
    """
    found = []
    for pk, value in worth.items():
        retain, compared = costs[pk].retain, typical.get(segments[pk])
        tests = {"dear": compared is not None and retain > compared, "worthless": value - retain < 0}
        reasons = tuple(name for name, is_so in tests.items() if is_so)
        if reasons:
            found.append(PoorFit(pk, retain, compared, value, reasons))
    return sorted(found, key=lambda one: one.value - one.retain)
