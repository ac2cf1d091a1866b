"""Writes about what customers answered: each answer once, however often a source tells of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from tenure.accounts.actions import Upserted, accounts_told_of, people_told_of
from tenure.feedback import rules
from tenure.feedback.models import Response
from tenure.kit import announcing, bulk, clock, upserts
from tenure.kit.columns import Columns, Said, chunks, latest
from tenure.workspaces.models import Workspace

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


def upsert_responses(workspace: Workspace, rows: Sequence[ResponseRow]) -> Upserted:
    """Add answers, or correct score and comment of ones already known. Counts are of distinct answers.

    Accounts and people not known yet are added bare. Raises ValueError, before anything is written, for
    a score that is not on its survey's scale.
    """
    return upsert_response_columns(workspace, Columns.of(ResponseRow, rows)) if rows else Upserted()


def upsert_response_columns(workspace: Workspace, told: Columns[ResponseRow]) -> Upserted:
    """The same of a file's answers, column by column. Recorded, so it counts, when it was given."""
    for survey, score in set(zip(told["survey"], told["score"], strict=True)):
        if wrong := rules.wrong_score(survey, score):
            raise ValueError(wrong)
    keys, now = response_keys(told), bulk.kept_instant(clock.now())
    said = {
        **told.some(("survey", "score", "comment", "responded_at")),
        "external_id": keys,
        "account_id": accounts_told_of(workspace, told["account_id"]),
        "person_id": people_told_of(workspace, told["person_id"], told["account_id"]),
        "recorded_at": bulk.Instants([one if one < now else now for one in told["responded_at"]]),
    }
    total = Upserted()
    for some in chunks(latest(said, keys)):
        total += _upsert(workspace, some)
    return total


def response_keys(told: Columns[ResponseRow]) -> list[str]:
    """The same person answering the same survey at the same instant is the same answer, corrected."""
    at = told["responded_at"].written()
    unsigned = zip(map(str, told["score"]), told["comment"], map(str, told["occurrence"]), strict=True)
    who = [one or "\x1f".join(("", *other)) for one, other in zip(told["person_id"], unsigned, strict=True)]
    days = told["responded_at"].days()
    return upserts.digests(days, told["survey"], told["account_id"], at, who)


@transaction.atomic(savepoint=False)
def _upsert(workspace: Workspace, said: Said) -> Upserted:
    done = upserts.by_external_id(Response, workspace.id, said, _CHANGING)
    if done.any:
        _announce(workspace, done.written(said))
    return Upserted(*done.counts)


def _announce(workspace: Workspace, written: Said) -> None:
    first = bulk.read_instant(min(written["responded_at"])).astimezone(ZoneInfo(workspace.zone)).date()
    announcing.records_changed(workspace.id, "response", written["account_id"], first)
