"""Which facts start which durable jobs, in which batches, under which ids."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from django.db import transaction

from tenure.jobs import durable, reactions, refresh
from tenure.jobs.reactions import REACTIONS, Reaction, batches
from tenure.kit import outbox
from tenure.kit.facts import EventsArrived, ImportRequested

Started = list[tuple[str, str, Any]]


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Started:
    """What is given to the durable jobs, instead of being done. test_worker.py has it done."""
    found: Started = []
    monkeypatch.setattr(durable, "enqueue", lambda *job: found.append(job))
    return found


def ask(*runs: str) -> None:
    with transaction.atomic():
        outbox.record(*(ImportRequested(workspace_id="w", run_id=run) for run in runs))


def nothing(_facts: Sequence[Any]) -> None:
    """A reaction that does nothing."""


@pytest.mark.django_db
def test_an_import_is_a_job_of_its_own_named_after_its_run(started: Started) -> None:
    ask("r1", "r2", "r1")
    assert reactions.turn() is True
    assert [(workflow, job) for workflow, job, _ in started] == [
        ("import:r1", "import"),
        ("import:r2", "import"),
    ]
    assert reactions.turn() is False


@pytest.mark.django_db
def test_facts_that_others_read_are_passed_over(started: Started) -> None:
    with transaction.atomic():
        outbox.record(EventsArrived(workspace_id="w", first_day="2026-11-03", count=1))
    assert reactions.turn() is False
    assert started == []


@pytest.mark.django_db
def test_facts_are_acknowledged_only_after_their_jobs_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_job: Any) -> None:
        raise OSError("the disk is full")

    ask("r1")
    with monkeypatch.context() as broken:
        broken.setattr(durable, "enqueue", full)
        with pytest.raises(OSError, match="full"):
            reactions.turn()
    again: Started = []
    monkeypatch.setattr(durable, "enqueue", lambda *job: again.append(job))
    reactions.turn()
    assert [workflow for workflow, _, _ in again] == ["import:r1"]


def test_without_a_key_all_that_waits_is_one_batch_named_by_its_ends() -> None:
    waiting = [outbox.Recorded(at, ImportRequested(workspace_id="w", run_id=str(at))) for at in (4, 7, 9)]
    assert list(batches(Reaction("tell", nothing), waiting)) == [("tell:4-9", waiting)]
    assert list(batches(Reaction("tell", nothing), [])) == []


def test_a_job_receives_the_facts_as_they_were_recorded(
    started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    received: list[Sequence[Any]] = []
    reaction = Reaction("import", received.append, key=lambda fact: fact.run_id)
    monkeypatch.setitem(REACTIONS, ImportRequested, (reaction,))
    jobs: dict[str, Any] = {}
    monkeypatch.setattr(durable, "job", jobs.__setitem__)
    reactions.register()
    jobs["import"]([{"workspace_id": "w", "run_id": "r1", "caused_by": ""}])
    assert received == [[ImportRequested(workspace_id="w", run_id="r1")]]


def test_no_fact_is_both_refreshed_and_reacted_to() -> None:
    assert not set(REACTIONS) & set(refresh.FACTS)
