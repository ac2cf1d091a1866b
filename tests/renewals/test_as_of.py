"""A figure as of a day never changes when later facts arrive; after a correction both readings can be had."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tenure.insight import decisions
from tenure.renewals import rows
from tenure.renewals.cohort import Tally
from tenure.renewals.figures import Renewals
from tenure.renewals.rows import Known, Who
from tenure.renewals.stakes import Stakes
from tenure.revenue import due as dues
from tenure.revenue import known
from tenure.revenue.ledger import Ledger
from tenure.revenue.losses import losses
from tenure.revenue.quarters import Quarter
from tests.revenue.histories import RATES, chains, histories, ledger, versions

Rows = list[dict[str, Any]]
DAY = date(2026, 2, 10)
QUARTERS = (Quarter(2025, 4), Quarter(2026, 1))
NAMES = ("acme", "borealis")
few = settings(max_examples=15)


def after(told: Rows, day: date) -> Rows:
    """The same with everything recorded only after a day, whatever it is about."""
    shift = max((day - min(one["recorded_on"] for one in told)).days + 1, 0) if told else 0
    return [
        one
        | {
            "subscription_id": f"{one['subscription_id']} later",
            "recorded_on": one["recorded_on"] + timedelta(days=shift),
            "superseded_on": one["superseded_on"] and one["superseded_on"] + timedelta(days=shift),
        }
        for one in told
    ]


later = st.lists(chains(), max_size=3).map(lambda some: [one for told in some for one in after(told, DAY)])


def corrected(told: Rows, on: date, **said: Any) -> Rows:
    """Every version in force replaced on a day by one that says something else."""
    kept = [one | {"superseded_on": one["superseded_on"] or on} for one in told]
    new = [one | {"recorded_on": on, "term_id": f"{one['term_id']} corrected", **said} for one in told]
    return kept + [row for row, one in zip(new, told, strict=True) if one["superseded_on"] is None]


def figures(told: Rows, day: date) -> list[Any]:
    """All that pages say of money as of a day: movements, and the renewals of quarters."""
    now = ledger(told, day)
    return [moved(now), *(renewals(told, now, one) for one in QUARTERS)]


def moved(books: Ledger) -> list[Any]:
    """Movements and rates over several stretches up to the day the ledger knows."""
    ends = [books.known_on - timedelta(days=back) for back in (400, 90, 1, 0)]
    found = [books.movements(a, b) for a, b in pairwise(ends)]
    return [(one.start_arr, one.end_arr, one.totals, one.grr, one.nrr, one.logo_churn) for one in found]


def renewals(told: Rows, now: Ledger, quarter: Quarter) -> list[Any]:
    """What is due, its statuses, rates and losses, as pages work them out."""
    day = now.known_on
    frozen = ledger(told, min(quarter.eve, day))
    cohort = dues.cohort(frozen, quarter.first, quarter.last)
    about = Known({one: Who(one, one, one, "") for one in NAMES}, {}, {}, {})
    due = tuple(rows.due_row(one, about) for one in dues.outcomes(now, cohort, quarter.last))
    lost = losses(now, quarter.first, min(quarter.last, day)) if day >= quarter.first else []
    found = Renewals(
        quarter=quarter,
        as_of=day,
        currency="USD",
        due=due,
        added=(),
        losses=tuple(rows.loss_row(one, about) for one in lost),
        at_stake=Stakes.none(),
        rolling=Tally(0, 0),
        last_year={},
        same_quarter=(None, None),
        next_90_days=(),
        opening_arr=int(frozen.arr(min(quarter.eve, day)).sum()),
        arr_now=int(now.arr(day).sum()),
        target=0.9,
        model="",
        left_out={},
    )
    rates = (found.rate_by_count, found.rate_gross, found.rate_net)
    told_of = (found.churn_cost, found.partial, found.contracted, found.on_time_rate, found.median_days_late)
    return [found.all_due, found.by_status, found.by_direction, rates, told_of, found.opening_arr]


@few
@given(histories, later, st.booleans())
def test_as_known_then_nothing_later_changes_a_figure(told: Rows, more: Rows, is_corrected: bool) -> None:
    before = figures(told, DAY)
    on = DAY + timedelta(days=1)
    since = corrected(told, on, amount_minor=7, ends_on=None) if is_corrected else told
    assert figures([*since, *more], DAY) == before


@settings(few, max_examples=5)
@given(histories, later)
def test_nor_does_it_change_what_forecasts_are_counted_from(told: Rows, more: Rows) -> None:
    since = corrected(told, DAY + timedelta(days=1), amount_minor=7, ends_on=None)
    found = decisions.decisions(versions([*since, *more]), DAY)
    assert found == decisions.decisions(versions(told), DAY)


@few
@given(histories, st.lists(st.integers(1, 400), max_size=4), st.integers(40, 300))
def test_what_happens_later_changes_no_earlier_day_even_as_known_today(
    told: Rows, starts: list[int], back: int
) -> None:
    """Contracts go on and customers come after a day: what lies more than the grace before it stays."""
    told = [one for one in told if one["recorded_on"] <= DAY and one["starts_on"] <= DAY]
    a, b = DAY - timedelta(days=back), DAY - timedelta(days=31)
    today = DAY + timedelta(days=800)
    before = ledger(told, DAY).movements(a, b)
    others = [
        said(number, DAY + timedelta(days=days), "new" if number % 2 else None, told)
        for number, days in enumerate(starts)
    ]
    found = ledger([*told, *others], today).movements(a, b)
    same = ledger(told, today).movements(a, b)
    assert (found.totals, found.start_arr, found.grr) == (same.totals, same.start_arr, same.grr)
    assert sum(before.totals.values()) == before.end_arr - before.start_arr


def said(number: int, start: date, account: str | None, told: Rows) -> dict[str, Any]:
    """A term that starts and is heard of then: of a new customer, or of the last contract that was told."""
    of = told[-1] if told and account is None else {"account_id": "new", "subscription_id": f"n{number}"}
    return {
        "product": "Pro",
        "currency": "USD",
        "interval": "year",
        "seats": None,
        "auto_renew": False,
        "renews": "",
        "reason": "",
        **of,
        "term_id": f"later {number}",
        "amount_minor": 1000 + number,
        "starts_on": start,
        "ends_on": None,
        "recorded_on": start,
        "superseded_on": None,
    }


@few
@given(histories, st.integers(1, 10**6))
def test_after_a_correction_both_readings_can_be_asked_for(told: Rows, amount: int) -> None:
    learnt = DAY + timedelta(days=40)
    now = corrected(told, learnt, amount_minor=amount, currency="USD", interval="month")
    assert moved(ledger(now, DAY)) == moved(ledger(told, DAY)), "as known then"
    rows_now, _ = known.as_known(versions(now), RATES, None)
    corrected_books = Ledger.of(rows_now, learnt)
    assert set(corrected_books.terms.arr.tolist()) <= {12 * amount}, "as corrected"
    live = int(corrected_books.is_live(DAY).sum())
    assert int(corrected_books.arr(DAY).sum()) == 12 * amount * live
