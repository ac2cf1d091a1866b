"""What the Data page shows: imports, and how they are previewed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tenure.kit import words
from tenure.sources import queries as imports
from tenure.sources.imports.delimited import DELIMITERS, ENCODINGS
from tenure.sources.imports.forms import MANNERS
from tenure.sources.imports.kinds import KINDS
from tenure.sources.imports.previewing import ColumnGuess, Preview
from tenure.sources.pickups.queries import PickupRow, pickups
from tenure.sources.queries import Problem, Run
from tenure.web.queries import events
from tenure.web.queries.events import Aside
from tenure.workspaces.access import Access
from tenure.workspaces.models import Key

MOST_RUNS = 12

# How a file's days and numbers are written, in words.
_MANNERS = {
    "dates": [("day-first", "Day first: 31.12.2026"), ("month-first", "Month first: 12/31/2026")],
    "numbers": [("comma", "Comma: 1.234,56"), ("point", "Point: 1,234.56")],
}


_TITLES = {
    "dates": [("day-first", "Day first:"), ("month-first", "Month first:")],
    "numbers": [("comma", "Comma:"), ("point", "Point:")],
}


NOT_SAID = " "  # chosen where somebody has still to say which column it is: no column is called so


@dataclass(frozen=True)
class DataPage:
    """The Data page as it opens; what comes in is fetched beside it."""

    runs: Sequence[Run]
    aside: Sequence[Aside]
    has_key: bool
    pickups: Sequence[PickupRow] = ()

    @property
    def waiting(self) -> int:
        """How many events wait to be mended."""
        return sum(one.count for one in self.aside)


@dataclass(frozen=True)
class ColumnChoice:
    """A canonical column on the preview: where its values come from, and how sure that is."""

    ours: str
    means: str
    theirs: str
    value: str
    why: str
    is_needed: bool
    is_missing: bool
    samples: tuple[str, ...] = ()  # cells of the file's column
    twins: tuple[str, ...] = ()  # of the file's, all of which could be it


def data_page(access: Access) -> DataPage:
    """Imports, what waits, and whether anything can send events yet."""
    has_key = access.of(Key).filter(kind=Key.WRITE, revoked_at=None).exists()
    return DataPage(imports.recent_runs(access, MOST_RUNS), events.aside(access), has_key, pickups(access))


def choices(preview: Preview) -> tuple[list[ColumnChoice], list[ColumnChoice]]:
    """The columns that the file has or needs, and those it does not seem to have."""
    made = [_choice(one, preview) for one in preview.columns]
    shown = [one for one in made if one.theirs or one.value or one.is_missing]
    return shown, [one for one in made if one not in shown]


def _choice(column: ColumnGuess, preview: Preview) -> ColumnChoice:
    twins = preview.twins.get(column.ours, ())
    return ColumnChoice(
        ours=column.ours,
        means=column.means,
        theirs=column.theirs,
        value=column.value,
        why=_why(column),
        is_needed=column.required,
        is_missing=column.ours in preview.missing or bool(twins),
        samples=preview.samples.get(column.theirs, ()),
        twins=twins,
    )


def _why(column: ColumnGuess) -> str:
    """How sure a guess is, in words; nothing where somebody said so."""
    if not (column.theirs or column.value) or column.how == "as said":
        return ""
    sure = "certain" if column.confidence > 0.97 else "likely" if column.confidence > 0.75 else "please check"
    return f"{column.how}, {sure}"


def kinds() -> list[tuple[str, str]]:
    """The kinds of import, for choosing."""
    return [(one.name, one.title) for one in KINDS]


def counts_in_months(preview: Preview) -> bool:
    """Whether the file's day matters: it counts back from it."""
    return any(one.ours == "months" and one.theirs for one in preview.columns)


def reading_choices(preview: Preview) -> dict[str, Any]:
    """What can be chosen about how the file is read and written; nothing where there is no choice."""
    is_text = bool(preview.reading.delimiter)
    asked = {one.about for one in preview.questions}
    known = {about for about in MANNERS if preview.manners.get(about) and about not in asked}
    return {
        "encodings": list(ENCODINGS.items()) if is_text else [],
        "delimiters": [(sign, words.capital(name)) for sign, name in DELIMITERS.items()] if is_text else [],
        "sheets": [(name, name) for name in preview.sheets] if len(preview.sheets) > 1 else [],
        "manner_titles": _TITLES,
        "dates": _MANNERS["dates"] if "dates" in known else [],
        "numbers": _MANNERS["numbers"] if "numbers" in known and is_text else [],
    }


def manner_titles() -> dict[str, list[tuple[str, str]]]:
    """The answers to what a file may leave open, in words, by what it is about."""
    return _TITLES


def finished(access: Access, run_id: str) -> tuple[Run, list[Problem], bool]:
    """An import, the first rows it set aside, and whether there is a file of all of them."""
    run = imports.run_of(access, run_id)
    return run, imports.problems_of(access, run_id), imports.rejected_path(access, run_id) is not None
