"""What sources say about terms, written down once and never overwritten."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.http import Http404

from tenure.accounts.models import Account
from tenure.kit import changes, clock, outbox
from tenure.kit.facts import RecordsChanged
from tenure.revenue import actions, queries
from tenure.revenue.actions import TermRow
from tenure.revenue.models import Subscription, Term

ACME = TermRow(
    "S-1", "acme", 120_000, "USD", "year", date(2025, 6, 1), date(2026, 6, 1), product="Pro", seats=20
)
DUNE = TermRow(
    "S-2", "dune", 9_900, "USD", "month", date(2025, 1, 1), date(2026, 2, 1), end_known_on=date(2026, 1, 20)
)


def current(access, subscription: str) -> list[Term]:
    rows = access.of(Term).filter(subscription__external_id=subscription, superseded_at=None)
    return list(rows.order_by("starts_on"))


def known_at(access, at: datetime) -> list[Term]:
    rows = access.of(Term).filter(recorded_at__lte=at)
    return [row for row in rows if row.superseded_at is None or at < row.superseded_at]


def test_terms_go_in_once_with_their_accounts(access):
    first = actions.upsert_terms(access.workspace, [ACME, DUNE])
    again = actions.upsert_terms(access.workspace, [ACME, DUNE])
    assert (first.added, first.changed, first.same) == (2, 0, 0)
    assert (again.added, again.changed, again.same) == (0, 0, 2)
    assert set(access.of(Account).values_list("external_id", flat=True)) == {"acme", "dune"}
    assert access.of(Subscription).get(external_id="S-1").product == "Pro"


def test_history_counts_as_recorded_when_it_took_effect(access):
    actions.upsert_terms(access.workspace, [DUNE])
    before, after = datetime(2026, 1, 19, 23, tzinfo=UTC), datetime(2026, 1, 21, tzinfo=UTC)
    assert [term.ends_on for term in known_at(access, before)] == [None]
    assert [term.ends_on for term in known_at(access, after)] == [date(2026, 2, 1)]
    assert known_at(access, datetime(2024, 12, 31, 23, tzinfo=UTC)) == []


def test_a_new_amount_is_a_new_version_beside_the_old(access):
    actions.upsert_terms(access.workspace, [ACME])
    found = actions.upsert_terms(access.workspace, [replace(ACME, amount_minor=150_000)])
    assert (found.added, found.changed, found.same) == (0, 1, 0)
    old, new = access.of(Term).order_by("recorded_at")
    assert (old.amount_minor, new.amount_minor) == (120_000, 150_000)
    assert old.superseded_at == new.recorded_at
    assert new.superseded_at is None


def test_an_amendment_in_a_later_file_cuts_the_term_before_it(access):
    actions.upsert_terms(access.workspace, [ACME])
    more = replace(ACME, amount_minor=180_000, seats=30, starts_on=date(2025, 12, 1))
    found = actions.upsert_terms(access.workspace, [more])
    assert (found.added, found.changed, found.same) == (1, 0, 0)
    assert [term.ends_on for term in current(access, "S-1")] == [date(2025, 12, 1), date(2026, 6, 1)]
    again = actions.upsert_terms(access.workspace, [ACME, more])
    assert (again.added, again.changed, again.same) == (0, 0, 2)
    account = access.of(Account).get()
    money = queries.money_of(access, account.pk, date(2026, 1, 1))
    assert money.mrr_minor == pytest.approx(15_000)


def test_terms_that_start_in_the_future_are_known_from_now(access):
    tomorrow = clock.today() + timedelta(days=1)
    actions.upsert_terms(access.workspace, [replace(ACME, starts_on=tomorrow, ends_on=None)])
    assert access.of(Term).get().recorded_at <= clock.now()


def test_a_subscription_that_moves_takes_its_latest_terms_along(access):
    actions.upsert_terms(access.workspace, [ACME])
    actions.upsert_terms(access.workspace, [replace(ACME, account_id="acme-holding")])
    [term] = current(access, "S-1")
    assert term.account.external_id == "acme-holding"
    assert term.subscription.account_id == term.account_id


def test_a_write_is_announced_once_and_nothing_is_announced_for_the_same(access):
    actions.upsert_terms(access.workspace, [DUNE])
    actions.upsert_terms(access.workspace, [DUNE])
    facts = [one.fact for one in outbox.read("test") if isinstance(one.fact, RecordsChanged)]
    [told] = [fact for fact in facts if fact.table == "term"]
    assert told.account_ids == (access.of(Account).get().pk,)
    assert told.first_day == "2025-01-01"
    assert changes.counts(access.workspace.id)["term"] == 1


def test_thousands_of_rows_in_one_call(access):
    rows = [replace(ACME, subscription_id=f"S-{n}", account_id=f"a-{n}") for n in range(4500)]
    assert actions.upsert_terms(access.workspace, rows).added == 4500
    assert actions.upsert_terms(access.workspace, rows).same == 4500


def test_money_of_an_account_says_what_is_live_and_what_renews(access, neighbour):
    actions.upsert_terms(access.workspace, [ACME, replace(DUNE, account_id="acme")])
    account = access.of(Account).get()
    money = queries.money_of(access, account.pk, date(2026, 1, 31))
    assert money.mrr_minor == pytest.approx(10_000 + 9_900)
    assert money.arr_minor == pytest.approx(12 * 19_900)
    assert money.renews_on == date(2026, 2, 1)
    later = queries.money_of(access, account.pk, date(2026, 2, 1))
    assert [line.is_live for line in later.terms] == [True, False]
    assert later.renews_on == date(2026, 6, 1)
    with pytest.raises(Http404):
        queries.money_of(neighbour, account.pk)


def test_an_account_without_subscriptions_has_no_data_rather_than_nothing(access):
    account = Account.objects.create(workspace=access.workspace, external_id="cinder", name="Cinder")
    money = queries.money_of(access, account.pk)
    assert money.mrr_minor is None
    assert money.arr_minor is None
    assert not queries.has_terms(access)
