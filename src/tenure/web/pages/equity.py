"""What customers are worth, in all and one by one; it is read after the page it stands on."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tenure.web.guard import page
from tenure.web.middleware import Request
from tenure.web.pages.portfolio import asked_of
from tenure.web.queries import equity as queries
from tenure.web.queries.portfolio_why import Why


@require_GET
@page()
def equity(request: Request) -> HttpResponse:
    """What are the customers worth, how did it change, and who costs more than they bring?"""
    asked = asked_of(request)
    access = request.access
    about = {
        "told": queries.told(access, asked),
        "asked": asked,
        "aims": queries.aims(access, asked),
        "aimed_at": queries.aimed_at(access, asked),
    }
    return render(request, "portfolio/equity.html", about)


@require_GET
@page()
def why(request: Request) -> HttpResponse:
    """What is equity made of?"""
    asked = asked_of(request)
    return _explained(request, queries.why(request.access, asked), asked.query)


@require_GET
@page()
def why_part(request: Request, part: str) -> HttpResponse:
    """Who stands behind a part of the change of equity?"""
    asked = asked_of(request)
    return _explained(request, queries.why_part(request.access, asked, part), asked.query)


@require_GET
@page()
def lifetime(request: Request, account_id: str) -> HttpResponse:
    """What is this customer worth?"""
    about = {"worth": queries.worth(request.access, account_id), "account_id": account_id}
    return render(request, "account/lifetime.html", about)


@require_GET
@page()
def why_lifetime(request: Request, account_id: str) -> HttpResponse:
    """What is this customer's value made of?"""
    return _explained(request, queries.why_of(request.access, account_id), "")


def _explained(request: Request, found: Why | None, query: str) -> HttpResponse:
    if found is None:
        raise Http404("nothing is paid, so there is nothing to explain")
    return render(request, "portfolio/why.html", {"why": found, "query": query})
