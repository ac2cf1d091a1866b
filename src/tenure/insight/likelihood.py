"""Finds the parameters under which what was seen is likeliest, and how exactly they are told. Pure.

All parameters of the models here are positive, so they are sought on the scale of their logarithms, by
L-BFGS-B with exact gradients and Newton's steps at the end; several starts guard against a maximum that is
only local. Standard errors are those of the observed information: the inverse of the negative Hessian at the
maximum (Efron and Hinkley 1978, Biometrika 65:457), which is the difference of exact gradients.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

Floats = NDArray[np.float64]
# Parameters, all positive, to the log-likelihood and its gradient by them.
Likelihood = Callable[[Floats], tuple[float, Floats]]

FAR = 1e6  # a parameter that many times its start, or its start that many times it, has run away
_STEP = 1e-4  # of a logarithm, for differences of gradients: errors of about its square
_NEWTON = 6
_NEGLIGIBLE = 1e-10  # of a logarithm
_FLAT = 1e-9  # a share of the steepest curvature: nothing is told in that direction


def summed(some: Floats, weights: Floats) -> float:
    """Σ weight · value. Not by BLAS, whose threads cost more here than they save."""
    return float(np.einsum("i,i->", some, weights))


class NotFittable(ValueError):
    """What was seen does not tell the parameters; the message says why, and what would."""


@dataclass(frozen=True)
class Estimate:
    """The likeliest parameters, by the names the literature gives them.

    `errors`: standard errors, None where the data tell none. `spread`: covariance of the parameters'
    logarithms, None where there is none. `count`: how many customers. `remarks`: what one should know.
    """

    params: Mapping[str, float]
    errors: Mapping[str, float | None]
    log_likelihood: float
    count: float
    spread: Floats | None = None
    remarks: tuple[str, ...] = ()

    @property
    def values(self) -> Floats:
        """The parameters, in their order."""
        return np.array(list(self.params.values()))

    @property
    def bic(self) -> float:
        """Schwarz's criterion: of two models of the same data the one with less is preferred."""
        return len(self.params) * float(np.log(max(self.count, 1))) - 2 * self.log_likelihood

    def draws(self, rng: np.random.Generator, size: int) -> Floats:
        """`size` × parameters as they might be too, log-normal; all alike where nothing is told of that."""
        if self.spread is None:
            return np.tile(self.values, (size, 1))
        # Wider than a factor of a million is no knowledge, and overflows.
        noise = rng.multivariate_normal(np.zeros(len(self.params)), self.spread, size, method="eigh")
        return np.asarray(self.values * np.exp(np.clip(noise, -np.log(FAR), np.log(FAR))))


def maximise(
    names: Sequence[str],
    likelihood: Likelihood,
    starts: Sequence[Sequence[float]],
    count: float,
    rough: Likelihood | None = None,
) -> Estimate:
    """The parameters of the greatest likelihood, sought from each of `starts`.

    `rough` is that of a sample, where there is much: the starts are tried on it, and only the best is taken
    up on all. Raises NotFittable where no start leads anywhere.
    """
    places = [np.log(np.asarray(start, dtype=np.float64)) for start in starts]
    found = [_climbed(rough or likelihood, place, place) for place in places]
    found = [one for one in found if np.isfinite(one[0])]
    if not found:
        raise NotFittable("has no likelihood under any parameters; look for values out of range")
    best = max(found, key=lambda one: one[0])
    middle = np.median(places, axis=0)
    top = best[1] if rough is None else _climbed(likelihood, best[1], middle)[1]
    value, place, curvature = _polished(likelihood, top, middle)
    return _told(names, value, place, curvature, middle, count)


def _climbed(likelihood: Likelihood, place: Floats, middle: Floats) -> tuple[float, Floats]:
    """The top that is reached from a place: its likelihood, and the logarithms of the parameters."""
    scale = max(1.0, abs(likelihood(np.exp(place))[0]))

    def down(z: Floats) -> tuple[float, Floats]:
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            value, slope = likelihood(np.exp(z))
        if not np.isfinite(value):
            return 1e10, np.zeros_like(z)
        return -value / scale, -slope * np.exp(z) / scale

    far = np.log(FAR)
    done = minimize(
        down,
        place,
        jac=True,
        method="L-BFGS-B",
        bounds=[(one - far, one + far) for one in middle],
        options={"ftol": 1e-13, "gtol": 1e-8, "maxiter": 500},
    )
    return -float(done.fun) * scale, np.asarray(done.x)


def _polished(likelihood: Likelihood, place: Floats, middle: Floats) -> tuple[float, Floats, Floats]:
    """Newton's steps as long as they lead up: likelihood, place, and the negative Hessian there."""
    value, slope = _at(likelihood, place)
    curvature = _curvature(likelihood, place)
    for _ in range(_NEWTON):
        free = np.abs(place - middle) < np.log(FAR) * 0.99
        step = np.where(free, _newton(curvature, slope), 0.0)
        new_value, new_slope = _at(likelihood, place + step)
        if not np.isfinite(new_value) or new_value < value:
            break
        value, slope, place = new_value, new_slope, place + step
        if np.abs(step).max() < np.sqrt(_NEGLIGIBLE):  # the next would be its square
            break
        curvature = _curvature(likelihood, place)
    return value, place, curvature


def _at(likelihood: Likelihood, place: Floats) -> tuple[float, Floats]:
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        value, slope = likelihood(np.exp(place))
    return value, slope * np.exp(place)


def _newton(curvature: Floats, slope: Floats) -> Floats:
    """A step along the directions in which the likelihood is curved downwards, of at most 1."""
    sizes, axes = np.linalg.eigh(curvature)
    told = sizes > _FLAT * max(float(sizes.max()), 1e-300)
    along = axes.T @ slope
    step: Floats = axes @ np.where(told, along / np.where(told, sizes, 1.0), 0.0)
    return step / max(1.0, float(np.abs(step).max()))


def _curvature(likelihood: Likelihood, place: Floats) -> Floats:
    """The negative Hessian by the logarithms, from differences of gradients on both sides."""
    rows = []
    for i in range(len(place)):
        step = np.zeros_like(place)
        step[i] = _STEP
        up, down = _at(likelihood, place + step)[1], _at(likelihood, place - step)[1]
        rows.append((down - up) / (2 * _STEP))
    found = np.nan_to_num(np.array(rows), nan=0.0, posinf=0.0, neginf=0.0)
    return (found + found.T) / 2


def _told(
    names: Sequence[str], value: float, place: Floats, curvature: Floats, middle: Floats, count: float
) -> Estimate:
    params = dict(zip(names, np.exp(place).tolist(), strict=True))
    ran_off = np.abs(place - middle) > np.log(FAR) * 0.9
    away = [name for name, far in zip(names, ran_off, strict=True) if far]
    sizes = np.linalg.eigvalsh(curvature)
    if away or sizes.min() <= _FLAT * max(float(sizes.max()), 1e-300):
        remark = (
            f"{' and '.join(away) or 'Some parameters'} cannot be told from these data: any far value fits "
            "as well, so there are no standard errors. What the model projects may still be right; fewer "
            "parameters, more customers or more periods would tell more."
        )
        return Estimate(params, dict.fromkeys(names), value, count, None, (remark,))
    spread: Floats = np.asarray(np.linalg.inv(curvature), dtype=np.float64)
    # By the delta method, which at the maximum is the same as the Hessian by the parameters themselves.
    errors = np.exp(place) * np.sqrt(np.diag(spread))
    return Estimate(params, dict(zip(names, errors.tolist(), strict=True)), value, count, spread)
