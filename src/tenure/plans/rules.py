"""How far a goal is reached, and how successive statements about it become versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date

REACH, KEEP = "reach", "keep"  # a value to come to; a level to stay at or above
AIMS = (REACH, KEEP)
OPEN, DROPPED, AGREED = "open", "dropped", "agreed"
STATUSES = (OPEN, DROPPED, AGREED)  # agreed: dropped because the customer no longer wants it


@dataclass(frozen=True)
class Stand:
    """How a goal stands from a day on; a `value` of None has not been measured.

    `aim`: reach the target, or keep at or above it. `status`: open, dropped, or agreed (dropped because
    the customer no longer wants it).
    """

    account_id: str
    title: str
    target_value: float
    effective_on: date
    aim: str = REACH
    start_value: float | None = None
    value: float | None = None
    weight: float = 1
    due: date | None = None
    status: str = OPEN


NAMES = tuple(one.name for one in fields(Stand))


def problem(aim: str, start: float | None, target: float, weight: float, status: str) -> str:
    """What is wrong with a goal, and what would be right; empty if nothing is."""
    if aim not in AIMS:
        return f"aim {aim!r} is not known; write reach or keep"
    if status not in STATUSES:
        return f"status {status!r} is not known; write open, dropped or agreed"
    if not weight > 0:
        return f"weight {weight:g} is not above 0"
    if aim == REACH and start is None:
        return "start_value is missing; without it nobody can tell how far the goal is reached"
    if aim == REACH and start == target:
        return f"target_value is the start_value, {target:g}; to hold a level, make its aim keep"
    return ""


def progress(stand: Stand) -> float | None:
    """How far a value is from start to target, from 0 to 1; None while nothing is measured."""
    if stand.value is None or stand.start_value is None:
        return None
    way = (stand.value - stand.start_value) / (stand.target_value - stand.start_value)
    return min(max(way, 0.0), 1.0)


@dataclass(frozen=True)
class Step:
    """What to write down: a stand, instead of which other; `is_history`: it counts from its own day."""

    stand: Stand
    replaces: Stand | None
    is_history: bool


def step_of(on_record: Sequence[Stand], said: Stand) -> Step | None:
    """What a statement adds to a goal's stands in force; None if they say so already.

    A stand of the same day is corrected, which counts from now on. Otherwise what is left out of the
    statement is as it was before, and it is history from its own day on.
    """
    before = max(
        (one for one in on_record if one.effective_on <= said.effective_on),
        key=lambda one: one.effective_on,
        default=None,
    )
    if before and said.value is None:
        said = replace(said, value=before.value)
    if before and replace(before, effective_on=said.effective_on) == said:
        return None
    is_correction = before is not None and before.effective_on == said.effective_on
    return Step(said, before if is_correction else None, not is_correction)
