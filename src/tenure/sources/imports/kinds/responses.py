"""Responses: one row per answer to a survey."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
from django.db.models import QuerySet

from tenure.feedback.actions import ResponseRow, response_keys, upsert_response_columns
from tenure.feedback.models import Response
from tenure.feedback.rules import SCALES
from tenure.kit.columns import Columns
from tenure.kit.upserts import under
from tenure.sources.imports.batches import column, floats, instants, texts
from tenure.sources.imports.forms import INSTANT, NUMBER, text
from tenure.sources.imports.kind import KINDS, Check, Column, Kind, Load, Written
from tenure.sources.imports.kinds.accounts import ACCOUNT_ID
from tenure.sources.imports.kinds.events import TIMESTAMP
from tenure.sources.imports.kinds.people import PERSON_ID


def write(load: Load, batch: pa.Table) -> Written:
    """Add answers, or correct those already known."""
    done = upsert_response_columns(load.workspace, _columns(batch))
    return Written(done.added, done.changed, done.same)


def about(load: Load, batch: pa.Table) -> Sequence[QuerySet[Any]]:
    """What is on record of the rows."""
    return (under(Response, load.workspace.id, response_keys(_columns(batch))),)


def _columns(batch: pa.Table) -> Columns[ResponseRow]:
    said: dict[str, Sequence[Any]] = {
        **{name: texts(batch, name) for name in ("survey", "account_id", "person_id", "comment")},
        "responded_at": instants(batch, "timestamp"),
        "score": floats(batch, "score"),
        "occurrence": column(batch, "occurrence"),
    }
    return Columns(ResponseRow, said)


def imply(columns: Mapping[str, str]) -> Mapping[str, str]:
    """The survey that the score's name speaks of ("NPS score")."""
    name = columns.get("score", "").lower()
    return next(({"survey": survey} for survey in SCALES if survey in name), {})


def off_scale(survey: str) -> Check:
    """The check that a score is a point of a shipped survey's scale."""
    scale = SCALES[survey]
    inside = f"score between {scale.lowest} and {scale.highest} and score = trunc(score)"
    return Check(
        "score",
        f"survey = '{survey}' and not ({inside})",
        f"'is not on the scale of {survey}; it must be {scale}'",
    )


KINDS.add(
    Kind(
        name="responses",
        title="Survey responses",
        columns=(
            Column(
                "timestamp",
                INSTANT,
                "when they answered",
                True,
                "respondedat respondedon submittedat answeredat " + TIMESTAMP,
            ),
            Column("account_id", text(200), "your id of the customer", True, ACCOUNT_ID),
            Column(
                "person_id",
                text(200),
                "your id of the person who answered",
                also=PERSON_ID + " respondentid respondent email",
            ),
            Column(
                "survey",
                text(80),
                "nps, csat, ces, or a name of yours",
                True,
                "surveytype surveyname type kind",
            ),
            Column(
                "score",
                NUMBER,
                "the answer as a number",
                also="rating value npsscore nps csatscore csat cesscore ces answer",
            ),
            Column(
                "comment",
                text(20_000),
                "the answer in words",
                also="feedback verbatim text note remarks",
            ),
        ),
        checks=(
            *(off_scale(survey) for survey in SCALES),
            Check(
                "score",
                "score is null and comment is null",
                "'is missing, and so is the comment; an answer needs one of them'",
            ),
            Check(
                "timestamp",
                "timestamp > getvariable('now') + interval 1 day",
                "'lies in the future; an answer has been given'",
            ),
        ),
        computed={
            "survey": "case when lower(survey) in ('nps', 'csat', 'ces') then lower(survey) else survey end",
        },
        key=(
            "survey",
            "account_id",
            "person_id",
            "timestamp",
            "case when person_id is null then digest || occurrence end",
        ),
        numbers=("occurrence",),
        imply=imply,
        write=write,
        about=about,
    )
)
