"""Reads what accounts cost: to serve and to retain within a year, and what winning them cost once."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from django.db.models import Sum

from tenure.conversations.models import TicketVersion
from tenure.insight.clv import Terms
from tenure.insight.clv_survival import Ints
from tenure.insight.likelihood import Floats
from tenure.insight.models import Economics
from tenure.kit import clock
from tenure.kit.money import Money
from tenure.revenue.converting import Rates
from tenure.revenue.models import Cost, Rate
from tenure.workspaces.access import Access

GROSS_MARGIN, DISCOUNT, HOURLY = 0.80, 0.10, 60  # until somebody says; an hour in units of the currency
_WINDOW = 365
_SHORTEST = 90  # days from which a year is extrapolated
_RETAINING = ("credit", "discount", "programme")


@dataclass(frozen=True)
class Costs:
    """What an account cost within the last year, in minor units, by what for; `acquire` ever, None: not
    booked.

    `hours` of managers and of people who answered tickets; `unpriced`: sums without a rate for their
    currency.
    """

    hours: float = 0.0
    retain: float = 0.0
    acquire: float | None = None
    unpriced: int = 0


def terms_of(access: Access, *, usual: bool = False) -> Terms:
    """What the workspace has said of margin, discount and cost of an hour; else what is assumed.

    `usual`: only what is assumed, whatever was said.
    """
    found_row = None if usual else Economics.objects.filter(workspace=access.workspace).first()
    said = found_row or Economics()
    hourly = float(Money.of(HOURLY, access.workspace.currency).minor)
    values = {
        "gross_margin": (said.gross_margin, GROSS_MARGIN),
        "discount": (said.discount, DISCOUNT),
        "hourly_minor": (said.hourly_minor, hourly),
    }
    found = {name: float(other if own is None else own) for name, (own, other) in values.items()}
    return Terms(**found, assumed=frozenset(name for name, (own, _) in values.items() if own is None))


def costs_of(access: Access, day: date) -> dict[str, Costs]:
    """Of the caller's accounts that cost anything, in the year until the end of a day."""
    since = day - timedelta(days=_WINDOW)
    hours = _hours(access, since, day)
    currency = access.workspace.currency
    rates = Rates.of(currency, access.of(Rate).values_list("currency", "day", "rate"))
    retain: defaultdict[str, float] = defaultdict(float)
    acquire: defaultdict[str, float] = defaultdict(float)
    unpriced: defaultdict[str, int] = defaultdict(int)
    rows = access.of(Cost).filter(account__isnull=False, spent_on__lte=day).exclude(category="hours")
    for pk, category, spent_on, minor, said in rows.values_list(
        "account_id", "category", "spent_on", "amount_minor", "currency"
    ).iterator(5_000):
        worth = rates.converted(minor or 0, said or currency, spent_on)
        if worth is None:
            unpriced[pk] += 1
        elif category == "acquisition":
            acquire[pk] += worth
        elif category in _RETAINING and spent_on > since:
            retain[pk] += worth
    names = {*hours, *retain, *acquire, *unpriced}
    return {
        pk: Costs(hours.get(pk, 0.0), retain.get(pk, 0.0), acquire.get(pk), unpriced.get(pk, 0))
        for pk in names
    }


def _hours(access: Access, since: date, day: date) -> dict[str, float]:
    booked = access.of(Cost).filter(
        account__isnull=False, category="hours", spent_on__gt=since, spent_on__lte=day
    )
    zone = access.workspace.zone
    answered = access.of(TicketVersion).filter(
        superseded_at=None,
        opened_at__gte=clock.end_of_day(since, zone),
        opened_at__lt=clock.end_of_day(day, zone),
        handle_minutes__isnull=False,
    )
    found: defaultdict[str, float] = defaultdict(float)
    for pk, hours in booked.values_list("account_id").annotate(total=Sum("hours")):
        found[pk] += hours or 0.0
    for pk, minutes in answered.values_list("account_id").annotate(total=Sum("handle_minutes")):
        found[pk] += (minutes or 0.0) / 60
    return dict(found)


def a_year(amounts: Floats, days: Ints) -> Floats:
    """Amounts of the last year as those of a whole one, for those who have been there for fewer days."""
    return np.asarray(amounts * _WINDOW / np.clip(days, _SHORTEST, _WINDOW))
