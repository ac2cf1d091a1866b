"""Many rows at once leave what one after the other would: the index of words, and what undoing goes by."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.models import Q

from tenure.desk import search
from tenure.desk.models import SearchEntry
from tenure.kit import by_sets
from tenure.sources.actions import undo_import
from tenure.sources.imports import journal
from tenure.sources.imports.packing import unpack
from tenure.sources.models import ImportAdded, ImportChange
from tests import cast

ACCOUNTS = "account_id,name,domain,parent_id,seats\nhold,Holding,,,1\nacme,Acme,acme.example,hold,0.5\n"
AGAIN = "account_id,name,domain,parent_id,seats\nacme,Acme Inc,acme.example,hold,0.5\ndune,Dune,,acme,7\n"
PEOPLE = "person_id,email,name,account_id\nann,ann@acme.example,Ann,\nbo,bo@else.example,Bo,hold\nbo2,,Bo,\n"
FILES = (("people", PEOPLE), ("accounts", ACCOUNTS), ("accounts", AGAIN), ("people", PEOPLE))


@pytest.fixture
def one_by_one(db, monkeypatch):
    """Every row by triggers, as where only few are written."""
    recording = journal.recording

    def turn(on: bool) -> None:
        monkeypatch.setattr(by_sets, "_SETTLED", [] if on else list(settled))
        monkeypatch.setattr(journal, "recording", lambda run, by_sets: recording(run, by_sets=not on))

    settled = by_sets._SETTLED
    return turn


def entries(access):
    rows = access.of(SearchEntry).values_list("kind", "title", "words", "account__name")
    return sorted(tuple(one or "" for one in row) for row in rows)


def kept(access, runs):
    """What is kept of each run: table, whether it was added, whether only confirmed."""
    told = [
        *access.of(ImportChange)
        .annotate(added=Q(before=None))
        .values_list("run", "table", "added", "is_same"),
        *(
            (one.run_id, one.table, True, False)
            for one in access.of(ImportAdded)
            for _ in next(iter(unpack(one.rows).values()))
        ),
    ]
    places = {run.pk: place for place, run in enumerate(runs)}
    return sorted((places[run], *map(str, rest)) for run, *rest in told)


def test_sets_and_single_rows_leave_the_same(load_into, one_by_one):
    found = []
    for is_single in (True, False):
        one_by_one(is_single)
        access = cast.workspace("Single" if is_single else "Many")
        runs = [load_into(access, kind, text) for kind, text in FILES]
        found.append((entries(access), kept(access, runs), [run.says for run in runs]))
        assert access.of(ImportAdded).exists() is not is_single
        assert [hit.title for hit in search.find(access, "acme in", "account", 5)] == ["Acme Inc"]
        assert [hit.title for hit in search.find(access, "ann", "person", 5)] == ["Ann"]
        for run in reversed(runs):
            assert undo_import(access, run.pk).left == []
        assert entries(access) == []
        assert not access.of(ImportAdded).exists()
        assert not access.of(ImportChange).exists()
    assert found[0] == found[1]
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO search (search, rank) VALUES ('integrity-check', 1)")


def test_a_transaction_that_fails_leaves_the_index_open_to_all(load_into, access):
    with pytest.raises(RuntimeError), by_sets.many():
        raise RuntimeError
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM search_held")
        assert cursor.fetchone() == (0,)
