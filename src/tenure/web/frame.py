"""The frame around every page: where one can go, how much waits there, who is signed in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from tenure.accounts.models import Account
from tenure.kit import crypto, live
from tenure.segments.standpoint import Standpoint
from tenure.warnings.queries import Asked, count_waiting
from tenure.web import removal
from tenure.web.jinja import url
from tenure.web.queries import large, today
from tenure.workspaces.access import Access
from tenure.workspaces.models import Workspace

MOST_COUNTED = 10_000
THEMES = ("light", "dark")


@dataclass(frozen=True)
class Place:
    """A page of the navigation."""

    name: str  # of its URL
    title: str
    icon: str
    key: str  # after g
    count: Callable[[Access], int] | None = None
    waits: bool = False  # whether its count is work that waits
    on_phone: bool = True
    is_of_all: bool = False  # about the whole workspace: not for those held to a book

    @property
    def href(self) -> str:
        """Where it is."""
        return url(self.name)

    def is_for(self, access: Access | None) -> bool:
        """Whether it is the caller's to see."""
        return not (self.is_of_all and access is not None and access.is_narrowed)


def accounts_there(access: Access) -> int:
    """How many customers there are, counted up to 10,001.

    Of a whole workspace that had as many, they are counted again after a minute only: counting ten thousand
    takes longer than all else of the navigation, and they are hardly ever fewer a moment later.
    """
    if access.is_narrowed:
        return count_up_to_most(access.of(Account))
    if large.is_known(access, MOST_COUNTED):
        return MOST_COUNTED + 1
    count = count_up_to_most(access.of(Account))
    if count > MOST_COUNTED:
        large.keep(access, MOST_COUNTED)
    return count


def accounts_in_need(access: Access) -> int:
    """How many customers the Today page opens with: the caller's own, if they have any."""
    rule, standpoint = today.shown(access, book="", cause="", every="").rule, Standpoint.of(access)
    if not rule and not access.is_narrowed:
        return count_waiting(access, standpoint.today)
    return count_up_to_most(Asked(access, standpoint, rule).places)


def count_up_to_most(rows: QuerySet[Any, Any]) -> int:
    """A count that stays cheap: one above `MOST_COUNTED` means that many or more."""
    return rows[: MOST_COUNTED + 1].count()


PLACES = (
    Place("today", "Today", "today", "t", accounts_in_need, waits=True),
    Place("customers", "Customers", "customers", "c", accounts_there),
    Place("renewals", "Renewals", "renewals", "r", on_phone=False),
    Place("portfolio", "Portfolio", "portfolio", "p", on_phone=False),
    Place("insights", "Insights", "insights", "i", on_phone=False, is_of_all=True),
    Place("data", "Data", "data", "d", is_of_all=True),
    Place("settings", "Settings", "settings", "s", on_phone=False),
)


class Frame:
    """What base.html needs of a request; nothing is looked up before a template asks for it."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.access: Access | None = getattr(request, "access", None)

    @property
    def layout(self) -> str:
        """What a page extends that the drawer shows too: the fragment for htmx, else the whole page."""
        return "fragment.html" if getattr(self.request, "htmx", False) else "base.html"

    @property
    def theme(self) -> str:
        """The theme chosen on this browser, empty for the system's."""
        chosen = self.request.COOKIES.get("theme", "")
        return chosen if chosen in THEMES else ""

    @property
    def workspace(self) -> Workspace | None:
        """The workspace on show."""
        return self.access.workspace if self.access else None

    @property
    def workspaces(self) -> list[Workspace]:
        """All that the caller belongs to, for switching."""
        found: list[Workspace] = getattr(self.request, "workspaces", [])
        return found

    @cached_property
    def places(self) -> list[tuple[Place, str]]:
        """The pages there are, each with its count as it is shown, empty where there is none."""
        return [(place, self._count(place)) for place in PLACES if place.is_for(self.access)]

    @property
    def here(self) -> str:
        """The name of the place that the current page belongs to."""
        match = self.request.resolver_match
        name = (match.url_name or "") if match else ""
        if name == "mail" or name.startswith("mail-"):
            return "settings"
        if name == "activity":
            return "today"
        return "customers" if name.startswith(("account", "note", "view")) else name.partition("-")[0]

    def is_demo_going(self) -> bool:
        """Whether the demo that this browser had removed is still on its way out."""
        return removal.is_going(self.request)

    def _count(self, place: Place) -> str:
        count = place.count(self.access) if place.count and self.access else 0
        return f"{MOST_COUNTED // 1000}k+" if count > MOST_COUNTED else f"{count:,}" if count else ""

    def live_ticket(self) -> str:
        """A short-lived ticket for the stream of what changed in this workspace."""
        if self.access is None:
            return ""
        about = {"workspace": self.access.workspace.id, "names": not self.access.is_narrowed}
        return crypto.sign_ticket(live.TICKET, about)


def frame(request: HttpRequest) -> dict[str, Frame]:
    """Context processor: gives every template its `frame`."""
    return {"frame": Frame(request)}
