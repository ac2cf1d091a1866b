"""Writes about what customers pay: statements of sources become versions of terms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from tenure.accounts.actions import Upserted, resolve
from tenure.accounts.queries import accounts_by_ref, in_chunks
from tenure.kit import announcing, bulk, changes, clock, upserts
from tenure.kit.ids import new_id
from tenure.revenue.models import Subscription, Term
from tenure.revenue.rules import Agreed, Line, Statement, Version, lines_of
from tenure.workspaces.models import Workspace

_AGREED = [one.name for one in fields(Agreed)]


@dataclass  # not frozen: that would be most of what making one costs, and files have a million
class TermRow:
    """What a source says about one term; ids are the source's own, the amount is per interval.

    `end_known_on` and `counted_on`: see `revenue.rules.Statement`.
    """

    subscription_id: str
    account_id: str
    amount_minor: int
    currency: str
    interval: str
    starts_on: date
    ends_on: date | None = None
    product: str = ""
    seats: int | None = None
    auto_renew: bool = False
    renews: str = ""
    reason: str = ""
    end_known_on: date | None = None
    counted_on: date | None = None

    def statement(self, account_id: str) -> Statement:
        """The same, about one of our accounts."""
        said = {name: getattr(self, name) for name in _AGREED} | {"account_id": account_id}
        return Statement(Agreed(**said), self.end_known_on, self.counted_on)

    @property
    def is_plain(self) -> bool:
        """Whether all that is said was known when it started, so that there is one version of it."""
        return self.end_known_on is None and not (self.reason and self.ends_on)


@dataclass
class _Changes:
    """What one chunk of rows leads to, gathered before it is written."""

    terms: list[Term] = field(default_factory=list)
    superseded: list[Term] = field(default_factory=list)
    added: int = 0
    changed: int = 0

    def count(self, line: Line) -> None:
        """Count a row, but not a neighbour that is cut short because of it."""
        if line.on_record is None:
            self.added += 1
        elif line.is_stated:
            self.changed += 1

    @property
    def account_ids(self) -> set[str]:
        return {term.account_id for term in (*self.terms, *self.superseded)}

    @property
    def first_day(self) -> date:
        return min(term.starts_on for term in (*self.terms, *self.superseded))


def upsert_terms(workspace: Workspace, rows: Sequence[TermRow]) -> Upserted:
    """Write down what a source says about terms; a term is known by its subscription and its start.

    Saying the same again changes nothing; another amount or end becomes a new version beside the old.
    A term runs at most until the next one of its subscription starts. History counts as recorded when it
    took effect. Accounts not known yet are added bare. Counts are of rows.
    """
    resolve(workspace, {row.account_id for row in rows}, {})
    total = Upserted()
    for chunk in in_chunks(rows):
        total += _upsert(workspace, chunk)
    return total


@transaction.atomic
def _upsert(workspace: Workspace, rows: Sequence[TermRow]) -> Upserted:
    accounts = accounts_by_ref(workspace.id, {row.account_id for row in rows})
    told = Counter(row.subscription_id for row in rows)
    there = upserts.there(Subscription, workspace.id, told)
    plain: list[TermRow] = []
    others: list[TermRow] = []
    for row in rows:
        is_plain = row.is_plain and told[row.subscription_id] == 1 and row.subscription_id not in there
        (plain if is_plain else others).append(row)
    done = _add(workspace, plain, accounts) if plain else Upserted()
    return done + _follow(workspace, others, accounts, there) if others else done


def _add(workspace: Workspace, rows: Sequence[TermRow], accounts: Mapping[str, str]) -> Upserted:
    """Add subscriptions that are not known yet, of one term each, of which one version is known."""
    ids = {row.subscription_id: new_id() for row in rows}
    starts, now = [row.starts_on for row in rows], clock.now()
    recorded = {day: _recorded_at(day, workspace.zone, now) for day in set(starts)}
    about: dict[str, Sequence[Any]] = {
        "workspace_id": [workspace.id] * len(rows),
        "account_id": [accounts[row.account_id] for row in rows],
    }
    named: dict[str, Sequence[Any]] = {
        "id": list(ids.values()),
        "external_id": list(ids),
        "product": [row.product for row in rows],
    }
    known: dict[str, Sequence[Any]] = {
        "subscription_id": list(ids.values()),
        "recorded_at": [recorded[day] for day in starts],
    }
    said = {name: [getattr(row, name) for row in rows] for name in _AGREED if name != "account_id"}
    bulk.add_columns(Subscription, about | named)
    bulk.add_columns(Term, about | known | said)
    changes.touch(workspace.id, "subscription")
    announcing.records_changed(workspace.id, "term", about["account_id"], min(starts))
    return Upserted(added=len(rows), ids=ids)


def _follow(
    workspace: Workspace, rows: Sequence[TermRow], accounts: Mapping[str, str], there: dict[str, Subscription]
) -> Upserted:
    """Work out what rows say of subscriptions that are there, or of which they say more than one thing."""
    subscriptions = _subscriptions(workspace, rows, accounts, there)
    on_record = _on_record(workspace, subscriptions.values())
    statements: dict[str, list[Statement]] = {}
    for row in rows:
        statements.setdefault(row.subscription_id, []).append(row.statement(accounts[row.account_id]))
    found = _Changes()
    for ref, said in statements.items():
        subscription = subscriptions[ref]
        _apply(workspace, subscription, on_record.get(subscription.pk, []), said, found)
    _save(workspace, found)
    ids = {ref: one.pk for ref, one in subscriptions.items()}
    return Upserted(found.added, found.changed, len(rows) - found.added - found.changed, ids)


def _subscriptions(
    workspace: Workspace, rows: Sequence[TermRow], accounts: Mapping[str, str], there: dict[str, Subscription]
) -> dict[str, Subscription]:
    """The rows' subscriptions by the source's id; new ones are added, moved or renamed ones saved."""
    latest = {row.subscription_id: row for row in sorted(rows, key=lambda row: row.starts_on)}
    found = {ref: there[ref] for ref in latest if ref in there}
    moved = []
    for ref, row in latest.items():
        account_id, product = accounts[row.account_id], row.product
        one = found.get(ref) or bulk.new(Subscription, workspace_id=workspace.id, external_id=ref)
        found[ref] = one
        if (one.account_id, one.product) != (account_id, product or one.product):
            one.account_id, one.product = account_id, product or one.product
            moved.append(one)
    bulk.save(moved, ["id"], ["account", "product"])
    if moved:
        changes.touch(workspace.id, "subscription")
    return found


def _on_record(workspace: Workspace, subscriptions: Collection[Subscription]) -> dict[str, list[Term]]:
    """The latest versions of the terms of these subscriptions."""
    ids = [one.pk for one in subscriptions]
    found: dict[str, list[Term]] = {}
    for term in Term.objects.filter(workspace=workspace, subscription__in=ids, superseded_at=None):
        found.setdefault(term.subscription_id, []).append(term)
    return found


def _apply(
    workspace: Workspace,
    subscription: Subscription,
    terms: Sequence[Term],
    statements: Sequence[Statement],
    found: _Changes,
) -> None:
    """Work out one subscription's new versions."""
    on_record = {_agreed(term): term for term in terms}
    lines = lines_of(list(on_record), statements)
    starts = [line.said.agreed.starts_on for line in lines]
    for line, next_start in zip(lines, [*starts[1:], None], strict=True):
        versions = line.versions(next_start)
        if not versions:
            continue
        before = on_record[line.on_record] if line.on_record else None
        found.terms += _chain(workspace, subscription, before, versions)
        if before:
            found.superseded.append(before)
        found.count(line)


def _agreed(term: Term) -> Agreed:
    return Agreed(**{name: getattr(term, name) for name in _AGREED})


def _chain(
    workspace: Workspace, subscription: Subscription, before: Term | None, versions: Sequence[Version]
) -> Iterator[Term]:
    """Versions as rows, each superseding the one before from the moment it was recorded."""
    now = clock.now()
    earliest = before.recorded_at if before else None
    for version in versions:
        recorded_at = _recorded_at(version.known_on, workspace.zone, now)
        recorded_at = max(recorded_at, earliest) if earliest else recorded_at
        if before:
            before.superseded_at = recorded_at
        before = bulk.new(
            Term,
            workspace_id=workspace.id,
            subscription_id=subscription.pk,
            recorded_at=recorded_at,
            **vars(version.agreed),
        )
        earliest = recorded_at
        yield before


def _recorded_at(known_on: date | None, zone: str, now: datetime) -> datetime:
    """Noon of the day, so that it is the same day however days are cut; never later than now."""
    if known_on is None:
        return now
    return min(datetime.combine(known_on, time(12), tzinfo=ZoneInfo(zone)), now)


def _save(workspace: Workspace, found: _Changes) -> None:
    if not found.terms:
        return
    bulk.save(found.superseded, ["id"], ["superseded_at"])
    bulk.add(found.terms)
    announcing.records_changed(workspace.id, "term", found.account_ids, found.first_day)
