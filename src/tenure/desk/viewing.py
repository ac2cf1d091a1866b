"""Saved views: lists of customers under a name, one's own or shared, and the one Customers opens with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404

from tenure.desk.models import Habit, SavedView
from tenure.kit import clock
from tenure.kit.prepared import Prepared
from tenure.workspaces.access import Access
from tenure.workspaces.roles import Right

LONGEST_NAME = 60
LONGEST_QUERY = 4000
MOST = 40  # of one member


@dataclass(frozen=True)
class Kept:
    """A caller's views: their own and those shared with everybody, by name; and the one they open with."""

    views: Sequence[SavedView]
    first: SavedView | None


def kept(access: Access) -> Kept:
    """The caller's views."""
    views = access.asked(_KEPT, access.who)
    return Kept(views, next((view for view in views if view.is_first), None))  # type: ignore[attr-defined]


def seen(access: Access) -> QuerySet[SavedView]:
    """The same, as a question of the database."""
    return _visible(access.of(SavedView), access.who)


def _visible(rows: QuerySet[SavedView], who: str) -> QuerySet[SavedView]:
    return rows.filter(Q(made_by=who) | Q(is_shared=True), removed_at=None)


def _with_first(workspace_id: str, who: str) -> QuerySet[SavedView]:
    """Each with whether Customers opens with it."""
    chosen = Habit.objects.filter(workspace_id=workspace_id, who=who, opens_with=OuterRef("pk"))
    rows = _visible(SavedView.objects.filter(workspace_id=workspace_id), who)
    return rows.annotate(is_first=Exists(chosen)).order_by("name", "pk")


_KEPT = Prepared(SavedView, _with_first)


@transaction.atomic
def save(access: Access, name: str, query: str, *, is_shared: bool, is_first: bool = False) -> SavedView:
    """Keep a view. ValueError says what is wrong with its name.

    Whoever may only look keeps views of their own; sharing them is work.
    """
    name = _named(access, name)
    if is_shared:
        access.require(Right.WORK)
    if access.of(SavedView).filter(made_by=access.who, removed_at=None).count() >= MOST:
        raise ValueError(f"you have {MOST} views; remove one first")
    view = SavedView.objects.create(
        workspace=access.workspace,
        made_by=access.who,
        name=name,
        query=query[:LONGEST_QUERY],
        is_shared=is_shared,
    )
    if is_first:
        open_with(access, view.pk)
    return view


@transaction.atomic
def change(
    access: Access,
    view_id: str,
    *,
    name: str | None = None,
    query: str | None = None,
    is_shared: bool | None = None,
) -> SavedView:
    """Change what is given; what stood there before can be brought back once. ValueError: the name."""
    view = _mine(access, view_id)
    view.former = {"name": view.name, "query": view.query, "is_shared": view.is_shared}
    if name is not None and name.strip() != view.name:
        view.name = _named(access, name)
    if query is not None:
        view.query = query[:LONGEST_QUERY]
    if is_shared is not None:
        view.is_shared = is_shared
    if view.is_shared:
        access.require(Right.WORK)
    view.save()
    return view


@transaction.atomic
def remove(access: Access, view_id: str) -> SavedView:
    """Take a view away; `undo` brings it back."""
    view = _mine(access, view_id)
    view.removed_at = clock.now()
    view.save(update_fields=["removed_at"])
    return view


@transaction.atomic
def undo(access: Access, view_id: str) -> SavedView:
    """Bring back a removed view, or what one was before it was changed. ValueError: its name is taken."""
    view = _mine(access, view_id, is_removed=True)
    if view.removed_at is not None:
        view.name = _named(access, view.name)
        view.removed_at = None
    elif view.former:
        view.name, view.query = view.former["name"], view.former["query"]
        view.is_shared, view.former = view.former["is_shared"], None
    view.save()
    return view


@transaction.atomic
def open_with(access: Access, view_id: str) -> None:
    """Have Customers open with a view for the caller; with none if `view_id` is empty."""
    view = seen(access).filter(pk=view_id).first() if view_id else None
    Habit.objects.update_or_create(workspace=access.workspace, who=access.who, defaults={"opens_with": view})


def _named(access: Access, name: str) -> str:
    """A name that is none of the caller's other views'. ValueError says what is wrong."""
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST_NAME:
        raise ValueError(f"a view has a name of 1 to {LONGEST_NAME} letters")
    if access.of(SavedView).filter(made_by=access.who, name=name, removed_at=None).exists():
        raise ValueError(f"you have a view called “{name}” already")
    return name


def _mine(access: Access, view_id: str, *, is_removed: bool = False) -> SavedView:
    """A view that the caller may change: their own, or any shared one for who administers the workspace."""
    view = access.get(SavedView, view_id)
    if view.made_by != access.who and not view.is_shared:
        raise Http404("no such saved view")  # as if it were not there: it is nobody else's to know of
    may = view.made_by == access.who or (view.is_shared and access.may(Right.ADMINISTER))
    if not may:
        raise PermissionDenied("only whoever made a view may change it")
    if view.removed_at is not None and not is_removed:
        raise ValueError("the view was removed")
    return view
