"""Pure decisions about warnings: which causes hold for an account, and what the account's need is worth."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from tenure.kit.registry import Registry

SAVES = 0.2  # assumed: how many of those about to leave a timely step keeps
GROWS = 0.2  # assumed: by how much a customer grows who takes the next plan
WINS = 0.1  # assumed: how many of those asked do


@dataclass(frozen=True)
class Fall:
    """The latest drop to a worse band of health; `score_before` is the best of the 14 days before."""

    before: str
    after: str
    on: date
    score_before: float
    score_after: float


@dataclass(frozen=True)
class Answer:
    """An answer to an NPS survey."""

    who: str
    score: float
    on: date


@dataclass(frozen=True)
class Champion:
    """Somebody who stands up for us there. `last_on`: last active, as far back as is looked; None: not."""

    name: str
    last_on: date | None = None
    left_on: date | None = None


@dataclass(frozen=True)
class Known:
    """What a cause may look at: one account's facts as of `today`. None is "no data".

    `heard_on` is the latest day on which any customer of the workspace was active: behind it silence says
    nothing about customers, only that no events arrive.
    """

    account_id: str
    today: date
    is_customer: bool = True
    score: float | None = None
    band: str = ""
    renews_on: date | None = None
    last_active_on: date | None = None
    first_live_on: date | None = None
    heard_on: date | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)
    fall: Fall | None = None
    answer: Answer | None = None
    people: int = 0  # known by name, who have not left
    stakeholders: tuple[str, ...] = ()  # of them those who count, by name
    champions: tuple[Champion, ...] = ()  # also those who have left

    def days_since(self, day: date | None) -> int | None:
        """Days from `day` to today."""
        return None if day is None else (self.today - day).days

    @property
    def is_heard(self) -> bool:
        """Whether product events arrive at all, so that silence means something."""
        behind = self.days_since(self.heard_on)
        return behind is not None and behind <= HEARD_DAYS


HEARD_DAYS = 3


@dataclass(frozen=True)
class Finding:
    """A cause that holds: a sentence, two or three words, and the figures they rest on."""

    says: str
    pill: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Cause:
    """Why an account may need somebody. Added in order of urgency: the first that holds leads.

    `quiet_days`: how long a step that was done is given to work before the same cause speaks again.
    `needs`: the data (of `DATA`) without which nothing can be said, which is not the same as all being well.
    """

    name: str
    title: str
    means: str
    step: str
    quiet_days: int
    needs: str
    find: Callable[[Known], Finding | None]
    is_opportunity: bool = False


# What a cause may need, and what brings it.
DATA = {
    "events": "product events of the last days: connect an SDK or import events",
    "seats": "contracts that say how many seats they have, and product events",
    "renewals": "contracts with an end: import subscriptions",
    "answers": "answers to NPS surveys: import responses",
    "scores": "two days of health scores",
    "champions": "people named as champions: import people with their part, or set it on an account's page",
    "people": "product events of the last days, or people named as stakeholders",
}

CAUSES: Registry[Cause] = Registry("tenure.warnings.causes")


def findings(known: Known) -> dict[str, Finding]:
    """The causes that hold for an account, by name. Nobody is warned of a customer who has left."""
    if not known.is_customer:
        return {}
    found = {cause.name: cause.find(known) for cause in CAUSES}
    return {name: finding for name, finding in found.items() if finding is not None}


def rank(cause: str) -> int:
    """A cause's place in the order of urgency, 0 first."""
    return [one.name for one in CAUSES].index(cause)


def worth_of_saving(arr_minor: float, chance: float) -> float:
    """Yearly revenue that a timely step keeps on average: ARR × P(loss) × what a step saves."""
    return arr_minor * chance * SAVES


def worth_of_growing(arr_minor: float) -> float:
    """Yearly revenue that asking brings on average: ARR × growth × how many take it."""
    return arr_minor * GROWS * WINS


class Open(NamedTuple):
    """An open warning, as far as it decides the order. `quiet_until`: the day it may speak again."""

    cause: str
    rank: int
    is_opportunity: bool
    opened_on: date
    quiet_until: date | None


class Place(NamedTuple):
    """An account's place in the order, as a row of `Priority`."""

    lead: str
    is_at_risk: bool
    is_small: bool
    since: date
    visible_from: date
    arr_minor: int | None
    sort_key: float


def place(
    warnings: Sequence[Open], arr_minor: int | None, chance: float, small_below: float, today: date
) -> Place:
    """Where an account with these warnings stands, on the first day from today on one of them may speak."""
    visible_from = min(one.quiet_until or one.opened_on for one in warnings)
    day = max(visible_from, today)
    speaking = [one for one in warnings if one.quiet_until is None or one.quiet_until <= day]
    risks = [one for one in speaking if not one.is_opportunity]
    counted = risks or speaking
    return Place(
        lead=min(counted, key=lambda one: one.rank).cause,
        is_at_risk=bool(risks),
        is_small=arr_minor is not None and arr_minor < small_below,
        since=min(one.opened_on for one in counted),
        visible_from=visible_from,
        arr_minor=arr_minor,
        sort_key=_sort_key(arr_minor, chance, is_at_risk=bool(risks)),
    )


def _sort_key(arr_minor: int | None, chance: float, *, is_at_risk: bool) -> float:
    """The worth of a step; where ARR is unknown below all that are known, the likeliest loss first."""
    if arr_minor is None:
        return (chance if is_at_risk else 0.0) - 1
    return worth_of_saving(arr_minor, chance) if is_at_risk else worth_of_growing(arr_minor)
