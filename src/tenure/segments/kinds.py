"""Kinds of value a rule can compare with: from text, to text, in words, and as it is stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple, Protocol
from urllib.parse import quote, unquote

from tenure.kit import words
from tenure.kit.money import Money
from tenure.segments.standpoint import ME, Standpoint

_LARGEST = Decimal("1e12")
_MOST_DAYS = 36_500
_LONGEST = 200
_SIZES = {"k": 3, "m": 6}


class Kind(Protocol):
    """How values of a field are asked for. `read` raises ValueError saying what would be right."""

    @property
    def name(self) -> str: ...

    def read(self, text: str) -> Any:
        """The value meant by what somebody typed."""

    def write(self, value: Any) -> str:
        """The text that `read` turns into the same value."""

    def stored(self, value: Any, standpoint: Standpoint) -> Any:
        """What an operator compares the stored value with."""

    def show(self, value: Any, standpoint: Standpoint) -> str:
        """The value inside a sentence."""


class Days(NamedTuple):
    """Days from `first` to `last`, both included; one of them is today."""

    first: date
    last: date


@dataclass(frozen=True)
class Text:
    """One or several words, separated by `|`; the value is a tuple. With `has_me`, `me` is whoever asks."""

    name: str = "text"
    labels: Callable[[], Mapping[str, str]] = field(default=dict)
    is_closed: bool = False  # only the values of `labels` are right
    has_me: bool = False

    def read(self, text: str) -> tuple[str, ...]:
        """One value, or several of which any fits."""
        values = tuple(unquote(part).strip() for part in text.split("|"))
        if not all(values) or any(len(value) > _LONGEST or "\0" in value for value in values):
            raise ValueError(f"a text of 1 to {_LONGEST} letters")
        if self.is_closed and not set(values) <= set(self.labels()):
            raise ValueError(words.listing([*self.labels()], "or"))
        return values

    def write(self, value: tuple[str, ...]) -> str:
        """`poor|fair`; a bar inside a value is percent-encoded."""
        return "|".join(quote(one, safe=" !#$&'()*+,/:;=?@[]") for one in value)

    def stored(self, value: tuple[str, ...], standpoint: Standpoint) -> tuple[str, ...]:
        """The alternatives, with `me` replaced by the caller's own names."""
        found = [standpoint.me if self.has_me and one == ME else (one,) for one in value]
        return tuple(name for names in found for name in names)

    def show(self, value: tuple[str, ...], standpoint: Standpoint) -> str:
        """`poor or fair`, by their labels."""
        labels = self.labels()
        return words.listing([labels.get(one, one) for one in value], "or")


@dataclass(frozen=True)
class Number:
    """A number, as people type them: `40`, `1,200`, `20k`. `per` is what one unit of it is when stored."""

    name: str = "number"
    per: Decimal = Decimal(1)
    suffix: str = ""

    def read(self, text: str) -> Decimal:
        """The number in the unit shown."""
        return _decimal(text, "a number, such as 40 or 1.5k")

    def write(self, value: Decimal) -> str:
        """Plain digits."""
        return f"{value.normalize():f}"

    def stored(self, value: Decimal, standpoint: Standpoint) -> float:
        """The same number in the unit stored."""
        return float(value * self.per)

    def show(self, value: Decimal, standpoint: Standpoint) -> str:
        """`40`, `40 %`."""
        return f"{value.normalize():,f}{self.suffix}"


@dataclass(frozen=True)
class Amount:
    """Money, in major units of the workspace's currency; stored in minor ones."""

    name: str = "money"

    def read(self, text: str) -> Decimal:
        """The amount in major units."""
        return _decimal(text.lstrip("$€£¥"), "an amount of money, such as 20000 or 20k")

    def write(self, value: Decimal) -> str:
        """Plain digits."""
        return f"{value.normalize():f}"

    def stored(self, value: Decimal, standpoint: Standpoint) -> int:
        """Whole minor units."""
        return Money.of(value, standpoint.currency).minor

    def show(self, value: Decimal, standpoint: Standpoint) -> str:
        """`$20k`."""
        return words.money(self.stored(value, standpoint), standpoint.currency)


@dataclass(frozen=True)
class DayCount:
    """A number of days from today, ahead (`sign` 1) or back (-1); stored as a date."""

    name: str
    sign: int

    def read(self, text: str) -> int:
        """A whole number of days."""
        number = text.strip()
        if not (number.isascii() and number.isdigit() and len(number) < 6 and int(number) <= _MOST_DAYS):
            raise ValueError(f"a whole number of days from 0 to {_MOST_DAYS:,}")
        return int(number)

    def write(self, value: int) -> str:
        """Plain digits."""
        return str(value)

    def stored(self, value: int, standpoint: Standpoint) -> Days:
        """The days between today and then."""
        then = standpoint.today + timedelta(days=self.sign * value)
        return Days(min(then, standpoint.today), max(then, standpoint.today))

    def show(self, value: int, standpoint: Standpoint) -> str:
        """`120 days`."""
        return words.days(value)


@dataclass(frozen=True)
class MajorAmount(Amount):
    """Money that is stored in major units, as attributes are."""

    def stored(self, value: Decimal, standpoint: Standpoint) -> Any:
        """The number itself."""
        return float(value)

    def show(self, value: Decimal, standpoint: Standpoint) -> str:
        """`$20k`."""
        return words.money(Money.of(value, standpoint.currency).minor, standpoint.currency)


@dataclass(frozen=True)
class Day:
    """A day of the calendar."""

    name: str = "day"

    def read(self, text: str) -> date:
        """A day written like 2026-04-03."""
        try:
            return date.fromisoformat(text.strip())
        except ValueError:
            raise ValueError("a day, written like 2026-04-03") from None

    def write(self, value: date) -> str:
        """As it is read."""
        return value.isoformat()

    def stored(self, value: date, standpoint: Standpoint) -> date:
        """The day itself."""
        return value

    def show(self, value: date, standpoint: Standpoint) -> str:
        """`3 Apr`, with the year where it is another."""
        return words.day(value, standpoint.today)


def _decimal(text: str, right: str) -> Decimal:
    """A finite decimal of sensible size, or a ValueError with what would be right."""
    plain = text.strip().lower().replace(",", "").replace("%", "").replace("\u00a0", "").strip()
    power = _SIZES.get(plain[-1:], 0)
    try:
        value = Decimal(plain[:-1] if power else plain).scaleb(power)
    except InvalidOperation:
        raise ValueError(right) from None
    if not value.is_finite() or abs(value) > _LARGEST or value.as_tuple().exponent < -9:  # type: ignore[operator]
        raise ValueError(f"{right}, between −{_LARGEST:.0e} and {_LARGEST:.0e}")
    return value + 0  # no negative zero


PLAIN = Text()
OWNER = Text("person", labels=lambda: {ME: "me"}, has_me=True)
NUMBER = Number()
SHARE = Number("share", per=Decimal("0.01"), suffix="\u00a0%")
DAYS = Number("number", suffix="\u00a0days")
MONEY = Amount()
AHEAD = DayCount("days ahead", 1)
AGO = DayCount("days ago", -1)
MAJOR = MajorAmount()
DAY = Day()
YES_OR_NO = Text("choice", labels=lambda: {"yes": "yes", "no": "no"}, is_closed=True)
