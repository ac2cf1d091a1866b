"""Whether pages can be answered: what the front door and the supervisor ask."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from tenure.workspaces.access import all_workspaces


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Plain `ready` once the database can be read; anything else is answered as an error."""
    all_workspaces().exists()
    return HttpResponse("ready\n", content_type="text/plain")
