"""Search: by the beginnings of words, kept in step whoever writes, of one workspace only."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenure.accounts.actions import AccountRow, PersonRow, upsert_accounts, upsert_people
from tenure.accounts.models import Account, Person
from tenure.cli import search as _command  # noqa: F401  # it adds itself to the app
from tenure.desk import index, search
from tenure.desk.models import SearchEntry
from tenure.events.models import EventName
from tenure.kit import clock
from tenure.touchpoints import actions as touchpoints
from tenure.workspaces.access import Access
from tenure.workspaces.roles import Role
from tests import cast
from tests.cli.test_import import run


@pytest.fixture
def acme(access: Access, neighbour: Access) -> Account:
    for where in (access, neighbour):
        rows = [
            AccountRow("c-17", "Acme", "acme.example"),
            AccountRow("c-18", "New Acme Holding"),
            AccountRow("c-19", "Société Générale"),
        ]
        upsert_accounts(where.workspace, rows)
        upsert_people(
            where.workspace,
            [
                PersonRow("p1", "ann@acme.example", "Ann Ames", "c-17", "champion"),
                PersonRow("p2", "ann@loose.example", "Ann Loose"),
            ],
        )
    return access.of(Account).get(external_id="c-17")


def found(access: Access, text: str, kind: str = SearchEntry.ACCOUNT) -> list[str]:
    return [hit.title for hit in search.find(access, text, kind, 10)]


@pytest.mark.usefixtures("acme")
@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("acme", ["Acme", "New Acme Holding"]),
        ("  AC ", ["Acme", "New Acme Holding"]),
        ("hold acm", ["New Acme Holding"]),
        ("c-17", ["Acme"]),
        ("acme.exa", ["Acme"]),
        ("societe gen", ["Société Générale"]),
        ("cme", []),
        ("%", []),
        ('"', []),
        ("' OR 1=1 --", []),
        ("acme NOT new", []),
        ("scope:acme", []),
        ("title : acme*", []),
        ("\0", []),
        ("", []),
    ],
)
def test_customers_are_found_by_how_their_words_begin(access: Access, text: str, titles: list[str]) -> None:
    assert found(access, text) == titles
    ours = access.of(Account).filter(search.accounts(access, text)).order_by("name")
    assert [row.name for row in ours] == sorted(titles)


@pytest.mark.usefixtures("acme")
def test_people_by_name_address_and_role_if_they_belong_to_a_customer(access: Access) -> None:
    for text in ("ann", "ann@ac", "champ"):
        (hit,) = search.find(access, text, SearchEntry.PERSON, 10)
        assert (hit.title, hit.account) == ("Ann Ames", "Acme")


def test_notes_are_quoted_around_what_was_found(access: Access, acme: Account) -> None:
    touchpoints.write_note(
        access, acme.pk, f"{'Long talk. ' * 30}They will move to the ORCHID plan. {'More. ' * 60}"
    )
    (hit,) = search.find(access, "orchid", SearchEntry.NOTE, 10)
    assert hit.says.startswith("…")
    assert "move to the ORCHID plan" in hit.says
    assert len(hit.says) < 200


def test_the_index_follows_every_write(access: Access, acme: Account) -> None:
    upsert_accounts(access.workspace, [AccountRow("c-17", "Borealis")])
    assert found(access, "bor") == ["Borealis"]
    assert set(found(access, "acme")) == {"New Acme Holding", "Borealis"}  # by its domain
    Person.objects.filter(name="Ann Loose", workspace=access.workspace).update(account=acme)
    assert found(access, "loose", SearchEntry.PERSON) == ["Ann Loose"]
    note = touchpoints.write_note(access, acme.pk, "Orchid.")
    touchpoints.remove_note(access, note.pk)
    assert found(access, "orchid", SearchEntry.NOTE) == []
    touchpoints.restore_note(access, note.pk)
    assert len(found(access, "orchid", SearchEntry.NOTE)) == 1
    gone = acme.pk
    acme.delete()  # with its notes; its people stay, of nobody
    assert found(access, "bor") == found(access, "orchid", SearchEntry.NOTE) == []
    assert found(access, "ames", SearchEntry.PERSON) == []
    assert not SearchEntry.objects.filter(account_id=gone).exists()


def test_an_index_that_lost_its_triggers_or_is_another_is_made_anew(access: Access, acme: Account) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER search_account_other")
    Account.objects.filter(pk=acme.pk).update(name="Cinder")
    assert found(access, "cinder") == []
    index.ensure()
    assert found(access, "cinder") == ["Cinder"]
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE search")
        cursor.execute("CREATE VIRTUAL TABLE search USING fts5(scope, title, words)")  # as it once was
    assert found(access, "acme exa") == []
    index.ensure()
    assert found(access, "acme exa") == ["Cinder"]
    entries = SearchEntry.objects.count()
    index.ensure()
    assert index.rebuild() == entries


def test_a_neighbour_is_never_found(access: Access, neighbour: Access, acme: Account) -> None:
    upsert_accounts(neighbour.workspace, [AccountRow("o-1", "Otherco")])
    assert found(access, "otherco") == []
    assert {hit.account_id for hit in search.find(access, "acme", SearchEntry.ACCOUNT, 10)} <= set(
        access.of(Account).values_list("pk", flat=True)
    )


def test_events_are_found_by_name_and_description_of_those_who_see_everybody(access: Access) -> None:
    now = clock.now()
    seen = {"first_seen": now, "last_seen": now, "last_day": now.date(), "workspace": access.workspace}
    row = EventName.objects.create(kind="track", event="Report exported", description="as a PDF", **seen)
    (hit,) = search.find(access, "repo exp", SearchEntry.EVENT, 10)
    assert (hit.kind, hit.title, hit.record, hit.account_id) == ("event", "Report exported", str(row.pk), "")
    assert found(access, "pdf", SearchEntry.EVENT) == ["Report exported"]
    EventName.objects.filter(pk=row.pk).update(description="as a sheet", events=7)
    assert found(access, "pdf", SearchEntry.EVENT) == []
    dana = cast.member(access, "Dana", Role.MANAGER, sees_all=False)
    assert found(dana, "report", SearchEntry.EVENT) == []
    row.delete()
    assert found(access, "report", SearchEntry.EVENT) == []


def test_the_index_is_made_anew_by_a_command(access: Access, acme: Account) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM search_entry")
    assert found(access, "acme") == []
    assert "8 entries in the search index." in run("search", "rebuild")
    assert found(access, "acme") == ["Acme", "New Acme Holding"]
    said = run("search", "new", "ac", "--workspace", access.workspace.name)
    assert "New Acme Holding" in said
    assert "Nothing is called so." in run("search", "zzz", "--workspace", access.workspace.name)


def test_what_begins_with_a_letter_is_looked_up_in_an_index(access: Access, acme: Account) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert found(access, "a") == ["Acme", "New Acme Holding"]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {asked.captured_queries[0]['sql']}")
        plan = " ".join(str(row) for row in cursor.fetchall())
    assert "search_entry_by_title (workspace_id=? AND kind=? AND" in plan, plan
