"""Books of business: the customers of some owners, and how each table's rows hang on customers.

A table belongs to books by a declared way: `book_path` names the fields from its rows to the account
(empty: its rows are the accounts), `SHARED` says that it is about nobody in particular. Without a word a
foreign key called `account` counts. A table with no way is closed to whoever is held to some books, so
that a new one can't leak by accident.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any, Protocol, cast

from django.core.exceptions import EmptyResultSet, FieldDoesNotExist, PermissionDenied
from django.db import connection
from django.db.models import F, Func, Model, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.lookups import In

from tenure.workspaces.models import SHARED, Workspace

USUAL = "account"
LARGE = 5_000  # customers, from which on they are looked up and do not lead
_numbers = count(1)  # tables of one connection need names of their own where one block holds another


class OutsideBook(PermissionDenied):
    """Asked for by somebody who is held to some books, and about more than those."""

    def __init__(self) -> None:
        super().__init__("this is about all customers, and you see those of your own book")


class Accounts(Protocol):
    """The table of accounts, which this package stands below."""

    @classmethod
    def in_books(cls, workspace: Workspace, owners: tuple[str, ...]) -> Q: ...


@dataclass(frozen=True)
class Written:
    """A table of this connection in which the ids of some customers stand."""

    name: str
    is_large: bool

    def condition(self, workspace: Workspace, way: str) -> Q:
        """What holds a table's rows to them.

        Rows are found by a few customers, but not by tens of thousands: then what else is asked of them
        leads, such as a range of days.
        """
        ids = RawSQL(f'SELECT id FROM temp."{self.name}"', ())  # noqa: S608, S611
        if not self.is_large:
            return Q(**{f"{way or 'pk'}__in": ids})
        return Q(In(Unindexed(F(f"{way}__pk" if way else "pk")), ids), workspace=workspace)


class Unindexed(Func):
    """A column that SQLite does not look up by: what it reads there is the same."""

    template = "%(expressions)s"

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """The sign before it is how SQLite is told."""
        return self.as_sql(compiler, connection, template="+%(expressions)s", **context)


def condition(
    model: type[Model], workspace: Workspace, owners: tuple[str, ...], written: Written | None = None
) -> Q:
    """What holds a table's rows to the customers of these owners. Raises OutsideBook where it has no way.

    `written`: where the ids of those who are meant stand, if they were written down.
    """
    way = way_of(model)
    if way is None:
        raise OutsideBook
    if way == SHARED:
        return Q(workspace=workspace)
    if written:
        return written.condition(workspace, way)
    accounts = _at(model, way)
    own = cast("type[Accounts]", accounts).in_books(workspace, owners)
    if not way:
        return own
    # The accounts are the workspace's, so it is not asked for again: without statistics SQLite would start
    # from all rows of the workspace, and not from the few accounts.
    return Q(**{f"{way}__in": accounts._default_manager.filter(own).values("pk")})


@contextmanager
def written_down(accounts: QuerySet[Any]) -> Iterator[Written]:
    """The ids of these accounts in a table of this connection alone, for as long as the block lasts.

    A book of tens of thousands takes longer to find than any question about it: this finds it once.
    """
    name = f"book_{next(_numbers)}"
    try:
        sql, parameters = accounts.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:  # nobody is meant: Django knows without asking
        sql, parameters = "SELECT NULL WHERE false", ()
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE TEMP TABLE "{name}" (id TEXT PRIMARY KEY) WITHOUT ROWID')
        try:
            cursor.execute(f'INSERT INTO temp."{name}" {sql}', parameters)
            yield Written(name, is_large=cursor.rowcount > LARGE)
        finally:
            cursor.execute(f'DROP TABLE temp."{name}"')


def way_of(model: type[Model]) -> str | None:
    """The fields from a table's rows to the account; None: it has no way there."""
    declared: str | None = getattr(model, "book_path", None)
    if declared is not None:
        return declared
    try:
        field = model._meta.get_field(USUAL)
    except FieldDoesNotExist:
        return None
    return USUAL if hasattr(field.related_model, "in_books") else None


def _at(model: type[Model], way: str) -> type[Model]:
    """The table at the end of a way."""
    for name in filter(None, way.split("__")):
        model = cast("Any", model._meta.get_field(name)).related_model
    return model
