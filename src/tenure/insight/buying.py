"""A model of purchases fitted to a table of customers or of what they bought. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from tenure.insight.fits import Fit, Line, Picture
from tenure.insight.likelihood import Estimate, Floats
from tenure.insight.purchases import bgbb, bgnbd, gammagamma, paretonbd
from tenure.insight.purchases.histories import Histories

FEW = 10  # periods projected where nobody says how many


class Buying(Protocol):
    """A model of who buys when."""

    def alive(self, x: Floats, last: Floats, seen: Floats) -> Floats:
        """P(still a customer), given the history."""
        ...

    def expected(self, time: Floats) -> Floats:
        """Repeat purchases of a new customer within a time."""
        ...

    def further(self, time: Floats | float, x: Floats, last: Floats, seen: Floats) -> Floats:
        """Purchases within a time from now, given the history."""
        ...


@dataclass(frozen=True)
class Model:
    """How a model is fitted, and made of its estimate."""

    title: str
    fit: Callable[[Histories], Estimate]
    model: Callable[[Estimate], Buying]


MODELS: Mapping[str, Model] = {
    "bgnbd": Model("BG/NBD", bgnbd.fit, bgnbd.model),
    "paretonbd": Model("Pareto/NBD", paretonbd.fit, paretonbd.model),
    "bgbb": Model("BG/BB", bgbb.fit, bgbb.model),
}


def purchases(name: str, seen: Histories, horizon: int = FEW) -> Fit:
    """A model of MODELS fitted to histories; projected `horizon` units of time ahead. Raises NotFittable."""
    one = MODELS[name]
    found = one.fit(seen)
    model = one.model(found)
    rows = _ahead(model, seen, horizon)
    alive = float(seen.count @ model.alive(seen.repeats, seen.last, seen.seen))
    return Fit(
        name,
        dict(found.params),
        dict(found.errors),
        found.log_likelihood,
        found.count,
        rows,
        _picture(one.title, model, seen, horizon),
        found.remarks,
        {
            "distinct_histories": len(seen.count),
            "repeat_purchases": float(seen.count @ seen.repeats),
            "expected_alive": alive,
            "frequencies": _frequencies(model, seen, horizon),
        },
    )


def _ahead(model: Buying, seen: Histories, horizon: int) -> list[dict[str, Any]]:
    """What all these customers, and one new one, are expected to buy within each time from now."""
    rows = []
    for time in range(1, horizon + 1):
        each = model.further(float(time), seen.repeats, seen.last, seen.seen)
        rows.append(
            {
                "period": time,
                "expected_purchases": float(seen.count @ each),
                "of_a_new_customer": float(model.expected(np.array(float(time)))),
            }
        )
    return rows


_SHARES = ("repeats", "customers", "alive", "expected")


def _frequencies(model: Buying, seen: Histories, horizon: int) -> list[dict[str, Any]]:
    """By how often they have bought again: how many, still alive, and expected within the horizon each."""
    alive = model.alive(seen.repeats, seen.last, seen.seen)
    further = model.further(float(horizon), seen.repeats, seen.last, seen.seen)
    number = np.minimum(seen.repeats, 7).astype(np.int64)
    many = np.bincount(number, seen.count)
    mean = np.array([np.bincount(number, seen.count * one) for one in (alive, further)]) / np.maximum(
        many, 1e-300
    )
    return [
        dict(zip(_SHARES, (str(i) if i < 7 else "7+", *map(float, (many[i], *mean[:, i]))), strict=True))
        for i in range(len(many))
        if many[i]
    ]


def _picture(title: str, model: Buying, seen: Histories, horizon: int) -> Picture:
    """Repeat purchases of all, as the model sees them from each one's first purchase on, and those yet to
    come.
    """
    longest = float(seen.seen.max())
    now = float(seen.count @ seen.repeats)
    ahead = np.linspace(0.0, horizon, 25)
    further = [
        now + float(seen.count @ model.further(t, seen.repeats, seen.last, seen.seen)) for t in ahead[1:]
    ]
    back = np.linspace(0.0, longest, 40)
    so_far = [
        float(seen.count @ model.expected(np.maximum(seen.seen - (longest - time), 0.0))) for time in back
    ]
    return Picture(
        f"{title}: repeat purchases of {seen.customers:,.0f} customers",
        "Time until and from now",
        "Repeat purchases, added up",
        [
            Line("Model of what was seen", (back - longest).tolist(), so_far),
            Line("Expected from now on", ahead.tolist(), [now, *further]),
            Line("Counted", [0.0], [now], dots=True),
        ],
    )


def spending(seen: gammagamma.Spending) -> Fit:
    """The gamma-gamma model fitted to what customers spend. Raises NotFittable."""
    found = gammagamma.fit(seen)
    model = gammagamma.model(found)
    middle = float(seen.count @ seen.average) / seen.customers
    number = np.array([0.0, 1.0, 2.0, 5.0, 10.0, 20.0])
    levels = [middle / 2, middle, middle * 2]
    rows = [
        {"purchases": int(x), "average": level, "expected_amount": float(value)}
        for level in levels
        for x, value in zip(number, model.expected(number, np.full(len(number), level)), strict=True)
    ]
    grid = np.linspace(0.0, 20.0, 81)
    return Fit(
        "gammagamma",
        dict(found.params),
        dict(found.errors),
        found.log_likelihood,
        found.count,
        rows,
        Picture(
            "Gamma-gamma: what they will spend per purchase, by what they spent so far",
            "Purchases so far",
            "Expected amount",
            [
                Line(
                    f"{level:,.2f} on average",
                    grid.tolist(),
                    model.expected(grid, np.full(81, level)).tolist(),
                )
                for level in levels
            ],
        ),
        found.remarks,
        {"expected_amount": model.average, "observed_average": middle, "correlation": seen.tie},
    )
