"""Duplicates, merges, splits and their undo on the pages; nobody else's, and not by who may only look."""

from __future__ import annotations

import html
import re

import pytest
from django.test import Client

from tenure.accounts import actions, duplicates, hanging, merging
from tenure.accounts.actions import AccountRow, PersonRow
from tenure.accounts.merging import Apart
from tenure.accounts.models import Account, Duplicate, Identity, Person, Regrouping
from tenure.revenue.models import Subscription
from tenure.web.queries import merging as queries
from tenure.workspaces.access import Access
from tests.accounts.test_merging import account_of, everything, fill, person_of
from tests.browser import DESKTOP, PHONE, OpenPage, axe_violations, sideways_scroll
from tests.web.conftest import Visit
from tests.web.reading import text


@pytest.fixture
def filled(access: Access) -> Access:
    fill(access)
    actions.upsert_accounts(access.workspace, [AccountRow("b2", "Borealis AS", attributes={"plan": "Team"})])
    duplicates.find(access.workspace)
    return access


@pytest.fixture
def client(visit: Visit, dana: Access) -> Client:
    return visit(dana)


def undo_on(page: bytes) -> str:
    found = re.search(r'action="([^"]*(?:undo|back=))"', page.decode())
    assert found is not None
    return html.unescape(found[1])


def test_a_proposal_is_compared_merged_and_undone(client: Client, filled: Access) -> None:
    before = everything()
    page = client.get("/data/duplicates")
    assert "Borealis borealis.example Borealis AS b2 likely the same name Compare They are two" in text(
        page.content
    )
    found = re.search(r'href="(/data/merge\?[^"]+)"', page.content.decode())
    assert found is not None
    compared = client.get(html.unescape(found[1]))
    assert "Merge Borealis AS into Borealis" in text(compared.content)
    assert "What is filled in plan Team" in text(compared.content)
    assert "name Borealis Borealis AS" in text(compared.content)
    kept, other = account_of(filled, "borealis"), account_of(filled, "b2")
    chosen = {"kind": "account", "kept": kept, "other": other, "take": ["name"]}
    answer = client.post("/data/merge", chosen, follow=True)
    assert answer.redirect_chain[-1][0] == f"/customers/{kept}"
    assert "Borealis AS merged into Borealis." in text(answer.content)
    assert client.get(f"/customers/{other}")["Location"] == f"/customers/{kept}"
    assert "Nobody seems to be there twice" in text(client.get("/data/duplicates").content)
    client.post(undo_on(answer.content))
    after = everything()
    for table in before.keys() - {"duplicate", "django_session", "usersessions_usersession"}:
        assert after[table] == before[table], table
    assert "undone" in text(client.get("/data/merges").content)


def test_what_moves_is_called_as_those_who_work_with_customers_call_it() -> None:
    titles = {one.title: 1 for model in merging.MODELS.values() for one in hanging.hooks(model)}
    plain = set("consents costs deals goals notes people tickets".split())
    told = {title for _, title in queries.told(titles)}
    assert told <= plain | set(queries.ROWS.values())
    assert "changes" not in told


def test_two_are_two_for_good_unless_taken_back(client: Client, filled: Access) -> None:
    row = Duplicate.objects.get()
    answer = client.post(f"/data/duplicates/{row.pk}/two", follow=True)
    assert "Two they are." in text(answer.content)
    client.post("/data/duplicates/look")
    assert "Nobody seems to be there twice" in text(client.get("/data/duplicates").content)
    client.post(undo_on(answer.content))
    assert "Borealis AS" in text(client.get("/data/duplicates").content)


def test_among_very_many_the_page_does_not_wait(
    client: Client, filled: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duplicates, "MOST_AT_ONCE", 1)
    answer = client.post("/data/duplicates/look", follow=True)
    assert "Looking through everybody." in text(answer.content)


def test_somebody_else_is_found_by_name(client: Client, filled: Access) -> None:
    kept = account_of(filled, "acme")
    page = text(client.get(f"/data/merge?kept={kept}&q=cinder").content)
    assert "Merge Acme with… " in page
    assert "Cinder cinder.example Compare" in page
    assert "Nobody is called so" in text(client.get(f"/data/merge?kept={kept}&q=zebra").content)
    ann = person_of(filled, "acme-1")
    assert "acme-2" in text(client.get(f"/data/merge?kind=person&kept={ann}&q=acme").content)
    both = client.get(f"/data/merge?kind=person&kept={ann}&other={person_of(filled, 'borealis-1')}")
    assert "customer Acme Borealis" in text(both.content)


def test_what_was_merged_is_split_again(client: Client, filled: Access) -> None:
    acme = account_of(filled, "acme")
    merging.merge(filled, Identity.ACCOUNT, acme, account_of(filled, "cinder"))
    page = text(client.get(f"/data/split/{acme}").content)
    assert "acme its own id · 1 event cinder 1 event" in page
    assert "cinder-2 1 event" in page
    wrong = client.post(f"/data/split/{acme}", {"name": "Cinder"})
    assert wrong.status_code == 422
    assert "Choose the ids or people" in text(wrong.content)
    chosen = {
        "name": "Cinder",
        "id": ["cinder"],
        "person": [person_of(filled, "cinder-2")],
        "subscription": [Subscription.objects.get(external_id="s-cinder").pk],
    }
    looked = client.post(f"/data/split/{acme}", chosen | {"look": "1"})
    assert "What would go ids it is observed under 1" in text(looked.content)
    assert "events 2 events, " in text(looked.content)
    assert "Nothing has moved yet." in text(looked.content)
    assert 'value="cinder" checked' in looked.content.decode()
    assert account_of(filled, "cinder") == acme
    rows = {"subscription": chosen["subscription"]}
    apart = Apart("Cinder", ("cinder",), tuple(chosen["person"]), rows)
    would = merging.would_split(filled, Identity.ACCOUNT, acme, apart)
    answer = client.post(f"/data/split/{acme}", chosen, follow=True)
    assert "Cinder split from Acme." in text(answer.content)
    done = Regrouping.objects.get(what=Regrouping.SPLIT)
    assert sum(would.values()) == sum(len(row.ids) for row in done.rows.all()), "as was said before"
    new = account_of(filled, "cinder")
    assert Person.objects.get(external_id="cinder-2").account_id == new
    assert "undo first: Cinder split from Acme" in text(client.get("/data/merges").content)
    client.post(undo_on(answer.content))
    assert account_of(filled, "cinder") == acme
    assert client.get(f"/customers/{new}")["Location"] == f"/customers/{acme}"


def test_people_of_no_customer_are_placed(visit: Visit, olga: Access, client: Client, filled: Access) -> None:
    owner = visit(olga)
    assert "Changed." in text(owner.post("/data/placing/rule", {"by_domain": "propose"}, follow=True).content)
    assert "choose attach or propose" in text(owner.post("/data/placing/rule", follow=True).content)
    assert client.post("/data/placing/rule", {"by_domain": "attach"}).status_code == 403
    actions.upsert_people(filled.workspace, [PersonRow("ann", "ann@acme.example", "Ann Ames")])
    page = client.get("/data/placing")
    assert "Ann Ames ann@acme.example Acme Attach" in text(page.content)
    answer = client.post("/data/placing/place", {"person": person_of(filled, "ann")}, follow=True)
    assert "1 person attached to a customer." in text(answer.content)
    assert "Nobody waits for a customer" in text(answer.content)
    assert Person.objects.get(external_id="ann").account_id == account_of(filled, "acme")


def test_one_cannot_be_merged_with_itself(client: Client, filled: Access) -> None:
    acme = account_of(filled, "acme")
    page = client.get(f"/data/merge?kept={acme}&other={acme}", follow=True)
    assert "one cannot be merged with itself" in text(page.content)


def test_a_viewer_changes_nothing(visit: Visit, vic: Access, filled: Access) -> None:
    client, row = visit(vic), Duplicate.objects.get()
    kept, other = account_of(filled, "acme"), account_of(filled, "cinder")
    done = merging.merge(filled, Identity.ACCOUNT, kept, other)
    for path in ("duplicates", f"merge?kept={kept}", "merges", f"split/{kept}"):
        assert client.get(f"/data/{path}").status_code == 403, path
    for path in (
        "duplicates/look",
        f"duplicates/{row.pk}/two",
        "merge",
        f"split/{kept}",
        f"merges/{done.pk}/undo",
    ):
        assert client.post(f"/data/{path}", {"kept": kept, "id": "cinder"}).status_code == 403, path
    assert Regrouping.objects.get().undone_at is None
    assert client.get(f"/customers/{other}")["Location"] == f"/customers/{kept}"
    assert "/data/duplicates" not in client.get("/data").content.decode()


def test_a_neighbours_do_not_exist(client: Client, filled: Access, neighbour: Access) -> None:
    fill(neighbour, ("acme", "otherco"))
    theirs, ours = account_of(neighbour, "otherco"), account_of(filled, "acme")
    done = merging.merge(neighbour, Identity.ACCOUNT, account_of(neighbour, "acme"), theirs)
    row = Duplicate.objects.create(
        workspace=neighbour.workspace, kind="account", one_id="1", other_id="2", reason="x", confidence=1
    )
    stranger = done.kept_id
    paths = [
        f"/data/merge?kept={stranger}",
        f"/data/merge?kept={ours}&other={stranger}",
        f"/data/split/{stranger}",
    ]
    paths += [f"/data/merge?kept={stranger}&other={ours}", f"/customers/{theirs}"]
    for path in paths:
        assert client.get(path).status_code == 404, path
    for path in (f"/data/split/{stranger}", f"/data/merges/{done.pk}/undo", f"/data/duplicates/{row.pk}/two"):
        assert client.post(path, {"id": "otherco"}).status_code == 404, path
    for path in ("/data/duplicates", "/data/merges", f"/data/merge?kept={ours}&q=otherco"):
        assert "Otherco" not in text(client.get(path).content)


@pytest.mark.browser
@pytest.mark.parametrize(("theme", "size"), [("light", DESKTOP), ("dark", PHONE)])
def test_the_pages_are_usable_by_all(
    open_page: OpenPage, dana: Access, filled: Access, theme: str, size: tuple[int, int]
) -> None:
    kept, other = account_of(filled, "borealis"), account_of(filled, "b2")
    merging.merge(filled, Identity.ACCOUNT, account_of(filled, "acme"), account_of(filled, "cinder"))
    Account.objects.filter(pk=other).update(name="Borealis Aktieselskab " * 8)
    paths = ("/data/duplicates", f"/data/merge?kept={kept}&other={other}", "/data/merges", "/data/placing")
    for path in (*paths, f"/data/merge?kept={kept}&q=a", f"/data/split/{account_of(filled, 'acme')}"):
        page = open_page(path, dana, theme=theme, size=size)
        assert axe_violations(page) == [], path
        assert sideways_scroll(page) == 0, path
