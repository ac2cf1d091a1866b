"""How customer equity came from what it was, in parts that add up exactly. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tenure.insight.clv import Payers, Terms, Values
from tenure.insight.clv_survival import PERIOD_DAYS, Ints, survived
from tenure.insight.likelihood import Floats


@dataclass(frozen=True)
class Side:
    """One of the two days of a change."""

    payers: Payers
    terms: Terms
    values: Values


PARTS = ("lost", "paid", "longer", "chances", "notice", "expansion", "margin", "model", "new")


def change(a: Side, b: Side) -> dict[str, float]:
    """Equity on day b less that on day a, in parts that add up to it exactly:

    - new: who pays on b and not on a; lost: the other way round
    - of who pays on both, `expansion`, what is expected that they come to pay more, on b less that on a;
    `margin`, what their margin did, at the mean of their two lifetimes; and what their lifetime did, at the
      mean of their two margins: `paid`, since payments that were to come have come, `longer`, because they
      have survived to be there for further ones (at the mean of both models), `model`, because the models or
      the discount are other ones (at the mean of both ages), `chances`, because the hazard says other things
      of each, and `notice`, because their end is known
    """
    _, at_a, at_b = np.intersect1d(a.payers.ids, b.payers.ids, assume_unique=True, return_indices=True)
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
    paid = np.maximum(_so_far(b.values)[at_b] - _so_far(a.values)[at_a], 0.0)
    moved = {name: _of(b.values, name)[at_b] - _of(a.values, name)[at_a] for name in ("own", "notice")}
    lives = a.values.years[at_a] + b.values.years[at_b]
    stay_a, stay_b = np.zeros(len(value_a), bool), np.zeros(len(value_b), bool)
    stay_a[at_a], stay_b[at_b] = True, True
    return {
        "lost": -float(value_a[~stay_a].sum()),
        "paid": -float(middle @ paid),
        "longer": float(middle @ (aged + paid)),
        "chances": float(middle @ moved["own"]),
        "notice": float(middle @ moved["notice"]),
        "expansion": float(b.values.expansion[at_b].sum() - a.values.expansion[at_a].sum()),
        "margin": float((lives / 2) @ (margin_b - margin_a)),
        "model": float(middle @ other),
        "new": float(value_b[~stay_b].sum()),
    }


def _of(values: Values, name: str) -> Floats:
    """Periods of a name in years."""
    return np.asarray(getattr(values, name) * values.share)


def _so_far(values: Values) -> Floats:
    """Years paid before the payments to come."""
    return np.asarray(values.survived * values.share)


def _years(side: Side, at: Ints, aged: Payers, aged_at: Ints) -> Floats:
    """Residual lifetimes in years of some of a side's payers, by the models of their kind alone, as old as
    they are in `aged`.
    """
    found, force = np.zeros(len(at)), side.values.force[at]
    for place, one in enumerate(side.values.models.forces):
        who = np.flatnonzero(force == place)
        age = survived(aged.start[aged_at[who]], aged.day, one.clock)
        share = PERIOD_DAYS[one.clock] / PERIOD_DAYS["year"]
        found[who] = share * one.residual(np.maximum(age, 0), side.terms.discount)
    return found


def counts(a: Side, b: Side) -> dict[str, int]:
    """How many customers each part is of."""
    _, at_a, at_b = np.intersect1d(a.payers.ids, b.payers.ids, assume_unique=True, return_indices=True)
    known = a.values.is_known[at_a] | b.values.is_known[at_b]
    many = {"lost": len(a.payers) - len(at_a), "new": len(b.payers) - len(at_b), "notice": int(known.sum())}
    return {name: many.get(name, len(at_a)) for name in PARTS}
