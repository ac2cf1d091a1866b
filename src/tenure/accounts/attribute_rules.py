"""What a workspace says of its attributes: their types, and whose word counts most; and what that does."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.db import transaction
from django.db.models import Count

from tenure.accounts import attributes, rules, statements
from tenure.accounts.announcing import announce
from tenure.accounts.attributes import CHOICE, KINDS, Typed, Types
from tenure.accounts.models import Account, AccountAttributes, AttributeRule, Statement
from tenure.accounts.queries import in_chunks
from tenure.accounts.statements import COLUMNS, Order
from tenure.kit import changes, outbox
from tenure.kit.facts import AttributeRulesChanged
from tenure.kit.prepared import Prepared
from tenure.workspaces.access import Access
from tenure.workspaces.models import Workspace
from tenure.workspaces.roles import Right

LOOKED_AT = 2000  # customers whose attributes are known
GUESSED_FROM = 300  # values of each, from which its type is guessed
PREVIEWED = 5000  # customers whose values a preview works out
EXAMPLES = 20
MOST_OPTIONS, LONGEST_NAME = 100, 200


@dataclass(frozen=True)
class Seen:
    """An attribute as it is seen: at how many of the customers looked at, and what its values seem to be."""

    name: str
    accounts: int
    guess: Typed
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Attribute:
    """An attribute with its type, set by somebody or guessed, and the order of its sources if it has one."""

    name: str
    typed: Typed
    is_guessed: bool
    sources: tuple[str, ...]
    seen: Seen | None


def types_of(workspace: Workspace) -> Types:
    """The types that somebody set."""
    rows = AttributeRule.objects.filter(workspace=workspace).exclude(name="").exclude(kind="")
    return Types({one.name: Typed(one.kind, tuple(one.options)) for one in rows if one.kind in KINDS})


def seen(workspace: Workspace) -> dict[str, Seen]:
    """The attributes of the newest customers, by name. Kept until a customer changes."""
    return _seen(workspace.id, changes.counts(workspace.id).get("account", 0))


def seen_lately(workspace: Workspace) -> dict[str, Seen]:
    """The same, up to a minute old: for the list, which every write of a customer would make look again."""
    return _seen(workspace.id, -1 - int(time.monotonic() // 60))


@lru_cache(maxsize=32)
def _seen(workspace_id: str, _moved: int) -> dict[str, Seen]:
    rows = AccountAttributes.objects.filter(workspace=workspace_id).order_by("-account_id")
    values: defaultdict[str, list[Any]] = defaultdict(list)
    for data in rows.values_list("data", flat=True)[:LOOKED_AT]:
        for name, value in data.items():
            if attributes.is_known(value):
                values[name].append(value)
    return {name: _one_seen(name, found) for name, found in sorted(values.items())}


def _one_seen(name: str, values: Sequence[Any]) -> Seen:
    common = Counter(str(value)[:60] for value in values).most_common(3)
    guess = attributes.guess(values[:GUESSED_FROM])
    return Seen(name, len(values), guess, tuple(text for text, _ in common))


def attributes_of(access: Access, *, lately: bool = False) -> dict[str, Attribute]:
    """Every attribute that is seen (`lately`: up to a minute ago) or said something of, by name."""
    found = seen_lately(access.workspace) if lately else seen(access.workspace)
    said = {one.name: one for one in access.asked(_RULES)}
    names = sorted({*found, *(name for name in said if name not in COLUMNS)}, key=str.lower)
    return {name: _attribute(name, found.get(name), said.get(name)) for name in names}


_RULES = Prepared(
    AttributeRule,
    lambda workspace_id: AttributeRule.objects.filter(workspace_id=workspace_id).exclude(name=""),
)


def _attribute(name: str, found: Seen | None, rule: AttributeRule | None) -> Attribute:
    sources = tuple(rule.sources) if rule else ()
    if rule is not None and rule.kind in KINDS:
        return Attribute(name, Typed(rule.kind, tuple(rule.options)), False, sources, found)
    return Attribute(name, found.guess if found else Typed(attributes.TEXT), True, sources, found)


@transaction.atomic
def set_type(access: Access, name: str, kind: str, options: Sequence[str] = ()) -> AttributeRule:
    """Say of what type an attribute is; without a kind it is guessed again. ValueError: what would be right.

    Values follow in the background: those that fit take the type's form, the others stay as they are.
    """
    access.require(Right.DEFINE)
    name = _named(name)
    chosen = tuple(dict.fromkeys(filter(None, (rules.clean_text(one) for one in options))))
    if kind and kind not in KINDS:
        raise ValueError(f"choose {', '.join(KINDS)}, not {kind[:40]!r}")
    if kind == CHOICE and not 0 < len(chosen) <= MOST_OPTIONS:
        raise ValueError(f"a list to choose from has 1 to {MOST_OPTIONS} entries, one a line")
    row, _ = AttributeRule.objects.get_or_create(workspace=access.workspace, name=name)
    row.kind, row.options = kind, list(chosen) if kind == CHOICE else []
    row.save(update_fields=["kind", "options"])
    access.log("set the type of an attribute", f"{name}: {KINDS[kind].title if kind else 'as guessed'}")
    outbox.record(AttributeRulesChanged(workspace_id=access.workspace.id, names=(name,)))
    return row


@transaction.atomic
def set_order(access: Access, name: str, sources: Sequence[str]) -> AttributeRule:
    """Say whose word counts most: of one attribute or column, without a name of all. None: as usual."""
    access.require(Right.DEFINE)
    chosen = ordered(sources)
    row, _ = AttributeRule.objects.get_or_create(
        workspace=access.workspace, name=_named(name) if name else ""
    )
    row.sources = list(chosen)
    row.save(update_fields=["sources"])
    says = " before ".join(chosen) or "as usual"
    access.log("ordered the sources", f"{name or 'of everything'}: {says}")
    outbox.record(AttributeRulesChanged(workspace_id=access.workspace.id, names=(name,) if name else ()))
    return row


def ordered(sources: Sequence[str]) -> tuple[str, ...]:
    """Sources, each once. ValueError for one that could not be."""
    chosen = tuple(dict.fromkeys(one.strip() for one in sources if one.strip()))
    if any(len(one) > 80 for one in chosen) or len(chosen) > 50:
        raise ValueError("name at most 50 sources, of 80 letters each")
    return chosen


def _named(name: str) -> str:
    found = name.strip()
    if not 0 < len(found) <= LONGEST_NAME:
        raise ValueError(f"an attribute has a name of 1 to {LONGEST_NAME} letters")
    return found


def sources_of(workspace: Workspace) -> list[str]:
    """Who says anything of customers, by the usual order."""
    rows = Statement.objects.filter(workspace=workspace, superseded_at=None).order_by()
    known = set(rows.values_list("source", flat=True).distinct())
    return sorted(known, key=lambda one: (Order().rank("", one), one))


@dataclass(frozen=True)
class Effect:
    """What a change would do: to how many values, of how many customers looked at, with some of them."""

    looked_at: int
    changed: int
    unfit: int
    is_all: bool
    examples: tuple[tuple[Account, str, Any, Any], ...] = field(default=())  # customer, key, before, after


def effect_of_type(access: Access, name: str, typed: Typed) -> Effect:
    """What setting a type would do to the values there are."""
    types = Types({**types_of(access.workspace).by_name, name: typed})
    rows = _with_attribute(access.workspace, name)
    ids = list(rows.values_list("account_id", flat=True)[: PREVIEWED + 1])
    return _effect(access, ids, Order.of(access.workspace), types, [name])


def effect_of_order(access: Access, name: str, sources: Sequence[str]) -> Effect:
    """What another order of sources would do: only where several speak."""
    known = Order.of(access.workspace).by_name
    order = Order({key: value for key, value in {**known, name: ordered(sources)}.items() if value})
    several = Statement.objects.filter(workspace=access.workspace, superseded_at=None).order_by()
    counted = several.values("account_id").annotate(number=Count("pk")).filter(number__gt=1)
    ids = list(counted.values_list("account_id", flat=True)[: PREVIEWED + 1])
    return _effect(access, ids, order, types_of(access.workspace), [name] if name else None)


def _effect(
    access: Access, ids: Sequence[str], order: Order, types: Types, names: Collection[str] | None
) -> Effect:
    changed, unfit, examples = 0, 0, list[tuple[Account, str, Any, Any]]()
    for account, key, before, after in _differences(ids[:PREVIEWED], order, types, names):
        typed = types.by_name.get(key.removeprefix("."))
        unfit += typed is not None and attributes.is_known(after) and not typed.fits(after)
        if before != after or type(before) is not type(after):
            changed += 1
            if len(examples) < EXAMPLES:
                examples.append((account, key, before, after))
    looked_at = min(len(ids), PREVIEWED)
    return Effect(looked_at, changed, unfit, len(ids) <= PREVIEWED, tuple(examples))


def _differences(
    ids: Sequence[str], order: Order, types: Types, names: Collection[str] | None
) -> Iterator[tuple[Account, str, Any, Any]]:
    """What is shown of these accounts, and what would be: only of what some source says, or stands there."""
    for chunk in in_chunks(ids):
        said = statements.current(chunk)
        for account in Account.objects.filter(pk__in=chunk).select_related("attributes"):
            values = statements.shown(said.get(account.pk, {}).values(), order)
            data = _data(account)
            for name in {key.removeprefix(".") for key in values} if names is None else names:
                key = f".{name}"
                if hasattr(account, "attributes") and (key in values or name in data):
                    before = data.get(name)
                    yield account, key, before, types.kept(name, values.get(key, before))
                if name in COLUMNS and name in values:
                    yield account, name, getattr(account, name), values[name]


def _data(account: Account) -> dict[str, Any]:
    row = getattr(account, "attributes", None)
    return dict(row.data) if row else {}


def _with_attribute(workspace: Workspace, name: str) -> Any:
    return AccountAttributes.objects.filter(workspace=workspace, data__has_key=name).order_by("-account_id")


def apply(workspace: Workspace, names: Collection[str] | None = None) -> int:
    """Show these attributes (None: everything) as the rules have them; gives how many values that changed."""
    order, types, done = Order.of(workspace), types_of(workspace), 0
    everybody = Account.objects.filter(workspace=workspace).order_by("pk").values_list("pk", flat=True)
    for chunk in in_chunks(everybody.iterator(chunk_size=2000)):
        done += _apply(workspace, chunk, order, types, names)
    return done


@transaction.atomic
def _apply(
    workspace: Workspace, ids: Sequence[str], order: Order, types: Types, names: Collection[str] | None
) -> int:
    touched, done = dict[str, Account](), 0
    for account, key, before, after in _differences(ids, order, types, names):
        if before == after and type(before) is type(after):
            continue
        row = touched.setdefault(account.pk, account)
        if key.startswith("."):
            row.attributes.data = row.attributes.data | {key[1:]: after}
        else:
            setattr(row, key, after)
        done += 1
    for row in touched.values():
        row.save(update_fields=list(COLUMNS))
        row.attributes.save(update_fields=["data"])
    if touched:
        announce(workspace, "account", list(touched))
    return done


def unfit(access: Access, name: str, typed: Typed, most: int = 200) -> list[tuple[Account, Any]]:
    """Customers whose value does not fit, the newest first, of the newest that have one."""
    rows = _with_attribute(access.workspace, name).filter(account__in=access.of(Account))
    found = rows.select_related("account")[:PREVIEWED]
    wrong = ((row.account, row.data[name]) for row in found if attributes.is_known(row.data[name]))
    return [(account, value) for account, value in wrong if not typed.fits(value)][:most]
