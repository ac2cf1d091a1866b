"""The demo goes in through the imports like anybody's data, whole, once, and comes out again whole."""

from __future__ import annotations

from datetime import date

import pytest

from tenure.accounts.models import Account, Person
from tenure.demo import loading, removing
from tenure.demo.simulate import simulate
from tenure.events import views
from tenure.feedback.models import Response
from tenure.kit import home
from tenure.revenue.models import Cost, Subscription
from tenure.workspaces.access import Access, all_workspaces
from tests import cast


def test_every_row_of_the_simulator_arrives(access: Access) -> None:
    company = simulate(date(2026, 3, 31), accounts=12)
    loading.import_all(access, company)
    assert access.of(Account).count() == company.accounts.num_rows
    assert access.of(Person).count() == company.people.num_rows
    assert access.of(Subscription).count() == 12
    assert access.of(Response).count() == company.responses.num_rows
    assert access.of(Cost).count() == company.costs.num_rows
    with views.connect(access.workspace) as lake:
        assert lake.sql("SELECT count(*) FROM events").fetchall() == [(company.events.num_rows,)]


@pytest.mark.usefixtures("transactional_db")
def test_a_second_load_finds_the_first() -> None:
    first = loading.load(accounts=12)
    assert loading.load(accounts=12) == first
    assert all_workspaces().count() == 1


@pytest.mark.usefixtures("transactional_db")
def test_a_load_that_was_killed_halfway_is_made_anew() -> None:
    half = loading.load(accounts=12)
    half.memberships.all().delete()  # the owner comes last
    whole = loading.load(accounts=12)
    assert list(all_workspaces()) == [whole]
    assert whole != half
    assert not home.lake(half.id).exists()


def test_only_a_demo_can_be_removed_this_way(access: Access) -> None:
    with pytest.raises(ValueError, match="not a demo"):
        removing.remove(access.workspace)
    assert cast.workspace("still here").workspace in all_workspaces()
