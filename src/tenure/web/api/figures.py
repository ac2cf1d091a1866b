"""Metrics and health, as of a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from ninja import Query, Router, Schema
from pydantic import Field

from tenure.accounts.models import Account
from tenure.health import queries as health
from tenure.health.queries import Explanation, Line
from tenure.kit import clock
from tenure.kit.money import digits
from tenure.metrics import queries as metrics
from tenure.metrics.catalogue import metrics_of
from tenure.metrics.definition import Metric, Unit
from tenure.web.api.accounts import Where, meant
from tenure.web.api.auth import Asked
from tenure.web.api.paging import After, Limit, Page, cut, read
from tenure.web.api.problems import ABOUT_ONE, Refused, answers
from tenure.workspaces.access import Access

router = Router()
EARLIEST = date(1970, 1, 1)
AsOf = Annotated[
    date | None, Query(description="As of the end of this day, with what was known then; today if left out.")
]


class MetricOut(Schema):
    """What a figure means."""

    name: str
    title: str
    means: str
    unit: str
    better: str | None = Field(description="up, down, or null: neither.")
    leading: bool
    side: str
    formula: str
    missing: str = Field(description="What would supply the data where there are none.")


class ValuesOut(Schema):
    """An account's figures by name. Null is no data, never 0; money is in major units."""

    id: str
    account_id: str
    name: str
    as_of: date
    values: dict[str, float | None]


class PartOut(Schema):
    """One metric's part in a score and in its change."""

    metric: str
    side: str
    dimension: str
    value: float | None
    points: float | None
    weight: float = Field(description="What it counts now; 0 without data.")
    pulls_down: float = Field(description="Points of the score that it would give at its best and does not.")
    change: float | None = Field(description="Its part of the score's change; the parts sum to it.")
    because: str
    missing: str


class ScoreOut(Schema):
    """A score, and what it was before. Null is no data, never 0."""

    id: str
    account_id: str
    name: str
    as_of: date
    since: date
    score: float | None
    outcomes: float | None
    experience: float | None
    band: str
    basis: str
    coverage: float
    before: float | None
    change: float | None


class ExplainedOut(ScoreOut):
    """A score in its parts."""

    parts: list[PartOut]


class DayOut(Schema):
    """A score as of a day of the history."""

    day: date
    score: float | None
    outcomes: float | None
    experience: float | None
    basis: str
    coverage: float


@router.get("/metrics", response=answers(list[MetricOut]), tags=["figures"])
def list_metrics(request: Asked) -> list[MetricOut]:
    """Every figure there is, with its definition."""
    request.auth.of(Account)
    there = metrics_of(request.auth.workspace).values()
    return [MetricOut.model_validate(one, from_attributes=True) for one in there]


@router.get("/metrics/values", response=answers(Page[ValuesOut]), tags=["figures"])
def metric_values(
    request: Asked,
    metric: Annotated[list[str], Query(description="Only these figures.", max_length=100)] = [],
    as_of: AsOf = None,
    where: Where = [],
    limit: Limit = 50,
    after: After = "",
) -> Page[ValuesOut]:
    """Figures of accounts."""
    access, chosen = request.auth, _chosen(request.auth, metric)
    day, ids = asked_day(access, as_of), _ids(access, where, limit, after)
    found = {one.id: one for one in metrics.values(access, chosen, day, ids[:limit])}
    items = [
        ValuesOut(
            id=one.id,
            account_id=one.external_id,
            name=one.name,
            as_of=day,
            values={each.name: _major(each, one.values[each.name], access) for each in chosen},
        )
        for one in (found[pk] for pk in ids[:limit] if pk in found)
    ]
    return _page(items, ids, limit)


@router.get("/health", response=answers(Page[ScoreOut]), tags=["figures"])
def list_health(
    request: Asked,
    as_of: AsOf = None,
    since: Annotated[
        date | None, Query(description="Compare with this day; 28 days before if left out.")
    ] = None,
    where: Where = [],
    limit: Limit = 50,
    after: After = "",
) -> Page[ScoreOut]:
    """Scores of accounts."""
    access = request.auth
    ids = _ids(access, where, limit, after)
    found = {one.account_id: one for one in _explained(access, ids[:limit], as_of, since)}
    return _page([_score(found[pk]) for pk in ids[:limit] if pk in found], ids, limit)


@router.get("/accounts/{account}/health", response=answers(ExplainedOut, ABOUT_ONE), tags=["figures"])
def explain_health(request: Asked, account: str, as_of: AsOf = None, since: AsOf = None) -> ExplainedOut:
    """Why a score is what it is, and why it changed."""
    one = request.auth.get(Account, account)
    [found] = _explained(request.auth, [one.pk], as_of, since)
    return ExplainedOut(**_score(found).model_dump(), parts=[_part(line) for line in found.lines])


@router.get("/accounts/{account}/health/history", response=answers(list[DayOut], ABOUT_ONE), tags=["figures"])
def health_history(request: Asked, account: str) -> list[DayOut]:
    """Daily scores, oldest first."""
    days = health.history(request.auth, account)
    return [DayOut.model_validate(one, from_attributes=True) for one in days]


def _chosen(access: Access, names: Sequence[str]) -> list[Metric]:
    there = metrics_of(access.workspace)
    unknown = [name for name in names if name not in there]
    if unknown:
        known = ", ".join(there)
        raise Refused(
            *(("query.metric", f"there is no metric {name!r}; there are {known}") for name in unknown)
        )
    return [there[name] for name in dict.fromkeys(names)] if names else list(there.values())


def asked_day(access: Access, as_of: date | None, field: str = "query.as_of") -> date:
    """The day that was asked for, or today; Refused for one out of range."""
    today = clock.today(access.workspace.zone)
    if as_of and not EARLIEST <= as_of <= today:
        raise Refused((field, f"is not a day between {EARLIEST} and today, {today}"))
    return as_of or today


def _ids(access: Access, where: list[str], limit: int, after: str) -> list[str]:
    """The accounts of a page, and one more if there is one."""
    rows = meant(access, where)
    rows = rows.filter(pk__gt=read(after)) if after else rows
    return list(rows.order_by("pk").values_list("pk", flat=True)[: limit + 1])


def _page(items: list[Any], ids: Sequence[str], limit: int) -> Page[Any]:
    """A page of what was found of the accounts; its mark is the last account's, found or not."""
    page = cut(ids, limit, lambda at: ids[at])
    return Page[Any](items=items, next=page.next)


def _explained(
    access: Access, ids: Sequence[str], as_of: date | None, since: date | None
) -> list[Explanation]:
    day = asked_day(access, as_of)
    since = asked_day(access, since, "query.since") if since else None
    if since and since > day:
        raise Refused(("query.since", f"is after {day}; a change goes from an earlier day to a later one"))
    return health.explanations(access, ids, day, since) if ids else []


def _score(one: Explanation) -> ScoreOut:
    return ScoreOut(
        id=one.account_id,
        account_id=one.external_id,
        name=one.name,
        as_of=one.as_of,
        since=one.since,
        score=one.score.score,
        outcomes=one.score.outcomes,
        experience=one.score.experience,
        band=one.score.band,
        basis=one.score.basis,
        coverage=one.score.coverage,
        before=one.before.score,
        change=one.change,
    )


def _part(line: Line) -> PartOut:
    return PartOut.model_validate(line, from_attributes=True)


def _major(metric: Metric, value: float | None, access: Access) -> float | None:
    """Money leaves in major units."""
    is_money = value is not None and metric.unit is Unit.MONEY
    return value / float(10 ** digits(access.workspace.currency)) if value is not None and is_money else value
