"""Books of business: the customers of some owners, and how each table's rows hang on customers.

A table belongs to books by a declared way: `book_path` names the fields from its rows to the account
(empty: its rows are the accounts), `SHARED` says that it is about nobody in particular. Without a word a
foreign key called `account` counts. A table with no way is closed to whoever is held to some books, so
that a new one can't leak by accident.
"""

from __future__ import annotations

from typing import Any, Protocol, cast

from django.core.exceptions import FieldDoesNotExist, PermissionDenied
from django.db.models import Model, Q

from tenure.workspaces.models import SHARED, Workspace

USUAL = "account"


class OutsideBook(PermissionDenied):
    """Asked for by somebody who is held to some books, and about more than those."""

    def __init__(self) -> None:
        super().__init__("this is about all customers, and you see those of your own book")


class Accounts(Protocol):
    """The table of accounts, which this package stands below."""

    @classmethod
    def in_books(cls, workspace: Workspace, owners: tuple[str, ...]) -> Q: ...


def condition(model: type[Model], workspace: Workspace, owners: tuple[str, ...]) -> Q:
    """What holds a table's rows to the customers of these owners. Raises OutsideBook where it has no way."""
    way = way_of(model)
    if way is None:
        raise OutsideBook
    if way == SHARED:
        return Q(workspace=workspace)
    accounts = _at(model, way)
    own = cast("type[Accounts]", accounts).in_books(workspace, owners)
    if not way:
        return own
    # The accounts are the workspace's, so it is not asked for again: without statistics SQLite would start
    # from all rows of the workspace, and not from the few accounts.
    return Q(**{f"{way}__in": accounts._default_manager.filter(own).values("pk")})


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
