"""What somebody sets by hand of a customer: it counts more than files, connectors and the product."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.db import transaction

from tenure.accounts import attribute_rules, rules, stakeholders, statements
from tenure.accounts.announcing import announce
from tenure.accounts.models import Account, AccountAttributes, Person
from tenure.accounts.people import stored
from tenure.workspaces.access import Access
from tenure.workspaces.roles import Right

LONGEST = 500

_CLEAN: Mapping[str, Callable[[str], str]] = {
    "name": rules.clean_text,
    "domain": rules.clean_domain,
    "owner": rules.clean_owner,
    "segment": lambda text: rules.clean_text(text, 80),
}


@transaction.atomic
def set_by_hand(access: Access, account_id: str, key: str, text: str) -> Account:
    """Set a column, or an attribute written `.plan`; empty takes it away. ValueError: what would be right.

    An attribute that is a number stays one where the text is one.
    """
    access.require(Right.WORK)
    account = access.get(Account, account_id)
    value = _cleaned(key, text)
    if key.startswith("."):
        row, _ = AccountAttributes.objects.get_or_create(account=account, workspace=access.workspace)
        row.data = row.data | {key[1:]: _fitting(access, key[1:], _as_before(row.data.get(key[1:]), value))}
        row.save(update_fields=["data"])
    else:
        setattr(account, key, value)
        account.save(update_fields=[key])
    statements.note_by_hand(access.workspace, [account.pk], [key], access.who)
    announce(access.workspace, "account", [account.pk])
    return account


@transaction.atomic
def describe_person(access: Access, person_id: str, given: Mapping[str, str]) -> Person:
    """Set fields of a person: `name`, `role`, `left_on`, traits such as `part`, or attributes.

    What is so already stays whoever's word it is. ValueError names the first that is wrong.
    """
    access.require(Right.WORK)
    person = access.get(Person, person_id)
    changed = [key for key, text in given.items() if _put(person, key, _cleaned_of_person(key, text))]
    if changed:
        person.save(update_fields={key if key[0] != "." else "attributes" for key in changed})
        statements.note_person_by_hand(person, changed, access.who)
        announce(access.workspace, "person", [person.account_id])
    return person


def _put(person: Person, key: str, value: str) -> bool:
    """Let a person have a value; whether that is another one."""
    if not key.startswith("."):
        before = getattr(person, key)
        setattr(person, key, stored(key, value))
        return bool(before != getattr(person, key))
    before = person.attributes.get(key[1:], "")
    person.attributes = person.attributes | {key[1:]: _as_before(before, value)}
    return bool(before != person.attributes[key[1:]])


def _cleaned_of_person(key: str, text: str) -> str:
    if key in stakeholders.TRAITS:
        return stakeholders.TRAITS[key].read(text)
    if key == stakeholders.LEFT:
        return stakeholders.read_left(text)
    if key in ("name", "role"):
        return rules.clean_text(text, 120 if key == "role" else rules.LONGEST_NAME)
    if key.startswith(".") and 1 < len(key) <= 200:
        return rules.clean_text(text, LONGEST)
    known = ", ".join(("name", "role", *stakeholders.TRAITS, stakeholders.LEFT))
    raise ValueError(f"set {known}, or an attribute, not {key[:60]!r}")


def _cleaned(key: str, text: str) -> str:
    """The text as it will be kept."""
    if key.startswith(".") and 1 < len(key) <= 200:
        return rules.clean_text(text, LONGEST)
    if key not in _CLEAN:
        raise ValueError(f"set {', '.join(_CLEAN)}, or an attribute, not {key!r}")
    value = _CLEAN[key](text)
    if key == "name" and not value:
        raise ValueError("a customer has a name of 1 to 200 letters")
    if key == "domain" and text.strip() and not value:
        raise ValueError("a domain looks like acme.example")
    return value


def _fitting(access: Access, name: str, value: object) -> object:
    """The value in its attribute's type. ValueError where it does not fit: files may, by hand it is asked."""
    typed = attribute_rules.types_of(access.workspace).by_name.get(name)
    if typed is None or value == "":
        return value
    found = typed.read(value)
    if found is None:
        raise ValueError(f"{name} takes {typed.right}")
    return found


def _as_before(before: object, text: str) -> str | float | int:
    """The text as a number, if it is one and the value before was."""
    if isinstance(before, bool) or not isinstance(before, int | float):
        return text
    try:
        number = float(text)
    except ValueError:
        return text
    return int(number) if number.is_integer() else number
