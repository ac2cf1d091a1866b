"""What identify, group and alias calls say about people and accounts, as rows for the record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from tenure.accounts import rules as ids
from tenure.accounts.actions import AccountRow, PersonRow
from tenure.events.unpack import Event

_traits = msgspec.json.Decoder(dict[str, Any])


@dataclass
class Said:
    """Accounts, people, and which observed ids mean the same person, in the order they were said."""

    accounts: list[AccountRow] = field(default_factory=list)
    people: list[PersonRow] = field(default_factory=list)
    visitors: dict[str, str] = field(default_factory=dict)  # anonymous id → person's: the first one stays
    aliases: dict[str, str] = field(default_factory=dict)  # former id → person's: said on purpose, moves


def said(events: Iterable[Event]) -> Said:
    """What the events say about who is who."""
    result = Said()
    for event in events:
        if event.kind == "identify":
            _identify(result, event)
        elif event.kind == "group":
            _group(result, event)
        elif event.kind == "alias":
            _alias(result, event)
    return result


def _identify(result: Said, event: Event) -> None:
    if not event.person_ref or ids.is_anonymous(event.person_ref):
        return
    traits = _read(event.properties)
    company = traits.pop("company", None)
    account = event.account_ref or ""
    if isinstance(company, dict) and ids.clean_id(company.get("id")):
        account = account or ids.clean_id(company.pop("id"))
        result.accounts.append(_account_row(account, company))
    result.people.append(_person_row(event.person_ref, account, traits))
    if event.same_person:
        result.visitors.setdefault(event.same_person, event.person_ref)


def _group(result: Said, event: Event) -> None:
    if not event.account_ref:
        return
    result.accounts.append(_account_row(event.account_ref, _read(event.properties)))
    if event.person_ref and not ids.is_anonymous(event.person_ref):
        result.people.append(PersonRow(event.person_ref, account_id=event.account_ref))


def _alias(result: Said, event: Event) -> None:
    if not event.person_ref or not event.same_person or event.same_person == event.person_ref:
        return
    result.people.append(PersonRow(event.person_ref))
    # The former id may have been a browser's or a person's: SDKs send both alike.
    result.aliases[event.same_person] = event.person_ref
    result.aliases[f"{ids.ANONYMOUS}{event.same_person}"] = event.person_ref


def _person_row(person_id: str, account_id: str, traits: dict[str, Any]) -> PersonRow:
    first, last = _text(traits.pop("firstName", "")), _text(traits.pop("lastName", ""))
    return PersonRow(
        person_id,
        email=_text(traits.pop("email", "")),
        name=_text(traits.pop("name", "")) or f"{first} {last}".strip(),
        account_id=account_id,
        role=_text(traits.pop("role", "")) or _text(traits.pop("title", "")),
        attributes=traits,
    )


def _account_row(account_id: str, traits: dict[str, Any]) -> AccountRow:
    website = _text(traits.pop("website", ""))
    return AccountRow(
        account_id,
        name=_text(traits.pop("name", "")),
        domain=_text(traits.pop("domain", "")) or website,
        attributes=traits,
    )


def _read(json: str) -> dict[str, Any]:
    try:
        return _traits.decode(json)
    except (msgspec.DecodeError, RecursionError):  # checked to be an object; may still be too deep
        return {}


def _text(value: object) -> str:
    """Text or a number as it is; lists and objects are no name."""
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
