"""The Data page: a file is brought in, looked at, imported and mended; what came in wrong is put through."""

from __future__ import annotations

import csv
import json
import re
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tenure.accounts.models import Account
from tenure.events import queries as events
from tenure.events.jobs import run_mending
from tenure.events.models import RejectedEvent
from tenure.jobs.reactions import undo_imports
from tenure.kit import outbox
from tenure.kit.facts import ImportRequested, ImportUndoRequested, MendingRequested
from tenure.revenue.models import Term
from tenure.sources import actions
from tenure.sources.imports import run_import
from tenure.sources.imports.options import Options
from tenure.sources.models import ImportRun, Pickup
from tenure.sources.pickups.actions import fetch_first
from tenure.sources.pickups.fetching import Fetched, Policy

HTMX = {"HX-Request": "true"}
CUSTOMERS = b"Customer ID,Company,Employees\nacme,Acme,120\n,Nobody,1\nborealis,<b>Borealis</b>,80\n"


def bring(client, content: bytes = CUSTOMERS, name: str = "customers.csv") -> str:
    """Upload a file; the address of its preview."""
    answer = client.post(reverse("data-upload"), {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 302, answer.content
    return answer.headers["Location"]


def worker() -> None:
    """What the worker does about imports that were asked for."""
    for one in outbox.read("test"):
        if isinstance(one.fact, ImportRequested):
            run_import(one.fact.run_id)


def draft(access) -> ImportRun:
    return actions.upload(access, "customers.csv", [CUSTOMERS])


def set_aside(access, body: dict[str, object], reason: str = "no_event", position: int = 1) -> RejectedEvent:
    return RejectedEvent.objects.create(
        workspace=access.workspace,
        stream="c0",
        position=position,
        reason=reason,
        says="event: a track call needs the name of what was done",
        body=json.dumps(body),
        received_at=datetime(2026, 3, 1, tzinfo=UTC),
    )


@pytest.fixture
def events_of_ann(access, tmp_path):
    """Two things Ann did at Acme."""
    path = tmp_path / "events.csv"
    rows = ["2026-03-01,acme,ann,Login", "2026-03-02,acme,ann,Report exported"]
    path.write_text("\n".join(["timestamp,account_id,person_id,event", *rows, ""]))
    actions.import_file(access, "events", path, Options())


def test_an_empty_page_says_what_to_do(dana, visit):
    page = visit(dana).get("/data").content.decode()
    assert "Drop a file here" in page
    assert "No files yet" in page
    assert "curl http://testserver/v1/track -u YOUR_WRITE_KEY:" in page
    assert "None: everything that came in could be understood." in page


class TestImports:
    def test_a_file_is_brought_in_looked_at_imported_and_its_rejected_rows_downloaded(
        self, access, dana, visit
    ):
        client = visit(dana)
        where = bring(client)
        preview = client.get(where).content.decode()
        assert "&lt;b&gt;Borealis&lt;/b&gt;" in preview
        assert "<b>Borealis</b>" not in preview
        assert "1 row cannot be taken" in preview
        assert "Customer ID is empty" in preview
        assert '<option value="Company" selected>' in preview
        assert "Import 2 rows" in preview
        assert not access.of(Account).exists()

        started = client.post(f"{where}/start")
        assert started.headers["Location"] == where
        assert "Waiting for its turn" in client.get(where).content.decode()
        worker()
        done = client.get(f"{where}/progress", headers=HTMX).content.decode()
        assert "hx-trigger" not in done
        assert "Rows that could not be taken" in done
        assert sorted(access.of(Account).values_list("name", flat=True)) == ["<b>Borealis</b>", "Acme"]

        download = client.get(f"{where}/rejected.csv")
        assert (
            download.headers["Content-Disposition"]
            == 'attachment; filename="rejected rows of customers.csv.csv"'
        )
        rows = list(csv.reader(b"".join(download).decode().splitlines()))
        download.close()
        assert rows[1] == [
            "3",
            "Customer ID is empty; every row needs it: your own id of the customer",
            "",
            "Nobody",
            "1",
        ]
        assert "2 added" in client.get("/data/runs").content.decode()

    def test_the_mapping_can_be_changed_and_is_what_is_imported(self, access, dana, visit):
        client = visit(dana)
        where = bring(client)
        form = {"kind": "accounts", "map.account_id": "Customer ID", "map.name": "", "set.segment": "Trial"}
        answer = client.post(f"{where}/choose", form, headers=HTMX)
        assert answer.status_code == 200
        assert 'value="Trial"' in answer.content.decode()
        assert "2 to add, 0 to change" in client.get(f"{where}/would").content.decode()
        client.post(f"{where}/start")
        worker()
        acme = access.of(Account).get(external_id="acme")
        assert (acme.name, acme.segment) == ("acme", "Trial")

    def test_columns_called_alike_are_asked_about_with_their_cells(self, access, dana, visit):
        client = visit(dana)
        where = bring(client, b"account_id,Name,name ,city\nacme,Acme Ltd,Acme,Oslo\n")
        page = client.get(where).content.decode()
        assert "Several columns of the file could be “name”" in page
        assert "<b>Name</b> Acme Ltd" in page
        assert f"{where}/start" not in page
        form = {"kind": "accounts", "map.account_id": "account_id", "map.name": " ", "map.segment": "city"}
        assert "– which one? –" in client.post(f"{where}/choose", form, headers=HTMX).content.decode()
        chosen = client.post(f"{where}/choose", form | {"map.name": "Name"}, headers=HTMX).content.decode()
        assert "<td>Acme Ltd</td>" in chosen
        assert '<td class="muted">Acme</td>' in chosen
        client.post(f"{where}/start")
        worker()
        acme = access.of(Account).get(external_id="acme")
        assert (acme.name, acme.segment, acme.attributes.data) == ("Acme Ltd", "Oslo", {"name": "Acme"})

    def test_a_column_that_is_chosen_counts_more_than_the_value_that_was_assumed(self, access, dana, visit):
        client = visit(dana)
        where = bring(client, b"customer,mrr,Turnus\nacme,120,year\n")
        client.post(
            f"{where}/choose", {"kind": "subscriptions", "map.interval": "Turnus", "set.interval": "month"}
        )
        options = access.of(ImportRun).get().options
        assert (options["map"]["interval"], options["set"]) == ("Turnus", {})

    def test_another_kind_starts_with_fresh_guesses_and_says_what_it_lacks(self, dana, visit):
        client = visit(dana)
        where = bring(client)
        client.post(f"{where}/choose", {"kind": "subscriptions", "map.name": "Company"})
        page = client.get(where).content.decode()
        assert "these columns are needed and were not found: amount" in page
        assert "Import " not in page.split("Throw it away")[1]

    def test_days_that_can_be_read_two_ways_are_asked_about_with_the_file_s_own(self, access, dana, visit):
        client = visit(dana)
        content = b"account_id,amount,start\nacme,5,03/04/2026\ndune,6,05/06/2026\n"
        where = bring(client, content, "plans.csv")
        page = client.get(where).content.decode()
        assert "Is the day or the month first?" in page
        assert "03/04/2026 is 3 April 2026, 05/06/2026 is 5 June 2026" in page
        assert f"{where}/start" not in page
        form = {"kind": "subscriptions", "dates": "month-first"}
        answered = client.post(f"{where}/choose", form, headers=HTMX).content.decode()
        assert "2026-03-04" in answered
        assert f"{where}/start" in answered
        assert '<option value="month-first" selected>' in answered

    def test_an_import_is_undone_after_asking_once_more(self, access, dana, visit):
        client = visit(dana)
        where = bring(client)
        client.post(f"{where}/start")
        worker()
        assert (
            "2 added and 0 changed accounts become as they were"
            in client.get(f"{where}/undo").content.decode()
        )
        assert client.post(f"{where}/undone").headers["Location"] == where
        assert "Being undone" in client.get(where).content.decode()
        for one in outbox.read("test"):
            if isinstance(one.fact, ImportUndoRequested):
                undo_imports([one.fact])
        assert not access.of(Account).exists()
        assert f"Undone by {dana.who}" in client.get(where).content.decode()

    def test_reading_a_file_another_way_starts_afresh(self, dana, visit):
        client = visit(dana)
        where = bring(client, "account_id;name\nacme;Äcme|x\n".encode("latin-1"))
        assert "Äcme" in client.get(where).content.decode()
        form = {
            "kind": "accounts",
            "map.name": "name",
            "read_as": "cp1252|;|",
            "encoding": "cp1252",
            "delimiter": "|",
        }
        answered = client.post(f"{where}/choose", form, headers=HTMX).content.decode()
        assert "account_id;name" in answered

    @pytest.mark.parametrize(
        ("form", "says"),
        [
            ({"kind": "accounts", "dates": "week-first"}, "say day-first or month-first"),
            ({"kind": "colours"}, "there is no kind of import"),
            ({"kind": "accounts", "map.name": "Nothing"}, "has no column &#39;Nothing&#39;"),
            ({"kind": "accounts", "as_of": "soon"}, "write the day like 2026-04-03"),
        ],
    )
    def test_what_cannot_be_chosen_is_said(self, dana, visit, form, says):
        client = visit(dana)
        assert says in client.post(f"{bring(client)}/choose", form, headers=HTMX).content.decode()

    @pytest.mark.parametrize("is_book", [True, False])
    def test_a_column_is_chosen_whatever_the_form_asks_of_reading(self, dana, visit, tmp_path, is_book):
        table = pa.table({"Ding": ["acme"], "Firma": ["Acme"]})
        path = tmp_path / "file"
        if is_book:
            with xlsxwriter.Workbook(path) as book:
                sheet = book.add_worksheet("Export")
                sheet.write_row(0, 0, table.column_names)
                sheet.write_row(1, 0, ["acme", "Acme"])
        else:
            pq.write_table(table, path)
        client = visit(dana)
        where = bring(client, path.read_bytes(), "customers.xlsx" if is_book else "customers.parquet")
        asked = re.findall(
            r'<input type="hidden" name="(\w+)" value="(.*?)">', client.get(where).content.decode()
        )
        form = dict(asked) | {"kind": "accounts", "map.account_id": "Ding"}
        assert "Import 1 row<" in client.post(f"{where}/choose", form, headers=HTMX).content.decode()

    def test_a_file_that_cannot_be_read_says_so_where_it_was_brought(self, access, dana, visit):
        client = visit(dana)
        assert bring(client, b"PK\x03\x04", "book.xlsx") == "/data"
        assert (
            "book.xlsx is a zip archive, or a damaged workbook; unpack it"
            in client.get("/data").content.decode()
        )
        assert client.post(reverse("data-upload")).headers["Location"] == "/data"
        assert not access.of(ImportRun).exists()

    def test_a_draft_is_thrown_away(self, access, dana, visit):
        client = visit(dana)
        client.post(f"{bring(client)}/discard")
        assert not access.of(ImportRun).exists()

    def test_a_run_that_was_interrupted_says_so(self, access, dana, visit):
        run = draft(access)
        long_ago = datetime(2026, 1, 1, tzinfo=UTC)
        ImportRun.objects.filter(pk=run.pk).update(
            status="running", rows_read=1, rows_total=3, progressed_at=long_ago
        )
        page = visit(dana).get(reverse("data-import", args=[run.pk])).content.decode()
        assert "It was interrupted after 1 of 3 rows" in page


class TestEvents:
    def test_what_came_in_last_is_shown_with_names(self, dana, visit, events_of_ann):
        page = visit(dana).get("/data/incoming", headers=HTMX).content.decode()
        assert "Report exported" in page
        assert "2 events in all" in page
        assert "<html" not in page
        assert "<html" in visit(dana).get("/data/incoming").content.decode()

    def test_one_event_is_mended_and_put_through(self, access, dana, visit):
        wrong = set_aside(access, {"type": "track", "userId": "ann"})
        client = visit(dana)
        assert "a track call needs the name" in client.get("/data/rejected").content.decode()
        still = client.post(
            "/data/rejected/replay", {"id": wrong.pk, "body": '{"type": "track", "userId": "ann" }'}
        )
        assert still.status_code == 422
        assert "a track call needs the name" in still.content.decode()
        body = '{"type": "track", "userId": "ann", "event": "Report exported"}'
        assert client.post("/data/rejected/replay", {"id": wrong.pk, "body": body}).status_code == 302
        assert events.count(access) == 1
        assert "Nothing is set aside" in client.get("/data/rejected").content.decode()

    def test_all_of_a_kind_are_put_through_at_once(self, access, dana, visit):
        for number in range(3):
            body = {"type": "track", "userId": "ann", "event": "Login", "messageId": f"m{number}"}
            set_aside(access, body, "failed", position=number)
        set_aside(access, {"type": "track", "userId": "ann"}, position=9)
        client = visit(dana)
        assert "Put all 3 through again" in client.get("/data/rejected?reason=failed").content.decode()
        client.post("/data/rejected/mend", {"reason": "failed"})
        for one in outbox.read("test", kinds=(MendingRequested,)):
            run_mending(one.fact.run_id)
        assert events.count(access) == 3
        assert events.count_rejected(access) == {"no_event": 1}


READING = ["data-import", "data-progress", "data-rejected-rows"]
LOADING = ["data-choose", "data-start", "data-discard"]


class TestRights:
    def test_a_viewer_sees_and_changes_nothing(self, access, vic, visit):
        client = visit(vic)
        page = client.get("/data").content.decode()
        assert "Drop a file here" not in page
        assert (
            client.post(reverse("data-upload"), {"file": SimpleUploadedFile("a.csv", CUSTOMERS)}).status_code
            == 403
        )
        run, wrong = draft(access), set_aside(access, {"type": "track", "userId": "ann"})
        for name in LOADING:
            assert client.post(reverse(name, args=[run.pk]), {"kind": "people"}).status_code == 403
        assert client.get(reverse("data-would", args=[run.pk])).status_code == 403
        assert (
            client.get(reverse("data-import", args=[run.pk])).status_code == 403
        )  # a draft is for those who load
        assert client.post("/data/rejected/replay", {"id": wrong.pk, "body": "{}"}).status_code == 403
        aside = client.get("/data/rejected").content.decode()
        assert "a track call needs the name" in aside
        assert "Put it through" not in aside
        assert ImportRun.objects.get(pk=run.pk).kind == "accounts"

    def test_a_viewer_may_read_what_came_of_an_import(self, access, vic, visit):
        run = draft(access)
        actions.request_import(access, run.pk)
        run_import(run.pk)
        for name in READING:
            answer = visit(vic).get(reverse(name, args=[run.pk]))
            assert answer.status_code == 200
            answer.close()

    def test_a_neighbour_s_imports_and_events_do_not_exist(self, neighbour, dana, visit):
        run, wrong = draft(neighbour), set_aside(neighbour, {"type": "track", "userId": "spy"})
        client = visit(dana)
        for name in (*READING, "data-would"):
            assert client.get(reverse(name, args=[run.pk])).status_code == 404
        for name in LOADING:
            assert client.post(reverse(name, args=[run.pk]), {"kind": "people"}).status_code == 404
        body = '{"type": "track", "userId": "spy", "event": "Login"}'
        assert client.post("/data/rejected/replay", {"id": wrong.pk, "body": body}).status_code == 404
        client.post("/data/rejected/mend", {"reason": "no_event"})
        for one in outbox.read("test", kinds=(MendingRequested,)):
            run_mending(one.fact.run_id)
        assert events.count(neighbour) == 0
        for path in ("/data", "/data/runs", "/data/incoming", "/data/rejected"):
            page = client.get(path).content.decode()
            assert "customers.csv" not in page
            assert "a track call needs" not in page
        assert ImportRun.objects.get(pk=run.pk).status == "draft"

    @pytest.mark.parametrize(
        "path", ["/data", "/data/runs", "/data/incoming", "/data/rejected", "/data/imports/x"]
    )
    def test_strangers_are_sent_to_sign_in(self, client, transactional_db, path):
        answer = client.get(path)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/sign-in")


LATE = b"subscription_id,account_id,amount,start\n" + b"".join(
    b"S%d,acme,5,%s\n" % (n, b"03/04/2026" if n == 30 else b"2026-01-01") for n in range(40)
)


@pytest.fixture
def asking(access, dana, visit, monkeypatch):
    """An import whose question is found behind the rows that the page looked at."""
    monkeypatch.setattr("tenure.web.pages.data.PREVIEWED_ROWS", 20)
    client = visit(dana)
    place = bring(client, LATE)
    assert "Import 20 rows and more" in client.get(place).content.decode()
    client.post(f"{place}/start")
    worker()
    return access.of(ImportRun).get()


def test_a_question_found_late_waits_on_screen_and_the_import_goes_on_with_its_answer(
    access, dana, visit, asking
):
    client = visit(dana)
    place = reverse("data-import", args=[asking.pk])
    page = client.get(place).content.decode()
    assert "Is the day or the month first?" in page
    assert "03/04/2026 is 4 March 2026" in page
    assert "has a question" in client.get(reverse("data")).content.decode()
    assert not access.of(Account).exists()
    unsaid = client.post(reverse("data-answer", args=[asking.pk]), follow=True).content.decode()
    assert "Say how its dates are meant." in unsaid
    client.post(reverse("data-answer", args=[asking.pk]), {"dates": "month-first"})
    assert "Waiting for its turn" in client.get(place).content.decode()
    worker()
    assert (done := access.of(ImportRun).get()).says == "40 rows: 40 added"
    assert done.options["manners"] == {"dates": "month-first"}
    starts = access.of(Term).get(subscription__external_id="S30").starts_on
    assert starts.isoformat() == "2026-03-04"
    assert client.post(reverse("data-answer", args=[asking.pk]), {"dates": "day-first"}).status_code == 404


def test_an_import_that_asks_something_can_be_thrown_away(access, dana, visit, asking):
    visit(dana).post(reverse("data-discard", args=[asking.pk]))
    assert not access.of(ImportRun).exists()


def test_who_may_not_bring_files_in_sees_that_it_asks_but_is_not_asked(asking, vic, visit):
    page = visit(vic).get(reverse("data-import", args=[asking.pk])).content.decode()
    assert "It waits for an answer to how its dates are meant." in page
    assert "Go on importing" not in page


def test_a_pick_up_waits_for_its_first_file_on_a_page_of_its_own(access, dana, visit, monkeypatch):
    client = visit(dana)
    asked = {"where": "https://files.example/a.csv", "every": "60"}
    place = client.post(reverse("data-new-pickup"), asked).headers["Location"]
    assert "Its first file is being fetched" in client.get(place).content.decode()
    assert "being set up" in client.get(reverse("data-pickups")).content.decode()
    pickup = access.of(Pickup).get()
    refused = Policy(lambda host, port: ["10.0.0.1"])
    assert fetch_first(pickup.pk, refused) is None
    state = client.get(f"{place}/state")
    assert "only public addresses" in state.content.decode()
    assert "leads to an address inside a network" in client.get(reverse("data-pickups")).content.decode()
    none = client.post(f"{place}/retry", {"where": "http://files.example/b.csv"})
    assert none.status_code == 422
    assert 'value="http://files.example/b.csv"' in none.content.decode()
    assert "is not an https:// address" in none.content.decode()
    assert client.post(f"{place}/retry", {"where": "https://files.example/b.csv"}).status_code == 302

    def fetched(url, headers, etag, modified, target, policy):
        target.write_bytes(CUSTOMERS)
        return Fetched(True, "a.csv", "v1", "")

    monkeypatch.setattr("tenure.sources.pickups.fetching.fetch", fetched)
    run = fetch_first(pickup.pk)
    assert client.get(f"{place}/state").headers["HX-Redirect"] == place
    assert client.get(place).headers["Location"] == reverse("data-import", args=[run.pk])
    assert (
        "This is the first file of https://files.example/b.csv"
        in client.get(place, follow=True).content.decode()
    )


def test_an_address_that_none_is_is_said_at_once(dana, visit):
    answer = visit(dana).post(reverse("data-new-pickup"), {"where": "ftp://x", "every": "60"})
    assert answer.status_code == 422
