"""Things that sources tell of under an id of their own: added once, corrected when they are told of again.

They stay columns until the table. What is on record is read as the database keeps it and compared as it is,
so that neither a file's new rows nor those it repeats are made objects of.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import msgspec
from django.db import connection
from django.db.models import BooleanField, Model, QuerySet
from django.db.models.expressions import RawSQL

from tenure.kit import bulk
from tenure.kit.columns import Columns, Said, where
from tenure.kit.ids import new_id

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

M = TypeVar("M", bound=Model)
R = TypeVar("R", bound="DataclassInstance")
T = TypeVar("T")
_KEY = "external_id"
# As an index of rows that have one says it, word for word: else the whole table would be read instead.
_HAS_KEY = f"NOT \"{_KEY}\" = ''"
_IS_NAMED = RawSQL(_HAS_KEY, (), BooleanField())  # noqa: S611 (our own words)
_DIGITS = 22  # of a digest: no two rows of a day are alike by chance, at a third of the room of a whole one
Kept = tuple[Any, ...]  # values of some columns, as the database keeps them


@dataclass(frozen=True)
class Upserts:
    """What came of some rows: of each, whether it is new, and whether it was corrected."""

    added: Sequence[bool]
    changed: Sequence[bool]

    @property
    def any(self) -> bool:
        """Whether anything was written."""
        return any(self.added) or any(self.changed)

    @property
    def counts(self) -> tuple[int, int, int]:
        """How many rows are new, corrected, and what was known."""
        added, changed = sum(self.added), sum(self.changed)
        return added, changed, len(self.added) - added - changed

    def written(self, said: Said) -> Said:
        """Those of the rows that were written."""
        return where(said, [one or other for one, other in zip(self.added, self.changed, strict=True)])


def there(model: type[M], workspace_id: str, keys: Collection[str]) -> dict[str, M]:
    """The workspace's rows that are on record, by `external_id`; most files tell of none.

    By the base manager: a row that pages leave out, as a removed note, is known all the same.
    """
    return {getattr(row, _KEY): row for row in under(model, workspace_id, keys)}


def known_by(
    model: type[Model], workspace_id: str, keys: Collection[str], names: Sequence[str]
) -> dict[str, Kept]:
    """Of the workspace's rows under some ids of a source these attributes, as they are kept."""
    such = f'workspace_id = %s AND {_HAS_KEY} AND "{_KEY}"'
    rows = _read(model, such, keys, [_KEY, *names], workspace_id)
    return {row[0]: row[1:] for row in rows}


def under(model: type[M], workspace_id: str, keys: Collection[str]) -> QuerySet[M]:
    """The workspace's rows under some ids of a source, any number of them at no cost to the ORM."""
    return model._base_manager.filter(_IS_NAMED, workspace_id=workspace_id, external_id__in=among(keys))


def among(keys: Collection[str]) -> RawSQL:
    """For an ORM's IN: any number of keys as one value, which it need not look at one by one."""
    return RawSQL("SELECT value FROM json_each(%s)", [msgspec.json.encode(list(keys)).decode()])


def _read(
    model: type[Model], such: str, keys: Collection[str], names: Sequence[str], *params: str
) -> list[Kept]:
    """Rows as they are kept: a plus keeps Django from mending. Its IN takes longer over ids than they do."""
    columns = ", ".join(f"+{bulk.column(model, name)}" for name in names)
    select = f'SELECT {columns} FROM "{model._meta.db_table}" WHERE {such} IN '  # noqa: S608
    found: list[Kept] = []
    with connection.cursor() as cursor:
        for chunk in batched(keys):
            cursor.execute(f"{select} ({', '.join(['%s'] * len(chunk))})", [*params, *chunk])
            found += cursor.fetchall()
    return found


def batched(keys: Collection[str], size: int = 2000) -> Iterator[list[str]]:
    """The keys, so many at a time."""
    rest = iter(keys)
    while some := list(islice(rest, size)):
        yield some


def by_external_id(
    model: type[Model], workspace_id: str, said: Said, corrected: Sequence[str] = ()
) -> Upserts:
    """Add rows whose `external_id` the workspace has not yet; correct the others.

    `said`: the model's attributes but its id and workspace, one row of each `external_id`; `corrected`: those
    that a later telling may change. Call it in the transaction that announces it.
    """
    keys = said[_KEY]
    known = known_by(model, workspace_id, keys, ["id", *corrected])
    done = Upserts([key not in known for key in keys], _differ(model, said, known, corrected))
    all_of = {**said, "workspace_id": [workspace_id] * len(keys)}
    if any(done.added):
        bulk.add_columns(model, where(all_of, done.added))
    if any(done.changed):
        again = where(all_of, done.changed)
        ids = [known[key][0] for key in again[_KEY]]
        bulk.add_columns(model, {**again, "id": ids}, ["id"], corrected)
    return done


def _differ(model: type[Model], said: Said, known: Mapping[str, Kept], names: Sequence[str]) -> list[bool]:
    """Of each row, whether it is known with other values."""
    keys = said[_KEY]
    if not known or not names:
        return [False] * len(keys)
    rows = zip(keys, as_kept(model, said, names), strict=True)
    return [key in known and known[key][1:] != row for key, row in rows]


def as_kept(model: type[Model], said: Said, names: Sequence[str]) -> Iterator[Kept]:
    """Rows of columns as the database would keep them."""
    return zip(*(bulk.as_kept(model, name, said[name]) for name in names), strict=True)


def adds_nothing(said: Kept, known: Kept) -> bool:
    """Whether all that is said is known already; None and empty texts say nothing."""
    return said == known or all(
        one == other or one is None or one == "" for one, other in zip(said, known, strict=True)
    )


def digests(days: Iterable[str], *parts: Iterable[str]) -> list[str]:
    """Keys of rows that have no id but what they say: their days, and digests of some columns of texts.

    Days come first, since sources tell of one day after the other: so keys come to stand beside each other.
    """
    rows = zip(days, zip(*parts, strict=True), strict=True)
    return [day + hashlib.sha256("\x1f".join(row).encode()).hexdigest()[:_DIGITS] for day, row in rows]


def told_once(keys: Sequence[Any]) -> list[bool]:
    """Of each key, whether it is the only one of its kind."""
    if len(set(keys)) == len(keys):
        return [True] * len(keys)
    times = Counter(keys)
    return [times[key] == 1 for key in keys]


def each_its_way(
    told: Columns[R],
    new: Sequence[bool],
    same: Sequence[bool],
    add: Callable[[Columns[R]], T],
    follow: Callable[[list[R]], T],
) -> Iterator[T]:
    """What comes of rows: the new ones are added, of those that say the same nothing comes, and what the
    others say is followed row by row."""
    if any(new):
        yield add(told.where(new))
    others = [not (one or other) for one, other in zip(new, same, strict=True)]
    if any(others):
        yield follow(list(told.where(others).rows()))


class Known(NamedTuple):
    """A thing on record, as it is kept: its id, its own attributes, and what is said of it now."""

    id: str
    own: Kept
    said: Sequence[Kept]

    def has(self, own: Kept, said: Kept) -> bool:
        """Whether this is on record, and no more is said."""
        return self.own == own and len(self.said) == 1 and adds_nothing(said, self.said[0])


@dataclass(frozen=True)
class Versioned:
    """A table of things, and one of what was said of each when; `of` leads from a version to its thing."""

    things: type[Model]
    versions: type[Model]
    of: str

    def add(self, workspace_id: str, things: Said, refs: Sequence[str], said: Said) -> dict[str, str]:
        """Add things, one row of each, and what is said of those under `refs`; gives ids by a source's."""
        ids = {ref: new_id() for ref in things[_KEY]}
        of, here = [ids[ref] for ref in refs], [workspace_id]
        own = {**things, "id": list(ids.values()), "workspace_id": here * len(ids)}
        bulk.add_columns(self.things, own)
        bulk.add_columns(self.versions, {**said, self.of: of, "workspace_id": here * len(of)})
        return ids

    def as_kept(self, said: Said, names: Sequence[str]) -> Iterator[Kept]:
        """Rows of what is said as versions would keep them."""
        return as_kept(self.versions, said, names)

    def known(
        self, workspace_id: str, refs: Collection[str], own: Sequence[str], said: Sequence[str]
    ) -> dict[str, Known]:
        """What is on record of things, by a source's ids: their own attributes, and those of what is said."""
        things = known_by(self.things, workspace_id, refs, ["id", *own])
        said_now = self._in_force([row[0] for row in things.values()], said)
        return {ref: Known(row[0], row[1:], said_now.get(row[0], [])) for ref, row in things.items()}

    def _in_force(self, ids: Collection[str], said: Sequence[str]) -> dict[str, list[Kept]]:
        found: dict[str, list[Kept]] = {}
        is_of = f"superseded_at IS NULL AND {bulk.column(self.versions, self.of)}"
        for row in _read(self.versions, is_of, ids, [self.of, *said]):
            found.setdefault(row[0], []).append(row[1:])
        return found
