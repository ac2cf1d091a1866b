"""When a term is live, what it is worth a month, and how successive statements about it become versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Protocol

TIMES_A_MONTH = {"week": 52 / 12, "month": 1.0, "quarter": 1 / 3, "year": 1 / 12}
SAME_START = timedelta(days=31)  # months counted on different days of a month
SHORTEST_DUE = timedelta(days=89)  # the shortest quarter, less the day on which it starts


class Lasting(Protocol):
    """Anything that runs from `starts_on` until the day before `ends_on`."""

    @property
    def starts_on(self) -> date: ...

    @property
    def ends_on(self) -> date | None: ...


class Paid(Lasting, Protocol):
    """Something lasting for which an amount is paid every interval."""

    @property
    def amount_minor(self) -> int: ...

    @property
    def interval(self) -> str: ...


def is_live(term: Lasting, day: date) -> bool:
    """start ≤ day < end: `ends_on` is the first day it no longer runs."""
    return term.starts_on <= day and (term.ends_on is None or day < term.ends_on)


def monthly(term: Paid) -> float:
    """The recurring amount per month in minor units: yearly / 12, quarterly / 3, weekly × 52 / 12."""
    return term.amount_minor * TIMES_A_MONTH[term.interval]


def is_rolling(term: Lasting) -> bool:
    """Open-ended or shorter than a quarter: it has no renewal that somebody decides."""
    return term.ends_on is None or term.ends_on - term.starts_on < SHORTEST_DUE


@dataclass(frozen=True)
class Agreed:
    """What was agreed for a term: the part of it that a source can state and correct."""

    account_id: str
    amount_minor: int
    currency: str
    interval: str
    starts_on: date
    ends_on: date | None = None
    seats: int | None = None
    auto_renew: bool = False
    renews: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Statement:
    """What a source says about one term of a subscription.

    `end_known_on`: the day on which the end became known; None means from the start, as in a contract.
    `counted_on`: the source counts whole months back from that day, so the start is within a month.
    """

    agreed: Agreed
    end_known_on: date | None = None
    counted_on: date | None = None


@dataclass(frozen=True)
class Version:
    """What is known of a term from a day on; None: from the moment it is written down."""

    agreed: Agreed
    known_on: date | None


@dataclass
class Line:
    """One term of a subscription: what is on record (None: new), and what is said of it now."""

    on_record: Agreed | None
    said: Statement
    is_stated: bool = True  # False: only what is on record already, there as a neighbour

    def versions(self, next_start: date | None) -> list[Version]:
        """What to write down, oldest first; nothing if the record says so already."""
        if self.on_record is None:
            return _history(self.said, next_start)
        final = cut(self.said.agreed, next_start)
        if final == self.on_record:
            return []
        return [Version(final, _learnt_on(self.on_record, final, self.said, next_start))]


def cut(agreed: Agreed, next_start: date | None) -> Agreed:
    """A term runs at most until the next term of its subscription starts."""
    if next_start is None or (agreed.ends_on is not None and agreed.ends_on <= next_start):
        return agreed
    return replace(agreed, ends_on=next_start)


def _history(said: Statement, next_start: date | None) -> list[Version]:
    """A term's versions as they became known: at its start, when it ended, when the next one began.

    Why it ended was known when it did: nobody says so when it begins.
    """
    start = said.agreed.starts_on
    ended_on = said.agreed.ends_on if said.agreed.reason else None
    learnt = (said.end_known_on, next_start, ended_on)
    days = sorted({start, *(day for day in learnt if day and day > start)})
    versions = [Version(_as_known(said, next_start, day), day) for day in days]
    return versions[:1] + [new for old, new in pairwise(versions) if new.agreed != old.agreed]


def _as_known(said: Statement, next_start: date | None, day: date) -> Agreed:
    known = said.end_known_on is None or said.end_known_on <= day
    agreed = said.agreed if known else replace(said.agreed, ends_on=None)
    if said.agreed.ends_on is not None and day < (said.end_known_on or said.agreed.ends_on):
        agreed = replace(agreed, reason="")
    return cut(agreed, next_start if next_start and next_start <= day else None)


def _learnt_on(before: Agreed, final: Agreed, said: Statement, next_start: date | None) -> date | None:
    """The day on which the record should have changed, where that can be told."""
    if replace(before, ends_on=final.ends_on) != final:
        return None
    return next_start if final.ends_on == next_start else said.end_known_on


def continued(said: Statement, latest: Agreed | None) -> Statement:
    """A statement counted in months, put on the subscription's latest known term if it is about that one.

    Months counted on another day put the start up to a month off, a source that has lost a customer goes
    on saying so, and it knows nothing of a contract's end: none of these makes a second term or reopens one.
    """
    if said.counted_on is None or latest is None or _is_another(said.agreed, latest):
        return said
    starts_on, ends_on = said.agreed.starts_on, said.agreed.ends_on
    if abs(starts_on - latest.starts_on) <= SAME_START or _has_ended(latest, ends_on):
        starts_on = latest.starts_on
    if _has_ended(latest, ends_on) or (ends_on is None and is_live(latest, said.counted_on)):
        ends_on = latest.ends_on
    return replace(said, agreed=replace(said.agreed, starts_on=starts_on, ends_on=ends_on))


def _is_another(said: Agreed, latest: Agreed) -> bool:
    """Whether a running term starts only after the latest known one ended: the customer came back."""
    return said.ends_on is None and latest.ends_on is not None and latest.ends_on <= said.starts_on


def _has_ended(latest: Agreed, by: date | None) -> bool:
    return by is not None and latest.ends_on is not None and latest.ends_on <= by


def lines_of(on_record: Sequence[Agreed], statements: Sequence[Statement]) -> list[Line]:
    """A subscription's terms by start, after the statements: each on record, stated, or both."""
    lines = {known.starts_on: Line(known, Statement(known), is_stated=False) for known in on_record}
    for statement in sorted(statements, key=lambda one: one.agreed.starts_on):
        _put(lines, statement)
    return [lines[start] for start in sorted(lines)]


def _put(lines: dict[date, Line], statement: Statement) -> None:
    at = max(lines, default=None)
    latest = (lines[at].on_record or lines[at].said.agreed) if at else None
    said = continued(statement, latest)
    start = said.agreed.starts_on
    if at and latest and said.counted_on and start not in lines and not _is_another(said.agreed, latest):
        lines[start] = lines.pop(at)  # the months say that it started on another day
    if start in lines:
        lines[start].said, lines[start].is_stated = said, True
    else:
        lines[start] = Line(None, said)
