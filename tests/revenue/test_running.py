"""Day by day, what runs is what a ledger of that day's knowledge says, for any history of any contracts."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tenure.revenue import known
from tenure.revenue.running import running
from tests.revenue.contracts import next_due
from tests.revenue.histories import RATES, START, days, histories, ledger, versions


def table(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    told = known.priced(known.with_first_words(versions(rows)), RATES)
    return running(told, START + timedelta(days=1500)).to_pylist()


def on(found: list[dict[str, Any]], day: date) -> list[dict[str, Any]]:
    return [
        row
        for row in found
        if row["starts_on"] <= day
        and (row["runs_until"] is None or day < row["runs_until"])
        and row["known_from"] <= day
        and (row["known_until"] is None or day < row["known_until"])
    ]


@settings(max_examples=40)
@given(histories, st.lists(days, min_size=1, max_size=4))
def test_what_runs_is_what_the_ledger_of_that_day_says(rows, asked):
    found = table(rows)
    for day in asked:
        books, running_then = ledger(rows, day), on(found, day)
        live = books.is_live(day)
        out = {one.account_id for one in books.left_out}
        assert {row["account_id"] for row in running_then if row["yearly_minor"] is None} <= out
        told = [row for row in running_then if row["account_id"] not in out]
        ids = books.terms.table["term_id"].to_pylist()
        assert sorted(row["term_id"] for row in told) == sorted(
            one for one, runs in zip(ids, live, strict=True) if runs
        )
        pays = dict(zip(books.terms.accounts.to_pylist(), books.arr(day).tolist(), strict=True))
        sums = dict.fromkeys(pays, 0)
        for row in told:
            sums[row["account_id"]] += row["yearly_minor"]
        assert sums == pays
        # Whoever has no rate is not in the ledger: there what they have renewed of another's is still due.
        renewed = {one["renews"] for one in rows if one["account_id"] in out}
        for row in told:
            if row["subscription_id"] in renewed:
                continue
            assert row["due_on"] == next_due(books, ids.index(row["term_id"]), day)
