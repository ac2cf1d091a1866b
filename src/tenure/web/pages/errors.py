"""Pages for what could not be shown: not allowed, not there, broken."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: the caller's role does not include what they asked for."""
    return _say(request, 403, str(exception))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: nothing there, or nothing that belongs to the caller's workspace."""
    return _say(request, 404)


def broken(request: HttpRequest) -> HttpResponse:
    """500: a mistake of ours. Asks nothing of the database, which may be what is broken."""
    return HttpResponse(render_to_string("errors/500.html"), status=500)


def too_many(request: HttpRequest) -> HttpResponse:
    """429: a limit on guessing was reached."""
    return render(request, "errors/429.html", status=429)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form was too old, or came from elsewhere."""
    return render(request, "errors/csrf.html", status=403)


def _say(request: HttpRequest, status: int, reason: str = "") -> HttpResponse:
    template = "errors/in_frame.html" if getattr(request, "access", None) else "errors/bare.html"
    return render(request, template, {"status": status, "reason": reason}, status=status)
