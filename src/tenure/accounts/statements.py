"""What each source says of an account, kept in versions, and which of it is shown.

Every source has one statement per account: all it ever said, each value as said last. Of what several say,
the one whose source comes first in the workspace's order is shown (by hand, then files and connectors, then
the SDK, unless somebody ordered otherwise), of equals the newest. The others are kept.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from tenure.accounts.models import Account, AttributeRule, Statement
from tenure.accounts.queries import in_chunks
from tenure.kit import bulk, clock
from tenure.workspaces.access import Access
from tenure.workspaces.models import Workspace

HAND, IMPORT, SDK = "hand", "import", "sdk"
COLUMNS = ("name", "domain", "owner", "segment")
PARENT = "parent"  # said as the parent's own id

_USUAL = {HAND: 0, SDK: 2}  # any other source is a file or a connector

Said = Mapping[str, Any]  # by key: a column's name, or that of an attribute behind a dot
Of = dict[str, dict[str, Statement]]  # by account, by source


@dataclass(frozen=True)
class Order:
    """Whose word counts most, by attribute; `""` is for all that have no order of their own."""

    by_name: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, workspace: Workspace) -> Order:
        """The workspace's."""
        rows = AttributeRule.objects.filter(workspace=workspace).values_list("name", "sources")
        return cls({name: sources for name, sources in rows if sources})

    def rank(self, key: str, source: str) -> tuple[int, int]:
        """A source's place for a column or attribute, the lowest first; those not named come behind."""
        order = list(self.by_name.get(key.removeprefix("."), self.by_name.get("", ())))
        family = source.partition(":")[0]
        named = next((order.index(one) for one in (source, family) if one in order), len(order))
        return named, _USUAL.get(family, 1)


@dataclass(frozen=True)
class Heard:
    """One value, who says it, and since when."""

    key: str
    value: Any
    source: str
    said_by: str
    since: datetime


def current(account_ids: Collection[str]) -> Of:
    """The latest statement of every source about these accounts."""
    found: defaultdict[str, dict[str, Statement]] = defaultdict(dict)
    for chunk in in_chunks(account_ids):
        # After a merge there may be two of one source: the newest is the one it goes on from.
        for row in Statement.objects.filter(account__in=chunk, superseded_at=None).order_by(
            "recorded_at", "pk"
        ):
            found[row.account_id][_free(found[row.account_id], row)] = row
    return dict(found)


def _free(taken: Mapping[str, Statement], row: Statement) -> str:
    """The source's name; a second statement of it stands under the first's number."""
    return f"{row.source}#{taken[row.source].pk}" if row.source in taken else row.source


@dataclass(frozen=True)
class Telling:
    """Who tells, from which day on it holds, and now."""

    workspace: Workspace
    source: str
    effective_on: date
    now: datetime
    said_by: str = ""

    @classmethod
    def by(
        cls, workspace: Workspace, source: str, effective_on: date | None = None, said_by: str = ""
    ) -> Telling:
        """At this moment, and from today on unless another day is given."""
        return cls(workspace, source, effective_on or clock.today(workspace.zone), clock.now(), said_by)

    def first(self, account_id: str, fields: Said, data: Said) -> Statement:
        """A source's first statement about an account."""
        return Statement(
            workspace_id=self.workspace.id,
            account_id=account_id,
            source=self.source,
            said_by=self.said_by,
            fields=dict(fields),
            data=dict(data),
            first_at=self.now,
            effective_on=self.effective_on,
            recorded_at=self.now,
        )

    def next(self, old: Statement, fields: Said, data: Said) -> list[Statement]:
        """What is to be saved now that a source says this, in full: none if it is what it said before.

        History is kept by day, as figures are: a version of the same day is amended, an older one closed.
        """
        if old.fields == fields and old.data == data:
            return []
        before, after = _flat(old.fields, old.data), _flat(fields, data)
        differs = {key: self.now.isoformat() for key, value in after.items() if before.get(key) != value}
        since = {key: at for key, at in old.since.items() if key in after} | differs
        if old.pk is None or self._is_today(old):
            version = old
        else:
            old.superseded_at = self.now
            version = self.first(old.account_id, {}, {})
            version.first_at = old.first_at
        version.fields, version.data, version.since = dict(fields), dict(data), since
        version.effective_on, version.said_by = self.effective_on, self.said_by
        return [version] if version is old else [old, version]

    def _is_today(self, old: Statement) -> bool:
        zone = ZoneInfo(self.workspace.zone)
        days = {at.astimezone(zone).date() for at in (old.recorded_at, self.now)}
        return len(days) == 1 and old.effective_on == self.effective_on


def save(statements: Iterable[Statement]) -> None:
    """Write statements, new and amended."""
    unique = list({id(one): one for one in statements}.values())
    said = ["fields", "data", "since", "effective_on", "said_by", "superseded_at"]
    bulk.save([one for one in unique if one.pk is not None], ["id"], said)
    bulk.add(one for one in unique if one.pk is None)


def heard(statements: Iterable[Statement], order: Order) -> dict[str, list[Heard]]:
    """Every value that anybody says, by key; the one that is shown stands first."""
    found: defaultdict[str, list[Heard]] = defaultdict(list)
    for one in statements:
        for key, value in _flat(one.fields, one.data).items():
            at = one.since.get(key)
            since = datetime.fromisoformat(at) if at else one.first_at
            found[key].append(Heard(key, value, one.source, one.said_by, since))
    for key, values in found.items():
        values.sort(key=lambda one: one.since, reverse=True)
        values.sort(key=lambda one: order.rank(key, one.source))
    return dict(found)


def shown(statements: Iterable[Statement], order: Order) -> dict[str, Any]:
    """The value that counts, by key."""
    return {key: values[0].value for key, values in heard(statements, order).items()}


def _flat(fields: Said, data: Said) -> dict[str, Any]:
    return {**fields, **{f".{name}": value for name, value in data.items()}}


def note_by_hand(workspace: Workspace, account_ids: Collection[str], keys: Collection[str], who: str) -> None:
    """Write down that somebody set columns (or `.attributes`) of accounts to what they are now.

    Set back to what the other sources say, a value is theirs again. Call it in the transaction of the write.
    """
    order, telling = Order.of(workspace), Telling.by(workspace, HAND, said_by=who)
    for chunk in in_chunks(account_ids):
        statements = current(chunk)
        accounts = Account.objects.filter(pk__in=chunk, workspace=workspace).select_related(
            "attributes", "parent"
        )
        save(
            version
            for account in accounts.select_related("attributes", "parent")
            for version in _by_hand(account, dict(statements.get(account.pk, {})), keys, order, telling)
        )


def _by_hand(
    account: Account, by_source: dict[str, Statement], keys: Collection[str], order: Order, telling: Telling
) -> list[Statement]:
    """What is to be saved of one account."""
    old = by_source.pop(HAND, None)
    theirs = shown(by_source.values(), order)
    said = _flat(old.fields, old.data) if old else {}
    for key in keys:
        said[key] = value = _now(account, key)
        if value == theirs.get(key, ""):
            del said[key]
    fields = {key: value for key, value in said.items() if not key.startswith(".")}
    data = {key[1:]: value for key, value in said.items() if key.startswith(".")}
    if old is not None:
        return telling.next(old, fields, data)
    return [telling.first(account.pk, fields, data)] if said else []


def _now(account: Account, key: str) -> Any:
    """What an account has, as a source would say it."""
    if key == PARENT:
        return account.parent.external_id if account.parent else ""
    return account.attributes.data.get(key[1:], "") if key.startswith(".") else getattr(account, key)


@dataclass(frozen=True)
class Change:
    """What a column was from a day on; known since `recorded_at`."""

    value: str
    source: str
    said_by: str
    effective_on: date
    recorded_at: datetime


def changes_of(access: Access, account_id: str, column: str) -> list[Change]:
    """What was shown in a column over time, the newest first; from the statements as they were recorded.

    Statements may be recorded in another order than they took effect: the history is as known now.
    """
    order, by_source = Order.of(access.workspace), dict[str, Statement]()
    found: list[Change] = []
    for one in _versions(access, account_id):
        by_source[one.source] = one
        values = heard(by_source.values(), order).get(column, [])
        if values and (not found or found[-1].value != values[0].value):
            found.append(
                Change(
                    values[0].value, values[0].source, values[0].said_by, one.effective_on, one.recorded_at
                )
            )
    return found[::-1]


def owner_on(access: Access, account_id: str, day: date) -> str | None:
    """Who owned an account at the end of a day, as known now; None: nobody had said yet."""
    owners = changes_of(access, account_id, "owner")
    return next((one.value for one in owners if one.effective_on <= day), None)


def _versions(access: Access, account_id: str) -> QuerySet[Statement]:
    rows = access.of(Statement).filter(account_id=account_id)
    return rows.order_by("effective_on", "recorded_at", "pk")
