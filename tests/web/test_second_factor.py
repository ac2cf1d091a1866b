"""The second factor: set up, asked for, demanded by a workspace, lost and reset."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import struct
import time
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from cryptography.fernet import InvalidToken
from django.test import Client

from tenure.kit import clock, crypto
from tenure.workspaces import actions, members
from tenure.workspaces.access import Access
from tenure.workspaces.models import AuditEntry, Membership
from tenure.workspaces.roles import Role
from tests.browser import PHONE, OpenPage, axe_violations, sideways_scroll
from tests.web.conftest import Visit
from tests.web.reading import text

PASSWORD = "correct horse"
SET_UP = "/settings/you/second-factor/on"


def code_of(secret: str, at: float | None = None) -> str:
    """What an authenticator app shows (RFC 6238, SHA-1, six digits, half a minute)."""
    counter = struct.pack(">Q", int(at or time.time()) // 30)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


def sign_in(client: Client) -> str:
    """With the password; gives where that leads."""
    answer = client.post("/sign-in", {"login": "dana@example.test", "password": PASSWORD})
    return str(answer.headers.get("Location", answer.text))


def confirm(client: Client, address: str) -> None:
    """It asks for the password again before something delicate."""
    asked = client.get(address)
    assert asked.headers["Location"].startswith("/sign-in/again")
    assert client.post(asked.headers["Location"], {"password": PASSWORD}).status_code == 302


def set_up(client: Client) -> tuple[str, list[str]]:
    """Turn the second factor on; gives its secret and the recovery codes."""
    confirm(client, SET_UP)
    secret = re.findall(r"<code data-copy-text[^>]*>(.*?)</code>", client.get(SET_UP).text)[0]
    done = client.post(SET_UP, {"code": code_of(secret)})
    assert done.headers["Location"] == "/settings/you/second-factor/codes"
    page = client.get(done.headers["Location"]).text
    codes = re.findall(r"<code data-copy-text[^>]*>(.*?)</code>", page)[0].split()
    assert len(codes) == 10
    return secret, codes


def later(seconds: int = 120) -> time_machine.travel:
    """When a fresh code is due."""
    return time_machine.travel(clock.now() + timedelta(seconds=seconds), tick=True)


def test_it_is_asked_for_once_it_is_set_up_and_takes_a_code_once(access: Access, dana: Access) -> None:
    client = Client()
    sign_in(client)
    secret, _ = set_up(client)
    with later():
        again = Client()
        assert sign_in(again) == "/sign-in/code"
        assert again.get("/customers").status_code == 302  # not in yet
        wrong = again.post("/sign-in/code", {"code": "000000"})
        assert "Incorrect code" in wrong.text
        code = code_of(secret)
        assert again.post("/sign-in/code", {"code": code}).headers["Location"] == "/"
        assert again.get("/customers").status_code == 200
        replayed = Client()
        sign_in(replayed)
        assert "Incorrect code" in replayed.post("/sign-in/code", {"code": code}).text
    said = list(AuditEntry.objects.order_by("pk").values_list("did", "what"))
    assert said == [
        ("signed in", "with password, from 127.0.0.1"),
        ("set up a second factor", "from 127.0.0.1"),
        ("failed to sign in", "wrong code, from 127.0.0.1"),
        ("signed in", "with password and code, from 127.0.0.1"),
        ("failed to sign in", "wrong code, from 127.0.0.1"),  # the same once more
    ]


def test_secrets_lie_encrypted(access: Access, dana: Access) -> None:
    client = Client()
    sign_in(client)
    secret, codes = set_up(client)
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in stored
    assert not any(code in stored for code in codes)
    box = Authenticator.objects.get(type="totp").data["secret"]
    assert crypto.decrypt("second factor", box) == secret
    with pytest.raises(InvalidToken):
        crypto.decrypt("something else", box)


def test_recovery_codes_are_shown_once_and_work_once(access: Access, dana: Access) -> None:
    client = Client()
    sign_in(client)
    _, codes = set_up(client)
    assert codes[0] not in client.get("/settings/you/second-factor/codes").text
    for expected in ("/", None):
        lost = Client()
        sign_in(lost)
        assert lost.post("/sign-in/code", {"code": codes[0]}).headers.get("Location") == expected


def test_guessing_codes_is_limited(access: Access, dana: Access) -> None:
    client = Client()
    sign_in(client)
    secret, _ = set_up(client)
    with later():
        guesser = Client()
        sign_in(guesser)
        for guess in range(5):
            guesser.post("/sign-in/code", {"code": f"{guess:06}"})
        assert "Too many failed" in guesser.post("/sign-in/code", {"code": code_of(secret)}).text


def test_a_link_stands_for_the_password_only(access: Access, olga: Access, dana: Access) -> None:
    client = Client()
    sign_in(client)
    secret, _ = set_up(client)
    token = members.sign_in_link(olga, str(Membership.objects.get(user=dana.user).pk))
    with later():
        by_link = Client()
        assert by_link.post(f"/welcome/{token}").headers["Location"] == "/sign-in/code"
        assert by_link.get("/customers").status_code == 302
        assert by_link.post("/sign-in/code", {"code": code_of(secret)}).headers["Location"] == "/"
        assert 'name="old_password"' not in by_link.get("/settings/you").text
    assert AuditEntry.objects.latest("pk").what == "by link and code, from 127.0.0.1"


def test_a_workspace_may_ask_it_of_everybody(olga: Access, dana: Access, visit: Visit) -> None:
    boss, client = visit(olga), Client()
    sign_in(client)
    page = boss.post("/settings/security", {"needs_second_factor": "on", "audit_days": "1095"})
    assert page.status_code == 302
    assert AuditEntry.objects.latest("pk").what == "needs second factor: no → yes"
    for path in ("/", "/customers", "/settings/you", "/live-ticket"):
        assert client.get(path).headers["Location"] == SET_UP
    part = client.get("/nav", headers={"HX-Request": "true"})
    assert (part.status_code, part.headers["HX-Redirect"]) == (204, SET_UP)
    set_up(client)
    assert client.get("/customers").status_code == 200
    assert boss.get("/customers").headers["Location"] == SET_UP  # who asked for it, too
    actions.change_security(olga, needs_second_factor=False, audit_days=1095)
    assert boss.get("/customers").status_code == 200


def test_whoever_administers_resets_a_lost_one(olga: Access, dana: Access, visit: Visit) -> None:
    client = Client()
    sign_in(client)
    set_up(client)
    page = visit(olga).get("/settings/people")
    assert "2 factors" in text(page.content)
    key = Membership.objects.get(user=dana.user).pk
    assert visit(dana).post(f"/settings/people/{key}/second-factor").status_code == 403
    assert visit(olga).post(f"/settings/people/{key}/second-factor").status_code == 302
    assert not Authenticator.objects.exists()
    entry = AuditEntry.objects.latest("pk")
    assert (entry.who, entry.did, entry.what) == (
        "olga@example.test",
        "reset second factor",
        "dana@example.test",
    )
    assert sign_in(Client()) == "/"


def test_it_is_not_reset_for_a_neighbour(olga: Access, dana: Access, neighbour: Access, visit: Visit) -> None:
    client = Client()
    sign_in(client)
    set_up(client)
    assert dana.user is not None
    Membership.objects.create(workspace=neighbour.workspace, user=dana.user, role=Role.OWNER)
    key = Membership.objects.get(user=dana.user, workspace=olga.workspace).pk
    answer = visit(olga).post(f"/settings/people/{key}/second-factor")
    assert (answer.status_code, "other workspaces too" in answer.text) == (409, True)
    assert Authenticator.objects.exists()


def test_turning_it_off_takes_the_password_and_is_written_down(access: Access, dana: Access) -> None:
    client = Client()
    sign_in(client)
    set_up(client)
    client.post("/settings/you/second-factor/off")
    assert not Authenticator.objects.exists()
    assert AuditEntry.objects.latest("pk").did == "removed their second factor"


def test_a_wrong_password_is_written_down(access: Access, dana: Access) -> None:
    Client().post("/sign-in", {"login": "Dana@example.test", "password": "wrong wrong"})
    entry = AuditEntry.objects.get()
    assert (entry.who, entry.did, entry.what) == (
        "dana@example.test",
        "failed to sign in",
        "wrong password, from 127.0.0.1",
    )
    Client().post("/sign-in", {"login": "nobody@example.test", "password": "wrong wrong"})
    assert AuditEntry.objects.count() == 1


@pytest.mark.browser
def test_setting_it_up_and_signing_in_with_it_in_a_browser(
    open_page: OpenPage, access: Access, dana: Access
) -> None:
    page = open_page("/sign-in")
    page.get_by_label("E-mail").fill("dana@example.test")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")
    page.goto("/settings/you")
    page.get_by_role("link", name="Second factor").click()
    page.get_by_role("link", name="Set it up").click()
    page.get_by_label("Password").wait_for()
    assert axe_violations(page) == []
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url(f"**{SET_UP}")
    assert axe_violations(page) == []
    secret = page.locator("code[data-copy-text]").inner_text()
    page.get_by_label("Code", exact=True).fill(code_of(secret))
    page.get_by_role("button", name="Turn it on").click()
    page.get_by_role("link", name="I have kept them").wait_for()
    assert axe_violations(page) == []
    other = open_page("/sign-in", theme="dark", size=PHONE)
    other.get_by_label("E-mail").fill("dana@example.test")
    other.get_by_label("Password").fill(PASSWORD)
    other.get_by_role("button", name="Sign in").click()
    other.wait_for_url("**/sign-in/code")
    assert axe_violations(other) == []
    assert sideways_scroll(other) == 0
    # The code of the next half minute is good already, and the one just used is not.
    other.get_by_label("Code").fill(code_of(secret, time.time() + 30))
    other.get_by_role("button", name="Sign in").click()
    other.wait_for_url("**/")
