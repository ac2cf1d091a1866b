"""A person's page: what they are to us, what they allow, who says what; and the warnings that follow."""

from __future__ import annotations

import pytest
from django.test import Client
from playwright.sync_api import expect

from tenure.accounts import merging
from tenure.accounts.actions import PersonRow, upsert_people
from tenure.accounts.models import Account, Person
from tenure.health import actions as health
from tenure.warnings import actions as warnings
from tenure.warnings import queries
from tenure.workspaces.access import Access
from tests.browser import DESKTOP, PHONE, OpenPage, axe_violations, sideways_scroll
from tests.warnings.scene import today
from tests.web import story
from tests.web.conftest import Visit
from tests.web.reading import text


@pytest.fixture
def borealis(access: Access) -> Account:
    return story.borealis(access)


@pytest.fixture
def client(visit: Visit, dana: Access) -> Client:
    return visit(dana)


def person(access: Access, ref: str) -> Person:
    return access.of(Person).get(external_id=ref)


def way(borealis: Account, one: Person) -> str:
    return f"/customers/{borealis.pk}/people/{one.pk}"


def test_a_stakeholder_is_described_by_hand_and_every_word_is_kept(
    client: Client, access: Access, borealis: Account
) -> None:
    ann = person(access, "ann")
    page = text(client.get(f"/customers/{borealis.pk}/people").content)
    assert "Ann Ames" in page
    assert "champion" in page
    answer = client.post(
        f"{way(borealis, ann)}/stakeholder",
        {"part": "sponsor", "influence": "high", "stance": "", "relation": "", "left_on": ""},
        follow=True,
    )
    words = text(answer.content)
    assert "Kept, by hand." in words
    assert "part sponsor dana@example.test, by hand" in words
    assert "champion (a file)" in words
    assert "influence high dana@example.test, by hand" in words
    refused = client.post(f"{way(borealis, ann)}/stakeholder", {"left_on": "soon"}, follow=True)
    assert "Not kept: the day they left is written like 2026-04-03." in text(refused.content)
    answer = client.post(
        f"{way(borealis, ann)}/set", {"field": "other", "other": "floor", "value": "3"}, follow=True
    )
    assert "floor 3" in text(answer.content)
    assert client.get(f"/customers/{borealis.pk}/people/nobody").status_code == 404


def test_what_somebody_allows_is_kept_with_who_said_so(
    client: Client, access: Access, borealis: Account
) -> None:
    ann = person(access, "ann")
    assert "Surveys questions about how it is for them nothing said: not sent until they agree" in text(
        client.get(way(borealis, ann)).content
    )
    answer = client.post(f"{way(borealis, ann)}/allow", {"purpose": "surveys", "given": "1"}, follow=True)
    assert "given just now , dana@example.test, by hand" in text(answer.content)
    answer = client.post(f"{way(borealis, ann)}/allow", {"purpose": "surveys"}, follow=True)
    assert "withdrawn just now" in text(answer.content)
    assert "Every word, 2" in text(answer.content)
    refused = client.post(f"{way(borealis, ann)}/allow", {"purpose": "spam"}, follow=True)
    assert "Not kept: choose product, surveys, marketing" in text(refused.content)


def test_a_merged_person_is_shown_as_was_chosen_and_found_under_both_addresses(
    client: Client, access: Access, borealis: Account
) -> None:
    row = PersonRow("ann-2", name="Anne Amesbury", role="buyer", account_id=borealis.external_id)
    upsert_people(access.workspace, [row])
    ann, again = person(access, "ann"), person(access, "ann-2")
    role = ann.role
    merging.merge(access, "person", ann.pk, again.pk, ["role"])
    words = text(client.get(way(borealis, again), follow=True).content)
    assert "id ann buyer" in words
    assert "name Ann Ames a file" in words
    assert "Anne Amesbury (a file)" in words
    assert f"{role} (a file)" in words
    assert f"kept={ann.pk}" in client.get(way(borealis, ann)).content.decode()


def test_who_may_only_look_changes_nothing(
    visit: Visit, vic: Access, access: Access, borealis: Account
) -> None:
    ann = person(access, "ann")
    client = visit(vic)
    assert "Merge with" not in client.get(way(borealis, ann)).content.decode()
    for what in ("stakeholder", "set", "allow"):
        assert client.post(f"{way(borealis, ann)}/{what}").status_code == 403


def test_a_champion_who_left_is_on_today_until_another_is_there(access: Access, borealis: Account) -> None:
    def causes() -> set[str]:
        health.refresh(access.workspace)
        warnings.refresh(access.workspace)
        return {one.cause for one in queries.of_account(access, borealis.pk, today())}

    assert {"champion_gone", "single_threaded"} <= causes(), (
        "Ann was last seen 41 days ago; only Tor is active"
    )
    upsert_people(access.workspace, [PersonRow("tor", part="champion")])
    assert "champion_gone" not in causes()
    upsert_people(access.workspace, [PersonRow("tor", left_on=today().isoformat())])
    assert "champion_gone" in causes()
    found = queries.of_account(access, borealis.pk, today())
    (warning,) = (one for one in found if one.cause == "champion_gone")
    assert "Tor Berg, their champion, left" in warning.says


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_overflows_and_axe_is_content(
    open_page: OpenPage, dana: Access, access: Access, borealis: Account, theme: str
) -> None:
    path = way(borealis, person(access, "ann"))
    for one in (path, f"/customers/{borealis.pk}/people"):
        for size in (DESKTOP, PHONE):
            page = open_page(one, dana, theme=theme, size=size)
            expect(page.locator("h1")).to_be_visible()
            assert sideways_scroll(page) == 0, one
            assert axe_violations(page) == [], one
            page.context.close()
