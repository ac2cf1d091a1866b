"""Coming in: by password, by an invitation's link, by nothing else."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client

from tenure.kit import clock
from tenure.workspaces import members
from tenure.workspaces.access import Access, access_for_user
from tenure.workspaces.models import Invitation, Membership, User
from tenure.workspaces.roles import Role
from tests import cast
from tests.web.conftest import Visit

PASSWORD = "correct horse"


def welcome(token: str) -> str:
    return f"/welcome/{token}"


def test_a_stranger_is_sent_to_sign_in_and_back_to_where_they_wanted(access: Access, dana: Access) -> None:
    client = Client()
    asked = client.get("/settings/people?x=1")
    assert asked.headers["Location"] == "/sign-in?next=/settings/people%3Fx%3D1"
    page = client.get(asked.headers["Location"])
    assert 'name="next" value="/settings/people?x=1"' in page.text
    entered = client.post(
        "/sign-in",
        {"login": "dana@example.test", "password": PASSWORD, "next": "/settings/people?x=1"},
    )
    assert entered.headers["Location"] == "/settings/people?x=1"
    assert client.get("/settings/people").status_code == 200


def test_a_part_of_a_page_sends_the_whole_page_to_sign_in() -> None:
    answer = Client().get(
        "/nav", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/customers?a=1"}
    )
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/sign-in?next=/customers%3Fa%3D1")


@pytest.mark.parametrize("elsewhere", ["https://evil.test/", "//evil.test", "javascript:alert(1)"])
def test_sign_in_leads_nowhere_else(access: Access, dana: Access, elsewhere: str) -> None:
    fields = {"login": "dana@example.test", "password": PASSWORD, "next": elsewhere}
    assert Client().post("/sign-in", fields).headers["Location"] == "/"


def test_a_wrong_password_says_so_without_telling_who_has_an_account(access: Access, dana: Access) -> None:
    known = Client().post("/sign-in", {"login": "dana@example.test", "password": "wrong wrong"})
    unknown = Client().post("/sign-in", {"login": "nobody@example.test", "password": "wrong wrong"})
    assert known.status_code == unknown.status_code == 200
    said = [re.findall(r'role="alert">(.*?)</div>', page.text, re.S) for page in (known, unknown)]
    assert said[0] == said[1] != []


def test_guessing_is_limited(access: Access, dana: Access) -> None:
    client = Client()
    for _ in range(5):
        client.post("/sign-in", {"login": "dana@example.test", "password": "wrong wrong"})
    right = client.post("/sign-in", {"login": "dana@example.test", "password": PASSWORD})
    assert right.status_code == 200
    assert "Too many failed login attempts" in right.text


def test_limits_count_whom_the_front_door_names_and_nobody_elses_word(access: Access, dana: Access) -> None:
    def attempts(client: Client, **headers: str) -> int:
        fields = {"login": "nobody@example.test", "password": "wrong wrong"}
        answers = [
            client.post("/sign-in", {**fields, "login": f"n{at}@x.test"}, headers=headers) for at in range(12)
        ]
        return sum("Too many failed" in answer.text for answer in answers)

    assert attempts(Client(REMOTE_ADDR=""), **{"X-Forwarded-For": "203.0.113.7"}) == 2  # ten a minute
    assert attempts(Client(REMOTE_ADDR=""), **{"X-Forwarded-For": "203.0.113.8"}) == 2  # another caller
    assert attempts(Client(REMOTE_ADDR="198.51.100.9"), **{"X-Forwarded-For": "203.0.113.9"}) == 2
    assert attempts(Client(REMOTE_ADDR="198.51.100.9"), **{"X-Forwarded-For": "203.0.113.10"}) == 12


def test_signing_out_takes_a_post(access: Access, dana: Access, visit: Visit) -> None:
    client = visit(dana)
    assert "Sign out?" in client.get("/sign-out").text
    assert client.get("/nav").status_code == 200
    assert client.post("/sign-out").headers["Location"] == "/sign-in"
    assert client.get("/nav").status_code == 302


def test_nobody_signs_up_by_themselves(access: Access) -> None:
    assert Client().get("/sign-in/signup").status_code == 404
    assert Client().get("/signup").status_code == 404


# --- invitations


def test_opening_a_link_changes_nothing_and_the_button_uses_it_up(access: Access) -> None:
    olga = User.objects.create_user("olga@example.test", name="Olga")
    token = members.invite(access, Role.OWNER, user=olga)
    scanner = Client()
    for _ in range(3):
        page = scanner.get(welcome(token))
        assert (page.status_code, page.headers["Cache-Control"]) == (
            200,
            "max-age=0, no-cache, no-store, must-revalidate, private",
        )
    assert scanner.get("/nav").status_code == 302

    client = Client()
    assert client.post(welcome(token)).headers["Location"] == "/"
    assert client.get("/settings/keys").status_code == 200
    again = Client().post(welcome(token))
    assert again.status_code == 410
    assert "no longer works" in again.text


def test_whoever_is_invited_without_an_account_makes_one(access: Access) -> None:
    token = members.invite(access, Role.MANAGER, "Ann@Example.test")
    client = Client()
    assert "Join Tenure Test" in client.get(welcome(token)).text
    joined = client.post(
        welcome(token), {"name": "Ann Ames", "email": "other@example.test", "password": "a long enough one"}
    )
    assert joined.headers["Location"] == "/"
    ann = User.objects.get(email="ann@example.test")  # the invitation's address, not the form's
    found = access_for_user(ann)
    assert found is not None
    assert (found.workspace, found.role, ann.name) == (access.workspace, Role.MANAGER, "Ann Ames")
    assert client.get("/settings/people").status_code == 200


@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("seven77", "too short"),
        ("password123", "too common"),
        ("ann.ames@example.test", "too similar"),
        ("", "This field is required"),
    ],
)
def test_a_weak_password_is_refused_in_words_and_leaves_the_link_good(
    access: Access, password: str, says: str
) -> None:
    token = members.invite(access, Role.VIEWER)
    form = {"name": "Ann Ames", "email": "ann.ames@example.test", "password": password}
    page = Client().post(welcome(token), form)
    assert says in page.text
    assert "Ann Ames" in page.text
    assert re.search(r'<input type="password"[^>]* value="">', page.text)
    assert not User.objects.exists()
    assert members.open_invitation(token) is not None


def test_an_address_that_has_an_account_must_sign_in_first(access: Access, neighbour: Access) -> None:
    dana = cast.member(neighbour, "Dana", Role.OWNER)
    assert dana.user is not None
    token = members.invite(access, Role.VIEWER)
    form = {"name": "Not Dana", "email": "DANA@example.test", "password": "a long enough one"}
    assert "sign in first" in Client().post(welcome(token), form).text
    assert not Membership.objects.filter(user=dana.user, workspace=access.workspace).exists()

    client = Client()
    client.post("/sign-in", {"login": "dana@example.test", "password": PASSWORD})
    assert "Join this workspace as dana@example.test" in client.get(welcome(token)).text
    client.post(welcome(token))
    assert Membership.objects.get(user=dana.user, workspace=access.workspace).role == Role.VIEWER
    assert client.session["workspace"] == access.workspace.pk


def test_an_invitation_for_another_address_is_not_taken(access: Access, dana: Access, visit: Visit) -> None:
    token = members.invite(access, Role.OWNER, "olga@example.test")
    answer = visit(dana).post(welcome(token))
    assert answer.status_code == 403
    assert "This link is for olga@example.test" in answer.text
    assert members.open_invitation(token) is not None


@pytest.mark.parametrize("token", ["x", "../etc", "a" * 500, "%00"])
def test_a_made_up_link_says_what_to_do(access: Access, token: str) -> None:
    answer = Client().get(f"/welcome/{token}")
    assert answer.status_code in (404, 410)


def test_a_link_ends_after_seven_days(access: Access) -> None:
    token = members.invite(access, Role.VIEWER)
    with time_machine.travel(clock.now() + timedelta(days=7, minutes=1), tick=False):
        answer = Client().get(welcome(token))
    assert answer.status_code == 410
    assert "seven days" in answer.text


def test_a_closed_account_is_not_let_in_by_a_link(access: Access) -> None:
    olga = User.objects.create_user("olga@example.test", is_active=False)
    token = members.invite(access, Role.OWNER, user=olga)
    assert Client().post(welcome(token)).status_code == 410


def test_two_people_with_one_link_give_one_member(access: Access) -> None:
    token = members.invite(access, Role.MANAGER)
    form = {"name": "Ann", "password": "a long enough one"}
    first, second = Client(), Client()
    first.get(welcome(token))
    second.get(welcome(token))
    assert first.post(welcome(token), {**form, "email": "ann@example.test"}).status_code == 302
    assert second.post(welcome(token), {**form, "email": "bob@example.test"}).status_code == 410
    assert list(User.objects.values_list("email", flat=True)) == ["ann@example.test"]


def test_a_form_from_elsewhere_is_refused_in_words(access: Access) -> None:
    token = members.invite(access, Role.MANAGER)
    answer = Client(enforce_csrf_checks=True).post(welcome(token), {"name": "Ann"})
    assert answer.status_code == 403
    assert "This form was too old" in answer.text
    assert Invitation.objects.get().used_at is None


# --- forgotten passwords


def test_where_no_mail_is_sent_the_page_says_how_to_get_in(access: Access, dana: Access) -> None:
    page = Client().get("/sign-in/password")
    assert "This installation sends no mail" in page.text
    Client().post("/sign-in/password", {"email": "dana@example.test"}, headers={"Host": "evil.test"})
    assert mail.outbox == []


def test_a_new_password_by_mail(access: Access, dana: Access, settings: pytest.FixtureRequest) -> None:
    settings.TENURE_ORIGINS = ["http://testserver"]  # type: ignore[attr-defined]
    client = Client()
    assert "We send a link" in client.get("/sign-in/password").text
    sent = client.post("/sign-in/password", {"email": "dana@example.test"}, follow=True)
    assert "Look into your mail" in sent.text
    unknown = Client().post("/sign-in/password", {"email": "nobody@example.test"}, follow=True)
    assert "Look into your mail" in unknown.text
    assert [message.to for message in mail.outbox] == [["dana@example.test"]]
    link = re.search(r"http://testserver(/\S+)", str(mail.outbox[0].body))
    assert link
    form = client.get(link[1], follow=True)
    assert "A new password" in form.text
    fields = {"password1": "quite another horse", "password2": "quite another horse"}
    assert "Your password is set" in client.post(form.request["PATH_INFO"], fields, follow=True).text
    entered = Client().post("/sign-in", {"login": "dana@example.test", "password": "quite another horse"})
    assert entered.headers["Location"] == "/"
    assert "no longer works" in Client().get(link[1], follow=True).text
