"""The BG/BB model: at each opportunity a customer buys or not, and before each may leave for good.

Fader, Hardie and Shang (2010), Customer-base analysis in a discrete-time noncontractual setting, Marketing
Science 29(6):1086. A customer buys with chance p at each opportunity, and leaves with chance θ before each;
over customers p is Beta(α, β), θ is Beta(γ, δ). Of one who bought x times at n opportunities, the last time
at t_x:

    L = B(α + x, β + n − x) / B(α, β) · B(γ, δ + n) / B(γ, δ)
        + Σ over i from 0 to n − t_x − 1 of B(α + x, β + t_x − x + i) / B(α, β) · B(γ + 1, δ + t_x + i) /
        B(γ, δ).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, psi

from tenure.insight.likelihood import Estimate, Floats, Likelihood, NotFittable, maximise
from tenure.insight.purchases.histories import Histories

NAMES = ("alpha", "beta", "gamma", "delta")


@dataclass(frozen=True)
class _Terms:
    """The summands of every history's likelihood, flat: `row` whose they are; the first of each is "still
    here".

    x purchases at the `tried` opportunities until they left; `left` is 1 where they did.
    """

    row: NDArray[np.int64]
    x: Floats
    tried: Floats
    left: Floats

    @classmethod
    def of(cls, x: Floats, last: Floats, n: Floats) -> _Terms:
        """One summand for being here, and one for each opportunity before which they may have left."""
        gone = (n - last).astype(np.int64)
        rows = np.arange(len(x))
        row = np.concatenate([rows, np.repeat(rows, gone)])
        first = np.repeat(np.cumsum(gone) - gone, gone)
        later = np.arange(gone.sum()) - first
        tried = np.concatenate([n, np.repeat(last, gone) + later])
        left = np.concatenate([np.zeros(len(x)), np.ones(len(later))])
        return cls(row, x[row], tried, left)

    def logs(self, values: Floats) -> Floats:
        """The logarithm of each summand."""
        alpha, beta, gamma, delta = values
        buys = betaln(alpha + self.x, beta + self.tried - self.x) - betaln(alpha, beta)
        stays = betaln(gamma + self.left, delta + self.tried) - betaln(gamma, delta)
        return np.asarray(buys + stays)

    def slopes(self, values: Floats) -> Floats:
        """The slopes of `logs` by α, β, γ, δ, as rows."""
        alpha, beta, gamma, delta = values
        buying = psi(alpha + beta) - psi(alpha + beta + self.tried)
        staying = psi(gamma + delta) - psi(gamma + delta + self.left + self.tried)
        return np.array(
            [
                psi(alpha + self.x) - psi(alpha) + buying,
                psi(beta + self.tried - self.x) - psi(beta) + buying,
                psi(gamma + self.left) - psi(gamma) + staying,
                psi(delta + self.tried) - psi(delta) + staying,
            ]
        )


def likelihood(seen: Histories) -> Likelihood:
    """The log-likelihood over distinct histories, and its gradient by α, β, γ, δ."""
    terms = _Terms.of(seen.repeats, seen.last, seen.seen)
    size = len(seen.count)

    def at(values: Floats) -> tuple[float, Floats]:
        logs = terms.logs(values)
        top = np.full(size, -np.inf)
        np.maximum.at(top, terms.row, logs)
        each = np.exp(logs - top[terms.row])
        total = np.bincount(terms.row, each, size)
        weight = each * (seen.count / total)[terms.row]
        return float(seen.count @ (top + np.log(total))), terms.slopes(values) @ weight

    return at


def fit(seen: Histories) -> Estimate:
    """α, β, γ, δ of the greatest likelihood.

    Raises NotFittable if nobody bought, or times are not whole numbers with at most one purchase at each.
    """
    seen.require()
    require_discrete(seen)
    buys = float(seen.count @ seen.repeats) / float(seen.count @ seen.seen)
    starts = [(buys * p, (1 - buys) * p, leave * t, (1 - leave) * t) for p, leave, t in _STARTS]
    return maximise(NAMES, likelihood(seen), starts, seen.customers)


# How much customers are alike in buying; the chance to leave, and how much they are alike in that.
_STARTS = ((2.0, 0.2, 3.0), (1.0, 0.05, 2.0), (5.0, 0.3, 10.0))


def require_discrete(seen: Histories) -> None:
    """Raise NotFittable naming the row (of distinct histories) of times that are not opportunities."""
    for wrong, field, says in (
        (
            seen.last != np.round(seen.last),
            "recency",
            "is the number of the opportunity of the last purchase",
        ),
        (seen.seen != np.round(seen.seen), "n", "is a whole number of opportunities"),
        (seen.repeats > seen.last, "frequency", "is at most one purchase at each opportunity up to the last"),
    ):
        if np.any(wrong):
            row = int(np.argmax(wrong))
            raise NotFittable(
                f"has a history with {field} {getattr(seen, _FIELDS[field])[row]:g}, which cannot be: "
                f"{field} {says}"
            )


_FIELDS = {"recency": "last", "n": "seen", "frequency": "repeats"}


@dataclass(frozen=True)
class BetaGeometricBetaBinomial:
    """The model with its parameters."""

    alpha: float
    beta: float
    gamma: float
    delta: float

    @property
    def _values(self) -> Floats:
        return np.array([self.alpha, self.beta, self.gamma, self.delta])

    def _log_likelihood(self, x: Floats, last: Floats, n: Floats) -> Floats:
        terms = _Terms.of(x, last, n)
        return np.log(np.bincount(terms.row, np.exp(terms.logs(self._values)), len(x)))

    def _here(self, x: Floats, n: Floats, more: Floats) -> Floats:
        """ln of: bought x times at n opportunities, and is still here `more` opportunities later."""
        buys = betaln(self.alpha + x, self.beta + n - x) - betaln(self.alpha, self.beta)
        return np.asarray(buys + betaln(self.gamma, self.delta + n + more) - betaln(self.gamma, self.delta))

    def alive(self, x: Floats, last: Floats, seen: Floats) -> Floats:
        """P(still a customer at the next opportunity), given the history: eq. 11 of the paper."""
        x, last, seen = (np.asarray(one, dtype=np.float64) for one in (x, last, seen))
        return np.exp(self._here(x, seen, np.ones(1)) - self._log_likelihood(x, last, seen))

    def expected(self, time: Floats) -> Floats:
        """Purchases of a new customer at so many opportunities, whole numbers."""
        most = np.arange(1.0, float(np.max(time, initial=0)) + 1)
        stays = np.exp(betaln(self.gamma, self.delta + most) - betaln(self.gamma, self.delta))
        summed = np.concatenate([[0.0], np.cumsum(stays)])
        share = self.alpha / (self.alpha + self.beta)
        return np.asarray(share * summed[np.floor(np.asarray(time)).astype(np.int64)])

    def further(self, time: Floats | float, x: Floats, last: Floats, seen: Floats) -> Floats:
        """Purchases expected at the next `time` opportunities (one number for all), given the history.

        The sum of eq. 14 of the paper, written out, so that it has no gap at γ = 1.
        """
        x, last, seen = (np.asarray(one, dtype=np.float64) for one in (x, last, seen))
        buys = (self.alpha + x) / (self.alpha + self.beta + seen)
        given = self._log_likelihood(x, last, seen)
        more = np.arange(1.0, np.floor(float(np.max(time))) + 1)
        here = np.exp(self._here(x[:, None], seen[:, None], more[None, :]) - given[:, None])
        return np.asarray(buys * here.sum(axis=1))


def model(found: Estimate) -> BetaGeometricBetaBinomial:
    """The model of an estimate."""
    return BetaGeometricBetaBinomial(*found.values.tolist())
