"""Figures in plain English: short money, shares, days, counts, lists. One wording for pages and sentences."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tenure.kit.money import Money

_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹", "KRW": "₩", "BRL": "R$"}
_SMALL = "no one two three four five six seven eight nine ten eleven twelve".split()
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_SPACE = "\u00a0"  # keeps a figure and its unit on one line


def money(minor: float, currency: str) -> str:
    """Money, short: `$950`, `$20k`, `$1.2M`, `CHF 3k`. The exact amount belongs on hover."""
    amount = float(Money(round(minor), currency).amount)
    sign, amount = ("−" if amount < 0 else ""), abs(amount)
    return f"{sign}{_symbol(currency)}{_short(amount)}"


def money_exact(minor: float, currency: str) -> str:
    """Money to the last minor unit: `$1,234.50`."""
    amount = Money(round(minor), currency).amount
    return f"{'−' if amount < 0 else ''}{_symbol(currency)}{abs(amount):,}"


def _symbol(currency: str) -> str:
    """`$`, or the ISO code and a space where no symbol is known to all."""
    return _SYMBOLS.get(currency, currency + _SPACE)


def _short(amount: float) -> str:
    """Three digits at most, then k, M, B."""
    for size, letter in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if amount >= size * 0.9995:
            scaled = amount / size
            return f"{scaled:.1f}".removesuffix(".0") + letter if scaled < 9.95 else f"{scaled:.0f}{letter}"
    return f"{amount:.0f}"


def percent(share: float) -> str:
    """A share as whole percent: `34 %`; below one percent but not nothing: `<1 %`."""
    if 0 < share < 0.005:
        return f"<1{_SPACE}%"
    return f"{share * 100:.0f}{_SPACE}%"


def count(number: int, noun: str, plural: str = "") -> str:
    """`1 customer`, `38 customers`, `1,204 people`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def number(value: int) -> str:
    """Up to twelve in words, as in running text."""
    return _SMALL[value] if 0 <= value < len(_SMALL) else f"{value:,}"


def days(number_of: int) -> str:
    """`1 day`, `30 days`."""
    return count(number_of, "day")


def listing(words: Sequence[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def day(value: date, today: date) -> str:
    """`21 Dec`, with the year where it is not this one."""
    year = "" if value.year == today.year else f" {value.year}"
    return f"{value.day} {_MONTHS[value.month - 1]}{year}"


def capital(sentence: str) -> str:
    """The first letter large, the rest as it is."""
    return sentence[:1].upper() + sentence[1:]
