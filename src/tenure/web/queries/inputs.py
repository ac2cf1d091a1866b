"""What the page of named inputs reads: what is named, what is proposed, what would raise coverage most."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count

from tenure.accounts.models import Account
from tenure.health.profile import Part
from tenure.health.queries import default_profile
from tenure.kit import business
from tenure.kit.business import Calendar
from tenure.metrics.measures import Attribute
from tenure.metrics.models import MetricValue
from tenure.metrics.named import NAMED, Named
from tenure.metrics.proposals import Proposal, seen
from tenure.revenue.models import Subscription
from tenure.workspaces.access import Access
from tenure.workspaces.books import OutsideBook

# What a measure rests on, by its table or column, as somebody would bring it in; named inputs by their field.
_NEEDS = {
    "accounts.key_features": "key_features",
    "accounts.onboarding_steps": "onboarding_steps",
    "accounts.first_value_events": "first_value_event",
    "milestones": "first_value_event",
    "use_daily": "events",
    "subscriptions": "subscriptions",
    "responses": "responses",
    "goals": "goals",
    "tickets": "tickets",
    "contacts": "tickets",
    "replies": "tickets",
    "solutions": "tickets",
    "settled": "tickets",
}
_BRINGS = {
    "events": "Product events",
    "subscriptions": "Subscriptions",
    "responses": "Survey responses",
    "goals": "Goals",
    "tickets": "Tickets",
}


@dataclass(frozen=True)
class Shown:
    """An input on the page: what is named (with the plan it is for), and what could be."""

    named: Named
    values: tuple[tuple[str, str], ...]  # plan, value
    proposals: tuple[Proposal, ...]


@dataclass(frozen=True)
class Gain:
    """An input that is missing: at how many accounts, and the share of all weight of health it would add."""

    name: str
    title: str
    metrics: tuple[str, ...]
    accounts: int
    share: float


@dataclass(frozen=True)
class InputsPage:
    """All that can be named; what would raise coverage, most first; when the team works."""

    inputs: tuple[Shown, ...]
    gains: tuple[Gain, ...]
    coverage: float | None  # share of weight × accounts with data; None without accounts
    events: tuple[str, ...]
    plans: tuple[str, ...]
    calendar: Calendar
    countries: tuple[str, ...]


def inputs_page(access: Access) -> InputsPage:
    """The page of named inputs."""
    if access.is_narrowed:  # what is proposed is read from everybody's events
        raise OutsideBook
    found = seen(access)
    coverage, gains = _coverage(access)
    products = access.of(Subscription).exclude(product="").values_list("product", flat=True).distinct()
    return InputsPage(
        inputs=tuple(
            Shown(one, _values(access, one), tuple(found.proposals.get(one.name, ())))
            for one in NAMED.values()
        ),
        gains=gains,
        coverage=coverage,
        events=found.events,
        plans=tuple(products.order_by("product")[:50]),
        calendar=Calendar.read(access.workspace.business_hours),
        countries=business.countries(),
    )


def _values(access: Access, named: Named) -> tuple[tuple[str, str], ...]:
    value = getattr(access.workspace, named.name)
    if named.of_plans:
        return tuple((plan, one) for plan in sorted(value) for one in sorted(value[plan]))
    if not named.many:
        return (("", value),) if value else ()
    return tuple(("", one) for one in sorted(value))


def _coverage(access: Access) -> tuple[float | None, tuple[Gain, ...]]:
    """How much of the default profile's weight has data, and by whom the rest could be supplied.

    A metric without data lacks the first input that is missing: a name nobody gave, else records.
    """
    accounts = access.of(Account).count()
    if not accounts:
        return None, ()
    known = _known(access)
    parts = default_profile(access).parts
    covered = sum(part.weight * known.get(part.metric.name, 0) / accounts for part in parts)
    lacking: dict[str, list[tuple[Part, int]]] = {}
    for part in parts:
        if missing := accounts - known.get(part.metric.name, 0):
            lacking.setdefault(_lacks(access, part, known), []).append((part, missing))
    gains = [
        Gain(
            name=name,
            title=NAMED[name].title if name in NAMED else _BRINGS[name],
            metrics=tuple(part.metric.title for part, _ in some),
            accounts=max(missing for _, missing in some),
            share=sum(part.weight * missing / accounts for part, missing in some),
        )
        for name, some in lacking.items()
    ]
    return covered, tuple(sorted(gains, key=lambda gain: -gain.share))


def _known(access: Access) -> dict[str, int]:
    """How many accounts have a value of each metric as of the last refresh."""
    rows = access.of(MetricValue).values("metric").annotate(accounts=Count("pk")).order_by()
    return {row["metric"]: row["accounts"] for row in rows}


def _lacks(access: Access, part: Part, known: dict[str, int]) -> str:
    """What would supply a metric where it has no data."""
    needs = []
    for measure in part.metric.measures.values():
        key = measure.column if isinstance(measure, Attribute) else measure.table
        if key in _NEEDS and _NEEDS[key] not in needs:
            needs.append(_NEEDS[key])
    unnamed = [one for one in needs if one in NAMED and not getattr(access.workspace, one)]
    records = [one for one in needs if one in _BRINGS]
    records.sort(key=lambda one: known.get(_TELLS[one], 0))
    return [*unnamed, *records, *needs][0]


# The metric that has data as soon as records of a kind are there.
_TELLS = {
    "events": "days_since_last_activity",
    "subscriptions": "live_terms",
    "responses": "nps_answers",
    "goals": "goal_attainment",
    "tickets": "contacts",
}


def days_of_week() -> list[tuple[int, str]]:
    """Weekdays by number, as the form asks for them."""
    monday = date(2024, 1, 1)
    return [(number, monday.replace(day=number + 1).strftime("%A")) for number in range(7)]
