"""Random tickets and goals, and what the definitions make of them in plain Python, day by day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import fmean, median
from typing import Any

import numpy as np
from hypothesis import strategies as st

from tenure.kit.business import Calendar, working_days

WEEK = timedelta(days=7)
HOURS = working_days(Calendar(), 2028)


@dataclass(frozen=True)
class Ticket:
    """A version of a ticket, known from a day until another."""

    number: int
    account: str
    person: str | None
    opened: datetime
    replied: datetime | None
    solved: datetime | None
    replies: int | None
    reopens: int | None
    minutes: int | None
    known: date
    replaced: date | None

    @property
    def asker(self) -> str:
        return self.person or f"{self.account} "

    def is_known(self, day: date) -> bool:
        return self.known <= day and (self.replaced is None or self.replaced > day)

    def row(self, place: int) -> dict[str, Any]:
        """As it is copied."""
        return {
            "version_id": f"v{place}",
            "ticket_id": f"t{self.number}",
            "account_id": self.account,
            "person_id": self.person,
            "opened_at": str(self.opened),
            "first_reply_at": self.replied and str(self.replied),
            "solved_at": self.solved and str(self.solved),
            "replies": self.replies,
            "reopens": self.reopens,
            "handle_minutes": self.minutes,
            "subject": "",
            "recorded_at": f"{self.known} 10:00:00",
            "superseded_at": self.replaced and f"{self.replaced} 10:00:00",
        }


@dataclass(frozen=True)
class Stand:
    """What was said of a goal as of a day, known from a day until another."""

    number: int
    account: str
    effective: date
    aim: str
    target: float
    value: float | None
    weight: int
    status: str
    known: date
    replaced: date | None

    def row(self, place: int) -> dict[str, Any]:
        """As it is copied."""
        return {
            "version_id": f"v{place}",
            "goal_id": f"{self.account} {self.number}",
            "account_id": self.account,
            "title": "Goal",
            "aim": self.aim,
            "start_value": 0,
            "target_value": self.target,
            "value": self.value,
            "weight": self.weight,
            "status": self.status,
            "effective_on": self.effective.isoformat(),
            "recorded_at": f"{self.known} 10:00:00",
            "superseded_at": self.replaced and f"{self.replaced} 10:00:00",
        }


def of_tickets(
    tickets: Sequence[Ticket], account: str, as_of: date, people: int | None
) -> dict[str, float | None]:
    """Every metric of tickets; `people` is how many were active, None if nobody ever was."""
    known = [one for one in tickets if one.account == account and one.is_known(as_of)]
    opened = [one for one in known if one.opened.date() <= as_of]
    replied = [one for one in known if one.replied and 0 <= (as_of - one.replied.date()).days < 90]
    solved = [one for one in known if one.solved and 0 <= (as_of - one.solved.date()).days < 90]
    settled = [one for one in known if one.solved and 0 <= (as_of - one.solved.date() - WEEK).days < 90]
    contacts = sum((as_of - one.opened.date()).days < 28 for one in opened)
    ever = any(one.account == account and max(one.known, one.opened.date()) <= as_of for one in tickets)
    answers = [_hours(one.opened, one.replied) for one in replied if one.replied]
    solutions = [_hours(one.opened, one.solved) for one in solved if one.solved]
    return {
        "first_response": median(answers) if answers else None,
        "first_response_p90": _p90(answers),
        "response_consistency": (_p90(answers) or 0) / median(answers)
        if answers and median(answers)
        else None,
        "resolution_time": median(solutions) if solutions else None,
        "resolution_time_p90": _p90(solutions),
        "average_handle_time": fmean(m)
        if (m := [t.minutes for t in solved if t.minutes is not None])
        else None,
        "reopened": _share([one.reopens > 0 for one in solved if one.reopens is not None]),
        "first_contact_resolution_loose": _share([t.reopens == 0 for t in settled if t.reopens is not None]),
        "first_contact_resolution": _share(
            [
                one.replies == 1 and one.reopens == 0 and not _came_back(one, tickets, as_of)
                for one in settled
                if one.replies is not None and one.reopens is not None
            ]
        ),
        "contacts": contacts if ever else None,
        "contacts_per_100": 100 * contacts / people if ever and people else None,
        "open_tickets": sum(t.solved is None or t.solved.date() > as_of for t in opened) if opened else None,
    }


def _hours(start: datetime, end: datetime) -> float:
    before, after = HOURS.passed(start), HOURS.passed(end)
    assert before is not None
    assert after is not None
    return max(after - before, 0) / 60


def _p90(hours: Sequence[float]) -> float | None:
    return float(np.quantile(hours, 0.9)) if hours else None


def _share(said: Sequence[bool]) -> float | None:
    return sum(said) / len(said) if said else None


def _came_back(one: Ticket, tickets: Sequence[Ticket], as_of: date) -> bool:
    assert one.solved
    return any(
        one.solved < again.opened <= one.solved + WEEK and again.known <= as_of
        for again in tickets
        if again.asker == one.asker and again.number != one.number
    )


def of_goals(stands: Sequence[Stand], account: str, as_of: date) -> dict[str, float | None]:
    """Goal attainment: each day sees the newest statement that was known on it."""
    goals: dict[int, list[Stand]] = {}
    for one in stands:
        if one.account == account:
            goals.setdefault(one.number, []).append(one)
    reached, weights = 0.0, 0
    for said in goals.values():
        now = _on(said, as_of)
        if now is None or now.value is None or now.status == "agreed":
            continue
        share = _held(said, now, as_of) if now.aim == "keep" else min(max(now.value / now.target, 0), 1)
        reached, weights = reached + now.weight * share, weights + now.weight
    return {"goal_attainment": reached / weights if weights else None}


def _on(said: Sequence[Stand], day: date) -> Stand | None:
    known = [
        one
        for one in said
        if one.effective <= day and one.known <= day and (one.replaced is None or one.replaced > day)
    ]
    return max(known, key=lambda one: one.effective, default=None)


def _held(said: Sequence[Stand], now: Stand, as_of: date) -> float:
    first = min(one.effective for one in said)
    days = (_on(said, first + timedelta(days=n)) for n in range((as_of - first).days + 1))
    held = [one.value >= one.target for one in days if one and one.value is not None and one.status == "open"]
    assert now.value is not None
    return sum(held) / len(held) if held else float(now.value >= now.target)


@st.composite
def tickets(
    draw: st.DrawFn,
    accounts: st.SearchStrategy[str],
    when: st.SearchStrategy[date],
    late: st.SearchStrategy[int],
) -> list[Ticket]:
    """The versions of one ticket."""
    number, account, person = (
        draw(st.integers(0, 10**6)),
        draw(accounts),
        draw(st.sampled_from(["ann", "bo", None])),
    )
    opened = datetime.combine(draw(when), datetime.min.time()) + timedelta(minutes=draw(st.integers(0, 1439)))
    known = opened.date() + timedelta(days=draw(late))
    later = draw(st.none() | st.integers(0, 20).map(lambda days: known + timedelta(days=days)))
    spans = [(known, later), (later, None)] if later else [(known, None)]
    return [_version(draw, number, account, person, opened, *span) for span in spans]


def _version(
    draw: st.DrawFn,
    number: int,
    account: str,
    person: str | None,
    opened: datetime,
    known: date,
    until: date | None,
) -> Ticket:
    after = st.none() | st.integers(0, 14 * 1440).map(lambda minutes: opened + timedelta(minutes=minutes))
    few, minutes = st.none() | st.integers(0, 2), st.none() | st.integers(0, 90)
    return Ticket(
        number,
        account,
        person,
        opened,
        draw(after),
        draw(after),
        draw(few),
        draw(few),
        draw(minutes),
        known,
        until,
    )


@st.composite
def goals(
    draw: st.DrawFn,
    accounts: st.SearchStrategy[str],
    when: st.SearchStrategy[date],
    late: st.SearchStrategy[int],
) -> list[Stand]:
    """What was said of one goal; some of it was corrected later."""
    account, number, aim = (
        draw(accounts),
        draw(st.integers(0, 10**6)),
        draw(st.sampled_from(["reach", "keep"])),
    )
    found = []
    for effective in draw(st.lists(when, min_size=1, max_size=4, unique=True)):
        known = effective + timedelta(days=draw(late))
        later = draw(
            st.none() | st.integers(0, 20).map(lambda days, known=known: known + timedelta(days=days))
        )
        for start, end in [(known, later), (later, None)] if later else [(known, None)]:
            value = draw(st.none() | st.integers(-2, 12).map(float))
            status = draw(st.sampled_from(["open", "open", "open", "dropped", "agreed"]))
            weight = draw(st.integers(1, 3))
            found.append(Stand(number, account, effective, aim, 10.0, value, weight, status, start, end))
    return found
