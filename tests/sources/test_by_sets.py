"""Many rows at once leave what one after the other would: the index of words, and what undoing goes by."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.models import Q

from tenure.desk import search
from tenure.desk.models import SearchEntry
from tenure.kit import by_sets, clock
from tenure.sources.actions import undo_import
from tenure.sources.imports import journal
from tenure.sources.imports.packing import unpack
from tenure.sources.models import ImportAdded, ImportChange, ImportRun
from tests import cast
from tests.sources.single import row_by_row

ACCOUNTS = "account_id,name,domain,parent_id,seats\nhold,Holding,,,1\nacme,Acme,acme.example,hold,0.5\n"
AGAIN = "account_id,name,domain,parent_id,seats\nacme,Acme Inc,acme.example,hold,0.5\ndune,Dune,,acme,7\n"
PEOPLE = "person_id,email,name,account_id\nann,ann@acme.example,Ann,\nbo,bo@else.example,Bo,hold\nbo2,,Bo,\n"
MORE = (
    ("accounts", "account_id,name,domain,Employees\nacme,Äcme,acme.example,1.50\ndune,Dune,,7\n"),
    (
        "people",
        "person_id,email,account_id,left_on,consent_surveys\nann,,acme,2026-01-31,yes\n",
    ),
    ("subscriptions", "subscription_id,account_id,amount,interval,start\ns1,acme,9.99,month,2025-01-01\n"),
    ("deals", "deal_id,account_id,amount,created_at\nd1,acme,0.125,2025-01-01T10:00:00Z\n"),
    ("costs", "date,account_id,category,amount\n2025-01-01,acme,hours,2.5\n2025-01-02,,credit,7\n"),
    ("rates", "date,currency,rate\n2025-01-01,EUR,1.0834567890\n"),
    ("tickets", "ticket_id,account_id,created_at,handle_minutes\nt1,acme,2025-01-01,12.5\n"),
    (
        "goals",
        "goal_id,account_id,title,start_value,target_value,value,measured_on\ng1,acme,More,0,100,0.1,2025-01-01\n",
    ),
    ("responses", "account_id,person_id,survey,score,timestamp\nacme,bo,nps,9,2025-01-01\n"),
    ("notes", "account_id,text,timestamp\nacme,They said,2025-01-01\n"),
)
# The same files, some of whose rows say something else by now.
LATER = (
    (
        "subscriptions",
        "subscription_id,account_id,amount,interval,start\n"
        "s1,acme,19,month,2025-01-01\ns2,dune,5,year,2025-02-01\n",
    ),
    (
        "deals",
        "deal_id,account_id,amount,created_at,won,closed_at\nd1,acme,7,2025-01-01T10:00:00Z,yes,2025-02-01\n",
    ),
    ("costs", "date,account_id,category,amount\n2025-01-01,acme,hours,2.5\n2025-01-03,,credit,7\n"),
    ("rates", "date,currency,rate\n2025-01-01,EUR,1.1\n"),
    (
        "tickets",
        "ticket_id,account_id,created_at,solved_at\nt1,acme,2025-01-01,2025-01-09\nt2,acme,2025-01-02,\n",
    ),
    (
        "goals",
        "goal_id,account_id,title,start_value,target_value,value,measured_on\n"
        "g1,acme,More,0,100,0.1,2025-01-01\ng1,acme,More,0,100,9,2025-02-01\n",
    ),
    (
        "responses",
        "account_id,person_id,survey,score,timestamp\nacme,bo,nps,3,2025-01-01\nacme,cy,nps,9,2025-01-01\n",
    ),
    ("notes", "account_id,text,timestamp\nacme,They said,2025-01-01\nacme,They say,2025-01-02\n"),
)
FILES = (
    ("people", PEOPLE),
    ("accounts", ACCOUNTS),
    ("accounts", AGAIN),
    ("people", PEOPLE),
    *MORE[2:],
    *LATER,
)


@pytest.fixture
def one_by_one(db, monkeypatch):
    """Every row by triggers, as where only few are written."""
    recording = journal.recording

    def turn(on: bool) -> None:
        if on:
            row_by_row(monkeypatch)
        monkeypatch.setattr(by_sets, "_SETTLED", [] if on else list(settled))
        monkeypatch.setattr(journal, "recording", lambda run, by_sets: recording(run, by_sets=not on))

    settled = by_sets._SETTLED
    return turn


def entries(access):
    rows = access.of(SearchEntry).values_list("kind", "title", "words", "account__name")
    return sorted(tuple(one or "" for one in row) for row in rows)


def dangling():
    """Rows that refer to nobody, entries of nobody's among them."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA foreign_key_check")
        found = cursor.fetchall()
        cursor.execute(
            "SELECT kind, record FROM search_entry WHERE workspace_id NOT IN (SELECT id FROM "
            "workspaces_workspace) OR account_id NOT IN (SELECT id FROM account)"
        )
        return found + cursor.fetchall()


def kept(access, runs):
    """What is kept of each run: table, row, whether it was added, whether only confirmed.

    A row that was added is so even where other rows of its batch were confirmed, and it with them.
    """
    told = {
        (run, table, row_id): (added, is_same)
        for run, table, row_id, added, is_same in access.of(ImportChange)
        .annotate(added=Q(before=None))
        .values_list("run", "table", "row_id", "added", "is_same")
    }
    for one in access.of(ImportAdded).order_by("is_same"):
        ids = next(iter(unpack(one.rows).values()))
        rows = {(one.run_id, one.table, str(row_id)): (True, one.is_same) for row_id in ids}
        told = rows | told if one.is_same else told | rows
    places = {run.pk: place for place, run in enumerate(runs)}
    return sorted((places[run], table, *map(str, how)) for (run, table, _), how in told.items())


def test_sets_and_single_rows_leave_the_same(load_into, one_by_one):
    found = []
    for is_single in (False, True):
        one_by_one(is_single)
        access = cast.workspace("Single" if is_single else "Many")
        runs = [load_into(access, kind, text) for kind, text in FILES]
        found.append((entries(access), kept(access, runs), [run.says for run in runs]))
        assert access.of(ImportAdded).filter(is_same=False).exists() is not is_single
        assert [hit.title for hit in search.find(access, "acme in", "account", 5)] == ["Acme Inc"]
        assert [hit.title for hit in search.find(access, "ann", "person", 5)] == ["Ann"]
        assert dangling() == []
        for run in reversed(runs):
            assert undo_import(access, run.pk).left == []
        assert entries(access) == dangling() == []
        assert not access.of(ImportAdded).exists()
        assert not access.of(ImportChange).exists()
    assert found[0] == found[1]
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO search (search, rank) VALUES ('integrity-check', 1)")


def test_what_was_added_is_told_as_it_was_written(load, access):
    """Kept by columns as they went in, read as rows of the table: the digests have to agree."""
    for kind, text in MORE:
        assert load(kind, text).rows_rejected == 0
    added = {one.table for one in access.of(ImportAdded)}
    access.of(ImportRun).update(undone_at=clock.now())
    journal.tell_additions(access.workspace)
    told = {(one.table, one.row_id): one.after for one in access.of(ImportChange)}
    models = {model._meta.db_table: model for model in journal.tables() if model._meta.db_table in added}
    with connection.cursor() as cursor:
        for table, model in models.items():
            cursor.execute(
                f"SELECT CAST({model._meta.pk.column} AS TEXT), md5({journal.image(model, 'one')}) "
                f"FROM {table} one"
            )
            for row_id, digest in cursor.fetchall():
                assert told.pop((table, row_id)) == digest
    assert added > {"account", "person", "term", "deal", "cost", "rate", "ticket_version", "consent"}
    assert told == {}


def test_a_transaction_that_fails_leaves_the_index_open_to_all(load_into, access):
    with pytest.raises(RuntimeError), by_sets.many():
        raise RuntimeError
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM search_held")
        assert cursor.fetchone() == (0,)
