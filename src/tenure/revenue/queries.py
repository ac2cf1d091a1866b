"""Reads about what customers pay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from tenure.accounts.models import Account
from tenure.kit import clock
from tenure.revenue import known, rules
from tenure.revenue.converting import Rates
from tenure.revenue.ledger import Ledger
from tenure.revenue.models import Rate, Term
from tenure.workspaces.access import Access


@dataclass(frozen=True)
class TermLine:
    """One term on an account's page; amounts in minor units of `currency`."""

    subscription: str
    product: str
    amount_minor: int
    currency: str
    interval: str
    monthly_minor: float
    seats: int | None
    starts_on: date
    ends_on: date | None
    auto_renew: bool
    reason: str
    is_live: bool
    is_rolling: bool


@dataclass(frozen=True)
class AccountMoney:
    """What an account pays as of a day: its terms, newest first, and their sums in minor units.

    `mrr_minor` is None where nothing is known of any subscription, and 0 where all have ended.
    """

    as_of: date
    currency: str
    terms: tuple[TermLine, ...]
    mrr_minor: float | None
    renews_on: date | None

    @property
    def arr_minor(self) -> float | None:
        """ARR = 12 × MRR."""
        return None if self.mrr_minor is None else 12 * self.mrr_minor


def money_of(access: Access, account_id: str, as_of: date | None = None) -> AccountMoney:
    """An account's terms and sums as of a day (today), as corrected since. Http404 for a stranger's."""
    account = access.get(Account, account_id)
    day = as_of or clock.today(access.workspace.zone)
    terms = list(
        access.of(Term)
        .filter(account=account, superseded_at=None)
        .select_related("subscription")
        .order_by("-starts_on", "subscription__external_id")
    )
    return AccountMoney(
        as_of=day,
        currency=access.workspace.currency,
        terms=tuple(_line(term, day) for term in terms),
        mrr_minor=rules.mrr(terms, day) if terms else None,
        renews_on=rules.renews_on(terms, day),
    )


def renewal_days(access: Access, as_of: date) -> Mapping[str, date]:
    """The next renewal of every account that has one, by account id."""
    terms = access.of(Term).filter(superseded_at=None, starts_on__lte=as_of, ends_on__gt=as_of)
    found: dict[str, date] = {}
    for term in terms.only("account_id", "starts_on", "ends_on").order_by("-ends_on").iterator():
        if term.ends_on and not rules.is_rolling(term):
            found[term.account_id] = term.ends_on
    return found


def ledger(access: Access, known_on: date | None = None) -> Ledger:
    """What the caller's customers pay: as known at the end of a day, or (None) as corrected since.

    A customer with an amount in a currency of which no rate is known for its day is left out, and named.
    """
    accounts = access.of(Account)  # asks for the right to read
    ids = list(accounts.values_list("pk", flat=True)) if access.is_narrowed else None
    rates = access.of(Rate).values_list("currency", "day", "rate")
    rows, left_out = known.terms(access.workspace, Rates.of(access.workspace.currency, rates), known_on, ids)
    return Ledger.of(rows, known_on or clock.today(access.workspace.zone), left_out)


def has_terms(access: Access) -> bool:
    """Whether anything is known of what customers pay."""
    return access.of(Term).exists()


def _line(term: Term, day: date) -> TermLine:
    return TermLine(
        subscription=term.subscription.external_id,
        product=term.subscription.product,
        amount_minor=term.amount_minor,
        currency=term.currency,
        interval=term.interval,
        monthly_minor=rules.monthly(term),
        seats=term.seats,
        starts_on=term.starts_on,
        ends_on=term.ends_on,
        auto_renew=term.auto_renew,
        reason=term.reason,
        is_live=rules.is_live(term, day),
        is_rolling=rules.is_rolling(term),
    )
