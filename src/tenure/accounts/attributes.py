"""Types of attributes: how values of each are read, what fits, and which one values seem to be of. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from tenure.accounts.rules import clean_domain

TEXT, NUMBER, AMOUNT, DATE, YES_NO, CHOICE, URL = (
    "text",
    "number",
    "amount",
    "date",
    "yes_no",
    "choice",
    "url",
)
FEW = 12  # different values that may be a list to choose from
ENOUGH = 5  # values per different one, before a list is proposed

_NUMBER = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?|[+-]?\d{1,3}( \d{3})+(\.\d+)?")
_SIGN = re.compile(r"^[A-Z]{3} ?|^[$€£¥] ?| ?[A-Z]{3}$| ?[$€£¥]$")
_DATES = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%d.%m.%Y")
_YES, _NO = {"yes", "true", "y", "1", "on"}, {"no", "false", "n", "0", "off"}


@dataclass(frozen=True)
class Kind:
    """A type. `read` gives a value in its one form, None where it does not fit; `right` says what would."""

    name: str
    title: str
    right: str
    read: Callable[[Any, Sequence[str]], Any]


def _text(value: Any, _: Sequence[str]) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if isinstance(value, str | int | float) else None


def _number(value: Any, _: Sequence[str]) -> Any:
    """`1200`, `1,200`, `1 200.5`; what could be two numbers is none."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    if not isinstance(value, str):
        return value
    text = value.replace("\u00a0", " ").replace("\u202f", " ").strip()
    if not _NUMBER.fullmatch(text) or len(text) > 30:
        return None
    number = float(text.replace(",", "").replace(" ", ""))
    return int(number) if number.is_integer() else number


def _amount(value: Any, options: Sequence[str]) -> Any:
    """A number, with or without its currency."""
    return _number(_SIGN.sub("", value.strip()) if isinstance(value, str) else value, options)


def _date(value: Any, _: Sequence[str]) -> Any:
    """A day, as 2026-04-03; 03/04/2026 could be two days and is none."""
    if not isinstance(value, str) or len(value) > 40:
        return None
    text = value.strip()
    if re.match(r"\d{4}-\d\d-\d\d[T ]\d", text):
        text = text[:10]
    for form in _DATES:
        try:
            return datetime.strptime(text, form).date().isoformat()  # noqa: DTZ007 (a day has no zone)
        except ValueError:
            continue
    return None


def _yes_no(value: Any, _: Sequence[str]) -> Any:
    if isinstance(value, bool):
        return value
    plain = str(value).strip().lower()
    return True if plain in _YES else False if plain in _NO else None


def _choice(value: Any, options: Sequence[str]) -> Any:
    """One of the options, capitals or not."""
    plain = " ".join(str(value).lower().split())
    return next((one for one in options if " ".join(one.lower().split()) == plain), None)


def _url(value: Any, _: Sequence[str]) -> Any:
    """An address of the web; a bare domain gets its https."""
    if not isinstance(value, str) or len(value) > 2000 or re.search(r"\s", value.strip()):
        return None
    text = value.strip() if "//" in value else f"https://{value.strip()}"
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    return text if parts.scheme in ("http", "https") and clean_domain(parts.hostname or "") else None


KINDS: Mapping[str, Kind] = {
    one.name: one
    for one in (
        Kind(TEXT, "Text", "a text", _text),
        Kind(NUMBER, "Number", "a number, such as 1200 or 3.5", _number),
        Kind(AMOUNT, "Amount", "an amount of money, such as 1200.50", _amount),
        Kind(DATE, "Date", "a day, written like 2026-04-03", _date),
        Kind(YES_NO, "Yes or no", "yes or no", _yes_no),
        Kind(CHOICE, "One of a list", "one of its list", _choice),
        Kind(URL, "Web address", "a web address, such as https://acme.example", _url),
    )
}


@dataclass(frozen=True)
class Typed:
    """An attribute's type: its kind, and what there is to choose from."""

    kind: str
    options: tuple[str, ...] = ()

    @property
    def right(self) -> str:
        """What would fit."""
        return f"one of {', '.join(self.options)}" if self.kind == CHOICE else KINDS[self.kind].right

    def read(self, value: Any) -> Any:
        """A value in the type's form; None where it does not fit."""
        return KINDS[self.kind].read(value, self.options)

    def kept(self, value: Any) -> Any:
        """What is kept of a value: in the type's form, or as it is where it does not fit."""
        found = self.read(value) if is_known(value) else None
        return value if found is None else found

    def fits(self, value: Any) -> bool:
        """Whether a kept value is in the type's form."""
        found = self.read(value)
        return found is not None and type(found) is type(value) and bool(found == value)


@dataclass(frozen=True)
class Types:
    """A workspace's types by attribute: those that somebody set."""

    by_name: Mapping[str, Typed] = field(default_factory=dict)

    def kept(self, name: str, value: Any) -> Any:
        """What is kept of an attribute's value."""
        typed = self.by_name.get(name)
        return value if typed is None else typed.kept(value)

    def all_kept(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """The same of several."""
        if self.by_name.keys().isdisjoint(data):
            return data if isinstance(data, dict) else dict(data)
        return {name: self.kept(name, value) for name, value in data.items()}


def is_known(value: Any) -> bool:
    """Whether there is a value."""
    return value is not None and value != ""


def guess(values: Collection[Any]) -> Typed:
    """The narrowest type that all of these fit; text where none does."""
    known = [value for value in values if is_known(value)]
    if not known or any(isinstance(value, list | dict) for value in known):
        return Typed(TEXT)
    for kind in (NUMBER, YES_NO, DATE):
        if all(KINDS[kind].read(value, ()) is not None for value in known):
            return Typed(kind)
    texts = [value for value in known if isinstance(value, str)]
    if len(texts) == len(known):
        if all(KINDS[AMOUNT].read(value, ()) is not None for value in texts):
            return Typed(AMOUNT)
        if all("//" in value and KINDS[URL].read(value, ()) is not None for value in texts):
            return Typed(URL)
        different = sorted(set(texts))
        if len(different) <= FEW and len(texts) >= ENOUGH * len(different):
            return Typed(CHOICE, tuple(different))
    return Typed(TEXT)


def day_of(value: Any) -> date | None:
    """A kept date as one."""
    return date.fromisoformat(value) if isinstance(value, str) else None
