"""The figures of renewals of a quarter as of a day, over the rows behind them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tenure.renewals import draws, rules
from tenure.renewals.cohort import Cohort, Tally, in_good_health
from tenure.renewals.draws import Range
from tenure.renewals.rows import RENEWED, DueRow, LossRow
from tenure.renewals.stakes import Stakes
from tenure.revenue.losses import PARTIAL
from tenure.revenue.movements import CHURN, CONTRACTION, NO_TERMS

NOT_SAID = "not said"
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
class Renewals(Cohort):
    """Everything there is to say about the renewals of a quarter, as of a day."""

    added: tuple[DueRow, ...]  # due in the quarter, but not of its frozen cohort
    losses: tuple[LossRow, ...]
    at_stake: Stakes
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
        some = self.at_stake
        return draws.lost(some.p, some.low, some.high, some.arr.astype(np.float64), self.shock)

    @property
    def expected(self) -> int:
        """Forecast churn cost to the end of the quarter."""
        return self.churn_cost + round(self.range.expected)

    @property
    def assumed(self) -> float:
        """The share of what may still be lost, by its chances, that rests on assumed rates."""
        worth = self.at_stake.p * self.at_stake.arr
        whole = float(worth.sum())
        return float(worth[self.at_stake.is_assumed].sum()) / whole if whole else 0.0

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
        calls = self.at_stake.calls
        leaving = [row for row, one in calls.items() if one.call == rules.CHURN]
        return self.churn_cost + int(self.at_stake.arr[leaving].sum()) if calls else None

    @cached_property
    def at_risk_of_loss(self) -> int:
        """What is lost, and everything that is at risk."""
        return self.churn_cost + int(self.at_stake.arr[self.at_stake.is_at_risk].sum())

    @property
    def worst(self) -> int:
        """The same, or the upper end of the interval where that is more: what nobody marked can go, too."""
        return max(self.at_risk_of_loss, self.high)

    @cached_property
    def missing(self) -> dict[str, str]:
        """Why a figure is not there, by its name."""
        if not self.is_known:
            return dict.fromkeys(ALL, NO_TERMS)
        renewed, closed = self.by_status[RENEWED].count, self._counts[1]
        nothing_due, nobody = "no term is due in the quarter", "nobody pays then"
        ahead = tuple(one for one in self.next_90_days if one.is_open)
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
            "at_risk_share": (self.all_due.arr_minor, nothing_due),
            "next_90_days.good_health_share": (in_good_health(ahead) is not None, _no_health(ahead, _AHEAD)),
            "bridge.churn_by_opening_arr": (self.opening_arr, nobody),
            "bridge.churn_by_due_arr": (self.all_due.arr_minor, nothing_due),
            "bridge.churn_by_arr_now": (self.arr_now, nobody),
            "same_quarter_last_year": (self.same_quarter[0] is not None, "nobody paid then"),
            "last_year_quarters": (None not in self.last_year.values(), "nobody paid in one of them"),
        }
        return {name: why for name, (there, why) in told.items() if not there}


_AHEAD = "no open term ends in the next 90 days"


def _no_health(rows: tuple[DueRow, ...], none: str = "no term of the quarter is open") -> str:
    return "no health is known of the accounts with open terms" if rows else none
