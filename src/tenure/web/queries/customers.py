"""What the Customers page reads: a page of the sorted table, and the figures of the set it belongs to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from tenure.accounts.models import Account
from tenure.accounts.queries import beyond
from tenure.desk import search
from tenure.kit import rows
from tenure.kit.prepared import NotOpen, Prepared, Value
from tenure.kit.shaped import Shape, apart, padded
from tenure.kit.unled import unled
from tenure.segments.fields import AccountColumn, MetricColumn
from tenure.segments.rules import Condition, Rule
from tenure.segments.standpoint import Standpoint
from tenure.web.queries import keyset, large, rolled
from tenure.web.queries.attributes import shown, typed_of
from tenure.web.queries.lines import FIGURES, Line, Row, lines, read_of
from tenure.web.queries.orders import Order
from tenure.web.queries.standings import standings
from tenure.web.queries.wanted import Wanted
from tenure.workspaces.access import Access
from tenure.workspaces.models import Workspace
from tenure.workspaces.roles import Right

PAGE = 50
LARGE_BOOK = 10_000  # customers of a book
NARROW = 2_000  # customers of a segment
FEW = 1000  # up to here a set is counted and added up while the page waits
CHUNK = 2000  # rows of an export in memory


@dataclass(frozen=True)
class Total:
    """How many customers a set has, and what they pay a year; `with_arr` of them have a figure."""

    count: int
    with_arr: int
    arr_minor: int | None


@dataclass(frozen=True)
class Found:
    """The customers a rule and a search mean; `count` goes up to `FEW` + 1, which stands for more."""

    workspace: Workspace
    conditions: Q
    count: int
    is_rolled: bool = False

    @property
    def is_few(self) -> bool:
        """Whether `count` is the whole truth."""
        return self.count <= FEW

    def accounts(self, path: str = "", *also: Q, **named: Any) -> QuerySet[Account]:
        """The accounts, held to the workspace by the table at `path`: its indexes, which begin with it, lead.

        By one table only. With a second such condition SQLite takes a workspace for ten rows and may scan
        all of them for every one. A small set's ids were read through this very condition, and lead alone.
        """
        scope = {} if self.is_few else {f"{path}workspace": self.workspace}
        return Account.objects.filter(self.conditions, *also, **scope, **named)

    def rows(self, path: str = "", **also: Any) -> Any:
        """What the table shows of each, as dictionaries."""
        return read_of(self._figures, self.accounts(path, **also))

    def figure(self, name: str) -> Any:
        """A figure of the standing, or of the family where those are asked for, as an expression."""
        return self._figures[name]

    @property
    def _figures(self) -> Mapping[str, Any]:
        return {**FIGURES, **rolled.FIGURES} if self.is_rolled else FIGURES


def find(access: Access, wanted: Wanted) -> Found:
    """The customers that are meant. A small set is listed once and not searched for again."""
    many = everyone(access, wanted)
    if not (wanted.is_narrowed or access.is_narrowed) and has_many(access):
        return many
    asked = (wanted.rule, wanted.search, many.is_rolled)
    if large.is_known_of(access, *asked):
        return many
    if access.is_narrowed:  # found by their owners, whatever else is asked of them
        leading = _of_book(access).filter(many.conditions)
    else:
        leading = _of_segment(access, wanted.rule, many)
    ids = rows.ids(leading[: FEW + 1])
    if len(ids) > FEW:
        large.keep_of(access, *asked)
        return many
    return replace(many, conditions=Q(pk__in=padded(ids)), count=len(ids))


def has_many(access: Access) -> bool:
    """Whether the caller has more than `FEW` customers."""
    if access.is_narrowed:
        return access.of(Account)[: FEW + 1].count() > FEW
    return bool(access.asked(_BEYOND_FEW))


def count_up_to_few(access: Access) -> int:
    """How many customers the caller has, counted up to `FEW` + 1."""
    return FEW + 1 if has_many(access) else access.of(Account)[: FEW + 1].count()


_BEYOND_FEW = Prepared(Account, lambda workspace_id: beyond(workspace_id, FEW))


def _of_segment(access: Access, rule: Rule, many: Found) -> QuerySet[Account]:
    """Those of a rule; a segment of few customers is listed first, whatever else is asked of them."""
    asked = [one for one in rule.conditions if (one.field.name, one.operator.name) == ("segment", "is")]
    if asked and _has_figures(rule) and not large.is_known(access, segments := asked[0].value):
        of_segment = access.of(Account).filter(segment__in=segments).order_by()
        listed = rows.ids(of_segment[: NARROW + 1])
        if len(listed) <= NARROW:
            return access.of(Account).filter(many.conditions, pk__in=listed)
        large.keep(access, segments)
    return many.accounts(*_leads(rule, Standpoint.of(access)))


def _of_book(access: Access) -> QuerySet[Account]:
    """The caller's book, to be narrowed further.

    Without statistics of how large a book is, SQLite would rather go through all standings to find the poor
    ones of a small book; of a large one, that finds the first thousand sooner than listing the book.
    """
    own = access.of(Account)
    owned = own.filter(workspace=access.workspace, owner__in=access.owners or ())
    is_large = owned.order_by()[: LARGE_BOOK + 1].count() > LARGE_BOOK
    return own if is_large else own.filter(pk__in=own.values("pk"))


def everyone(access: Access, wanted: Wanted) -> Found:
    """The customers that are meant, taken to be many."""
    access.require(Right.READ)
    is_rolled = wanted.is_rolled and rolled.may_roll(access)
    conditions = _conditions(access, wanted) & _indexed(wanted.rule)
    if is_rolled:
        conditions &= Q(parent=None)
    return Found(access.workspace, conditions, FEW + 1, is_rolled)


def chosen(access: Access, ids: Sequence[str]) -> Found:
    """The customers of these ids, as far as they are the caller's."""
    ours = list(access.of(Account).filter(pk__in=ids[:FEW]).values_list("pk", flat=True))
    return Found(access.workspace, Q(pk__in=ours), len(ours))


def meant(access: Access, wanted: Wanted) -> QuerySet[Account]:
    """All the customers that are meant, however many, as accounts to be changed."""
    return access.of(Account).filter(find(access, wanted).conditions)


def _conditions(access: Access, wanted: Wanted) -> Q:
    rule = wanted.rule.q(Standpoint.of(access))
    if access.is_narrowed:
        rule &= Account.in_books(access.workspace, access.owners or ())
    if not (text := wanted.search):
        return rule
    return rule & search.accounts(access, text)


def _indexed(rule: Rule) -> Q:
    """What lets an index of accounts that begins with the workspace answer for the accounts of standings.

    SQLite finds a standing's account by its id and then reads it; told that both are of one workspace, it
    finds the segment in the index: in half of the time, and a quarter where hardly any fits.
    """
    if _has_figures(rule) and any(one.field.name == "segment" for one in rule.conditions):
        return Q(workspace=F("standing__workspace"))
    return Q()


def _has_figures(rule: Rule) -> bool:
    """Whether something is asked of a standing that must be there."""
    return any(one.operator.name != "is_missing" and _is_of_standing(one) for one in rule.conditions)


def _leads(rule: Rule, standpoint: Standpoint) -> tuple[str, *tuple[Q, ...]]:
    """The table whose index finds a rule's customers, and what it must say of them.

    Somebody's book is found by its owner, then a metric by its values, then figures by the standing.
    """
    if any((one.field.name, one.operator.name) == ("owner", "is") for one in rule.conditions):
        return ("",)
    known = [one for one in rule.conditions if one.operator.name != "is_missing"]
    for one in known:
        if isinstance(one.field.column, MetricColumn):
            joined = replace(one, field=replace(one.field, column=_Joined(one.field.column.metric)))
            return "metric_values__", joined.q(standpoint)
    return ("standing__" if any(map(_is_of_standing, known)) else "",)


def _is_of_standing(condition: Condition) -> bool:
    column = condition.field.column
    return isinstance(column, AccountColumn) and column.path.startswith("standing__")


@dataclass(frozen=True)
class _Joined:
    """A metric's latest values, joined: from its index to the accounts instead of the other way."""

    metric: str

    def present(self) -> Q:
        """There is a value."""
        return Q(metric_values__metric=self.metric)

    def where(self, **lookups: Any) -> Q:
        """There is one that fits."""
        fits = {f"metric_values__value__{lookup}": value for lookup, value in lookups.items()}
        return Q(metric_values__metric=self.metric, **fits)


def page(found: Found, wanted: Wanted, size: int = PAGE) -> tuple[list[Line], keyset.Page]:
    """A page of the table, and the marks of its neighbours; attributes as people read them."""
    stretches = _stretches(found, wanted)
    most = found.count if found.is_few else None
    part = keyset.page(stretches, size, wanted.after, wanted.before, most)
    currency = found.workspace.currency
    return lines(part.rows, wanted.asked, lambda name, value: shown(value, typed_of(name), currency)), part


def _stretches(found: Found, wanted: Wanted) -> Sequence[keyset.Walked]:
    """The rows in their order, by queries that are put together once where that can be.

    Of many that are meant the first are near in any order: SQLite may not list all of them by a condition's
    own index to sort them.
    """
    if not (found.is_few or found.is_rolled):
        by = getattr(wanted.sort.order, "column", "")
        found = replace(found, conditions=unled(found.conditions, "standing__", but=by))
    stretches = wanted.sort.order.stretches(found, wanted.is_descending)
    if found.is_rolled or (known := apart(found.conditions)) is None:
        return stretches
    shape, values = known
    asked = (wanted.sort.order, wanted.is_descending, found.is_few, shape)
    given = values if found.is_few else [*values, found.workspace.pk]
    return [_Prepared(asked, given, place, one) for place, one in enumerate(stretches)]


@dataclass(frozen=True)
class _Prepared:
    """A stretch of a workspace's customers, asked for as those of other values were before."""

    asked: tuple[Order, bool, bool, Shape]
    values: Sequence[Value]
    place: int
    stretch: keyset.Stretch

    @property
    def read(self) -> Callable[[str], Any]:
        """As the stretch reads it."""
        return self.stretch.read

    def walk(self, mark: keyset.Mark | None, most: int | None, is_backward: bool) -> list[keyset.Row]:
        """What the stretch's own walk gives."""
        walk = _walk(*self.asked, self.place, mark is None, most, is_backward)
        sorted_by = [self.read(mark.value)] if mark and self.stretch.column else []
        try:
            return walk(*self.values, *([mark.row_id] if mark else ()), *sorted_by)
        except NotOpen:  # a condition that another package added
            return list(self.stretch.walk(mark, most, is_backward))


@lru_cache(maxsize=512)
def _walk(
    order: Order,
    is_descending: bool,
    is_few: bool,
    shape: Shape,
    place: int,
    is_first: bool,
    most: int | None,
    is_backward: bool,
) -> Prepared[keyset.Row]:
    """The walk of any workspace's customers, from the start or from any mark on."""

    def walk(*values: Any) -> QuerySet[Any]:
        given = iter(values)
        conditions = shape.q(given)
        workspace = Workspace() if is_few else Workspace(pk=next(given))
        found = Found(workspace, conditions, 0 if is_few else FEW + 1)
        stretch = order.stretches(found, is_descending)[place]
        mark = None if is_first else keyset.Mark(place, *given)
        return replace(stretch, read=lambda given: given).walk(mark, most, is_backward)

    return Prepared(Account, walk)


def every_row(found: Found, wanted: Wanted, metrics: Sequence[str]) -> Iterator[Row]:
    """All rows in order, a few thousand in memory at a time: for export."""
    asked = wanted.asked._replace(metrics=tuple(metrics))
    walks = (
        stretch.walk(None, None, is_backward=False).iterator(chunk_size=CHUNK)
        for stretch in wanted.sort.order.stretches(found, wanted.is_descending)
    )
    rows = (values for walk in walks for values in walk)
    while some := list(islice(rows, CHUNK)):
        yield from (line.row(asked) for line in lines(some, asked))


def total(found: Found) -> Total:
    """Exactly how many, and their ARR together. For a large set this takes a moment."""
    alone = standings(found)
    arr, rows = (found.figure("arr_minor"), found.accounts()) if alone is None else (F("arr_minor"), alone)
    return Total(**rows.aggregate(count=Count("pk"), with_arr=Count(arr), arr_minor=Sum(arr)))
