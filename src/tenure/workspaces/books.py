"""Books of business: the customers of some owners, and how each table's rows hang on customers.

A table belongs to books by a declared way: `book_path` names the fields from its rows to the account
(empty: its rows are the accounts), `SHARED` says that it is about nobody in particular. Without a word a
foreign key called `account` counts. A table with no way is closed to whoever is held to some books, so
that a new one can't leak by accident.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any, Protocol, cast

from django.core.exceptions import FieldDoesNotExist, PermissionDenied
from django.db import connection
from django.db.models import Model, Q, QuerySet
from django.db.models.expressions import RawSQL

from tenure.workspaces.models import SHARED, Workspace

USUAL = "account"
_numbers = count(1)  # tables of one connection need names of their own where one block holds another


class OutsideBook(PermissionDenied):
    """Asked for by somebody who is held to some books, and about more than those."""

    def __init__(self) -> None:
        super().__init__("this is about all customers, and you see those of your own book")


class Accounts(Protocol):
    """The table of accounts, which this package stands below."""

    @classmethod
    def in_books(cls, workspace: Workspace, owners: tuple[str, ...]) -> Q: ...


def condition(model: type[Model], workspace: Workspace, owners: tuple[str, ...], written: str = "") -> Q:
    """What holds a table's rows to the customers of these owners. Raises OutsideBook where it has no way.

    `written`: the table in which their ids stand, if they were written down.
    """
    way = way_of(model)
    if way is None:
        raise OutsideBook
    if way == SHARED:
        return Q(workspace=workspace)
    if written:
        return Q(**{f"{way or 'pk'}__in": RawSQL(f'SELECT id FROM temp."{written}"', ())})  # noqa: S608, S611
    accounts = _at(model, way)
    own = cast("type[Accounts]", accounts).in_books(workspace, owners)
    if not way:
        return own
    # The accounts are the workspace's, so it is not asked for again: without statistics SQLite would start
    # from all rows of the workspace, and not from the few accounts.
    return Q(**{f"{way}__in": accounts._default_manager.filter(own).values("pk")})


@contextmanager
def written_down(accounts: QuerySet[Any]) -> Iterator[str]:
    """The ids of these accounts in a table of this connection alone, for as long as the block lasts.

    A book of tens of thousands takes longer to find than any question about it: this finds it once.
    """
    name = f"book_{next(_numbers)}"
    sql, parameters = accounts.order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE TEMP TABLE "{name}" (id TEXT PRIMARY KEY)')
        try:
            cursor.execute(f'INSERT INTO temp."{name}" {sql}', parameters)
            yield name
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
