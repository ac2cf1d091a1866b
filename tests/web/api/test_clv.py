"""Lifetime value through the API."""

from __future__ import annotations

from datetime import date

import pytest

from tenure.accounts.models import Account
from tenure.insight import clv_queries
from tenure.revenue.actions import TermRow, upsert_terms
from tenure.workspaces.access import Access
from tests.web.api.conftest import Asks

DAY = date(2026, 6, 15)


def test_what_customers_are_worth_through_the_api(asks: Asks, access: Access, neighbour: Access) -> None:
    rows = [
        TermRow(f"S-{name}", name, amount, "USD", "year", start, date(2027, 3, 1))
        for name, amount, start in (
            ("acme", 120_000, date(2024, 3, 1)),
            ("borealis", 60_000, date(2026, 3, 1)),
        )
    ]
    upsert_terms(access.workspace, rows)
    api, stranger = asks(access), asks(neighbour)
    told = api.get("clv", as_of=DAY)
    found = clv_queries.equity(access, DAY)
    assert told["value"] == pytest.approx(found.value_minor / 100)
    assert [one["account_id"] for one in told["items"]] == ["acme", "borealis"]
    assert told["items"][0]["margin"] == 960
    assert (told["low"], told["items"][0]["low"]) == (None, None)  # the rate is assumed
    assert told["assumed"] == ["discount", "gross_margin", "hourly_minor"]
    assert (told["customers"], told["next"], told["items"][0]["expansion"]) == (2, None, 0)
    first = api.get("clv", as_of=DAY, limit=1)
    second = api.get("clv", as_of=DAY, limit=1, after=first["next"])
    assert [*first["items"], *second["items"]] == told["items"]
    assert (first["value"], second["next"]) == (told["value"], None)
    for forged in ("bm9uc2Vuc2U", "bmFuIGE", "aW5mIGE"):  # "nonsense", "nan a", "inf a"
        assert api.get("clv", status=422, after=forged)["errors"][0]["field"] == "query.after"
    acme = Account.objects.get(external_id="acme")
    assert api.get(f"accounts/{acme.pk}/clv", as_of=DAY) == told["items"][0]
    assert api.get(f"accounts/{acme.pk}/clv", as_of="2020-01-01") is None
    change = api.get("clv/change", since="2025-06-15", as_of=DAY)
    assert sum(one["amount"] for one in change["parts"]) == pytest.approx(change["after"] - change["before"])
    problem = api.get("clv/change", status=422, since=DAY, as_of=DAY)
    assert problem["errors"][0]["field"] == "query.since"
    assert stranger.get("clv")["items"] == []
    stranger.get(f"accounts/{acme.pk}/clv", status=404)
