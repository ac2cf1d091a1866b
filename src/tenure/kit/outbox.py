"""Facts: what happened that others care about, recorded where and when it became true.

A fact is a frozen msgspec Struct with `workspace_id`. `record` writes it in the caller's transaction;
consumers read in order, in batches, each with a cursor of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TypeVar

import msgspec
from django.db import transaction

from tenure.kit import clock
from tenure.kit.models import OutboxCursor, OutboxFact


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened, in the past tense. Subclasses add what a reaction needs to know."""

    workspace_id: str
    caused_by: str = ""


F = TypeVar("F", bound=Fact)
_KINDS: dict[str, type[Fact]] = {}


def fact(kind: type[F]) -> type[F]:
    """Class decorator: makes a fact readable from the outbox by its name."""
    _KINDS[kind.__name__] = kind
    return kind


@dataclass(frozen=True)
class Recorded:
    """A fact with its place in the outbox."""

    position: int
    fact: Fact


def record(*facts: Fact) -> None:
    """Write facts in the current transaction; outside of one it is a mistake, and says so."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a fact must be recorded in the transaction that makes it true")
    at = clock.now()
    OutboxFact.objects.bulk_create(
        OutboxFact(
            kind=type(one).__name__,
            workspace_id=one.workspace_id,
            body=msgspec.json.encode(one),
            caused_by=one.caused_by,
            recorded_at=at,
        )
        for one in facts
    )


def read(consumer: str, most: int = 500, kinds: Collection[type[Fact]] = ()) -> list[Recorded]:
    """The next facts this consumer has not acknowledged, oldest first; only of `kinds`, if any are given."""
    position = OutboxCursor.objects.filter(consumer=consumer).values_list("position", flat=True).first() or 0
    waiting = OutboxFact.objects.filter(pk__gt=position)
    if kinds:
        waiting = waiting.filter(kind__in=[kind.__name__ for kind in kinds])
    rows = waiting.order_by("pk")[:most]
    return [Recorded(row.pk, msgspec.json.decode(bytes(row.body), type=_KINDS[row.kind])) for row in rows]


def acknowledge(consumer: str, facts: Sequence[Recorded]) -> None:
    """Move this consumer's cursor behind `facts`."""
    if facts:
        OutboxCursor.objects.update_or_create(consumer=consumer, defaults={"position": facts[-1].position})


def holds(kind: type[Fact], workspace_id: str) -> bool:
    """Whether a fact of this kind is on record about a workspace, handled or not."""
    return OutboxFact.objects.filter(kind=kind.__name__, workspace_id=workspace_id).exists()
