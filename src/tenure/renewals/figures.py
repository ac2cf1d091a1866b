"""The figures of renewals of a quarter as of a day, over the rows behind them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from statistics import median

import numpy as np

from tenure.renewals import draws, rules
from tenure.renewals.draws import Range
from tenure.renewals.rows import (
    AT_RISK,
    CHURNED,
    RENEWED,
    STATUSES,
    DueRow,
    LossRow,
    StakeRow,
)
from tenure.revenue.losses import PARTIAL
from tenure.revenue.movements import CHURN, CONTRACTION, NO_TERMS
from tenure.revenue.quarters import Quarter

NOT_SAID = "not said"
DIRECTIONS = ("up", "flat", "down")
ALL = (
    "due",
    "by_status",
    "rate",
    "churn_cost_qtd",
    "partial_churn_qtd",
    "contraction_qtd",
    "unit_churn_qtd",
    "forecast_churn_cost",
    "same_quarter_last_year",
    "last_year_quarters",
    "at_risk_arr",
    "on_time_rate",
    "median_days_late",
    "good_health_share",
)


@dataclass(frozen=True)
class Tally:
    """How many, and what they are worth in minor units a year."""

    count: int
    arr_minor: int

    @classmethod
    def of(cls, rows: Iterable[DueRow | LossRow | StakeRow]) -> Tally:
        """Over rows."""
        some = list(rows)
        return cls(len(some), sum(one.arr_minor for one in some))


@dataclass(frozen=True)
class Rates:
    """Of all that is due, and of what is decided only."""

    everything: float | None
    closed_only: float | None


@dataclass(frozen=True)
class Renewals:
    """Everything there is to say about the renewals of a quarter, as of a day."""

    quarter: Quarter
    as_of: date
    currency: str
    due: tuple[DueRow, ...]
    added: tuple[DueRow, ...]  # due in the quarter, but not of its frozen cohort
    losses: tuple[LossRow, ...]
    at_stake: tuple[StakeRow, ...]
    rolling: Tally  # beside the cohort: what could end any month, the day before the quarter
    last_year: Mapping[str, int | None]  # churn cost of each quarter of the year before
    same_quarter: tuple[int | None, int | None]  # whole, and to the same day
    next_90_days: tuple[DueRow, ...]
    opening_arr: int  # of all accounts the day before the quarter
    arr_now: int
    target: float
    model: str
    left_out: Mapping[str, str]  # account by our id: why its amounts cannot be counted
    is_known: bool = True  # whether any subscription is
    shock: float = 0.0  # by which whole quarters differ from what was expected, of log-odds

    # -- due and by status

    @cached_property
    def all_due(self) -> Tally:
        """The due cohort."""
        return Tally.of(self.due)

    def of_status(self, status: str) -> tuple[DueRow, ...]:
        """The due terms of a status."""
        return tuple(one for one in self.due if one.status == status)

    @cached_property
    def by_status(self) -> dict[str, Tally]:
        """Each status's share of the cohort: together they are all of it."""
        return {status: Tally.of(self.of_status(status)) for status in STATUSES}

    @cached_property
    def by_direction(self) -> dict[str, Tally]:
        """Of the renewed ones: up, flat, down; by what they were worth before."""
        renewed = self.of_status(RENEWED)
        return {way: Tally.of(one for one in renewed if one.due.direction == way) for way in DIRECTIONS}

    # -- rates

    @cached_property
    def rate_by_count(self) -> Rates:
        """Renewed / due, by number."""
        return self._rates(self.by_status[RENEWED].count, *self._counts)

    @cached_property
    def rate_gross(self) -> Rates:
        """Of the ARR due what was kept, each term at most what it was worth."""
        kept = sum(min(one.due.new_arr or 0, one.arr_minor) for one in self.of_status(RENEWED))
        return self._rates(kept, *self._worths)

    @cached_property
    def rate_net(self) -> Rates:
        """The same with what the renewed terms are worth now."""
        return self._rates(sum(one.due.new_arr or 0 for one in self.of_status(RENEWED)), *self._worths)

    @property
    def _counts(self) -> tuple[int, int]:
        return self.all_due.count, self.by_status[RENEWED].count + self.by_status[CHURNED].count

    @property
    def _worths(self) -> tuple[int, int]:
        return self.all_due.arr_minor, self.by_status[RENEWED].arr_minor + self.by_status[CHURNED].arr_minor

    @staticmethod
    def _rates(part: int, every: int, closed: int) -> Rates:
        return Rates(share(part, every), share(part, closed))

    # -- losses

    @cached_property
    def churned(self) -> tuple[LossRow, ...]:
        """The accounts that went to zero and are not back."""
        return tuple(one for one in self.losses if one.loss.kind == CHURN and not one.loss.came_back)

    @cached_property
    def recovered(self) -> tuple[LossRow, ...]:
        """The accounts that went to zero and are back."""
        return tuple(one for one in self.losses if one.loss.kind == CHURN and one.loss.came_back)

    @cached_property
    def partial(self) -> tuple[LossRow, ...]:
        """The contracts that accounts which stay have lost."""
        return tuple(one for one in self.losses if one.loss.kind == PARTIAL)

    @cached_property
    def contracted(self) -> tuple[LossRow, ...]:
        """The accounts that pay less for what they have."""
        return tuple(one for one in self.losses if one.loss.kind == CONTRACTION)

    @cached_property
    def churn_cost(self) -> int:
        """What the accounts that left paid a year."""
        return Tally.of(self.churned).arr_minor

    @cached_property
    def subscriptions_lost(self) -> int:
        """How many subscriptions ended for good, of those accounts and of those that stay."""
        return sum(len(one.loss.subscriptions) for one in (*self.churned, *self.partial))

    @cached_property
    def by_reason(self) -> dict[str, Tally]:
        """The churn cost by reason code; `not said` where nobody has said yet."""
        codes = [code for code in (*rules.CODES, None) if any(one.code == code for one in self.churned)]
        return {code or NOT_SAID: Tally.of(o for o in self.churned if o.code == code) for code in codes}

    # -- forecast

    @cached_property
    def range(self) -> Range:
        """What is forecast to be lost on top of what is lost already, with the middle 80 % of the draws."""
        columns = [(one.chance.p, one.chance.low, one.chance.high, one.arr_minor) for one in self.at_stake]
        p, low, high, arr = np.array(columns or np.zeros((0, 4)), dtype=np.float64).reshape(-1, 4).T
        return draws.lost(p, low, high, arr, self.shock)

    @property
    def expected(self) -> int:
        """Forecast churn cost to the end of the quarter."""
        return self.churn_cost + round(self.range.expected)

    @property
    def assumed(self) -> float:
        """The share of what may still be lost, by its chances, that rests on assumed rates."""
        worth = [(one.chance.p * one.arr_minor, one.chance.is_assumed) for one in self.at_stake]
        whole = sum(some for some, _ in worth)
        return sum(some for some, is_assumed in worth if is_assumed) / whole if whole else 0.0

    @property
    def low(self) -> int:
        """The lower end of its 80 % interval."""
        return self.churn_cost + round(self.range.low)

    @property
    def high(self) -> int:
        """The upper end of its 80 % interval."""
        return self.churn_cost + round(self.range.high)

    @cached_property
    def called(self) -> int | None:
        """What is lost, and what owners say will be; None where nobody called anything."""
        calls = [one for one in self.at_stake if one.called]
        leaving = [one for one in calls if one.called and one.called.call == rules.CHURN]
        return self.churn_cost + Tally.of(leaving).arr_minor if calls else None

    @cached_property
    def at_risk_of_loss(self) -> int:
        """What is lost, and everything that is at risk."""
        return self.churn_cost + Tally.of(one for one in self.at_stake if one.is_at_risk).arr_minor

    @property
    def worst(self) -> int:
        """The same, or the upper end of the interval where that is more: what nobody marked can go, too."""
        return max(self.at_risk_of_loss, self.high)

    # -- at risk, on time, in good health

    @property
    def at_risk_arr(self) -> int:
        """Cost of renewals at risk."""
        return self.by_status[AT_RISK].arr_minor

    @property
    def at_risk_share(self) -> float | None:
        """The same as a share of the due ARR."""
        return share(self.at_risk_arr, self.all_due.arr_minor)

    @cached_property
    def late(self) -> tuple[DueRow, ...]:
        """The renewed terms that did so after their end."""
        return tuple(one for one in self.of_status(RENEWED) if one.due.days_late)

    @property
    def on_time_rate(self) -> float | None:
        """Renewed on or before the end / renewed."""
        renewed = self.by_status[RENEWED].count
        return share(renewed - len(self.late), renewed)

    @property
    def median_days_late(self) -> float | None:
        """Of the others; None if there are none."""
        return median([one.due.days_late for one in self.late]) if self.late else None

    @cached_property
    def open_terms(self) -> tuple[DueRow, ...]:
        """What has still to be decided, before its end."""
        return tuple(one for one in self.due if one.is_open)

    @property
    def good_health_share(self) -> float | None:
        """ARR of the open terms of accounts in good health / ARR of all open terms."""
        return in_good_health(self.open_terms)

    @cached_property
    def missing(self) -> dict[str, str]:
        """Why a figure is not there, by its name."""
        if not self.is_known:
            return dict.fromkeys(ALL, NO_TERMS)
        renewed, closed = self.by_status[RENEWED].count, self._counts[1]
        nothing_due = "no term is due in the quarter"
        told = {
            "rate": (self.all_due.count, nothing_due),
            "rate.closed_only": (closed, "nothing that is due is decided yet"),
            "on_time_rate": (renewed, "nothing is renewed yet"),
            "median_days_late": (len(self.late), "nothing was renewed late"),
            "good_health_share": (self.good_health_share is not None, _no_health(self.open_terms)),
            "forecast_churn_cost.called": (
                self.called is not None,
                "no owner has called an account at stake",
            ),
            "same_quarter_last_year": (self.same_quarter[0] is not None, "nobody paid then"),
            "last_year_quarters": (None not in self.last_year.values(), "nobody paid in one of them"),
        }
        return {name: why for name, (there, why) in told.items() if not there}


def in_good_health(rows: Iterable[DueRow]) -> float | None:
    """Their ARR whose account is in good health / their ARR; None without terms or without any health."""
    some = list(rows)
    if all(one.band is None for one in some):
        return None
    good = sum(one.arr_minor for one in some if one.band == "good")
    return share(good, sum(one.arr_minor for one in some))


def _no_health(rows: tuple[DueRow, ...]) -> str:
    return "no health is known of the accounts with open terms" if rows else "no term of the quarter is open"


def share(part: float, whole: float) -> float | None:
    """A part of the whole; None of nothing."""
    return part / whole if whole else None
