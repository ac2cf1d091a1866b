"""From facts to figures: what came in is scored, once for many facts, each workspace by itself."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

import pyarrow as pa
import pytest
from django.db import transaction

from tenure.accounts import actions as accounts
from tenure.accounts.actions import AccountRow, PersonRow
from tenure.accounts.models import Account
from tenure.events import actions as events
from tenure.health.models import Outlook, Standing
from tenure.jobs import refresh
from tenure.kit import clock, outbox
from tenure.kit.facts import EventsArrived, RecordsChanged
from tenure.kit.models import Live
from tenure.workspaces.access import Access
from tenure.workspaces.models import Workspace

LONG_AGO = timedelta(days=30)


def ann_at_acme_works(access: Access) -> str:
    """Acme, where Ann has used the product this week; gives Acme's id."""
    workspace = access.workspace
    ids = accounts.upsert_accounts(workspace, [AccountRow("acme", name="Acme")]).ids
    accounts.upsert_people(workspace, [PersonRow("ann", email="ann@acme.test", account_id="acme")])
    days = [clock.now() - timedelta(days=number) for number in range(1, 6)]
    table = pa.table(
        {
            "message_id": [f"m{number}" for number in range(len(days))],
            "event": ["opened"] * len(days),
            "occurred_at": pa.array(days, pa.timestamp("us", "UTC")),
            "account_ref": ["acme"] * len(days),
            "person_ref": ["ann"] * len(days),
        }
    )
    events.load_events(workspace, table, stream="test", position=1, source="test")
    return ids["acme"]


def test_what_arrived_is_scored_and_open_pages_are_told(access: Access) -> None:
    acme = ann_at_acme_works(access)
    assert refresh.turn() is True
    standing = access.of(Standing).get(account_id=acme)
    assert standing.score is not None
    assert standing.as_of == clock.today()
    live = Live.objects.filter(workspace_id=access.workspace.id, topic="accounts")
    assert live.exists()
    while refresh.turn():
        pass
    assert outbox.read(refresh.CONSUMER, kinds=refresh.FACTS) == []


def test_a_neighbours_accounts_are_not_touched(access: Access, neighbour: Access) -> None:
    ann_at_acme_works(access)
    accounts.upsert_accounts(neighbour.workspace, [AccountRow("otherco", name="Otherco")])
    refresh.refresh(access.workspace)
    assert access.of(Standing).exists()
    assert not neighbour.of(Standing).exists()


def recorded(*facts: EventsArrived | RecordsChanged) -> list[outbox.Recorded]:
    """Facts as the outbox gives them."""
    return [outbox.Recorded(position, fact) for position, fact in enumerate(facts, 1)]


def test_many_facts_of_a_workspace_make_one_refresh() -> None:
    waiting = recorded(
        EventsArrived(workspace_id="w", account_ids=("acme",), first_day="2026-11-03", count=2),
        RecordsChanged(workspace_id="w", table="term", account_ids=("dune",), first_day="2026-11-01"),
        EventsArrived(workspace_id="v", account_ids=("otherco",), first_day="2026-11-02", count=1),
    )
    assert refresh.together(waiting) == {
        "w": refresh.Touched(frozenset({"acme", "dune"}), date(2026, 11, 1)),
        "v": refresh.Touched(frozenset({"otherco"}), date(2026, 11, 2)),
    }


def test_one_fact_about_too_many_to_list_means_all() -> None:
    waiting = recorded(
        EventsArrived(workspace_id="w", account_ids=("acme",), first_day="2026-11-03", count=2),
        EventsArrived(workspace_id="w", first_day="2026-11-03", count=90_000),
    )
    assert refresh.together(waiting)["w"].account_ids is None


def test_history_is_written_anew_only_for_what_came_very_late(
    access: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    since: list[date] = []
    monkeypatch.setattr(refresh.health, "backfill", lambda workspace, first_day: since.append(first_day))
    acme = ann_at_acme_works(access)
    today = clock.today()
    refresh.refresh(access.workspace, [acme], today - timedelta(days=1))
    assert since == []
    refresh.refresh(access.workspace, [acme], today - LONG_AGO)
    assert since == [today - LONG_AGO]


def test_a_workspace_that_fails_does_not_keep_others_waiting_and_is_tried_again(
    access: Access, neighbour: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    acme = ann_at_acme_works(access)
    accounts.upsert_accounts(neighbour.workspace, [AccountRow("otherco", name="Otherco")])
    sound = refresh.health.refresh

    def broken_here(workspace: Workspace, account_ids: Collection[str] | None = None) -> int:
        if workspace == access.workspace:
            raise OSError("the disk is full")
        return sound(workspace, account_ids)

    with monkeypatch.context() as broken:
        broken.setattr(refresh.health, "refresh", broken_here)
        with pytest.raises(refresh.NotAllRefreshed, match="1 workspaces could not be refreshed"):
            refresh.turn()
    assert neighbour.of(Standing).exists()
    assert not access.of(Standing).exists()
    again = [one.fact for one in outbox.read(refresh.CONSUMER, kinds=refresh.FACTS)]
    assert [fact.caused_by for fact in again] == ["refresh tried again"]
    refresh.turn()
    assert access.of(Standing).filter(account_id=acme).exists()


def test_facts_of_a_workspace_that_was_deleted_are_passed_over(transactional_db: None) -> None:
    with transaction.atomic():
        outbox.record(EventsArrived(workspace_id="f" * 32, first_day="2026-11-03", count=1))
    assert refresh.turn() is True
    assert refresh.turn() is False


def test_hundreds_of_changed_accounts_are_told_as_many(access: Access) -> None:
    rows = [AccountRow(f"a{number}") for number in range(refresh.MOST_LIVE_IDS + 1)]
    ids = accounts.upsert_accounts(access.workspace, rows).ids
    Live.objects.all().delete()
    refresh.refresh(access.workspace, list(ids.values()))
    assert max(len(live.ids) for live in Live.objects.all()) <= refresh.MOST_LIVE_IDS
    assert access.of(Account).count() == access.of(Standing).count()


def test_new_history_of_some_accounts_gives_them_an_outlook(access: Access) -> None:
    acme = ann_at_acme_works(access)
    refresh.catch_up()
    Outlook.objects.all().delete()
    refresh.refresh(access.workspace, [acme], clock.today() - LONG_AGO)
    assert access.of(Outlook).get(account_id=acme).days > 0
