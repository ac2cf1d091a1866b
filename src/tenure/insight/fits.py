"""A model fitted to a table: parameters, how sure they are, and what the model says will come. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenure.insight.likelihood import Estimate, Floats, NotFittable
from tenure.insight.retention import bdw, remaining, sbg
from tenure.insight.retention.cohorts import OF, Cohort, renewals
from tenure.metrics.survival import kaplan_meier

DISCOUNT = 0.10  # a year, where nobody says
AHEAD = 12  # periods projected beyond what was seen, at least


@dataclass(frozen=True)
class Line:
    """A line of the chart that goes with a fit; `steps`: it holds until the next point; `dots`:
    observations.
    """

    name: str
    x: Sequence[float]
    y: Sequence[float]
    steps: bool = False
    dots: bool = False
    band: tuple[Sequence[float], Sequence[float]] | None = None


@dataclass(frozen=True)
class Picture:
    """The chart that goes with a fit."""

    title: str
    x: str
    y: str
    lines: Sequence[Line]


@dataclass(frozen=True)
class Fit:
    """What was learnt. `n`: customers. `projection`: rows of one shape. `more`: what else the model tells."""

    model: str
    params: Mapping[str, float]
    standard_errors: Mapping[str, float | None]
    log_likelihood: float | None
    n: float
    projection: Sequence[Mapping[str, Any]]
    picture: Picture
    remarks: tuple[str, ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)

    def remarked(self, *remarks: str) -> Fit:
        """With further remarks."""
        return replace(self, remarks=(*self.remarks, *remarks))


RETENTION: Mapping[str, tuple[Callable[..., Estimate], Callable[[Estimate], remaining.Staying], str]] = {
    "sbg": (sbg.fit, sbg.model, "Shifted-beta-geometric"),
    "bdw": (bdw.fit, bdw.model, "Beta-discrete-Weibull"),
}


def retention(
    name: str,
    some: Sequence[Cohort],
    periods: int | None = None,
    horizon: int | None = None,
    discount: float = DISCOUNT,
) -> Fit:
    """`sbg` or `bdw` fitted to the first `periods` renewals of one or several cohorts (all of them).

    The projection goes on to period `horizon`: what was seen and as much again, at least 12 more. Raises
    NotFittable.
    """
    fit, model_of, title = RETENTION[name]
    seen = renewals(some)
    used = seen if periods is None else seen.up_to(periods)
    found = fit(used)
    model = model_of(found)
    last = int(used.age.max())
    ages = np.arange(0.0, (horizon or max(2 * last, last + AHEAD, int(seen.age.max()))) + 1)
    rows = _projected(model, ages, some)
    shown = Picture(
        f"{title}: fitted to {last} renewals",
        "Renewals",
        "Share still there",
        [_observed(one) for one in some[:8] if one.period[0] == 0]
        + [Line("Model", ages.tolist(), [row["survival"] for row in rows])],
    )
    return Fit(
        name,
        dict(found.params),
        dict(found.errors),
        found.log_likelihood,
        found.count,
        rows,
        shown,
        found.remarks,
        {
            "fitted_periods": last,
            "cohorts": [_of_cohort(model, one, int(ages[-1])) for one in some],
            "discount": discount,
            "residual_lifetime": _residual(model, last, discount),
        },
    )


def _projected(model: remaining.Staying, ages: Floats, some: Sequence[Cohort]) -> list[dict[str, Any]]:
    """Survival and retention by period, beside what was seen of one cohort or all."""
    survival = remaining.survival(model, ages)
    stays = remaining.retention(model, ages[1:])
    seen = _seen(some)
    size = sum(one.size for one in some if one.period[0] == 0)
    return [
        {
            "period": int(age),
            "survival": share,
            "survivors": share * size if size else None,
            "retention": stay,
            "observed": seen.get(int(age)),
        }
        for age, share, stay in zip(ages, survival.tolist(), [None, *stays.tolist()], strict=True)
    ]


def _seen(some: Sequence[Cohort]) -> dict[int, float]:
    """By period, the share still there: retention after retention, each of the cohorts seen so long."""
    pooled = renewals([one for one in some if one.period[0] == 0])
    kept = np.cumprod(pooled.kept / np.maximum(pooled.kept + pooled.lost, 1e-300))
    return dict(zip(range(len(kept) + 1), [1.0, *kept.tolist()], strict=True)) if len(kept) else {}


def _observed(one: Cohort) -> Line:
    share = (one.survivors / one.size).tolist()
    return Line(f"Cohort {one.name}" if one.name else "Observed", one.period.tolist(), share, dots=True)


def _of_cohort(model: remaining.Staying, one: Cohort, horizon: int) -> dict[str, Any]:
    """A cohort's survivors from its last known period on."""
    now = float(one.period[-1])
    further = np.arange(0.0, max(horizon - now, 0) + 1)
    left = one.survivors[-1] * remaining.staying(model, np.array(now), further)
    return {
        "cohort": one.name,
        "size": one.size,
        "last_period": int(now),
        "projection": [
            {"period": int(now + more), "survivors": count}
            for more, count in zip(further, left.tolist(), strict=True)
        ],
    }


def _residual(model: remaining.Staying, last: int, discount: float) -> list[dict[str, float]]:
    survived = np.arange(0.0, last + 1)
    found = remaining.residual_lifetime(model, survived, discount)
    return [{"survived": int(n), "periods": value} for n, value in zip(survived, found.tolist(), strict=True)]


def survival(
    durations: Floats,
    happened: NDArray[np.bool_],
    groups: Sequence[str | None] | None = None,
    times: Sequence[float] = (),
) -> Fit:
    """The product-limit estimate, for each group and for all; `times`: at which it is told in `more` too."""
    everybody = kaplan_meier(durations, happened)
    named = _grouped(groups, len(durations))
    curves = {"": everybody} | {
        name: kaplan_meier(durations[who], happened[who]) for name, who in named.items()
    }
    rows = [_step(name, curve, i) for name, curve in curves.items() for i in range(len(curve.times))]
    told = [_summary(name, curve, times) for name, curve in curves.items()]
    shown = [(name, curve) for name, curve in curves.items() if name or len(curves) == 1]
    if not happened.any():
        raise NotFittable("has nobody who left, so there is no curve; everybody is still there")
    median = everybody.median
    return Fit(
        "km",
        {} if median.value is None else {"median": median.value},
        {},
        None,
        float(len(durations)),
        rows,
        Picture(
            "How long they stay: product-limit estimate, 95 % intervals",
            "Time",
            "Share still there",
            [_curve(name or "All", curve) for name, curve in shown],
        ),
        () if median.value is not None else ("More than half are still there: there is no median yet.",),
        {"groups": told},
    )


def _grouped(groups: Sequence[str | None] | None, size: int) -> dict[str, NDArray[np.int64]]:
    if groups is None:
        return {}
    names = np.array([one or "none" for one in groups], dtype=object)
    return {str(name): np.flatnonzero(names == name) for name in sorted(set(names))}


def _step(name: str, curve: Any, i: int) -> dict[str, Any]:
    return {
        "group": name,
        "time": float(curve.times[i]),
        "at_risk": int(curve.at_risk[i]),
        "events": int(curve.events[i]),
        "survival": float(curve.survival[i]),
        "standard_error": _told(curve.error[i]),
        "lowest": _told(curve.lowest[i]),
        "highest": _told(curve.highest[i]),
    }


def _told(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _summary(name: str, curve: Any, times: Sequence[float]) -> dict[str, Any]:
    points = [curve.at(time) for time in times]
    return {
        "group": name,
        "n": curve.count,
        "events": int(curve.events.sum()),
        "median": curve.median,
        "survival": points,
    }


def _curve(name: str, curve: Any) -> Line:
    def from_start(values: Floats, first: float) -> list[float]:
        return [first, *values.tolist()]

    x = from_start(curve.times, 0.0)
    band = (from_start(np.nan_to_num(curve.lowest), 1.0), from_start(np.nan_to_num(curve.highest), 1.0))
    return Line(name, x, from_start(curve.survival, 1.0), steps=True, band=band)


def shares_remark(of: float | None) -> str:
    """What is said where survivors are shares."""
    return (
        f"Shares were taken of {of or OF:,.0f} customers; the parameters do not depend on it, their standard "
        "errors and the likelihood do (--customers says how many)."
    )
