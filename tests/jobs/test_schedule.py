"""What happens by the clock: a new day is noticed, and old things go without taking new ones along."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import transaction

from tenure.accounts import actions as accounts
from tenure.accounts.actions import AccountRow
from tenure.health.models import Standing
from tenure.jobs import refresh, schedule
from tenure.kit import clock, live, outbox
from tenure.kit.facts import HealthChanged
from tenure.kit.models import Live, OutboxFact
from tenure.workspaces import members
from tenure.workspaces.access import Access
from tenure.workspaces.models import Invitation, Workspace
from tenure.workspaces.roles import Role

EVENING = datetime(2026, 11, 21, 22, 30, tzinfo=UTC)


def test_a_new_day_begins_when_it_does_in_the_workspaces_zone(access: Access) -> None:
    access.workspace.zone = "Europe/Berlin"
    access.workspace.save()
    accounts.upsert_accounts(access.workspace, [AccountRow("acme", name="Acme")])
    with time_machine.travel(EVENING, tick=False):
        refresh.refresh(access.workspace)
        assert not schedule.is_new_day(access.workspace)
    with time_machine.travel(EVENING + timedelta(hours=1), tick=False):
        assert schedule.is_new_day(access.workspace)
        schedule.begin_day(access.workspace)
        assert not schedule.is_new_day(access.workspace)
        assert access.of(Standing).get().as_of.isoformat() == "2026-11-22"


def test_a_workspace_without_accounts_has_no_new_day(access: Access) -> None:
    assert not schedule.is_new_day(access.workspace)


def test_what_fails_for_one_workspace_keeps_nobody_else_from_being_looked_after(
    access: Access, neighbour: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def break_off(workspace: Workspace) -> None:
        if workspace == access.workspace:
            raise ValueError("strange data")
        seen.append(f"broken {workspace.pk}")

    monkeypatch.setattr(schedule, "_STEPS", ((break_off,), (lambda one: seen.append(one.pk),)))
    monkeypatch.setattr(schedule.durable, "forget", lambda before: seen.append("forgotten"))
    schedule.hourly(None)
    own, others = access.workspace.pk, neighbour.workspace.pk
    assert seen == [f"broken {others}", own, others, "forgotten"]


@pytest.mark.django_db
def test_facts_are_kept_until_everybody_has_read_them_and_a_week_more() -> None:
    with time_machine.travel(EVENING, tick=False), transaction.atomic():
        outbox.record(HealthChanged(workspace_id="w"), HealthChanged(workspace_id="w"))
    first = outbox.read("one", most=1)
    outbox.acknowledge("one", outbox.read("one"))
    outbox.acknowledge("two", first)
    with time_machine.travel(EVENING + timedelta(days=6), tick=False):
        schedule.prune()
        assert OutboxFact.objects.count() == 2
    with time_machine.travel(EVENING + timedelta(days=8), tick=False):
        schedule.prune()
        assert [one.position for one in outbox.read("two")] == [first[0].position + 1]
        assert OutboxFact.objects.count() == 1


@pytest.mark.django_db
def test_the_live_bus_and_dead_links_are_cleared(access: Access) -> None:
    with time_machine.travel(EVENING, tick=False):
        members.invite(access, Role.OWNER)
        live.publish(access.workspace.id, "accounts", ["a"])
    with time_machine.travel(EVENING + timedelta(hours=2), tick=False):
        live.publish(access.workspace.id, "accounts", ["b"])
        schedule.prune()
        assert [row.ids for row in Live.objects.all()] == [["b"]]
        assert Invitation.objects.count() == 1
    with time_machine.travel(EVENING + timedelta(days=38), tick=False):
        schedule.prune()
        assert Invitation.objects.count() == 0


def test_the_days_end_is_the_workspaces_own(access: Access) -> None:
    access.workspace.zone = "Pacific/Auckland"
    with time_machine.travel(EVENING, tick=False):
        assert clock.today(access.workspace.zone).isoformat() == "2026-11-22"
