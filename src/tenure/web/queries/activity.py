"""What people and Tenure did, newest first: one query over the tables that already hold it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from tenure.desk.models import Change, ChangedRow
from tenure.kit import clock
from tenure.sources.models import ImportRun
from tenure.touchpoints.models import Note
from tenure.warnings.actions import PUT_OFF
from tenure.warnings.models import BandChange, EarlyWarning
from tenure.workspaces.access import Access
from tenure.workspaces.models import AuditEntry, Membership

PAGE = 60
TENURE = "Tenure"
KINDS = {
    "": "All",
    "notes": "Notes",
    "warnings": "Warnings",
    "changes": "Changes",
    "health": "Health",
    "imports": "Imports",
}


class Deed(NamedTuple):
    """Something that was done. What `one` and `two` hold depends on what `did` says it was."""

    did: str
    key: str
    at: datetime
    who: str
    account_id: str
    account: str
    one: str
    two: str


class Mark(NamedTuple):
    """Where a page ended: the last deed's instant, what it was, its row."""

    at: datetime
    did: str
    key: str

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.did}~{self.key}"


@dataclass(frozen=True)
class Wanted:
    """Which deeds are asked for: of a kind, of somebody, about an account, before a mark."""

    kind: str = ""
    who: str = ""
    account_id: str = ""
    before: Mark | None = None

    @classmethod
    def of(cls, parameters: Mapping[str, str]) -> Wanted:
        """Read the address; what cannot be read is as if it were not given."""
        kind = parameters.get("kind", "")
        who, account = (parameters.get(name, "")[:254] for name in ("who", "account"))
        return cls(kind if kind in KINDS else "", who, account, _mark(parameters.get("before", "")))


@dataclass(frozen=True)
class Source:
    """A table, and how its rows read as deeds of a kind. `at` is an instant, or a day told at its end."""

    kind: str
    did: str
    rows: Callable[[Access], QuerySet[Any]]
    at: str
    who: Any
    one: Any
    two: Any
    account: str = "account"
    is_day: bool = False

    def select(self, access: Access, wanted: Wanted) -> QuerySet[Any, Any] | None:
        """The newest of its deeds that are asked for, a page and one more; None where there can be none."""
        if not self.account and (wanted.account_id or access.is_narrowed):
            return None  # about nobody in particular
        rows = self.rows(access).annotate(doer=self.who)
        rows = rows.filter(doer=wanted.who) if wanted.who else rows
        rows = rows.filter(**{self.account: wanted.account_id}) if wanted.account_id else rows
        rows = rows.filter(self._before(access, wanted.before)) if wanted.before else rows
        about = (F(self.account), F(f"{self.account}__name")) if self.account else (Value(""), Value(""))
        told = (Value(self.did), F("pk"), F(self.at), F("doer"), *about, self.one, self.two)
        named = {f"c{place}": Cast(one, CharField()) for place, one in enumerate(told)}
        found: QuerySet[Any, Any] = rows.annotate(**named).order_by(f"-{self.at}", "-pk")
        return found.values_list(*named)[: PAGE + 1]

    def _before(self, access: Access, mark: Mark) -> Q:
        """Older than the mark; at the same instant what was done stands in the order of its name."""
        at = mark.at.astimezone(ZoneInfo(access.workspace.zone)).date() if self.is_day else mark.at
        older, same = Q(**{f"{self.at}__lt": at}), Q(**{self.at: at})
        if self.did == mark.did:
            return older | (same & Q(pk__lt=mark.key))
        # A day stands at its end: before any instant of it is reached, all its deeds have been told.
        is_alike = not self.is_day or mark.did in _OF_DAYS
        return older | same if is_alike and self.did < mark.did else older


def activity(access: Access, wanted: Wanted) -> tuple[list[tuple[date, list[Deed]]], str]:
    """A page of deeds by day, and the mark of the next page (empty: there is none)."""
    found = _find(access, wanted)
    shown = found[:PAGE]
    last = shown[-1] if len(found) > PAGE else None
    zone = ZoneInfo(access.workspace.zone)
    days = groupby(shown, key=lambda one: one.at.astimezone(zone).date())
    return [(day, list(deeds)) for day, deeds in days], str(Mark(last.at, last.did, last.key)) if last else ""


def members(access: Access) -> list[tuple[str, str]]:
    """Who may have done something: how records call them, and their names."""
    rows = access.of(Membership).order_by("user__name", "user__email")
    found = rows.values_list("user__email", "user__name")
    return [*((email, name or email) for email, name in found), (TENURE, TENURE)]


def _find(access: Access, wanted: Wanted) -> list[Deed]:
    """The newest of all sources together: each gives a page, in one query."""
    chosen = (one.select(access, wanted) for one in SOURCES if wanted.kind in ("", one.kind))
    parts = [select.query.sql_with_params() for select in chosen if select is not None]
    if not parts:
        return []
    sql = " UNION ALL ".join(f"SELECT * FROM ({one}) AS part{place}" for place, (one, _) in enumerate(parts))  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [value for _, values in parts for value in values])
        found = [_deed(access, row) for row in cursor.fetchall()]
    return sorted(found, key=lambda one: (one.at, one.did), reverse=True)[: PAGE + 1]


def _deed(access: Access, row: Sequence[str | None]) -> Deed:
    did, key, at, *rest = (value or "" for value in row)
    return Deed(did, key, _instant(access, at), *rest)


def _instant(access: Access, text: str) -> datetime:
    """An instant as the database writes it; a day is told at its end."""
    if len(text) == len("2026-01-31"):
        return clock.end_of_day(date.fromisoformat(text), access.workspace.zone) - timedelta(seconds=1)
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _mark(text: str) -> Mark | None:
    at, _, rest = text.partition("~")
    did, _, key = rest.partition("~")
    try:
        found = datetime.fromisoformat(at)
    except ValueError:
        return None
    is_number = key.isascii() and key.isdigit() and len(key) < 19
    right = found.tzinfo and (is_number or did not in _NUMBERED)
    return Mark(found, did, key) if right and "\0" not in key else None


def _notes(access: Access) -> QuerySet[Note]:
    """Notes, except those that were written about many at once: that is one change."""
    together = access.of(ChangedRow).filter(record=OuterRef("pk"), change__kind=Change.NOTE)
    return access.of(Note).filter(~Exists(together))


def _sources() -> Iterator[Source]:
    yield Source("notes", "note", _notes, "happened_at", F("author"), F("text"), F("kind"))
    yield Source(
        "changes",
        "change",
        lambda access: access.of(Change),
        "made_at",
        F("who"),
        F("value"),
        _counted(),
    )
    yield Source(
        "health",
        "band",
        lambda access: access.of(BandChange),
        "changed_on",
        Value(TENURE),
        F("before"),
        F("after"),
        is_day=True,
    )
    yield Source(
        "warnings",
        "warning",
        lambda access: access.of(EarlyWarning),
        "opened_on",
        Value(TENURE),
        F("says"),
        F("pill"),
        is_day=True,
    )
    yield Source(
        "warnings",
        "put off",
        lambda access: access.of(AuditEntry).filter(did=PUT_OFF),
        "recorded_at",
        F("who"),
        F("what"),
        Value(""),
        account="",
    )
    yield Source(
        "imports",
        "import",
        lambda access: access.of(ImportRun).filter(status=ImportRun.DONE),
        "created_at",
        F("started_by"),
        F("filename"),
        F("kind"),
        account="",
    )


def _counted() -> Concat:
    """Of a change: its kind, how many customers, and whether it was undone."""
    text = CharField()
    undone = Cast(F("undone_at"), text)
    return Concat(F("kind"), Value("|"), Cast(F("count"), text), Value("|"), undone, output_field=text)


SOURCES = tuple(_sources())
_OF_DAYS = {one.did for one in SOURCES if one.is_day}
_NUMBERED = {"band", "put off"}  # whose rows have numbers, not ids of ours
