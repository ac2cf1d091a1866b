"""The index of words behind search: an FTS5 table, kept in step by triggers, whoever writes.

Triggers, since accounts and people come in from many sides and by the thousand. A migration that rebuilds one
of the tables drops its triggers, so `ensure` looks after every migration and makes anew what is missing.

To enter a row by itself takes three times as long as among many. So where many rows are written
(kit/by_sets.py) the triggers hold back what is new, and it is entered in one statement.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from tenure.kit.by_sets import last_rows

INDEX = "search"
# A row while one transaction, and so nobody else, writes many: entries above `mark` are not in the index yet.
_HELD = "CREATE TABLE IF NOT EXISTS search_held (mark INTEGER NOT NULL)"
_IS_FREE = "NOT EXISTS (SELECT 1 FROM search_held)"
_IS_ENTERED = "old.id <= coalesce((SELECT mark FROM search_held), old.id)"
# What is indexed of an entry. The scope, workspace and kind as one word, is matched before any other.
_SAID = "search_said"
_VIEW = "CREATE VIEW search_said AS SELECT id, workspace_id || kind AS scope, title, words FROM search_entry"
# How long a text is counts for nothing here, so that is not kept (`columnsize`).
_TABLE = (
    f"CREATE VIRTUAL TABLE {INDEX} USING fts5(scope, title, words, content='{_SAID}', content_rowid='id',"
    " tokenize='unicode61 remove_diacritics 2', prefix='1 2 3', columnsize=0)"
)


@dataclass(frozen=True)
class Source:
    """A table whose rows are found: its columns as `{row}.column`, and which of them matter."""

    kind: str
    account: str
    title: str
    words: str
    watched: str
    is_there: str = "1"

    def values(self, row: str) -> str:
        """The entry of a row as a select."""
        found = (
            f"SELECT {row}.workspace_id, {self.account}, '{self.kind}', {row}.id, {self.title}, {self.words}"
        )
        return found.replace("{row}", row)

    def where(self, row: str) -> str:
        """Whether a row is to be found."""
        return self.is_there.replace("{row}", row)


SOURCES: Mapping[str, Source] = {  # by table
    "account": Source(
        "account",
        "{row}.id",
        "{row}.name",
        "{row}.domain || ' ' || {row}.external_id",
        "name, domain, external_id",
    ),
    "person": Source(
        "person",
        "{row}.account_id",
        "CASE {row}.name WHEN '' THEN {row}.email ELSE {row}.name END",
        "{row}.email || ' ' || {row}.role || ' ' || {row}.external_id",
        "name, email, role, external_id, account_id",
        "{row}.account_id IS NOT NULL",
    ),
    "note": Source(
        "note",
        "{row}.account_id",
        "{row}.author",
        "{row}.text",
        "text, removed_at, account_id",
        "{row}.removed_at IS NULL",
    ),
    "event_name": Source(
        "event",
        "NULL",
        "substr({row}.event, 1, 200)",
        "{row}.description",
        "event, description",
    ),
}
_INTO = "INSERT INTO search_entry (workspace_id, account_id, kind, record, title, words)"
_COLUMNS = "scope, title, words"
_ENTER = f"INSERT INTO {INDEX} (rowid, {_COLUMNS}) SELECT id, {_COLUMNS} FROM {_SAID}"  # noqa: S608


def triggers() -> dict[str, str]:
    """Every trigger's body by its name.

    Entries are made by those of the tables, and entered in the index by them too: one trigger less for each.
    """
    old, new = (f"{row}.workspace_id || {row}.kind, {row}.title, {row}.words" for row in ("old", "new"))
    gone = f"INSERT INTO {INDEX} ({INDEX}, rowid, {_COLUMNS}) VALUES ('delete', old.id, {old});"  # noqa: S608
    come = f"INSERT INTO {INDEX} (rowid, {_COLUMNS}) VALUES (new.id, {new});"  # noqa: S608
    found = {
        "search_entry_gone": f"AFTER DELETE ON search_entry WHEN {_IS_ENTERED} BEGIN {gone} END",
        "search_entry_other": f"AFTER UPDATE ON search_entry WHEN {_IS_ENTERED} BEGIN {gone} {come} END",
    }
    for table, source in SOURCES.items():  # every name in here is one of ours
        entry = f"(SELECT id FROM search_entry WHERE kind = '{source.kind}' AND record = new.id)"  # noqa: S608
        forget = f"DELETE FROM search_entry WHERE kind = '{source.kind}' AND record = old.id;"  # noqa: S608
        enter = f"{_INTO} {source.values('new')} WHERE {source.where('new')}; {_ENTER} WHERE id = {entry}"
        watched = [name.strip() for name in source.watched.split(",")]
        differs = " OR ".join(f"old.{name} IS NOT new.{name}" for name in watched)
        found[f"search_{table}_come"] = f"AFTER INSERT ON {table} WHEN {_IS_FREE} BEGIN {enter}; END"
        found[f"search_{table}_gone"] = f"AFTER DELETE ON {table} BEGIN {forget} END"
        found[f"search_{table}_other"] = (
            f"AFTER UPDATE OF {source.watched} ON {table} WHEN {differs} "
            f"BEGIN {forget} {enter} AND {_IS_FREE}; END"
        )
    return found


def _wanted() -> dict[str, str]:
    """What makes the index and all that belongs to it, by name, in this order."""
    made = {name: f"CREATE TRIGGER {name} {body}" for name, body in triggers().items()}
    return {_SAID: _VIEW, INDEX: _TABLE, **made}


def ensure(**_: Any) -> None:
    """Make the index and its triggers where any is missing or another, and then fill it. Called after
    migrations.
    """
    there = set(connection.introspection.table_names())
    if connection.vendor != "sqlite" or not {"search_entry", *SOURCES} <= there:
        return
    with connection.cursor() as cursor:
        if _known(cursor) != _wanted():
            rebuild()


def _known(cursor: CursorWrapper) -> dict[str, str]:
    """What there is of it."""
    cursor.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' OR name IN (%s, %s)", [INDEX, _SAID]
    )
    return dict(cursor.fetchall())


@transaction.atomic
def rebuild() -> int:
    """Make the whole index anew from the records; gives how many entries it has."""
    with connection.cursor() as cursor:
        for name in _known(cursor):
            what = {_SAID: "VIEW", INDEX: "TABLE"}.get(name, "TRIGGER")
            cursor.execute(f"DROP {what} {name}")
        cursor.execute(_HELD)
        cursor.execute("DELETE FROM search_entry")
        for table, source in SOURCES.items():
            select = f"{source.values('one')} FROM {table} AS one WHERE {source.where('one')}"
            cursor.execute(f"{_INTO} {select}")
        for sql in _wanted().values():
            cursor.execute(sql)
        cursor.execute(f"INSERT INTO {INDEX} ({INDEX}) VALUES ('rebuild')")  # noqa: S608
        return _count(cursor)


@contextmanager
def by_sets() -> Iterator[None]:
    """Have the rows that are added in this block, in one transaction, entered together at its end.

    What is changed is entered anew at once, as ever.
    """
    marks = last_rows((*SOURCES, "search_entry"))
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO search_held (mark) VALUES (%s)", [marks["search_entry"]])
    yield
    now = last_rows(SOURCES)
    with connection.cursor() as cursor:
        for table, source in SOURCES.items():
            if now[table] > marks[table]:
                is_new = f"one.rowid > {marks[table]} AND {source.where('one')}"
                select = f"{source.values('one')} FROM {table} AS one WHERE {is_new}"
                cursor.execute(f"{_INTO.replace('INSERT', 'INSERT OR IGNORE')} {select}")
        cursor.execute(f"{_ENTER} WHERE id > {marks['search_entry']}")
        cursor.execute("DELETE FROM search_held")


def _count(cursor: CursorWrapper) -> int:
    cursor.execute("SELECT count(*) FROM search_entry")
    (found,) = cursor.fetchone()
    return int(found)
