"""What an import does to the record, row by row, so that it can be taken back.

Whatever actions write while a batch is written is seen by triggers that exist on this connection alone, for
this while: no action needs to know of it, and none can be forgotten. Kept are, for each row, what it was
before (nothing: the import added it) and a digest of what the import left.
"""

# ruff: noqa: S608 (names of our own tables and columns)

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, partial
from itertools import count

from django.apps import apps
from django.db import connection, models
from django.db.backends.utils import CursorWrapper
from django.db.models import Model, QuerySet

from tenure.sources.models import ImportChange, ImportRun

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
    columns = [one.column for one in model._meta.concrete_fields]
    return f"json_object({', '.join(_pair(name, row) for name in columns)})"


def _pair(name: str | None, row: str) -> str:
    value = f'{row}."{name}"'
    return f"'{name}', {_exact(value)}"


def _exact(value: str) -> str:
    return f"CASE typeof({value}) WHEN 'real' THEN quote({value}) ELSE {value} END"


@contextmanager
def recording(run: ImportRun) -> Iterator[Callable[[], None]]:
    """See what is written to the record inside the block; called, what it gives keeps it as changes of a run.

    Call it after each batch, in the batch's transaction: then both are written or neither.
    """
    if not run.workspace_id.isalnum():
        raise ValueError(f"not the id of a workspace: {run.workspace_id!r}")
    touched = f"touched_{next(_numbers)}"
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMP TABLE {touched} (tbl TEXT, id, before TEXT, PRIMARY KEY (tbl, id)) WITHOUT ROWID"
        )
        try:
            for sql in (sql for model in tables() for sql in _triggers(model)):
                cursor.execute(sql.format(touched=touched, workspace=run.workspace_id))
            yield partial(_keep_all, run, touched)
        finally:
            for name in (f"{event} {model._meta.db_table}" for model in tables() for event in _EVENTS):
                cursor.execute(f'DROP TRIGGER IF EXISTS temp."{touched} {name}"')
            cursor.execute(f"DROP TABLE temp.{touched}")


@cache
def _triggers(model: type[Model]) -> tuple[str, ...]:
    """What sees the rows that come into a table, and those that change as they were at first."""
    table, key = model._meta.db_table, model._meta.pk.column
    return tuple(
        f'CREATE TEMP TRIGGER "{{touched}} {event} {table}" AFTER {event} ON main."{table}" '
        f"WHEN {row}.workspace_id = '{{workspace}}' BEGIN "
        f"INSERT INTO {{touched}} VALUES ('{table}', {row}.\"{key}\", {before}) ON CONFLICT DO NOTHING; END"
        for event, row, before in zip(_EVENTS, ("NEW", "OLD"), ("NULL", image(model, "OLD")), strict=True)
    )


def _keep_all(run: ImportRun, touched: str) -> None:
    by_name = {model._meta.db_table: model for model in tables()}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT tbl FROM {touched}")
        for (table,) in cursor.fetchall():
            _keep(cursor, by_name[table], run, touched)
        cursor.execute(f"DELETE FROM {touched}")


def _keep(cursor: CursorWrapper, model: type[Model], run: ImportRun, touched: str) -> None:
    """A row that several batches change is one change: from what it was before the first."""
    table, key = model._meta.db_table, model._meta.pk.column
    now = image(model, "now")
    cursor.execute(
        f"""INSERT INTO import_change (workspace_id, run_id, tbl, row_id, before, after, is_same)
            SELECT %s, %s, was.tbl, was.id, was.before, md5({now}), false
            FROM {touched} was CROSS JOIN "{table}" now ON now."{key}" = was.id
            WHERE was.tbl = '{table}' AND (was.before IS NULL OR was.before <> {now})
            ON CONFLICT (run_id, tbl, row_id) DO UPDATE SET after = excluded.after, is_same = false""",
        [run.workspace_id, run.pk],
    )


def confirm(run: ImportRun, about: Sequence[QuerySet[Model]]) -> None:
    """Keep that a run says what these rows said already: they are its own too."""
    for rows in about:
        model = rows.model
        with connection.cursor() as cursor:
            ids = [str(pk) for pk in rows.values_list("pk", flat=True)]
            cursor.execute(
                f"""INSERT OR IGNORE INTO import_change
                        (workspace_id, run_id, tbl, row_id, before, after, is_same)
                    SELECT %s, %s, '{model._meta.db_table}', value, NULL, '', true
                    FROM json_each(%s)""",
                [run.workspace_id, run.pk, _array(ids)],
            )


def _array(ids: Sequence[str]) -> str:
    quoted = ", ".join(f'"{one}"' for one in ids)
    return f"[{quoted}]"


def forget(run: ImportRun) -> None:
    """Delete what was kept of a run."""
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
