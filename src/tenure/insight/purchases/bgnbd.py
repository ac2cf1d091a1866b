"""The BG/NBD model: customers buy at rates of their own, and may leave for good after any purchase.

Fader, Hardie and Lee (2005), "Counting your customers" the easy way, Marketing Science 24(2):275. A customer
buys at rate λ, and leaves after each purchase with chance p; over customers λ is Gamma(r, α), p is Beta(a,
b). Of one with x repeat purchases, the last at t_x, seen until T:

    L = B(a, b + x) / B(a, b) · Γ(r + x) α^r / Γ(r)
        · [ (α + T)^−(r + x)  +  1{x > 0} · a / (b + x − 1) · (α + t_x)^−(r + x) ].
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln, hyp2f1, psi

from tenure.insight.likelihood import Estimate, Floats, Likelihood, summed
from tenure.insight.purchases.histories import Histories, likeliest

NAMES = ("r", "alpha", "a", "b")


def likelihood(seen: Histories) -> Likelihood:
    """The log-likelihood over distinct histories, and its gradient by r, α, a, b."""
    came, back = np.unique(seen.repeats, return_inverse=True)
    customers = np.bincount(back, seen.count).astype(np.float64)
    bought = seen.repeats > 0
    everybody = float(customers.sum())

    def at(values: Floats) -> tuple[float, Floats]:
        r, alpha, a, b = values
        power = r + seen.repeats
        seen_log, last_log = np.log(alpha + seen.seen), np.log(alpha + seen.last)
        left_at = a / (b + np.maximum(came, 1) - 1)
        # The odds that they left after the last purchase, by those that they are still there.
        odds = np.where(bought, left_at[back] * np.exp(power * (seen_log - last_log)), 0.0)
        left = seen.count * (odds / (1 + odds))
        here = seen.count - left
        value = summed(seen.count, np.log1p(odds)) - summed(seen.count * power, seen_log)
        value += summed(customers, _of_number(r, alpha, a, b, came))
        left_by_number = np.bincount(back, left)
        both, stays = psi(a + b), psi(b)
        by_r = customers @ (psi(r + came) - psi(r)) + everybody * np.log(alpha)
        by_r -= summed(here, seen_log) + summed(left, last_log)
        by_alpha = everybody * r / alpha
        by_alpha -= summed(power, here / (alpha + seen.seen) + left / (alpha + seen.last))
        later = psi(a + b + came)
        by_a = customers @ (both - later) + left.sum() / a
        by_b = customers @ (both - stays + psi(b + came) - later)
        by_b -= left_by_number[came > 0] @ (1 / (b + came[came > 0] - 1))
        return float(value), np.array([by_r, by_alpha, by_a, by_b])

    return at


def _of_number(r: float, alpha: float, a: float, b: float, came: Floats) -> Floats:
    """What of a customer's log-likelihood only the number of repeat purchases decides."""
    rate = gammaln(r + came) - gammaln(r) + r * np.log(alpha)
    stays = gammaln(a + b) - gammaln(b) + gammaln(b + came) - gammaln(a + b + came)
    return np.asarray(rate + stays)


def fit(seen: Histories) -> Estimate:
    """r, α, a, b of the greatest likelihood. Raises NotFittable if nobody bought again."""
    seen.require()
    starts = [(r, r / seen.rate * more, a, b) for r, more, a, b in _STARTS]
    return likeliest(NAMES, likelihood, seen, [*starts, (0.5, seen.length / 4, 0.3, 3.0)])


# Customers who differ and who are alike, loyal and fickle.
_STARTS = ((0.3, 0.5, 0.8, 2.5), (1.0, 1.0, 1.0, 5.0), (4.0, 1.0, 0.3, 1.0))


@dataclass(frozen=True)
class BetaGeometricNBD:
    """The model with its parameters."""

    r: float
    alpha: float
    a: float
    b: float

    def alive(self, x: Floats, last: Floats, seen: Floats) -> Floats:
        """P(still a customer), by repeat purchases, the time of the last, and the time seen; 1 before any.

        Fader, Hardie and Lee (2008), Computing P(alive) using the BG/NBD model.
        """
        power = (self.r + x) * (np.log(self.alpha + seen) - np.log(self.alpha + last))
        odds = self.a / (self.b + np.maximum(x, 1) - 1) * np.exp(power)
        return np.where(x > 0, 1 / (1 + odds), 1.0)

    def expected(self, time: Floats) -> Floats:
        """Repeat purchases of a new customer within a time: eq. 9 of the paper."""
        a = _apart(self.a)
        share = self.alpha / (self.alpha + time)
        tail = hyp2f1(self.r, self.b, a + self.b - 1, 1 - share)
        return np.asarray((a + self.b - 1) / (a - 1) * (1 - share**self.r * tail))

    def further(self, time: Floats | float, x: Floats, last: Floats, seen: Floats) -> Floats:
        """Purchases expected within a time from now, given the history: eq. 10 of the paper."""
        a, b, power = _apart(self.a), self.b + x, self.r + x
        share = (self.alpha + seen) / (self.alpha + seen + time)
        tail = hyp2f1(power, b, a + b - 1, 1 - share)
        return np.asarray((a + b - 1) / (a - 1) * (1 - share**power * tail) * self.alive(x, last, seen))


def _apart(a: float) -> float:
    """The formulas have a gap at a = 1, over which they are smooth."""
    return a if abs(a - 1) > 1e-6 else 1 + 1e-6


def model(found: Estimate) -> BetaGeometricNBD:
    """The model of an estimate."""
    return BetaGeometricNBD(*found.values.tolist())
