"""Any histories of contracts as they were told, and told otherwise later: for what was known when."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

from tenure.revenue import known
from tenure.revenue.converting import Rates
from tenure.revenue.ledger import Ledger

START = date(2025, 1, 1)
RATES = Rates.of("USD", [("EUR", date(2025, 3, 1), Decimal("1.0837"))])
days = st.integers(0, 700).map(lambda number: START + timedelta(days=number))


def noon(day: date | None) -> datetime | None:
    return day and datetime.combine(day, time(12), tzinfo=UTC).replace(tzinfo=None)


@st.composite
def chains(draw: st.DrawFn) -> list[dict[str, Any]]:
    """A term as it was told, and told otherwise, one version after the other."""
    account = draw(st.sampled_from(["acme", "borealis"]))
    subscription = f"{account}-{draw(st.integers(1, 3))}"
    start = draw(days)
    recorded = start + timedelta(days=draw(st.integers(-60, 90)))
    lengths = st.none() | st.sampled_from([30, 60, 90, 181, 365]) | st.integers(1, 500)
    found = []
    for turn in range(draw(st.integers(1, 3))):
        length = draw(lengths)
        found.append(
            {
                "account_id": account,
                "subscription_id": subscription,
                "term_id": f"{subscription} {start} {turn}",
                "product": draw(st.sampled_from(["", "Pro"])) if turn == 0 else found[0]["product"],
                "amount_minor": draw(st.integers(0, 10**6)),
                "currency": draw(st.sampled_from(["USD", "USD", "USD", "EUR"])),
                "interval": draw(st.sampled_from(["week", "month", "quarter", "year"])),
                "seats": draw(st.none() | st.integers(1, 9)),
                "starts_on": start,
                "ends_on": None if length is None else start + timedelta(days=length),
                "auto_renew": draw(st.booleans()),
                "renews": draw(st.sampled_from(["", "", "acme-1", "borealis-2"])),
                "reason": draw(st.sampled_from(["", "", "", "price"])),
                "recorded_on": recorded,
                "superseded_on": None,
            }
        )
        recorded += timedelta(days=draw(st.integers(0, 120)))
    for one, following in pairwise(found):
        one["superseded_on"] = following["recorded_on"]
    if draw(st.booleans()) and draw(st.booleans()):
        found[-1]["superseded_on"] = recorded  # withdrawn
    return found


histories = (
    st.lists(chains(), max_size=7)
    .map(
        lambda told: list(
            {(one["subscription_id"], one["starts_on"]): some for some in told for one in some}.values()
        )
    )
    .map(lambda told: [one for some in told for one in some])
)


def versions(rows: list[dict[str, Any]]) -> pa.Table:
    stamped = [
        row | {"recorded_at": noon(row["recorded_on"]), "superseded_at": noon(row["superseded_on"])}
        for row in rows
    ]
    return known.dated(pa.Table.from_pylist(stamped, known.VERSIONS), "UTC")


def ledger(rows: list[dict[str, Any]], day: date) -> Ledger:
    terms, left_out = known.as_known(versions(rows), RATES, day)
    return Ledger.of(terms, day, left_out)
