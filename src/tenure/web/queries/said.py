"""What the page "Who says what" reads: every value of an account by source, how it turned, and its owners."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
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


@dataclass(frozen=True)
class Turn:
    """A field that became another, as people read it."""

    title: str
    text: str
    before: str
    source: str
    on: date


@dataclass(frozen=True)
class AllSaid:
    """Of an account: its fields by who says them; how they turned, and its owners, the newest first."""

    facts: list[Fact]
    turns: list[Turn]
    owners: list[Change]


def all_said(access: Access, account_id: str) -> AllSaid:
    """What is said of an account, and was. Http404 for a stranger's."""
    account = access.get(Account, account_id)
    by_source = statements.current([account.pk]).get(account.pk, {})
    heard = statements.heard(by_source.values(), Order.of(access.workspace))
    found = [
        fact_of(key, _title(key), values, statements.now_of(account, key))
        for key, values in sorted(heard.items())
    ]
    changes = past.account_changes(access, account.pk)
    owners = [one for one in changes if one.key == past.OWNER]
    return AllSaid(found, _turns(one for one in changes if one.key != past.OWNER), owners)


def _turns(changes: Iterable[Change]) -> list[Turn]:
    """Changes with what was before; what was there first is none. Newest first, as they come."""
    found: list[Turn] = []
    later: dict[str, Change] = {}
    for one in changes:
        if after := later.get(one.key):
            source = _source(after)
            words = _written(after.value), _written(one.value)
            found.append(Turn(_title(one.key), *words, source, after.effective_on))
        later[one.key] = one
    return sorted(found, key=lambda one: one.on, reverse=True)


def _title(key: str) -> str:
    return key.removeprefix(".").replace("_", " ")


def fields(known: list[Fact]) -> list[tuple[str, str]]:
    """What can be set: the columns, the attributes that are known, and any other."""
    attributes = [(fact.key, fact.title) for fact in known if fact.key.startswith(".")]
    return [*((name, name) for name in COLUMNS), *attributes, (OTHER, "another attribute")]


def fact_of(key: str, title: str, values: list[Heard], now: Any) -> Fact:
    """A field as all its sources have it, first what is shown: after a merge that is what was chosen then."""
    heard = sorted(values, key=lambda one: bool(one.value != now))
    first, *others = [Value(_written(one.value), _source(one), one.since) for one in heard]
    return Fact(key, title, first, others)


def _source(one: Heard | Change) -> str:
    name = SOURCES.get(one.source, one.source.replace(":", " "))
    return f"{one.said_by}, {name}" if one.said_by else name


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)[:LONGEST] if value != "" else "–"
