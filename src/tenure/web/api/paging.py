"""Long lists in pages, each from the last row of the one before: page 1,000 costs what page 1 costs."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from ninja import Query, Schema
from pydantic import Field

from tenure.web.api.problems import Refused

T = TypeVar("T")
M = TypeVar("M", bound=Model)
MOST = 200

Limit = Annotated[int, Query(ge=1, le=MOST, description="How many at most.")]
After = Annotated[str, Query(max_length=600, description="`next` of the page before; empty for the first.")]


class Page(Schema, Generic[T]):
    """Some of what was asked for."""

    items: list[T]
    next: str | None = Field(description="Give it as `after` for the next page; null: this was the last.")


def page_of(
    rows: QuerySet[M], limit: int, after: str, shape: Callable[[M], T], *, newest_first: bool = False
) -> Page[T]:
    """A page of rows, in the order in which they were first known here."""
    if after:
        rows = rows.filter(**{"pk__lt" if newest_first else "pk__gt": _key(rows.model, read(after))})
    found = list(rows.order_by("-pk" if newest_first else "pk")[: limit + 1])
    return cut([shape(row) for row in found], limit, lambda at: str(found[at].pk))


def cut(items: Sequence[T], limit: int, mark: Callable[[int], str]) -> Page[T]:
    """A page from up to one item more than it may hold; `mark` says where the item at an index stands."""
    has_more = len(items) > limit
    return Page[Any](items=list(items[:limit]), next=written(mark(limit - 1)) if has_more else None)


def written(mark: str) -> str:
    """A mark as clients see it: nothing to take apart."""
    return base64.urlsafe_b64encode(mark.encode()).decode().rstrip("=")


def read(after: str) -> str:
    """The mark a client gives back. Refused if it is none of ours."""
    try:
        padded = after.encode("ascii") + b"=" * (-len(after) % 4)
        mark = base64.b64decode(padded, altchars=b"-_", validate=True).decode()
    except ValueError:
        raise not_ours() from None
    return mark


def not_ours() -> Refused:
    """What a mark that is none of a list's is answered with."""
    return Refused(("query.after", "is not the `next` of a page; leave it out to begin anew"))


def _key(model: type[Model], mark: str) -> Any:
    """A mark as a key of the table's rows, which may be a number. Refused if it cannot be one."""
    try:
        return model._meta.pk.to_python(mark)
    except ValidationError:
        raise not_ours() from None
