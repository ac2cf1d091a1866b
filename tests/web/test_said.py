"""Who says what of a customer, on a page or in the drawer; of a neighbour's nothing."""

from __future__ import annotations

import pytest

from tenure.accounts import actions, statements
from tenure.accounts.actions import AccountRow
from tenure.accounts.models import Account
from tenure.workspaces.access import Access
from tests.browser import PHONE, OpenPage, axe_violations, sideways_scroll
from tests.web.conftest import Visit
from tests.web.reading import text


def told(access: Access) -> Account:
    """The product and a file tell of Acme; Olga gives it an owner."""
    actions.upsert_accounts(
        access.workspace, [AccountRow("acme", "acme <b>", attributes={"plan": "free"})], statements.SDK
    )
    actions.upsert_accounts(
        access.workspace, [AccountRow("acme", "Acme", owner="dana", attributes={"plan": "Team"})]
    )
    row = access.of(Account).get(external_id="acme")
    Account.objects.filter(pk=row.pk).update(owner="olga")
    statements.note_by_hand(access.workspace, [row.pk], ["owner"], "olga@example.test")
    return row


def test_all_words_and_whose_counts(visit: Visit, dana: Access) -> None:
    row = told(dana)
    page = visit(dana).get(f"/explain/said/{row.pk}")
    words = text(page.content)
    assert "name Acme a file just now name, too acme <b> the product (SDK) just now" in words
    assert "plan Team a file just now plan, too free the product (SDK) just now" in words
    assert "owner olga olga@example.test, by hand" in words
    assert "Owners over time olga from" in words
    assert "acme <b>" not in page.content.decode()
    assert f"/explain/said/{row.pk}" in visit(dana).get(f"/customers/{row.pk}").content.decode()


def test_how_what_is_shown_changed(visit: Visit, dana: Access) -> None:
    row = told(dana)
    assert "How it changed name Acme, before acme <b> a file today" in text(
        visit(dana).get(f"/explain/said/{row.pk}").content
    )
    visit(dana).post(f"/explain/said/{row.pk}/set", {"field": ".plan", "value": "Large"})
    words = text(visit(dana).get(f"/explain/said/{row.pk}").content)
    assert "plan Large, before Team dana@example.test, by hand today" in words
    assert "plan Team, before free a file today" in words


def test_of_whom_nobody_told_and_of_strangers(visit: Visit, dana: Access, neighbour: Access) -> None:
    bare = Account.objects.create(workspace=dana.workspace, external_id="new", name="New")
    assert "No source has told of it yet" in text(visit(dana).get(f"/explain/said/{bare.pk}").content)
    theirs = f"/explain/said/{told(neighbour).pk}"
    assert visit(dana).get(theirs).status_code == 404
    assert visit(dana).post(f"{theirs}/set", {"field": "name", "value": "x"}).status_code == 404


def test_dana_sets_a_field_and_a_viewer_does_not(visit: Visit, dana: Access, vic: Access) -> None:
    row = told(dana)
    address = f"/explain/said/{row.pk}/set"
    visit(dana).post(address, {"field": ".plan", "value": "Large"})
    visit(dana).post(address, {"field": "other", "other": "city", "value": "Bergen"})
    words = text(visit(dana).get(f"/explain/said/{row.pk}").content)
    assert "plan Large dana@example.test, by hand just now plan, too Team a file" in words
    assert "city Bergen dana@example.test, by hand" in words
    wrong = visit(dana).post(address, {"field": "domain", "value": "no domain"}, follow=True)
    assert "Not set: a domain looks like acme.example." in text(wrong.content)
    assert "Not set: set name, domain" in text(
        visit(dana).post(address, {"field": "pk"}, follow=True).content
    )
    assert visit(vic).post(address, {"field": "name", "value": "x"}).status_code == 403
    assert "Set by hand" not in text(visit(vic).get(f"/explain/said/{row.pk}").content)


@pytest.mark.browser
def test_it_is_usable_by_all(open_page: OpenPage, dana: Access) -> None:
    page = open_page(f"/explain/said/{told(dana).pk}", dana, theme="dark", size=PHONE)
    assert axe_violations(page) == []
    assert sideways_scroll(page) == 0
