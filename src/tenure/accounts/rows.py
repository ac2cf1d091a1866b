"""What a source says about accounts and people, row by row, before anything is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec
from msgspec.structs import asdict, replace

from tenure.accounts import rules, stakeholders


class AccountRow(msgspec.Struct, frozen=True):
    """What a source says about an account. An empty field says nothing, and erases nothing."""

    account_id: str
    name: str = ""
    domain: str = ""
    parent_id: str = ""
    owner: str = ""
    segment: str = ""
    attributes: Mapping[str, Any] = {}


class PersonRow(msgspec.Struct, frozen=True):
    """What a source says about a person. An empty field says nothing, and erases nothing."""

    person_id: str
    email: str = ""
    name: str = ""
    account_id: str = ""
    role: str = ""
    part: str = ""
    influence: str = ""
    stance: str = ""
    relation: str = ""
    left_on: str = ""  # as 2026-04-03
    consent: Mapping[str, bool] = {}  # by purpose
    attributes: Mapping[str, Any] = {}


@dataclass(frozen=True)
class Upserted:
    """What became of the rows, counted by distinct id; `ids` leads from the given id to ours.

    `circles` are accounts that could not be put under the parent they name, which stands below them.
    """

    added: int = 0
    changed: int = 0
    same: int = 0
    ids: Mapping[str, str] = field(default_factory=dict)
    circles: tuple[str, ...] = ()

    def __add__(self, other: Upserted) -> Upserted:
        return Upserted(
            self.added + other.added,
            self.changed + other.changed,
            self.same + other.same,
            {**self.ids, **other.ids},
            self.circles + other.circles,
        )


R = TypeVar("R", AccountRow, PersonRow)


def once_each(rows: Iterable[R]) -> list[R]:
    """One row per id: a later one completes and corrects an earlier one."""
    merged: dict[str, R] = {}
    for row in rows:
        key = row.account_id if isinstance(row, AccountRow) else row.person_id
        earlier = merged.get(key)
        merged[key] = row if earlier is None else _completed(earlier, row)
    return list(merged.values())


def _completed(row: R, later: R) -> R:
    said = asdict(later)
    said["attributes"] = {**row.attributes, **later.attributes}
    if isinstance(row, PersonRow) and isinstance(later, PersonRow):
        said["consent"] = {**row.consent, **later.consent}
    return replace(row, **{name: value for name, value in said.items() if value})


def clean_account(row: AccountRow) -> AccountRow:
    """The row, each field in its one form."""
    account_id = rules.clean_id(row.account_id)
    parent_id = rules.clean_id(row.parent_id)
    return AccountRow(
        account_id=account_id,
        name=rules.clean_text(row.name),
        domain=rules.clean_domain(row.domain),
        parent_id="" if parent_id == account_id else parent_id,
        owner=rules.clean_owner(row.owner),
        segment=rules.clean_text(row.segment, 80),
        attributes=_known(row.attributes),
    )


def clean_person(row: PersonRow) -> PersonRow:
    """The row, each field in its one form; what somebody is called may say their part."""
    return PersonRow(
        person_id=rules.clean_id(row.person_id),
        email=rules.clean_email(row.email),
        name=rules.clean_text(row.name),
        account_id=rules.clean_id(row.account_id),
        role=rules.clean_text(row.role, 120),
        part=row.part or stakeholders.part_of(row.role),
        influence=row.influence,
        stance=row.stance,
        relation=row.relation,
        left_on=row.left_on,
        consent=row.consent,
        attributes=_known(row.attributes),
    )


def _known(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Attributes that say something."""
    if isinstance(attributes, dict) and None not in (said := attributes.values()) and "" not in said:
        return attributes
    return {name: value for name, value in attributes.items() if value is not None and value != ""}
