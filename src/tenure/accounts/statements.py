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
from itertools import compress
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from tenure.accounts.models import Account, AttributeRule, Person, PersonStatement, Stated, Statement
from tenure.accounts.queries import in_chunks
from tenure.kit import bulk, clock
from tenure.workspaces.models import Workspace

HAND, IMPORT, SDK = "hand", "import", "sdk"
COLUMNS = ("name", "domain", "owner", "segment")
PARENT = "parent"  # said as the parent's own id

_USUAL = {HAND: 0, SDK: 2}  # any other source is a file or a connector

Said = Mapping[str, Any]  # by key: a column's name, or that of an attribute behind a dot
S = TypeVar("S", bound=Stated)


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


def current(account_ids: Collection[str]) -> dict[str, dict[str, Statement]]:
    """The latest statement of every source about these accounts, by account and source."""
    return current_of(Statement, account_ids)


def current_of(kind: type[S], ids: Collection[str]) -> dict[str, dict[str, S]]:
    """The same of accounts or people."""
    found: defaultdict[str, dict[str, S]] = defaultdict(dict)
    for chunk in in_chunks(ids):
        # After a merge there may be two of one source: the newest is the one it goes on from.
        rows = kind._default_manager.filter(**{f"{kind.about}__in": chunk}, superseded_at=None)
        for row in rows.order_by("recorded_at", "pk"):
            found[row.about_id][_free(found[row.about_id], row)] = row
    return dict(found)


def _free(taken: Mapping[str, Stated], row: Stated) -> str:
    """The source's name; a second statement of it stands under the first's number."""
    return f"{row.source}#{taken[row.source].pk}" if row.source in taken else row.source


@dataclass(frozen=True)
class Telling(Generic[S]):
    """Who tells, from which day on it holds, and now; `kind` is what is told of, accounts or people."""

    kind: type[S]
    workspace: Workspace
    source: str
    effective_on: date
    now: datetime
    said_by: str = ""

    @classmethod
    def by(
        cls, workspace: Workspace, source: str, effective_on: date | None = None, said_by: str = ""
    ) -> Telling[Statement]:
        """Of accounts, at this moment, and from today on unless another day is given."""
        day = effective_on or clock.today(workspace.zone)
        return Telling(Statement, workspace, source, day, clock.now(), said_by)

    @classmethod
    def of_people(
        cls, workspace: Workspace, source: str, effective_on: date | None = None, said_by: str = ""
    ) -> Telling[PersonStatement]:
        """The same of people."""
        day = effective_on or clock.today(workspace.zone)
        return Telling(PersonStatement, workspace, source, day, clock.now(), said_by)

    def first(self, about_id: str, fields: Said, data: Said) -> S:
        """A source's first statement about somebody."""
        return self.kind(
            **{self.kind.about: about_id},
            workspace_id=self.workspace.id,
            source=self.source,
            said_by=self.said_by,
            fields=dict(fields),
            data=dict(data),
            first_at=self.now,
            effective_on=self.effective_on,
            recorded_at=self.now,
        )

    def next(self, old: S, fields: Said, data: Said) -> list[S]:
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
            version = self.first(old.about_id, {}, {})
            version.first_at = old.first_at
        version.fields, version.data, version.since = dict(fields), dict(data), since
        version.effective_on, version.said_by = self.effective_on, self.said_by
        return [version] if version is old else [old, version]

    def _is_today(self, old: Stated) -> bool:
        zone = ZoneInfo(self.workspace.zone)
        days = {at.astimezone(zone).date() for at in (old.recorded_at, self.now)}
        return len(days) == 1 and old.effective_on == self.effective_on


def save(statements: Iterable[Stated]) -> None:
    """Write statements, new and amended, all about accounts or all about people."""
    unique = list({id(one): one for one in statements}.values())
    said = ["fields", "data", "since", "effective_on", "said_by", "superseded_at"]
    bulk.save([one for one in unique if one.pk is not None], ["id"], said)
    bulk.add(one for one in unique if one.pk is None)


def save_first(telling: Telling[Any], ids: Sequence[str], fields: bulk.Texts, data: bulk.Texts) -> None:
    """Write a source's first statements about many: the id of each, its columns and attributes as said."""
    says = [(one, other) != (bulk.NOTHING, bulk.NOTHING) for one, other in zip(fields, data, strict=True)]
    if not any(says):
        return
    told = {
        telling.kind.about: list(compress(ids, says)),
        "fields": bulk.Texts(compress(fields, says)),
        "data": bulk.Texts(compress(data, says)),
    }
    same = {
        "workspace_id": telling.workspace.id,
        "source": telling.source,
        "said_by": telling.said_by,
        "first_at": telling.now,
        "effective_on": telling.effective_on,
        "recorded_at": telling.now,
    }
    bulk.add_columns(telling.kind, told | {name: [value] * sum(says) for name, value in same.items()})


def heard(statements: Iterable[Stated], order: Order) -> dict[str, list[Heard]]:
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


def shown(statements: Iterable[Stated], order: Order) -> dict[str, Any]:
    """The value that counts, by key."""
    return {key: values[0].value for key, values in heard(statements, order).items()}


def _flat(fields: Said, data: Said) -> dict[str, Any]:
    return {**fields, **{f".{name}": value for name, value in data.items()}}


def note_by_hand(workspace: Workspace, account_ids: Collection[str], keys: Collection[str], who: str) -> None:
    """Write down that somebody set columns (or `.attributes`) of accounts to what they are now.

    Set back to what the other sources say, a value is theirs again. Call it in the transaction of the write.
    """
    telling = Telling.by(workspace, HAND, said_by=who)
    for chunk in in_chunks(account_ids):
        accounts = Account.objects.filter(pk__in=chunk, workspace=workspace)
        now = {
            account.pk: {key: now_of(account, key) for key in keys}
            for account in accounts.select_related("attributes", "parent")
        }
        _note(telling, now)


def note_person_by_hand(person: Person, keys: Collection[str], who: str) -> None:
    """The same of a person."""
    now = {key: now_of_person(person, key) for key in keys}
    _note(Telling.of_people(person.workspace, HAND, said_by=who), {person.pk: now})


def _note(telling: Telling[S], now: Mapping[str, Said]) -> None:
    """Save what somebody says by hand: by whom it is of, the values that stand there now."""
    order, known = Order.of(telling.workspace), current_of(telling.kind, now)
    save(
        version
        for about_id, values in now.items()
        for version in _by_hand(about_id, known.get(about_id, {}), values, order, telling)
    )


def _by_hand(
    about_id: str, statements: Mapping[str, S], now: Said, order: Order, telling: Telling[S]
) -> list[S]:
    """What is to be saved of one account or person."""
    by_source = dict(statements)
    old = by_source.pop(HAND, None)
    theirs = shown(by_source.values(), order)
    said = _flat(old.fields, old.data) if old else {}
    for key, value in now.items():
        said[key] = value
        if value == theirs.get(key, ""):
            del said[key]
    fields = {key: value for key, value in said.items() if not key.startswith(".")}
    data = {key[1:]: value for key, value in said.items() if key.startswith(".")}
    if old is not None:
        return telling.next(old, fields, data)
    return [telling.first(about_id, fields, data)] if said else []


def now_of(account: Account, key: str) -> Any:
    """What an account has, as a source would say it."""
    if key == PARENT:
        return account.parent.external_id if account.parent else ""
    return account.attributes.data.get(key[1:], "") if key.startswith(".") else getattr(account, key)


def now_of_person(person: Person, key: str) -> Any:
    """What a person has, as a source would say it."""
    if key.startswith("."):
        return person.attributes.get(key[1:], "")
    value = getattr(person, key)
    return value.isoformat() if isinstance(value, date) else value or ""
