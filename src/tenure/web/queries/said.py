"""What the page "Who says what" reads: every value of an account by source, and who owned it when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tenure.accounts import past, statements
from tenure.accounts.models import Account
from tenure.accounts.past import Change
from tenure.accounts.statements import COLUMNS, HAND, IMPORT, SDK, Heard, Order
from tenure.workspaces.access import Access

SOURCES = {HAND: "by hand", IMPORT: "a file", SDK: "the product (SDK)"}
LONGEST = 300
OTHER = "other"  # a field that is not in the list


@dataclass(frozen=True)
class Value:
    """A value as people read it, who says it, since when."""

    text: str
    source: str
    since: datetime


@dataclass(frozen=True)
class Fact:
    """A field with the value shown, and what others say."""

    key: str
    title: str
    shown: Value
    others: list[Value]


def facts(access: Access, account_id: str) -> tuple[list[Fact], list[Change]]:
    """The account's fields by who says them, and its owners, the newest first. Http404 for a stranger's."""
    account = access.get(Account, account_id)
    by_source = statements.current([account.pk]).get(account.pk, {})
    heard = statements.heard(by_source.values(), Order.of(access.workspace))
    found = [
        fact_of(key, key.removeprefix(".").replace("_", " "), values) for key, values in sorted(heard.items())
    ]
    return found, past.changes_of(access, account.pk, "owner")


def fields(known: list[Fact]) -> list[tuple[str, str]]:
    """What can be set: the columns, the attributes that are known, and any other."""
    attributes = [(fact.key, fact.title) for fact in known if fact.key.startswith(".")]
    return [*((name, name) for name in COLUMNS), *attributes, (OTHER, "another attribute")]


def fact_of(key: str, title: str, values: list[Heard]) -> Fact:
    """A field as all its sources have it, the one shown first."""
    first, *others = [Value(_written(one.value), _source(one), one.since) for one in values]
    return Fact(key, title, first, others)


def _source(one: Heard) -> str:
    name = SOURCES.get(one.source, one.source.replace(":", " "))
    return f"{one.said_by}, {name}" if one.said_by else name


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)[:LONGEST] if value != "" else "–"
