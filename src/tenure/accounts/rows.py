"""What a source says about accounts and people, row by row, before anything is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress
from typing import Any, Self, TypeVar

import msgspec
from msgspec.structs import asdict, replace

from tenure.accounts import rules, stakeholders
from tenure.kit import bulk


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


class Columns(msgspec.Struct, frozen=True):
    """What a source says about many, column by column, each as long as the others."""

    def where(self, wanted: Sequence[bool]) -> Self:
        """Some of them."""
        if all(wanted):
            return self
        return replace(self, **{name: type(said)(compress(said, wanted)) for name, said in self._said()})

    def _said(self) -> Iterator[tuple[str, list[Any]]]:
        return ((name, getattr(self, name)) for name in self.__struct_fields__)


class AccountColumns(Columns, frozen=True):
    """What `AccountRow` says, of many; `attributes` as JSON texts."""

    account_id: list[str]
    name: list[str]
    domain: list[str]
    parent_id: list[str]
    owner: list[str]
    segment: list[str]
    attributes: bulk.Texts

    @classmethod
    def of(cls, rows: Sequence[AccountRow]) -> AccountColumns:
        """The same as rows say."""
        return cls(**_columns(AccountRow, rows), attributes=_attributes(rows))

    def cleaned(self) -> AccountColumns:
        """Each column in its one form."""
        refs, parents = rules.clean_ids(self.account_id), rules.clean_ids(self.parent_id)
        return AccountColumns(
            account_id=refs,
            name=rules.clean_texts(self.name),
            domain=rules.clean_domains(self.domain),
            parent_id=["" if parent == ref else parent for ref, parent in zip(refs, parents, strict=True)],
            owner=rules.clean_owners(self.owner),
            segment=rules.clean_texts(self.segment, 80),
            attributes=self.attributes,
        )

    def rows(self) -> list[AccountRow]:
        """The same row by row."""
        *said, (_, attributes) = self._said()
        return list(map(AccountRow, *(one for _, one in said), map(msgspec.json.decode, attributes)))


class PersonColumns(Columns, frozen=True):
    """What `PersonRow` says, of many; `attributes` as JSON texts."""

    person_id: list[str]
    email: list[str]
    name: list[str]
    account_id: list[str]
    role: list[str]
    part: list[str]
    influence: list[str]
    stance: list[str]
    relation: list[str]
    left_on: list[str]
    consent: list[Mapping[str, bool]]
    attributes: bulk.Texts

    @classmethod
    def bare(cls, person_ids: list[str], account_ids: list[str]) -> PersonColumns:
        """People of whom no more is known than their ids, and perhaps whose they are."""
        nothing: Any = [""] * len(person_ids)
        said: dict[str, Any] = dict.fromkeys(cls.__struct_fields__, nothing)
        said |= {"person_id": person_ids, "account_id": account_ids, "consent": [{}] * len(person_ids)}
        said["attributes"] = bulk.Texts([bulk.NOTHING] * len(person_ids))
        return cls(**said)

    @classmethod
    def of(cls, rows: Sequence[PersonRow]) -> PersonColumns:
        """The same as rows say."""
        return cls(**_columns(PersonRow, rows), attributes=_attributes(rows))

    def cleaned(self) -> PersonColumns:
        """Each column in its one form; what somebody is called may say their part."""
        roles = rules.clean_texts(self.role, 120)
        parts = {role: stakeholders.part_of(role) for role in set(roles)}
        return replace(
            self,
            person_id=rules.clean_ids(self.person_id),
            email=rules.clean_emails(self.email),
            name=rules.clean_texts(self.name),
            account_id=rules.clean_ids(self.account_id),
            role=roles,
            part=[part or parts[role] for part, role in zip(self.part, roles, strict=True)],
        )

    def rows(self) -> list[PersonRow]:
        """The same row by row."""
        *said, (_, attributes) = self._said()
        return list(map(PersonRow, *(one for _, one in said), map(msgspec.json.decode, attributes)))


def _columns(kind: type[R], rows: Sequence[R]) -> dict[str, list[Any]]:
    """Every field but the attributes, which come last."""
    return {name: [getattr(row, name) for row in rows] for name in kind.__struct_fields__[:-1]}


def _attributes(rows: Sequence[R]) -> bulk.Texts:
    return bulk.Texts(bulk.as_json(row.attributes) for row in rows)


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
