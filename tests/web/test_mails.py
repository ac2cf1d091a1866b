"""Pages by e-mail: from the page to the form, to the list, and what became of each."""

from __future__ import annotations

import re

import pytest

from tenure.mailing import actions
from tenure.mailing.models import Mailing, Posting
from tenure.workspaces.access import Access
from tests.browser import DESKTOP, PHONE, OpenPage, axe_violations, sideways_scroll
from tests.warnings.scene import account
from tests.web.conftest import Visit


def test_a_filtered_page_leads_to_its_form_and_is_kept(dana: Access, vic: Access, visit: Visit) -> None:
    account(dana, "Acme", 84_000, score=90, band="good")
    client = visit(dana)
    page = client.get("/customers?where=band.is.good").text
    found = re.search(r'href="(/settings/mails/new[^"]*)"', page)
    assert found
    form = client.get(found[1].replace("&amp;", "&")).text
    assert 'name="query" value="where=band.is.good"' in form
    assert dana.user is not None
    told = {"title": "The good ones", "page": "customers", "query": "where=band.is.good", "every": "weekly"}
    told |= {"weekday": "2", "day": "1", "hour": "9", "member": dana.user.pk, "zone": "Europe/Oslo"}
    answer = client.post("/settings/mails/new", told | {"hour": "25"})
    assert answer.status_code == 422
    assert "An hour is from 0 to 23." in answer.text
    saved = client.post("/settings/mails/new", told, follow=True).text
    assert "every Wednesday at 09:00 (Europe/Oslo)" in saved
    assert "No mail server is set up" in saved or "does not know its own address" in saved
    assert "The good ones" in client.get("/settings/mails").text
    assert "The good ones" not in visit(vic).get("/settings/mails").text
    assert "Send by e-mail" not in visit(vic).get("/customers").text


def test_it_is_paused_sent_now_removed_and_brought_back(dana: Access, visit: Visit) -> None:
    assert dana.user is not None
    row = actions.create_mailing(dana, actions.Wish("Mine", "today", members=[dana.user.pk]))
    client, here = visit(dana), f"/settings/mails/{row.pk}"
    assert "Paused" in client.post(f"{here}/pause", follow=True).text
    assert "is sent again" in client.post(f"{here}/resume", follow=True).text
    assert "One is on its way to dana@example.test" in client.post(f"{here}/now", follow=True).text
    assert Posting.objects.get().kind == Posting.NOW
    assert "You get no more of it" in client.post(f"{here}/enough", follow=True).text
    assert "You get it again" in client.post(f"{here}/again", follow=True).text
    assert "is removed" in client.post(f"{here}/remove", follow=True).text
    assert client.get(here).status_code == 404
    assert "is back" in client.post(f"{here}/restore", follow=True).text
    assert Mailing.objects.get().next_at is not None


def test_who_runs_the_workspace_permits_addresses_outside(olga: Access, dana: Access, visit: Visit) -> None:
    told = {"email": "board@elsewhere.test", "sees": "book", "owners": "dana@example.test"}
    assert visit(dana).post("/settings/mails/outside", told).status_code == 403
    client = visit(olga)
    wrong = client.post("/settings/mails/outside", told | {"owners": ""})
    assert (wrong.status_code, "Say whose customers" in wrong.text) == (422, True)
    assert (
        "Mail may go to board@elsewhere.test"
        in client.post("/settings/mails/outside", told, follow=True).text
    )
    assert "board@elsewhere.test" in client.get("/settings/mails/new?page=today").text


@pytest.mark.browser
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_form_and_the_list_are_accessible(
    olga: Access, open_page: OpenPage, size: tuple[int, int]
) -> None:
    assert olga.user is not None
    row = actions.create_mailing(olga, actions.Wish("Mine", "today", members=[olga.user.pk]))
    actions.send_now(olga, row.pk)
    for path in (f"/settings/mails/{row.pk}", "/settings/mails"):
        page = open_page(path, olga, size=size)
        assert axe_violations(page) == []
        assert sideways_scroll(page) == 0
