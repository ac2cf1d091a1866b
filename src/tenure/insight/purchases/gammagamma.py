"""The gamma-gamma model: what customers spend per purchase varies around an average of their own.

Fader, Hardie and Lee (2005), RFM and CLV: using iso-value curves for customer base analysis, Journal of
Marketing Research 42:415; Fader and Hardie (2013), The gamma-gamma model of monetary value. Amounts of one
customer are Gamma(p, ν), ν over customers is Gamma(q, γ). Of one with x purchases of z on average:

    L = Γ(p x + q) / (Γ(p x) Γ(q)) · γ^q z^(p x − 1) x^(p x) / (γ + x z)^(p x + q).

How much they spend is taken to say nothing of how often they buy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln, psi

from tenure.insight.likelihood import Estimate, Floats, Likelihood, NotFittable, maximise

NAMES = ("p", "q", "gamma")
_TIED = 0.3  # a correlation from which "says nothing of" is no longer a simplification


@dataclass(frozen=True)
class Spending:
    """Customers by `purchases` (at least 1) and what each cost on `average` (above 0); `count` are so."""

    purchases: Floats
    average: Floats
    count: Floats

    @classmethod
    def of(cls, purchases: Floats, average: Floats, count: Floats | None = None) -> Spending:
        """From customers one by one, those without purchases left out.

        Raises NotFittable naming the row (from 1) of an average that is not above 0.
        """
        many = np.ones(len(purchases)) if count is None else np.asarray(count, dtype=np.float64)
        kept = np.asarray(purchases) > 0
        wrong = kept & ~(np.asarray(average) > 0)
        if np.any(wrong):
            raise NotFittable(
                f"row {int(np.argmax(wrong)) + 1}, monetary value: is above 0 where there are purchases; "
                "leave out refunds and gifts"
            )
        return cls(np.asarray(purchases, float)[kept], np.asarray(average, float)[kept], many[kept])

    @property
    def customers(self) -> float:
        """How many customers there are."""
        return float(self.count.sum())

    @property
    def tie(self) -> float | None:
        """The correlation of how often with how much, None where either does not vary."""
        middle = [np.average(one, weights=self.count) for one in (self.purchases, self.average)]
        x, z = self.purchases - middle[0], self.average - middle[1]
        size = np.sqrt((self.count @ x**2) * (self.count @ z**2))
        return float(self.count @ (x * z) / size) if size > 0 else None


def likelihood(seen: Spending) -> Likelihood:
    """The log-likelihood over customers, and its gradient by p, q, γ."""
    x, z = seen.purchases, seen.average
    total, logs, number = x * z, np.log(x * z), seen.customers
    constant = float(seen.count @ np.log(z))

    def at(values: Floats) -> tuple[float, Floats]:
        p, q, gamma = values
        px = p * x
        both = np.log(gamma + total)
        each = gammaln(px + q) - gammaln(px) + px * logs - (px + q) * both
        value = seen.count @ each - constant + number * (q * np.log(gamma) - gammaln(q))
        later = psi(px + q)
        by_p = seen.count @ (x * (later - psi(px) + logs - both))
        by_q = seen.count @ (later - both) + number * (np.log(gamma) - psi(q))
        by_gamma = number * q / gamma - seen.count @ ((px + q) / (gamma + total))
        return float(value), np.array([by_p, by_q, by_gamma])

    return at


def fit(seen: Spending) -> Estimate:
    """p, q, γ of the greatest likelihood.

    Raises NotFittable without at least three customers with purchases, or if all spend the same.
    """
    if seen.customers < len(NAMES):
        raise NotFittable("has too few customers with repeat purchases and an amount; three are the least")
    if np.ptp(seen.average) <= 1e-9 * float(seen.average.max()):
        raise NotFittable("has the same amount for everybody, so nothing is to be learnt of how they differ")
    middle = float(seen.count @ seen.average) / seen.customers
    # E(Z) = p γ / (q − 1)
    starts = [(p, q, middle * (q - 1) / p) for p, q in ((6.0, 4.0), (1.5, 2.5), (20.0, 12.0))]
    found = maximise(NAMES, likelihood(seen), starts, seen.customers)
    return _warned(found, seen)


def _warned(found: Estimate, seen: Spending) -> Estimate:
    if seen.tie is None or abs(seen.tie) < _TIED:
        return found
    says = (
        f"How often customers buy and how much they spend go together (correlation {seen.tie:.2f}); the "
        "model takes them to be independent."
    )
    return Estimate(
        found.params,
        found.errors,
        found.log_likelihood,
        found.count,
        found.spread,
        (*found.remarks, says),
    )


@dataclass(frozen=True)
class GammaGamma:
    """The model with its parameters."""

    p: float
    q: float
    gamma: float

    @property
    def average(self) -> float | None:
        """What a customer spends per purchase, over all: p γ / (q − 1); None where q ≤ 1: it is infinite."""
        return self.p * self.gamma / (self.q - 1) if self.q > 1 else None

    def expected(self, purchases: Floats, average: Floats) -> Floats:
        """What customers spend per purchase in the long run, given theirs so far: p (γ + x z) / (p x + q −
        1).

        NaN where neither is anything known nor the overall average finite.
        """
        below = self.p * purchases + self.q - 1
        spent = np.where(purchases > 0, purchases * np.nan_to_num(average), 0.0)
        return np.where(below > 0, self.p * (self.gamma + spent) / np.where(below > 0, below, 1.0), np.nan)


def model(found: Estimate) -> GammaGamma:
    """The model of an estimate."""
    return GammaGamma(*found.values.tolist())
