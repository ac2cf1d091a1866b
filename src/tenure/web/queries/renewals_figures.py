"""The figures of the Renewals page: what each means and divides by, how it is written, and whose rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tenure.renewals.beyond import Beyond, Paid
from tenure.renewals.cohort import Rates, Tally, in_good_health, share
from tenure.renewals.figures import NOT_SAID, Renewals
from tenure.renewals.rows import AT_RISK, CHURNED, NO_RISK, PAST_DUE, RENEWED, DueRow, LossRow, StakeRow
from tenure.web import formats
from tenure.web.queries.renewals import TITLES

Rows = Sequence[DueRow | LossRow | StakeRow | Paid]
Part = tuple[str, str]


@dataclass(frozen=True)
class Figure:
    """A figure: how it is called, what it means and divides by, how it is written, and its rows."""

    title: str
    means: str
    says: Callable[[Renewals], str]
    rows: Callable[[Renewals], Rows]
    of: str = ""
    parts: Callable[[Renewals], list[Part]] = lambda _: []
    missing: str = ""  # its name among what is missing
    beyond: Callable[[Beyond], Rows] | None = None  # its rows, where they are none of the quarter's


def _money(found: Renewals, minor: int | None) -> str:
    return formats.money_exact(minor, found.currency)


def _tally(found: Renewals, name: str, one: Tally) -> Part:
    return name, f"{one.count:,}, worth {_money(found, one.arr_minor)} a year"


def _statuses(found: Renewals) -> list[Part]:
    """How the cohort divides: it adds up."""
    each = [_tally(found, TITLES[name], one) for name, one in found.by_status.items()]
    return [*each, _tally(found, "All that is due", found.all_due)]


def _rated(which: Callable[[Renewals], Rates]) -> Callable[[Renewals], list[Part]]:
    def parts(found: Renewals) -> list[Part]:
        rates = which(found)
        two = [("Of everything due", rates.everything), ("Of what is decided only", rates.closed_only)]
        return [*((name, formats.share(value, 1)) for name, value in two), *_statuses(found)]

    return parts


def _costs(found: Renewals) -> list[Part]:
    reasons = [
        _tally(found, f"because of {code}" if code != NOT_SAID else "nobody has said why", one)
        for code, one in found.by_reason.items()
    ]
    return [
        ("Customers that left", formats.number(len(found.churned))),
        ("Their subscriptions, and others lost", formats.number(found.subscriptions_lost)),
        *reasons,
        *_year_before(found),
    ]


def _year_before(found: Renewals) -> list[Part]:
    full, to_date = found.same_quarter
    return [
        ("Same quarter last year, to the same day", _money(found, to_date)),
        ("Same quarter last year, whole", _money(found, full)),
        *((f"{quarter}, whole", _money(found, minor)) for quarter, minor in found.last_year.items()),
    ]


def _forecast(found: Renewals) -> list[Part]:
    return [
        ("Lost so far", _money(found, found.churn_cost)),
        ("Expected on top", _money(found, found.expected - found.churn_cost)),
        ("Lower end of the 80 % interval", _money(found, found.low)),
        ("Upper end", _money(found, found.high)),
        ("As the owners call it", _money(found, found.called)),
        ("With everything at risk", _money(found, found.at_risk_of_loss)),
        ("The worst case: the larger of that and the upper end", _money(found, found.worst)),
    ]


def bridge(found: Renewals) -> list[tuple[str, int, float | None]]:
    """The churn cost over each amount that it can be divided by."""
    wholes = {
        "ARR of everybody, the day before the quarter": found.opening_arr,
        "ARR due in the quarter": found.all_due.arr_minor,
        "ARR of everybody, now": found.arr_now,
    }
    return [(of, whole, share(found.churn_cost, whole)) for of, whole in wholes.items()]


def _bridge(found: Renewals) -> list[Part]:
    lines = [("Churn cost to date", _money(found, found.churn_cost))]
    for of, whole, rate in bridge(found):
        lines.append((of, f"{_money(found, whole)}: {formats.share(rate, 1)}"))
    return lines


def _late(found: Renewals) -> list[Part]:
    renewed = found.by_status[RENEWED].count
    return [
        ("Renewed", formats.number(renewed)),
        ("on time", formats.number(renewed - len(found.late))),
        ("late", formats.number(len(found.late))),
        ("Days late, the middle of the late ones", formats.number(found.median_days_late, 0)),
    ]


def _healthy(found: Renewals) -> list[Part]:
    ahead = [one for one in found.next_90_days if one.is_open]
    good = [one for one in found.open_terms if one.band == "good"]
    return [
        _tally(found, "Open terms of the quarter", Tally.of(found.open_terms)),
        _tally(found, "of customers in good health", Tally.of(good)),
        ("The next 90 days, whatever the quarter", formats.share(in_good_health(ahead), 1)),
    ]


def _of_status(name: str, means: str) -> Figure:
    return Figure(
        f"Renewals: {TITLES[name].lower()}",
        means,
        lambda found: _money(found, found.by_status[name].arr_minor),
        lambda found: found.of_status(name),
        "",
        _statuses,
    )


_DUE = (
    "The terms that end in the quarter and were live on the day before it, frozen as they were known "
    "then. Terms shorter than a quarter and open-ended ones roll on and are shown apart, and so is what "
    "was added later."
)
FIGURES: dict[str, Figure] = {
    "due": Figure(
        "Due in the quarter", _DUE, lambda f: _money(f, f.all_due.arr_minor), lambda f: f.due, "", _statuses
    ),
    "rate_count": Figure(
        "Renewed, by count",
        "Terms renewed, of those that are due.",
        lambda f: formats.share(f.rate_by_count.everything, 1),
        lambda f: f.due,
        "all terms that are due; beside it, those decided",
        _rated(lambda f: f.rate_by_count),
        "rate",
    ),
    "rate_gross": Figure(
        "Renewed, by value, gross",
        "Of the ARR due what was kept: each renewed term counts up to what it was worth before.",
        lambda f: formats.share(f.rate_gross.everything, 1),
        lambda f: f.due,
        "ARR of all terms that are due; beside it, of those decided",
        _rated(lambda f: f.rate_gross),
        "rate",
    ),
    "rate_net": Figure(
        "Renewed, by value, net",
        "The same with what the renewed terms are worth now, more or less than before.",
        lambda f: formats.share(f.rate_net.everything, 1),
        lambda f: f.due,
        "ARR of all terms that are due; beside it, of those decided",
        _rated(lambda f: f.rate_net),
        "rate",
    ),
    "churn_cost": Figure(
        "Churn cost to date",
        "What the customers that went to nothing in the quarter paid a year. A contract that a customer lost "
        "who stays, and paying less, are lines of their own; who is back is not in it.",
        lambda f: _money(f, f.churn_cost),
        lambda f: f.churned,
        "",
        _costs,
    ),
    "unit_churn": Figure(
        "Customers lost",
        "How many customers went to nothing in the quarter and are not back.",
        lambda f: formats.number(len(f.churned)),
        lambda f: f.churned,
        "",
        _costs,
    ),
    "subscriptions_lost": Figure(
        "Subscriptions lost",
        "Contracts that ended for good in the quarter, of customers that left and of those that stay.",
        lambda f: formats.number(f.subscriptions_lost),
        lambda f: [*f.churned, *f.partial],
        "",
        _costs,
    ),
    "partial": Figure(
        "Partial churn",
        "Contracts lost by customers that stay.",
        lambda f: _money(f, Tally.of(f.partial).arr_minor),
        lambda f: f.partial,
        "",
        _costs,
    ),
    "contraction": Figure(
        "Contraction",
        "What customers pay less for the contracts they keep.",
        lambda f: _money(f, Tally.of(f.contracted).arr_minor),
        lambda f: f.contracted,
        "",
        _costs,
    ),
    "recovered": Figure(
        "Recovered",
        "Customers that went to nothing in the quarter and came back.",
        lambda f: _money(f, Tally.of(f.recovered).arr_minor),
        lambda f: f.recovered,
        "",
        _costs,
    ),
    "forecast": Figure(
        "Forecast to quarter end",
        "The churn cost so far, and for each customer with a contract that is open, past due or rolling: "
        "how likely it is lost by the end of the quarter × what it pays a year. The interval holds 80 % of "
        "10,000 seeded draws with the model's own doubt in them.",
        lambda f: _money(f, f.expected),
        lambda f: f.at_stake,
        "",
        _forecast,
    ),
    "called": Figure(
        "As the owners call it",
        "The churn cost so far, and what every customer pays whose owner calls that it leaves.",
        lambda f: _money(f, f.called),
        lambda f: f.at_stake.called,
        "",
        _forecast,
        "forecast_churn_cost.called",
    ),
    "worst": Figure(
        "The worst case",
        "The churn cost so far, and what every customer pays that is at risk; or the upper end of the "
        "forecast's interval where that is more, since customers whom nothing marks are lost, too.",
        lambda f: _money(f, f.worst),
        lambda f: f.at_stake.at_risk,
        "",
        _forecast,
    ),
    "on_time": Figure(
        "Renewed on time",
        "Renewed terms whose next one starts on their end or before.",
        lambda f: formats.share(f.on_time_rate),
        lambda f: f.late,
        "renewed terms",
        _late,
        "on_time_rate",
    ),
    "days_late": Figure(
        "Median days late",
        "Of the renewed terms whose next one starts after their end: how many days, the middle one.",
        lambda f: formats.number(f.median_days_late, 0),
        lambda f: f.late,
        "",
        _late,
        "median_days_late",
    ),
    "good_health": Figure(
        "Renewals in good health",
        "Of the ARR of the quarter's open terms, the part whose customer is in good health.",
        lambda f: formats.share(f.good_health_share),
        lambda f: f.open_terms,
        "ARR of the quarter's open terms",
        _healthy,
        "good_health_share",
    ),
    "bridge": Figure(
        "From one denominator to another",
        "The same churn cost over what everybody paid at the start, over what comes up for renewal, and over "
        "what is paid now. Who compares rates must know which one it is.",
        lambda f: _money(f, f.churn_cost),
        lambda f: f.churned,
        "",
        _bridge,
    ),
    "added": Figure(
        "Added later",
        "Terms that end in the quarter and were not known, or ended later, the day before it.",
        lambda f: _money(f, Tally.of(f.added).arr_minor),
        lambda f: f.added,
        "",
        lambda f: [_tally(f, "Added later", Tally.of(f.added)), _tally(f, "Rolling, beside them", f.rolling)],
    ),
    RENEWED: _of_status(RENEWED, "Terms that another one renews."),
    CHURNED: _of_status(CHURNED, "Terms that ended without another."),
    PAST_DUE: _of_status(PAST_DUE, "Terms whose end has passed undecided: live for 30 days of grace."),
    AT_RISK: _of_status(
        AT_RISK,
        "Open terms of customers in poor health, or 30 % and more likely not to be renewed, or called so by "
        "somebody.",
    ),
    NO_RISK: _of_status(NO_RISK, "The other open terms."),
}


def _before(
    name: str, means: str, at: Callable[[Renewals], int | None], rows: Callable[[Beyond], Rows]
) -> Figure:
    """A churn cost of last year."""
    return Figure(
        name,
        f"What the customers that went to nothing in {means} paid a year. As it is known today; who was back "
        "by the end of that time is not in it.",
        lambda f: _money(f, at(f)),
        lambda _: [],
        parts=_year_before,
        missing="same_quarter_last_year" if name.startswith("Same") else "last_year_quarters",
        beyond=rows,
    )


def _quarter_before(number: int) -> Figure:
    return _before(
        f"Churn cost, quarter {number + 1} of last year",
        f"quarter {number + 1} of the year before, whole,",
        lambda f: list(f.last_year.values())[number],
        lambda beyond: beyond.last_year(number),
    )


FIGURES |= {
    "same_quarter": _before(
        "Same quarter last year, whole",
        "the same quarter of last year, whole,",
        lambda f: f.same_quarter[0],
        lambda beyond: beyond.same_quarter(to_date=False),
    ),
    "same_quarter_to_date": _before(
        "Same quarter last year, to the same day",
        "the same quarter of last year, up to the same day of it,",
        lambda f: f.same_quarter[1],
        lambda beyond: beyond.same_quarter(to_date=True),
    ),
    **{f"last_year_{number + 1}": _quarter_before(number) for number in range(4)},
    "rolling": Figure(
        "Rolling on",
        "Terms shorter than a quarter and open-ended ones that were live the day before the quarter. Nobody "
        "decides about their end on one day, so they are beside the cohort; their chance to end is in the "
        "forecast.",
        lambda f: _money(f, f.rolling.arr_minor),
        lambda _: [],
        parts=lambda f: [_tally(f, "Rolling, beside the cohort", f.rolling)],
        beyond=lambda beyond: beyond.rolling(),
    ),
    "next_90_days": Figure(
        "In good health, the next 90 days",
        "Of the ARR of the open terms that end in the next 90 days, the part of customers in good health.",
        lambda f: formats.share(in_good_health(one for one in f.next_90_days if one.is_open), 1),
        lambda f: [one for one in f.next_90_days if one.is_open],
        "ARR of the open terms that end in the next 90 days",
        _healthy,
    ),
    "opening_arr": Figure(
        "ARR at the start of the quarter",
        "What everybody paid a year at the end of the day before the quarter.",
        lambda f: _money(f, f.opening_arr),
        lambda _: [],
        parts=_bridge,
        beyond=lambda beyond: beyond.paid_at_opening(),
    ),
    "arr_now": Figure(
        "ARR now",
        "What everybody pays a year today, or on the quarter's last day.",
        lambda f: _money(f, f.arr_now),
        lambda _: [],
        parts=_bridge,
        beyond=lambda beyond: beyond.paid_now(),
    ),
}
