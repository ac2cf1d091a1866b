"""What the demo's people do in the product: the events."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tenure.demo import company
from tenure.demo.contracts import Ledger
from tenure.demo.customers import Firms, Staff
from tenure.demo.truth import DAYS, Flags, Ints, Latent

NAMES = (*company.EVERYDAY, *company.KEY_FEATURES, *company.FIRST_STEPS)
KEYS_AT = len(company.EVERYDAY)
STEPS_AT = KEYS_AT + len(company.KEY_FEATURES)


def draw(rng: np.random.Generator, firms: Firms, staff: Staff, latent: Latent, ledger: Ledger) -> pa.Table:
    """Who did what when: few on weekends, more at month end, features as far as the customer took to them.

    Customers that began in the simulated time also go through the steps of getting started.
    """
    here = ledger.present(firms)
    people, days = _active_days(rng, firms, staff, latent, here)
    each = 1 + rng.poisson(1.0, len(people))
    people, days = np.repeat(people, each), np.repeat(days, each)
    events = _features(rng, firms, staff.firm[people], latent, days)
    beginners, first_days, steps = _first_steps(rng, firms, staff, latent, here)
    return _table(
        rng,
        firms,
        staff,
        np.concatenate([people, beginners]),
        np.concatenate([days, first_days]),
        np.concatenate([events, steps]),
    )


def _table(
    rng: np.random.Generator, firms: Firms, staff: Staff, people: Ints, days: Ints, events: Ints
) -> pa.Table:
    """In the canonical columns, oldest first; `events` by their place in NAMES."""
    seconds = np.clip(rng.normal(12.2, 2.6, len(people)), 0, 23.98) * 3600
    start = np.datetime64(firms.first_day.isoformat(), "us")
    at = start + (days * 86_400 + seconds).astype("int64") * np.timedelta64(1_000_000, "us")
    order = np.argsort(at, kind="stable")
    serials = pa.array(np.arange(len(order))).cast(pa.string())
    return pa.table(
        {
            "timestamp": pa.array(at[order], pa.timestamp("us", "UTC")),
            "account_id": pa.array(firms.ids).take(pa.array(staff.firm[people[order]])),
            "person_id": pa.array(staff.ids).take(pa.array(people[order])),
            "event": pa.array(NAMES).take(pa.array(events[order])),
            "message_id": pc.binary_join_element_wise("demo", serials, "-"),
        }
    )


def _active_days(
    rng: np.random.Generator, firms: Firms, staff: Staff, latent: Latent, here: Flags
) -> tuple[Ints, Ints]:
    """(person, day) pairs on which a person used the product.

    A person is a user while their account's share of seats in use is above their own threshold; a user
    comes on about one working day in four.
    """
    rank = (staff.keenness.argsort().argsort() / len(staff.keenness)).astype(np.float32)  # 0..1, uniform
    dates = np.arange(DAYS) + np.datetime64(firms.first_day.isoformat())
    month_end = (dates + 4).astype("datetime64[M]") != dates.astype("datetime64[M]")
    chance = np.where(np.is_busday(dates), 0.23, 0.015) * np.where(month_end, 1.5, 1.0)
    use = latent.use.astype(np.float32)
    people, days = [], []
    for week in range(DAYS // 7):  # a week at a time: person × day for all of it would be large
        week_days = slice(week * 7, week * 7 + 7)
        users = np.nonzero(use[staff.firm, week] > rank)[0]
        comes = rng.random((len(users), 7), dtype=np.float32) < chance[week_days]
        who, day = np.nonzero(comes & here[staff.firm[users], week_days])
        people.append(users[who])
        days.append(day + week * 7)
    return np.concatenate(people), np.concatenate(days)


def _features(rng: np.random.Generator, firms: Firms, account: Ints, latent: Latent, days: Ints) -> Ints:
    """What each event is: something everyday, or a key feature that this customer has taken up by then."""
    n, keys = len(firms), len(company.KEY_FEATURES)
    began = np.array([max((start - firms.first_day).days, -200) for start in firms.starts])
    wait = rng.integers(0, 300, (n, keys)) + (1 - latent.use[:, :1]) * 420
    taken_up = np.sort(began[:, None] + wait, axis=1)
    known = sum((days >= taken_up[:, key][account]).astype(np.int64) for key in range(keys))
    wants_key = rng.random(len(account)) < 0.35
    key = np.floor(rng.random(len(account)) * np.maximum(known, 1)).astype(int)
    everyday = rng.choice(len(company.EVERYDAY), len(account), p=[0.4, 0.25, 0.15, 0.1, 0.1])
    return np.where(wants_key & (known > 0), KEYS_AT + key, everyday)


def _first_steps(
    rng: np.random.Generator, firms: Firms, staff: Staff, latent: Latent, here: Flags
) -> tuple[Ints, Ints, Ints]:
    """The steps of getting started, of those who began: one after another, slower where use is low."""
    began = np.array([(start - firms.first_day).days for start in firms.starts])
    new = np.nonzero(began >= 0)[0]
    first_person = np.searchsorted(staff.firm, new)  # people stand in the order of their accounts
    engaged = latent.use[new, began[new] // 7]
    waits = rng.exponential(4 + 18 * (1 - engaged)[:, None], (len(new), len(company.FIRST_STEPS)))
    days = began[new][:, None] + waits.cumsum(axis=1).astype(np.int64)
    done = (days < DAYS) & here[new[:, None], np.minimum(days, DAYS - 1)]
    who, step = np.nonzero(done)
    return first_person[who], days[who, step], STEPS_AT + step
