"""What a model of retention says of those who have stayed so far: chances, and how long, discounted. Pure."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from tenure.insight.likelihood import Floats

_FORGOTTEN = 30.0  # a payment discounted by e to the −30th is none
_LONGEST = 20_000  # periods


class Staying(Protocol):
    """A model of how long customers stay."""

    def log_survival(self, periods: Floats) -> Floats:
        """ln S(t): of a new customer to be there after t periods."""
        ...


def survival(model: Staying, periods: Floats) -> Floats:
    """S(t): the share of a cohort that is still there after t periods."""
    return np.exp(model.log_survival(periods))


def retention(model: Staying, periods: Floats) -> Floats:
    """r(t) = S(t) / S(t − 1): of those who come to renewal t, the share that renews; t from 1 on."""
    return np.exp(model.log_survival(periods) - model.log_survival(periods - 1))


def staying(model: Staying, survived: Floats, further: Floats) -> Floats:
    """S(n + k) / S(n): of those who have survived n periods, the share that survives k more."""
    return np.exp(model.log_survival(survived + further) - model.log_survival(survived))


def residual_lifetime(model: Staying, survived: Floats, discount: float) -> Floats:
    """Discounted expected residual lifetime of those who have survived n periods, in periods still to be
    paid:
    Σ over k ≥ 1 of S(n + k) / S(n) / (1 + d)^k.

    `discount` is per period, above 0 (an undiscounted lifetime may be infinite). Fader and Hardie (2010),
    Customer-base valuation in a contractual setting, Marketing Science 29:85, with the payment of the running
    period already made. Raises ValueError for a discount of 0 or less.
    """
    if discount <= 0:
        raise ValueError("the discount per period must be above 0")
    rate = float(np.log1p(discount))
    further = np.arange(1.0, min(_LONGEST, int(_FORGOTTEN / rate) + 2))
    survived = np.atleast_1d(np.asarray(survived, dtype=np.float64))
    kept = staying(model, survived[:, None], further[None, :])
    return np.asarray(kept @ np.exp(-rate * further))
