"""One customer with everything: header, why, what happened, people, use, money, notes; and nobody else's."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest
from django.test import Client

from tenure.accounts.models import Account, Person
from tenure.health import queries as health
from tenure.health.models import Standing
from tenure.kit.words import day
from tenure.revenue.models import Term
from tenure.touchpoints.models import Note
from tenure.warnings import queries as warnings
from tenure.web.queries.account import Strip
from tenure.workspaces.access import Access
from tests.warnings import scene
from tests.warnings.scene import ago, today
from tests.web import story
from tests.web.reading import text

Visit = Callable[[Access], Client]
HTMX = {"HX-Request": "true"}
TABS = ("", "/use", "/people", "/feedback", "/money", "/notes", "/why", "/happened", "/faces")


@pytest.fixture
def client(visit: Visit, dana: Access) -> Client:
    return visit(dana)


def get(client: Client, account: Account, tab: str = "", **headers: str) -> str:
    """The words of a tab."""
    answer = client.get(f"/customers/{account.pk}{tab}", headers=headers)
    assert answer.status_code == 200
    return text(answer.content)


def test_everything_of_borealis(client: Client, access: Access) -> None:
    row = story.borealis(access, is_scored=True)
    page = get(client, row)
    found = health.explain(access, row.pk)
    assert f"Success {found.score.score:.0f} {found.score.band}" in page
    assert "in 28 days" in page
    assert f"{found.score.outcomes:.0f} / {found.score.experience:.0f}" in page
    assert "ARR $14k 1 of 12 seats used" in page
    assert "Renewal in 30 days" in page
    assert "Last active yesterday" in page
    assert "id borealis Large" in page
    assert "owned by nobody" in page
    need = warnings.need_of(access, row.pk, warnings.Standpoint.of(access))
    assert need is not None
    assert need.lead.step in page
    _why_is_the_exact_decomposition(client, row, found)
    _what_happened(client, row)
    _the_other_tabs(client, row)


def _why_is_the_exact_decomposition(client: Client, row: Account, found: health.Explanation) -> None:
    page = get(client, row, "/why", **HTMX)
    assert found.change is not None
    verb = "fell" if found.change < 0 else "rose"
    assert f"Why {found.score.score:.0f}, and why it {verb} by {abs(found.change):.0f}" in page
    shown = {title: line for title, line in ((line.title, line) for line in found.lines) if line.change}
    told = {
        html.unescape(title): float(points.replace("−", "-"))
        for title, points in re.findall(
            r'<li><a class="why"[^>]*>([^<]+)</a>.*?<span class="num r">([^<]+)</span>',
            client.get(f"/customers/{row.pk}/why").content.decode(),
            re.DOTALL,
        )
    }
    assert set(told) == set(shown)
    assert sum(told.values()) == pytest.approx(found.change, abs=0.05 * len(told) + 0.001)
    assert f"the parts add up to {'−' if found.change < 0 else '+'}{abs(found.change):.1f}" in page
    assert found.coverage in page
    assert found.weakest is not None
    assert f"What pulls it down most: {found.weakest.title}" in page
    assert "Success over the last year" in page


def _what_happened(client: Client, row: Account) -> None:
    page = get(client, row, "/happened", **HTMX)
    assert "Ann Ames answered NPS with 3 <b>Too slow</b>, and nobody answers" in page
    assert "<b>Too slow" not in client.get(f"/customers/{row.pk}/happened").content.decode()
    assert "Tor Berg answered CSAT with 5" in page
    assert f"Before {day(ago(92), today())}" in page
    older = client.get(f"/customers/{row.pk}/happened?before={ago(92)}", headers=HTMX).content
    assert "Renewed, Team: $3.6k a year less $1.2k a month, 12 seats" in text(older)
    oldest = text(client.get(f"/customers/{row.pk}/happened?before={ago(190)}", headers=HTMX).content)
    assert "First use" in oldest
    assert "Renewed, Team: $6k a year more" in oldest
    money = get(client, row, "/happened?kind=money", **HTMX)
    assert "Renewed" in money
    assert "answered" not in money
    assert "events" not in money
    first = get(client, row, f"/happened?kind=money&before={ago(300)}", **HTMX)
    assert "Contract begun, Team $1k a month, 10 seats" in first
    assert "Before" not in first
    assert "Nothing of this kind is known." in get(client, row, "/happened?kind=notes", **HTMX)


def _the_other_tabs(client: Client, row: Account) -> None:
    use = get(client, row, "/use")
    assert "Audit exported 27 1" in use
    assert "Tor Berg 27" in use
    people = get(client, row, "/people")
    assert re.search(r"Tor Berg yesterday administrator admin tor@borealis.example 27 CSAT 5", people)
    assert re.search(r"Ann Ames 41 days ago champion – ann@borealis.example 0 NPS 3", people)
    assert "Ida Moe never seen sponsor – – 0 none" in people
    assert "Ann Ames, champion quiet 41 days" in get(client, row, "/faces", **HTMX)
    assert "NPS 3 Ann Ames" in get(client, row, "/feedback")
    money = get(client, row, "/money")
    assert "$1,200.00 a month" in money
    assert "Team s-1 runs" in money
    assert "What became of them" in money


def test_a_pause_in_use_and_what_came_after_it(client: Client, access: Access) -> None:
    story.use(access, "cinder", "cy", [300, 180, 120, 119, 118, 104, 89], "Report viewed")
    row = Account.objects.get(external_id="cinder")
    page = get(client, row, "/happened", **HTMX)
    for days_ago, pause in ((89, 14), (120, 59), (180, 119)):
        assert f"{day(ago(days_ago), today())} Back after {pause} days of silence" in page
    assert page.count("Back after") == 3
    assert "Used on 4 days" in page
    assert f"Before {day(ago(180), today())}" in page
    oldest = get(client, row, f"/happened?before={ago(180)}", **HTMX)
    assert f"{day(ago(300), today())} First use" in oldest
    assert "That is all." in oldest


def test_without_scripts_each_part_is_a_page(client: Client, access: Access) -> None:
    row = story.borealis(access)
    for part in ("/why", "/happened", "/faces"):
        page = client.get(f"/customers/{row.pk}{part}").content.decode()
        assert "<title>Borealis · Tenure</title>" in page
        assert "<title>" not in client.get(f"/customers/{row.pk}{part}", headers=HTMX).content.decode()


def test_an_account_of_which_nothing_is_known_says_what_would_tell(client: Client, access: Access) -> None:
    row = Account.objects.create(workspace=access.workspace, external_id="new", name="New")
    page = get(client, row)
    assert "Success no data not scored yet" in page
    assert "Nothing is known of New yet" in page
    assert "No use was seen yet" in get(client, row, "/use")
    assert "Nobody is known by name" in get(client, row, "/people")
    assert "No answers yet" in get(client, row, "/feedback")
    assert "No contracts are known" in get(client, row, "/money")
    assert "No notes yet" in get(client, row, "/notes")
    assert "Nothing is known yet." in get(client, row, "/happened")
    why = get(client, row, "/why")
    assert "No score" in why
    assert "Seat use" in why


def test_a_former_customer_is_not_scored_and_that_is_said(client: Client, access: Access) -> None:
    row = story.borealis(access)
    Term.objects.filter(account=row, superseded_at=None).update(ends_on=ago(5), reason="Bought out")
    from tenure.health import actions
    from tenure.kit import changes

    changes.touch(access.workspace.id, "term")
    actions.refresh(access.workspace)
    page = get(client, row)
    assert "no longer a customer" in page
    assert "No longer scored" in get(client, row, "/why")
    assert "Contract ended, Team Bought out" in get(client, row, "/happened?kind=money")


def test_dana_notes_and_takes_back(client: Client, access: Access) -> None:
    row = scene.account(access, "Acme", 10, score=90, band="good")
    answer = client.post(f"/customers/{row.pk}/note", {"text": "Ida <script>alert(1)</script>\nleft"})
    assert answer["Location"] == f"/customers/{row.pk}/notes"
    page = client.get(answer["Location"]).content.decode()
    assert "Ida &lt;script&gt;alert(1)&lt;/script&gt;\nleft" in page
    assert "dana@example.test" in page
    undo = re.search(r'action="(/notes/[^"]+/remove)"', page)
    assert undo is not None
    client.post(undo[1])
    assert not Note.objects.exists()


@pytest.mark.parametrize(("wrong", "says"), [("  ", "not 0"), ("x" * 10_001, "not 10,001")])
def test_a_note_that_cannot_be_kept_stays_in_its_field(
    client: Client, access: Access, wrong: str, says: str
) -> None:
    row = scene.account(access, "Acme", 10, score=90, band="good")
    answer = client.post(f"/customers/{row.pk}/note", {"text": wrong})
    assert answer.status_code == 422
    assert f"a note has 1 to 10,000 letters, {says}." in text(answer.content)
    assert f">{wrong}</textarea>" in answer.content.decode()


def test_nobody_takes_back_what_another_wrote(visit: Visit, dana: Access, olga: Access) -> None:
    row = scene.account(dana, "Acme", 10, score=90, band="good")
    visit(dana).post(f"/customers/{row.pk}/note", {"text": "mine"})
    note = Note.objects.get()
    assert visit(olga).post(f"/notes/{note.pk}/remove").status_code == 403
    assert Note.objects.exists()


def test_the_next_step_is_done_and_undone(client: Client, access: Access) -> None:
    row = scene.customers(access)["borealis"]
    from tenure.warnings import actions

    actions.refresh(access.workspace)
    assert "Next step Nothing is waiting" not in get(client, row)
    answer = client.post(f"/customers/{row.pk}/done", {"note": "Called Ida"})
    page = client.get(answer["Location"]).content
    assert "Nothing is waiting" in text(page)
    assert "Done. Quiet until" in text(page)
    assert "Called Ida" in Note.objects.get().text
    undo = re.search(r'action="(/today/[^"]+)"', page.decode())
    assert undo is not None
    client.post(html.unescape(undo[1]))
    assert "Nothing is waiting" not in get(client, row)
    client.post(f"/customers/{row.pk}/later", {"days": "7"})
    assert "Put off. Quiet until" in get(client, row)


@pytest.mark.parametrize("days", ["", "0", "400", "-1", "x", "²", "9" * 99])
def test_putting_off_takes_sensible_days(client: Client, access: Access, days: str) -> None:
    row = scene.customers(access)["borealis"]
    from tenure.warnings import actions

    actions.refresh(access.workspace)
    answer = client.post(f"/customers/{row.pk}/later", {"days": days})
    assert "Not put off: choose a day" in text(client.get(answer["Location"]).content)


def test_a_viewer_may_look_and_not_write(visit: Visit, vic: Access) -> None:
    row = scene.customers(vic)["borealis"]
    client = visit(vic)
    page = client.get(f"/customers/{row.pk}").content + client.get(f"/customers/{row.pk}/notes").content
    assert b"Write a note" not in page
    assert b"<textarea" not in page
    for path in ("note", "done", "later"):
        assert client.post(f"/customers/{row.pk}/{path}", {"text": "x", "days": "7"}).status_code == 403
    assert not Note.objects.exists()


def test_a_neighbours_customer_does_not_exist(client: Client, neighbour: Access) -> None:
    theirs = story.borealis(neighbour, "Otherco")
    Note.objects.create(workspace=neighbour.workspace, account=theirs, author="x", text="secret")
    for pk in (theirs.pk, "0" * 32, "nobody", "1"):
        paths = [f"/customers/{pk}{tab}" for tab in TABS] + [f"/explain/score/{pk}"]
        paths += [f"/explain/metric/seat_use?account={pk}", f"/explain/metric/nps?account={pk}"]
        for path in paths:
            answer = client.get(path)
            assert answer.status_code == 404, path
            assert b"Otherco" not in answer.content
        for action in ("note", "done", "later"):
            answer = client.post(f"/customers/{pk}/{action}", {"text": "x", "days": "7"})
            assert answer.status_code == 404, action
    assert Note.objects.count() == 1


def test_what_is_no_tab_does_not_exist(client: Client, access: Access) -> None:
    row = scene.account(access, "Acme", 10)
    assert client.get(f"/customers/{row.pk}/plans").status_code == 404


def test_names_and_words_of_customers_are_text(client: Client, access: Access) -> None:
    row = story.borealis(access, "<script>alert('x')</script>")
    Person.objects.filter(name="Tor Berg").update(name="<img src=x onerror=alert(1)>", role="<i>")
    Term.objects.filter(account=row).update(reason="<svg onload=alert(1)>", ends_on=ago(1))
    story.use(access, "borealis", "tor", [2], "<b onclick=alert(1)>Report</b>")
    for tab in TABS:
        page = client.get(f"/customers/{row.pk}{tab}").content.decode()
        for markup in ("<script>alert", "<img src=x", "<svg onload", "<b onclick", "<i>,"):
            assert markup not in page, tab


def test_a_person_of_no_account_and_an_account_of_no_people_break_nothing(
    client: Client, access: Access
) -> None:
    Person.objects.create(workspace=access.workspace, external_id="loner", name="Loner")
    row = scene.account(access, "Acme", 10, score=90, band="good", last_active_on=ago(1))
    for tab in TABS:
        assert "Loner" not in get(client, row, tab)


def test_the_header_costs_a_handful_of_queries(
    client: Client, access: Access, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    row = story.borealis(access, is_scored=True)
    client.get(f"/customers/{row.pk}")
    with django_assert_max_num_queries(21):  # type: ignore[attr-defined]
        client.get(f"/customers/{row.pk}")


@pytest.mark.parametrize(
    ("before", "says"),
    [
        (None, "new: no score 28 days ago"),
        (60.4, "the same as 28 days ago"),
        (55.0, "up 5 points in 28 days"),
        (61.0, "down 1 point in 28 days"),
    ],
)
def test_the_strip_says_how_the_score_moved(before: float | None, says: str) -> None:
    standing = Standing(score=60.0, score_before=before)
    assert Strip(Account(), "", standing, {}, None, is_former=False).moved == says
