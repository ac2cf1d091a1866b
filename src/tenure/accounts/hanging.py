"""Which rows of which tables hang on an account or a person, so that they can follow it somewhere else.

Nobody has to say so: a table hangs where it has a foreign key, wherever in Tenure it is. Two kinds of rows
do not follow. What there is one of for an account (a unique constraint says so) describes the account
itself, is worked out anew, and stays. What would break a conditional constraint stays too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import chain
from typing import Any

from django.apps import apps
from django.db.models import Exists, ForeignKey, Model, OuterRef, Q, QuerySet, UniqueConstraint
from django.db.models.deletion import Collector

from tenure.accounts.queries import in_chunks

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Hook:
    """A column that says to whom a table's rows belong."""

    model: type[Model]
    field: str  # as an attribute: account_id

    @property
    def table(self) -> str:
        """The table's name in the database."""
        return self.model._meta.db_table

    @property
    def title(self) -> str:
        """What people call the rows."""
        return str(self.model._meta.verbose_name_plural)

    def of(self, owner_id: str) -> QuerySet[Model]:
        """The rows that belong to somebody."""
        return self.model._base_manager.filter(**{self.field: owner_id})

    def free_to_follow(self, owner_id: str, to: str) -> QuerySet[Model]:
        """Those of the rows that may belong to `to` as well as to their owner."""
        rows = self.of(owner_id)
        for others, condition in self._constraints():
            same = {name: OuterRef(name) for name in others}
            taken = Exists(self.of(to).filter(condition, **same))
            rows = rows.exclude(condition & Q(taken))
        return rows

    @property
    def is_about_the_owner(self) -> bool:
        """Whether an owner can have only one such row, or one of each kind."""
        return any(not condition for _, condition in self._constraints())

    def _constraints(self) -> Iterator[tuple[list[str], Q]]:
        """The other columns of each unique constraint that this one is part of, and its condition."""
        field = self.model._meta.get_field(self.field)
        if getattr(field, "unique", False):
            yield [], Q()
        for one in self.model._meta.constraints:
            if isinstance(one, UniqueConstraint) and field.name in one.fields:
                yield [name for name in one.fields if name != field.name], one.condition or Q()

    def give(self, ids: Collection[Any], owner_id: str, to: str) -> int:
        """Let rows belong to `to`; those that are gone or somebody else's meanwhile are left alone."""
        return sum(
            self.of(owner_id).filter(pk__in=chunk).update(**{self.field: to}) for chunk in in_chunks(ids)
        )


def hooks(owner: type[Model]) -> list[Hook]:
    """Every column by which rows follow an account, or a person.

    Not those of tables that say `follows_its_record`: triggers write them when their record moves.
    """
    found = [
        Hook(model, field.attname)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
        if isinstance(field, ForeignKey) and field.related_model is owner and not _follows_its_record(model)
    ]
    return [hook for hook in found if not hook.is_about_the_owner]


def _follows_its_record(model: type[Model]) -> bool:
    """Whether triggers write a table's rows, as they do of what can be searched."""
    return bool(getattr(model, "follows_its_record", False))


def hook(table: str, field: str) -> Hook:
    """The column of this name."""
    return Hook(_by_table()[table], field)


def hanging_on(rows: Mapping[type[Model], Collection[Any]], owner: type[Model]) -> dict[Hook, list[Any]]:
    """What follows because it hangs on rows that move, as a term hangs on its subscription."""
    found: defaultdict[Hook, set[Any]] = defaultdict(set)
    for one in hooks(owner):
        for field in one.model._meta.concrete_fields:
            if isinstance(field, ForeignKey) and field.related_model in rows:
                ids = rows[field.related_model]
                for chunk in in_chunks(ids):
                    matching = one.model._base_manager.filter(**{f"{field.attname}__in": chunk})
                    found[one].update(matching.values_list("pk", flat=True))
    return {one: sorted(ids) for one, ids in found.items() if ids}


def would_go(row: Model) -> dict[str, Rows]:
    """The row and everything that the database deletes with it, by table, as `restore` takes it."""
    collector = Collector(using="default", origin=row)
    collector.collect([row])
    rows = chain(*collector.data.values(), *collector.fast_deletes)
    found: defaultdict[str, Rows] = defaultdict(list)
    for one in rows:
        if not _follows_its_record(type(one)):
            found[one._meta.db_table].append(_plain(one))
    return dict(found)


def restore(kept: Mapping[str, Rows]) -> None:
    """Bring back what `would_go` gave."""
    for table, rows in kept.items():
        model = _by_table()[table]
        model._base_manager.bulk_create([_row(model, values) for values in rows])


def owners_in(kept: Mapping[str, Rows], owners: Collection[type[Model]]) -> set[str]:
    """The accounts and people that kept rows speak of."""
    return {
        values[field.attname]
        for table, rows in kept.items()
        for field in _by_table()[table]._meta.concrete_fields
        if isinstance(field, ForeignKey) and field.related_model in owners
        for values in rows
        if values[field.attname]
    }


def _plain(row: Model) -> dict[str, Any]:
    return {field.attname: _json(field.value_from_object(row)) for field in row._meta.concrete_fields}


def _json(value: Any) -> Any:
    return str(value) if isinstance(value, date | Decimal) else value


def _row(model: type[Model], values: Mapping[str, Any]) -> Model:
    """The row; a column that a later version added has its default."""
    known = [field for field in model._meta.concrete_fields if field.attname in values]
    return model(**{field.attname: field.to_python(values[field.attname]) for field in known})


def _by_table() -> dict[str, type[Model]]:
    return {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}
