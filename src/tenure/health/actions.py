"""Writes of health: how every account stands today, and the daily history of scores."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from threading import Thread
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import Model

from tenure.accounts.models import Account
from tenure.health import belonging, history
from tenure.health.board import Board, weeks_until
from tenure.health.models import Standing
from tenure.health.plan import plan_of
from tenure.health.rating import Rating, compile_ahead, rate, score
from tenure.kit import bulk, clock, outbox
from tenure.kit.facts import HealthChanged
from tenure.metrics.catalogue import metrics_of
from tenure.metrics.models import MetricValue
from tenure.metrics.tables import open_tables
from tenure.workspaces.models import Workspace

ACCOUNTS_AT_ONCE = 1000  # that one transaction writes: SQLite has one writer at a time, others wait for it
MOST_LISTED = 1000  # accounts that a fact names; of more it says "all"
MOST_HISTORY_DAYS = 366  # what pages look back on; later days are kept as they come
ROWS_AT_ONCE = 250_000  # accounts × days that a query of the history answers; a long one costs less a day
DAYS_AT_ONCE = MOST_HISTORY_DAYS + 1

Progress = Callable[[int, int], None]


def refresh(
    workspace: Workspace, account_ids: Collection[str] | None = None, as_of: date | None = None
) -> int:
    """Rescore accounts (None: all) as of a day (today); gives how many.

    Writes the latest metric values and standings and the day's rows of the history, and records
    HealthChanged. An account that left meanwhile keeps its history.
    """
    if account_ids is not None and not account_ids:
        return 0
    day = as_of or clock.today(workspace.zone)
    asked = None if _is_everybody(workspace, account_ids) else account_ids
    with open_tables(workspace, asked) as tables:
        rating = rate(
            tables,
            plan_of(workspace, asked),
            weeks_until(day),
            asked,
            also=tuple(metrics_of(workspace).values()),
        )
    now, known = clock.now(), _scored_before(workspace, rating, account_ids)
    _write(workspace, Board(rating), day, now)
    if moved := belonging.assign(workspace, rating.plan.versions.in_force(day), day, account_ids, known):
        rating = score(rating.values, plan_of(workspace, account_ids), rating.days)
        _write(workspace, Board(rating), day, now, only=moved)
    board = Board(rating)
    history.append(workspace.id, history.rows(rating, board.latest, now))
    with transaction.atomic():
        outbox.record(HealthChanged(workspace_id=workspace.id, account_ids=_listed(account_ids)))
    return len(board)


@contextmanager
def compiling_ahead(workspace: Workspace) -> Iterator[None]:
    """While the block runs, compile what its first refresh and a year's backfill will ask for.

    In a thread: what the block does in native code (reading files, writing the lake) leaves it the time.
    """
    plan, today = plan_of(workspace), clock.today(workspace.zone)
    also, year = (
        tuple(metrics_of(workspace).values()),
        _days(today - timedelta(days=MOST_HISTORY_DAYS), today),
    )

    def compile_all() -> None:
        compile_ahead(plan, weeks_until(today), also)
        compile_ahead(plan, year)

    thread = Thread(target=compile_all, daemon=True)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _is_everybody(workspace: Workspace, account_ids: Collection[str] | None) -> bool:
    """Whether no account is left out: to ask for all is quicker than to name them."""
    if account_ids is None:
        return True
    return len(account_ids) >= Account.objects.filter(workspace=workspace).count()


def _scored_before(workspace: Workspace, rating: Rating, account_ids: Collection[str] | None) -> set[str]:
    """Who has a standing already; asked only where there is more than the default profile to have."""
    if len(rating.plan.versions.by_name) <= 1 and not rating.plan.spans:
        return set()
    rows = Standing.objects.filter(workspace=workspace)
    if account_ids is not None and len(account_ids) <= belonging.FEW:
        rows = rows.filter(account_id__in=account_ids)
    return set(rows.values_list("account_id", flat=True))


def _write(
    workspace: Workspace, board: Board, as_of: date, now: datetime, only: Collection[str] | None = None
) -> None:
    """Replace the rows of the board's accounts (or `only` some), some accounts a transaction."""
    ids, standings, metrics = board.account_ids, board.standings(), board.metric_values()
    if only is not None:
        places = [place for place, account_id in enumerate(ids) if account_id in only]
        ids = [ids[place] for place in places]
        standings = {key: [column[place] for place in places] for key, column in standings.items()}
        metrics = {key: [column[place] for place in places] for key, column in metrics.items()}
    for start in range(0, len(ids), ACCOUNTS_AT_ONCE):
        some = slice(start, start + ACCOUNTS_AT_ONCE)
        every = {"workspace_id": workspace.id, "as_of": as_of}
        rows = {"account_id": ids[some]} | {key: column[some] for key, column in standings.items()}
        values = _filled(ids[some], {name: column[some] for name, column in metrics.items()})
        with transaction.atomic():
            _replace(Standing, ids[some], rows, every | {"computed_at": now})
            _replace(MetricValue, ids[some], values, every)


def _filled(ids: Sequence[str], metrics: Mapping[str, Sequence[float | None]]) -> dict[str, list[Any]]:
    """Every value there is, with its account and metric."""
    rows: dict[str, list[Any]] = {"account_id": [], "metric": [], "value": []}
    for name, column in metrics.items():
        there = [place for place, value in enumerate(column) if value is not None]
        rows["account_id"] += [ids[place] for place in there]
        rows["metric"] += [name] * len(there)
        rows["value"] += [column[place] for place in there]
    return rows


def _replace(
    model: type[Model], ids: list[str], columns: Mapping[str, Sequence[Any]], every: Mapping[str, Any]
) -> None:
    """These rows instead of all that the accounts had: what has no data any more must go too."""
    model._default_manager.filter(account_id__in=ids).delete()
    rows = len(columns["account_id"])
    bulk.add_columns(model, {**columns, **{name: [value] * rows for name, value in every.items()}})


def _listed(account_ids: Collection[str] | None) -> tuple[str, ...]:
    """The accounts a fact names; none where they are all, or too many."""
    return () if account_ids is None or len(account_ids) > MOST_LISTED else tuple(sorted(account_ids))


def backfill(workspace: Workspace, first_day: date, progress: Progress | None = None) -> int:
    """Write every account's score as of every day from `first_day` (at most a year back) to today.

    As known then, by the profile that each account had then, in the version in force then, with what people
    had overridden: a new version rewrites no day before it. Gives how many days; `progress` is told days
    done and days in all.
    """
    today = clock.today(workspace.zone)
    first_day = max(first_day, today - timedelta(days=MOST_HISTORY_DAYS))
    days = _days(first_day, today)
    plan = plan_of(workspace)
    size = _days_at_once(workspace)
    with open_tables(workspace) as tables:
        for start in range(0, len(days), size):
            rating = rate(tables, plan, days[start : start + size])
            history.append(workspace.id, history.rows(rating, np.arange(len(rating)), clock.now()))
            if progress:
                progress(min(start + size, len(days)), len(days))
    return len(days)


def _days_at_once(workspace: Workspace) -> int:
    accounts = Account.objects.filter(workspace=workspace).count()
    return max(1, min(DAYS_AT_ONCE, ROWS_AT_ONCE // max(accounts, 1)))
