"""What saved views rest on: the metrics of their conditions, their order and their columns."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs

from tenure.desk.models import SavedView
from tenure.metrics.users import USERS, Hold, Use, User
from tenure.segments.rules import WHERE
from tenure.workspaces.models import Workspace


def uses(workspace: Workspace) -> Iterator[Use]:
    """What the views of everybody show, whoever's they are: a view of one's own is told without its name."""
    for view in SavedView.objects.filter(workspace=workspace, removed_at=None).order_by("name"):
        who = f"saved view “{view.name}”" if view.is_shared else "somebody's saved view"
        for name in _names(view.query):
            yield Use(name, who, Hold.SHOWS)


def _names(query: str) -> list[str]:
    said = parse_qs(query)
    conditions = [text.partition(".")[0] for text in said.get(WHERE, ())]
    orders = [text.removeprefix("-") for text in said.get("sort", ())]
    columns = [name for text in said.get("show", ()) for name in text.split(",")]
    return list(dict.fromkeys((*conditions, *orders, *columns)))


USERS.add(User("saved views", uses))
