"""Metrics of one's own: what each computes, put and taken out, checked as files and pages check them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from django.http import Http404
from ninja import Router, Schema
from pydantic import Field

from tenure.metrics import actions, own
from tenure.metrics.catalogue import own_of
from tenure.metrics.definition import Side, Unit
from tenure.metrics.own import MOST_DAYS, MOST_FILTERS, OwnMetric, OwnMetricError
from tenure.web.api.auth import Asked
from tenure.web.api.paging import After, Limit, Page, cut, read
from tenure.web.api.problems import ABOUT_ONE, WRITING, Refused, answers
from tenure.web.api.shapes import Given
from tenure.workspaces.access import Access
from tenure.workspaces.roles import Right

router = Router()
TAGS = ["define"]
ON_ONE = WRITING | ABOUT_ONE
Word = Annotated[str, Field(max_length=200)]


class FilterIn(Given):
    """A condition on a property of an event."""

    property: str = Field(min_length=1, max_length=200)
    test: own.Test = "is"
    value: str = Field("", max_length=500, description="Numbers are compared as numbers.")


class OwnMetricIn(Given):
    """What is computed, as the file of `tenure metrics export` says it."""

    title: str = Field(min_length=1, max_length=80)
    kind: own.Kind
    event: Word = Field("", description="Of those of events: count, distinct, sum, last, share.")
    property: Word = Field("", description="What is summed, is last, or is told apart.")
    filters: list[FilterIn] = Field(default=[], max_length=MOST_FILTERS)
    days: int = Field(28, ge=1, le=MOST_DAYS, description="Of events: how far back they count.")
    first: Word = Field("", description="A metric: of ratio and difference.")
    second: Word = Field("", description="The metric it is divided by, or that is taken off.")
    attribute: Word = Field("", description="Of kind attribute: of customers, as a number.")
    means: str = Field("", max_length=500, description="Empty: a sentence made of the rest.")
    unit: Unit = Unit.COUNT
    better: Literal["up", "down", ""] = Field("", description="Empty: neither.")
    side: Side = Side.OUTCOME
    leading: bool = True


class OwnMetricOut(OwnMetricIn):
    """A metric of one's own."""

    name: str
    says: str = Field(description="What is computed, in words.")

    @classmethod
    def of(cls, one: OwnMetric) -> OwnMetricOut:
        """From what is in force."""
        said: dict[str, Any] = {name: getattr(one, name) for name in OwnMetricIn.model_fields}
        filters = [FilterIn(**msgspec.structs.asdict(each)) for each in one.filters]
        return cls.model_construct(**said | {"filters": filters}, name=one.name, says=own.sentence(one))


class TakenOut(Schema):
    """A metric that is in force no more; its history stays."""

    name: str


@router.get("/metrics/own", response=answers(Page[OwnMetricOut]), tags=TAGS)
def list_own_metrics(request: Asked, limit: Limit = 50, after: After = "") -> Page[OwnMetricOut]:
    """The workspace's own metrics, by name. `metrics` has the shipped ones too."""
    mine, last = _mine(request.auth), read(after) if after else ""
    names = sorted(name for name in mine if name > last)[: limit + 1]
    return cut([OwnMetricOut.of(mine[name]) for name in names], limit, lambda at: names[at])


@router.get("/metrics/own/{metric}", response=answers(OwnMetricOut, ABOUT_ONE), tags=TAGS)
def one_own_metric(request: Asked, metric: str) -> OwnMetricOut:
    """One of them, by its name."""
    return OwnMetricOut.of(_one(request.auth, metric))


@router.put("/metrics/own/{metric}", response=answers(OwnMetricOut, ON_ONE), tags=TAGS)
def put_own_metric(request: Asked, metric: str, body: OwnMetricIn) -> OwnMetricOut:
    """Add a metric under a name, or change it. What scores were given by is computed as it was."""
    request.auth.require(Right.DEFINE)
    try:
        said = own.read(body.model_dump(mode="json") | {"name": metric})
        actions.save_metrics(request.auth, [said])
    except OwnMetricError as wrong:
        raise Refused((_place(wrong.field), str(wrong))) from wrong
    return OwnMetricOut.of(said)


@router.post("/metrics/own/{metric}/remove", response=answers(TakenOut, ON_ONE), tags=TAGS)
def remove_own_metric(request: Asked, metric: str) -> TakenOut:
    """Take a metric out, unless others rest on it. Putting it again brings it back."""
    request.auth.require(Right.DEFINE)
    one = _one(request.auth, metric)
    try:
        actions.remove_metric(request.auth, one.name)
    except OwnMetricError as wrong:
        raise Refused(("path.metric", str(wrong))) from wrong
    return TakenOut(name=one.name)


def _place(field: str) -> str:
    """Where a part of a metric stands in a request."""
    return "path.metric" if field == "name" else f"body.{field}".rstrip(".")


def _mine(access: Access) -> dict[str, OwnMetric]:
    access.require(Right.READ)
    return own_of(access.workspace)


def _one(access: Access, name: str) -> OwnMetric:
    found = _mine(access).get(name)
    if found is None:
        raise Http404("no such metric of your own")
    return found
