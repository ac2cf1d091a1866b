"""People: one row per person at a customer; further columns become attributes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa

from tenure.accounts.actions import PersonColumns, PersonRow, upsert_person_columns
from tenure.accounts.consent import PURPOSES
from tenure.accounts.models import Person
from tenure.accounts.queries import people_by_ref
from tenure.accounts.stakeholders import PARTS, TRAITS, Trait, listed
from tenure.sources.imports.batches import column, plain, texts
from tenure.sources.imports.forms import DATE, EMAIL, YES_NO, text
from tenure.sources.imports.kind import KINDS, Check, Column, Kind, Load, Told, Written
from tenure.sources.imports.kinds.accounts import ACCOUNT_ID

PERSON_ID = "personid userid contactid memberid uid userref distinctid visitorid person user contact member"


def write(load: Load, batch: pa.Table) -> Written:
    """Add people, or complete those already known."""
    done = upsert_person_columns(load.workspace, _columns(batch))
    return Written(done.added, done.changed, done.same)


def about(load: Load, batch: pa.Table) -> Sequence[Told]:
    """What is on record of the rows."""
    ids = people_by_ref(load.workspace.id, batch["person_id"].to_pylist()).values()
    return (Told(Person, set(ids)),)


def _columns(batch: pa.Table) -> PersonColumns:
    said = {name: texts(batch, name) for name in PersonRow.__struct_fields__ if name in _TEXTS}
    traits = {name: _read(trait, texts(batch, name)) for name, trait in TRAITS.items()}
    left = [one.isoformat() if one else "" for one in column(batch, "left_on")]
    return PersonColumns(
        **said, **traits, left_on=left, consent=_consent(batch), attributes=plain(batch["further"])
    )


_TEXTS = "person_id email name account_id role".split()


def _read(trait: Trait, texts: list[str]) -> list[str]:
    """The values meant, of which there are few."""
    meant = {one: trait.read(one) for one in set(texts)}
    return [meant[one] for one in texts]


def _consent(batch: pa.Table) -> list[Mapping[str, bool]]:
    """The words on each purpose, where there is any."""
    said = {name: column(batch, f"consent_{name}") for name in PURPOSES}
    return [
        {name: word for name, word in zip(said, words, strict=True) if word is not None}
        for words in zip(*said.values(), strict=True)
    ]


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
        batch_rows=3000,
        further="attributes",
        write=write,
        about=about,
    )
)
