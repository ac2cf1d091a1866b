"""The demo goes in one click, by the worker, and leaves nothing behind but a way to begin."""

from __future__ import annotations

import pytest
from django.db import IntegrityError

from tenure.accounts import actions
from tenure.accounts.actions import AccountRow, PersonRow
from tenure.demo import company, loading, removing
from tenure.jobs import reactions, refresh
from tenure.kit import home, outbox
from tenure.kit.facts import DemoRemovalRequested
from tenure.workspaces.access import Access, access_for_user, all_workspaces
from tenure.workspaces.actions import create_workspace
from tenure.workspaces.models import Membership, User, Workspace
from tenure.workspaces.roles import Role
from tests.browser import OpenPage
from tests.web.conftest import Visit, olga, visit

__all__ = ["olga", "visit"]


@pytest.fixture
def demo(transactional_db: None) -> Workspace:
    return loading.load(accounts=6)


@pytest.fixture
def small(transactional_db: None) -> Workspace:
    """A demo of one customer and one person."""
    made = create_workspace("Brightbook", is_demo=True)
    actions.upsert_accounts(made, [AccountRow("acme", "Acme")])
    actions.upsert_people(made, [PersonRow("ann@acme.example", account_id="acme")])
    return made


def of(email: str) -> Access:
    found = access_for_user(User.objects.get(email=email))
    assert found is not None
    return found


def work() -> None:
    """What the worker does about it."""
    asked = [one.fact for one in outbox.read("test", kinds=[DemoRemovalRequested])]
    assert len(asked) == 1
    reactions.remove_demos(asked)


class Killed(Exception):
    """The worker, in the middle."""


def killed() -> None:
    raise Killed


def test_its_owner_removes_it_and_begins_with_a_workspace_of_their_own(demo: Workspace, visit: Visit) -> None:
    client = visit(of(company.MANAGERS[0]))
    assert "Remove the demo" in client.get("/customers").text
    answer = client.post("/settings/demo/remove", follow=True)
    there = answer.request["PATH_INFO"]
    assert there.startswith("/welcome/")
    assert "The demo is being removed." in answer.text
    assert client.get("/demo/gone").status_code == 204
    assert User.objects.count() == 0
    work()
    [begun] = all_workspaces()
    assert not begun.is_demo
    assert not home.lake(demo.id).exists()
    assert "The demo is gone." in client.get("/demo/gone").text
    joined = client.post(
        there,
        {"name": "Olga", "email": "olga@vendor.example", "password": "correct horse battery"},
        follow=True,
    )
    assert "The demo is" not in joined.text
    assert Membership.objects.get().role == Role.OWNER


def test_it_leads_into_nobody_elses_workspace(demo: Workspace, access: Access, visit: Visit) -> None:
    client = visit(of(company.MANAGERS[0]))
    answer = client.post("/settings/demo/remove", follow=True)
    assert answer.request["PATH_INFO"] == "/sign-in"
    assert "it prints a link there" in answer.text
    work()
    assert list(all_workspaces()) == [access.workspace]
    assert "The demo is gone." in client.get("/sign-in").text  # also without scripts
    assert "The demo is" not in client.get("/sign-in").text


def test_whoever_has_another_workspace_goes_on_there(small: Workspace, olga: Access, visit: Visit) -> None:
    assert olga.user is not None
    olga.user.memberships.create(workspace=small, role=Role.OWNER)
    client = visit(olga)
    client.post("/workspace", {"workspace": small.pk})
    answer = client.post("/settings/demo/remove", follow=True)
    assert answer.request["PATH_INFO"] == "/"
    assert "The demo is being removed." in answer.text
    assert olga.workspace.name in answer.text


def test_it_is_removed_once_though_asked_twice_and_killed_in_the_middle(
    small: Workspace, olga: Access
) -> None:
    assert olga.user is not None
    olga.user.memberships.create(workspace=small, role=Role.OWNER)
    assert removing.request_removal(small)
    assert not removing.request_removal(small)
    with pytest.raises(Killed):
        removing.remove_requested(small.pk, killed)
    assert not removing.is_gone(small.pk)
    work()
    assert removing.is_gone(small.pk)
    work()
    assert list(all_workspaces()) == [olga.workspace]


def test_what_was_being_worked_out_when_it_went_leaves_nothing(
    small: Workspace, olga: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_late(workspace: Workspace, *_about: object) -> None:
        removing.request_removal(workspace)
        assert refresh.turn() is True  # another worker: of a demo that goes it works out nothing
        work()
        home.lake(small.pk).mkdir(parents=True)
        raise IntegrityError

    assert olga.user is not None
    olga.user.memberships.create(workspace=small, role=Role.OWNER)
    monkeypatch.setattr(refresh, "refresh", too_late)
    assert refresh.turn() is True
    assert not home.lake(small.pk).exists()
    assert outbox.read(refresh.CONSUMER, kinds=refresh.FACTS) == []


@pytest.mark.browser
def test_the_page_says_that_it_goes_and_notices_when_it_is_gone(
    small: Workspace, olga: Access, open_page: OpenPage
) -> None:
    from playwright.sync_api import expect

    Membership.objects.update(workspace=small)
    page = open_page("/customers", olga)
    page.get_by_text("Remove it").click()
    page.get_by_role("button", name="Remove the demo").click()
    page.wait_for_url("**/sign-in")
    expect(page.locator("#going")).to_have_text("The demo is being removed.")
    page.clock.install()
    work()
    expect(page.locator(".toast", has_text="The demo is gone.")).to_be_visible()
    page.clock.fast_forward(12_500)
    expect(page.locator(".toast")).to_have_count(0)


def test_only_its_owner_and_only_a_demo(demo: Workspace, visit: Visit) -> None:
    client = visit(of(company.MANAGERS[1]))
    assert "Remove the demo" not in client.get("/customers").text
    assert client.post("/settings/demo/remove").status_code == 403
    Workspace.objects.update(is_demo=False)
    assert visit(of(company.MANAGERS[0])).post("/settings/demo/remove").status_code == 404
    assert all_workspaces().count() == 1
