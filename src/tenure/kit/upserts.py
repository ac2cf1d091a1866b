"""Rows that sources tell of under an id of their own: added once, corrected when they come again."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import Model

from tenure.kit import bulk

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Upserts(Generic[M]):
    """What came of some rows."""

    added: Sequence[M]
    changed: Sequence[M]


def there(model: type[M], workspace_id: str, keys: Collection[str]) -> dict[str, M]:
    """The workspace's rows that are on record, by `external_id`; most files tell of none.

    By the base manager: a row that pages leave out, as a removed note, is known all the same.
    """
    rows: Any = model._base_manager
    known: list[str] = []
    with (
        connection.cursor() as cursor
    ):  # an ORM's IN takes longer over its ids than the database over its rows
        for chunk in batched(keys):
            cursor.execute(
                f'SELECT external_id FROM "{model._meta.db_table}" WHERE workspace_id = %s '  # noqa: S608
                f"AND external_id IN ({', '.join(['%s'] * len(chunk))})",
                [workspace_id, *chunk],
            )
            known += [key for (key,) in cursor.fetchall()]
    found = rows.filter(workspace_id=workspace_id, external_id__in=known) if known else ()
    return {row.external_id: row for row in found}


def batched(keys: Collection[str], size: int = 2000) -> Iterator[list[str]]:
    """The keys, so many at a time."""
    rest = iter(keys)
    while some := list(islice(rest, size)):
        yield some


def by_external_id(
    model: type[M], workspace_id: str, said: Mapping[str, M], corrected: Sequence[str]
) -> Upserts[M]:
    """Add rows whose `external_id` (the keys of `said`) the workspace has not yet; correct the others.

    `corrected`: attributes that a later telling may change. Call it in the transaction that announces it.
    """
    known = there(model, workspace_id, said)
    added = [one for key, one in said.items() if key not in known]
    again = [(known[key], one) for key, one in said.items() if key in known]
    changed = [row for row, one in again if _correct(row, one, corrected)]
    bulk.add(added)
    bulk.save(changed, ["id"], [name.removesuffix("_id") for name in corrected])
    return Upserts(added, changed)


def _correct(known: Model, said: Model, names: Sequence[str]) -> bool:
    """Bring a row up to date; whether anything differed."""
    differing = [name for name in names if getattr(known, name) != getattr(said, name)]
    for name in differing:
        setattr(known, name, getattr(said, name))
    return bool(differing)
