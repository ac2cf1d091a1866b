"""What stands behind each figure that `telling.renewals` tells: meaning, denominator, rows. Pure.

Every figure has a key, as it is told: `due.arr`, `rate.gross.all`, `last_year_quarters.0`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, chain
from statistics import median
from typing import NamedTuple

from tenure.renewals import rules
from tenure.renewals.beyond import Beyond, Paid
from tenure.renewals.cohort import share
from tenure.renewals.figures import NOT_SAID, Renewals
from tenure.renewals.rows import AT_RISK, CHURNED, RENEWED, STATUSES, DueRow, LossRow, StakeRow, Who

MONEY, COUNT, SHARE, DAYS = "money", "count", "share", "days"
ADDED, DIVIDED, MIDDLE, DRAWN, SET = "sum", "share", "median", "draws", "target"
_Row = DueRow | LossRow | StakeRow | Paid


class Part(NamedTuple):
    """A row's part in a figure and in what it is divided by: minor units a year, a number, or days."""

    who: Who
    amount: float
    whole: float | None
    says: str


@dataclass(frozen=True)
class Explained:
    """A figure's meaning, what it is divided by, and its rows.

    `how` the rows make it: their amounts' sum, that over the sum of their wholes, their median, or not at
    all, and then `but` says why. `counts`: whether the rows of a share are counted, not weighed with money.
    """

    means: str
    parts: Callable[[Renewals, Beyond], Iterable[Part]]
    unit: str = MONEY
    of: str = ""
    how: str = ADDED
    but: str = ""
    counts: bool = False

    @property
    def is_money(self) -> bool:
        """Whether its rows' amounts are minor units a year."""
        return self.unit == MONEY or (self.unit == SHARE and not self.counts)


def explained(key: str, found: Renewals) -> Explained:
    """What stands behind a figure. KeyError for one that there is not."""
    if key in _ONE:
        return _ONE[key]
    name, _, rest = key.rpartition(".")
    if name == "last_year_quarters" and rest in ("0", "1", "2", "3"):
        quarter = found.quarter.year_before[int(rest)]
        return Explained(
            f"Churn cost of {quarter}, whole, as known today.", lambda _, b: _worth(b.last_year(int(rest)))
        )
    tallies = _TALLIES | _of_reasons(found)
    means, rows = tallies[name]
    if rest not in ("count", "arr"):
        raise KeyError(key)
    if rest == "arr":
        return Explained(means, lambda f, b: _worth(rows(f, b)))
    return Explained(means, lambda f, b: _one_each(rows(f, b)), COUNT)


def keys(found: Renewals) -> list[str]:
    """Every figure that can be explained."""
    tallies = [f"{name}.{what}" for name in (*_TALLIES, *_of_reasons(found)) for what in ("count", "arr")]
    return [*tallies, *(f"last_year_quarters.{number}" for number in range(4)), *_ONE]


def _worth(rows: Iterable[_Row]) -> Iterator[Part]:
    return (Part(one.who, one.arr_minor, None, _says(one)) for one in rows)


def _one_each(rows: Iterable[_Row]) -> Iterator[Part]:
    return (Part(one.who, 1, None, _says(one)) for one in rows)


def _says(one: _Row) -> str:
    if isinstance(one, Paid):
        return one.says
    if isinstance(one, DueRow):
        return f"{one.status}, ends {one.due.ends_on}"
    if isinstance(one, LossRow):
        return f"{one.loss.kind} on {one.loss.lost_on}: {one.code or NOT_SAID}"
    return "; ".join((f"{one.chance.p:.1%} likely lost", *one.chance.reasons))


_Tally = tuple[str, Callable[[Renewals, Beyond], Sequence[_Row]]]


def _of_status(name: str) -> _Tally:
    return f"Due terms that are {name.replace('_', ' ')}.", lambda f, _: f.of_status(name)


def _of_direction(way: str) -> _Tally:
    def rows(found: Renewals, _: Beyond) -> Sequence[_Row]:
        return [one for one in found.of_status(RENEWED) if one.due.direction == way]

    return f"Renewed terms that are worth {'the same' if way == 'flat' else way}, at the old worth.", rows


def _of_reasons(found: Renewals) -> dict[str, _Tally]:
    return {f"churn_by_reason.{code}": _of_reason(code) for code in found.by_reason}


def _of_reason(code: str) -> _Tally:
    of = None if code == NOT_SAID else code
    return f"Customers lost because of: {code}.", lambda f, _: [one for one in f.churned if one.code == of]


_TALLIES: dict[str, _Tally] = {
    "due": ("Terms that end in the quarter, frozen as known the day before it.", lambda f, _: f.due),
    **{f"by_status.{name}": _of_status(name) for name in STATUSES},
    **{f"by_status.{RENEWED}.{way}": _of_direction(way) for way in ("up", "flat", "down")},
    "added_later": ("Terms of the quarter that are not of its frozen cohort.", lambda f, _: f.added),
    "rolling": ("Terms that rolled on the day before the quarter.", lambda _, b: b.rolling()),
    "recovered_qtd": ("Customers that went to nothing and are back.", lambda f, _: f.recovered),
    "next_90_days": (
        "Open terms that end in the next 90 days.",
        lambda f, _: [one for one in f.next_90_days if one.is_open],
    ),
}


def _rate(part: Callable[[DueRow], int], whole: Callable[[DueRow], int], *, closed: bool) -> Explained:
    """Of the due terms; `closed`: of those decided only."""

    def parts(found: Renewals, _: Beyond) -> Iterator[Part]:
        some = (one for one in found.due if not closed or one.status in (RENEWED, CHURNED))
        return _divided(some, lambda one: part(one) if one.status == RENEWED else 0, whole)

    return Explained("", parts, SHARE, how=DIVIDED)


def _divided(
    rows: Iterable[DueRow], part: Callable[[DueRow], int], whole: Callable[[DueRow], int]
) -> Iterator[Part]:
    return (Part(one.who, part(one), whole(one), _says(one)) for one in rows)


def _rates() -> Iterator[tuple[str, Explained]]:
    each: dict[str, tuple[str, str, Callable[[DueRow], int], Callable[[DueRow], int]]] = {
        "count": ("Terms renewed.", "terms", lambda _: 1, lambda _: 1),
        "gross": (
            "What was kept: each renewed term at most at its old worth.",
            "ARR",
            lambda one: min(one.due.new_arr or 0, one.arr_minor),
            lambda one: one.arr_minor,
        ),
        "net": (
            "What the renewed terms are worth now.",
            "ARR",
            lambda one: one.due.new_arr or 0,
            lambda one: one.arr_minor,
        ),
    }
    for name, (means, of, part, whole) in each.items():
        for which, what in (("all", "due"), ("closed_only", "due and decided: renewed or churned")):
            told = _rate(part, whole, closed=which == "closed_only")
            yield (
                f"rate.{name}.{which}",
                replace(told, means=means, of=f"{of} {what}", counts=name == "count"),
            )


def _expected(found: Renewals, _: Beyond) -> Iterator[Part]:
    stakes = (Part(one.who, one.expected_minor, None, _says(one)) for one in found.at_stake)
    return chain(_worth(found.churned), stakes)


def _called(found: Renewals, _: Beyond) -> Iterator[Part]:
    leaving = [one for one in found.at_stake.called if one.called and one.called.call == rules.CHURN]
    return chain(_worth(found.churned), _worth(leaving)) if found.at_stake.calls else iter(())


def _worst(found: Renewals, _: Beyond) -> Iterator[Part]:
    return chain(_worth(found.churned), _worth(found.at_stake.at_risk))


def _over(whole: Callable[[Renewals, Beyond], Iterable[_Row]], of: str) -> Explained:
    """The churn cost over one of the amounts that it can be divided by."""

    def parts(found: Renewals, beyond: Beyond) -> Iterator[Part]:
        lost = (one._replace(whole=0) for one in _worth(found.churned))
        return chain(lost, (Part(one.who, 0, one.arr_minor, _says(one)) for one in whole(found, beyond)))

    return Explained("The churn cost over one of three amounts.", parts, SHARE, of, DIVIDED)


def _good(rows: Iterable[DueRow]) -> Iterator[Part]:
    return _divided(rows, lambda one: one.arr_minor if one.band == "good" else 0, lambda one: one.arr_minor)


_DRAWS = "an end of the middle 80 % of 10,000 draws over these customers: no sum of theirs"
_CHURN = "What the customers that went to nothing and are not back paid a year"
_ONE: dict[str, Explained] = {
    **dict(_rates()),
    "churn_cost_qtd": Explained(f"{_CHURN}, in the quarter so far.", lambda f, _: _worth(f.churned)),
    "partial_churn_qtd": Explained("Contracts lost by customers that stay.", lambda f, _: _worth(f.partial)),
    "contraction_qtd": Explained(
        "What customers pay less for the contracts they keep.", lambda f, _: _worth(f.contracted)
    ),
    "unit_churn_qtd.customers": Explained(
        "Customers that went to nothing and are not back.", lambda f, _: _one_each(f.churned), COUNT
    ),
    "unit_churn_qtd.subscriptions": Explained(
        "Contracts that ended for good, also of customers that stay.",
        lambda f, _: (
            Part(one.who, len(one.loss.subscriptions), None, _says(one)) for one in (*f.churned, *f.partial)
        ),
        COUNT,
    ),
    "forecast_churn_cost.expected": Explained(
        "What is lost, and P(lost by the quarter's end) × ARR of each customer at stake.", _expected
    ),
    "forecast_assumed": Explained(
        "Of what may still be lost, the part whose chance rests on an assumed rate.",
        lambda f, _: (
            Part(one.who, one.expected_minor if one.chance.is_assumed else 0, one.expected_minor, _says(one))
            for one in f.at_stake
        ),
        SHARE,
        "P(lost) × ARR of the customers at stake",
        DIVIDED,
    ),
    "forecast_churn_cost.low": Explained("The lower end of the interval.", _expected, how=DRAWN, but=_DRAWS),
    "forecast_churn_cost.high": Explained("The upper end of the interval.", _expected, how=DRAWN, but=_DRAWS),
    "forecast_churn_cost.called": Explained("What is lost, and whom owners call that they leave.", _called),
    "forecast_churn_cost.worst": Explained(
        "What is lost, and all customers at risk; or the upper end of the interval, if that is more.",
        _worst,
        how=DRAWN,
        but="the upper end of the interval where that is more than these rows' sum",
    ),
    "same_quarter_last_year.full": Explained(
        f"{_CHURN}, in the same quarter of last year, whole.",
        lambda _, b: _worth(b.same_quarter(to_date=False)),
    ),
    "same_quarter_last_year.to_date": Explained(
        f"{_CHURN}, in the same quarter of last year, to the same day.",
        lambda _, b: _worth(b.same_quarter(to_date=True)),
    ),
    "at_risk_arr": Explained("ARR of the due terms at risk.", lambda f, _: _worth(f.of_status(AT_RISK))),
    "at_risk_share": Explained(
        "The same as a share.",
        lambda f, _: _divided(
            f.due, lambda one: one.arr_minor if one.status == AT_RISK else 0, lambda one: one.arr_minor
        ),
        SHARE,
        "ARR due",
        DIVIDED,
    ),
    "on_time_rate": Explained(
        "Renewed terms whose next one starts on their end or before.",
        lambda f, _: _divided(f.of_status(RENEWED), lambda one: 0 if one.due.days_late else 1, lambda _: 1),
        SHARE,
        "renewed terms",
        DIVIDED,
        counts=True,
    ),
    "median_days_late": Explained(
        "Of the terms renewed late: how many days.",
        lambda f, _: (Part(one.who, one.due.days_late, None, _says(one)) for one in f.late),
        DAYS,
        how=MIDDLE,
    ),
    "good_health_share": Explained(
        "ARR of open terms whose customer is in good health.",
        lambda f, _: _good(f.open_terms),
        SHARE,
        "ARR of the quarter's open terms",
        DIVIDED,
    ),
    "next_90_days.good_health_share": Explained(
        "The same of the terms that end in the next 90 days.",
        lambda f, _: _good(one for one in f.next_90_days if one.is_open),
        SHARE,
        "ARR of the open terms that end in the next 90 days",
        DIVIDED,
    ),
    "good_health_target": Explained(
        "What the share in good health should be.",
        lambda _, __: iter(()),
        SHARE,
        how=SET,
        but="a target that somebody sets, 90 % until then: it has no rows",
    ),
    "bridge.churn_by_opening_arr": _over(
        lambda _, b: b.paid_at_opening(), "ARR of everybody, the day before the quarter"
    ),
    "bridge.churn_by_due_arr": _over(lambda f, _: f.due, "ARR due in the quarter"),
    "bridge.churn_by_arr_now": _over(lambda _, b: b.paid_now(), "ARR of everybody, now"),
    "bridge.opening_arr": Explained(
        "What everybody paid the day before the quarter.", lambda _, b: _worth(b.paid_at_opening())
    ),
    "bridge.due_arr": Explained("What the due terms are worth.", lambda f, _: _worth(f.due)),
    "bridge.arr_now": Explained("What everybody pays now.", lambda _, b: _worth(b.paid_now())),
}


def in_whole_units(said: Explained, parts: Sequence[Part]) -> list[Part]:
    """Rows of money in whole minor units, as the figure is: what rounding leaves goes to the next row.

    So they add up to their sum, rounded; a chance times what somebody pays is no whole number of cents.
    """
    if said.unit != MONEY:
        return list(parts)
    sums = [round(so_far) for so_far in accumulate((one.amount for one in parts), initial=0.0)]
    return [
        one._replace(amount=after - before) for one, before, after in zip(parts, sums, sums[1:], strict=False)
    ]


def total(said: Explained, parts: Sequence[Part]) -> float | None:
    """What the rows make, in minor units a year, a number, a share or days; None where they make nothing."""
    if said.how in (DRAWN, SET):
        return None
    amounts = [one.amount for one in parts]
    if said.how == MIDDLE:
        return median(amounts) if amounts else None
    if said.how == DIVIDED:
        return share(sum(amounts), sum(one.whole or 0 for one in parts))
    return sum(amounts)
