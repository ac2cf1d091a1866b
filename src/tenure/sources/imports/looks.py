"""What the cells of a file's columns look like, by the first of them: names alone deceive.

Looks are for guessing which column is which, and nothing else: whether a cell can be read is for forms.py.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from tenure.sources.imports.file import FileProblem, Ragged, SourceFile
from tenure.sources.imports.kind import Column
from tenure.sources.imports.spellings import as_pattern

_LOOKED_AT = 200  # rows
_FEW = 3  # cells by which nothing can be told
_LONGEST = 40  # characters of a sample
_SAMPLES = 3
_MONEY = r"usd|eur|gbp|chf|jpy|cny|inr|brl|sek|nok|dkk|pln|czk|cad|aud|nzd|sgd|hkd|mxn|zar|try|ils|aed"

# What each is called, and which text is one.
LOOKS = {
    "email": ("e-mail addresses", r"[^@\s]+@[^@\s]+\.[^@\s]+"),
    "domain": ("domains", r"(https?://)?([\w-]+\.)+[a-z]{2,}(/\S*)?"),
    "number": ("numbers", r"[^\w]{0,3}\d[\d.,' \u00a0]*(%|\)|[^\w]{0,2}[a-z€$£]{0,3})?"),
    "time": (
        "dates",
        r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}.*|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}.*|(19|20)\d{6}|1\d{9}(\.\d+)?|1\d{12}"
        r"|\d{1,2}[ -][a-z]{3,9}[ -]\d{4}.*|[a-z]{3,9} \d{1,2},? \d{4}.*|[34]\d{4}(\.\d+)?",
    ),
    "currency": ("currencies", _MONEY),
    "interval": ("intervals", as_pattern("week", "month", "quarter", "year", shortest=4)),
    "yes_no": ("yes or no", as_pattern("yes", "no")),
}
_OF_FORM = {"date": "time", "instant": "time", "whole": "number", "text": ""}
_PATTERNS = {name: re.compile(pattern, re.IGNORECASE) for name, (_, pattern) in LOOKS.items()}


def look_of(column: Column) -> str:
    """What cells of one of our columns look like, a name of LOOKS; empty: anything."""
    return column.looks or _OF_FORM.get(column.form.name, column.form.name)


@dataclass
class Cells:
    """The first cells of a file's columns, by name, those that say nothing left out."""

    by_name: Mapping[str, Sequence[str]] = field(default_factory=dict)
    _shares: dict[tuple[str, str], float] = field(default_factory=dict)

    def share(self, name: str, look: str) -> float | None:
        """Which share of a column's cells looks so; None if there are too few to tell."""
        cells = self.by_name.get(name, ())
        if len(cells) < _FEW:
            return None
        if (name, look) not in self._shares:
            is_so = _PATTERNS[look].fullmatch
            self._shares[name, look] = sum(is_so(cell) is not None for cell in cells) / len(cells)
        return self._shares[name, look]

    def are_distinct(self, name: str) -> bool:
        """Whether no two cells of a column are alike, as those of an id."""
        cells = self.by_name.get(name, ())
        return len(cells) >= _FEW and len(set(cells)) == len(cells)

    def samples(self, name: str) -> tuple[str, ...]:
        """A few different cells of a column, cut short."""
        found = list(dict.fromkeys(self.by_name.get(name, ())))[:_SAMPLES]
        return tuple(one if len(one) <= _LONGEST else f"{one[: _LONGEST - 1]}…" for one in found)


def first_cells(file: SourceFile) -> Cells:
    """The cells of a file's first rows; none of one that breaks off there, which is told when it is read."""
    ragged: list[Ragged] = []
    batches = file.read(ragged)
    with suppress(FileProblem):
        for batch in batches:
            some = batch.slice(0, _LOOKED_AT)
            columns = [some.column(i + 1).to_pylist() for i in range(len(file.names))]
            return Cells(
                {
                    name: [str(cell) for cell in cells if cell is not None]
                    for name, cells in zip(file.names, columns, strict=True)
                }
            )
    return Cells()
