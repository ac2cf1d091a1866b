"""What stands behind each figure of the Renewals page: its definition, what it divides by, whose rows."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from tenure.kit import words
from tenure.renewals import rules
from tenure.renewals.beyond import Beyond, Paid
from tenure.renewals.figures import NOT_SAID, Renewals
from tenure.renewals.rows import DueRow, LossRow, StakeRow, Who
from tenure.renewals.stakes import Stakes
from tenure.web import formats
from tenure.web.queries import ledger_kept, targets
from tenure.web.queries.owned import narrowed
from tenure.web.queries.renewals import TITLES, Asked, figures
from tenure.web.queries.renewals_figures import FIGURES, Part, Rows
from tenure.workspaces.access import Access

ROWS = 60


class Row(NamedTuple):
    """An account's part: what it is worth a year, in minor units, and how it stands."""

    who: Who
    arr_minor: int
    says: str


@dataclass(frozen=True)
class Why:
    """An explanation. `count`: how many rows there are; the first of them are in `rows`."""

    title: str
    means: str
    of: str
    says: str
    missing: str
    parts: list[Part]
    coverage: list[str]
    count: int
    rows: list[Row]


def why(access: Access, asked: Asked, name: str) -> Why:
    """A figure of the quarter. KeyError for one that is not in `FIGURES`."""
    figure, found = FIGURES[name], figures(access, asked)
    rows = figure.beyond(_beyond(access, asked, found)) if figure.beyond else figure.rows(found)
    return Why(
        title=figure.title,
        means=figure.means,
        of=figure.of,
        says=figure.says(found),
        missing=found.missing.get(figure.missing, ""),
        parts=[*_aim(access, asked, name), *figure.parts(found)],
        coverage=coverage(access, asked, found),
        count=len(rows),
        rows=[_row(one) for one in _dearest(rows)],
    )


def _beyond(access: Access, asked: Asked, found: Renewals) -> Beyond:
    theirs = narrowed(access, asked.owner)
    return Beyond(theirs, found, ledger_kept.ledger(theirs))


def _dearest(rows: Rows) -> Rows:
    """The first rows, those that are worth most first."""
    if isinstance(rows, Stakes):
        return rows.only(rows.dearest_first[:ROWS])
    return heapq.nsmallest(ROWS, rows, key=lambda one: (-one.arr_minor, one.who.name))


def _aim(access: Access, asked: Asked, figure: str) -> list[Part]:
    """What it should be in the quarter, if anybody said so."""
    aims = targets.shown(access, str(asked.quarter), asked.owner, targets.RENEWALS)
    return [("Aim", aims[figure])] if figure in aims else []


def coverage(access: Access, asked: Asked, found: Renewals) -> list[str]:
    """What it covers, who is left out and why, and on what the chances rest."""
    book = "of your book" if access.is_narrowed else "of everybody"
    whose = f"of {asked.owner}" if asked.owner else book
    day = words.day(found.as_of, found.as_of)
    lines = [f"Renewals {whose} in {quarter_name(asked)}, as of {day}. {found.model}"]
    out = found.left_out
    if out:
        lines.append(
            f"Left out: {words.count(len(out), 'customer')}. For the first: {next(iter(out.values()))}."
        )
    return lines


def quarter_name(asked: Asked) -> str:
    """`Q4 2026`."""
    return f"Q{asked.quarter.number} {asked.quarter.year}"


def _row(one: DueRow | LossRow | StakeRow | Paid) -> Row:
    return Row(one.who, one.arr_minor, says(one))


def says(one: DueRow | LossRow | StakeRow | Paid) -> str:
    """How it stands, in words."""
    if isinstance(one, Paid):
        return one.says
    if isinstance(one, LossRow):
        said = one.code or NOT_SAID
        return f"{one.loss.kind} on {one.loss.lost_on}: {said}{f', {one.note}' if one.note else ''}"
    if isinstance(one, StakeRow):
        return _listed([f"{formats.share(one.chance.p)} likely lost", *_call(one), *one.chance.reasons])
    return _listed([f"{TITLES[one.status].lower()}, ends {one.due.ends_on}", *_call(one), *one.why])


def _call(one: DueRow | StakeRow) -> list[str]:
    return [f"called: {rules.CALL_WORDS[one.called.call]}"] if one.called else []


def _listed(parts: Iterable[str]) -> str:
    return "; ".join(parts)
