"""Deals, costs, exchange rates and notes: what goes in, what is set aside, and that nothing goes in twice."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from tenure.accounts.models import Account
from tenure.revenue.models import Cost, Deal, Rate
from tenure.sources.models import RejectedRow
from tenure.touchpoints.actions import LONGEST
from tenure.touchpoints.models import Note
from tests.sources.conftest import counts

DEALS = (
    "deal_id,account_id,stage,amount,currency,created_at,closed_at,won,source,referred_by\n"
    "D1,acme,Proposal,1200.50,EUR,2026-01-05,,,webinar,\n"
    "D2,borealis,Closed,900,,2026-01-05,2026-02-01T10:00:00Z,yes,,acme\n"
)
COSTS = (
    "date,account_id,category,amount,currency\n"
    "2026-01-05,acme,acquisition,500,\n2026-01-05,,Program,80.5,EUR\n"
    "2026-01-06,acme,hours,1.5,\n2026-01-06,acme,hours,1.5,\n"
)
RATES = "date,currency,rate\n2026-01-01,EUR,1.0834\n2026-02-01,EUR,1.09\n"
NOTES = (
    "timestamp,account_id,author,text\n"
    '2026-01-05T10:00:00Z,acme,dana@tenure.example,"Call with Ann,\nall well"\n'
    "2026-01-06,dune,,Has left\n"
)


def test_deals_go_in_with_their_accounts_and_are_brought_up_to_date(access, load):
    assert counts(load("deals", DEALS)) == (2, 0, 0, 0)
    assert counts(load("deals", DEALS)) == (0, 0, 2, 0)
    first, second = access.of(Deal).order_by("external_id")
    assert (first.amount_minor, first.currency, first.won, first.closed_at) == (120_050, "EUR", None, None)
    assert (second.currency, second.won, second.referred_by) == ("USD", True, "acme")
    assert second.closed_at == datetime(2026, 2, 1, 10, tzinfo=UTC)
    assert access.of(Account).count() == 2
    decided = DEALS.replace("2026-01-05,,,webinar", "2026-01-05,2026-03-01,no,webinar")
    assert counts(load("deals", decided)) == (0, 1, 1, 0)
    assert access.of(Deal).get(external_id="D1").won is False


def test_costs_are_money_or_hours_and_equal_ones_all_count(access, load):
    assert counts(load("costs", COSTS)) == (4, 0, 0, 0)
    assert counts(load("costs", COSTS)) == (0, 0, 4, 0)
    found = (
        access.of(Cost)
        .order_by("spent_on", "category")
        .values_list("category", "amount_minor", "currency", "hours", "account__external_id")
    )
    assert list(found) == [
        ("acquisition", 50_000, "USD", None, "acme"),
        ("programme", 8_050, "EUR", None, None),
        ("hours", None, "", 1.5, "acme"),
        ("hours", None, "", 1.5, "acme"),
    ]


def test_a_rate_is_corrected_by_a_later_telling(access, load):
    assert counts(load("rates", RATES)) == (2, 0, 0, 0)
    assert counts(load("rates", RATES.replace("1.09", "1.1"))) == (0, 1, 1, 0)
    rate = access.of(Rate).get(day=date(2026, 2, 1))
    assert (rate.currency, rate.rate) == ("EUR", Decimal("1.1"))


def test_notes_keep_their_author_and_day_and_come_once(access, load):
    assert counts(load("notes", NOTES)) == (2, 0, 0, 0)
    assert counts(load("notes", NOTES)) == (0, 0, 2, 0)
    first, second = access.of(Note).order_by("happened_at")
    assert (first.author, first.text) == ("dana@tenure.example", "Call with Ann,\nall well")
    assert (second.author, second.account.external_id) == ("imported", "dune")


@pytest.mark.parametrize(
    ("kind", "text", "says"),
    [
        (
            "deals",
            "deal_id,account_id,created_at,closed_at\nD1,acme,2026-02-01,2026-01-01\n",
            "is before it was",
        ),
        ("deals", "deal_id,account_id,created_at,won\nD1,acme,2026-02-01,yes\n", "give the day it closed"),
        ("costs", "date,category,amount\n2026-01-01,lunch,5\n", "is no category; write acquisition, credit"),
        ("rates", "date,currency,rate\n2026-01-01,EUR,0\n", "a rate is above 0"),
        ("rates", "date,currency,rate\n2026-01-01,USD,2\n", "is the workspace's own currency"),
        ("notes", f"timestamp,account_id,text\n2026-01-01,acme,{'x' * 10_001}\n", f"it may have {LONGEST}"),
    ],
)
def test_what_is_wrong_is_said_with_the_remedy(access, load, kind, text, says):
    run = load(kind, text)
    assert counts(run) == (0, 0, 0, 1)
    assert says in RejectedRow.objects.get(run=run).says
