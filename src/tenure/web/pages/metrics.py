"""The dictionary of metrics, and metrics of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tenure.kit.money import digits
from tenure.metrics import actions, dictionary, files, own, reference, wording
from tenure.metrics.catalogue import metrics_of, own_of
from tenure.metrics.definition import Metric, Side, Unit
from tenure.metrics.own import OwnMetric, OwnMetricError
from tenure.web.charts import Axis, Chart, Series
from tenure.web.guard import page
from tenure.web.middleware import Request
from tenure.web.notices import tell
from tenure.web.queries import metrics as queries
from tenure.workspaces.roles import Right

KINDS = (
    ("count", "How often an event happened"),
    ("distinct", "How many different people, or values of a property"),
    ("sum", "The sum of a property"),
    ("last", "The last value of a property"),
    ("share", "The share of an event's times that fulfil a condition"),
    ("ratio", "One metric divided by another"),
    ("difference", "One metric less another"),
    ("attribute", "An attribute of the customer"),
)
TESTS = (
    ("is", "is"),
    ("is_not", "is not"),
    ("at_least", "is at least"),
    ("at_most", "is at most"),
    ("contains", "contains"),
    ("is_known", "is known"),
)
_UNITS = {Unit.SHARE: "share", Unit.DAYS: "days", Unit.HOURS: "hours", Unit.MINUTES: "minutes"}


@require_GET
@page()
def metrics(request: Request) -> HttpResponse:
    """Every metric: what it means, whom it covers, who uses it."""
    return render(request, "metrics/metrics.html", {"found": queries.dictionary(request.access)})


@require_GET
@page()
def metric(request: Request, metric_name: str) -> HttpResponse:
    """One metric with its worked example."""
    one = _metric(request, metric_name)
    entry, known = queries.entry(request.access, one)
    example = {"given": reference.given(one.example), "gives": reference.result(one)}
    measures = [(key, wording.over(measure), measure.column) for key, measure in one.measures.items()]
    about = {"entry": entry, "accounts": known.accounts, "example": example, "measures": measures}
    return render(request, "metrics/metric.html", about)


@require_GET
@page()
def history(request: Request, metric_name: str) -> HttpResponse:
    """How a metric's values lay over the months: median and quartiles."""
    one = _metric(request, metric_name)
    chart = _chart(request, one, dictionary.history(request.access, one))
    return render(request, "metrics/history.html", {"chart": chart})


@require_http_methods(["GET", "HEAD", "POST"])
@page(Right.DEFINE)
def edit(request: Request, metric_name: str = "") -> HttpResponse:
    """A metric of one's own: an address may say what it is, a preview stands beside it; a POST saves it."""
    before = _own(request, metric_name) if metric_name else None
    form = request.POST or request.GET or _form(before)
    if request.method != "POST" or "preview" in form:
        return _edit_page(request, form, before, "")
    try:
        said = _said(form, metric_name)
        actions.save_metrics(request.access, [said])
    except OwnMetricError as wrong:
        return _edit_page(request, form, before, str(wrong), status=422)
    return tell(request, redirect("data-metric", said.name), f"“{said.title}” is saved; its figures follow.")


@require_POST
@page(Right.DEFINE)
def remove(request: Request, metric_name: str) -> HttpResponse:
    """Take a metric of one's own out."""
    one = _own(request, metric_name)
    try:
        actions.remove_metric(request.access, one.name)
    except OwnMetricError as wrong:
        return tell(request, redirect("data-metric", one.name), f"It stays. {wrong}")
    return tell(request, redirect("data-metrics"), "The metric is out; its history stays on record.")


@require_GET
@page()
def own_file(request: Request) -> HttpResponse:
    """The workspace's own metrics as a YAML file."""
    headers = {"Content-Disposition": 'attachment; filename="metrics.yaml"'}
    return HttpResponse(files.write(request.access.workspace), "application/yaml", headers=headers)


def _metric(request: Request, name: str) -> Metric:
    found = metrics_of(request.access.workspace).get(name)
    if found is None:
        raise Http404("no such metric")
    return found


def _own(request: Request, name: str) -> OwnMetric:
    found = own_of(request.access.workspace).get(name)
    if found is None:
        raise Http404("no such metric of their own")
    return found


def _chart(request: Request, metric: Metric, spread: list[dictionary.Spread]) -> Chart:
    currency = request.access.workspace.currency
    per = 10 ** digits(currency) if metric.unit is Unit.MONEY else 1
    unit = currency if metric.unit is Unit.MONEY else _UNITS.get(metric.unit, "")
    lines: list[tuple[str, str, Any]] = [
        ("Upper quartile", "upper", "ink-3"),
        ("Median", "median", "outcome" if metric.side is Side.OUTCOME else "experience"),
        ("Lower quartile", "lower", "ink-3"),
    ]
    series = [
        Series(
            title, [(one.day, None if (y := getattr(one, name)) is None else y / per) for one in spread], tone
        )
        for title, name, tone in lines
    ]
    return Chart("line", "Over twelve months", Axis("month", kind="date"), Axis(metric.title, unit), series)


def _form(before: OwnMetric | None) -> Mapping[str, str]:
    """What the form opens with."""
    if before is None:
        return {"kind": "count", "days": "28"}
    said = {key: str(value) for key, value in msgspec.to_builtins(before).items() if key != "filters"}
    for number, one in enumerate(before.filters, 1):
        said |= {f"property_{number}": one.property, f"test_{number}": one.test, f"value_{number}": one.value}
    return {"days": "28", **said}


def _said(form: Mapping[str, str], name: str = "") -> OwnMetric:
    """The metric that the form says; OwnMetricError for what is none."""
    known = {"title", "kind", "event", "property", "days", "first", "second", "attribute", "means", "unit"}
    said: dict[str, Any] = {
        key: form[key].strip() for key in (*known, "better", "side") if form.get(key, "").strip()
    }
    said["name"] = name or form.get("name", "").strip() or _name_of(said.get("title", ""))
    said["filters"] = [
        {"property": key, "test": form.get(f"test_{n}", "is"), "value": form.get(f"value_{n}", "").strip()}
        for n in range(1, own.MOST_FILTERS + 1)
        if (key := form.get(f"property_{n}", "").strip())
    ]
    return own.read({"title": "", "kind": "count", **said})


def _name_of(title: str) -> str:
    """A name made from a title: `Exports a week` is `exports_a_week`."""
    letters = "".join(one if one.isascii() and one.isalnum() else "_" for one in title.lower())
    return "_".join(filter(None, letters.split("_")))[:60]


def _edit_page(
    request: Request, form: Mapping[str, str], before: OwnMetric | None, wrong: str, status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "before": before,
        "wrong": wrong,
        "kinds": KINDS,
        "tests": TESTS,
        "units": [(one.value, one.value) for one in own.UNITS],
        "choices": queries.choices(request.access),
        "preview": _preview(request, form, before),
    }
    return render(request, "metrics/edit.html", context, status=status)


def _preview(request: Request, form: Mapping[str, str], before: OwnMetric | None) -> queries.Preview | None:
    """What it would give; nothing before anything is said."""
    if not form.get("title"):
        return None
    try:
        return queries.preview(request.access, _said(form, before.name if before else ""))
    except OwnMetricError as wrong:
        return queries.Preview("", str(wrong))
