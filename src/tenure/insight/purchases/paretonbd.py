"""The Pareto/NBD model: customers buy at rates of their own until they leave for good, unseen, at any time.

Schmittlein, Morrison and Colombo (1987), Counting your customers: who are they and what will they do next?,
Management Science 33(1):1; Fader and Hardie (2005), A note on deriving the Pareto/NBD model. A customer buys
at rate λ, and leaves at rate μ; over customers λ is Gamma(r, α), μ is Gamma(s, β). Of one with x repeat
purchases, the last at t_x, seen until T:

    L = Γ(r + x) α^r β^s / Γ(r) · [ (α + T)^−(r + x) (β + T)^−s  +  s ∫ (α + t)^−(r + x) (β + t)^−(s + 1) dt
    ],

the integral from t_x to T, over when they left. It is mostly written with two hypergeometric functions, whose
difference loses its digits and whose slopes by the parameters have no closed form. Here it is summed by
Gauss and Legendre's rule, over the logarithm of the time from the smaller of −α and −β: there the integrand
has no pole within π of the real line, whatever the parameters. The slopes are those of the integrand, by the
same rule.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln, psi

from tenure.insight.likelihood import Estimate, Floats, Likelihood, summed
from tenure.insight.purchases.histories import Histories, likeliest

NAMES = ("r", "alpha", "s", "beta")
_NODES = 40
_AT_ONCE = 50_000  # histories: what is summed at once takes some tens of megabytes
_NOTHING = 45.0  # what is e to the −45th of the rest is left out


@dataclass(frozen=True)
class _Parts:
    """Of each history, the logarithms of the two terms in brackets, and slopes of their sum's by r, α, s, β.

    `total` is the sum's logarithm.
    """

    here: Floats
    total: Floats
    slopes: Floats


def _parts(values: Floats, x: Floats, last: Floats, seen: Floats) -> _Parts:
    r, alpha, s, beta = values
    power = r + x
    here = -power * np.log(alpha + seen) - s * np.log(beta + seen)
    start = np.minimum(alpha, beta)
    low = np.log(start + last)
    # Where purchases were many, hardly anybody waits long before it is plain that they left.
    end = np.minimum(seen, (alpha + last) * np.exp(np.minimum(_NOTHING / (power + s), 50.0)) - alpha)
    span = np.maximum(np.log(start + end) - low, 0.0)
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    moved = np.exp(low[:, None] + span[:, None] * (nodes + 1) / 2)  # the time since −start
    since_alpha, since_beta = moved + (alpha - start), moved + (beta - start)
    logs = (np.log(since_alpha), np.log(since_beta))
    each = -power[:, None] * logs[0] - (s + 1) * logs[1] + np.log(moved)
    with np.errstate(divide="ignore"):
        each += np.log(weights / 2) + (np.log(span) + np.log(s))[:, None]
    top = np.maximum(here, each.max(axis=1))
    terms, still = np.exp(each - top[:, None]), np.exp(here - top)
    left = terms.sum(axis=1)
    total = still + left
    slopes = np.empty((4, len(x)))
    slopes[0] = -(still * np.log(alpha + seen) + np.einsum("ij,ij->i", terms, logs[0]))
    slopes[1] = -power * (still / (alpha + seen) + np.einsum("ij,ij->i", terms, 1 / since_alpha))
    slopes[2] = left / s - still * np.log(beta + seen) - np.einsum("ij,ij->i", terms, logs[1])
    slopes[3] = -s * still / (beta + seen) - (s + 1) * np.einsum("ij,ij->i", terms, 1 / since_beta)
    return _Parts(here, top + np.log(total), slopes / total)


def likelihood(seen: Histories) -> Likelihood:
    """The log-likelihood over distinct histories, and its gradient by r, α, s, β."""
    came, back = np.unique(seen.repeats, return_inverse=True)
    customers = np.bincount(back, seen.count)
    everybody = float(customers.sum())
    parts = [slice(i, i + _AT_ONCE) for i in range(0, len(seen.count), _AT_ONCE)]

    def at(values: Floats) -> tuple[float, Floats]:
        r, alpha, s, beta = values
        value = customers @ (gammaln(r + came) - gammaln(r))
        value += everybody * (r * np.log(alpha) + s * np.log(beta))
        slope = np.array(
            [
                customers @ (psi(r + came) - psi(r)) + everybody * np.log(alpha),
                everybody * r / alpha,
                everybody * np.log(beta),
                everybody * s / beta,
            ]
        )
        for some in parts:
            found = _parts(values, seen.repeats[some], seen.last[some], seen.seen[some])
            value += summed(seen.count[some], found.total)
            slope += np.einsum("ij,j->i", found.slopes, seen.count[some])
        return float(value), slope

    return at


def fit(seen: Histories) -> Estimate:
    """r, α, s, β of the greatest likelihood. Raises NotFittable if nobody bought again."""
    seen.require()
    starts = [(r, r / seen.rate * more, s, beta * seen.length) for r, more, s, beta in _STARTS]
    return likeliest(NAMES, likelihood, seen, starts)


_STARTS = ((0.5, 0.5, 0.5, 0.5), (1.0, 1.0, 1.0, 2.0), (3.0, 1.0, 0.5, 0.1))


@dataclass(frozen=True)
class ParetoNBD:
    """The model with its parameters."""

    r: float
    alpha: float
    s: float
    beta: float

    def alive(self, x: Floats, last: Floats, seen: Floats) -> Floats:
        """P(still a customer), by repeat purchases, the time of the last, and the time seen."""
        values = np.array([self.r, self.alpha, self.s, self.beta])
        told = np.broadcast_arrays(*(np.asarray(one, dtype=np.float64) for one in (x, last, seen)))
        x, last, seen = (np.atleast_1d(one).ravel() for one in told)
        found = [
            _parts(values, x[i : i + _AT_ONCE], last[i : i + _AT_ONCE], seen[i : i + _AT_ONCE])
            for i in range(0, len(x), _AT_ONCE)
        ]
        shares = [np.exp(one.here - one.total) for one in found]
        return np.concatenate(shares).reshape(told[0].shape) if shares else np.zeros(told[0].shape)

    def expected(self, time: Floats) -> Floats:
        """Repeat purchases of a new customer within a time: r / α times how long they are one."""
        return np.asarray(self.r / self.alpha * self._staying(np.asarray(time, dtype=np.float64), self.beta))

    def further(self, time: Floats | float, x: Floats, last: Floats, seen: Floats) -> Floats:
        """Purchases expected within a time from now, given the history: eq. 41 of the note."""
        rate = (self.r + x) / (self.alpha + seen)
        stays = self._staying(np.asarray(time, dtype=np.float64), self.beta + seen)
        return np.asarray(rate * stays * self.alive(x, last, seen))

    def _staying(self, time: Floats, beta: Floats | float) -> Floats:
        """∫ (β / (β + t))^s dt from 0 to a time: how much of it one is a customer, on average."""
        longer = np.log1p(time / beta)
        power = (1 - self.s) * longer
        # β (e^power − 1) / (1 − s), smooth at s = 1.
        return np.asarray(beta * longer * np.where(np.abs(power) < 1e-12, 1.0, _growth(power)))


def _growth(power: Floats) -> Floats:
    """(e^p − 1) / p."""
    safe = np.where(np.abs(power) < 1e-12, 1.0, power)
    return np.asarray(np.expm1(safe) / safe)


def model(found: Estimate) -> ParetoNBD:
    """The model of an estimate."""
    return ParetoNBD(*found.values.tolist())
