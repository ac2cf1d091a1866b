"""The demo's customers and their people: what does not change while they are simulated."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from tenure.demo import company
from tenure.demo.truth import DAYS, Flags, Floats, Ints

_GROUPS = 0.04  # share of customers that belong to another of them


@dataclass(frozen=True)
class Firms:
    """The customers' fixed traits, in account order."""

    ids: list[str]
    names: list[str]
    domains: list[str]
    parent: Ints  # index of the customer it belongs to, −1 for none
    seats: Ints
    plan: Ints
    yearly: Flags
    starts: list[date]
    owner: list[str]
    industry: list[str]
    region: list[str]
    first_day: date  # of what is simulated
    until: date

    def __len__(self) -> int:
        return len(self.ids)

    def price(self, index: int) -> int:
        """What it paid a year at first, in whole dollars."""
        return int(self.seats[index]) * company.PLANS[self.plan[index]].seat_price

    def segment(self, index: int) -> str:
        """By yearly price: who gets a manager of their own and who is served digitally."""
        price = self.price(index)
        return "High touch" if price >= 30_000 else "Standard" if price >= 9_000 else "Digital"


def draw(rng: np.random.Generator, n: int, until: date) -> Firms:
    """Names, sizes, plans; three in four began before the simulated time, the rest during it."""
    names = _names(rng, n)
    ages = np.where(rng.random(n) < 0.75, rng.integers(DAYS, 1900, n), rng.integers(12, DAYS, n))
    return Firms(
        ids=[f"bb-{index + 1:04d}" for index in range(n)],
        names=names,
        domains=[f"{name.lower().replace(' ', '-')}.example" for name in names],
        parent=_parents(rng, n),
        seats=np.clip(np.round(rng.lognormal(2.7, 0.6, n)), 4, 120).astype(np.int64),
        plan=rng.choice(len(company.PLANS), n, p=[0.3, 0.45, 0.25]),
        yearly=rng.random(n) < 0.75,
        starts=[until - timedelta(days=int(age)) for age in ages],
        owner=[company.MANAGERS[index] for index in rng.integers(0, len(company.MANAGERS), n)],
        industry=list(rng.choice(company.INDUSTRIES, n)),
        region=list(rng.choice(company.REGIONS, n)),
        first_day=until - timedelta(days=DAYS - 1),
        until=until,
    )


def _names(rng: np.random.Generator, n: int) -> list[str]:
    """`n` different two-word names."""
    pairs = len(company.FIRST_WORDS) * len(company.SECOND_WORDS)
    picked = rng.choice(pairs, n, replace=False)
    seconds = len(company.SECOND_WORDS)
    return [f"{company.FIRST_WORDS[p // seconds]} {company.SECOND_WORDS[p % seconds]}" for p in picked]


def _parents(rng: np.random.Generator, n: int) -> Ints:
    """A few belong to one of the first customers, which belong to nobody."""
    heads = max(1, n // 60)
    belongs = (rng.random(n) < _GROUPS) & (np.arange(n) >= heads)
    return np.where(belongs, rng.integers(0, heads, n), -1)


@dataclass(frozen=True)
class Staff:
    """The customers' people, in person order."""

    firm: Ints  # index of the account
    ids: list[str]
    names: list[str]
    roles: list[str]
    keenness: Floats


def draw_staff(rng: np.random.Generator, firms: Firms) -> Staff:
    """As many people as seats bought at first, of whom some are keener than others."""
    firm = np.repeat(np.arange(len(firms)), firms.seats)
    n = len(firm)
    given = rng.choice(company.GIVEN_NAMES, n)
    family = rng.choice(company.FAMILY_NAMES, n)
    return Staff(
        firm=firm,
        ids=[f"{firms.ids[account]}-p{serial:04d}" for serial, account in enumerate(firm)],
        names=[f"{one} {other}" for one, other in zip(given, family, strict=True)],
        roles=list(rng.choice(company.ROLES, n)),
        keenness=rng.normal(0, 1.0, n),
    )


def _parts(staff: Staff) -> list[str]:
    """The keenest of each customer speaks for us there; its finance directors decide."""
    parts = np.where(np.array(staff.roles) == "finance director", "decision maker", "")
    by_keenness = np.lexsort((-staff.keenness, staff.firm))
    _, first = np.unique(staff.firm[by_keenness], return_index=True)
    parts[by_keenness[first]] = "champion"
    return [str(part) for part in parts]


def accounts_table(firms: Firms) -> pa.Table:
    """In the canonical columns, with three attributes."""
    return pa.table(
        {
            "account_id": firms.ids,
            "name": firms.names,
            "domain": firms.domains,
            "parent_id": ["" if parent < 0 else firms.ids[parent] for parent in firms.parent],
            "owner": firms.owner,
            "segment": [firms.segment(index) for index in range(len(firms))],
            "plan": [company.PLANS[plan].name for plan in firms.plan],
            "industry": firms.industry,
            "region": firms.region,
        }
    )


def people_table(staff: Staff, firms: Firms) -> pa.Table:
    """In the canonical columns; no address occurs twice."""
    slug = [name.lower().replace(" ", ".") for name in staff.names]
    return pa.table(
        {
            "person_id": staff.ids,
            "email": [
                f"{one}.{serial}@{firms.domains[account]}"
                for serial, (one, account) in enumerate(zip(slug, staff.firm, strict=True))
            ],
            "name": staff.names,
            "account_id": [firms.ids[account] for account in staff.firm],
            "role": staff.roles,
            "part": _parts(staff),
        }
    )
