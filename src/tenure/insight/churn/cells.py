"""What is written in the cells of a column, as numbers or days. Pure.

Spreadsheets bring numbers as text: with currency signs, percent, blanks or commas between the thousands, and
a comma or a point before the decimals. Which is which is a matter of the whole column.
"""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Floats = NDArray[np.float64]

BLANKS = ("", "-", "–", "na", "n/a", "nan", "null", "none", "nil", "unknown", "?", "#n/a", "#value!", ".")
_NOISE = "[\\s\u00a0\u202f'$€£¥%]|\\b(USD|EUR|GBP|CHF|JPY)\\b"
_PLAIN = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_GROUPED = r"^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$"
_COMMA = r"^[+-]?(\d+|\d{1,3}(\.\d{3})+),\d+$"
_ISO = re.compile(r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})([T ].*)?$")
_LOCAL = re.compile(r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})([T ].*)?$")


def blanked(column: pa.Array) -> pa.Array:
    """Text without blanks around it; what only says that nothing is there is null."""
    text = pc.utf8_trim_whitespace(column.cast(pa.string()))
    is_blank = pc.is_in(pc.utf8_lower(text), pa.array(BLANKS))
    return pc.if_else(pc.fill_null(is_blank, False), None, text)


def numbers(text: pa.Array) -> Floats:
    """Cells as numbers, NaN for none. A comma is before decimals if the column leaves no doubt."""
    bare = pc.replace_substring_regex(text, _NOISE, "")
    plain, grouped, comma = (pc.match_substring_regex(bare, form) for form in (_PLAIN, _GROUPED, _COMMA))
    only_comma = pc.and_(comma, pc.invert(grouped))
    if _any(only_comma) and not _any(pc.and_(plain, pc.match_substring(bare, "."))):
        bare = pc.replace_substring(pc.replace_substring(bare, ".", ""), ",", ".")
    else:
        bare = pc.if_else(grouped, pc.replace_substring(bare, ",", ""), bare)
    is_number = pc.fill_null(pc.match_substring_regex(bare, _PLAIN), False)
    found = pc.cast(pc.if_else(is_number, bare, None), pa.float64())
    return _finite(np.asarray(found.to_numpy(zero_copy_only=False), dtype=np.float64))


def _any(flags: pa.Array) -> bool:
    return bool(pc.any(flags).as_py())


def _finite(values: Floats) -> Floats:
    return np.where(np.isfinite(values), values, np.nan)


def days(text: pa.Array) -> Floats:
    """Cells as days since 1970, NaN where there is none; day before month unless the column says not."""
    distinct = pc.unique(text)
    read = {cell: _parts(cell) for cell in distinct.to_pylist() if cell}
    month_first = any(one and one[3] and one[1] > 12 for one in read.values())
    known = {cell: _day(*one[:3], swap=one[3] and month_first) for cell, one in read.items() if one}
    values = [known.get(cell, np.nan) for cell in distinct.to_pylist()]
    places = pc.index_in(text, distinct).to_numpy(zero_copy_only=False)
    return np.asarray(values, dtype=np.float64)[places.astype(np.int64)] if len(values) else np.empty(0)


def _parts(cell: str) -> tuple[int, int, int, bool] | None:
    """Year, month and day as written, and whether day and month could be meant the other way round."""
    if found := _ISO.match(cell):
        return int(found[1]), int(found[2]), int(found[3]), False
    if found := _LOCAL.match(cell):
        return int(found[3]), int(found[2]), int(found[1]), True
    return None


def _day(year: int, month: int, day: int, swap: bool) -> float:
    month, day = (day, month) if swap else (month, day)
    try:
        return float(np.datetime64(f"{year:04d}-{month:02d}-{day:02d}", "D").astype(np.int64))
    except ValueError:
        return np.nan
