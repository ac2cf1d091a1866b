"""Short news at the foot of the page: what was done, and its undo."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import HttpRequest, HttpResponse


def tell(request: HttpRequest, response: HttpResponse, says: str, undo: str = "") -> HttpResponse:
    """Say something with this response: at once for htmx, on the next page otherwise.

    `undo` is an address that takes it back when posted to.
    """
    if getattr(request, "htmx", False):
        return trigger(response, "toast", {"says": says, **({"undo": undo} if undo else {})})
    messages.info(request, says, extra_tags=undo)
    return response


def trigger(response: HttpResponse, event: str, detail: object = None) -> HttpResponse:
    """Have htmx raise an event on the page, beside those this response raises already."""
    events = json.loads(response.headers.get("HX-Trigger", "{}"))
    response.headers["HX-Trigger"] = json.dumps({**events, event: detail})
    return response
