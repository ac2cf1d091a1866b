"""The palette finds what is ones own, by any of its names, and only what one may do."""

from __future__ import annotations

import pytest

from tenure.accounts.models import Account, Person
from tenure.web.queries import palette
from tenure.web.queries.palette import MOST, MOST_OF_A_KIND
from tenure.workspaces.access import Access
from tests.web.conftest import Visit


@pytest.fixture
def customers(access: Access, neighbour: Access) -> None:
    def add(where: Access, ref: str, name: str, domain: str = "") -> Account:
        return Account.objects.create(workspace=where.workspace, external_id=ref, name=name, domain=domain)

    acme = add(access, "c-17", "Acme", "acme.test")
    add(access, "c-18", "New Acme Holding")
    add(access, "c-19", "100% Organic_Ltd")
    theirs = add(neighbour, "c-17", "Acme of the neighbour")
    Person.objects.create(
        workspace=access.workspace, external_id="p1", name="Ann Ames", email="ann@acme.test", account=acme
    )
    Person.objects.create(
        workspace=access.workspace, external_id="p2", name="Ann Loose", email="ann@loose.test"
    )
    Person.objects.create(workspace=neighbour.workspace, external_id="p3", name="Ann Other", account=theirs)


def found(access: Access, words: str) -> list[str]:
    return [hit.title for hit in palette.find(access, words) if hit.group in ("Customers", "People")]


@pytest.mark.usefixtures("customers")
@pytest.mark.parametrize(
    ("words", "titles"),
    [
        ("acme", ["Acme", "New Acme Holding", "Ann Ames"]),
        ("  ACME ", ["Acme", "New Acme Holding", "Ann Ames"]),
        ("c-17", ["Acme"]),
        ("acme.te", ["Acme", "Ann Ames"]),
        ("ann", ["Ann Ames"]),
        ("ann@ac", ["Ann Ames"]),
        ("%", []),
        ("100% org", ["100% Organic_Ltd"]),
        ("' OR 2=2 --", []),
    ],
)
def test_what_is_found(dana: Access, words: str, titles: list[str]) -> None:
    assert found(dana, words) == titles


@pytest.mark.usefixtures("customers")
def test_people_lead_to_their_customer(dana: Access) -> None:
    ann, everything = palette.find(dana, "Ann A")
    assert everything.href == "/search?q=Ann+A"
    acme = Account.objects.get(workspace=dana.workspace, name="Acme")
    assert (ann.href, ann.sub) == (f"/customers/{acme.pk}", "Acme")


def test_nothing_typed_gives_pages_and_deeds_by_role(dana: Access, olga: Access, vic: Access) -> None:
    deeds = {
        who: {hit.title for hit in palette.find(who, "") if hit.group == "Do"} for who in (olga, dana, vic)
    }
    assert {"Create a write key", "Invite a colleague"} <= deeds[olga]
    assert not {"Create a write key", "Invite a colleague"} & deeds[dana]
    assert "Import a file" not in deeds[vic]
    assert "Sign out" in deeds[vic]
    assert "Settings" in {hit.title for hit in palette.find(vic, "sett")}
    assert [hit.title for hit in palette.find(olga, "token")] == ["Create a write key"]


def test_it_never_lists_more_than_twenty_and_asks_few_questions(
    dana: Access, django_assert_max_num_queries: pytest.FixtureRequest
) -> None:
    for kind in ("a", "b", "c"):
        Account.objects.bulk_create(
            Account(workspace=dana.workspace, external_id=f"{kind}{number}", name=f"Settings {kind} {number}")
            for number in range(30)
        )
    with django_assert_max_num_queries(6):  # type: ignore[operator]
        hits = palette.find(dana, "s")
    assert len(hits) <= MOST
    assert sum(hit.group == "Customers" for hit in hits) == MOST_OF_A_KIND


@pytest.mark.usefixtures("customers")
def test_the_page_works_without_scripts_and_the_part_within_them(dana: Access, visit: Visit) -> None:
    whole = visit(dana).get("/palette", {"q": "acme"})
    assert '<a class="hit" href="/customers/' in whole.text
    part = visit(dana).get("/palette", {"q": "<script>"}, headers={"HX-Request": "true"})
    assert "<html" not in part.text
    assert "Nothing is called “&lt;script&gt;”" in part.text
