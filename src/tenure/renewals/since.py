"""What moved in a quarter's renewals since an earlier day: by account, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from tenure.renewals.figures import Renewals
from tenure.renewals.queries import renewals
from tenure.renewals.rows import DueRow, Who
from tenure.workspaces.access import Access

A_WEEK = timedelta(days=7)
_NOTED = 0.05  # a chance that changed by less is not listed


@dataclass(frozen=True)
class Change:
    """Something that changed for an account; `arr_minor`: what it is about, in minor units a year."""

    who: Who
    what: str
    before: str
    after: str
    arr_minor: int
    why: str


def moved(access: Access, now: Renewals, since: date | None = None) -> list[Change]:
    """What is otherwise than at the end of an earlier day (a week before), the dearest first.

    ValueError if that day is not earlier.
    """
    since = since or now.as_of - A_WEEK
    if since >= now.as_of:
        raise ValueError(
            f"{since} is not before {now.as_of}; a change goes from an earlier day to a later one"
        )
    before = renewals(access, now.quarter, since)
    found = [*_statuses(before, now), *_losses(before, now), *_chances(before, now)]
    return sorted(found, key=lambda one: (-one.arr_minor, one.who.external_id, one.what))


def _statuses(before: Renewals, now: Renewals) -> Iterator[Change]:
    """Terms that stand otherwise, or were not there."""
    known = {_key(one): one for one in (*before.due, *before.added)}
    for one in (*now.due, *now.added):
        was = known.get(_key(one))
        if was is None:
            yield Change(one.who, "status", "not there", one.status, one.arr_minor, _why(one))
        elif was.status != one.status:
            yield Change(one.who, "status", was.status, one.status, one.arr_minor, _why(one))


def _key(one: DueRow) -> tuple[str, str]:
    return one.who.account_id, one.due.subscription_id


def _why(one: DueRow) -> str:
    return "; ".join(one.why) or one.due.said


def _losses(before: Renewals, now: Renewals) -> Iterator[Change]:
    """Losses that were not known, or have another reason."""
    known = {(one.who.account_id, one.loss.kind, one.loss.lost_on): one.code for one in before.losses}
    for one in now.losses:
        key = (one.who.account_id, one.loss.kind, one.loss.lost_on)
        if key not in known or known[key] != one.code:
            was = known.get(key, "not lost") or "no reason"
            yield Change(one.who, one.loss.kind, was, one.code or "no reason", one.arr_minor, one.note)


def _chances(before: Renewals, now: Renewals) -> Iterator[Change]:
    """Accounts more or less likely to be lost than they were."""
    known = {one.who.account_id: one.chance.p for one in before.at_stake}
    for one in now.at_stake:
        was = known.get(one.who.account_id, 0.0)
        if abs(one.chance.p - was) >= _NOTED:
            why = "; ".join(one.chance.reasons)
            yield Change(one.who, "chance of loss", f"{was:.0%}", f"{one.chance.p:.0%}", one.arr_minor, why)
