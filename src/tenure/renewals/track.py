"""How good the forecasts were: 90, 60 and 30 days before each quarter's end, the model's and the owners'."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tenure.kit import clock
from tenure.renewals import rules
from tenure.renewals.models import Forecast
from tenure.renewals.snapshots import HORIZONS, Said, accounts_of, forecasts
from tenure.revenue.ledger import Ledger
from tenure.revenue.losses import losses
from tenure.revenue.matching import GRACE
from tenure.revenue.movements import CHURN
from tenure.revenue.quarters import Quarter
from tenure.revenue.queries import ledger
from tenure.workspaces.access import Access

_NEAR = 7  # days that a forecast may be older than the day it is scored for


@dataclass(frozen=True)
class Scored:
    """A forecast beside what came of it; amounts in minor units a year."""

    quarter: str
    days_before: int
    forecast: Forecast
    actual_minor: int

    @property
    def is_assumed(self) -> bool:
        """Whether most of what was still to come rested on assumed rates: too little was decided by then."""
        return self.forecast.assumed > 0.5

    @property
    def is_within(self) -> bool:
        """Whether the 80 % interval held what came."""
        return self.forecast.low_minor <= self.actual_minor <= self.forecast.high_minor


@dataclass(frozen=True)
class Quality:
    """How good forecasts of one kind were: bias and WAPE by what was lost, Brier over accounts.

    None where there is nothing to go by.
    """

    forecasts: int
    bias: float | None
    wape: float | None
    brier: float | None


@dataclass(frozen=True)
class Track:
    """The record at one distance from the quarter's end; `coverage`: how often the 80 % interval held."""

    days_before: int
    model: Quality
    calls: Quality
    model_where_called: float | None  # the model's Brier score over the accounts that owners called
    coverage: float | None
    scored: tuple[Scored, ...]

    @property
    def missing(self) -> str:
        """Why there is no record; empty if there is one."""
        return "" if self.scored else "no quarter is over of which a forecast was made so long before its end"


def record(access: Access) -> list[Track]:
    """The record over all quarters that are over and decided, farthest from their end first."""
    today = clock.today(access.workspace.zone)
    made = _by_quarter(forecasts(access))
    starts = access.workspace.fiscal_year_starts
    over = [one for one in (Quarter.read(name, starts) for name in made) if _is_decided(one, today)]
    books = ledger(access)
    said: defaultdict[str, list[Said]] = defaultdict(list)
    chosen = {(one, days): _made_at(made[str(one)], one, days) for one in over for days in HORIZONS}
    for one in accounts_of(access, [found for found in chosen.values() if found]):
        said[one.forecast_id].append(one)
    return [_track(books, chosen, said, days) for days in HORIZONS]


def _is_decided(quarter: Quarter, today: date) -> bool:
    """What is past due at its end is decided when the grace is over."""
    return quarter.last + timedelta(days=GRACE) <= today


def _by_quarter(made: Sequence[Forecast]) -> dict[str, list[Forecast]]:
    found: defaultdict[str, list[Forecast]] = defaultdict(list)
    for one in made:
        found[one.quarter].append(one)
    return dict(found)


def _made_at(made: Sequence[Forecast], quarter: Quarter, days: int) -> Forecast | None:
    """The last one made by then, if it is not much older."""
    day = quarter.last - timedelta(days=days)
    fitting = [one for one in made if day - timedelta(days=_NEAR) <= one.as_of <= day]
    return fitting[-1] if fitting else None


_Chosen = Mapping[tuple[Quarter, int], Forecast | None]


def _track(books: Ledger, chosen: _Chosen, said: Mapping[str, list[Said]], days: int) -> Track:
    scored: list[Scored] = []
    model: list[tuple[float, bool]] = []
    calls: list[tuple[float, float, bool]] = []
    for (quarter, distance), forecast in chosen.items():
        if distance != days or forecast is None:
            continue
        scored.append(Scored(str(quarter), days, forecast, _actual(books, quarter)))
        lost = _lost(books, forecast.as_of, quarter.last)
        for one in said.get(forecast.pk, ()):
            model.append((one.p_lost, one.account_id in lost))
            if one.call:
                calls.append((float(one.call == rules.CHURN), one.p_lost, one.account_id in lost))
    told = [one for one in scored if one.forecast.called_minor is not None]
    return Track(
        days_before=days,
        model=_quality([(one.forecast.expected_minor, one.actual_minor) for one in scored], model),
        calls=_quality(
            [(one.forecast.called_minor or 0, one.actual_minor) for one in told],
            [(said_p, came) for said_p, _, came in calls],
        ),
        model_where_called=brier([(p, came) for _, p, came in calls]),
        coverage=sum(one.is_within for one in scored) / len(scored) if scored else None,
        scored=tuple(scored),
    )


def _actual(books: Ledger, quarter: Quarter) -> int:
    gone = losses(books, quarter.first, quarter.last)
    return sum(one.arr_minor for one in gone if one.kind == CHURN and not one.came_back)


def _lost(books: Ledger, a: date, b: date) -> set[str]:
    """Who paid on one day and not on the other."""
    before, after = books.arr(a), books.arr(b)
    names = books.terms.accounts.to_pylist()
    return {names[at] for at in ((before > 0) & (after <= 0)).nonzero()[0].tolist()}


def _quality(sums: Sequence[tuple[int, int]], chances: Sequence[tuple[float, bool]]) -> Quality:
    actual = sum(came for _, came in sums)
    errors = [said - came for said, came in sums]
    return Quality(
        forecasts=len(sums),
        bias=sum(errors) / actual if actual else None,
        wape=sum(map(abs, errors)) / actual if actual else None,
        brier=brier(chances),
    )


def brier(chances: Sequence[tuple[float, bool]]) -> float | None:
    """The mean squared distance of what was said from what came (Brier 1950); None of nothing."""
    return sum((p - came) ** 2 for p, came in chances) / len(chances) if chances else None
