"""Notes on the pages, what they ask of colleagues, Today's other acts, search, the activity."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tenure.accounts.models import Account
from tenure.desk.models import Habit
from tenure.kit import clock
from tenure.touchpoints import actions as touchpoints
from tenure.touchpoints.models import Attachment, Mention, Note
from tenure.warnings import actions as warnings
from tenure.warnings.models import BandChange, EarlyWarning, Priority
from tenure.workspaces.access import Access
from tenure.workspaces.roles import Role
from tests import cast
from tests.warnings import scene
from tests.warnings.scene import ago, today
from tests.web.reading import names, text

Cast = dict[str, Account]
Visit = Callable[[Access], Client]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def customers(access: Access) -> Cast:
    found = scene.customers(access)
    warnings.refresh(access.workspace)
    return found


@pytest.fixture
def max_(access: Access) -> Access:
    return cast.member(access, "Max", Role.MANAGER)


@pytest.fixture
def client(visit: Visit, dana: Access) -> Client:
    return visit(dana)


def test_a_call_of_last_week_with_a_file(client: Client, customers: Cast) -> None:
    path = f"/customers/{customers['acme'].pk}/note"
    file = SimpleUploadedFile("plan.html", b"<script>alert(1)</script>", "text/html")
    form = {"text": "Called Ann.", "kind": "call", "on": ago(7).isoformat(), "files": file}
    page = client.post(path, form, follow=True)
    assert "call" in text(page.content)
    assert "7 days ago" in text(page.content)
    answer = client.get(f"/files/{Attachment.objects.get().pk}")
    assert answer.getvalue() == b"<script>alert(1)</script>"  # type: ignore[attr-defined]
    assert answer["Content-Disposition"] == 'attachment; filename="plan.html"'
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"text": ""}, "1 to 10,000"),
        ({"text": "x", "on": "soon"}, "2027-01-31"),
        ({"text": "x", "on": "2090-01-01"}, "future"),
    ],
)
def test_what_is_wrong_stands_beside_what_was_typed(
    client: Client, customers: Cast, form: dict[str, str], says: str
) -> None:
    answer = client.post(f"/customers/{customers['acme'].pk}/note", {"kind": "meeting"} | form)
    assert answer.status_code == 422
    assert says in text(answer.content)
    page = answer.content.decode()
    assert '<option value="meeting" selected>' in page
    again = f"/customers/{customers['acme'].pk}/notes"
    assert f'hx-get="{again}"' in page  # what was posted cannot be asked for anew
    assert client.get(f"/customers/{customers['acme'].pk}/note").headers["Location"] == again


def test_what_is_wrong_with_a_file_stands_beside_the_files(client: Client, customers: Cast) -> None:
    form = {"text": "See there.", "files": SimpleUploadedFile("empty.txt", b"")}
    answer = client.post(f"/customers/{customers['acme'].pk}/note", form)
    assert answer.status_code == 422
    assert 'id="files-wrong">“empty.txt” is empty.' in answer.content.decode()


def test_ones_own_note_is_edited_removed_and_brought_back(
    client: Client, visit: Visit, customers: Cast, max_: Access
) -> None:
    acme = customers["acme"].pk
    client.post(f"/customers/{acme}/note", {"text": "Called Ann."})
    note = Note.objects.get()
    assert "Called Ann." in client.get(f"/notes/{note.pk}/edit").content.decode()
    client.post(f"/notes/{note.pk}/edit", {"text": "Met Ann.", "kind": "meeting"})
    assert Note.objects.get().text == "Met Ann."
    client.post(f"/notes/{note.pk}/unedit")
    assert Note.objects.get().text == "Called Ann."
    page = client.post(f"/notes/{note.pk}/remove", follow=True).content.decode()
    assert f'action="/notes/{note.pk}/restore"' in page
    assert not Note.objects.exists()
    client.post(f"/notes/{note.pk}/restore")
    assert Note.objects.exists()
    for way in ("edit", "unedit", "remove", "restore"):
        assert visit(max_).post(f"/notes/{note.pk}/{way}", {"text": "x"}).status_code == 403


def test_a_mention_waits_on_today_and_is_done_in_place(
    client: Client, visit: Visit, customers: Cast, max_: Access
) -> None:
    client.post(f"/customers/{customers['acme'].pk}/note", {"text": "@Max <b>look</b> at this"})
    page = visit(max_).get("/").content
    assert "Waiting for you" in text(page)
    assert b"<b>look</b>" not in page
    mention = Mention.objects.get()
    assert client.post(f"/mentions/{mention.pk}/done").status_code == 404
    answer = visit(max_).post(f"/mentions/{mention.pk}/done", headers=HTMX)
    assert (answer.status_code, "live-accounts" in answer["HX-Trigger"]) == (204, True)
    assert "Waiting for you" not in text(visit(max_).get("/").content)
    assert "Waiting for you" not in text(client.get("/").content)


def test_who_mentions_somebody_that_does_not_see_the_customer_is_told(
    client: Client, access: Access, customers: Cast
) -> None:
    cast.member(access, "Rex", Role.MANAGER, sees_all=False)
    path = f"/customers/{customers['acme'].pk}/note"
    page = client.post(path, {"text": "@rex, please: https://a.test/"}, follow=True).content.decode()
    assert "Noted. Not in their book, so they cannot look: Rex." in page
    assert 'href="https://a.test/" rel="noopener' in page


def test_neighbours_and_viewers_reach_no_notes_and_no_files(
    client: Client, visit: Visit, customers: Cast, neighbour: Access, vic: Access
) -> None:
    other = scene.account(neighbour, "Otherco", 1)
    file = SimpleUploadedFile("secret.txt", b"secret")
    theirs = touchpoints.write_note(neighbour, other.pk, "Theirs.", uploads=[file])
    for way in ("edit", "unedit", "remove", "restore"):
        assert client.post(f"/notes/{theirs.pk}/{way}", {"text": "x"}).status_code == 404
        assert visit(vic).post(f"/notes/{theirs.pk}/{way}", {"text": "x"}).status_code == 403
    assert client.get(f"/files/{Attachment.objects.get().pk}").status_code == 404
    assert client.get("/search?q=theirs").content.count(b"Theirs.") == 0
    assert b"Otherco" not in client.get("/activity").content
    for path in ("/activity", "/search", "/files/x", "/notes/x/edit"):
        assert Client().get(path).status_code == 302


def test_a_file_goes_with_its_note(client: Client, dana: Access, customers: Cast) -> None:
    note = touchpoints.write_note(
        dana, customers["acme"].pk, "x", uploads=[SimpleUploadedFile("a.txt", b"a")]
    )
    file = Attachment.objects.get()
    assert client.get(f"/files/{file.pk}").getvalue() == b"a"  # type: ignore[attr-defined]
    touchpoints.remove_note(dana, note.pk)
    assert client.get(f"/files/{file.pk}").status_code == 404


def turned(row: Account, days: int, before: str, after: str) -> None:
    """The band of a customer changed, so many days ago."""
    about = {"workspace_id": row.workspace_id, "account": row, "changed_on": ago(days)}
    BandChange.objects.create(before=before, after=after, score_before=80, score_after=60, **about)


# Today


def test_a_customer_is_handed_over_in_place(client: Client, customers: Cast) -> None:
    path = f"/today/{customers['borealis'].pk}/owner?book=all"
    answer = client.post(path, {"owner": "Max"}, headers=HTMX)
    assert Account.objects.get(name="Borealis").owner == "Max"
    assert "Borealis: handed over to Max." in answer["HX-Trigger"]
    assert "theirs already" in client.post(path, {"owner": "Max"}, headers=HTMX)["HX-Trigger"]


def test_a_pool_is_dealt_with_at_once_and_comes_back(client: Client, access: Access) -> None:
    scene.account(
        access, "Large", 900_000, score=90, band="good", last_active_on=today(), metrics={"live_terms": 1}
    )
    for number in range(3):
        scene.account(
            access, f"Small {number}", 100, started=ago(24), score=None, band="", metrics={"live_terms": 1}
        )
    warnings.refresh(access.workspace)
    page = client.get("/?book=all").content
    assert "All 3 at once" in text(page)
    cause = Priority.objects.filter(is_small=True).values_list("lead", flat=True)[0]
    page = client.post(
        f"/today/pool/{cause}?book=all", {"do": "done", "note": "Mailed."}, follow=True
    ).content
    assert "3 customers: done. Quiet until" in text(page)
    assert Note.objects.filter(text__endswith="Mailed.").count() == 3
    assert not Priority.objects.filter(is_small=True, visible_from__lte=today()).exists()
    undo = page.decode().split('action="/changes/')[1].split('"')[0]
    client.post(f"/changes/{undo}".replace("&amp;", "&"))
    assert Priority.objects.filter(is_small=True, visible_from__lte=today()).count() == 3
    assert not Note.objects.exists()
    assert client.post("/today/pool/nonsense").status_code == 404


def test_news_go_back_to_the_last_visit(client: Client, access: Access, customers: Cast) -> None:
    turned(customers["acme"], 5, "good", "fair")
    assert "Since yesterday" in text(client.get("/?book=all").content)
    Habit.objects.update(seen_at=clock.now() - timedelta(days=6))
    page = text(client.get("/?book=all").content)
    assert "Since you were last here, 6 days ago" in page
    assert "fell to fair" in page
    assert "Since you were last here" in text(client.get("/?book=all").content)  # the same visit


# Search and activity


def test_search_has_a_page_and_leads_to_what_it_found(client: Client, dana: Access, customers: Cast) -> None:
    note = touchpoints.write_note(dana, customers["acme"].pk, "They want the <i>orchid</i> plan.")
    page = client.get("/search?q=orch").content.decode()
    assert f'/customers/{customers["acme"].pk}/notes#note-{note.pk}"' in page
    assert "<i>" not in page
    assert "Borealis" in text(client.get("/search?q=bor").content)
    assert "Nothing fits “zzz”" in text(client.get("/search?q=zzz").content)
    assert "Search everything" in text(client.get("/search?q=%00").content)


def deeds(page: bytes) -> str:
    return text(page.split(b'id="main"')[1])


def test_activity_tells_who_did_what_by_kind_person_and_customer(
    client: Client, visit: Visit, dana: Access, max_: Access, access: Access, customers: Cast
) -> None:
    acme, borealis = customers["acme"], customers["borealis"]
    touchpoints.write_note(dana, acme.pk, "Called Ann.", kind="call")
    touchpoints.write_note(max_, borealis.pk, "Met Tor.", kind="meeting")
    visit(max_).post("/customers/change", {"do": "note", "note": "Roadmap.", "all": "1"})
    visit(max_).post("/customers/change", {"do": "segment", "segment": "Large", "all": "1"})
    client.post(f"/today/{borealis.pk}/later", {"days": "7"})
    turned(acme, 1, "fair", "good")
    page = deeds(client.get("/activity").content)
    for line in (
        "dana@example.test called Acme",
        "max@example.test met Borealis",
        "noted about 4 customers",
        "set the segment of 4 customers to Large",
        "put the warnings of Borealis off",
        "Acme went from fair to good",
        "Yesterday",
    ):
        assert line in page
    assert page.count("Roadmap.") == 1
    assert "met Borealis" not in deeds(client.get("/activity?who=dana@example.test").content)
    about = deeds(client.get(f"/activity?account={acme.pk}").content)
    assert ("called Acme" in about, "met Borealis" in about) == (True, False)
    only = deeds(client.get("/activity?kind=health").content)
    assert ("went from" in only, "called" in only) == (True, False)


def test_activity_pages_lose_and_double_nothing(
    client: Client, dana: Access, access: Access, customers: Cast
) -> None:
    at = clock.now() - timedelta(days=3)
    rows = [
        Note(
            workspace=access.workspace,
            account=customers["acme"],
            author=dana.who,
            text=f"note-{n:03}",
            happened_at=at,
        )
        for n in range(70)
    ]
    Note.objects.bulk_create(rows)
    EarlyWarning.objects.all().delete()
    for number, (before, after) in enumerate([("good", "fair"), ("fair", "poor")]):
        for name in ("acme", "borealis", "cinder"):
            turned(customers[name], 3 - number, before, after)
    seen: list[str] = []
    address: str | None = "/activity"
    pages = 0
    while address:
        page = client.get(address).content.decode()
        seen += [part.split("<")[0] for part in page.split('class="muted prose clamp">')[1:]]
        seen += ["band"] * page.count(" went from ")
        older = page.split('aria-label="Older activity"><a class="btn" href="')
        address = older[1].split('"')[0].replace("&amp;", "&") if len(older) > 1 else None
        pages += 1
    assert pages == 2
    assert sorted(seen) == sorted([*(f"note-{n:03}" for n in range(70)), *["band"] * 6])


@pytest.mark.parametrize(
    "before",
    ["x", "2026-01-01", "2026-01-01T00:00:00+00:00~band~x", "~~", "2026-01-01T00:00:00+00:00~note~%00"],
)
def test_a_mark_that_is_none_is_passed_over(client: Client, customers: Cast, before: str) -> None:
    assert client.get(f"/activity?before={before}".replace("+", "%2B")).status_code == 200


def test_one_query_whatever_was_done(
    client: Client, customers: Cast, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    client.get("/activity")
    with django_assert_max_num_queries(12):
        client.get("/activity?kind=&who=dana@example.test")


def test_customers_search_reads_the_index(client: Client, customers: Cast) -> None:
    assert names(client.get("/customers?q=cin").content) == ["Cinder"]
