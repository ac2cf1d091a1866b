"""Amounts in other currencies: the metrics say what the ledger says, to the minor unit."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenure.accounts.models import Account
from tenure.jobs import refresh
from tenure.metrics import engine
from tenure.metrics.catalogue import metrics_of
from tenure.metrics.models import MetricValue
from tenure.metrics.tables import open_tables
from tenure.revenue import queries
from tenure.revenue.actions import TermRow, upsert_terms
from tenure.revenue.dealing import RateRow, upsert_rates
from tenure.workspaces.access import Access

DAY = date(2026, 3, 1)
TURN = count()
RATES = [("EUR", "1.15"), ("JPY", "0.0066667"), ("KWD", "3.2525"), ("GBP", "1.0000005")]


def by_metric(access: Access, day: date) -> dict[str, float | None]:
    arr = metrics_of(access.workspace)["arr"]
    with open_tables(access.workspace) as tables:
        found = engine.evaluate(tables, [arr], [day]).to_pydict()
    return dict(zip(found["account_id"], found["arr"], strict=True))


def by_ledger(access: Access, day: date) -> dict[str, int]:
    found = queries.ledger(access).mrr(day).to_pydict()
    return dict(zip(found["account_id"], found["arr_minor"], strict=True))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["USD", *(name for name, _ in RATES)]),
            st.integers(1, 10**10),
            st.sampled_from(["week", "month", "quarter", "year"]),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_metrics_and_ledger_agree_in_any_currency(access: Access, said: list[tuple[str, int, str]]) -> None:
    upsert_rates(access.workspace, [RateRow(date(2025, 1, 1), name, Decimal(rate)) for name, rate in RATES])
    upsert_terms(
        access.workspace,
        [
            TermRow(f"S-{turn}", f"a{turn}", amount, currency, interval, date(2026, 1, 1))
            for turn, (currency, amount, interval) in zip(TURN, said, strict=False)
        ],
    )
    found = by_metric(access, DAY)
    assert None not in found.values()
    assert {key: value for key, value in found.items() if value} == by_ledger(access, DAY)


def test_the_rate_is_that_of_the_day_it_was_agreed_and_without_one_there_is_no_figure(access: Access) -> None:
    upsert_terms(
        access.workspace, [TermRow("S-1", "acme", 100_00, "EUR", "month", date(2026, 1, 1), date(2027, 1, 1))]
    )
    [acme] = access.of(Account).values_list("pk", flat=True)
    assert by_metric(access, DAY) == {acme: None}
    rates = [(date(2025, 1, 1), "1.25"), (date(2026, 2, 1), "9")]
    upsert_rates(access.workspace, [RateRow(day, "EUR", Decimal(rate)) for day, rate in rates])
    assert by_metric(access, DAY) == {acme: 1500_00}


def test_a_rate_that_comes_later_refreshes_whoever_pays_in_its_currency(access: Access) -> None:
    terms = [
        TermRow("S-1", "acme", 100_00, "EUR", "month", date(2026, 1, 1)),
        TermRow("S-2", "borealis", 100_00, "USD", "month", date(2026, 1, 1)),
    ]
    upsert_terms(access.workspace, terms)
    [acme] = access.of(Account).filter(external_id="acme").values_list("pk", flat=True)
    assert refresh.turn()
    assert not access.of(MetricValue).filter(account=acme, metric="arr").exists()
    upsert_rates(access.workspace, [RateRow(date(2025, 1, 1), "EUR", Decimal("1.5"))])
    assert refresh.turn()
    assert access.of(MetricValue).get(account=acme, metric="arr").value == 1800_00
