"""What each column of a table of customers is, and what is made of it for a model: said in words. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tenure.insight.churn import cells
from tenure.kit import words

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

READABLE = 0.97  # of the cells filled in, from which on a column is one of numbers, or of days
MOST_CATEGORIES = 40  # the most frequent are told apart, the others pooled
RARE = 10  # rows; a category of fewer is pooled
POOLED = "(rare)"
_LONG = 40  # characters, from which on text is free text
_ID_NAME = re.compile(r"(^|[_\W])(id|uuid|guid|key|number|no|nr|rownumber|index|email|phone)$", re.I)
_ID_NAMES = {
    "id",
    "customerid",
    "customer_id",
    "rownumber",
    "accountid",
    "userid",
    "clientnum",
    "name",
    "surname",
}


class Sort(StrEnum):
    """What the cells of a column are."""

    NUMBER = "number"
    CATEGORY = "category"
    DATE = "date"
    LEFT_OUT = "left out"


@dataclass(frozen=True)
class Column:
    """A column for models: `values` are numbers (NaN missing), or places in `categories` (−1 missing).

    `says`: what was done with it, empty where that goes without saying. Dates are ages in days.
    """

    name: str
    sort: Sort
    says: str = ""
    values: Floats = field(default_factory=lambda: np.empty(0))
    categories: tuple[str, ...] = ()

    @property
    def is_used(self) -> bool:
        """Whether models see it."""
        return self.sort is not Sort.LEFT_OUT

    @property
    def missing(self) -> NDArray[np.bool_]:
        """Which rows have nothing in it."""
        return self.values < 0 if self.sort is Sort.CATEGORY else np.isnan(self.values)

    def taken(self, rows: Ints) -> Column:
        """The same column of some of the rows."""
        return Column(self.name, self.sort, self.says, self.values[rows], self.categories)


def read(name: str, column: pa.Array, id_column: str = "") -> Column:
    """What a column is. `column` may be of any type; text is looked at as a whole."""
    if name == id_column:
        return _out(name, "names the customers")
    text = cells.blanked(column)
    filled = len(text) - text.null_count
    if not filled:
        return _out(name, "nothing stands in it")
    for sort in (_number, _date):
        if (found := sort(name, text, filled)) is not None:
            return found
    return _category(name, text, filled)


def _out(name: str, why: str) -> Column:
    return Column(name, Sort.LEFT_OUT, f"left out: {why}")


def _unread(unread: int, what: str) -> str:
    return f"{words.count(unread, 'cell')} that are no {what} count as blank" if unread > 0 else ""


def _said(*parts: str) -> str:
    return "; ".join(part for part in parts if part)


def _number(name: str, text: pa.Array, filled: int) -> Column | None:
    values = cells.numbers(text)
    there = values[~np.isnan(values)]
    if len(there) < max(1, filled * READABLE):
        return None
    if len(np.unique(there)) == 1:
        return _constant(name, len(there) == len(values), f"{there[0]:g}", lambda: ~np.isnan(values))
    if _numbers_rows(name, there):
        return _out(name, "looks like an id: a different number in every row")
    return Column(name, Sort.NUMBER, _unread(filled - len(there), "numbers"), values)


def _numbers_rows(name: str, there: Floats) -> bool:
    """Whether numbers are names: whole, all different, and called an id or running on without gaps."""
    whole = bool(np.all(there == np.floor(there)))
    if not whole or len(there) < 20 or len(np.unique(there)) < len(there):
        return False
    runs_on = bool(np.all(np.diff(there) == 1) or np.all(np.diff(there) == -1))
    return _is_called_id(name) or runs_on


def _is_called_id(name: str) -> bool:
    return name.strip().lower().replace(" ", "") in _ID_NAMES or bool(_ID_NAME.search(name.strip()))


def _date(name: str, text: pa.Array, filled: int) -> Column | None:
    found = cells.days(text)
    there = found[~np.isnan(found)]
    if len(there) < max(1, filled * READABLE):
        return None
    if len(np.unique(there)) == 1:
        return _constant(name, len(there) == len(found), "one day", lambda: ~np.isnan(found))
    says = f"days turned into ages up to the latest, {np.datetime64(int(there.max()), 'D')}"
    return Column(name, Sort.DATE, _said(says, _unread(filled - len(there), "dates")), there.max() - found)


def _constant(name: str, everywhere: bool, value: str, is_there: Callable[[], NDArray[np.bool_]]) -> Column:
    """One value: it tells nothing, unless it is not there in some rows."""
    if everywhere:
        return _out(name, f"the same in every row ({value})")
    says = f"only ever {value} or blank: whether it is filled in counts"
    return Column(name, Sort.NUMBER, says, is_there().astype(np.float64))


def _category(name: str, text: pa.Array, filled: int) -> Column:
    counts = pc.value_counts(text.drop_null())
    counted = sorted(
        zip(counts.field("values").to_pylist(), counts.field("counts").to_pylist(), strict=True),
        key=lambda one: (-one[1], one[0]),
    )
    if len(counted) == 1:
        there = np.asarray(text.is_valid())
        return _constant(name, filled == len(text), counted[0][0][:40], lambda: there)
    if why := _names(name, [value for value, _ in counted], filled):
        return _out(name, why)
    kept = _kept([number for _, number in counted])
    pooled = counted[kept:]
    categories = [value for value, _ in counted[:kept]]
    places = np.asarray(
        pc.fill_null(pc.index_in(text, pa.array(categories, pa.string())), -1), dtype=np.int64
    )
    if pooled:
        is_pooled = (places < 0) & np.asarray(text.is_valid())
        places = np.where(is_pooled, kept, places)
        categories.append(POOLED)
    says = f"{words.count(len(pooled), 'rare value')} pooled" if pooled else ""
    return Column(name, Sort.CATEGORY, says, places.astype(np.float64), tuple(categories))


def _kept(counts: Sequence[int]) -> int:
    """How many of the categories, most frequent first, stand for themselves; one rare one may too."""
    frequent = sum(number >= RARE for number in counts)
    if len(counts) <= 2 or len(counts) - frequent == 1:
        frequent = len(counts)
    return max(1, min(frequent, MOST_CATEGORIES))


def _names(name: str, distinct: Sequence[str], filled: int) -> str:
    """Why text is no category: it names rows, or says something new in each."""
    if len(distinct) <= 20:
        return ""
    each = filled / len(distinct)
    if float(np.median([len(value) for value in distinct])) > _LONG:
        return "free text"
    if each < 2 or (_is_called_id(name) and each < 5):
        return f"looks like an id: {len(distinct):,} different values in {filled:,} rows"
    return ""
