"""A quarter's renewals in few words: the cast's contracts, for tests of figures, calls and forecasts.

Today is 26 November 2026. Acme renewed and grew, Borealis ends on 26 December in poor shape, Cinder is past
due, Dune left in October, Elm renewed late for less, Fir goes on by the month.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

from tenure.accounts.models import Account
from tenure.revenue.actions import TermRow, upsert_terms
from tenure.workspaces.access import Access

TODAY = date(2026, 11, 26)
NOW = datetime(2026, 11, 26, 15, tzinfo=UTC)


def term(account: str, amount: int, start: str, end: str | None = None, **said: object) -> TermRow:
    """A yearly amount in dollars, from a day until another."""
    days = (date.fromisoformat(start), date.fromisoformat(end) if end else None)
    of = str(said.pop("sub", f"S-{account}"))
    return TermRow(of, account, amount * 100, "USD", "year", *days, **said)  # type: ignore[arg-type]


TERMS = (
    term("acme", 10_000, "2024-11-01", "2025-11-01"),
    term("acme", 10_000, "2025-11-01", "2026-11-01"),
    term("acme", 12_000, "2026-11-01", "2027-11-01"),
    term("borealis", 6_000, "2025-12-26", "2026-12-26"),
    term("cinder", 3_000, "2025-11-10", "2026-11-10"),
    term("dune", 5_000, "2025-10-15", "2026-10-15", reason="price"),
    term("elm", 4_000, "2025-11-01", "2026-11-01"),
    term("elm", 3_000, "2026-11-11", "2027-11-01"),
    term("fir", 1_200, "2026-01-01"),
)


def tell(access: Access) -> dict[str, Account]:
    """The contracts in a workspace; the accounts by name."""
    upsert_terms(access.workspace, TERMS)
    return {one.external_id: one for one in access.of(Account)}
