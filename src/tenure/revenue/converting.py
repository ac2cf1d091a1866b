"""Amounts in the workspace's currency, at the rate of the day they were agreed. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from tenure.kit.money import digits


@dataclass(frozen=True)
class Rates:
    """What a unit of each currency was worth in `currency`, from a day until the next that is known."""

    currency: str
    days: Mapping[str, list[date]]
    values: Mapping[str, list[Decimal]]

    @classmethod
    def of(cls, currency: str, known: Iterable[tuple[str, date, Decimal]]) -> Rates:
        """From currency, day and rate, in any order."""
        days: dict[str, list[date]] = {}
        values: dict[str, list[Decimal]] = {}
        for name, day, rate in sorted(known):
            days.setdefault(name, []).append(day)
            values.setdefault(name, []).append(rate)
        return cls(currency, days, values)

    def rate(self, currency: str, day: date) -> Decimal | None:
        """The rate in force on a day; None if none is known that old."""
        if currency == self.currency:
            return Decimal(1)
        place = bisect_right(self.days.get(currency, []), day)
        return self.values[currency][place - 1] if place else None

    def converted(self, minor: int, currency: str, day: date) -> int | None:
        """Whole minor units of the workspace's currency, half to even; None without a rate."""
        rate = self.rate(currency, day)
        if rate is None:
            return None
        worth = (minor * rate).scaleb(digits(self.currency) - digits(currency))
        return int(worth.to_integral_value(ROUND_HALF_EVEN))
