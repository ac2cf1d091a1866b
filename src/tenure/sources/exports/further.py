"""Attributes and properties as columns of a table: named as they are, typed where all values agree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pyarrow as pa

from tenure.sources.imports.file import LONGEST_NAME, MOST_COLUMNS

TRUTH, WHOLE, REAL, TEXT = "truth", "whole", "real", "text"
_TYPES = {TRUTH: pa.bool_(), WHOLE: pa.int64(), REAL: pa.float64(), TEXT: pa.string()}
_EXACT = 2**53  # beyond it a whole number is no longer one in every store


@dataclass(frozen=True)
class Further:
    """Further columns by their name in the file, what each is called on record, and what is left out."""

    columns: Mapping[str, pa.DataType] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)  # name in the file → name on record
    left_out: tuple[str, ...] = ()

    @property
    def renamed(self) -> dict[str, str]:
        """Names on record that a canonical column, or blanks, take away: → name in the file."""
        return {theirs: ours for ours, theirs in self.names.items() if ours != theirs}


def further_of(rows: Iterable[Mapping[str, Any]], canonical: Collection[str]) -> Further:
    """Every name that some row has, in order of first appearance, with the type that all its values share."""
    kinds: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        for name, value in row.items():
            kinds[name].add(_kind(value))
    return further(kinds, canonical)


def further(kinds: Mapping[str, Collection[str]], canonical: Collection[str]) -> Further:
    """The columns for names whose values are of these kinds."""
    columns: dict[str, pa.DataType] = {}
    names: dict[str, str] = {}
    left_out: list[str] = []
    for name, found in kinds.items():
        ours = _free(name, {*canonical, *columns})
        if not ours or len(columns) + len(canonical) >= MOST_COLUMNS:
            left_out.append(name)
            continue
        columns[ours], names[ours] = _TYPES[_together(found)], name
    return Further(columns, names, tuple(left_out))


def _free(name: str, taken: Collection[str]) -> str:
    """A column's name that imports read as it is, and that nothing else has; empty if there is none."""
    plain = name.strip().strip("\ufeff\x00").strip()
    while plain in taken:
        plain = f"{plain} (further)"
    return plain if len(plain) <= LONGEST_NAME else ""


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return TRUTH
    if isinstance(value, int) and abs(value) < _EXACT:
        return WHOLE
    return REAL if isinstance(value, float) else TEXT


def _together(kinds: Collection[str]) -> str:
    """The one type for values of several kinds."""
    found = set(kinds)
    if len(found) == 1:
        return next(iter(found))
    return REAL if found == {WHOLE, REAL} else TEXT


def values_of(further: Further, row: Mapping[str, Any]) -> list[Any]:
    """A row's values for the columns; what is neither text nor its column's type is written as JSON."""
    return [
        _value(row.get(theirs), further.columns[ours] == pa.string())
        for ours, theirs in further.names.items()
    ]


def _value(value: Any, as_text: bool) -> Any:
    if value is None or value == "" or not as_text or isinstance(value, str):
        return None if value == "" else value
    return msgspec.json.encode(value).decode()
