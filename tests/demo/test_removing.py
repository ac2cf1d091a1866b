"""The demo goes in one click, and leaves nothing behind but a way to begin."""

from __future__ import annotations

import pytest

from tenure.demo import company, loading
from tenure.kit import home
from tenure.workspaces.access import Access, access_for_user, all_workspaces
from tenure.workspaces.models import Membership, User, Workspace
from tenure.workspaces.roles import Role
from tests.web.conftest import Visit, visit

__all__ = ["visit"]


@pytest.fixture
def demo(transactional_db: None) -> Workspace:
    return loading.load(accounts=6)


def of(email: str) -> Access:
    found = access_for_user(User.objects.get(email=email))
    assert found is not None
    return found


def test_its_owner_removes_it_and_begins_with_a_workspace_of_their_own(demo: Workspace, visit: Visit) -> None:
    client = visit(of(company.MANAGERS[0]))
    assert "Remove the demo" in client.get("/customers").text
    answer = client.post("/settings/demo/remove", follow=True)
    assert answer.request["PATH_INFO"].startswith("/welcome/")
    [begun] = all_workspaces()
    assert not begun.is_demo
    assert not home.lake(demo.id).exists()
    assert User.objects.count() == 0
    joined = client.post(
        answer.request["PATH_INFO"],
        {"name": "Olga", "email": "olga@vendor.example", "password": "correct horse battery"},
    )
    assert joined.status_code == 302
    assert Membership.objects.get().role == Role.OWNER


def test_it_leads_into_nobody_elses_workspace(demo: Workspace, access: Access, visit: Visit) -> None:
    answer = visit(of(company.MANAGERS[0])).post("/settings/demo/remove", follow=True)
    assert answer.request["PATH_INFO"] == "/sign-in"
    assert list(all_workspaces()) == [access.workspace]


def test_only_its_owner_and_only_a_demo(demo: Workspace, visit: Visit) -> None:
    client = visit(of(company.MANAGERS[1]))
    assert "Remove the demo" not in client.get("/customers").text
    assert client.post("/settings/demo/remove").status_code == 403
    Workspace.objects.update(is_demo=False)
    assert visit(of(company.MANAGERS[0])).post("/settings/demo/remove").status_code == 404
    assert all_workspaces().count() == 1
