"""The API's reference, from its own description."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tenure.web.api import reading
from tenure.web.guard import page
from tenure.web.middleware import Request


@require_GET
@page()
def docs(request: Request) -> HttpResponse:
    """Everything a program can ask of Tenure."""
    return render(request, "api/docs.html", {"groups": reading.groups()})
