"""Duplicates: found in one pass, proposed with reason and confidence, dismissed for good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from tenure.accounts import likeness
from tenure.accounts.likeness import One, Pair
from tenure.accounts.models import Account, Duplicate, DuplicateLook, Identity, Person
from tenure.accounts.queries import in_chunks
from tenure.kit import clock, outbox
from tenure.kit.facts import DuplicatesRequested
from tenure.workspaces.access import Access
from tenure.workspaces.models import Workspace
from tenure.workspaces.roles import Right

MOST_AT_ONCE = 10_000  # accounts and people that are looked through while somebody waits
MOST_FOUND = 5000  # proposals kept, the surest first: nobody goes through more

_ACCOUNT = ("id", "name", "domain", "parent_id")
_PERSON = ("id", "name", "email", "account_id")


@dataclass(frozen=True)
class Proposal:
    """Two who may be one."""

    id: int
    kind: str
    one: Any
    other: Any
    reason: str
    confidence: float

    @property
    def says(self) -> str:
        """How sure, in a word."""
        return (
            "almost certain" if self.confidence > 0.9 else "likely" if self.confidence >= 0.7 else "possible"
        )


@dataclass(frozen=True)
class Looked:
    """When duplicates were asked for and looked for, and how many proposals wait for a word."""

    asked_at: datetime | None
    looked_at: datetime | None
    open: int

    @property
    def is_done(self) -> bool:
        """Whether nobody waits for a look."""
        return self.asked_at is None or (self.looked_at is not None and self.looked_at >= self.asked_at)


def find(workspace: Workspace) -> int:
    """Look through everybody and bring the proposals in line; gives how many are open. Dismissed stays so."""
    began, own = clock.now(), workspace.own_domains
    accounts = likeness.alike_accounts(_all(Account, workspace, _ACCOUNT), own)
    people = likeness.alike_people(_all(Person, workspace, _PERSON))
    found = _propose(workspace, Identity.ACCOUNT, accounts) + _propose(workspace, Identity.PERSON, people)
    DuplicateLook.objects.update_or_create(workspace=workspace, defaults={"looked_at": began})
    return found


def look(access: Access) -> Looked:
    """Look for duplicates: at once where there are few to look through, else as soon as the worker can."""
    access.require(Right.LOAD)
    workspace = access.workspace
    everybody = sum(model.objects.filter(workspace=workspace).count() for model in (Account, Person))
    with transaction.atomic():
        DuplicateLook.objects.update_or_create(workspace=workspace, defaults={"asked_at": clock.now()})
        if everybody > MOST_AT_ONCE:
            outbox.record(DuplicatesRequested(workspace_id=workspace.id))
    if everybody <= MOST_AT_ONCE:
        find(workspace)
    return looked(access)


def looked(access: Access) -> Looked:
    """What became of looking."""
    row = access.of(DuplicateLook).first() or DuplicateLook()
    return Looked(row.asked_at, row.looked_at, sum(count(access).values()))


def _all(model: type[Account] | type[Person], workspace: Workspace, columns: Sequence[str]) -> list[One]:
    """Everybody, known longest first: our ids grow with time."""
    rows = model.objects.filter(workspace=workspace).order_by("pk").values_list(*columns)
    return [
        One(**{name: value or "" for name, value in zip(columns, row, strict=True)})
        for row in rows.iterator(chunk_size=5000)
    ]


def _propose(workspace: Workspace, kind: str, pairs: Sequence[Pair]) -> int:
    """Add new proposals, forget those that hold no more. Gives how many are open."""
    found = {(pair.one_id, pair.other_id): pair for pair in pairs[:MOST_FOUND]}
    with transaction.atomic():
        known = Duplicate.objects.filter(workspace=workspace, kind=kind)
        before = {
            (one, other): (pk, dismissed)
            for pk, one, other, dismissed in known.values_list("pk", "one_id", "other_id", "dismissed_at")
        }
        gone = [pk for pair, (pk, dismissed) in before.items() if pair not in found and dismissed is None]
        for chunk in in_chunks(gone):
            known.filter(pk__in=chunk).delete()
        new = [pair for key, pair in found.items() if key not in before]
        Duplicate.objects.bulk_create(
            Duplicate(
                workspace=workspace,
                kind=kind,
                one_id=pair.one_id,
                other_id=pair.other_id,
                reason=pair.reason[:300],
                confidence=pair.confidence,
            )
            for pair in new
        )
    return sum(1 for key in found if before.get(key, (0, None))[1] is None)


def proposed(
    access: Access, kind: str, most: int = 50, after: tuple[float, int] | None = None
) -> list[Proposal]:
    """Open proposals of which both are still there, the surest first.

    `after`: confidence and id of the last one that is known already.
    """
    model: type[Account] | type[Person] = Person if kind == Identity.PERSON else Account
    open_ones = access.of(Duplicate).filter(kind=kind, dismissed_at=None)
    for column in ("one_id", "other_id"):
        open_ones = open_ones.filter(Exists(access.of(model).filter(pk=OuterRef(column))))
    if after:
        confidence, pk = after
        open_ones = open_ones.filter(Q(confidence__lt=confidence) | Q(confidence=confidence, pk__gt=pk))
    rows = list(open_ones.order_by("-confidence", "pk")[:most])
    there = access.of(model).in_bulk([pk for row in rows for pk in (row.one_id, row.other_id)])
    return [
        Proposal(row.pk, kind, there[row.one_id], there[row.other_id], row.reason, row.confidence)
        for row in rows
        if row.one_id in there and row.other_id in there
    ]


def count(access: Access) -> dict[str, int]:
    """How many open proposals there are, by kind."""
    rows = access.of(Duplicate).filter(dismissed_at=None).values_list("kind", flat=True)
    kinds = list(rows)
    return {kind: kinds.count(kind) for kind in (Identity.ACCOUNT, Identity.PERSON)}


@transaction.atomic
def dismiss(access: Access, duplicate_id: int | str, *, back: bool = False) -> Duplicate:
    """Say that the two are two, for good; `back` takes it back."""
    access.require(Right.LOAD)
    row = access.get(Duplicate, duplicate_id)
    row.dismissed_at, row.dismissed_by = (None, "") if back else (clock.now(), access.who)
    row.save(update_fields=["dismissed_at", "dismissed_by"])
    return row
