"""How customer equity came from what it was, in parts that add up exactly. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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
    return {name: float(one.amounts.sum()) for name, one in by_customer(a, b).items()}


@dataclass(frozen=True)
class Moved:
    """A part of a change: the customers it is of, and how much of it is each one's, in minor units."""

    ids: NDArray[np.str_]
    amounts: Floats


def by_customer(a: Side, b: Side) -> dict[str, Moved]:
    """The parts of `change`, customer by customer."""
    ids, at_a, at_b = np.intersect1d(a.payers.ids, b.payers.ids, assume_unique=True, return_indices=True)
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
    gone, come = np.setdiff1d(np.arange(len(value_a)), at_a), np.setdiff1d(np.arange(len(value_b)), at_b)
    staying = {
        "paid": -middle * paid,
        "longer": middle * (aged + paid),
        "chances": middle * moved["own"],
        "notice": middle * moved["notice"],
        "expansion": b.values.expansion[at_b] - a.values.expansion[at_a],
        "margin": lives / 2 * (margin_b - margin_a),
        "model": middle * other,
    }
    found = {name: Moved(ids, np.asarray(amounts)) for name, amounts in staying.items()}
    found["lost"] = Moved(a.payers.ids[gone], -value_a[gone])
    found["new"] = Moved(b.payers.ids[come], value_b[come])
    return {name: found[name] for name in PARTS}


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
