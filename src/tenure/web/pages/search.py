"""Search: customers, people, notes and events that fit, as a page with an address."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tenure.desk import search as index
from tenure.desk.models import SearchEntry
from tenure.web.guard import page
from tenure.web.middleware import Request
from tenure.web.queries.palette import address_of

MOST = 25
GROUPS = {
    SearchEntry.ACCOUNT: "Customers",
    SearchEntry.PERSON: "People",
    SearchEntry.NOTE: "Notes",
    SearchEntry.EVENT: "Events",
}


@require_GET
@page()
def search(request: Request) -> HttpResponse:
    """What is called so, or speaks of it?"""
    typed = request.GET.get("q", "").replace("\0", "")[: index.LONGEST].strip()
    groups = [(title, kind, _hits(request, typed, kind)) for kind, title in GROUPS.items()]
    shown = [group for group in groups if group[2]]
    return render(request, "search/search.html", {"typed": typed, "groups": shown, "most": MOST})


def _hits(request: Request, typed: str, kind: str) -> list[tuple[index.Hit, str]]:
    """Hits with their addresses."""
    return [(hit, address_of(hit)) for hit in index.find(request.access, typed, kind, MOST)]
