"""Writes about what customers answered: each answer once, however often a source tells of it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from django.db import transaction

from tenure.accounts.actions import Upserted, resolve
from tenure.accounts.queries import accounts_by_ref, in_chunks, people_by_ref
from tenure.feedback import rules
from tenure.feedback.models import Response
from tenure.kit import bulk, changes, clock, outbox, upserts
from tenure.kit.facts import RecordsChanged
from tenure.workspaces.models import Workspace

_MOST_LISTED = 500  # a fact that touches more accounts says "many"
_CHANGING = ("account_id", "person_id", "score", "comment")


@dataclass(frozen=True)
class ResponseRow:
    """What a source says about one answer; ids are the source's own.

    `occurrence` tells answers apart that nobody signed and that are alike in everything else.
    """

    survey: str
    account_id: str
    responded_at: datetime
    person_id: str = ""
    score: float | None = None
    comment: str = ""
    occurrence: int = 1

    @cached_property
    def key(self) -> str:
        """The same person answering the same survey at the same instant is the same answer, corrected."""
        at = self.responded_at.astimezone(UTC).isoformat()
        unsigned = ["", str(self.score), self.comment, str(self.occurrence)]
        parts = [self.survey, self.account_id, at, *([self.person_id] if self.person_id else unsigned)]
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def upsert_responses(workspace: Workspace, rows: Sequence[ResponseRow]) -> Upserted:
    """Add answers, or correct score and comment of ones already known. Counts are of distinct answers.

    Accounts and people not known yet are added bare. Raises ValueError, before anything is written, for
    a score that is not on its survey's scale.
    """
    for row in rows:
        if wrong := rules.wrong_score(row.survey, row.score):
            raise ValueError(wrong)
    people = {row.person_id: row.account_id for row in rows if row.person_id}
    resolve(workspace, {row.account_id for row in rows}, people)
    total = Upserted()
    for chunk in in_chunks({row.key: row for row in rows}.values()):
        total += _upsert(workspace, chunk)
    return total


@transaction.atomic
def _upsert(workspace: Workspace, rows: Sequence[ResponseRow]) -> Upserted:
    said = _responses(workspace, rows)
    known = upserts.there(Response, workspace.id, said)
    added = [one for key, one in said.items() if key not in known]
    changed = [known[key] for key, one in said.items() if key in known and _correct(known[key], one)]
    bulk.add(added)
    bulk.save(changed, ["id"], ["account", "person", "score", "comment"])
    _announce(workspace, [*added, *changed])
    return Upserted(len(added), len(changed), len(rows) - len(added) - len(changed))


def _responses(workspace: Workspace, rows: Sequence[ResponseRow]) -> dict[str, Response]:
    """The rows as answers of our accounts and people, by key; recorded, so it counts, when given."""
    accounts = accounts_by_ref(workspace.id, {row.account_id for row in rows})
    people = people_by_ref(workspace.id, {row.person_id for row in rows if row.person_id})
    now = clock.now()
    return {
        row.key: bulk.new(
            Response,
            workspace_id=workspace.id,
            external_id=row.key,
            survey=row.survey,
            account_id=accounts[row.account_id],
            person_id=people.get(row.person_id),
            score=row.score,
            comment=row.comment,
            responded_at=row.responded_at,
            recorded_at=min(row.responded_at, now),
        )
        for row in rows
    }


def _correct(known: Response, said: Response) -> bool:
    """Bring an answer up to date; whether anything differed."""
    differing = [name for name in _CHANGING if getattr(known, name) != getattr(said, name)]
    for name in differing:
        setattr(known, name, getattr(said, name))
    return bool(differing)


def _announce(workspace: Workspace, responses: Collection[Response]) -> None:
    """Count the write and record the fact, in the transaction of the write."""
    if not responses:
        return
    changes.touch(workspace.id, "response")
    listed = tuple(sorted({one.account_id for one in responses}))
    first = min(one.responded_at for one in responses).astimezone(ZoneInfo(workspace.zone)).date()
    outbox.record(
        RecordsChanged(
            workspace_id=workspace.id,
            table="response",
            account_ids=listed if len(listed) <= _MOST_LISTED else (),
            first_day=first.isoformat(),
        )
    )
