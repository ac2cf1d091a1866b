"""People: one row per person at a customer; further columns become attributes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import pyarrow as pa
from django.db.models import QuerySet

from tenure.accounts.actions import PersonRow, upsert_people
from tenure.accounts.consent import PURPOSES
from tenure.accounts.models import Person
from tenure.accounts.queries import people_by_ref
from tenure.accounts.stakeholders import PARTS, TRAITS, Trait, listed
from tenure.sources.imports.forms import DATE, EMAIL, YES_NO, text
from tenure.sources.imports.kind import KINDS, Check, Column, Kind, Load, Written
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


def _row(further: str, **said: Any) -> PersonRow:
    consent = {name: said.pop(f"consent_{name}") for name in PURPOSES}
    left_on = said.pop("left_on")
    traits = {name: trait.read(said.pop(name) or "") for name, trait in TRAITS.items()}
    return PersonRow(
        **{k: v or "" for k, v in said.items()},
        **traits,
        left_on=left_on.isoformat() if left_on else "",
        consent={name: word for name, word in consent.items() if word is not None},
        attributes=msgspec.json.decode(further),
    )


def _one_of(trait: Trait) -> Check:
    right = ", ".join(f"'{title}'" for title in trait.values.values())
    written = f"lower(regexp_replace(trim({trait.name}), '[ _-]+', ' ', 'g'))"
    says = f"is not known; write {listed(trait.values)}"
    return Check(trait.name, f"{written} NOT IN ({right})", f"'{says}'")


_PART = "stakeholderrole stakeholder stakeholdertype contactrole buyingrole"
_ALSO = {
    "influence": "influencelevel power",
    "stance": "sentiment attitude disposition",
    "relation": "relationship relationshipstrength rapport",
}

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
            Column("part", text(20), f"what they are to you: {listed(PARTS)}", also=_PART),
            *(
                Column(one.name, text(20), f"{one.means}: {listed(one.values)}", also=_ALSO[one.name])
                for one in TRAITS.values()
                if one.name != "part"
            ),
            Column("left_on", DATE, "the day they left", also="leftat departedon leftcompany lastday"),
            *(
                Column(
                    f"consent_{one.name}",
                    YES_NO,
                    f"whether they agree to {one.title.lower()}: yes or no",
                    also=f"{one.name}consent optin{one.name} {one.name}optin",
                )
                for one in PURPOSES.values()
            ),
        ),
        checks=tuple(_one_of(one) for one in TRAITS.values()),
        key=("person_id",),
        further="attributes",
        write=write,
        about=about,
    )
)
