"""Settings: who may change what, and what stays safe from every hand."""

from __future__ import annotations

import re
from datetime import date

import pyarrow as pa
import pytest
from django.test import Client

from tenure.accounts.models import Account, Person
from tenure.events import actions as events
from tenure.kit import clock
from tenure.kit.models import OutboxFact
from tenure.revenue.models import Subscription, Term
from tenure.workspaces import actions, members
from tenure.workspaces.access import Access
from tenure.workspaces.models import AuditEntry, Invitation, Key, Membership, User, Workspace
from tenure.workspaces.roles import Role
from tests import cast
from tests.web.conftest import Visit


def settings_form(**changed: object) -> dict[str, object]:
    return {"name": "Tenure Test", "zone": "UTC", "currency": "USD", "own_domains": "", **changed}


def membership(who: Access) -> str:
    return str(Membership.objects.get(user=who.user, workspace=who.workspace).pk)


def shown_once(page: str) -> str:
    found = re.search(r"<code data-copy-text[^>]*>(.*?)</code>", page)
    assert found
    return found[1]


# --- roles


@pytest.mark.parametrize("role", [Role.MANAGER, Role.AGENT, Role.VIEWER])
def test_only_who_administers_changes_anything(
    access: Access, olga: Access, visit: Visit, role: Role
) -> None:
    who = cast.member(access, "Dana", role)
    token = actions.create_key(access)
    members.invite(access, Role.VIEWER)
    client, olgas = visit(who), membership(olga)
    before = snapshot()
    tried = [
        ("/settings", settings_form(name="Mine")),
        ("/settings/people", {"role": "owner"}),
        (f"/settings/people/{membership(who)}/role", {"role": "owner"}),
        (f"/settings/people/{olgas}/remove", {}),
        (f"/settings/people/{olgas}/link", {}),
        (f"/settings/people/{olgas}/close", {}),
        (f"/settings/people/{olgas}/reopen", {}),
        (f"/settings/people/{olgas}/own", {}),
        (f"/settings/invitations/{Invitation.objects.get().pk}/renew", {}),
        ("/settings/workspaces", {"name": "Mine"}),
        (f"/settings/invitations/{Invitation.objects.get().pk}/withdraw", {}),
        ("/settings/keys", {"name": "mine"}),
        (f"/settings/keys/{Key.objects.get().pk}/revoke", {}),
    ]
    assert [client.post(path, form).status_code for path, form in tried] == [403] * len(tried)
    assert snapshot() == before
    for path in ("/settings/keys", "/settings/audit"):
        assert client.get(path).status_code == 403
    for path in ("/settings", "/settings/people"):
        page = client.get(path)
        assert page.status_code == 200
        assert token[:10] not in page.text
        assert 'class="btn primary"' not in page.text


def snapshot() -> list[object]:
    """Everything a change of settings could touch."""
    tables = (Workspace, Membership, Invitation, Key, User, AuditEntry)
    return [list(table.objects.order_by("pk").values()) for table in tables]


# --- the workspace


def test_what_figures_rest_on_is_computed_anew_when_it_changes(olga: Access, visit: Visit) -> None:
    answer = visit(olga).post("/settings", settings_form(name="Ours", zone="Europe/Oslo", currency="EUR"))
    assert answer.headers["Location"] == "/settings"
    workspace = Workspace.objects.get()
    assert (workspace.name, workspace.zone, workspace.currency) == ("Ours", "Europe/Oslo", "EUR")
    assert [fact.kind for fact in OutboxFact.objects.all()] == ["RecordsChanged"]
    entry = AuditEntry.objects.latest("pk")
    assert (entry.who, entry.did, entry.what) == (
        "olga@example.test",
        "changed settings",
        "name: Tenure Test → Ours; zone: UTC → Europe/Oslo; currency: USD → EUR",
    )
    visit(olga).post("/settings", settings_form(name="Ours again", zone="Europe/Oslo", currency="EUR"))
    assert OutboxFact.objects.count() == 1  # a name moves no figure


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("name", " ", "Give it a name"),
        ("name", "x" * 121, "Give it a name"),
        ("zone", "Mars/Olympus", "There is no time zone “Mars/Olympus”"),
        ("zone", "../../etc/passwd", "There is no time zone"),
        ("currency", "BTC", "“BTC” is not the ISO 4217 code"),
        ("own_domains", " ".join(f"d{number}.test" for number in range(51)), "At most 50 domains"),
    ],
)
def test_bad_settings_are_refused_by_field_and_kept_in_the_form(
    olga: Access, visit: Visit, field: str, value: str, says: str
) -> None:
    page = visit(olga).post("/settings", settings_form(**{field: value}))
    assert page.status_code == 422
    assert re.search(rf'id="f-{field}"[^>]*aria-invalid="true"', page.text)
    assert says in page.text
    assert Workspace.objects.get().name == "Tenure Test"


def test_untrusted_text_stays_text(olga: Access, visit: Visit) -> None:
    visit(olga).post("/settings", settings_form(name="<script>alert(1)</script>"))
    page = visit(olga).get("/settings").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_currency_stands_once_amounts_are_recorded(olga: Access, visit: Visit) -> None:
    acme = Account.objects.create(workspace=olga.workspace, external_id="acme", name="Acme")
    contract = Subscription.objects.create(workspace=olga.workspace, account=acme, external_id="s1")
    Term.objects.create(
        workspace=olga.workspace,
        subscription=contract,
        account=acme,
        amount_minor=100,
        currency="USD",
        interval="year",
        starts_on=date(2026, 1, 1),
    )
    assert re.search(r'<select id="f-currency"[^>]* disabled', visit(olga).get("/settings").text)
    visit(olga).post("/settings", settings_form(currency="EUR", name="Ours"))
    assert (Workspace.objects.get().currency, Workspace.objects.get().name) == ("USD", "Ours")


def test_own_domains_make_people_ones_own(olga: Access, visit: Visit) -> None:
    for number, email in enumerate(("eve@ours.test", "ann@acme.test")):
        Person.objects.create(workspace=olga.workspace, external_id=str(number), email=email)
    visit(olga).post("/settings", settings_form(own_domains="https://www.Ours.test/\nours.test, other.test"))
    assert Workspace.objects.get().own_domains == ["ours.test", "other.test"]
    assert list(Person.objects.filter(is_own=True).values_list("email", flat=True)) == ["eve@ours.test"]


def test_key_features_are_proposed_from_what_people_do(olga: Access, visit: Visit) -> None:
    now = clock.now()
    rows = [("ann", "Report built"), ("bo", "Report built"), ("ann", "File shared"), ("eve", "<i>odd</i>")]
    events.load_events(
        olga.workspace,
        pa.table(
            {
                "message_id": [str(at) for at in range(4)],
                "kind": ["track"] * 4,
                "event": [event for _, event in rows],
                "account_ref": ["acme"] * 4,
                "person_ref": [person for person, _ in rows],
                "occurred_at": pa.array([now] * 4, pa.timestamp("us", "UTC")),
                "received_at": pa.array([now] * 4, pa.timestamp("us", "UTC")),
                "properties": ["{}"] * 4,
                "context": ["{}"] * 4,
            }
        ),
        stream="test",
        position=1,
        source="test",
    )
    page = visit(olga).get("/settings").text
    proposed = re.findall(r'name="key_features" value="([^"]*)"', page)
    assert (
        proposed == ["Report built", "&lt;i&gt;odd&lt;/i&gt;", "File shared"] or proposed[0] == "Report built"
    )
    assert "2 people" in page
    visit(olga).post("/settings", settings_form(key_features=["File shared", "<i>odd</i>"]))
    assert Workspace.objects.get().key_features == ["<i>odd</i>", "File shared"]
    assert page.count(" checked") == 0
    assert visit(olga).get("/settings").text.count(" checked") == 2


# --- people


def test_an_invitation_is_shown_once_and_can_be_withdrawn(olga: Access, visit: Visit) -> None:
    client = visit(olga)
    page = client.post("/settings/people", {"email": "New@Example.test", "role": "viewer"})
    link = shown_once(page.text)
    assert link.startswith("http://testserver/welcome/")
    assert "no-store" in page.headers["Cache-Control"]
    again = client.get("/settings/people").text
    assert link not in again
    assert "new@example.test, viewer" in again
    assert Client().get(link).status_code == 200
    client.post(f"/settings/invitations/{Invitation.objects.get().pk}/withdraw")
    assert Client().get(link).status_code == 410
    assert [entry.did for entry in AuditEntry.objects.order_by("pk")] == ["invited", "withdrew invitation"]


@pytest.mark.parametrize("form", [{"role": "emperor"}, {"role": ""}, {"email": "nope", "role": "viewer"}])
def test_a_bad_invitation_is_refused(olga: Access, visit: Visit, form: dict[str, str]) -> None:
    page = visit(olga).post("/settings/people", form).text
    assert 'aria-invalid="true"' in page
    assert not Invitation.objects.exists()


def test_a_role_is_changed_and_counts_at_once(olga: Access, dana: Access, visit: Visit) -> None:
    client = visit(dana)
    visit(olga).post(f"/settings/people/{membership(dana)}/role", {"role": "viewer"})
    assert Membership.objects.get(user=dana.user).role == Role.VIEWER
    visit(olga).post(f"/settings/people/{membership(dana)}/role", {"role": "owner"})
    assert client.get("/settings/keys").status_code == 200
    bad = visit(olga).post(f"/settings/people/{membership(dana)}/role", {"role": "emperor"})
    assert (bad.status_code, "one of owner, admin, leader, manager" in bad.text) == (422, True)


def test_the_last_owner_can_neither_step_down_nor_leave(olga: Access, dana: Access, visit: Visit) -> None:
    client, mine = visit(olga), membership(olga)
    for answer in (
        client.post(f"/settings/people/{mine}/role", {"role": "viewer"}),
        client.post(f"/settings/people/{mine}/remove"),
    ):
        assert answer.status_code == 409
        assert "Olga is the only owner; make somebody else an owner first." in answer.text
    assert Membership.objects.get(user=olga.user).role == Role.OWNER
    client.post(f"/settings/people/{membership(dana)}/role", {"role": "owner"})
    assert client.post(f"/settings/people/{mine}/remove").status_code == 302
    assert "You belong to no workspace" in client.get("/settings").text


def test_whoever_is_removed_sees_nothing_any_more(olga: Access, dana: Access, visit: Visit) -> None:
    client = visit(dana)
    link = shown_once(visit(olga).post(f"/settings/people/{membership(dana)}/link").text)
    visit(olga).post(f"/settings/people/{membership(dana)}/remove")
    assert client.get("/settings/people").status_code == 403
    assert Client().get(link).status_code == 410  # nor comes back by an older link


def test_a_sign_in_link_lets_a_member_set_a_new_password(olga: Access, dana: Access, visit: Visit) -> None:
    link = shown_once(visit(olga).post(f"/settings/people/{membership(dana)}/link").text)
    client = Client()
    client.post(link)
    assert 'name="old_password"' not in client.get("/settings/you").text
    fields = {
        "form": "password",
        "new_password1": "quite another horse",
        "new_password2": "quite another horse",
    }
    assert client.post("/settings/you", fields).status_code == 302
    assert client.get("/settings/you").status_code == 200  # still signed in
    entered = Client().post("/sign-in", {"login": "dana@example.test", "password": "quite another horse"})
    assert entered.headers["Location"] == "/"


def test_no_sign_in_link_opens_another_workspace(
    olga: Access, dana: Access, neighbour: Access, visit: Visit
) -> None:
    assert dana.user is not None
    Membership.objects.create(workspace=neighbour.workspace, user=dana.user, role=Role.OWNER)
    answer = visit(olga).post(f"/settings/people/{membership(dana)}/link")
    assert answer.status_code == 409
    assert "belongs to other workspaces too" in answer.text
    assert not Invitation.objects.exists()


# --- keys


def test_a_key_is_shown_once_works_by_its_hash_and_is_revoked(olga: Access, visit: Visit) -> None:
    client = visit(olga)
    assert "No keys yet" in client.get("/settings/keys").text
    page = client.post("/settings/keys", {"name": "Our web app"})
    token = shown_once(page.text)
    assert token.startswith("tw_")
    assert "no-store" in page.headers["Cache-Control"]
    key = Key.objects.get()
    assert token not in str(Key.objects.values())
    listed = client.get("/settings/keys").text
    assert token not in listed
    assert "Our web app" in listed
    assert client.post(f"/settings/keys/{key.pk}/revoke").status_code == 302
    key.refresh_from_db()
    assert key.revoked_at is not None
    assert "revoked" in client.get("/settings/keys").text
    assert "This field is required" in client.post("/settings/keys", {"name": " "}).text


def test_a_neighbours_key_cannot_be_revoked(olga: Access, neighbour: Access, visit: Visit) -> None:
    actions.create_key(neighbour)
    assert visit(olga).post(f"/settings/keys/{Key.objects.get().pk}/revoke").status_code == 404
    assert Key.objects.get().revoked_at is None


# --- audit log, and oneself


def test_the_audit_log_is_ones_own_newest_first_and_paged(
    olga: Access, neighbour: Access, visit: Visit
) -> None:
    AuditEntry.objects.bulk_create(
        AuditEntry(workspace=olga.workspace, who="olga@example.test", did=f"deed {number:03}")
        for number in range(101)
    )
    neighbour.log("did something secret")
    client = visit(olga)
    first = client.get("/settings/audit").text
    deeds = re.findall(r"<td>(deed \d+)", first)
    assert (deeds[0], deeds[-1], len(deeds)) == ("deed 100", "deed 001", 100)
    assert "secret" not in first
    older = re.search(r'href="(\?before=\d+)"', first)
    assert older
    last = client.get(f"/settings/audit{older[1]}").text
    assert re.findall(r"<td>(deed \d+)", last) == ["deed 000"]
    assert "?before=" not in last
    for nonsense in ("x", "-1", "9" * 40, "1;drop"):
        assert client.get("/settings/audit", {"before": nonsense}).status_code == 200


def test_ones_own_name_and_password(dana: Access, visit: Visit) -> None:
    client = visit(dana)
    client.post("/settings/you", {"form": "name", "name": "Dana <b>Ames</b>"})
    assert User.objects.get().name == "Dana <b>Ames</b>"
    assert "Dana &lt;b&gt;Ames" in client.get("/settings/you").text
    new = {"form": "password", "new_password1": "quite another horse", "new_password2": "quite another horse"}
    wrong = client.post("/settings/you", {**new, "old_password": "wrong"}).text
    assert "old password was entered incorrectly" in wrong
    other = visit(dana)
    assert client.post("/settings/you", {**new, "old_password": "correct horse"}).status_code == 302
    assert client.get("/settings/you").status_code == 200
    assert other.get("/settings/you").status_code == 302  # other browsers are signed out
