"""The ledger of a workspace: as known then and as corrected, whose customers, in which currency."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from tenure.accounts.models import Account
from tenure.kit import clock
from tenure.revenue import queries
from tenure.revenue.actions import TermRow, upsert_terms
from tenure.revenue.dealing import RateRow, upsert_rate_columns
from tenure.revenue.models import Term
from tenure.workspaces.roles import Role
from tests import cast
from tests.columns import in_columns

ACME = TermRow("S-1", "acme", 120_000, "USD", "year", date(2025, 1, 1), date(2027, 1, 1))
DUNE = TermRow("S-2", "dune", 9_900, "USD", "month", date(2025, 1, 1), date(2026, 2, 1), reason="value")
BOREALIS = TermRow("S-3", "borealis", 100_000, "EUR", "year", date(2025, 6, 1), date(2027, 6, 1))


def arr(access, day: date, known_on: date | None = None) -> dict[str, int]:
    names = dict(access.of(Account).values_list("pk", "external_id"))
    table = queries.ledger(access, known_on).mrr(day)
    return {
        names[key]: value
        for key, value in zip(table["account_id"].to_pylist(), table["arr_minor"].to_pylist(), strict=True)
    }


def test_what_was_known_then_stays_and_what_is_corrected_shows(access):
    upsert_terms(access.workspace, [ACME])
    day = clock.today("UTC") - timedelta(days=30)
    upsert_terms(access.workspace, [replace(ACME, amount_minor=150_000)])
    assert arr(access, day, known_on=day) == {"acme": 120_000}
    assert arr(access, day) == {"acme": 150_000}


def test_later_facts_change_no_figure_of_the_past(access):
    upsert_terms(access.workspace, [ACME, replace(DUNE, ends_on=None, reason="")])
    then = date(2025, 12, 31)
    before = [arr(access, then, then), arr(access, then)]
    upsert_terms(
        access.workspace,
        [
            replace(DUNE, end_known_on=date(2026, 1, 20)),
            replace(ACME, account_id="new", subscription_id="S-9", starts_on=date(2026, 1, 1)),
        ],
    )
    assert [arr(access, then, then), arr(access, then)] == before
    assert "dune" not in arr(access, date(2026, 2, 1))


def test_why_it_ended_was_known_when_it_did(access):
    upsert_terms(access.workspace, [DUNE])
    said = [
        queries.ledger(access, day).terms.table["reason"].to_pylist()
        for day in (date(2026, 1, 31), date(2026, 2, 1))
    ]
    assert said == [[""], ["value"]]
    assert upsert_terms(access.workspace, [DUNE]).same == 1


def test_who_ends_what_had_no_end_is_not_waited_for(access):
    upsert_terms(access.workspace, [replace(DUNE, reason="", end_known_on=date(2026, 1, 20))])
    ended = queries.ledger(access, known_on=date(2026, 2, 1))
    assert ended.terms.is_decided.tolist() == [True]
    waited_for = queries.ledger(access, known_on=date(2026, 1, 10))
    assert waited_for.terms.is_decided.tolist() == [False]


def test_foreign_amounts_count_at_the_rate_of_the_day_they_were_agreed(access):
    upsert_terms(
        access.workspace,
        [
            ACME,
            BOREALIS,
            replace(BOREALIS, subscription_id="S-4", starts_on=date(2026, 2, 1), account_id="cinder"),
        ],
    )
    rates = [(date(2025, 1, 1), "1.25"), (date(2026, 1, 1), "1.5"), (date(2026, 3, 1), "9")]
    rows = [RateRow(day, "EUR", Decimal(rate)) for day, rate in rates]
    upsert_rate_columns(access.workspace, in_columns(rows))
    assert arr(access, date(2026, 6, 1)) == {"acme": 120_000, "borealis": 125_000, "cinder": 150_000}


def test_what_was_agreed_before_it_starts_has_the_rate_of_that_day(access):
    rates = [RateRow(date(2025, 1, 1), "EUR", Decimal(2)), RateRow(date(2026, 2, 1), "EUR", Decimal(3))]
    upsert_rate_columns(access.workspace, in_columns(rates))
    upsert_terms(access.workspace, [replace(BOREALIS, starts_on=date(2026, 3, 1))])
    Term.objects.update(recorded_at=datetime(2026, 1, 15, tzinfo=UTC))
    assert arr(access, date(2026, 6, 1)) == {"borealis": 200_000}


def test_without_a_rate_a_customer_is_left_out_whole_and_named(access):
    upsert_terms(
        access.workspace, [ACME, BOREALIS, replace(ACME, subscription_id="S-5", account_id="borealis")]
    )
    ledger = queries.ledger(access)
    assert arr(access, date(2026, 6, 1)) == {"acme": 120_000}
    [one] = ledger.left_out
    assert access.of(Account).get(pk=one.account_id).external_id == "borealis"
    assert one.why == "no rate of EUR on 2025-06-01 or before: import rates"


@pytest.mark.parametrize("day", [date(2026, 6, 1), date(2025, 6, 1)])
def test_a_book_and_a_neighbour_see_their_own(access, neighbour, day):
    upsert_terms(access.workspace, [ACME, replace(ACME, subscription_id="S-6", account_id="cinder")])
    upsert_terms(neighbour.workspace, [replace(ACME, account_id="otherco")])
    dana = cast.member(access, "Dana", Role.REPRESENTATIVE, sees_all=False)
    access.of(Account).filter(external_id="acme").update(owner="dana@example.test")
    assert set(arr(access, day)) == {"acme", "cinder"}
    assert set(arr(dana, day)) == {"acme"}
    assert set(arr(neighbour, day)) == {"otherco"}
