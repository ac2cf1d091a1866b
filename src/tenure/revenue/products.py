"""What a customer has bought, by product, and what others have that it has not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from tenure.kit import clock
from tenure.revenue.models import RunningTerm
from tenure.revenue.queries import TermLine, money_of
from tenure.workspaces.access import Access

MOST = 12  # products that could still be bought, on a page


@dataclass(frozen=True)
class Bought:
    """A product of a customer as of a day; amounts in minor units.

    `until`: the first day on which they no longer have it, as agreed or as it came; None: it goes on.
    """

    name: str
    is_live: bool
    arr_minor: int | None  # None where an amount has no rate
    seats: int | None  # of the terms that run; None where one does not say
    since: date  # the first day of the first term
    until: date | None


@dataclass(frozen=True)
class Whitespace:
    """A product that a customer does not have, and how many of the others do."""

    name: str
    accounts: int
    share: float  # of the customers with any product


def bought(access: Access, account_id: str) -> list[Bought]:
    """What a customer has and had, what runs today first. Http404 for a stranger's."""
    return bought_by(money_of(access, account_id).terms)


def bought_by(terms: Iterable[TermLine]) -> list[Bought]:
    """The same for whoever has looked up the terms."""
    by_name: defaultdict[str, list[TermLine]] = defaultdict(list)
    for term in terms:
        if term.product:
            by_name[term.product].append(term)
    found = [_bought(name, rows) for name, rows in by_name.items()]
    return sorted(found, key=lambda one: (not one.is_live, -(one.arr_minor or 0), one.name))


def _bought(name: str, terms: list[TermLine]) -> Bought:
    live = [term for term in terms if term.is_live]
    ends = [_end(term) for term in live or terms]
    seats, yearly = [term.seats for term in live], [term.yearly_minor for term in live]
    return Bought(
        name=name,
        is_live=bool(live),
        arr_minor=None if None in yearly else sum(one or 0 for one in yearly),
        seats=None if None in seats or not seats else sum(one or 0 for one in seats),
        since=min(term.starts_on for term in terms),
        until=None if None in ends else max(end for end in ends if end),
    )


def _end(term: TermLine) -> date | None:
    """The agreed end; that it counts for thirty days beyond matters only once nothing was decided by then."""
    counts_on = term.is_live and term.is_past_due
    if term.ends_on is None or term.runs_until is None or term.goes_on or counts_on:
        return term.runs_until
    return min(term.ends_on, term.runs_until)


def whitespace(access: Access, has: Iterable[str]) -> list[Whitespace]:
    """The products of other customers that one with these does not have, the most usual first."""
    live = _live(access.of(RunningTerm), clock.today(access.workspace.zone)).order_by()
    counted = live.values("product").annotate(number=Count("account_id", distinct=True))
    rows = counted.exclude(product__in=["", *has]).order_by("-number", "product")
    everybody = live.aggregate(number=Count("account_id", distinct=True))["number"]
    return [
        Whitespace(name, number, number / everybody)
        for name, number in rows.values_list("product", "number")[:MOST]
    ]


def _live(terms: QuerySet[RunningTerm], day: date) -> QuerySet[RunningTerm]:
    """Those that count on a day and name a product."""
    return on(terms, day).exclude(product="")


def on(terms: QuerySet[RunningTerm], day: date) -> QuerySet[RunningTerm]:
    """Those that count on a day, today or later."""
    return terms.filter(Q(runs_until=None) | Q(runs_until__gt=day), starts_on__lte=day)


def names_of(account_ids: Collection[str], day: date) -> dict[str, list[str]]:
    """The products of accounts on a day, by account; the accounts are known to be the caller's."""
    rows = _live(RunningTerm.objects.filter(account__in=account_ids), day).order_by("product")
    found: defaultdict[str, list[str]] = defaultdict(list)
    for key, name in rows.values_list("account_id", "product").distinct():
        found[key].append(name)
    return dict(found)


def known(access: Access, most: int = 200) -> list[str]:
    """The products that anybody has today."""
    rows = _live(access.of(RunningTerm), clock.today(access.workspace.zone))
    names = rows.order_by("product").values_list("product", flat=True)
    return list(names.distinct()[:most])


def having(day: date, **lookups: object) -> QuerySet[RunningTerm]:
    """Terms that count on a day, with a product that fits: for `Exists`."""
    fits = {f"product__{name}": value for name, value in lookups.items()}
    return _live(RunningTerm.objects.filter(**fits), day)
