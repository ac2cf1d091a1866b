"""What an import does to the record, row by row, so that it can be taken back.

Whatever actions write while a batch is written is seen by triggers that exist on this connection alone, for
this while: no action needs to know of it, and none can be forgotten. Kept are, for each row, what it was
before (nothing: the import added it) and a digest of what the import left.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache

from django.apps import apps
from django.db import connection, models
from django.db.backends.utils import CursorWrapper
from django.db.models import Model, QuerySet

from tenure.sources.models import ImportChange, ImportRun

# What is not the record: the ground, and what is worked out from the record.
_GROUND = "kit workspaces sources events desk auth contenttypes sessions account mfa web"
_FIGURES = "metrics health warnings segments"
_OTHERS = frozenset(f"{_GROUND} {_FIGURES}".split())


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
def recording(run: ImportRun) -> Iterator[None]:
    """Keep what is written to the record inside the block as changes of a run."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE touched (tbl TEXT, id TEXT, before TEXT, PRIMARY KEY (tbl, id))")
        try:
            for model in tables():
                _watch(cursor, model, run.workspace_id)
            yield
            for model in tables():
                _keep(cursor, model, run)
        finally:
            for model in tables():
                for event in ("insert", "update"):
                    cursor.execute(f'DROP TRIGGER IF EXISTS temp."{event} {model._meta.db_table}"')
            cursor.execute("DROP TABLE temp.touched")


def _watch(cursor: CursorWrapper, model: type[Model], workspace_id: str) -> None:
    table, key = model._meta.db_table, model._meta.pk.column
    if not workspace_id.isalnum():
        raise ValueError(f"not the id of a workspace: {workspace_id!r}")
    for event, row, before in (("insert", "NEW", "NULL"), ("update", "OLD", image(model, "OLD"))):
        cursor.execute(
            f'CREATE TEMP TRIGGER "{event} {table}" AFTER {event} ON main."{table}" '  # noqa: S608 (our own names)
            f"WHEN {row}.workspace_id = '{workspace_id}' BEGIN "
            f"INSERT INTO touched SELECT '{table}', {row}.\"{key}\", {before} "
            f"WHERE NOT EXISTS (SELECT 1 FROM touched WHERE tbl = '{table}' AND id = {row}.\"{key}\"); END",
        )


def _keep(cursor: CursorWrapper, model: type[Model], run: ImportRun) -> None:
    """A row that several batches change is one change: from what it was before the first."""
    table, key = model._meta.db_table, model._meta.pk.column
    now = image(model, "now")
    cursor.execute(
        f"""INSERT INTO import_change (workspace_id, run_id, tbl, row_id, before, after, is_same)
            SELECT %s, %s, touched.tbl, touched.id, touched.before, md5({now}), false
            FROM touched JOIN "{table}" now ON now."{key}" = touched.id
            WHERE touched.tbl = '{table}' AND (touched.before IS NULL OR touched.before <> {now})
            ON CONFLICT (run_id, tbl, row_id) DO UPDATE SET after = excluded.after, is_same = false""",  # noqa: S608
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
                    FROM json_each(%s)""",  # noqa: S608
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
