"""What the demo's people say: answers to surveys, and tickets."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from tenure.demo import company
from tenure.demo.contracts import Ledger
from tenure.demo.customers import Firms, Staff
from tenure.demo.truth import WEEKS, Flags, Latent

Row = dict[str, Any]
# Survey: how many weeks lie between two rounds, and what share of people answer in one.
_SURVEYS = {"nps": (13, 0.08), "csat": (1, 0.011), "ces": (1, 0.004)}
_SCALES = {
    "nps": (7.6, 2.0, 0, 10),
    "csat": (3.9, 0.9, 1, 5),
    "ces": (5.2, 1.1, 1, 7),
}  # middle, spread, lowest, highest
_TICKETS_A_WEEK = 0.09  # of a customer with ten seats in a calm week
_PRIORITIES = ("low", "normal", "high", "urgent")


def draw_responses(
    rng: np.random.Generator, firms: Firms, staff: Staff, latent: Latent, ledger: Ledger
) -> pa.Table:
    """NPS each quarter from some, CSAT and CES after some contacts; mood follows friction and use."""
    here = ledger.present(firms)
    rows: list[Row] = []
    for survey, (every, share) in _SURVEYS.items():
        for week in range(0, WEEKS, every):
            asked = np.nonzero(rng.random(len(staff.ids)) < share)[0]
            day = week * 7 + rng.integers(0, 5, len(asked))
            present = here[staff.firm[asked], day]
            rows += [
                _answer(rng, survey, int(person), int(when), firms, staff, latent)
                for person, when in zip(asked[present], day[present], strict=True)
            ]
    rows.sort(key=lambda row: (row["timestamp"], row["person_id"], row["survey"]))
    return pa.Table.from_pylist(rows)


def _answer(
    rng: np.random.Generator, survey: str, person: int, day: int, firms: Firms, staff: Staff, latent: Latent
) -> Row:
    """One answer, on the survey's scale, with a comment two times in five."""
    account = int(staff.firm[person])
    mood = 2.2 * (latent.use[account, day // 7] - 0.5) - 0.75 * latent.friction[account, day // 7]
    mood = float(mood + rng.normal(0, 0.6))
    middle, spread, lowest, highest = _SCALES[survey]
    kind = "happy" if mood > 0.5 else "unhappy" if mood < -0.4 else "mixed"
    return {
        "timestamp": _moment(rng, firms, day),
        "account_id": firms.ids[account],
        "person_id": staff.ids[person],
        "survey": survey,
        "score": float(min(max(round(middle + spread * mood), lowest), highest)),
        "comment": str(rng.choice(company.COMMENTS[kind])) if rng.random() < 0.4 else "",
    }


def draw_tickets(
    rng: np.random.Generator, firms: Firms, staff: Staff, latent: Latent, ledger: Ledger
) -> pa.Table:
    """More of them, and slower answers, where there is friction. What is open at the end is open."""
    counts = _tickets_a_week(rng, firms, latent, ledger.present(firms))
    first_person = np.searchsorted(staff.firm, np.arange(len(firms)))
    rows: list[Row] = []
    for account, week in zip(*np.nonzero(counts), strict=True):
        for _ in range(counts[account, week]):
            person = int(first_person[account] + rng.integers(0, firms.seats[account]))
            row = _ticket(rng, firms, staff.ids[person], int(account), int(week), latent)
            rows.append({"ticket_id": f"t-{len(rows) + 1:05d}", **row})
    return pa.Table.from_pylist(rows, schema=_TICKETS)


def _tickets_a_week(rng: np.random.Generator, firms: Firms, latent: Latent, here: Flags) -> Any:
    rate = _TICKETS_A_WEEK * np.sqrt(firms.seats / 10)[:, None] * np.exp(0.55 * latent.friction)
    return rng.poisson(rate * here[:, ::7])


def _ticket(
    rng: np.random.Generator, firms: Firms, person_id: str, account: int, week: int, latent: Latent
) -> Row:
    friction = float(latent.friction[account, week])
    opened = _moment(rng, firms, week * 7 + int(rng.integers(0, 5)))
    replied = opened + timedelta(minutes=float(rng.lognormal(4.2 + 0.5 * friction, 0.9)))
    solved = replied + timedelta(hours=float(rng.lognormal(2.6 + 0.45 * friction, 1.1)))
    end = datetime.combine(firms.until, time(23, 59), UTC)
    reopens = int(rng.poisson(0.06 * np.exp(0.8 * friction)))
    replies = 1 + reopens + int(rng.poisson(0.5))
    return {
        "account_id": firms.ids[account],
        "person_id": person_id,
        "created_at": opened,
        "first_reply_at": replied if replied <= end else None,
        "solved_at": solved if solved <= end else None,
        "replies": replies if replied <= end else 0,
        "reopens": reopens if solved <= end else 0,
        "handle_minutes": round(float(rng.gamma(2.0, 7.0)) * replies, 1) if replied <= end else None,
        "subject": str(rng.choice(company.TICKET_SUBJECTS)),
        "channel": str(rng.choice(("email", "chat", "phone"), p=(0.55, 0.35, 0.1))),
        "priority": str(rng.choice(_PRIORITIES, p=(0.2, 0.55, 0.2, 0.05))),
    }


def _moment(rng: np.random.Generator, firms: Firms, day: int) -> datetime:
    """Some time in the office hours of a simulated day, or of the Friday before it."""
    date = firms.first_day + timedelta(days=day)
    date -= timedelta(days=max(0, date.weekday() - 4))
    return datetime.combine(date, time(9), UTC) + timedelta(minutes=int(rng.integers(0, 8 * 60)))


_TICKETS = pa.schema(
    [
        ("ticket_id", pa.string()),
        ("account_id", pa.string()),
        ("person_id", pa.string()),
        ("created_at", pa.timestamp("us", "UTC")),
        ("first_reply_at", pa.timestamp("us", "UTC")),
        ("solved_at", pa.timestamp("us", "UTC")),
        ("replies", pa.int64()),
        ("reopens", pa.int64()),
        ("handle_minutes", pa.float64()),
        ("subject", pa.string()),
        ("channel", pa.string()),
        ("priority", pa.string()),
    ]
)
