"""Takes back what an import did: rows it added go, rows it changed are as before, what moved since stays.

Changes are taken back newest first, and only where the row still is what the import left. What is left is
tried again whenever another import is undone: once all that stood in the way is undone too, it goes.
"""

# ruff: noqa: S608 (names of our own tables and columns)

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import connection, models
from django.db.models import Model

from tenure.accounts.models import (
    Account,
    AccountAttributes,
    Consent,
    Identity,
    Person,
    PersonStatement,
    Statement,
)
from tenure.accounts.queries import in_chunks
from tenure.conversations.models import TicketVersion
from tenure.events import undoing as events
from tenure.feedback.models import Response
from tenure.kit import words
from tenure.revenue.models import Cost, Rate, Term
from tenure.sources.imports.journal import image, parts, references, tables, tell_additions
from tenure.sources.models import ImportRun
from tenure.touchpoints.models import Note
from tenure.workspaces.models import Workspace

MOST_LEFT = 200  # rows that are named
BESIDE = (
    Identity,
    Statement,
    PersonStatement,
    Consent,
    AccountAttributes,
)  # said of a customer or a person, who is counted
_BY_CONTENT = (Response, Cost, Rate, Note)  # their ids are digests of what they say
_WHOLES = ("account", "subscription", "ticket")  # what a row is of, by whose name it is called
_AT_ONCE = 2_000

# A change of an undone import that nothing on record has followed: `c`, and its row `now`.
_OPEN = """
    FROM import_change c JOIN import_run run ON run.id = c.run_id AND run.undone_at IS NOT NULL
    JOIN "{table}" now ON now."{key}" = c.row_id
    WHERE c.workspace_id = %s AND c.tbl = '{table}' AND c.after = md5({image}) AND NOT EXISTS (
        SELECT 1 FROM import_change newer
        WHERE newer.workspace_id = c.workspace_id AND newer.tbl = c.tbl AND newer.row_id = c.row_id
            AND newer.id > c.id)"""


Rows = Counter[type[Model]]


@dataclass(frozen=True)
class TakenBack:
    """How many rows went and were restored, those beside others left out, and the tables concerned."""

    removed: Rows = field(default_factory=Counter)
    restored: Rows = field(default_factory=Counter)
    tables: frozenset[str] = frozenset()

    def __add__(self, other: TakenBack) -> TakenBack:
        return TakenBack(
            self.removed + other.removed, self.restored + other.restored, self.tables | other.tables
        )

    def __str__(self) -> str:
        """In words: `40 tickets and 52 ticket versions removed, 1 account as before`."""
        done = ((self.removed, "removed"), (self.restored, "as before"))
        told = [f"{words.listing([*map(_counted, rows.items())])} {what}" for rows, what in done if rows]
        otherwise = "what it said of customers and people is as before" if self.tables else "nothing removed"
        return ", ".join(told) or otherwise


def _counted(rows: tuple[type[Model], int]) -> str:
    model, number = rows
    return words.count(number, str(model._meta.verbose_name), str(model._meta.verbose_name_plural))


def take_back(workspace: Workspace) -> TakenBack:
    """Take back all that is still open of the workspace's undone imports, as far as that can be done."""
    total = TakenBack()
    tell_additions(workspace)
    _drop_confirmations(workspace)
    while (done := _pass(workspace)).tables:
        total += done
    _drop_vanished(workspace)
    return total


def _drop_confirmations(workspace: Workspace) -> None:
    """What an undone import only confirmed is no longer confirmed by it."""
    _execute(
        """DELETE FROM import_change WHERE workspace_id = %s AND is_same
           AND run_id IN (SELECT id FROM import_run WHERE undone_at IS NOT NULL)""",
        workspace.id,
    )


def _drop_vanished(workspace: Workspace) -> None:
    """Of a row that is gone there is nothing to take back."""
    for model in tables():
        _execute(
            f"""DELETE FROM import_change WHERE workspace_id = %s AND tbl = '{model._meta.db_table}'
                AND run_id IN (SELECT id FROM import_run WHERE undone_at IS NOT NULL)
                AND row_id NOT IN (SELECT CAST("{model._meta.pk.column}" AS TEXT)
                    FROM "{model._meta.db_table}")""",
            workspace.id,
        )


def _pass(workspace: Workspace) -> TakenBack:
    total = TakenBack()
    for model in _leaves_first():
        total += _restore(workspace, model) + _remove(workspace, model)
    return total


def _leaves_first() -> list[type[Model]]:
    """The tables, those that refer to others before them; who is meant by an id goes after whom it means."""
    order: list[type[Model]] = []

    def visit(model: type[Model]) -> None:
        for reference in references(model):
            if reference.model is not model and reference.model not in order:
                visit(reference.model)
        if model not in order:
            order.append(model)

    for model in tables():
        visit(model)
    return [*(model for model in order if model is not Identity), Identity]


def _open(model: type[Model]) -> str:
    return _OPEN.format(table=model._meta.db_table, key=model._meta.pk.column, image=image(model, "now"))


def _restore(workspace: Workspace, model: type[Model]) -> TakenBack:
    """Rows that an import changed, and nobody since, are as they were."""
    table, key = model._meta.db_table, model._meta.pk.column
    found = _rows(f"SELECT c.id {_open(model)} AND c.before IS NOT NULL", workspace.id)
    sets = ", ".join(_value(one) for one in model._meta.concrete_fields if not one.primary_key)
    for some in in_chunks([row[0] for row in found], _AT_ONCE):
        ids = ", ".join(str(int(one)) for one in some)
        _execute(
            f'UPDATE "{table}" SET {sets} FROM import_change c '
            f'WHERE c.id IN ({ids}) AND c.row_id = "{table}"."{key}"'
        )
        _execute(_as_restored(model, ids))
        _execute(f"DELETE FROM import_change WHERE id IN ({ids})")
    return _taken_back(model, restored=len(found))


def _as_restored(model: type[Model], ids: str) -> str:
    """SQL: the change before these left the row as it is now, also where a reference of it has been lost."""
    table, key = model._meta.db_table, model._meta.pk.column
    return f"""
        UPDATE import_change SET after = md5({image(model, "now")})
        FROM import_change c JOIN "{table}" now ON now."{key}" = c.row_id
        WHERE c.id IN ({ids}) AND import_change.workspace_id = c.workspace_id
            AND import_change.tbl = c.tbl AND import_change.row_id = c.row_id
            AND import_change.id < c.id AND import_change.after = md5(c.before)"""


def _value(field: models.Field) -> str:  # type: ignore[type-arg]
    """A column as it was; what refers to a row that is gone refers to nothing."""
    value = f"json_extract(c.before, '$.{field.column}')"
    if isinstance(field, models.ForeignKey) and field.null:
        other = field.related_model._meta
        value = f'(SELECT "{other.pk.column}" FROM "{other.db_table}" WHERE "{other.pk.column}" = {value})'
    return f'"{field.column}" = {value}'


def _remove(workspace: Workspace, model: type[Model]) -> TakenBack:
    """Rows that an import added, nobody changed since, and nothing on record needs, go."""
    if any(model in parts(whole) for whole in tables()):
        return TakenBack()  # it goes with the row it is a part of
    found = _rows(f"SELECT c.id, c.row_id {_open(model)} AND c.before IS NULL{_is_free(model)}", workspace.id)
    if model in (Account, Person):
        found = _without_events(workspace, model, found)
    for some in in_chunks(found, _AT_ONCE):
        model._default_manager.filter(pk__in=[row_id for _, row_id in some]).delete()
        _execute(f"DELETE FROM import_change WHERE id IN ({', '.join(str(int(one)) for one, _ in some)})")
    return _taken_back(model, removed=len(found))


def _taken_back(model: type[Model], removed: int = 0, restored: int = 0) -> TakenBack:
    tables = frozenset([model._meta.db_table] if removed or restored else [])
    if model in BESIDE:
        return TakenBack(tables=tables)
    return TakenBack(Counter({model: removed}), Counter({model: restored}), tables)


def _is_free(model: type[Model]) -> str:
    """SQL: nothing on record refers to the row `now`, and its parts are as the import left them."""
    key = model._meta.pk.column
    wanted = "".join(
        f' AND NOT EXISTS (SELECT 1 FROM "{field.model._meta.db_table}" WHERE "{field.column}" = now."{key}")'
        for field in references(model)
    )
    if model is Identity:
        return " AND now.target_id NOT IN (SELECT id FROM account UNION ALL SELECT id FROM person)"
    for part in parts(model):
        wanted += f' AND NOT EXISTS (SELECT 1 FROM ({_moved(part)}) WHERE row_id = now."{key}")'
    return wanted + (_unknown_elsewhere(key) if model in (Account, Person) else "")


def _moved(part: type[Model]) -> str:
    """SQL of the parts that are not as an undone import made them."""
    table, key = part._meta.db_table, part._meta.pk.column
    return (
        f'SELECT p."{key}" AS row_id FROM "{table}" p WHERE NOT EXISTS (SELECT 1 FROM import_change d '
        "JOIN import_run gone ON gone.id = d.run_id AND gone.undone_at IS NOT NULL "
        f"WHERE d.workspace_id = p.workspace_id AND d.tbl = '{table}' AND d.row_id = p.\"{key}\" "
        f"AND d.after = md5({image(part, 'p')}) AND d.before IS NULL "
        "AND NOT EXISTS (SELECT 1 FROM import_change newer WHERE newer.workspace_id = d.workspace_id "
        "AND newer.tbl = d.tbl AND newer.row_id = d.row_id AND newer.id > d.id))"
    )


def _unknown_elsewhere(key: str | None) -> str:
    """SQL: no id means the row `now` but those that an undone import made mean it."""
    return (
        ' AND NOT EXISTS (SELECT 1 FROM "identity" i WHERE i.workspace_id = now.workspace_id '
        f'AND i.target_id = now."{key}" AND NOT EXISTS (SELECT 1 FROM import_change d '
        "JOIN import_run gone ON gone.id = d.run_id AND gone.undone_at IS NOT NULL "
        "WHERE d.workspace_id = i.workspace_id AND d.tbl = 'identity' AND d.row_id = CAST(i.id AS TEXT) "
        "AND d.before IS NULL))"
    )


def _without_events(
    workspace: Workspace, model: type[Model], found: Sequence[tuple[int, str]]
) -> list[tuple[int, str]]:
    """Those of whom the lake has no events: they would belong to nobody."""
    if not found:
        return []
    kind = Identity.ACCOUNT if model is Account else Identity.PERSON
    seen = events.observed_refs(workspace, kind)
    rows = Identity.objects.filter(workspace=workspace, kind=kind).values_list("observed", "target_id")
    kept = {target for observed, target in rows if observed in seen}
    return [one for one in found if one[1] not in kept]


def left_of(run: ImportRun) -> tuple[int, list[list[str]]]:
    """How many rows an undone import still has a share in; the first of them by name, and why."""
    found: list[list[str]] = []
    count = 0
    for model in tables():
        changes = run.changes.filter(table=model._meta.db_table, is_same=False)
        if model in BESIDE or not (some := changes.count()):
            continue
        count += some
        ids = list(changes.order_by("pk").values_list("row_id", flat=True)[: MOST_LEFT - len(found)])
        wholes = [one.name for one in model._meta.concrete_fields if one.name in _WHOLES]
        rows = model._default_manager.filter(pk__in=ids).select_related(*wholes)
        found += [_left(run, row) for row in rows]
    return count, found


def _left(run: ImportRun, row: Model) -> list[str]:
    newer = (
        ImportRun.objects.filter(
            changes__table=row._meta.db_table, changes__row_id=str(row.pk), undone_at=None
        )
        .exclude(pk=run.pk)
        .first()
    )
    why = f"{newer.filename} tells of it too" if newer else "it was changed since, or is still referred to"
    return [f"{row._meta.verbose_name} {_called(row)}"[:300], why]


def _called(row: Model) -> str:
    """What a person would call a row: by its source's id, or by what it says, and of whom."""
    if isinstance(row, Term):
        return f"of {row.subscription} from {row.starts_on}"
    if isinstance(row, TicketVersion):
        return f"{row.subject or row.ticket} since {row.opened_at:%Y-%m-%d}"
    if isinstance(row, _BY_CONTENT):
        at = f" on {row.responded_at:%Y-%m-%d}" if isinstance(row, Response) else ""
        whose = getattr(row, "account", None)
        return f"{row}{at} of {whose}" if whose else f"{row}{at}"
    own = getattr(row, "external_id", "")
    return f"{row} ({own})" if own and own != str(row) else str(row)


def _rows(sql: str, *values: str) -> list[tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def _execute(sql: str, *values: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
