"""Renewals: a quarter's figures, its board, what owners call, what was lost and why."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST, require_safe

from tenure.accounts.models import Account
from tenure.kit.money import Money
from tenure.renewals import actions, rules
from tenure.web import notices
from tenure.web.charts import Axis, Chart, Series
from tenure.web.guard import page
from tenure.web.middleware import Request
from tenure.web.pages.downloads import sent
from tenure.web.queries import owned, renewals_figures, targets
from tenure.web.queries import renewals as queries
from tenure.web.queries import renewals_files as files
from tenure.web.queries import renewals_why as reasons
from tenure.web.queries.renewals import BANDS, COLUMNS, TITLES, VIEWS, Asked, Board
from tenure.workspaces.roles import Right

FILES = ("csv", "xlsx")


def asked_of(request: Request) -> Asked:
    """What the address asks for."""
    return queries.asked_of(request.access, request.GET.dict())


@require_GET
@page()
def renewals(request: Request) -> HttpResponse:
    """What comes up this quarter, how does it stand, and what will it cost?"""
    asked = asked_of(request)
    if "now" not in request.GET and queries.takes_long(request.access, asked):
        title = f"Renewals, {reasons.quarter_name(asked)}"
        return render(request, "working.html", {"page": title, "address": asked.but(now="1")})
    board = queries.board(request.access, asked)
    about = {
        "asked": asked,
        "board": board,
        "chart": curve(board, request.access.workspace.currency),
        "views": [
            (title, f"?{asked.but(view=name)}#board", asked.view == name) for name, title in VIEWS.items()
        ],
        "owners": owned.owners(request.access),
        "aims": targets.shown(request.access, str(asked.quarter), asked.owner, targets.RENEWALS),
        "bridge": renewals_figures.bridge(board.found),
        "statuses": {one.title: one.name for one in COLUMNS},
        "titles": TITLES,
        "bands": BANDS,
        "calls": list(rules.CALL_WORDS.items()),
        "call_words": rules.CALL_WORDS,
        "codes": rules.CODES,
    }
    return render(request, "renewals/renewals.html", about)


@require_safe
@page(Right.EXPORT)
def export(request: Request) -> HttpResponseBase:
    """What is due, added or lost, as a file."""
    asked, name, as_ = asked_of(request), request.GET.get("table", "due"), request.GET.get("as", "csv")
    if name not in files.TABLES or as_ not in FILES:
        raise Http404("no such table")
    table = files.table(request.access, asked, name)
    request.access.log("exported renewals", f"{table.title} of {asked.quarter}, as {as_}")
    return sent(table, f"renewals-{asked.quarter}-{name}", as_)


@require_GET
@page()
def figure(request: Request, figure: str) -> HttpResponse:
    """What does a figure mean, and what is it made of?"""
    if figure not in renewals_figures.FIGURES:
        raise Http404("no such figure")
    why = reasons.why(request.access, asked_of(request), figure)
    return render(request, "renewals/why.html", {"why": why})


@require_GET
@page()
def renewal(request: Request, account_id: str) -> HttpResponse:
    """Why does a customer's renewal stand where it does?"""
    found = queries.one(request.access, asked_of(request), account_id, request.GET.get("subscription", ""))
    if found is None:
        raise Http404("nothing of theirs is due in the quarter")
    return render(
        request, "renewals/one.html", {"one": found, "call_words": rules.CALL_WORDS, "titles": TITLES}
    )


@require_POST
@page(Right.WORK)
def call(request: Request, account_id: str) -> HttpResponse:
    """Say what is expected of a renewal, and why."""
    told, back = request.POST, _back(request, account_id)
    try:
        row = actions.call(
            request.access,
            account_id,
            told.get("call", ""),
            told.get("reason", ""),
            told.get("subscription", ""),
        )
    except ValueError as wrong:
        return notices.tell(request, back, f"Nothing was kept: {wrong}.")
    said = rules.CALL_WORDS.get(row.call, "no call any more")
    return notices.tell(request, back, f"{row.account.name}: {said}.")


@require_POST
@page(Right.WORK)
def reason(request: Request, account_id: str) -> HttpResponse:
    """Say why a customer left, or pays less."""
    account = request.access.get(Account, account_id)
    told, back = request.POST, _back(request, account_id)
    try:
        day = date.fromisoformat(told.get("lost_on", ""))
        row = actions.give_reason(request.access, account.pk, day, told.get("code", ""), told.get("note", ""))
    except ValueError as wrong:
        return notices.tell(request, back, f"Nothing was kept: {wrong}.")
    return notices.tell(request, back, f"{account.name}: {row.code}.")


def _back(request: Request, account_id: str) -> HttpResponse:
    """To the page it was said on: the account's, or the board."""
    if request.POST.get("from") == "account":
        return redirect("account-tab", account_id, "money")
    return redirect(f"{reverse('renewals')}?{asked_of(request).query}#board")


def curve(board: Board, currency: str) -> Chart:
    """What was lost day by day, where it may end, and what last year's quarter cost."""
    quarter, found = board.asked.quarter, board.found
    until = min(found.as_of, quarter.last)

    def major(minor: int) -> float:
        return float(Money(minor, currency).amount)

    def points(curve: queries.Curve) -> list[tuple[date | str | float, float | None]]:
        return [(day, major(minor)) for day, minor in curve.points]

    lines = [
        Series("Lost", points(board.so_far), "ink", "steps"),
        Series("Last year", points(board.last_year), "ink-3", "dotted"),
    ]
    between: list[Series] = []
    if until < quarter.last:
        start = max(until, quarter.first)
        ends = {"Expected": found.expected, "80 %, low": found.low, "high": found.high}
        drawn = {
            name: Series(
                name, [(start, major(found.churn_cost)), (quarter.last, major(minor))], "accent", "dashed"
            )
            for name, minor in ends.items()
        }
        lines.append(Series("Expected", drawn["Expected"].points, "accent", "dashed", ends=True))
        between = [drawn["80 %, low"], drawn["high"]]
    return Chart(
        "line",
        "Churn cost, this quarter",
        Axis("Day", kind="date"),
        Axis("Churn cost", currency, low=0),
        lines,
        between=between,
        now=until if quarter.first <= until < quarter.last else None,
    )
