"""People: one row per person at a customer; further columns become attributes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import pyarrow as pa
from django.db.models import QuerySet

from tenure.accounts.actions import PersonRow, upsert_people
from tenure.accounts.models import Person
from tenure.accounts.queries import people_by_ref
from tenure.sources.imports.forms import EMAIL, text
from tenure.sources.imports.kind import KINDS, Column, Kind, Load, Written
from tenure.sources.imports.kinds.accounts import ACCOUNT_ID

PERSON_ID = "personid userid contactid memberid uid userref distinctid visitorid person user contact member"


def write(load: Load, batch: pa.Table) -> Written:
    """Add people, or complete those already known."""
    rows = [_row(**row) for row in batch.to_pylist()]
    done = upsert_people(load.workspace, rows)
    return Written(done.added, done.changed, done.same)


def about(load: Load, batch: pa.Table) -> Sequence[QuerySet[Any]]:
    """What is on record of the rows."""
    ids = people_by_ref(load.workspace.id, batch["person_id"].to_pylist()).values()
    return (Person.objects.filter(workspace=load.workspace, pk__in=list(ids)),)


def _row(further: str, **said: str | None) -> PersonRow:
    return PersonRow(**{k: v or "" for k, v in said.items()}, attributes=msgspec.json.decode(further))


KINDS.add(
    Kind(
        name="people",
        title="People",
        columns=(
            Column(
                "person_id",
                text(200),
                "your own id of the person",
                True,
                PERSON_ID + " recordid id",
                stands_in="email",
            ),
            Column(
                "email",
                EMAIL,
                "their e-mail address",
                also="emailaddress mail useremail contactemail customeremail workemail",
            ),
            Column(
                "name",
                text(200),
                "their name",
                also="fullname displayname username personname contactname",
            ),
            Column("account_id", text(200), "your id of the customer they are with", also=ACCOUNT_ID),
            Column("role", text(120), "what they do there", also="title jobtitle position function"),
        ),
        key=("person_id",),
        further="attributes",
        write=write,
        about=about,
    )
)
