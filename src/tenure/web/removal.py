"""What a browser is told of the demo it had removed: that it goes, and once that it is gone.

Whoever asked is a member of nothing by then, so the session remembers it, signed in or not.
"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest

from tenure.demo import removing

KEY = "demo_going"
GONE = "The demo is gone."


def remember(request: HttpRequest, workspace_id: str) -> None:
    """This browser had it removed; call it after `logout`, which forgets everything."""
    request.session[KEY] = workspace_id


def is_over(request: HttpRequest) -> bool:
    """Whether there is nothing to wait for any more; then it is forgotten too."""
    going = request.session.get(KEY)
    if going is not None and not removing.is_gone(going):
        return False
    request.session.pop(KEY, None)
    return True


def is_going(request: HttpRequest) -> bool:
    """Whether the page shall say that it goes. If it went meanwhile, the page's messages say so instead."""
    session = getattr(request, "session", {})
    if KEY not in session or getattr(request, "htmx", False):  # a part has no foot to say it at
        return False
    if is_over(request):
        messages.info(request, GONE)
        return False
    return True
