"""Two public data sets go in by documented commands and come out right. Skipped where they are not kept."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tenure.accounts.models import Account, Person
from tenure.events import queries as events
from tenure.kit import outbox
from tenure.revenue import rules
from tenure.revenue.models import Term
from tenure.revenue.queries import ledger
from tenure.sources.actions import import_file
from tenure.sources.imports.options import Options
from tests.sources.conftest import counts

DATA = Path(__file__).parents[3] / "shared" / "data"
TELCO = DATA / "telco_churn" / "Telco-Customer-Churn.csv"
SHOP = DATA / "retentioneering" / "ecom.csv.gz"
DAY = date(2026, 10, 31)


@pytest.mark.slow
@pytest.mark.skipif(not TELCO.exists(), reason="the data set is not here")
def test_telco_churn_s_revenue_and_churn_are_the_file_s_to_the_cent(access):
    with TELCO.open(newline="") as file:
        rows = list(csv.DictReader(file))
    paying = [Decimal(row["MonthlyCharges"]) for row in rows if row["Churn"] == "No"]

    assert counts(import_file(access, "subscriptions", TELCO, Options(as_of=DAY))) == (7043, 0, 0, 0)

    assert access.of(Account).count() == len(rows) == 7043
    current = list(access.of(Term).filter(superseded_at=None))
    live = [term for term in current if rules.is_live(term, DAY)]
    assert sum(term.amount_minor for term in live) == sum(paying) * 100 == 31_698_575
    assert ledger(access, DAY).movements(DAY, DAY).end_arr == 12 * 31_698_575
    churned = access.of(Account).count() - len({term.account_id for term in live})
    assert round(churned / len(rows), 4) == 0.2654
    assert counts(import_file(access, "subscriptions", TELCO, Options(as_of=DAY))) == (0, 0, 7043, 0)


@pytest.mark.slow
@pytest.mark.skipif(not SHOP.exists(), reason="the data set is not here")
def test_all_events_of_all_people_go_in_once(access):
    both = Options({"account_id": "user_id", "person_id": "user_id"})
    assert counts(import_file(access, "events", SHOP, both)) == (31_106, 0, 0, 0)
    assert events.count(access) == 31_106
    assert access.of(Person).count() == 600
    told = len(outbox.read("test"))
    assert counts(import_file(access, "events", SHOP, both)) == (0, 0, 31_106, 0)
    assert events.count(access) == 31_106
    assert access.of(Person).count() == 600
    assert len(outbox.read("test")) == told
