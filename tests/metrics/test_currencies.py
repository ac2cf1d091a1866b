"""The metrics say what the ledger says, to the minor unit: in any currency, whatever became of a contract."""

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
from tenure.revenue.dealing import RateRow, upsert_rate_columns
from tenure.workspaces.access import Access
from tests.columns import in_columns

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


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
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
    upsert_rate_columns(
        access.workspace, in_columns([RateRow(date(2025, 1, 1), name, Decimal(rate)) for name, rate in RATES])
    )
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


ENDED = date(2026, 2, 20)
STORY = [
    TermRow("past-due", "acme", 120_001, "USD", "year", date(2025, 2, 20), ENDED),
    TermRow("by-itself", "borealis", 70_007, "EUR", "quarter", date(2024, 2, 20), ENDED, auto_renew=True),
    TermRow(
        "noticed", "cinder", 9_900, "USD", "month", date(2025, 2, 20), ENDED, auto_renew=True, reason="fit"
    ),
    TermRow("early", "dune", 9_901, "GBP", "month", date(2025, 2, 20), ENDED, end_known_on=date(2026, 2, 1)),
    TermRow("paused", "elm", 9_900, "USD", "month", date(2025, 2, 20), date(2025, 12, 1)),
    TermRow("paused", "elm", 8_800, "USD", "month", date(2026, 3, 10)),
    TermRow("back", "fir", 9_900, "KWD", "month", date(2024, 1, 1), date(2025, 1, 1)),
    TermRow("back-2", "fir", 9_900, "JPY", "month", date(2026, 3, 1), product="Pro"),
    TermRow("late", "gum", 9_900, "USD", "year", date(2025, 2, 20), ENDED, product="Pro"),
    TermRow("late-2", "gum", 9_999, "USD", "year", date(2026, 3, 15), product="Pro"),
]


def test_whatever_became_of_a_contract_metrics_lists_and_ledger_say_the_same(access: Access) -> None:
    upsert_rate_columns(
        access.workspace, in_columns([RateRow(date(2020, 1, 1), name, Decimal(rate)) for name, rate in RATES])
    )
    upsert_terms(access.workspace, STORY)
    arr = metrics_of(access.workspace)["arr"]
    days = [
        date(2025, 1, 15),
        ENDED,
        date(2026, 3, 14),
        date(2026, 3, 21),
        date(2026, 3, 22),
        date(2027, 1, 1),
    ]
    with open_tables(access.workspace) as tables:
        found = engine.evaluate(tables, [arr], days).to_pylist()
    for day in days:
        pays = queries.ledger(access, day).mrr(day).to_pydict()
        by_books = dict(zip(pays["account_id"], pays["arr_minor"], strict=True))
        assert {
            one["account_id"]: one["arr"] for one in found if one["as_of"] == day and one["arr"]
        } == by_books
    names = dict(access.of(Account).values_list("pk", "external_id"))
    paying = [
        {names[one["account_id"]] for one in found if one["as_of"] == day and one["arr"]} for day in days
    ]
    assert paying[1] == {"acme", "borealis", "gum"}
    assert paying[2] == {"acme", "borealis", "elm", "fir", "gum"}
    assert paying[4] == {"borealis", "elm", "fir", "gum"}
    few = list(names)[:3]
    with open_tables(access.workspace, few) as tables:
        some = engine.evaluate(tables, [arr], days, few).to_pylist()
    assert some == [one for one in found if one["account_id"] in few]


def test_the_rate_is_that_of_the_day_it_was_agreed_and_without_one_there_is_no_figure(access: Access) -> None:
    upsert_terms(
        access.workspace, [TermRow("S-1", "acme", 100_00, "EUR", "month", date(2026, 1, 1), date(2027, 1, 1))]
    )
    [acme] = access.of(Account).values_list("pk", flat=True)
    assert by_metric(access, DAY) == {acme: None}
    rates = [(date(2025, 1, 1), "1.25"), (date(2026, 2, 1), "9")]
    rows = [RateRow(day, "EUR", Decimal(rate)) for day, rate in rates]
    upsert_rate_columns(access.workspace, in_columns(rows))
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
    upsert_rate_columns(access.workspace, in_columns([RateRow(date(2025, 1, 1), "EUR", Decimal("1.5"))]))
    assert refresh.turn()
    assert access.of(MetricValue).get(account=acme, metric="arr").value == 1800_00
