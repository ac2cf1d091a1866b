"""What the page of named inputs reads: what is named, what is proposed, what would raise coverage most."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from tenure.accounts.models import Account
from tenure.health.profile import DEFAULT, Part
from tenure.health.scoring import Basis
from tenure.health.versions import versions_of
from tenure.kit import business, clock
from tenure.kit.business import Calendar
from tenure.metrics.measures import Attribute
from tenure.metrics.named import NAMED, Named
from tenure.metrics.proposals import Proposal, seen
from tenure.metrics.queries import latest
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
    "product_events": "events",
    "accounts.attributes": "attributes",
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
    "attributes": "Attributes of customers",
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


@dataclass(frozen=True)
class _Lack:
    """A measure of a profile that some of its accounts have no data for."""

    part: Part
    accounts: int
    share: float  # of all weight, over all accounts


def _coverage(access: Access) -> tuple[float | None, tuple[Gain, ...]]:
    """How much of the weight of all profiles in force has data, and by what the rest could be supplied.

    Each profile counts as much as it has accounts; former customers, who have no score, do not count. A
    metric without data lacks the first input that is missing: a name nobody gave, else records.
    """
    profiles = versions_of(access.workspace).in_force(clock.today(access.workspace.zone))
    ids, whose = _whose(access)
    if not ids:
        return None, ()
    wanted = {metric.name for one in profiles for metric in one.metrics} | set(_TELLS.values())
    known = {name: ~np.isnan(values) for name, values in latest(access, ids, wanted).items()}
    anywhere = {name: int(has.sum()) for name, has in known.items()}
    mine = {profile.name: whose == profile.name for profile in profiles}
    lacks = [
        _Lack(part, missing, part.weight * missing / len(ids))
        for profile in profiles
        for part in profile.parts
        if (missing := int((mine[profile.name] & ~known[part.metric.name]).sum()))
    ]
    by_input: defaultdict[str, list[_Lack]] = defaultdict(list)
    for lack in lacks:
        by_input[_lacks(access, lack.part, anywhere)].append(lack)
    gains = [_gain(name, some) for name, some in by_input.items()]
    whole = sum(part.weight * mine[one.name].mean() for one in profiles for part in one.parts)
    return float(whole) - sum(lack.share for lack in lacks), tuple(
        sorted(gains, key=lambda gain: -gain.share)
    )


def _gain(name: str, lacks: list[_Lack]) -> Gain:
    accounts: defaultdict[str, int] = defaultdict(int)
    for one in lacks:  # profiles share no accounts, so that those of a metric add up
        accounts[one.part.metric.title] += one.accounts
    title = NAMED[name].title if name in NAMED else _BRINGS[name]
    return Gain(name, title, tuple(accounts), max(accounts.values()), sum(one.share for one in lacks))


def _whose(access: Access) -> tuple[list[str], NDArray[np.object_]]:
    """The accounts that are customers, each with its profile: the default of who was not scored yet."""
    rows = access.of(Account).exclude(standing__basis=Basis.FORMER).order_by()
    found = dict(rows.values_list("pk", "standing__profile"))
    return list(found), np.array([name or DEFAULT for name in found.values()], dtype=object)


def _lacks(access: Access, part: Part, known: dict[str, int]) -> str:
    """What would supply a metric where it has no data."""
    needs = []
    for measure in part.metric.measures.values():
        key = measure.column if isinstance(measure, Attribute) else measure.table
        if key in _NEEDS and _NEEDS[key] not in needs:
            needs.append(_NEEDS[key])
    unnamed = [one for one in needs if one in NAMED and not getattr(access.workspace, one)]
    records = [one for one in needs if one in _BRINGS]
    records.sort(key=lambda one: known.get(_TELLS[one], 0) if one in _TELLS else 0)
    return [*unnamed, *records, *needs, "events"][0]


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
