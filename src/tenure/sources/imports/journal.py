"""What an import does to the record, row by row, so that it can be taken back.

Whatever actions write while a batch is written is seen, without any action knowing of it: changes by triggers
that exist on this connection alone, for this while; additions by the same, or, where a batch is one
transaction, by the rows that are there afterwards and were not before. Kept are, for each row, what it was
before (nothing: the import added it) and a digest of what the import left, or that itself.
"""

# ruff: noqa: S608 (names of our own tables and columns)

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from typing import Any

import msgspec
from django.apps import apps
from django.db import connection, models
from django.db.backends.utils import CursorWrapper
from django.db.models import Model, QuerySet

from tenure.kit import bulk
from tenure.kit.by_sets import last_rows
from tenure.sources.imports.kind import Told
from tenure.sources.imports.packing import pack, unpack
from tenure.sources.models import ImportAdded, ImportChange, ImportRun
from tenure.workspaces.models import Workspace

# What is not the record: the ground, and what is worked out from the record.
_GROUND = "kit workspaces sources events desk auth contenttypes sessions account mfa web"
_FIGURES = "metrics health warnings segments"
_OTHERS = frozenset(f"{_GROUND} {_FIGURES}".split())

_EVENTS = ("insert", "update")
_numbers = count()  # of recordings, each with a table and triggers of its own


@cache
def tables() -> tuple[type[Model], ...]:
    """The tables of the record that belong to a workspace."""
    return tuple(
        model
        for model in apps.get_models()
        if model._meta.app_label not in _OTHERS
        and any(one.attname == "workspace_id" for one in model._meta.concrete_fields)
    )


def image(model: type[Model], row: str) -> str:
    """SQL of a row as JSON, to the last digit."""
    return f"json_object({', '.join(_pair(one, row) for one in model._meta.concrete_fields)})"


def _pair(field: models.Field, row: str) -> str:  # type: ignore[type-arg]
    """A column's name and value; of real numbers JSON would have fewer digits than the table."""
    value = f'{row}."{field.column}"'
    if isinstance(field, models.FloatField | models.DecimalField):
        value = f"CASE typeof({value}) WHEN 'real' THEN quote({value}) ELSE {value} END"
    return f"'{field.column}', {value}"


@contextmanager
def recording(run: ImportRun, *, by_sets: bool = False) -> Iterator[Recording]:
    """See what is written to the record inside the block. `by_sets`: each batch is one transaction."""
    if not run.workspace_id.isalnum():
        raise ValueError(f"not the id of a workspace: {run.workspace_id!r}")
    touched = f"touched_{next(_numbers)}"
    events = ("update",) if by_sets else _EVENTS
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMP TABLE {touched} (tbl TEXT, id, before TEXT, PRIMARY KEY (tbl, id)) WITHOUT ROWID"
        )
        try:
            for sql in (_triggers(model)[event] for model in tables() for event in events):
                cursor.execute(sql.format(touched=touched, workspace=run.workspace_id))
            with bulk.watching() as added:
                yield Recording(run, touched, by_sets, added)
        finally:
            for name in (f"{event} {model._meta.db_table}" for model in tables() for event in events):
                cursor.execute(f'DROP TRIGGER IF EXISTS temp."{touched} {name}"')
            cursor.execute(f"DROP TABLE temp.{touched}")


@dataclass
class Recording:
    """What is seen of a run. Call `begin` first in the transaction of each batch, and `keep` last."""

    run: ImportRun
    touched: str
    by_sets: bool
    added: bulk.Added
    marks: Mapping[str, int] = field(default_factory=dict)

    def begin(self) -> None:
        """Note which rows there are."""
        self.added.by_table.clear()
        if self.by_sets:
            self.marks = last_rows(one._meta.db_table for one in tables())

    def keep(self) -> None:
        """Keep what was done since as changes of the run, in the same transaction: both or neither."""
        by_name = {model._meta.db_table: model for model in tables()}
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT DISTINCT tbl FROM {self.touched}")
            touched = [table for (table,) in cursor.fetchall()]
            for table in touched:
                _keep(cursor, by_name[table], self.run, self.touched, self.marks.get(table))
            cursor.execute(f"DELETE FROM {self.touched}")
        for table, last in last_rows(self.marks).items() if self.marks else ():
            if last > (mark := self.marks[table]):
                columns = self.added.columns(table) if table not in touched else {}
                _keep_added(by_name[table], self.run, range(mark + 1, last + 1), columns)


@cache
def _triggers(model: type[Model]) -> Mapping[str, str]:
    """What sees the rows that come into a table, and those that change as they were at first."""
    table, key = model._meta.db_table, model._meta.pk.column
    return {
        event: f'CREATE TEMP TRIGGER "{{touched}} {event} {table}" AFTER {event} ON main."{table}" '
        f"WHEN {row}.workspace_id = '{{workspace}}' BEGIN "
        f"INSERT INTO {{touched}} VALUES ('{table}', {row}.\"{key}\", {before}) ON CONFLICT DO NOTHING; END"
        for event, row, before in zip(_EVENTS, ("NEW", "OLD"), ("NULL", image(model, "OLD")), strict=True)
    }


def _keep(
    cursor: CursorWrapper, model: type[Model], run: ImportRun, touched: str, last: int | None = None
) -> None:
    """A row that several batches change is one change: from what it was before the first.

    `last`: rows with higher numbers are kept as added.
    """
    table, key = model._meta.db_table, model._meta.pk.column
    now = image(model, "now")
    was_there = "" if last is None else f"AND now.rowid <= {last}"
    cursor.execute(
        f"""INSERT INTO import_change (workspace_id, run_id, tbl, row_id, before, after, is_same)
            SELECT %s, %s, was.tbl, was.id, was.before, md5({now}), false
            FROM {touched} was CROSS JOIN "{table}" now ON now."{key}" = was.id {was_there}
            WHERE was.tbl = '{table}' AND (was.before IS NULL OR was.before <> {now})
            ON CONFLICT (run_id, tbl, row_id) DO UPDATE SET after = excluded.after, is_same = false""",
        [run.workspace_id, run.pk],
    )


def _keep_added(
    model: type[Model], run: ImportRun, numbers: range, columns: Mapping[str, Sequence[Any]]
) -> None:
    """The rows that came into a table, in one row; the numbers of their changes are set aside for them.

    They are kept as they are, not as digests: packed they take less room, and most are never asked for.
    `columns`: what was inserted and not touched since, if that is known; where it is all that came, nothing
    has to be read.
    """
    key = model._meta.pk
    said: Mapping[str, Sequence[Any]] = columns
    if columns and isinstance(key, models.AutoField):
        said = {str(key.column): list(numbers), **columns}
    if {len(one) for one in said.values()} != {len(numbers)} or len(said) < len(model._meta.concrete_fields):
        said = _read(model, run, numbers)
    if count := len(next(iter(said.values()))):
        kept = ImportAdded(workspace_id=run.workspace_id, run=run, table=model._meta.db_table)
        kept.first_id, kept.rows = _reserved(count), pack(said)
        bulk.add([kept])


def _read(model: type[Model], run: ImportRun, numbers: range) -> dict[str, list[Any]]:
    """The rows of these numbers, column by column, as they stand there: a plus keeps Django from mending."""
    names = [str(one.column) for one in model._meta.concrete_fields]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT {", ".join(f'+"{one}"' for one in names)} FROM "{model._meta.db_table}"
                WHERE rowid BETWEEN %s AND %s AND workspace_id = %s ORDER BY rowid""",
            [numbers[0], numbers[-1], run.workspace_id],
        )
        rows = cursor.fetchall()
    return {name: [row[at] for row in rows] for at, name in enumerate(names)}


def _reserved(count: int) -> int:
    """The first of so many ids of changes that nobody else will have."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = 'import_change'")
        if found := cursor.fetchone():
            cursor.execute("UPDATE sqlite_sequence SET seq = seq + %s WHERE name = 'import_change'", [count])
            return int(found[0]) + 1
        cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('import_change', %s)", [count])
    return 1


def tell_additions(workspace: Workspace) -> None:
    """Turn what undone imports added into changes, row by row. What came on top of them stays on top.

    Of what others confirmed, those rows are told in which an undone import has a share.
    """
    kept = ImportAdded.objects.filter(workspace=workspace)
    undone = kept.filter(run__undone_at__isnull=False)
    by_name = {model._meta.db_table: model for model in tables()}
    for batch in _one_by_one(undone.filter(is_same=False)):
        _tell(batch, by_name[batch.table])
    undone.delete()
    for batch in _one_by_one(kept.filter(is_same=True)):
        _tell_confirmed(batch)


def _one_by_one(batches: QuerySet[ImportAdded]) -> Iterator[ImportAdded]:
    """Together they may be large."""
    for number in list(batches.order_by("pk").values_list("pk", flat=True)):
        yield ImportAdded.objects.get(pk=number)


def _tell(batch: ImportAdded, model: type[Model]) -> None:
    """Rows that a batch added as changes: put in a table like theirs, they read as they did there."""
    columns = unpack(bytes(batch.rows))
    names, marks = ", ".join(f'"{one}"' for one in columns), ", ".join(["%s"] * len(columns))
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE TEMP TABLE told AS SELECT * FROM "{batch.table}" WHERE false')
        cursor.executemany(
            f"INSERT INTO told ({names}) VALUES ({marks})", list(zip(*columns.values(), strict=True))
        )
        cursor.execute(
            f"""INSERT INTO import_change (id, workspace_id, run_id, tbl, row_id, before, after, is_same)
                SELECT %s + one.rowid, %s, %s, %s, CAST("{model._meta.pk.column}" AS TEXT), NULL,
                    md5({image(model, "one")}), false
                FROM told one WHERE true
                ON CONFLICT (row_id, tbl, run_id) DO UPDATE SET before = NULL, is_same = false,
                    after = CASE WHEN is_same THEN excluded.after ELSE after END""",
            [batch.first_id - 1, batch.workspace_id, batch.run_id, batch.table],
        )
        cursor.execute("DROP TABLE temp.told")


def confirm(run: ImportRun, about: Sequence[QuerySet[Any] | Told]) -> None:
    """Keep that a run says what these rows said already: they are its own too."""
    for some in about:
        keys = list(some.keys) if isinstance(some, Told) else list(some.values_list("pk", flat=True))
        if keys:
            kept = ImportAdded(workspace_id=run.workspace_id, run=run, table=some.model._meta.db_table)
            kept.first_id, kept.rows, kept.is_same = _reserved(len(keys)), pack({"id": keys}), True
            bulk.add([kept])


def _tell_confirmed(batch: ImportAdded) -> None:
    """Confirmed rows as changes, where an undone import changed or added them."""
    keys = [str(one) for one in unpack(bytes(batch.rows))["id"]]
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT OR IGNORE INTO import_change
                    (id, workspace_id, run_id, tbl, row_id, before, after, is_same)
                SELECT %s + key, %s, %s, %s, value, NULL, '', true FROM json_each(%s)
                WHERE EXISTS (
                    SELECT 1 FROM import_change c JOIN import_run run ON run.id = c.run_id
                    WHERE c.row_id = value AND c.tbl = %s AND run.undone_at IS NOT NULL)""",
            [
                batch.first_id,
                batch.workspace_id,
                batch.run_id,
                batch.table,
                msgspec.json.encode(keys).decode(),
                batch.table,
            ],
        )


def forget(run: ImportRun) -> None:
    """Delete what was kept of a run."""
    ImportAdded.objects.filter(run=run).delete()
    ImportChange.objects.filter(run=run).delete()


def references(model: type[Model]) -> list[models.Field]:  # type: ignore[type-arg]
    """The columns of the record that refer to rows of a table, but those that belong to such a row."""
    return [
        one.field
        for one in model._meta.related_objects
        if one.related_model in tables() and not one.field.primary_key
    ]


def parts(model: type[Model]) -> list[type[Model]]:
    """The tables whose rows are parts of one row of this table, and go with it."""
    return [
        one.related_model
        for one in model._meta.related_objects
        if one.related_model in tables() and one.field.primary_key
    ]
