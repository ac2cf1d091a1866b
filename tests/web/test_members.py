"""The pages about people: who is shown what, and that they work in a browser."""

from __future__ import annotations

import re

import pytest

from tenure.workspaces import members
from tenure.workspaces.access import Access
from tenure.workspaces.models import Invitation, Membership, Workspace
from tenure.workspaces.roles import Role
from tests import cast
from tests.browser import PHONE, OpenPage, axe_violations, sideways_scroll
from tests.web.conftest import Visit
from tests.web.reading import text


def membership(who: Access) -> str:
    return str(Membership.objects.get(user=who.user, workspace=who.workspace).pk)


def test_a_role_and_a_book_are_given_on_the_members_page(olga: Access, dana: Access, visit: Visit) -> None:
    client = visit(olga)
    page = client.get(f"/settings/people/{membership(dana)}")
    assert re.search(r'<option value="manager" selected', page.text)
    form = {"role": "leader", "sees": "book", "team": "Ida@example.test\r\nTor Berg\r\n"}
    assert client.post(f"/settings/people/{membership(dana)}/role", form).status_code == 302
    row = Membership.objects.get(user=dana.user)
    assert (row.role, row.sees_all, row.team) == ("leader", False, ["ida@example.test", "Tor Berg"])
    assert "own book, ida@example.test, Tor Berg" in text(client.get("/settings/people").content)
    refused = client.post(f"/settings/people/{membership(dana)}/role", {**form, "role": "admin"})
    assert (refused.status_code, "An admin sees every customer" in refused.text) == (409, True)


def test_an_admin_is_offered_no_more_than_they_may_give(olga: Access, dana: Access, visit: Visit) -> None:
    client = visit(cast.member(olga, "Ada", Role.ADMIN))
    assert '<option value="owner"' not in client.get("/settings/people").text
    assert "Only an owner changes owners" in client.get(f"/settings/people/{membership(olga)}").text
    assert client.post(f"/settings/people/{membership(olga)}/link").status_code == 403
    assert client.post("/settings/people", {"role": "owner"}).status_code == 422
    assert not Invitation.objects.exists()


def test_an_invitation_to_a_book_and_its_new_link(olga: Access, visit: Visit) -> None:
    client = visit(olga)
    client.post("/settings/people", {"email": "new@example.test", "role": "manager", "sees": "book"})
    old = Invitation.objects.get()
    assert (old.sees_all, old.role) == (False, "manager")
    page = client.post(f"/settings/invitations/{old.pk}/renew")
    assert "shown this once" in page.text
    assert Invitation.objects.get().token_hash != old.token_hash


def test_keeping_out_letting_in_and_handing_over(olga: Access, dana: Access, visit: Visit) -> None:
    client, danas = visit(olga), visit(dana)
    client.post(f"/settings/people/{membership(dana)}/close")
    assert "kept out" in client.get("/settings/people").text
    assert "You belong to no workspace" in danas.get("/").text
    client.post(f"/settings/people/{membership(dana)}/reopen")
    assert danas.get("/settings/people").status_code == 200
    client.post(f"/settings/people/{membership(dana)}/own")
    assert danas.get("/settings/keys").status_code == 200
    assert client.post(f"/settings/people/{membership(dana)}/own").status_code == 403  # an admin now


def test_making_another_workspace_and_leaving_it(olga: Access, dana: Access, visit: Visit) -> None:
    client = visit(olga)
    bad = client.post("/settings/workspaces", {"name": "Second", "currency": "gold"})
    assert (bad.status_code, "ISO 4217" in bad.text) == (422, True)
    assert (
        client.post("/settings/workspaces", {"name": "Second", "currency": "eur"}).headers["Location"]
        == "/data"
    )
    second = Workspace.objects.get(name="Second")
    assert second.currency == "EUR"
    assert "Second</span>" in client.get("/settings").text
    assert "Second" not in visit(dana).get("/settings/workspaces").text
    stays = client.post("/settings/workspaces/leave")
    assert (stays.status_code, "only owner" in stays.text) == (409, True)
    assert visit(dana).post("/settings/workspaces/leave").status_code == 302
    assert not Membership.objects.filter(user=dana.user).exists()


def test_who_may_do_what_is_told_from_the_roles_themselves(dana: Access, visit: Visit) -> None:
    page = text(visit(dana).get("/settings/people").content)
    assert "Import files, mend and replay what was set aside yes yes yes yes – – –" in page


@pytest.mark.browser
def test_people_in_a_browser(open_page: OpenPage, olga: Access, dana: Access) -> None:
    members.invite(olga, Role.VIEWER, "new@example.test")
    for path in ("/settings/people", f"/settings/people/{membership(dana)}", "/settings/workspaces"):
        for theme, size in (("light", (1440, 1000)), ("dark", PHONE)):
            page = open_page(path, olga, theme=theme, size=size)
            assert axe_violations(page) == []
            assert sideways_scroll(page) == 0
