"""What a merge or split would do, before it does; and which were done and can be undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from tenure.accounts import hanging
from tenure.accounts.models import Account, AccountAttributes, Identity, Person, Regrouping
from tenure.workspaces.access import Access
from tenure.workspaces.members import NotPossible

ATTRIBUTE = "attributes."
MOST = 200

_FIELDS = {
    Account: ("name", "domain", "owner", "segment"),
    Person: ("email", "name", "role", "part", "influence", "stance", "relation", "account_id", "is_own"),
}


@dataclass(frozen=True)
class Two:
    """Who stays and who goes."""

    kept: Account | Person
    other: Account | Person


@dataclass(frozen=True)
class Conflict:
    """A field that both fill, each in its way."""

    field: str
    kept: Any
    other: Any

    @property
    def title(self) -> str:
        """The field in words."""
        return _title(self.field)


@dataclass(frozen=True)
class Preview:
    """What a merge would do: rows that move by what they are called, fields completed, fields that differ."""

    kind: str
    kept: Account | Person
    other: Account | Person
    observed: list[str]
    moves: dict[str, int]
    completes: dict[str, Any]
    conflicts: list[Conflict]


@dataclass(frozen=True)
class Done:
    """A merge or split that was done; `first` is what has to be undone before it can be."""

    regrouping: Regrouping
    first: str

    @property
    def may_be_undone(self) -> bool:
        """Whether undo would work now."""
        return self.regrouping.undone_at is None and not self.first


def two(access: Access, kind: str, kept_id: str, other_id: str) -> Two:
    """Two accounts, or two people, of the workspace. Http404 for strangers', NotPossible for one alone."""
    if kept_id == other_id:
        raise NotPossible("Choose two: one cannot be merged with itself.")
    model: type[Account] | type[Person] = Person if kind == Identity.PERSON else Account
    return Two(access.get(model, kept_id), access.get(model, other_id))


def preview(access: Access, kind: str, kept_id: str, other_id: str) -> Preview:
    """What merging `other` into `kept` would do. Raises as `two` does."""
    pair = two(access, kind, kept_id, other_id)
    ours, theirs = said_of(pair.kept), said_of(pair.other)
    both = [name for name in ours if ours[name] and theirs.get(name) and ours[name] != theirs[name]]
    moves: dict[str, int] = {}
    for hook in hanging.hooks(type(pair.kept)):
        if number := hook.free_to_follow(pair.other.pk, pair.kept.pk).count():
            moves[hook.title] = moves.get(hook.title, 0) + number
    return Preview(
        kind=kind,
        kept=pair.kept,
        other=pair.other,
        observed=observed_of(access, kind, pair.other.pk),
        moves=moves,
        completes={_title(name): value for name, value in theirs.items() if value and not ours.get(name)},
        conflicts=[Conflict(name, ours[name], theirs[name]) for name in both],
    )


def observed_of(access: Access, kind: str, target_id: str, most: int = MOST) -> list[str]:
    """The ids under which somebody is observed."""
    rows = access.of(Identity).filter(kind=kind, target_id=target_id)
    return list(rows.order_by("observed").values_list("observed", flat=True)[:most])


def unobserved(access: Access, kind: str, target_id: str, refs: Sequence[str]) -> set[str]:
    """Those of some ids under which somebody is not observed."""
    rows = access.of(Identity).filter(kind=kind, target_id=target_id, observed__in=refs)
    return set(refs) - set(rows.values_list("observed", flat=True))


def said_of(row: Account | Person) -> dict[str, Any]:
    """The fields that a merge completes, and every attribute. A name that is only the id says nothing."""
    said: dict[str, Any] = {name: getattr(row, name) for name in _FIELDS[type(row)]}
    if row.name == row.external_id:
        said["name"] = ""
    return said | {f"{ATTRIBUTE}{name}": value for name, value in attributes_of(row).items()}


def attributes_of(row: Account | Person) -> dict[str, Any]:
    """What else is known of somebody."""
    if isinstance(row, Person):
        return dict(row.attributes)
    return dict(AccountAttributes.objects.filter(account=row).values_list("data", flat=True).first() or {})


def _title(field: str) -> str:
    words = {"account_id": "customer", "is_own": "one of us"}
    return words.get(field, field.removeprefix(ATTRIBUTE).replace("_", " "))


def done(access: Access, most: int = MOST) -> list[Done]:
    """The merges and splits, newest first."""
    rows = list(access.of(Regrouping).defer("kept_rows", "before").order_by("-pk")[:most])
    return [Done(row, _first(row, rows)) for row in rows]


def _first(row: Regrouping, newest_first: list[Regrouping]) -> str:
    touches = set(row.touches)
    for later in newest_first:
        if later.pk > row.pk and later.undone_at is None and touches & set(later.touches):
            return str(later)
    return ""


def blocking(access: Access, one: Regrouping) -> Regrouping | None:
    """The newest merge or split after this one, not undone, that touched the same accounts or people."""
    touches = set(one.touches)
    later = access.of(Regrouping).filter(pk__gt=one.pk, undone_at=None).order_by("-pk")
    return next(
        (
            row
            for row in later.only("touches", "what", "kept_name", "other_name")
            if touches & set(row.touches)
        ),
        None,
    )


def become(access: Access, kind: str, gone_id: str) -> str:
    """Whom an account or person that was merged, or made by a split later undone, has become; else empty."""
    found = ""
    seen = {gone_id}
    while row := _merge_of(access, kind, gone_id):
        found = gone_id = row.kept_id
        if gone_id in seen:
            break
        seen.add(gone_id)
    return found


def _merge_of(access: Access, kind: str, gone_id: str) -> Regrouping | None:
    """By the workspace alone: whoever follows the way is asked there whether they may see it."""
    rows = Regrouping.objects.filter(workspace=access.workspace, kind=kind, other_id=gone_id)
    merged = Q(what=Regrouping.MERGE, undone_at=None)
    undone = Q(what=Regrouping.SPLIT, undone_at__isnull=False)
    return rows.filter(merged | undone).order_by("-pk").first()
