"""Worker slots: nobody shares one, a dead worker's is taken over, a restarted worker finds its own."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tenure.jobs import slots
from tenure.kit import clock, leases
from tenure.kit.models import Lease

pytestmark = pytest.mark.django_db


def die(slot: str) -> None:
    """Whoever holds this slot has not renewed it."""
    Lease.objects.filter(name=slot).update(expires_at=clock.now() - timedelta(seconds=1))


def test_two_workers_never_share_a_slot() -> None:
    assert [slots.take("one"), slots.take("two")] == ["worker-0", "worker-1"]


def test_a_restarted_worker_takes_its_own_slot_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENURE_HOLDER", "up")
    assert slots.take(slots.holder()) == "worker-0"
    assert slots.take(slots.holder()) == "worker-0"


def test_a_worker_without_a_supervisor_has_a_name_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TENURE_HOLDER", raising=False)
    assert slots.holder() != slots.holder()


def test_a_dead_workers_slot_is_taken_over_once() -> None:
    slots.take("one")
    slots.take("two")
    slots.take("three")
    die("worker-0")
    assert slots.take_over("two") == ["worker-0"]
    assert slots.take_over("three") == []


def test_who_stood_still_too_long_learns_that_the_slot_is_lost() -> None:
    slots.take("one")
    assert slots.renew("worker-0", "one")
    die("worker-0")
    slots.take_over("two")
    assert not slots.renew("worker-0", "one")


def test_when_all_slots_are_taken_it_says_so() -> None:
    for number in range(slots.SLOTS):
        slots.take(f"worker {number}")
    with pytest.raises(LookupError, match="stop a worker first"):
        slots.take("one more")


def test_somebody_is_working_while_a_lease_runs() -> None:
    assert not slots.is_somebody_working()
    slots.take("one")
    assert slots.is_somebody_working()
    die("worker-0")
    assert not slots.is_somebody_working()


def test_a_long_held_lease_is_asked_for_rarely_and_given_to_one() -> None:
    ours, theirs = leases.Held("drain", "one", 30), leases.Held("drain", "two", 30)
    assert ours.is_ours()
    assert not theirs.is_ours()
    Lease.objects.all().delete()
    assert ours.is_ours(), "it was asked a moment ago"
    assert not theirs.is_ours()
