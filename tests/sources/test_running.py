"""An import goes on where it was interrupted, counts every row once, and can be left and come back to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace

import duckdb
import pytest
from django.http import Http404

from tenure.accounts.models import Account
from tenure.events import views
from tenure.kit import home, outbox
from tenure.kit.facts import ImportRequested, RecordsChanged
from tenure.sources import actions, queries
from tenure.sources.imports import engine, preview, run_import
from tenure.sources.imports.files import FileProblem
from tenure.sources.imports.kinds import KINDS
from tenure.sources.imports.options import Options
from tenure.sources.models import ImportRun
from tests.sources.conftest import counts

ROWS = 50


@pytest.fixture
def small_batches(monkeypatch):
    """Batches of ten rows, so that fifty make five."""
    for kind in list(KINDS):
        monkeypatch.setitem(KINDS._items, kind.name, replace(kind, batch_rows=10))


def accounts(number: int) -> str:
    return "account_id,name\n" + "".join(f"a{n},Account {n}\n" for n in range(number))


def events(number: int) -> str:
    head = "timestamp,account_id,person_id,event\n"
    return head + "".join(f"2026-03-{n % 28 + 1:02d}T10:00:00Z,a{n % 7},p{n % 9},e\n" for n in range(number))


class Stopped(Exception):
    """The process was killed here."""


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize(("kind", "text"), [("accounts", accounts(ROWS)), ("events", events(ROWS))])
@pytest.mark.parametrize("after", [10, 30, 50])
def test_an_interrupted_run_goes_on_and_counts_every_row_once(access, write, kind, text, after):
    run = actions.draft_of(access, kind, write(text), Options())
    run.save()

    def stop(done: int, total: int) -> None:
        if done == after:
            raise Stopped

    with pytest.raises(Stopped):
        run_import(run.pk, stop)
    assert ImportRun.objects.get(pk=run.pk).rows_read == after
    assert counts(run_import(run.pk)) == (ROWS, 0, 0, 0)
    assert run_import(run.pk).rows_added == ROWS


@pytest.mark.usefixtures("small_batches")
def test_a_batch_of_events_that_was_written_but_not_counted_is_counted_once(access, write, monkeypatch):
    from tenure.sources.imports import running

    run = actions.draft_of(access, "events", write(events(ROWS)), Options())
    run.save()
    count = running._count

    def die_before_counting(run, batch, written):
        if batch.last == 30:
            raise Stopped
        count(run, batch, written)

    with monkeypatch.context() as patch:
        patch.setattr(running, "_count", die_before_counting)
        with pytest.raises(Stopped):
            run_import(run.pk)
    assert counts(run_import(run.pk)) == (ROWS, 0, 0, 0)
    with views.connect(access.workspace) as lake:
        assert lake.execute("select count(*), count(distinct message_id) from raw_events").fetchall() == [
            (ROWS, ROWS)
        ]


@pytest.mark.usefixtures("small_batches")
def test_of_two_that_run_the_same_import_one_goes_on(access, write):
    run = actions.draft_of(access, "accounts", write(accounts(ROWS)), Options())
    run.save()

    def meanwhile(done: int, total: int) -> None:
        if done == 20:
            run_import(run.pk)

    run_import(run.pk, meanwhile)
    assert counts(ImportRun.objects.get(pk=run.pk)) == (ROWS, 0, 0, 0)


@pytest.mark.usefixtures("small_batches")
def test_progress_is_told_batch_by_batch(access, write):
    seen: list[tuple[int, int]] = []
    actions.import_file(access, "accounts", write(accounts(ROWS)), Options(), lambda *at: seen.append(at))
    assert seen == [(at, ROWS) for at in (*range(10, ROWS, 10), ROWS)]


def test_an_upload_is_a_draft_then_asked_for_then_run(access, write):
    run = actions.upload(access, "../../etc/my customers.csv", [b"account_id,", b"Firm\na,Acme\n"])
    assert run.filename == "my customers.csv"
    assert run.path == str(home.uploads() / run.pk / "upload")
    actions.choose(access, run.pk, "accounts", Options({"name": "Firm"}))
    assert preview(ImportRun.objects.get(pk=run.pk)).would.added == 1
    assert not access.of(Account).exists()
    actions.request_import(access, run.pk)
    [asked] = [one.fact for one in outbox.read("test") if isinstance(one.fact, ImportRequested)]
    assert asked.run_id == run.pk
    assert counts(run_import(asked.run_id)) == (1, 0, 0, 0)
    assert access.of(Account).get().name == "Acme"
    assert not (home.uploads() / run.pk / "upload").exists()
    with pytest.raises(Http404):
        actions.request_import(access, run.pk)


def test_a_draft_can_be_thrown_away_with_its_file(access):
    run = actions.upload(access, "x.csv", [b"account_id\na\n"])
    actions.discard(access, run.pk)
    assert not (home.uploads() / run.pk).exists()
    assert queries.recent_runs(access) == []


def test_the_kind_of_an_upload_is_guessed_from_its_columns(access):
    for header, kind in (
        ("customerID,gender,tenure,MonthlyCharges,Churn", "subscriptions"),
        ("user_id,session_id,event,timestamp,platform", "events"),
        ("id,company,domain,csm", "accounts"),
        ("user_id,email,full name,account", "people"),
        ("submitted at,customer,respondent,nps score,verbatim", "responses"),
    ):
        assert actions.upload(access, "x.csv", [f"{header}\n".encode()]).kind == kind


def test_an_upload_that_cannot_be_read_is_not_kept(access):
    with pytest.raises(FileProblem, match="save it as CSV"):
        actions.upload(access, "x.xlsx", [b"PK\x03\x04"])
    assert not list(home.uploads().iterdir())
    assert queries.recent_runs(access) == []


class TestPreview:
    def test_the_first_rows_of_a_large_file_are_enough_for_a_page(self, look, access, write):
        run = actions.draft_of(access, "accounts", write(accounts(500)), Options())
        found = preview(run, most=100)
        assert (found.total, found.is_whole, found.would.added) == (100, False, 100)
        assert preview(run, most=500).is_whole

    def test_it_says_what_would_happen_and_does_none_of_it(self, access, load, look):
        load("accounts", accounts(3))
        told = len(outbox.read("test"))
        found = look("accounts", accounts(5) + ",nameless\n" + "a1,Account 1\n")
        assert (found.would.added, found.would.changed, found.would.same, found.rejected) == (2, 0, 4, 1)
        assert found.rows[0] == {"account_id": "a0", "name": "Account 0"} | dict.fromkeys(
            ("domain", "parent_id", "owner", "segment")
        )
        assert found.shown == ("account_id", "name")
        assert access.of(Account).count() == 3
        assert len(outbox.read("test")) == told

    @pytest.mark.parametrize("kind", ["subscriptions", "responses", "people"])
    def test_every_record_kind_is_tried_and_taken_back(self, access, look, kind):
        text = {
            "subscriptions": "account_id,amount,start\nacme,5,2026-01-01\n",
            "responses": "timestamp,account_id,survey,score\n2026-01-01,acme,nps,9\n",
            "people": "person_id,account_id\nann,acme\n",
        }[kind]
        assert look(kind, text).would.added == 1
        assert not access.of(Account).exists()
        assert not [one for one in outbox.read("test") if isinstance(one.fact, RecordsChanged)]

    def test_events_are_counted_against_the_lake(self, access, load, look):
        load("events", events(20))
        found = look("events", events(30))
        assert (found.would.added, found.would.same) == (10, 20)

    def test_a_file_that_cannot_be_imported_as_it_is_still_shows_its_columns(self, look):
        found = look("subscriptions", "customer,fee paid\nacme,5\n")
        assert "has no column for amount" in found.problem
        assert found.names == ("customer", "fee paid")
        assert {one.ours: one.theirs for one in found.columns}["account_id"] == "customer"


KILLED = """
import django, sys
django.setup()
from tenure.sources.imports import run_import
run_import(sys.argv[1], lambda done, total: print(done, flush=True))
"""


@pytest.mark.slow
def test_killed_with_nine_in_the_middle_and_run_again_nothing_is_lost_or_doubled(access, write):
    run = actions.draft_of(access, "accounts", write(accounts(9000)), Options())
    run.save()
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, run.pk],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": "src"},
    )
    assert process.stdout is not None
    process.stdout.readline()  # the first batch is in
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert counts(run_import(run.pk)) == (9000, 0, 0, 0)
    assert access.of(Account).count() == 9000


def test_files_that_are_checked_at_once_do_not_see_each_other():
    with engine.connection() as one, engine.connection() as other:
        one.execute("create temp table given as select 1 as ordinal")
        with pytest.raises(duckdb.CatalogException):
            other.execute("select * from given")
        other.execute("create temp table given as select 2 as ordinal")
        assert one.execute("select ordinal from given").fetchall() == [(1,)]
    with engine.connection() as later, pytest.raises(duckdb.CatalogException):
        later.execute("select * from given")
