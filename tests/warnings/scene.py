"""The cast's customers as a refresh of health would leave them: standings, metric values, contracts, answers.

Acme thrives and has filled its seats; Borealis is red and renews in 30 days; Cinder has been a customer
for 24 days and nobody has come; Dune has left; Otherco is a neighbour's.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pyarrow as pa

from tenure.accounts.models import Account, Person
from tenure.feedback.models import Response
from tenure.health import history
from tenure.health import profile as profiles
from tenure.health.models import Standing
from tenure.kit import clock
from tenure.metrics.models import MetricValue
from tenure.revenue.models import Subscription, Term
from tenure.workspaces.access import Access


def today() -> date:
    return clock.today("UTC")


def ago(days: int) -> date:
    return today() - timedelta(days=days)


def account(access: Access, name: str, arr: int | None = None, owner: str = "Dana", **about: Any) -> Account:
    """A customer paying `arr` in major units, with a standing of `about` and metrics of `metrics`."""
    row = Account.objects.create(workspace=access.workspace, external_id=name.lower(), name=name, owner=owner)
    metrics: dict[str, float] = about.pop("metrics", {})
    started = about.pop("started", ago(400))
    Standing.objects.create(
        account=row,
        workspace=access.workspace,
        as_of=today(),
        arr_minor=None if arr is None else arr * 100,
        **about,
    )
    MetricValue.objects.bulk_create(
        MetricValue(workspace=access.workspace, account=row, metric=metric, value=value, as_of=today())
        for metric, value in metrics.items()
    )
    if arr is not None:
        _contract(access, row, arr, started, about.get("renews_on"))
    return row


def _contract(access: Access, row: Account, arr: int, starts_on: date, ends_on: date | None) -> None:
    subscription = Subscription.objects.create(
        workspace=access.workspace, account=row, external_id=f"s-{row.external_id}"
    )
    Term.objects.create(
        workspace=access.workspace,
        subscription=subscription,
        account=row,
        amount_minor=arr * 100,
        currency="USD",
        interval="year",
        starts_on=starts_on,
        ends_on=ends_on,
    )


def customers(access: Access) -> dict[str, Account]:
    """Everybody."""
    live = {"live_terms": 1.0}
    return {
        "acme": account(
            access,
            "Acme",
            84_000,
            score=90,
            band="good",
            last_active_on=today(),
            metrics=live | {"seat_use": 0.97},
        ),
        "borealis": account(
            access,
            "Borealis",
            120_000,
            score=38,
            band="poor",
            renews_on=ago(-30),
            last_active_on=ago(1),
            metrics=live | {"seat_use": 0.34, "activity_trend": 0.5},
        ),
        "cinder": account(
            access, "Cinder", 40_000, owner="Max", started=ago(24), score=None, band="", metrics=live
        ),
        "dune": account(
            access, "Dune", 0, score=None, band="", last_active_on=ago(90), metrics={"live_terms": 0.0}
        ),
    }


def answer(access: Access, row: Account, score: float, days_ago: int, who: str = "Ann") -> Response:
    """An NPS answer at noon."""
    person = Person.objects.create(
        workspace=access.workspace, external_id=f"{who}-{score}-{days_ago}", name=who, account=row
    )
    return Response.objects.create(
        workspace=access.workspace,
        external_id=f"{row.external_id}-{score}-{days_ago}",
        survey="nps",
        account=row,
        person=person,
        score=score,
        responded_at=datetime.combine(ago(days_ago), time(12), UTC),
    )


def scored(access: Access, *rows: tuple[str, date, float | None, str]) -> None:
    """Add to the score history: (account id, day, score, basis)."""
    ids, days, values, bases = zip(*rows, strict=True)
    table = pa.table(
        {
            "account_id": list(ids),
            "day": list(days),
            "score": pa.array(values, pa.float64()),
            "computed": pa.array(values, pa.float64()),
            "band": [profiles.default().band(value) or None for value in values],
            "outcomes": pa.nulls(len(rows), pa.float64()),
            "experience": pa.nulls(len(rows), pa.float64()),
            "basis": list(bases),
            "coverage": [1.0] * len(rows),
            "parts": ["{}"] * len(rows),
            "profile": ["default"] * len(rows),
            "profile_version": pa.array([1] * len(rows), pa.int64()),
            "computed_at": pa.array([clock.now()] * len(rows), pa.timestamp("us", "UTC")),
            "month": [f"{day:%Y-%m}" for day in days],
        },
        schema=history.SCHEMA,
    )
    history.append(access.workspace.id, table)
