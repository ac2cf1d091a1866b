"""Gathers what causes look at: everything known of many accounts, in a handful of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import date, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

import pyarrow as pa
from django.db.models import Count, Max, Min, Model, QuerySet

from tenure.accounts.models import Person
from tenure.accounts.stakeholders import CHAMPION, USER
from tenure.events import views
from tenure.feedback.models import Response
from tenure.health.models import Standing
from tenure.kit import clock
from tenure.metrics.models import MetricValue
from tenure.metrics.users import USERS, Hold, Use, User
from tenure.revenue.models import Term
from tenure.warnings.causes.detractor import DAYS as ANSWER_DAYS
from tenure.warnings.models import BandChange
from tenure.warnings.rules import Answer, Champion, Fall, Known
from tenure.workspaces.access import Access

M = TypeVar("M", bound=Model)
Ids = Collection[str] | None  # None: all accounts

METRICS = ("activity_trend", "seat_use", "live_terms", "active_people")
SEEN_DAYS = 120  # how far back it is looked when a champion was last active
_MANY = 2_000  # accounts from which on the lake is read without naming them
_FALLS = {("good", "fair"), ("good", "poor"), ("fair", "poor")}

_USES = [Use(name, "early warnings", Hold.NEEDS) for name in METRICS]
USERS.add(User("early warnings", lambda _: _USES, lambda: _USES))


def gather(access: Access, account_ids: Ids, today: date) -> Iterator[Known]:
    """What is known as of `today` of accounts that have a standing."""
    metrics, first_live = _metrics(access, account_ids), _first_live(access, account_ids)
    falls, answers = _falls(access, account_ids), _answers(access, account_ids, today)
    people, champions = _people(access, account_ids, today), _champions(access, account_ids, today)
    stakeholders = _stakeholders(access, account_ids, today)
    heard_on = access.of(Standing).aggregate(day=Max("last_active_on"))["day"]
    rows = among(access, Standing, account_ids)
    for key, score, band, renews_on, last_active_on in rows.values_list(
        "account_id", "score", "band", "renews_on", "last_active_on"
    ):
        yield Known(
            account_id=key,
            today=today,
            is_customer=metrics[key].get("live_terms") != 0,
            score=score,
            band=band,
            renews_on=renews_on,
            last_active_on=last_active_on,
            first_live_on=first_live.get(key),
            heard_on=heard_on,
            metrics=metrics[key],
            fall=falls.get(key),
            answer=answers.get(key),
            people=people.get(key, 0),
            stakeholders=stakeholders[key],
            champions=champions[key],
        )


def among(access: Access, model: type[M], account_ids: Ids) -> QuerySet[M]:
    """The rows that belong to these accounts, which are known to be of the workspace.

    The workspace is not asked for once more: without statistics SQLite would look through all its rows.
    """
    if account_ids is None:
        return access.of(model)
    return model._default_manager.filter(account_id__in=account_ids)


def _metrics(access: Access, account_ids: Ids) -> dict[str, dict[str, float]]:
    """The latest values of the metrics that causes look at, by account."""
    rows = among(access, MetricValue, account_ids).filter(metric__in=METRICS)
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for key, metric, value in rows.values_list("account_id", "metric", "value"):
        found[key][metric] = value
    return found


def _first_live(access: Access, account_ids: Ids) -> dict[str, date]:
    """The first day of each account's first contract."""
    rows = among(access, Term, account_ids).filter(superseded_at=None)
    return dict(rows.values("account_id").annotate(day=Min("starts_on")).values_list("account_id", "day"))


def _falls(access: Access, account_ids: Ids) -> dict[str, Fall]:
    """Each account's latest change of band, if it was for the worse."""
    rows = among(access, BandChange, account_ids).order_by("changed_on")
    latest = {
        key: Fall(before, after, on, score_before, score_after)
        for key, before, after, on, score_before, score_after in rows.values_list(
            "account_id", "before", "after", "changed_on", "score_before", "score_after"
        )
    }
    return {key: fall for key, fall in latest.items() if (fall.before, fall.after) in _FALLS}


def _there(access: Access, account_ids: Ids, today: date) -> QuerySet[Person]:
    """Everybody who is at an account and has not left it."""
    rows = among(access, Person, account_ids).filter(account__isnull=False, is_own=False)
    return rows.exclude(left_on__lte=today).order_by()


def _people(access: Access, account_ids: Ids, today: date) -> dict[str, int]:
    """How many people there are by account."""
    counted = _there(access, account_ids, today).values("account_id").annotate(number=Count("pk"))
    return dict(counted.values_list("account_id", "number"))


def _stakeholders(access: Access, account_ids: Ids, today: date) -> dict[str, tuple[str, ...]]:
    """The names of those who count, by account."""
    found: dict[str, tuple[str, ...]] = defaultdict(tuple)
    rows = _there(access, account_ids, today).exclude(part__in=("", USER))
    for one in rows.only("account_id", "name", "email", "external_id").order_by("name", "pk"):
        if one.account_id:
            found[one.account_id] += (str(one),)
    return found


def _champions(access: Access, account_ids: Ids, today: date) -> dict[str, tuple[Champion, ...]]:
    """Each account's champions, also those who left, with when they were last active."""
    rows = list(among(access, Person, account_ids).filter(part=CHAMPION, account__isnull=False, is_own=False))
    seen = _last_seen(access, rows, today) if rows else {}
    found: dict[str, tuple[Champion, ...]] = defaultdict(tuple)
    for one in rows:
        assert one.account_id is not None
        found[one.account_id] += (Champion(str(one), seen.get(one.pk), one.left_on),)
    return found


def _last_seen(access: Access, people: Collection[Person], today: date) -> dict[str, date]:
    """The last day on which each of these people was active, within 120 days."""
    accounts = {one.account_id for one in people if one.account_id}
    some = sorted(accounts) if len(accounts) < _MANY else None
    asked = pa.table({"person_id": pa.array([one.pk for one in people], pa.string())})
    with views.connect(access.workspace, today - timedelta(days=SEEN_DAYS), today, some) as lake:
        lake.register("asked", asked)
        return dict(lake.execute(_LAST_SEEN, {"today": today}).fetchall())


_LAST_SEEN = """
    SELECT person_id, max(day) FROM use_people JOIN asked USING (person_id)
    WHERE day <= $today GROUP BY person_id"""


def _answers(access: Access, account_ids: Ids, today: date) -> dict[str, Answer]:
    """Each account's lowest NPS answer while it counts."""
    zone = access.workspace.zone
    since = clock.end_of_day(today - timedelta(days=ANSWER_DAYS + 1), zone)
    rows = among(access, Response, account_ids).filter(
        survey="nps",
        score__isnull=False,
        responded_at__gte=since,
        responded_at__lt=clock.end_of_day(today, zone),
    )
    lowest_last = rows.order_by("-score", "responded_at").values_list(
        "account_id", "person__name", "score", "responded_at"
    )
    return {
        key: Answer(who or "", score or 0.0, at.astimezone(ZoneInfo(zone)).date())
        for key, who, score, at in lowest_last
    }
