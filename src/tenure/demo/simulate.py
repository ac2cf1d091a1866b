"""Simulates the demo company's customers, week by week, with a truth that later models can be judged by.

The truth is the **hazard**, written down in `leave_log_odds`: whether a customer leaves when it may (an
annual contract at its end, a monthly one each month) depends on the share of seats in use, on whether use
is falling, and on friction, and on nothing else. Industry, region and plan look as if they could matter
and do not: they are decoys.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tenure.demo import company

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
WEEKS = 52
DAYS = WEEKS * 7


@dataclass(frozen=True)
class Simulated:
    """Tables in the canonical columns of `tenure import`, and the truth behind them.

    `truth` has one row per account and week: account_id, week (0 is the oldest), seat_use, trend,
    friction, leave_probability (if the customer could leave that week).
    """

    accounts: pa.Table
    people: pa.Table
    subscriptions: pa.Table
    events: pa.Table
    responses: pa.Table
    truth: pa.Table


def leave_log_odds(seat_use: Floats, trend: Floats, friction: Floats) -> Floats:
    """Log-odds of leaving at a moment when leaving is possible.

    `seat_use`: share of seats active in four weeks; `trend`: that share against four weeks before;
    `friction`: how hard we are to deal with, standard normal in most weeks.
    """
    return np.asarray(-2.6 + 4.5 * (0.55 - seat_use) + 2.2 * (1 - np.clip(trend, 0, 1.5)) + 0.9 * friction)


def simulate(until: date, accounts: int = 100, seed: int = 7) -> Simulated:
    """Twelve months of customers up to and including `until`; the same seed, the same data."""
    rng = np.random.default_rng(seed)
    latent = _latent(rng, accounts)
    firm = _firms(rng, accounts, until, latent)
    ledger = _contracts(rng, firm, latent, until)
    staff = _staff(rng, firm)
    first_day = until - timedelta(days=DAYS - 1)
    return Simulated(
        accounts=_accounts_table(firm),
        people=_people_table(staff, firm),
        subscriptions=pa.Table.from_pylist(ledger.rows, schema=_SUBSCRIPTIONS),
        events=_events(rng, firm, staff, latent, ledger, first_day),
        responses=_responses(rng, firm, staff, latent, ledger, first_day),
        truth=_truth(firm, latent),
    )


@dataclass(frozen=True)
class _Latent:
    """What nobody sees directly, per account and week."""

    use: Floats  # share of seats active in four weeks
    trend: Floats
    friction: Floats
    leave: Floats  # probability of leaving, where possible


def _latent(rng: np.random.Generator, n: int) -> _Latent:
    """Use drifts around each customer's own level and now and then collapses; friction comes in spells."""
    level = rng.normal(0.9, 0.8, n)
    wander = _mean_reverting(rng, n, 0.985, 0.16)
    collapse = (rng.random((n, WEEKS)) < 0.006).cumsum(axis=1) > 0
    weeks_since = np.where(collapse, collapse.cumsum(axis=1), 0)
    engaged = level[:, None] + wander - 2.4 * np.clip(weeks_since / 5, 0, 1)
    use = 1 / (1 + np.exp(-engaged))
    friction = _mean_reverting(rng, n, 0.9, 0.45)
    before = np.concatenate([np.repeat(use[:, :1], 4, axis=1), use[:, :-4]], axis=1)
    trend = use / before
    leave = 1 / (1 + np.exp(-leave_log_odds(use, trend, friction)))
    return _Latent(use, trend, friction, leave)


def _mean_reverting(rng: np.random.Generator, n: int, keep: float, noise: float) -> Floats:
    """An AR(1) process of `WEEKS` steps for each of `n` customers, started in its steady state."""
    steps = np.empty((n, WEEKS))
    steps[:, 0] = rng.normal(0, noise / np.sqrt(1 - keep**2), n)
    for week in range(1, WEEKS):
        steps[:, week] = keep * steps[:, week - 1] + rng.normal(0, noise, n)
    return steps


@dataclass(frozen=True)
class _Firms:
    """The customers' fixed traits, as arrays in account order."""

    ids: list[str]
    names: list[str]
    domains: list[str]
    seats: Ints
    plan: Ints
    yearly: npt.NDArray[np.bool_]
    starts: list[date]
    owner: list[str]
    industry: list[str]
    region: list[str]

    def segment(self, index: int) -> str:
        """By yearly price: who gets a manager of their own and who is served digitally."""
        price = int(self.seats[index]) * company.PLANS[self.plan[index]].seat_price
        return "High touch" if price >= 30_000 else "Standard" if price >= 9_000 else "Digital"


def _firms(rng: np.random.Generator, n: int, until: date, latent: _Latent) -> _Firms:
    """Names, sizes, plans; four in five began before the simulated year, the rest during it."""
    names = _names(rng, n)
    ages = np.where(rng.random(n) < 0.8, rng.integers(DAYS, 1200, n), rng.integers(12, DAYS, n))
    return _Firms(
        ids=[f"bb-{index + 1:04d}" for index in range(n)],
        names=names,
        domains=[f"{name.lower().replace(' ', '-')}.example" for name in names],
        seats=np.clip(np.round(rng.lognormal(2.9, 0.6, n)), 4, 120).astype(np.int64),
        plan=rng.choice(len(company.PLANS), n, p=[0.3, 0.45, 0.25]),
        yearly=rng.random(n) < 0.75,
        starts=[until - timedelta(days=int(age)) for age in ages],
        owner=[company.MANAGERS[index] for index in rng.integers(0, len(company.MANAGERS), n)],
        industry=list(rng.choice(company.INDUSTRIES, n)),
        region=list(rng.choice(company.REGIONS, n)),
    )


def _names(rng: np.random.Generator, n: int) -> list[str]:
    """`n` different two-word names."""
    pairs = len(company.FIRST_WORDS) * len(company.SECOND_WORDS)
    picked = rng.choice(pairs, n, replace=False)
    seconds = len(company.SECOND_WORDS)
    return [f"{company.FIRST_WORDS[p // seconds]} {company.SECOND_WORDS[p % seconds]}" for p in picked]


@dataclass(frozen=True)
class _Ledger:
    """The contracts as rows, and the day each customer left (None: still here)."""

    rows: list[dict[str, Any]]
    left: list[date | None]


_SUBSCRIPTIONS = pa.schema(
    [
        ("subscription_id", pa.string()),
        ("account_id", pa.string()),
        ("product", pa.string()),
        ("amount", pa.decimal128(18, 2)),
        ("currency", pa.string()),
        ("interval", pa.string()),
        ("seats", pa.int64()),
        ("start", pa.date32()),
        ("end", pa.date32()),
        ("auto_renew", pa.bool_()),
        ("reason", pa.string()),
    ]
)


def _contracts(rng: np.random.Generator, firm: _Firms, latent: _Latent, until: date) -> _Ledger:
    """Each customer's terms: they end when the hazard strikes, and seats follow use at each renewal."""
    rows: list[dict[str, Any]] = []
    left: list[date | None] = []
    for index in range(len(firm.ids)):
        terms, gone = _terms_of(rng, firm, latent, index, until)
        rows += terms
        left.append(gone)
    return _Ledger(rows, left)


def _terms_of(
    rng: np.random.Generator, firm: _Firms, latent: _Latent, index: int, until: date
) -> tuple[list[dict[str, Any]], date | None]:
    """One customer's terms, oldest first, and the day it left. Before the simulated year nobody leaves."""
    first_day = until - timedelta(days=DAYS - 1)
    start, seats = firm.starts[index], int(firm.seats[index])
    rows: list[dict[str, Any]] = []
    while True:
        end = _add_months(start, 12 if firm.yearly[index] else 1)
        if end > until:
            rows.append(_term(firm, index, start, end, seats))
            return _joined(rows, firm, index), None
        rows.append(_term(firm, index, start, end, seats))
        if end >= first_day:
            week = min((end - first_day).days // 7, WEEKS - 1)
            patience = 1.0 if firm.yearly[index] else 0.22  # a month is a twelfth of a year's decision
            if rng.random() < patience * latent.leave[index, week]:
                rows[-1]["reason"] = "value" if latent.use[index, week] < 0.5 else "service"
                return _joined(rows, firm, index), end
            seats = _seats_after(rng, seats, float(latent.use[index, week]), bool(firm.yearly[index]))
        start = end


def _add_months(day: date, months: int) -> date:
    """The same day some months later, or the month's last day where there is none."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month, min(day.day, last))


def _seats_after(rng: np.random.Generator, seats: int, use: float, yearly: bool) -> int:
    """Customers who use nearly all seats buy more, those who waste most of them return some."""
    if not yearly and rng.random() > 0.1:
        return seats
    if use > 0.8 and rng.random() < 0.5:
        return seats + max(1, round(seats * rng.uniform(0.1, 0.3)))
    if use < 0.4 and rng.random() < 0.4:
        return max(3, seats - max(1, round(seats * rng.uniform(0.1, 0.3))))
    return seats


def _term(firm: _Firms, index: int, start: date, end: date, seats: int) -> dict[str, Any]:
    """A row of the subscriptions table."""
    plan = company.PLANS[firm.plan[index]]
    yearly = bool(firm.yearly[index])
    return {
        "subscription_id": f"sub-{firm.ids[index]}",
        "account_id": firm.ids[index],
        "product": f"Brightbook {plan.name}",
        "amount": _decimal(seats * plan.seat_price / (1 if yearly else 12)),
        "currency": company.CURRENCY,
        "interval": "year" if yearly else "month",
        "seats": seats,
        "start": start,
        "end": end,
        "auto_renew": not yearly,
        "reason": "",
    }


def _joined(rows: list[dict[str, Any]], firm: _Firms, index: int) -> list[dict[str, Any]]:
    """Months in a row at the same price are one rolling term, as a billing system would hold them."""
    if firm.yearly[index]:
        return rows
    joined: list[dict[str, Any]] = []
    for row in rows:
        if joined and joined[-1]["seats"] == row["seats"]:
            joined[-1]["end"], joined[-1]["reason"] = row["end"], row["reason"]
        else:
            joined.append(row)
    if not joined[-1]["reason"]:
        joined[-1]["end"] = None  # rolls on until somebody ends it
    return joined


def _decimal(amount: float) -> Decimal:
    """Dollars and cents."""
    return Decimal(round(amount * 100)).scaleb(-2)


@dataclass(frozen=True)
class _Staff:
    """The customers' people, as arrays in person order."""

    firm: Ints  # index of the account
    ids: list[str]
    names: list[str]
    roles: list[str]
    keenness: Floats


def _staff(rng: np.random.Generator, firm: _Firms) -> _Staff:
    """As many people as seats bought, of whom some are keener than others."""
    owner = np.repeat(np.arange(len(firm.ids)), firm.seats)
    n = len(owner)
    given = rng.choice(company.GIVEN_NAMES, n)
    family = rng.choice(company.FAMILY_NAMES, n)
    return _Staff(
        firm=owner,
        ids=[f"{firm.ids[account]}-p{serial:03d}" for serial, account in enumerate(owner)],
        names=[f"{one} {other}" for one, other in zip(given, family, strict=True)],
        roles=list(rng.choice(company.ROLES, n)),
        keenness=rng.normal(0, 1.0, n),
    )


def _accounts_table(firm: _Firms) -> pa.Table:
    n = len(firm.ids)
    return pa.table(
        {
            "account_id": firm.ids,
            "name": firm.names,
            "domain": firm.domains,
            "owner": firm.owner,
            "segment": [firm.segment(index) for index in range(n)],
            "plan": [company.PLANS[plan].name for plan in firm.plan],
            "industry": firm.industry,
            "region": firm.region,
        }
    )


def _people_table(staff: _Staff, firm: _Firms) -> pa.Table:
    slug = [name.lower().replace(" ", ".") for name in staff.names]
    return pa.table(
        {
            "person_id": staff.ids,
            "email": [
                f"{one}.{serial}@{firm.domains[account]}"
                for serial, (one, account) in enumerate(zip(slug, staff.firm, strict=True))
            ],
            "name": staff.names,
            "account_id": [firm.ids[account] for account in staff.firm],
            "role": staff.roles,
        }
    )


def _present(firm: _Firms, ledger: _Ledger, first_day: date) -> npt.NDArray[np.bool_]:
    """Per account and day of the year: is it a customer that day?"""
    day = np.arange(DAYS)
    begins = np.array([(start - first_day).days for start in firm.starts])
    ends = np.array([(gone - first_day).days if gone else DAYS for gone in ledger.left])
    return np.asarray((day >= begins[:, None]) & (day < ends[:, None]))


def _events(
    rng: np.random.Generator, firm: _Firms, staff: _Staff, latent: _Latent, ledger: _Ledger, first_day: date
) -> pa.Table:
    """Who did what when: few on weekends, more at month end, features as far as the customer took to them."""
    people, days = _active_days(rng, firm, staff, latent, ledger, first_day)
    each = 1 + rng.poisson(1.3, len(people))
    people, days = np.repeat(people, each), np.repeat(days, each)
    names = _feature_names(rng, firm, staff.firm[people], latent, days)
    seconds = np.clip(rng.normal(12.2, 2.6, len(people)), 0, 23.98) * 3600
    start = np.datetime64(first_day.isoformat(), "us")
    at = start + (days * 86_400 + seconds).astype("int64") * np.timedelta64(1_000_000, "us")
    order = np.argsort(at, kind="stable")
    accounts = np.array(firm.ids)[staff.firm[people]]
    return pa.table(
        {
            "timestamp": pa.array(at[order], pa.timestamp("us", "UTC")),
            "account_id": accounts[order],
            "person_id": np.array(staff.ids)[people][order],
            "event": names[order],
            "message_id": [f"demo-{serial}" for serial in range(len(order))],
        }
    )


def _active_days(
    rng: np.random.Generator, firm: _Firms, staff: _Staff, latent: _Latent, ledger: _Ledger, first_day: date
) -> tuple[Ints, Ints]:
    """(person, day) pairs on which a person used the product.

    A person is a user while their account's share of seats in use is above their own threshold; a user
    comes on about three working days in ten.
    """
    rank = staff.keenness.argsort().argsort() / len(staff.keenness)  # 0..1, uniform
    use = np.repeat(latent.use, 7, axis=1)[staff.firm]
    here = _present(firm, ledger, first_day)[staff.firm]
    dates = np.arange(DAYS) + np.datetime64(first_day.isoformat())
    workday = np.is_busday(dates)
    month_end = (dates + 4).astype("datetime64[M]") != dates.astype("datetime64[M]")
    chance = np.where(workday, 0.23, 0.015) * np.where(month_end, 1.5, 1.0)
    active = here & (use > rank[:, None]) & (rng.random(use.shape) < chance)
    person, day = np.nonzero(active)
    return person, day


def _feature_names(
    rng: np.random.Generator, firm: _Firms, account: Ints, latent: _Latent, days: Ints
) -> npt.NDArray[np.str_]:
    """A name for each event: everyday ones, and the key features this customer has taken up by then."""
    n, keys = len(firm.ids), len(company.KEY_FEATURES)
    taken_up = np.sort(rng.integers(-200, 260, (n, keys)) + (1 - latent.use[:, :1]) * 420, axis=1)
    known = (days[:, None] >= taken_up[account]).sum(axis=1)
    wants_key = rng.random(len(account)) < 0.35
    key = np.floor(rng.random(len(account)) * np.maximum(known, 1)).astype(int)
    everyday = rng.choice(len(company.EVERYDAY), len(account), p=[0.4, 0.25, 0.15, 0.1, 0.1])
    use_key = wants_key & (known > 0)
    names = np.where(use_key, np.array(company.KEY_FEATURES)[key], np.array(company.EVERYDAY)[everyday])
    return np.asarray(names)


def _responses(
    rng: np.random.Generator, firm: _Firms, staff: _Staff, latent: _Latent, ledger: _Ledger, first_day: date
) -> pa.Table:
    """NPS each quarter from some, CSAT after some contacts; mood follows friction and use, with noise."""
    here = _present(firm, ledger, first_day)
    rows: list[dict[str, Any]] = []
    for survey, share in (("nps", 0.08), ("csat", 0.013)):
        for week in range(0, WEEKS, 13 if survey == "nps" else 1):
            asked = np.nonzero(rng.random(len(staff.ids)) < share)[0]
            day = week * 7 + rng.integers(0, 5, len(asked))
            present = here[staff.firm[asked], day]
            rows += [
                _answer(rng, survey, int(person), int(when), firm, staff, latent, first_day)
                for person, when in zip(asked[present], day[present], strict=True)
            ]
    rows.sort(key=lambda row: (row["timestamp"], row["person_id"]))
    return pa.Table.from_pylist(rows)


def _answer(
    rng: np.random.Generator,
    survey: str,
    person: int,
    day: int,
    firm: _Firms,
    staff: _Staff,
    latent: _Latent,
    first_day: date,
) -> dict[str, Any]:
    """One answer, on the survey's scale, with a comment two times in five."""
    account = int(staff.firm[person])
    mood = 2.2 * (latent.use[account, day // 7] - 0.5) - 0.75 * latent.friction[account, day // 7]
    mood = float(mood + rng.normal(0, 0.6))
    score = round(7.6 + 2.0 * mood) if survey == "nps" else round(3.9 + 0.9 * mood)
    top = 10 if survey == "nps" else 5
    kind = "happy" if mood > 0.5 else "unhappy" if mood < -0.4 else "mixed"
    comment = str(rng.choice(company.COMMENTS[kind])) if rng.random() < 0.4 else ""
    minutes = 9 * 60 + int(rng.integers(0, 8 * 60))
    at = datetime.combine(first_day + timedelta(days=day), time(), UTC) + timedelta(minutes=minutes)
    return {
        "timestamp": at,
        "account_id": firm.ids[account],
        "person_id": staff.ids[person],
        "survey": survey,
        "score": float(min(max(score, 0 if survey == "nps" else 1), top)),
        "comment": comment,
    }


def _truth(firm: _Firms, latent: _Latent) -> pa.Table:
    n = len(firm.ids)
    return pa.table(
        {
            "account_id": np.repeat(firm.ids, WEEKS),
            "week": np.tile(np.arange(WEEKS), n),
            "seat_use": latent.use.ravel(),
            "trend": latent.trend.ravel(),
            "friction": latent.friction.ravel(),
            "leave_probability": latent.leave.ravel(),
        }
    )
