"""What a customer has bought, by product, and what others have that it has not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from tenure.accounts.models import Account
from tenure.kit import clock
from tenure.revenue import rules
from tenure.revenue.models import Term
from tenure.revenue.queries import yearly
from tenure.workspaces.access import Access

MOST = 12  # products that could still be bought, on a page


@dataclass(frozen=True)
class Bought:
    """A product of a customer as of a day; amounts in minor units. `until` None: it is open-ended."""

    name: str
    is_live: bool
    arr_minor: int | None  # None where an amount has no rate
    seats: int | None  # of the terms that run; None where one does not say
    since: date  # the first day of the first term
    until: date | None  # the last end of the terms that run, or the day it ended


@dataclass(frozen=True)
class Whitespace:
    """A product that a customer does not have, and how many of the others do."""

    name: str
    accounts: int
    share: float  # of the customers with any product


def bought(access: Access, account_id: str) -> list[Bought]:
    """What a customer has and had, what runs today first. Http404 for a stranger's."""
    account, today = access.get(Account, account_id), clock.today(access.workspace.zone)
    by_name: defaultdict[str, list[Term]] = defaultdict(list)
    terms = access.of(Term).filter(account=account, superseded_at=None).exclude(subscription__product="")
    for term in terms.select_related("subscription"):
        by_name[term.subscription.product].append(term)
    found = [_bought(access, name, rows, today) for name, rows in by_name.items()]
    return sorted(found, key=lambda one: (not one.is_live, -(one.arr_minor or 0), one.name))


def _bought(access: Access, name: str, terms: list[Term], today: date) -> Bought:
    live = [term for term in terms if rules.is_live(term, today)]
    ends = [term.ends_on for term in live or terms]
    seats = [term.seats for term in live]
    return Bought(
        name=name,
        is_live=bool(live),
        arr_minor=yearly(access, live),
        seats=None if None in seats or not seats else sum(one or 0 for one in seats),
        since=min(term.starts_on for term in terms),
        until=None if None in ends else max(end for end in ends if end),
    )


def whitespace(access: Access, has: Iterable[str]) -> list[Whitespace]:
    """The products of other customers that one with these does not have, the most usual first."""
    live = _live(access.of(Term), clock.today(access.workspace.zone)).order_by()
    counted = live.values("subscription__product").annotate(number=Count("account_id", distinct=True))
    rows = counted.exclude(subscription__product__in=["", *has]).order_by("-number", "subscription__product")
    everybody = live.aggregate(number=Count("account_id", distinct=True))["number"]
    return [
        Whitespace(name, number, number / everybody)
        for name, number in rows.values_list("subscription__product", "number")[:MOST]
    ]


def _live(terms: QuerySet[Term], day: date) -> QuerySet[Term]:
    """Those that run on a day and name a product."""
    runs = Q(ends_on=None) | Q(ends_on__gt=day)
    return terms.filter(runs, superseded_at=None, starts_on__lte=day).exclude(subscription__product="")


def names_of(account_ids: Collection[str], day: date) -> dict[str, list[str]]:
    """The products of accounts on a day, by account; the accounts are known to be the caller's."""
    rows = _live(Term.objects.filter(account__in=account_ids), day).order_by("subscription__product")
    found: defaultdict[str, list[str]] = defaultdict(list)
    for key, name in rows.values_list("account_id", "subscription__product").distinct():
        found[key].append(name)
    return dict(found)


def known(access: Access, most: int = 200) -> list[str]:
    """The products that anybody has today."""
    rows = _live(access.of(Term), clock.today(access.workspace.zone))
    names = rows.order_by("subscription__product").values_list("subscription__product", flat=True)
    return list(names.distinct()[:most])


def having(day: date, **lookups: object) -> QuerySet[Term]:
    """Terms that run on a day, with a product that fits: for `Exists`."""
    fits = {f"subscription__product__{name}": value for name, value in lookups.items()}
    return _live(Term.objects.filter(**fits), day)
