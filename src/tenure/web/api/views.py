"""Saved views: lists of customers under a name, a key's own or shared with everybody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

from django.http import Http404, QueryDict
from ninja import Router, Schema, Status
from pydantic import Field

from tenure.desk import viewing
from tenure.desk.models import SavedView
from tenure.metrics.catalogue import Metrics, metrics_of
from tenure.segments.rules import MOST_CONDITIONS, WHERE
from tenure.web.api.auth import Asked
from tenure.web.api.paging import After, Limit, Page, page_of
from tenure.web.api.problems import ABOUT_ONE, WRITING, Refused, answers
from tenure.web.api.shapes import Given
from tenure.web.queries.columns import MOST, column_of
from tenure.web.queries.orders import sort_of
from tenure.web.queries.wanted import Wanted
from tenure.workspaces.access import Access

router = Router()
TAGS = ["views"]
ON_ONE = WRITING | ABOUT_ONE
Word = Annotated[str, Field(min_length=1, max_length=200)]


class ViewOut(Schema):
    """A list of customers under a name."""

    id: str
    name: str
    where: list[str] = Field(description="Conditions that must all hold, as `accounts?where=` takes them.")
    search: str
    order: str = Field(description="A column, behind a `-` if the greatest comes first.")
    columns: list[str]
    is_rolled: bool = Field(description="One line per family, with the figures of all below.")
    is_shared: bool = Field(description="Everybody in the workspace sees it; else only who made it.")
    made_by: str
    made_at: datetime

    @classmethod
    def of(cls, row: SavedView, metrics: Metrics) -> ViewOut:
        """From a row, in a workspace with these metrics: what it names that is gone is left out."""
        wanted = Wanted.of(QueryDict(row.query), metrics)
        kept = {name: getattr(row, name) for name in "id name is_shared made_by made_at".split()}
        return cls(
            where=wanted.rule.texts,
            search=wanted.search,
            order=wanted.order or wanted.sort.name,
            columns=list(wanted.show),
            is_rolled=wanted.is_rolled,
            **kept,
        )


class ViewIn(Given):
    """A list of customers to keep."""

    name: str = Field(min_length=1, max_length=viewing.LONGEST_NAME)
    where: list[Word] = Field(
        default=[], max_length=MOST_CONDITIONS, description="Conditions, such as `band.is.poor`."
    )
    search: str = Field("", max_length=100)
    order: str = Field("", max_length=200, description="A column, such as `-arr`; empty: the worst first.")
    columns: list[Word] = Field(
        default=[], max_length=MOST, description="Columns and metrics; empty: the usual ones."
    )
    is_rolled: bool = False
    is_shared: bool = Field(
        default=True, description="With everybody in the workspace; else only this key sees it."
    )


@router.get("/views", response=answers(Page[ViewOut]), tags=TAGS)
def list_views(request: Asked, limit: Limit = 50, after: After = "") -> Page[ViewOut]:
    """Views that are shared with everybody, and the key's own."""
    access = request.auth
    metrics = metrics_of(access.workspace)
    return page_of(viewing.seen(access), limit, after, lambda row: ViewOut.of(row, metrics))


@router.post("/views", response=answers(ViewOut, WRITING, status=201), tags=TAGS)
def keep_view(request: Asked, body: ViewIn) -> Status[ViewOut]:
    """Keep a list of customers under a name. Sharing it takes a key that may work."""
    access = request.auth
    metrics = metrics_of(access.workspace)
    state = _state(body, metrics)
    try:
        row = viewing.save(access, body.name, state, is_shared=body.is_shared)
    except ValueError as wrong:
        raise Refused(("body.name", str(wrong))) from wrong
    return Status(201, ViewOut.of(row, metrics))


@router.get("/views/{view}", response=answers(ViewOut, ABOUT_ONE), tags=TAGS)
def one_view(request: Asked, view: str) -> ViewOut:
    """One view, by its id."""
    return ViewOut.of(_seen(request.auth, view), metrics_of(request.auth.workspace))


@router.put("/views/{view}", response=answers(ViewOut, ON_ONE), tags=TAGS)
def change_view(request: Asked, view: str, body: ViewIn) -> ViewOut:
    """Change all of a view: the key's own, or any shared one for a key that administers."""
    access = request.auth
    metrics = metrics_of(access.workspace)
    row, state = _seen(access, view), _state(body, metrics)
    try:
        row = viewing.change(access, row.pk, name=body.name, query=state, is_shared=body.is_shared)
    except ValueError as wrong:
        raise Refused(("body.name", str(wrong))) from wrong
    return ViewOut.of(row, metrics)


@router.post("/views/{view}/remove", response=answers(ViewOut, ON_ONE), tags=TAGS)
def remove_view(request: Asked, view: str) -> ViewOut:
    """Take a view away; `undo` brings it back."""
    row = viewing.remove(request.auth, _seen(request.auth, view).pk)
    return ViewOut.of(row, metrics_of(request.auth.workspace))


@router.post("/views/{view}/undo", response=answers(ViewOut, ON_ONE), tags=TAGS)
def undo_view(request: Asked, view: str) -> ViewOut:
    """Bring back a view that was removed, or what one was before it was changed."""
    try:
        row = viewing.undo(request.auth, view)
    except ValueError as wrong:
        raise Refused(("path.view", str(wrong))) from wrong
    return ViewOut.of(row, metrics_of(request.auth.workspace))


def _seen(access: Access, view: str) -> SavedView:
    """A view that the key sees. Http404 for any other."""
    row = viewing.seen(access).filter(pk=view).first()
    if row is None:
        raise Http404("no such view")
    return row


def _state(body: ViewIn, metrics: Metrics) -> str:
    """What is kept of it. Refused, naming each condition, order and column that is none."""
    asked = QueryDict(mutable=True)
    asked.setlist(WHERE, body.where)
    asked.update({"q": body.search, "sort": body.order, "show": ",".join(body.columns)})
    asked["roll"] = "1" if body.is_rolled else ""
    wanted = Wanted.of(asked, metrics)
    if faults := list(_faults(body, wanted, metrics)):
        raise Refused(*faults)
    return wanted.state


def _faults(body: ViewIn, wanted: Wanted, metrics: Metrics) -> Iterator[tuple[str, str]]:
    yield from (("body.where", f"{one.given}: {one.says}") for one in wanted.rule.problems)
    if body.order and sort_of(body.order.removeprefix("-"), metrics) is None:
        yield "body.order", f"nothing can be sorted by {body.order}; name a column, such as `-arr`"
    for at, name in enumerate(body.columns):
        if column_of(name, metrics) is None:
            yield f"body.columns.{at}", f"there is no column {name}; name one of the list's, or a metric"
    if len(wanted.state) > viewing.LONGEST_QUERY:
        yield "body.where", f"is too long by {len(wanted.state) - viewing.LONGEST_QUERY} letters"
