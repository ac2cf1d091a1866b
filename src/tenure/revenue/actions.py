"""Writes about what customers pay: statements of sources become versions of terms."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime, time
from functools import partial
from operator import itemgetter
from zoneinfo import ZoneInfo

from django.db import transaction

from tenure.accounts.actions import Upserted, accounts_told_of
from tenure.kit import announcing, bulk, changes, clock, upserts
from tenure.kit.columns import Columns
from tenure.revenue.models import Subscription, Term
from tenure.revenue.rules import Agreed, Line, Statement, Version, lines_of
from tenure.workspaces.models import Workspace

_AGREED = [one.name for one in fields(Agreed)]


@dataclass(frozen=True)
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

    def statement(self) -> Statement:
        """The same, without whose id it stands under."""
        said = {name: getattr(self, name) for name in _AGREED}
        return Statement(Agreed(**said), self.end_known_on, self.counted_on)


_SUBSCRIPTIONS = upserts.Versioned(Subscription, Term, "subscription_id")
_START, _END = (itemgetter(_AGREED.index(name)) for name in ("starts_on", "ends_on"))
_BUT_END = itemgetter(*(at for at, name in enumerate(_AGREED) if name != "ends_on"))


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
    return upsert_term_columns(workspace, Columns.of(TermRow, rows)) if rows else Upserted()


def upsert_term_columns(workspace: Workspace, told: Columns[TermRow]) -> Upserted:
    """The same of a file's terms, column by column: no row is made of those that are new or the same."""
    accounts = accounts_told_of(workspace, told["account_id"])
    total = Upserted()
    for chunk in Columns(TermRow, {**told.said, "account_id": accounts}).chunks():
        total += _upsert(workspace, chunk)
    return total


@transaction.atomic(savepoint=False)
def _upsert(workspace: Workspace, told: Columns[TermRow]) -> Upserted:
    """Of our accounts."""
    refs = told["subscription_id"]
    known = _SUBSCRIPTIONS.known(workspace.id, refs, ["account_id", "product"], _AGREED)
    new = _new(told, known)
    same = _same(told, known)
    done = Upserted(same=sum(same), ids={ref: one.id for ref, one in known.items()})
    add, follow = partial(_add, workspace), partial(_follow, workspace)
    return sum(upserts.each_its_way(told, new, same, add, follow), done)


def _new(told: Columns[TermRow], known: Mapping[str, upserts.Known]) -> list[bool]:
    """Of each row, whether it tells of a subscription that is not known yet, of whose one term there is one
    version: all that is said of it was known when it started."""
    refs = told["subscription_id"]
    later = (bool(reason and end) for reason, end in zip(told["reason"], told["ends_on"], strict=True))
    rows = zip(refs, upserts.told_once(refs), told["end_known_on"], later, strict=True)
    return [once and known_on is None and not late and ref not in known for ref, once, known_on, late in rows]


def _same(told: Columns[TermRow], known: Mapping[str, upserts.Known]) -> list[bool]:
    """Of each row, whether it and all others of its subscription say nothing new."""
    refs = told["subscription_id"]
    if not known:
        return [False] * len(refs)
    terms = {ref: _standing(one.said) for ref, one in known.items()}
    about = zip(told["account_id"], told["product"], told["counted_on"], strict=True)
    rows = zip(refs, about, _SUBSCRIPTIONS.as_kept(told.said, _AGREED), strict=True)
    differing = {
        ref
        for ref, (account, product, counted_on), said in rows
        if counted_on is not None
        or ref not in known
        or known[ref].own != (account, product or known[ref].own[1])
        or not _is_known(said, terms[ref])
    }
    return [ref not in differing for ref in refs]


def _standing(terms: Sequence[upserts.Kept]) -> dict[str, tuple[upserts.Kept, str | None]]:
    """A subscription's terms by their start, each with the start of the next; none if one outlasts that."""
    in_order = sorted(terms, key=_START) if len(terms) > 1 else terms
    found = list(zip(in_order, [*map(_START, in_order[1:]), None], strict=True))
    if any(after and not (_END(one) and _END(one) <= after) for one, after in found):
        return {}
    return {_START(one): (one, after) for one, after in found}


def _is_known(said: upserts.Kept, terms: Mapping[str, tuple[upserts.Kept, str | None]]) -> bool:
    """Whether a term is on record as it is said, but for its end, which is at most the start of the next."""
    if _START(said) not in terms:
        return False
    term, after = terms[_START(said)]
    ends = min((day for day in (_END(said), after) if day), default=None)
    return bool(_END(term) == ends and _BUT_END(said) == _BUT_END(term))


def _add(workspace: Workspace, new: Columns[TermRow]) -> Upserted:
    """Add subscriptions that are not known yet, of one term each, of which one version is known."""
    starts, now = new["starts_on"], clock.now()
    recorded = {day: _recorded_at(day, workspace.zone, now) for day in set(starts)}
    said = {**new.some(_AGREED), "recorded_at": [recorded[day] for day in starts]}
    refs = new["subscription_id"]
    things = {"external_id": refs, **new.some(["account_id", "product"])}
    ids = _SUBSCRIPTIONS.add(workspace.id, things, refs, said)
    changes.touch(workspace.id, "subscription")
    announcing.records_changed(workspace.id, "term", new["account_id"], min(starts))
    return Upserted(added=len(ids), ids=ids)


def _follow(workspace: Workspace, rows: Sequence[TermRow]) -> Upserted:
    """Work out what rows say of subscriptions that are there, or of which they say more than one thing."""
    there = upserts.there(Subscription, workspace.id, {row.subscription_id for row in rows})
    subscriptions = _subscriptions(workspace, rows, there)
    on_record = _on_record(workspace, subscriptions.values())
    statements: dict[str, list[Statement]] = {}
    for row in rows:
        statements.setdefault(row.subscription_id, []).append(row.statement())
    found = _Changes()
    for ref, said in statements.items():
        subscription = subscriptions[ref]
        _apply(workspace, subscription, on_record.get(subscription.pk, []), said, found)
    _save(workspace, found)
    ids = {ref: one.pk for ref, one in subscriptions.items()}
    return Upserted(found.added, found.changed, len(rows) - found.added - found.changed, ids)


def _subscriptions(
    workspace: Workspace, rows: Sequence[TermRow], there: dict[str, Subscription]
) -> dict[str, Subscription]:
    """The rows' subscriptions by the source's id; new ones are added, moved or renamed ones saved."""
    latest = {row.subscription_id: row for row in sorted(rows, key=lambda row: row.starts_on)}
    found = {ref: there[ref] for ref in latest if ref in there}
    moved = []
    for ref, row in latest.items():
        account_id, product = row.account_id, row.product
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
