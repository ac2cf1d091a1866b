"""How long a workspace's customers stay: the survival model in force for each kind of customer. Pure.

Customers under a contract of a quarter or longer decide about once a year, the others every month; each has
that clock. Within a clock a segment has a model of its own where it has lost enough customers to tell one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tenure.insight.cohorts import ASSUMED, WEIGHT, Kind
from tenure.insight.likelihood import Estimate, Floats, Likelihood, NotFittable
from tenure.insight.retention import bdw, constant, remaining, sbg
from tenure.insight.retention.cohorts import Renewals
from tenure.revenue.matching import GRACE

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

PERIOD_DAYS = {"year": 365.25, "month": 365.25 / 12}
ENOUGH = 20  # customers lost before a group has a model of its own
DRAWS = 200
_TEST_DAYS = 365  # of the back-test
_PLAINLY = 1.0  # of a log-likelihood: e times as likely
_SEED, _TRIED, _WIDER = 20260101, 1000, 1.4  # of draws


@dataclass(frozen=True)
class Spells:
    """Unbroken stretches of paying, in days since 1970: `end` is the first day no more, above all days while
    they pay. `clock` (a name of PERIOD_DAYS) and `segment` of each.
    """

    start: Ints
    end: Ints
    clock: NDArray[np.str_]
    segment: NDArray[np.str_]

    def only(self, which: Flags) -> Spells:
        """Some of them."""
        return Spells(self.start[which], self.end[which], self.clock[which], self.segment[which])


@dataclass(frozen=True)
class Model:
    """A family of survival models: how it is fitted, and what is made of parameters (or draws of them).

    `prior`: the logarithm of what is thought of parameters beforehand, by their logarithms, as rows.
    """

    title: str
    fit: Callable[[Renewals], Estimate]
    likelihood: Callable[[Renewals], Likelihood]
    of: Callable[..., remaining.Staying]
    prior: Callable[[Floats], Floats]


def _of_beta(logs: Floats) -> Floats:
    """That customers' chances are Beta(α, β): (α + β)^(−5/2), flat in the mean and in how much they differ.

    Gelman et al., Bayesian Data Analysis, 3rd ed., section 5.3. Without it the ridge on which α and β run off
    together would have all the weight.
    """
    alpha, beta = logs[:, 0], logs[:, 1]
    return np.asarray(alpha + beta - 2.5 * np.logaddexp(alpha, beta))


def _of_share(logs: Floats) -> Floats:
    """That a chance is anything between 0 and 1."""
    return np.asarray(logs[:, 0])


MODELS: Mapping[str, Model] = {
    "geometric": Model("Geometric", constant.fit, constant.likelihood, constant.Geometric, _of_share),
    "sbg": Model("Shifted-beta-geometric", sbg.fit, sbg.likelihood, sbg.ShiftedBetaGeometric, _of_beta),
    "bdw": Model("Beta-discrete-Weibull", bdw.fit, bdw.likelihood, bdw.BetaDiscreteWeibull, _of_beta),
}


@dataclass(frozen=True)
class Force:
    """The survival model in force for a group of customers, and what speaks for it.

    `segment` is empty where it is that of all of a clock. `tested`: each model's log-likelihood of the last
    year's renewals, of which it knew nothing; empty where too few were lost to tell. `draws`: DRAWS sets of
    parameters as they might be too, as rows. `estimate` is None
    where the rate is assumed.
    """

    clock: str
    segment: str
    name: str
    model: remaining.Staying
    estimate: Estimate | None
    renewals: float
    lost: float
    says: str
    tested: Mapping[str, float] = field(default_factory=dict)
    draws: Floats | None = None

    def residual(self, survived: Ints, discount: float) -> Floats:
        """Discounted residual lifetimes, in periods; `discount` is a year's."""
        return remaining.residual_lifetime(self.model, survived, per_period(discount, self.clock))


class Grouped(Protocol):
    """What is of a segment of a clock, or of all of it (empty)."""

    @property
    def clock(self) -> str:
        """A name of PERIOD_DAYS."""
        ...

    @property
    def segment(self) -> str:
        """Its name."""
        ...


def per_period(discount: float, clock: str) -> float:
    """A year's discount as that of a period."""
    return float((1 + discount) ** (PERIOD_DAYS[clock] / PERIOD_DAYS["year"]) - 1)


def survived(start: Ints, day: int, clock: str) -> Ints:
    """How many whole periods have passed since each start, on a day."""
    return np.asarray(np.floor((day - start + 0.5) / PERIOD_DAYS[clock])).astype(np.int64)


def watched_from(spells: Spells) -> int | None:
    """The day from which on losses are on record: that of the first one; None if there is none.

    Who was lost before that is usually not in the record, so who is there was not at risk. What follows a
    first loss depends on nothing but what is known then, so counting from there is fair.
    """
    return int(spells.end.min()) if len(spells.end) else None


def renewals_of(spells: Spells, clock: str, day: int, since: int) -> Renewals:
    """By age: who came to a renewal after `since` and until `day`, stayed, or left. All spells of one clock.

    A renewal counts as made once the grace after it has passed; a loss belongs to the renewal next to its
    day.
    """
    period = PERIOD_DAYS[clock]
    first = np.maximum(np.floor((since - spells.start) / period + 0.5) + 1, 1).astype(np.int64)
    has_left = spells.end <= day
    at_loss = np.maximum(np.ceil((spells.end - spells.start) / period - 0.5), 1)
    so_far = np.floor((day - GRACE - spells.start) / period)
    last = np.where(has_left, at_loss, so_far).astype(np.int64)
    seen = (last >= first) & (spells.start <= day)
    first, last, has_left = first[seen], last[seen], has_left[seen]
    most = int(last.max(initial=0))
    came = np.cumsum(np.bincount(first, minlength=most + 2) - np.bincount(last + 1, minlength=most + 2))
    lost = np.bincount(last[has_left], minlength=most + 2)
    ages = slice(1, most + 1)
    return Renewals(
        np.arange(1.0, most + 1),
        lost[ages].astype(np.float64),
        (came - lost)[ages].astype(np.float64),
        float(np.count_nonzero(seen)),
    )


def in_force(spells: Spells, day: int) -> list[Force]:
    """A model for all of each clock, and for each of its segments that can tell one; on what was known on a
    day.

    Never empty: without losses the rate is assumed.
    """
    since = watched_from(spells.only(spells.end <= day))
    return [
        force
        for clock in PERIOD_DAYS
        for force in _of_clock(spells.only(spells.clock == clock), clock, day, since)
    ]


def _of_clock(spells: Spells, clock: str, day: int, since: int | None) -> list[Force]:
    everybody = _force(spells, clock, "", day, since) or assumed(clock)
    own = (
        _force(spells.only(spells.segment == name), clock, str(name), day, since)
        for name in np.unique(spells.segment)
        if name
    )
    return [everybody, *(one for one in own if one is not None)]


def _force(spells: Spells, clock: str, segment: str, day: int, since: int | None) -> Force | None:
    """The better model of a group; None where too few were lost, or their renewals tell none."""
    if since is None:
        return None
    seen = renewals_of(spells, clock, day, since)
    if seen.lost.sum() < ENOUGH:
        return None
    found: dict[str, Estimate] = {}
    for name, model in MODELS.items():
        try:
            found[name] = model.fit(seen)
        except NotFittable:
            continue
    told = {name: one for name, one in found.items() if one.spread is not None}
    if not told:
        return None
    tested = back_test(spells, clock, day, since, list(told))
    best = _simplest(tested) if tested else min(told, key=lambda name: told[name].bic)
    estimate = told[best]
    return Force(
        clock,
        segment,
        best,
        MODELS[best].of(*estimate.values.tolist()),
        estimate,
        float((seen.lost + seen.kept).sum()),
        float(seen.lost.sum()),
        _says(clock, segment, seen, best, tested),
        tested,
        drawn(MODELS[best], seen, estimate),
    )


def drawn(model: Model, seen: Renewals, found: Estimate) -> Floats:
    """Parameters as they might be too, as DRAWS rows: the same for the same data.

    From a normal distribution around the estimate, somewhat wider, of which as many are taken as the
    likelihood and the prior say (Rubin 1988, sampling and importance resampling).
    """
    assert found.spread is not None
    rng = np.random.default_rng(_SEED)
    size = len(found.params)
    moved = rng.multivariate_normal(np.zeros(size), _WIDER**2 * found.spread, _TRIED, method="eigh")
    logs = np.clip(np.log(found.values) + moved, -20, 20)
    value = model.likelihood(seen)
    far = np.einsum("ij,jk,ik->i", moved, np.linalg.inv(_WIDER**2 * found.spread), moved)
    weight = np.array([value(one)[0] for one in np.exp(logs)]) + model.prior(logs) + far / 2
    share = np.exp(weight - weight.max())
    return np.exp(logs[rng.choice(_TRIED, DRAWS, p=share / share.sum())])


def back_test(spells: Spells, clock: str, day: int, since: int, names: Sequence[str]) -> dict[str, float]:
    """Each model's log-likelihood of the renewals of the last year, fitted on those before; empty if it
    cannot be.

    Customers who left since were still there a year ago: their ends are not known to the models.
    """
    before = day - _TEST_DAYS
    old = renewals_of(spells, clock, before, since)
    new = renewals_of(spells, clock, day, max(since, before))
    if old.lost.sum() < ENOUGH or new.lost.sum() < ENOUGH / 2:
        return {}
    found = {}
    for name in names:
        try:
            values = MODELS[name].fit(old).values
        except NotFittable:
            return {}
        found[name] = MODELS[name].likelihood(new)(values)[0]
    return found


def _simplest(tested: Mapping[str, float]) -> str:
    """The model that told the last year best; a richer one only if it is plainly better."""
    best, *richer = tested
    for name in richer:
        if tested[name] > tested[best] + _PLAINLY:
            best = name
    return best


def _says(clock: str, segment: str, seen: Renewals, name: str, tested: Mapping[str, float]) -> str:
    came = float((seen.lost + seen.kept).sum())
    whose = f"of {segment}" if segment else "of all"
    why = (
        "no richer one told the last year's renewals plainly better"
        if tested
        else "no other is worth its further parameters (Schwarz's criterion)"
    )
    title = MODELS[name].title
    counted = f"{seen.lost.sum():,.0f} lost in {came:,.0f} renewals"
    return f"{title} {whose} who decide by the {clock}: {counted}; {why}"


def assumed(clock: str) -> Force:
    """A rate that is assumed, the same at any age."""
    kind = Kind.YEARLY if clock == "year" else Kind.ROLLING
    rate = ASSUMED[kind]
    firm = WEIGHT * 1e6  # nobody differs
    return Force(
        clock,
        "",
        "assumed",
        sbg.ShiftedBetaGeometric(rate * firm, (1 - rate) * firm),
        None,
        0.0,
        0.0,
        f"Fewer than {ENOUGH} customers who decide by the {clock} are known to have left; that {rate:.0%} "
        "leave at each renewal is assumed",
    )


def places_of(forces: Sequence[Grouped], clock: NDArray[np.str_], segment: NDArray[np.str_]) -> Ints:
    """The place of each customer's among what there is: its segment's own, or that of all of its clock."""
    there = {(one.clock, one.segment): place for place, one in enumerate(forces)}
    names, kind = np.unique(np.stack([clock, segment]), axis=1, return_inverse=True)
    place = [there.get((one, two), there[one, ""]) for one, two in names.T.tolist()] if len(clock) else []
    return np.array(place, dtype=np.int64)[kind.ravel()]
