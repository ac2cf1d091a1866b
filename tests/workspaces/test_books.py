"""Whoever is held to a book sees the customers of it and nothing of the others, by whatever way they ask."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404

from tenure.accounts.models import Account, Identity, Person
from tenure.events import queries as events
from tenure.health import queries as health
from tenure.metrics import queries as metrics
from tenure.metrics.catalog import METRICS
from tenure.sources.models import ImportRun
from tenure.touchpoints.models import Note
from tenure.warnings import actions as warnings
from tenure.warnings import priorities
from tenure.warnings.models import EarlyWarning, LossRate, Priority
from tenure.web.queries import today as today_queries
from tenure.workspaces import books
from tenure.workspaces.access import Access, access_for_machine, access_for_user
from tenure.workspaces.models import SHARED, Membership
from tenure.workspaces.roles import Right, Role
from tests import cast
from tests.warnings.scene import account, today
from tests.web.story import use


@pytest.fixture
def dana(access: Access) -> Access:
    """Manages Acme and its daughter; Borealis is Olga's, Cinder nobody's."""
    acme = account(access, "Acme", 84_000, owner="dana@example.test", score=90, band="good")
    account(access, "Borealis", 42_000, owner="olga@example.test", score=20, band="poor")
    account(access, "Cinder", 12_000, owner="", score=50, band="fair")
    Account.objects.create(
        workspace=access.workspace,
        external_id="acme-oslo",
        name="Acme Oslo",
        parent=acme,
        owner="olga@example.test",
    )
    Identity.objects.bulk_create(
        Identity(
            workspace=access.workspace, kind=Identity.ACCOUNT, observed=row.external_id, target_id=row.pk
        )
        for row in Account.objects.all()
    )
    return cast.member(access, "Dana", Role.MANAGER, sees_all=False)


def names(access: Access) -> set[str]:
    return set(access.of(Account).values_list("name", flat=True))


def test_a_book_holds_the_customers_one_owns_and_their_children(dana: Access, access: Access) -> None:
    assert names(dana) == {"Acme", "Acme Oslo"}
    assert names(access) == {"Acme", "Acme Oslo", "Borealis", "Cinder"}
    with pytest.raises(Http404):
        dana.get(Account, Account.objects.get(name="Borealis").pk)


def test_a_leader_sees_the_books_of_a_team(dana: Access, access: Access) -> None:
    leader = cast.member(access, "Lea", Role.LEADER, sees_all=False, team=["olga@example.test"])
    assert names(leader) == {"Acme Oslo", "Borealis"}


def test_nobody_widens_their_book_by_taking_anothers_name(dana: Access) -> None:
    assert dana.user is not None
    dana.user.name = "olga@example.test"
    dana.user.save()
    again = access_for_user(dana.user)
    assert again is not None
    assert names(again) == {"Acme", "Acme Oslo"}


def test_every_table_of_an_account_is_narrowed_without_a_word(dana: Access, access: Access) -> None:
    for row in Account.objects.all():
        Note.objects.create(workspace=access.workspace, account=row, author="x", text=row.name)
        Person.objects.create(
            workspace=access.workspace, account=row, external_id=row.name, name=f"somebody at {row.name}"
        )
    Person.objects.create(workspace=access.workspace, external_id="stray", name="of no account")
    assert set(dana.of(Note).values_list("text", flat=True)) == {"Acme", "Acme Oslo"}
    assert set(dana.of(Person).values_list("account__name", flat=True)) == {"Acme", "Acme Oslo"}


def test_a_table_with_no_way_to_a_book_is_closed(dana: Access, access: Access) -> None:
    for table in (ImportRun, Identity):
        assert table.objects.count() >= access.of(table).count()
        with pytest.raises(books.OutsideBook):
            dana.of(table)
    assert dana.of(LossRate).count() == 0  # about nobody in particular


def test_no_table_leads_to_an_account_by_a_way_that_is_not_declared() -> None:
    """A table with a foreign key to accounts under another name must say which way counts."""
    undeclared = [
        model.__name__
        for model in apps.get_models()
        if any(field.related_model is Account for field in model._meta.get_fields() if field.concrete)
        and books.way_of(model) is None
    ]
    assert undeclared == []


def test_what_reaches_every_customer_is_not_for_those_held_to_a_book(dana: Access) -> None:
    assert dana.rights == {Right.READ, Right.WORK, Right.EXPORT}
    with pytest.raises(PermissionDenied, match="a manager held to a book may not load"):
        dana.require(Right.LOAD)


def test_figures_are_of_the_book(dana: Access, access: Access) -> None:
    found = metrics.values(dana, [METRICS["live_terms"]], today())
    assert {row.name for row in found} <= {"Acme", "Acme Oslo"}
    borealis = Account.objects.get(name="Borealis")
    assert metrics.values(dana, [METRICS["live_terms"]], today(), [borealis.pk]) == []
    assert {one.name for one in health.explanations(dana)} <= {"Acme", "Acme Oslo"}
    assert health.explanations(dana, [borealis.pk]) == []


def test_events_are_of_the_book(dana: Access, access: Access) -> None:
    for at, name in enumerate(("acme", "borealis")):
        use(access, name, f"person-{at}", [1], "Report viewed", times=2 + at)
    borealis = Account.objects.get(name="Borealis")
    assert {event.account_name for event in events.recent(access)} == {"Acme", "Borealis"}
    assert {event.account_name for event in events.recent(dana)} == {"Acme"}
    assert (events.count(access), events.count(dana)) == (5, 2)
    chosen = events.EventFilter(account_id=borealis.pk)
    assert (events.count(access, chosen), events.count(dana, chosen)) == (3, 0)
    assert sum(week.events or 0 for week in events.usage_by_week(dana)) == 2
    assert all(not week.events for week in events.usage_by_week(dana, borealis.pk))


def test_an_account_handled_by_somebody_held_to_a_book_keeps_its_place_among_all(
    dana: Access, access: Access
) -> None:
    """Which customers are small is by the workspace's average, not by that of the book."""
    tiny = account(access, "Tiny", 500, owner="dana@example.test")
    Account.objects.filter(name="Acme").update(owner="olga@example.test")
    EarlyWarning.objects.create(
        workspace=access.workspace, account=tiny, cause="silent", says="Nobody came.", opened_on=today()
    )
    priorities.rewrite(access_for_machine(access.workspace), None, today())
    assert Priority.objects.get(account=tiny).is_small
    warnings.snooze(dana, tiny.pk, today() + timedelta(days=3))
    assert Priority.objects.get(account=tiny).is_small


def test_who_is_closed_out_sees_nothing(dana: Access) -> None:
    Membership.objects.filter(user=dana.user).update(closed_at="2026-01-01T00:00:00Z")
    assert dana.user is not None
    assert access_for_user(dana.user) is None


def test_a_book_that_is_written_down_is_the_same_book_and_leaves_nothing_behind(dana: Access) -> None:
    models = [model for model in apps.get_models() if books.way_of(model) not in (None, SHARED)]
    expected = {model: set(dana.of(model).values_list("pk", flat=True)) for model in models}
    with dana.held(Account) as held, held.held(Account) as again:
        assert again == held != dana
        assert {model: set(held.of(model).values_list("pk", flat=True)) for model in models} == expected
    assert len(expected[Account]) == 2
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_temp_master WHERE name LIKE 'book%'")
        assert cursor.fetchall() == []


def test_who_sees_everybody_has_no_book_to_write_down(access: Access) -> None:
    with access.held(Account) as held:
        assert held is access


@pytest.mark.usefixtures("dana")
def test_today_s_figures_of_some_customers_are_those_of_everybody_if_they_are_all(access: Access) -> None:
    """Everybody is added up out of indexes, a book in one pass."""
    owners = tuple(set(Account.objects.values_list("owner", flat=True)))
    all_of_them = replace(access, owners=owners)
    shown = today_queries.Shown(today_queries.ALL)
    whole, part = (today_queries.today(one, shown) for one in (access, all_of_them))
    assert part.book == whole.book
    assert (part.renewals, part.worklist) == (whole.renewals, whole.worklist)
    assert whole.book.paying > 0
