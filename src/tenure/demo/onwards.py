"""What the demo's customers are still worth on its last day, by the written truth: many futures of each."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

import numpy as np

from tenure.demo import company, contracts, simulate, truth
from tenure.demo.customers import Firms
from tenure.demo.truth import Course, Floats, Ints

YEARS = 15  # ahead; hardly anybody is left then
_SEED = 20260104


@dataclass(frozen=True)
class Worth:
    """Of customers still there on the last day, by their place among all, what is expected and discounted:
    `years` still to be paid, and `arr`, the sum of what is paid in them, in dollars.
    """

    place: Ints
    years: Floats
    arr: Floats


@dataclass
class _Futures:
    """Possible courses of customers, as rows, a column for each."""

    level: Floats
    wander: Floats
    since: Ints
    friction: Floats
    uses: list[Floats]  # of the last weeks, the oldest first

    @classmethod
    def of(cls, course: Course, place: Ints, many: int) -> _Futures:
        """All alike on the last day."""
        friction, wander = (
            np.repeat(one[place, -1:], many, axis=1) for one in (course.friction, course.wander)
        )
        since = np.repeat(course.since_collapse[place, -1:], many, axis=1)
        uses = [np.repeat(course.use[place, week][:, None], many, axis=1) for week in range(-4, 0)]
        return cls(course.level[place, None], wander, since, friction, uses)

    def step(self, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """A week on: use, and the chance of leaving where that is possible."""
        shape = self.wander.shape
        self.wander, self.friction = (
            keep * one + noise * rng.standard_normal(shape)
            for one, (keep, noise) in ((self.wander, truth.WANDER), (self.friction, truth.FRICTION))
        )
        collapses = rng.random(shape) < truth.COLLAPSE
        self.since = self.since + ((self.since > 0) | collapses)
        use = truth.use_of(self.level, self.wander, self.since)
        before, self.uses = self.uses[0], [*self.uses[1:], use]
        odds = truth.leave_log_odds(use, use / before, self.friction)
        return use, np.asarray(1 / (1 + np.exp(-odds)))


def worth(until: date, accounts: int, seed: int, discount: float, many: int = 100) -> Worth:
    """Expected over `many` futures of each customer; payments as lifetime value has them: one after each
    decision, discounted by as many periods.
    """
    _, firms, streams = simulate.hidden(until, accounts, seed)
    course = truth.course(np.random.default_rng(seed).spawn(11)[0], accounts)
    ledger = contracts.draw(next(streams), firms, truth.told(course))
    place = np.array([at for at, gone in enumerate(ledger.left) if gone is None], dtype=np.int64)
    seats = {row["account_id"]: row["seats"] for row in ledger.rows}
    now = np.array([seats[firms.ids[at]] for at in place], dtype=np.float64)
    return _worth(firms, course, place, now, discount, many)


def _worth(firms: Firms, course: Course, place: Ints, now: Floats, discount: float, many: int) -> Worth:
    rng = np.random.default_rng(_SEED)
    futures, due = _Futures.of(course, place, many), _decisions(firms, place)
    yearly = firms.yearly[place]
    share = np.where(yearly, 1.0, 1 / 12)
    patience = np.where(yearly, 1.0, contracts.MONTHS_PATIENCE)
    seats = np.repeat(now[:, None], many, axis=1)
    stays = np.ones_like(seats)
    worth = np.ones(len(place))
    years, grown = np.zeros(len(place)), np.zeros(len(place))
    for week in range(YEARS * 52):
        use, leave = futures.step(rng)
        who = due.get(week)
        if who is None:
            continue
        stays[who] *= 1 - patience[who, None] * leave[who]
        seats[who] = contracts.seats_ahead(rng, seats[who], use[who], yearly[who, None])
        worth[who] /= (1 + discount) ** share[who]
        years[who] += share[who] * worth[who] * stays[who].mean(axis=1)
        grown[who] += share[who] * worth[who] * (stays[who] * seats[who]).mean(axis=1)
    price = np.array([company.PLANS[at].seat_price for at in firms.plan[place]], dtype=np.float64)
    return Worth(place, years, grown * price)


def _decisions(firms: Firms, place: Ints) -> dict[int, Ints]:
    """Who decides in which week after the last day, as rows."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    for row, at in enumerate(place.tolist()):
        step = 12 if firms.yearly[at] else 1
        so_far = (firms.until - firms.starts[at]).days // 366 * 12
        for months in range(so_far + step, so_far + (YEARS + 2) * 12, step):
            end = contracts.add_months(firms.starts[at], months)
            week = (end - firms.until).days // 7
            if end > firms.until and week < YEARS * 52:
                found[week].append(row)
    return {week: np.array(rows, dtype=np.int64) for week, rows in found.items()}
