"""Where somebody is signed in: each browser's session with its device and address, seen when, and its end."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.core.cache import caches
from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from tenure.workspaces.models import User

SEEN_EVERY = 300  # seconds: a write for each request would be one too many

# The first that fits names it: most browsers claim to be others too.
_BROWSERS = (
    (r"Edg(e|A|iOS)?/", "Edge"),
    (r"OPR/|Opera", "Opera"),
    (r"SamsungBrowser/", "Samsung Internet"),
    (r"Firefox/|FxiOS/", "Firefox"),
    (r"Chrom(e|ium)/|CriOS/", "Chrome"),
    (r"Safari/", "Safari"),
    (r"^(curl|Wget|python|Go-http|okhttp|node)", "a program"),
)
_SYSTEMS = (
    (r"iPhone", "an iPhone"),
    (r"iPad", "an iPad"),
    (r"Android", "Android"),
    (r"Windows", "Windows"),
    (r"CrOS", "ChromeOS"),
    (r"Macintosh|Mac OS X", "a Mac"),
    (r"Linux|X11", "Linux"),
)


@dataclass(frozen=True)
class Session:
    """A browser that is signed in."""

    id: int
    device: str
    address: str
    since: datetime
    seen_at: datetime
    is_here: bool  # the one that asks


def note(request: HttpRequest) -> None:
    """Write down that a session was used just now, now and then."""
    key = request.session.session_key
    if key and request.user.is_authenticated and caches["near"].add(f"session-seen-{key}", True, SEEN_EVERY):
        UserSession.objects.create_from_request(request)


def own(request: HttpRequest, user: User) -> list[Session]:
    """The caller's sessions that still let somebody in: this one first, then by when they were last seen."""
    rows = sorted(UserSession.objects.purge_and_list(user), key=lambda row: row.last_seen_at, reverse=True)
    found = [_session(request, row) for row in rows]
    return sorted(found, key=lambda one: not one.is_here)


def _session(request: HttpRequest, row: UserSession) -> Session:
    return Session(
        id=row.pk,
        device=device(row.user_agent),
        address=row.ip,
        since=row.created_at,
        seen_at=row.last_seen_at,
        is_here=row.session_key == request.session.session_key,
    )


def end(request: HttpRequest, user: User, session_id: int) -> Session:
    """Sign one of the caller's other browsers out. Http404 for any other session, existing or not."""
    row = _others(request, user).filter(pk=session_id).first()
    if row is None:
        raise Http404("no such session")
    ended = _session(request, row)
    row.end()
    return ended


def end_others(request: HttpRequest, user: User) -> int:
    """Sign all of the caller's other browsers out; gives how many."""
    rows = list(_others(request, user))
    for row in rows:
        row.end()
    return len(rows)


def _others(request: HttpRequest, user: User) -> QuerySet[UserSession]:
    rows: QuerySet[UserSession] = UserSession.objects.filter(user=user)
    return rows.exclude(session_key=request.session.session_key)


def where(request: HttpRequest) -> str:
    """The address that a request comes from."""
    return str(get_adapter().get_client_ip(request))


def device(user_agent: str) -> str:
    """What a browser calls itself, in two or three words: `Firefox on Linux`."""
    browser = next((name for pattern, name in _BROWSERS if re.search(pattern, user_agent)), "")
    system = next((name for pattern, name in _SYSTEMS if re.search(pattern, user_agent)), "")
    if not browser:
        return f"A browser on {system}" if system else "An unknown device"
    said = f"{browser} on {system}" if system else browser
    return said[0].upper() + said[1:]
