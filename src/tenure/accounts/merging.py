"""Merge, split and undo: who is whom changes; what was collected never does.

A merge lets everything that hangs on one account (or person) hang on another, leads its observed ids there,
and takes its row off the table into the record of the merge, with all that went with it. So no list, figure
or import has to know of it, and undo brings back exactly what was. A split is the other way round, for
chosen ids and people. Each is undone while nothing later touched the same accounts and people.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Model, Q

from tenure.accounts import hanging, rules
from tenure.accounts.announcing import EVER, announce
from tenure.accounts.hanging import Hook
from tenure.accounts.models import (
    Account,
    AccountAttributes,
    Duplicate,
    Identity,
    Person,
    RegroupedRows,
    Regrouping,
)
from tenure.accounts.previewing import ATTRIBUTE, Two, attributes_of, blocking, said_of, two
from tenure.accounts.queries import in_chunks
from tenure.kit import changes, clock
from tenure.workspaces.access import Access
from tenure.workspaces.members import NotPossible
from tenure.workspaces.roles import Right

MODELS: Mapping[str, type[Account] | type[Person]] = {Identity.ACCOUNT: Account, Identity.PERSON: Person}
MEANS = Hook(Identity, "target_id")

_IDS_IN_A_ROW = 5000


@dataclass(frozen=True)
class Apart:
    """What becomes an account or a person of its own.

    `observed`: ids under which it is observed. Of an account also `people`, and `rows` by table (such as
    subscriptions); what hangs on these goes with them, as answers with who gave them.
    """

    name: str
    observed: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    rows: Mapping[str, Collection[Any]] = field(default_factory=dict)


@transaction.atomic
def merge(access: Access, kind: str, kept_id: str, other_id: str, take: Collection[str] = ()) -> Regrouping:
    """Let everything of `other` count for `kept`. Of fields that both fill, those in `take` are the other's.

    Raises NotPossible for one and the same, Http404 for strangers'.
    """
    access.require(Right.LOAD)
    pair = two(access, kind, kept_id, other_id)
    kept, other = pair.kept, pair.other
    name = str(kept)
    before = _leave_the_family(pair) | _complete(pair, take)
    given = _give_all(MODELS[kind], other.pk, kept.pk)
    rows = hanging.would_go(other)
    done = _record(access, Regrouping.MERGE, pair, given, rows, before, name)
    type(other).objects.filter(pk=other.pk).delete()
    access.of(Duplicate).filter(Q(one_id=other.pk) | Q(other_id=other.pk), dismissed_at=None).delete()
    _say(access, done, given, rows)
    access.log("merged", f"{other} into {name}")
    return done


@transaction.atomic
def split(access: Access, kind: str, from_id: str, apart: Apart) -> Regrouping:
    """Make an account or a person of what was taken for part of another.

    Events follow the ids they were observed under: those that name the old account stay with it. Raises
    NotPossible if nothing is chosen, or the id that the old one is known by.
    """
    access.require(Right.LOAD)
    source = access.get(MODELS[kind], from_id)
    observed = _chosen_ids(access, kind, source, apart)
    new = _new(access, source, apart)
    # Leads there if anybody says it from now on, and stays a name of the old one if this is undone.
    Identity.objects.get_or_create(
        workspace=access.workspace, kind=kind, observed=new.external_id, defaults={"target_id": new.pk}
    )
    given = _give(
        _with_what_hangs(kind, {MEANS: observed, **_chosen_rows(access, source, apart)}), source.pk, new.pk
    )
    done = _record(access, Regrouping.SPLIT, Two(source, new), given)
    _say(access, done, given)
    access.log("split", f"{new} from {source}")
    return done


def would_split(access: Access, kind: str, from_id: str, apart: Apart) -> dict[str, int]:
    """What a split would give to the new one: rows by what they are called. Raises as `split` does."""
    access.require(Right.LOAD)
    source = access.get(MODELS[kind], from_id)
    chosen = {MEANS: _chosen_ids(access, kind, source, apart), **_chosen_rows(access, source, apart)}
    moves: dict[str, int] = {}
    for hook, ids in _with_what_hangs(kind, chosen).items():
        if ids:
            moves[hook.title] = moves.get(hook.title, 0) + len(ids)
    return moves


@transaction.atomic
def undo(access: Access, regrouping_id: str | int) -> Regrouping:
    """Take a merge or split back. NotPossible if a later one has to be undone first, or this one was.

    What came in since for an id that goes back: events follow it, records follow with their next import.
    """
    access.require(Right.LOAD)
    one = access.get(Regrouping, regrouping_id)
    if one.undone_at is not None:
        raise NotPossible(f"{one} was undone already.")
    if later := blocking(access, one):
        raise NotPossible(f"Undo first: {later}.")
    if not access.of(MODELS[one.kind]).filter(pk=one.kept_id).exists():
        raise NotPossible(f"{one.kept_name} is no longer there.")
    (_undo_merge if one.what == Regrouping.MERGE else _undo_split)(access, one)
    one.undone_at, one.undone_by = clock.now(), access.who
    one.save(update_fields=["undone_at", "undone_by"])
    access.log("undid", str(one))
    return one


def _undo_merge(access: Access, one: Regrouping) -> None:
    hanging.restore(one.kept_rows)
    given: dict[Hook, list[Any]] = {}
    for rows in one.rows.all():
        hook = hanging.hook(rows.table, rows.field)
        given.setdefault(hook, []).extend(rows.ids)
    _give(given, one.kept_id, one.other_id)
    _take_back(MODELS[one.kind].objects.get(pk=one.kept_id), one.before)
    _say(access, one, given, one.kept_rows)


def _undo_split(access: Access, one: Regrouping) -> None:
    """Everything of the one that came of the split, whatever came to it since."""
    given = _give_all(MODELS[one.kind], one.other_id, one.kept_id)
    MODELS[one.kind].objects.filter(pk=one.other_id).delete()
    _say(access, one, given)


def _give_all(model: type[Model], owner_id: str, to: str) -> dict[Hook, list[Any]]:
    """Let all that may follow hang on `to`, observed ids too; gives what did."""
    found = {
        one: list(one.free_to_follow(owner_id, to).values_list("pk", flat=True))
        for one in hanging.hooks(model)
    }
    found[MEANS] = list(MEANS.of(owner_id).values_list("pk", flat=True))
    return _give(found, owner_id, to)


def _give(rows: Mapping[Hook, list[Any]], owner_id: str, to: str) -> dict[Hook, list[Any]]:
    for hook, ids in rows.items():
        hook.give(ids, owner_id, to)
    return {hook: ids for hook, ids in rows.items() if ids}


def _owners(given: Mapping[Hook, Iterable[Any]]) -> set[str]:
    """The accounts and people among the rows."""
    return {pk for hook, ids in given.items() if hook.model in (Account, Person) for pk in ids}


def _record(
    access: Access,
    what: str,
    pair: Two,
    given: Mapping[Hook, list[Any]],
    rows: Mapping[str, hanging.Rows] | None = None,
    before: Mapping[str, list[Any]] | None = None,
    kept_name: str = "",
) -> Regrouping:
    """Write down what was done, with all it takes to undo it."""
    kept, other, kept_rows = pair.kept, pair.other, dict(rows or {})
    known = {kept.pk, other.pk, *_owners(given), *hanging.owners_in(kept_rows, tuple(MODELS.values()))}
    done = Regrouping.objects.create(
        workspace=access.workspace,
        what=what,
        kind=next(kind for kind, model in MODELS.items() if isinstance(kept, model)),
        kept_id=kept.pk,
        kept_name=kept_name or str(kept),
        other_id=other.pk,
        other_name=str(other),
        other_ref=other.external_id,
        touches=sorted(known),
        before=dict(before or {}),
        kept_rows=kept_rows,
        done_by=access.who,
    )
    RegroupedRows.objects.bulk_create(
        RegroupedRows(regrouping=done, table=hook.table, field=hook.field, ids=ids)
        for hook, all_ids in given.items()
        for ids in in_chunks(all_ids, _IDS_IN_A_ROW)
    )
    return done


def _say(
    access: Access, one: Regrouping, given: Mapping[Hook, Any], rows: Mapping[str, Any] | None = None
) -> None:
    """Count the writes, and have the figures of whoever is concerned computed anew, for all days."""
    tables = {hook.table for hook in given} | set(rows or {}) | {MODELS[one.kind]._meta.db_table}
    changes.touch(access.workspace.id, *sorted(tables))
    ids = [one.kept_id, one.other_id]
    if one.kind == Identity.PERSON:
        ids = list(Person.objects.filter(pk__in=ids).values_list("account_id", flat=True))
    there = Account.objects.filter(pk__in=[pk for pk in ids if pk]).values_list("pk", flat=True)
    announce(access.workspace, MEANS.table, list(there), first_day=EVER)


def _leave_the_family(pair: Two) -> dict[str, list[Any]]:
    """An account that is below the one it takes in moves to where that one was: no circle."""
    kept, other = pair.kept, pair.other
    if not (isinstance(kept, Account) and isinstance(other, Account)) or other.pk not in _above(kept):
        return {}
    was, kept.parent_id = kept.parent_id, other.parent_id
    kept.save(update_fields=["parent"])
    return {"parent_id": [was, kept.parent_id]}


def _above(account: Account) -> set[str]:
    """Everything above an account."""
    found: set[str] = set()
    parent_id = account.parent_id
    while parent_id and parent_id not in found:
        found.add(parent_id)
        parent_id = Account.objects.filter(pk=parent_id).values_list("parent_id", flat=True).first()
    return found


def _complete(pair: Two, take: Collection[str]) -> dict[str, list[Any]]:
    """Fill what is blank with the other's, and what is to be taken; gives what changed."""
    ours, theirs = said_of(pair.kept), said_of(pair.other)
    new = {name: value for name, value in theirs.items() if value and (not ours.get(name) or name in take)}
    if isinstance(pair.kept, Account) and isinstance(pair.other, Account):
        parent_id = pair.other.parent_id
        if parent_id and not pair.kept.parent_id and parent_id != pair.kept.pk:
            parent = Account.objects.get(pk=parent_id)
            new |= {} if pair.kept.pk in _above(parent) else {"parent_id": parent_id}
    before = {
        name: [_get(pair.kept, name), value] for name, value in new.items() if _get(pair.kept, name) != value
    }
    _set(pair.kept, {name: value for name, (_, value) in before.items()})
    return before


def _take_back(kept: Account | Person, before: Mapping[str, list[Any]]) -> None:
    """What the merge changed, unless somebody changed it since."""
    _set(kept, {name: was for name, (was, became) in before.items() if _get(kept, name) == became})


def _get(row: Account | Person, name: str) -> Any:
    if name.startswith(ATTRIBUTE):
        return attributes_of(row).get(name.removeprefix(ATTRIBUTE))
    return getattr(row, name)


def _set(row: Account | Person, values: Mapping[str, Any]) -> None:
    """Set columns and attributes; an attribute that becomes None goes."""
    data = attributes_of(row)
    for name, value in values.items():
        if not name.startswith(ATTRIBUTE):
            setattr(row, name, value)
        elif value is None:
            data.pop(name.removeprefix(ATTRIBUTE), None)
        else:
            data[name.removeprefix(ATTRIBUTE)] = value
    if isinstance(row, Account):
        AccountAttributes.objects.filter(account=row).update(data=data)
    else:
        row.attributes = data
    row.save()


def _chosen_ids(access: Access, kind: str, source: Account | Person, apart: Apart) -> list[int]:
    """The rows of the observed ids that go. NotPossible where nothing would, or the source's own."""
    if source.external_id in apart.observed:
        raise NotPossible(f"{source} is known by {source.external_id}; choose the ids that are not its own.")
    others = kind == Identity.ACCOUNT and (apart.people or any(apart.rows.values()))
    if not (apart.observed or others):
        raise NotPossible("Choose the ids or people that are to be on their own.")
    rows = access.of(Identity).filter(kind=kind, target_id=source.pk, observed__in=apart.observed)
    return list(rows.values_list("pk", flat=True))


def _chosen_rows(access: Access, source: Account | Person, apart: Apart) -> dict[Hook, list[Any]]:
    """The people and records that go; strangers' are left out."""
    wanted = {**apart.rows, Person._meta.db_table: apart.people}
    if isinstance(source, Person):
        return {}
    return {
        hook: list(hook.of(source.pk).filter(pk__in=wanted[hook.table]).values_list("pk", flat=True))
        for hook in hanging.hooks(Account)
        if wanted.get(hook.table)
    }


def _with_what_hangs(kind: str, rows: dict[Hook, list[Any]]) -> dict[Hook, list[Any]]:
    """With the rows that hang on these."""
    if kind == Identity.PERSON:
        return rows
    ids = {hook.model: ids for hook, ids in rows.items() if hook is not MEANS}
    hanging_on = hanging.hanging_on(ids, Account)
    return {
        hook: [*dict.fromkeys([*rows.get(hook, []), *hanging_on.get(hook, [])])]
        for hook in {**rows, **hanging_on}
    }


def _new(access: Access, source: Account | Person, apart: Apart) -> Account | Person:
    """Who comes of a split: known by one of the chosen ids, or one made up."""
    model = type(source)
    ref = next(
        (
            one
            for one in apart.observed
            if not model.objects.filter(workspace=access.workspace, external_id=one).exists()
        ),
        "",
    )
    ref = ref or _made_up(access, source)
    name = rules.clean_text(apart.name)
    if isinstance(source, Person):
        return Person.objects.create(
            workspace=access.workspace,
            external_id=ref,
            name=name,
            account_id=source.account_id,
            is_own=source.is_own,
        )
    new = Account.objects.create(
        workspace=access.workspace,
        external_id=ref,
        name=name or ref,
        owner=source.owner,
        segment=source.segment,
        parent_id=source.parent_id,
    )
    AccountAttributes.objects.create(account=new, workspace=access.workspace)
    return new


def _made_up(access: Access, source: Account | Person) -> str:
    """An id nobody has: the old one's with a number."""
    kind = Identity.PERSON if isinstance(source, Person) else Identity.ACCOUNT
    stem = source.external_id[: rules.LONGEST_ID - 8]
    taken = (
        access.of(Identity)
        .filter(kind=kind, observed__startswith=f"{stem}-")
        .values_list("observed", flat=True)
    )
    known = set(taken)
    return next(ref for number in range(2, 100_000) if (ref := f"{stem}-{number}") not in known)
