"""Where somebody is signed in, and signing other browsers out."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tenure.web.sessions import device
from tenure.workspaces.access import Access
from tenure.workspaces.models import AuditEntry
from tenure.workspaces.roles import Role
from tests import cast
from tests.browser import OpenPage, axe_violations, sideways_scroll
from tests.web.reading import text

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.5 Mobile/15E148 Safari/604.1"
)
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0 Safari/9"
)


def signed_in(user_agent: str, address: str, name: str = "dana") -> Client:
    """A browser in which somebody signed in with their password."""
    client = Client(headers={"user-agent": user_agent}, REMOTE_ADDR=address)
    answer = client.post("/sign-in", {"login": f"{name}@example.test", "password": "correct horse"})
    assert answer.status_code == 302, answer.content
    return client


@pytest.fixture
def here(dana: Access) -> Client:
    """The browser in which Dana looks."""
    return signed_in(FIREFOX, "192.0.2.7")


def ids(client: Client) -> list[str]:
    """The sessions that can be ended."""
    return re.findall(r"/settings/you/sessions/(\d+)/end", client.get("/settings/you/sessions").text)


def test_each_browser_is_listed_and_this_one_is_marked(here: Client) -> None:
    signed_in(IPHONE, "198.51.100.2")
    words = text(here.get("/settings/you/sessions").content)
    assert "Firefox on Linux this one 192.0.2.7 now" in words
    assert "Safari on an iPhone 198.51.100.2" in words
    assert len(ids(here)) == 1


def test_one_is_signed_out_and_the_log_says_so(here: Client, access: Access) -> None:
    phone, office = signed_in(IPHONE, "198.51.100.2"), signed_in(CHROME, "203.0.113.9")
    words = here.get("/settings/you/sessions").text
    [office_id] = re.findall(r"Chrome on Windows.*?/sessions/(\d+)/end", words, re.S)
    assert here.post(f"/settings/you/sessions/{office_id}/end").status_code == 302
    assert office.get("/customers").status_code == 302
    assert phone.get("/customers").status_code == here.get("/customers").status_code == 200
    assert access.of(AuditEntry).filter(
        who="dana@example.test", did="signed a browser out", what="Chrome on Windows, 203.0.113.9"
    )


def test_all_others_are_signed_out_at_once(here: Client, access: Access) -> None:
    others = [signed_in(IPHONE, "198.51.100.2"), signed_in(CHROME, "203.0.113.9")]
    here.post("/settings/you/sessions/end")
    assert [one.get("/customers").status_code for one in others] == [302, 302]
    assert here.get("/customers").status_code == 200
    assert access.of(AuditEntry).filter(did="signed all other browsers out", what="2 sessions")
    assert "No other browser is signed in as you." in here.get("/settings/you/sessions").text


def test_another_password_signs_all_others_out(here: Client, access: Access) -> None:
    phone = signed_in(IPHONE, "198.51.100.2")
    new = {"new_password1": "a better horse", "new_password2": "a better horse"}
    here.post("/settings/you", {"form": "password", "old_password": "correct horse", **new})
    assert phone.get("/customers").status_code == 302
    assert here.get("/customers").status_code == 200
    assert ids(here) == []
    assert access.of(AuditEntry).filter(did="changed their password", what="from 192.0.2.7")


def test_nobody_sees_or_ends_anothers(here: Client, access: Access) -> None:
    cast.member(access, "Olga", Role.OWNER)
    signed_in(CHROME, "203.0.113.9")
    [dana_s] = ids(here)
    olga = signed_in(FIREFOX, "192.0.2.8", "olga")
    assert "203.0.113.9" not in olga.get("/settings/you/sessions").text
    assert olga.post(f"/settings/you/sessions/{dana_s}/end").status_code == 404
    assert len(ids(here)) == 1


def test_what_was_signed_out_elsewhere_is_not_listed(here: Client) -> None:
    phone = signed_in(IPHONE, "198.51.100.2")
    phone.post("/sign-out")
    assert ids(here) == []


@pytest.mark.parametrize(
    ("user_agent", "says"),
    [
        (FIREFOX, "Firefox on Linux"),
        (IPHONE, "Safari on an iPhone"),
        (CHROME, "Chrome on Windows"),
        (CHROME + " Edg/150.0", "Edge on Windows"),
        ("curl/8.5.0", "A program"),
        ("<script>", "An unknown device"),
        ("", "An unknown device"),
    ],
)
def test_a_device_is_named_in_two_or_three_words(user_agent: str, says: str) -> None:
    assert device(user_agent) == says


@pytest.mark.browser
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [(1440, 1000), (390, 844)], ids=["desktop", "phone"])
def test_the_page_is_accessible_and_fits(
    open_page: OpenPage, dana: Access, theme: str, size: tuple[int, int]
) -> None:
    signed_in(IPHONE, "198.51.100.2")
    page = open_page("/settings/you/sessions", dana, theme=theme, size=size)
    assert sideways_scroll(page) == 0
    assert axe_violations(page) == []
