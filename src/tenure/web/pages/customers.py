"""Customers: the fast table, filtered by a sentence, with outcomes against experience."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from tenure.accounts.models import Account
from tenure.kit import clock, words
from tenure.kit.money import Money
from tenure.segments.rules import MOST_CONDITIONS, WHERE
from tenure.segments.standpoint import Standpoint
from tenure.web.charts import Axis, Chart, Mark, Region
from tenure.web.guard import page
from tenure.web.middleware import Request
from tenure.web.queries import customers as queries
from tenure.web.queries import keyset
from tenure.web.queries.conditions import Editor, editors, given_text, offered
from tenure.web.queries.customers import FEW, SORTS, VIEWS, Found, Row, Wanted
from tenure.workspaces.access import Access
from tenure.workspaces.roles import Right

REGIONS = (
    Region("successful, worn out", (0, 50), (50, 100)),
    Region("content, not successful", (50, 100), (0, 50)),
)


@require_GET
@page()
def customers(request: Request) -> HttpResponse:
    """Which customers, and how are they?"""
    if "field" in request.GET:
        return redirect(_address(_with_condition(request.GET)))
    access, wanted = request.access, Wanted.of(request.GET)
    found = queries.find(access, wanted)
    rows, part = queries.page(found, wanted)
    about = {"wanted": wanted, "found": found, "rows": rows, "part": part, "sorts": SORTS, "end": keyset.END}
    return render(request, "customers/customers.html", about | _around(access, wanted, found))


def _around(access: Access, wanted: Wanted, found: Found) -> dict[str, Any]:
    """What stands above the table."""
    everyone = access.of(Account)[: FEW + 1].count()
    return {
        "tabs": [_tab(view, wanted) for view in VIEWS],
        "sentence": wanted.rule.sentence(Standpoint.of(access)),
        "editors": editors(wanted.rule),
        "adding": Editor.of(offered(wanted.rule)) if len(wanted.rule.conditions) < MOST_CONDITIONS else None,
        "everyone": everyone,
        "count": _count(found, everyone),
        "total": queries.total(found) if found.is_few and found.count else None,
        **(_drawn(access, found) if found.is_few else {"chart": None}),
    }


def _tab(view: queries.View, wanted: Wanted) -> tuple[str, str, bool]:
    """A view as a tab: its title, address, and whether it is the one on show."""
    is_here = not wanted.search and wanted.rule.texts == view.wanted.rule.texts
    return view.title, _address(view.wanted.query_string), is_here


@require_GET
@page()
def chart(request: Request) -> HttpResponse:
    """The chart and the exact total of a large set, which the table does not wait for."""
    access, wanted = request.access, Wanted.of(request.GET)
    found = queries.find(access, wanted)
    total = queries.total(found)
    about = {"found": found, "total": total, **_drawn(access, found)}
    everyone = access.of(Account).count() if wanted.is_narrowed else total.count
    count = f"{total.count:,} of {everyone:,}" if wanted.is_narrowed else words.count(total.count, "customer")
    return render(request, "customers/large.html", about | {"count": count})


@require_GET
@page()
def condition(request: Request) -> HttpResponse:
    """The form of one condition, with what its field offers: asked for when it opens or its field changes."""
    editor = Editor.of(given_text(request.GET), request.GET.get("at", ""), request.access)
    return render(request, "customers/condition.html", {"wanted": Wanted.of(request.GET), "editor": editor})


@require_GET
@page(Right.EXPORT)
def export(request: Request) -> StreamingHttpResponse:
    """The customers that are meant, in their order, as CSV."""
    access, wanted = request.access, Wanted.of(request.GET)
    found = queries.find(access, wanted)
    access.log("exported customers", wanted.rule.says(Standpoint.of(access)))
    day = clock.today(access.workspace.zone)
    return StreamingHttpResponse(
        _csv(queries.every_row(found, wanted), access.workspace.currency),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="customers-{day}.csv"'},
    )


COLUMNS = (
    "account_id name domain segment owner health score outcomes experience seat_use arr currency renews_on "
    "last_active_on"
).split()


_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")


class Echo:
    """A file that hands each line on instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def _csv(rows: Iterator[Row], currency: str) -> Iterator[str]:
    writer = csv.writer(Echo())
    yield "\N{ZERO WIDTH NO-BREAK SPACE}"  # by which spreadsheets know that it is UTF-8
    yield writer.writerow(COLUMNS)
    for row in rows:
        arr = "" if row.arr_minor is None else Money(row.arr_minor, currency).amount
        texts = (row.external_id, row.name, row.domain, row.segment, row.owner, row.band)
        figures = (row.score, row.outcomes, row.experience, row.seat_use)
        dates = (row.renews_on, row.last_active_on)
        yield writer.writerow([*map(harmless, texts), *figures, arr, currency, *dates])


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def _with_condition(parameters: QueryDict) -> str:
    """The address with the condition of the form put in its place, or added; wrong ones stay, to be named."""
    texts = parameters.getlist(WHERE)
    place = parameters.get("at", "")
    new = given_text(parameters)
    if place.isascii() and place.isdigit() and int(place[:3]) < len(texts):
        texts[int(place)] = new
    else:
        texts.append(new)
    kept = [(name, parameters.get(name, "")) for name in ("q", "sort") if parameters.get(name)]
    return urlencode([(WHERE, text) for text in texts] + kept)


def _address(query: str) -> str:
    return f"{reverse('customers')}?{query}" if query else reverse("customers")


def _count(found: Found, everyone: int) -> str:
    """`48 of 512`, `512 customers`, or that there are more than are counted while a page waits."""
    if not found.is_few:
        return f"more than {FEW:,} customers"
    if found.count == everyone:
        return words.count(found.count, "customer")
    return f"{found.count:,} of {everyone:,}" if everyone <= FEW else f"{found.count:,} of more than {FEW:,}"


def _drawn(access: Access, found: Found) -> dict[str, Any]:
    """The chart, and how many of its marks are in each band."""
    marks, currency = queries.marks(found), access.workspace.currency
    picture = Chart(
        "scatter",
        "Outcomes and experience",
        Axis("experience", low=0, high=100),
        Axis("outcomes", low=0, high=100),
        marks=[_mark(one, currency) for one in marks],
        regions=REGIONS,
        size_name="ARR",
        size_unit=currency,
    )
    return {"chart": picture, "bands": Counter(one.band for one in marks)}


def _mark(one: queries.Mark, currency: str) -> Mark:
    arr = float(Money(one.arr_minor or 0, currency).amount)
    return Mark(one.name, round(one.experience, 1), round(one.outcomes, 1), arr, one.band, _account(one.id))


def _account(account_id: str) -> str:
    return f"{reverse('customers')}/{account_id}"
