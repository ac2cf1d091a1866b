"""Customers: the fast table, filtered by a sentence, with outcomes against experience."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from tenure.accounts.models import Account
from tenure.desk import viewing
from tenure.desk.models import RollUp
from tenure.desk.viewing import Kept
from tenure.kit import clock, words
from tenure.kit.money import Money
from tenure.metrics.catalogue import Metrics, metrics_of
from tenure.segments.fields import Field
from tenure.segments.rules import MOST_CONDITIONS, WHERE
from tenure.segments.standpoint import Standpoint
from tenure.web import drawing
from tenure.web.charts import Axis, Chart, Mark, Region
from tenure.web.exporting import TYPES, Table
from tenure.web.guard import page
from tenure.web.jinja import url
from tenure.web.middleware import Request
from tenure.web.pages import viewing as saved
from tenure.web.pages.downloads import sent
from tenure.web.queries import attributes, columns, exports, keyset, scattered
from tenure.web.queries import customers as queries
from tenure.web.queries.conditions import Editor, editors, given_text, offered
from tenure.web.queries.customers import FEW, Found
from tenure.web.queries.orders import SORTS
from tenure.web.queries.rolled import may_roll
from tenure.web.queries.tabs import VIEWS, View
from tenure.web.queries.wanted import Wanted
from tenure.workspaces.access import Access
from tenure.workspaces.roles import Right

KEPT = ("q", "sort", "show", "roll", "view")  # of the address, when a condition changes
REGIONS = (
    Region("successful, worn out", (0, 50), (50, 100)),
    Region("content, not successful", (50, 100), (0, 50)),
)


@require_GET
@page()
def customers(request: Request) -> HttpResponse:
    """Which customers, and how are they?"""
    if "field" in request.GET:
        return redirect(_address(_with_condition(request.GET, metrics_of(request.access.workspace))))
    if "add" in request.GET:
        wanted = Wanted.of(request.GET, metrics_of(request.access.workspace))
        shown = wanted.showing([*wanted.show, request.GET["add"]])
        return redirect(_address(f"choosing=1&{shown.query_string}"))
    kept = viewing.kept(request.access)
    if not request.GET and kept.first:
        return redirect(saved.address(kept.first, metrics_of(request.access.workspace)))
    access, wanted = request.access, Wanted.of(request.GET, metrics_of(request.access.workspace))
    found = queries.find(access, wanted)
    lines, part = queries.page(found, wanted)
    rows = drawing.rows(access, wanted, lines)
    about = {"wanted": wanted, "found": found, "rows": rows, "part": part, "end": keyset.END}
    return render(
        request,
        "customers/customers.html",
        about | _around(access, wanted, found) | _views(access, wanted, kept) | _open(request, wanted),
    )


def _around(access: Access, wanted: Wanted, found: Found) -> dict[str, Any]:
    """What stands above the table."""
    everyone = queries.count_up_to_few(access) if wanted.is_narrowed else found.count
    fields = attributes.offered(access)
    return {
        "by_name": SORTS["name"],
        "has_families": may_roll(access) and access.has(RollUp),
        "sentence": wanted.rule.sentence(Standpoint.of(access)),
        "editors": editors(wanted.rule, wanted.catalogue, fields),
        "adding": _adding(wanted, fields),
        "everyone": everyone,
        "count": _count(found, everyone),
        "total": queries.total(found) if found.is_few and found.count else None,
        **(drawn(access, found) if found.is_few else {"chart": None}),
    }


def _open(request: Request, wanted: Wanted) -> dict[str, Any]:
    """Which sheets are open from the start, and what the one of columns holds then."""
    is_choosing = bool(request.GET.get("choosing"))
    open_ones = {"is_choosing": is_choosing, "is_keeping": bool(request.GET.get("keeping"))}
    return open_ones | (_choosing(request.access, wanted) if is_choosing else {})


def _choosing(access: Access, wanted: Wanted) -> dict[str, Any]:
    """The columns there are: those on show, each with where it could go, and those that could be added."""
    fields = [one.name for one in attributes.offered(access)]
    return {
        "arranged": columns.arranged(wanted.show, wanted.catalogue),
        "more": columns.others(wanted.show, wanted.catalogue, fields),
    }


def _adding(wanted: Wanted, attributes: Sequence[Field]) -> Editor | None:
    """The form of one condition more, as long as a rule takes one."""
    if len(wanted.rule.conditions) >= MOST_CONDITIONS:
        return None
    return Editor.of(offered(wanted.rule), wanted.catalogue, attributes=attributes)


def _views(access: Access, wanted: Wanted, kept: Kept) -> dict[str, Any]:
    """The views, ours and saved ones, and what may be done with the one on show."""
    view = next((one for one in kept.views if one.pk == wanted.view), None)
    ours = [_tab(one, wanted, is_opening=kept.first is None) for one in VIEWS]
    return {
        "tabs": [
            *ours,
            *((one.name, saved.address(one, wanted.catalogue), one.pk == wanted.view) for one in kept.views),
        ],
        "view": view,
        "is_changed": view is not None and view.query != wanted.state,
        "may_change": view is not None and (view.made_by == access.who or access.may(Right.ADMINISTER)),
        "is_first": view is not None and view == kept.first,
    }


def _tab(view: View, wanted: Wanted, *, is_opening: bool) -> tuple[str, str, bool]:
    """A view of ours as a tab: its title, address, and whether it is the one on show."""
    is_here = not wanted.view and not wanted.search and wanted.rule.texts == view.wanted.rule.texts
    query = view.wanted.query_string or (
        "" if is_opening else f"{WHERE}="
    )  # or the view one opens with comes
    return view.title, _address(query), is_here


@require_GET
@page()
def chart(request: Request) -> HttpResponse:
    """The chart and the exact total of a large set, which the table does not wait for."""
    access, wanted = request.access, Wanted.of(request.GET, metrics_of(request.access.workspace))
    found = queries.find(access, wanted)
    total = queries.total(found)
    about = {"found": found, "total": total, "wanted": wanted, **drawn(access, found)}
    everyone = access.of(Account).count() if wanted.is_narrowed else total.count
    count = f"{total.count:,} of {everyone:,}" if wanted.is_narrowed else words.count(total.count, "customer")
    return render(request, "customers/large.html", about | {"count": count})


@require_GET
@page()
def condition(request: Request) -> HttpResponse:
    """The form of one condition, with what its field offers: asked for when it opens or its field changes."""
    wanted = Wanted.of(request.GET, metrics_of(request.access.workspace))
    text, fields = given_text(request.GET, wanted.catalogue), attributes.offered(request.access)
    editor = Editor.of(text, wanted.catalogue, request.GET.get("at", ""), request.access, fields)
    return render(request, "customers/condition.html", {"wanted": wanted, "editor": editor})


@require_GET
@page()
def choosing(request: Request) -> HttpResponse:
    """The sheet of columns: asked for when it opens."""
    wanted = Wanted.of(request.GET, metrics_of(request.access.workspace))
    return render(request, "customers/columns.html", {"wanted": wanted, **_choosing(request.access, wanted)})


@require_GET
@page()
def keeping(request: Request) -> HttpResponse:
    """The sheet in which a view is kept or changed: asked for when it opens."""
    access, wanted = request.access, Wanted.of(request.GET, metrics_of(request.access.workspace))
    views = _views(access, wanted, viewing.kept(access))
    return render(request, "customers/keeping.html", {"wanted": wanted, **views})


@require_http_methods(["GET", "HEAD", "POST"])
@page(Right.EXPORT)
def export(request: Request) -> HttpResponseBase:
    """The customers that are meant, in their order, as a file; posted, those that were chosen."""
    access, asked = request.access, request.POST or request.GET
    wanted = Wanted.of(asked, metrics_of(access.workspace))
    chosen = asked.getlist("id") if request.method == "POST" and not asked.get("all") else None
    found = queries.find(access, wanted) if chosen is None else queries.chosen(access, chosen)
    access.log("exported customers", _exported(access, wanted, chosen))
    as_ = asked.get("as", "") if asked.get("as") in TYPES else "csv"
    table = Table("Customers", exports.fields(wanted), exports.lines(found, wanted))
    return sent(table, f"customers-{clock.today(access.workspace.zone)}", as_)


def _exported(access: Access, wanted: Wanted, chosen: Sequence[str] | None) -> str:
    """What the audit log says of an export."""
    if chosen is not None:
        return f"{words.count(len(chosen), 'customer')} by choice"
    return wanted.rule.says(Standpoint.of(access))


def _with_condition(parameters: QueryDict, metrics: Metrics) -> str:
    """The address with the condition of the form put in its place, or added; wrong ones stay, to be named."""
    texts = parameters.getlist(WHERE)
    place = parameters.get("at", "")
    new = given_text(parameters, metrics)
    if place.isascii() and place.isdigit() and int(place[:3]) < len(texts):
        texts[int(place)] = new
    else:
        texts.append(new)
    kept = [(name, parameters.get(name, "")) for name in KEPT if parameters.get(name)]
    return urlencode([(WHERE, text) for text in texts] + kept)


def _address(query: str) -> str:
    return f"{url('customers')}?{query}" if query else url("customers")


def _count(found: Found, everyone: int) -> str:
    """`48 of 512`, `512 customers`, or that there are more than are counted while a page waits."""
    if not found.is_few:
        return f"more than {FEW:,} customers"
    if found.count == everyone:
        return words.count(found.count, "customer")
    return f"{found.count:,} of {everyone:,}" if everyone <= FEW else f"{found.count:,} of more than {FEW:,}"


def drawn(access: Access, found: Found) -> dict[str, Any]:
    """The chart, and how many of its marks are in each band."""
    marks, currency = scattered.marks(found), access.workspace.currency
    picture = Chart(
        "scatter",
        "Outcomes and experience",
        Axis("experience", low=0, high=100),
        Axis("outcomes", low=0, high=100),
        marks=[_mark(one, currency, reverse("customers")) for one in marks],
        regions=REGIONS,
        size_name="ARR",
        size_unit=currency,
    )
    return {"chart": picture, "bands": Counter(one.band for one in marks)}


def _mark(one: scattered.Mark, currency: str, to: str) -> Mark:
    arr = float(Money(one.arr_minor or 0, currency).amount)
    return Mark(one.name, round(one.experience, 1), round(one.outcomes, 1), arr, one.band, f"{to}/{one.id}")
