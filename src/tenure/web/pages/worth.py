"""Explains the figures of Today: each as a page, and in the drawer."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tenure.kit import clock
from tenure.metrics.catalogue import metrics_of
from tenure.warnings import queries as warnings
from tenure.web.guard import page
from tenure.web.middleware import Request
from tenure.web.pages.today import shown
from tenure.web.queries import worth as queries
from tenure.web.queries.wanted import Wanted


@require_GET
@page()
def worth(request: Request, account_id: str) -> HttpResponse:
    """Why is this customer where it is in the list?"""
    return render(request, "today/explain_worth.html", {"worth": queries.worth(request.access, account_id)})


@require_GET
@page()
def question(request: Request) -> HttpResponse:
    """What is in question, and by what right is that said?"""
    found = queries.question(request.access, shown(request))
    return render(request, "today/explain_question.html", {"question": found})


@require_GET
@page()
def causes(request: Request) -> HttpResponse:
    """What are customers looked at for, and what could not be looked for?"""
    today = clock.today(request.access.workspace.zone)
    return render(request, "today/explain_causes.html", {"checked": warnings.checked(request.access, today)})


@require_GET
@page()
def book(request: Request, figure: str) -> HttpResponse:
    """What is a figure of the book made of?"""
    if figure not in queries.FIGURES:
        raise Http404
    found = queries.figure(request.access, figure, shown(request))
    return render(request, "today/explain_book.html", {"figure": found})


@require_GET
@page()
def total(request: Request) -> HttpResponse:
    """What is the revenue above a list of customers made of?"""
    found = queries.total(request.access, Wanted.of(request.GET, metrics_of(request.access.workspace)))
    return render(request, "today/explain_book.html", {"figure": found})
