"""Which customers of a table left: the column to be foretold, whatever it says for yes and no. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tenure.insight.churn import cells
from tenure.kit import words

_YES = re.compile(
    r"^(yes|y|ja|j|oui|si|sí|sim|true|t|1|1\.0)\.?$"
    r"|^(left|lost|exited|inactive|gone|quit|leaver|terminated|expired|not renewed)$"
    r"|^(churn|attrit|cancel|defect|lapse)", re.I
)  # fmt: skip
_NO = re.compile(
    r"^(no|n|nein|nei|nej|non|não|false|f|0|0\.0|-1)\.?$"
    r"|^(stay(ed)?|retained|active|kept|existing|current|renewed|loyal|alive)$"
    r"|^(not|no|non)[ _-]|^(existing|retained|stay|active)", re.I
)  # fmt: skip


class CannotFit(Exception):
    """A table from which no churn model can be learnt; the message names the column and what to do."""


@dataclass(frozen=True)
class Target:
    """Whether each row left; `known` says where that stands. `positive` is what stands for leaving."""

    left: NDArray[np.bool_]
    known: NDArray[np.bool_]
    positive: str
    says: tuple[str, ...]


def read(name: str, column: pa.Array, positive: str = "") -> Target:
    """Read the target. Raises CannotFit when it says nothing, one thing only, or too many."""
    text = cells.blanked(column)
    counts = pc.value_counts(text.drop_null())
    values = sorted(counts.field("values").to_pylist())
    if not values:
        raise CannotFit(f"column {name!r} is empty in every row; give the column that says who left")
    chosen = _positive(name, values, positive)
    if len(values) == 1:
        raise CannotFit(
            f"column {name!r} says {values[0]!r} in every row: a model needs some who left and "
            "some who stayed; add rows of the others"
        )
    left = np.asarray(pc.fill_null(pc.equal(text, chosen), False))
    others = [value for value in values if value != chosen]
    return Target(
        left,
        np.asarray(text.is_valid()),
        chosen,
        _says(name, text, chosen, others),
    )


def _says(name: str, text: pa.Array, chosen: str, others: Sequence[str]) -> tuple[str, ...]:
    said = []
    if text.null_count:
        rows = words.count(text.null_count, "row")
        said.append(f"{rows} without {name} set aside: nothing is learnt from them")
    if len(others) > 1:
        said.append(f"{name}: everything but {chosen!r} counts as staying ({words.listing(others[:6])})")
    return tuple(said)


def _positive(name: str, values: Sequence[str], positive: str) -> str:
    """Which of the values stands for leaving."""
    if positive:
        return _asked(name, values, positive)
    if len(values) > 2:
        shown = words.listing([repr(value) for value in values[:6]]) + (", …" if len(values) > 6 else "")
        raise CannotFit(
            f"column {name!r} has {len(values):,} different values ({shown}); a model needs two: who left "
            "and who stayed. Say which one means leaving with --positive VALUE"
        )
    yes = [value for value in values if _YES.search(value) and not _NO.search(value)]
    if len(yes) == 1:
        return yes[0]
    no = [value for value in values if _NO.search(value)]
    if len(values) == 2 and not yes and len(no) == 1:
        return next(value for value in values if value not in no)
    if len(values) == 1:
        return values[0]
    raise CannotFit(
        f"column {name!r} says {values[0]!r} and {values[1]!r}, which does not tell who left; "
        f"say it with --positive {values[0]!r} or --positive {values[1]!r}"
    )


def _asked(name: str, values: Sequence[str], positive: str) -> str:
    asked = positive.strip().lower()
    same = [value for value in values if value.lower() == asked] or [
        value for value in values if _number(value) is not None and _number(value) == _number(asked)
    ]
    if not same:
        shown = words.listing([repr(value) for value in values[:6]])
        raise CannotFit(
            f"column {name!r} never says {positive!r}; it says {shown}: give one of these as --positive"
        )
    return same[0]


def _number(value: str) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None
