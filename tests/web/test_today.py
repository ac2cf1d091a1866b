"""Today: who needs Dana, why, what it is worth; done, put off and undone in place."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import pytest
from django.test import Client

from tenure.accounts.models import Account
from tenure.kit.words import day
from tenure.revenue.jobs import keep_running
from tenure.revenue.models import Term
from tenure.touchpoints import queries as touchpoints
from tenure.warnings import actions
from tenure.warnings import queries as warnings
from tenure.warnings.models import BandChange, LossRate
from tenure.web.queries import today as queries
from tenure.workspaces import books
from tenure.workspaces.access import Access, access_of_outsider
from tenure.workspaces.roles import Role
from tests import cast
from tests.warnings import scene
from tests.warnings.scene import ago, today

Cast = dict[str, Account]
HTMX = {"HX-Request": "true"}


class Text(HTMLParser):
    """The words of a page, without markup, each run of blanks one space."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.feed(page.decode())

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    def __str__(self) -> str:
        return " ".join(" ".join(self.parts).split())


def text(page: bytes) -> str:
    return str(Text(page))


def signed_in(access: Access) -> Client:
    client = Client()
    assert access.user is not None
    client.force_login(access.user)
    return client


@pytest.fixture
def customers(access: Access) -> Cast:
    found = scene.customers(access)
    actions.refresh(access.workspace)
    return found


@pytest.fixture
def dana(access: Access, customers: Cast) -> Client:
    return signed_in(cast.member(access, "Dana", Role.MANAGER))


@pytest.fixture
def vic(access: Access, customers: Cast) -> Client:
    return signed_in(cast.member(access, "Vic", Role.VIEWER))


@pytest.fixture
def oscar(neighbour: Access) -> Client:
    """Owner of the neighbouring workspace."""
    scene.account(neighbour, "Otherco", 900_000, score=10, band="poor", renews_on=ago(-3))
    actions.refresh(neighbour.workspace)
    return signed_in(cast.member(neighbour, "Oscar", Role.OWNER))


def quiet(access: Access, account: Account) -> bool:
    return warnings.of_account(access, account.pk, today()) == []


def test_dana_sees_borealis_first_and_nothing_of_dune_or_otherco(dana: Client, oscar: Client) -> None:
    page = text(dana.get("/?book=all").content)
    assert "Three customers need you" in page
    assert page.index("Borealis") < page.index("Acme") < page.index("Cinder")
    assert "Dune" not in page
    assert "Otherco" not in page
    assert "Otherco" in text(oscar.get("/").content)


def test_why_borealis_and_what_it_is_worth(dana: Client) -> None:
    page = text(dana.get("/").content)
    assert "Renews in 30 days in poor health, with a success score of 38." in page
    assert "Only 34 % of their seats were used" in page
    assert "Call the sponsor" in page
    assert "$120k 25 % risk, assumed" in page
    assert "+$17k could grow" in page


def test_what_is_in_question(access: Access, dana: Client, customers: Cast) -> None:
    page = text(dana.get("/?book=all").content)
    assert "$160k of yearly revenue is in question." in page
    customers["borealis"].warnings.update(opened_on=ago(5))
    actions.refresh(access.workspace)
    assert "in question, $40k of it for the first time" in text(dana.get("/?book=all").content)


def test_without_a_word_dana_sees_her_own_book(dana: Client) -> None:
    page = text(dana.get("/").content)
    assert "Two customers need you" in page
    assert "Cinder" not in page
    assert "Cinder" in text(dana.get("/?book=all").content)


def test_somebody_who_owns_nobody_sees_everyone(vic: Client) -> None:
    assert "Cinder" in text(vic.get("/").content)


def test_done_takes_borealis_off_the_list_and_offers_an_undo(
    access: Access, dana: Client, customers: Cast
) -> None:
    borealis = customers["borealis"]
    answer = dana.post(f"/today/{borealis.pk}/done?book=all", {"note": "Talked to Ida."}, headers=HTMX)
    page = text(answer.content)
    assert "Two customers need you" in page
    assert "Borealis" not in page.split("Since yesterday")[0]
    assert "<html" not in answer.content.decode()
    toast = json.loads(answer.headers["HX-Trigger"])["toast"]
    assert toast["says"].startswith("Borealis: done. Quiet until ")
    assert touchpoints.notes(access, borealis.pk)[0].text == "Done: Call the sponsor. Talked to Ida."
    undone = dana.post(toast["undo"], headers=HTMX)
    assert "live-accounts" in json.loads(undone.headers["HX-Trigger"])
    assert "Three customers need you" in text(dana.get("/?book=all").content)
    assert touchpoints.notes(access, borealis.pk) == []


@pytest.mark.parametrize(
    ("given", "days"), [({"days": "1"}, 1), ({"days": "7", "until": ""}, 7), ({"until": f"{ago(-40)}"}, 40)]
)
def test_later_comes_back_on_its_day(
    access: Access, dana: Client, customers: Cast, given: dict[str, str], days: int
) -> None:
    borealis = customers["borealis"]
    answer = dana.post(f"/today/{borealis.pk}/later", given, headers=HTMX)
    says = json.loads(answer.headers["HX-Trigger"])["toast"]["says"]
    assert says == f"Borealis: back {'tomorrow' if days == 1 else day(ago(-days), today())}."
    assert warnings.of_account(access, borealis.pk, ago(1 - days)) == []
    assert warnings.of_account(access, borealis.pk, ago(-days)) != []


@pytest.mark.parametrize(
    "given",
    [{}, {"days": "-1"}, {"days": "x"}, {"until": "soon"}, {"until": "2001-01-01"}, {"days": "9" * 30}],
)
def test_a_day_that_makes_no_sense_changes_nothing_and_says_what_would(
    access: Access, dana: Client, customers: Cast, given: dict[str, str]
) -> None:
    answer = dana.post(f"/today/{customers['borealis'].pk}/later", given, headers=HTMX)
    assert answer.status_code == 200
    assert "choose a day" in json.loads(answer.headers["HX-Trigger"])["toast"]["says"]
    assert not quiet(access, customers["borealis"])


def test_a_book_instead_of_a_note_changes_nothing(access: Access, dana: Client, customers: Cast) -> None:
    answer = dana.post(f"/today/{customers['borealis'].pk}/done", {"note": "x" * 20_000}, headers=HTMX)
    assert "10,000 letters" in json.loads(answer.headers["HX-Trigger"])["toast"]["says"]
    assert not quiet(access, customers["borealis"])


def test_pressed_twice_is_done_once(access: Access, dana: Client, customers: Cast) -> None:
    address = f"/today/{customers['borealis'].pk}/done"
    dana.post(address, headers=HTMX)
    again = dana.post(address, headers=HTMX)
    assert "already" in json.loads(again.headers["HX-Trigger"])["toast"]["says"]
    assert len(touchpoints.notes(access, customers["borealis"].pk)) == 1


def test_without_scripts_the_same_goes_by_whole_pages(access: Access, dana: Client, customers: Cast) -> None:
    borealis = customers["borealis"]
    page = dana.post(f"/today/{borealis.pk}/done?book=all", {"note": ""}, follow=True)
    assert page.redirect_chain == [("/?book=all", 302)]
    assert "Borealis: done. Quiet until" in text(page.content)
    assert f"/today/{borealis.pk}/undo?" in page.content.decode()
    assert quiet(access, borealis)


ACTS = ["done", "later", "undo"]


@pytest.mark.parametrize("act", ACTS)
def test_vic_may_look_and_not_act(access: Access, vic: Client, customers: Cast, act: str) -> None:
    borealis = customers["borealis"]
    page = vic.get("/").content.decode()
    assert "Borealis" in page
    assert "/done" not in page
    assert vic.post(f"/today/{borealis.pk}/{act}", {"days": "1"}).status_code == 403
    assert not quiet(access, borealis)


@pytest.mark.parametrize("act", ACTS)
def test_a_neighbour_finds_nobody_here(access: Access, oscar: Client, customers: Cast, act: str) -> None:
    ids = ",".join(reason.id for reason in warnings.of_account(access, customers["borealis"].pk, today()))
    address = f"/today/{customers['borealis'].pk}/{act}?warnings={ids}"
    assert oscar.post(address, {"days": "1"}).status_code == 404
    assert not quiet(access, customers["borealis"])


EXPLAINED = [
    "/explain/question",
    "/explain/causes",
    *(f"/explain/book/{name}" for name in ("paying", "arr", "renewals")),
]


@pytest.mark.parametrize("address", ["/", *EXPLAINED])
def test_strangers_are_asked_who_they_are(client: Client, db: None, address: str) -> None:
    assert client.get(address).headers["Location"].startswith("/sign-in")


@pytest.mark.parametrize("address", EXPLAINED)
def test_figures_are_explained_on_a_page_and_in_the_drawer(
    dana: Client, vic: Client, oscar: Client, address: str
) -> None:
    page, part = dana.get(address), dana.get(address, headers=HTMX)
    assert page.status_code == part.status_code == vic.get(address).status_code == 200
    assert b"<html" in page.content
    assert b"<html" not in part.content
    for name in ("Borealis", "Acme", "Cinder"):
        assert name not in text(oscar.get(address).content)


def test_the_worth_of_borealis_with_its_inputs(dana: Client, oscar: Client, customers: Cast) -> None:
    address = f"/explain/worth/{customers['borealis'].pk}"
    page = text(dana.get(address).content)
    assert "$120,000.00" in page
    assert "25.0 %" in page
    assert "$6,000.00" in page  # 120,000 × 25 % × 20 %
    assert page.count("assumed") >= 3
    assert oscar.get(address).status_code == 404
    assert dana.get("/explain/worth/nobody").status_code == 404


def test_a_counted_chance_says_what_it_was_counted_from(
    access: Access, dana: Client, customers: Cast
) -> None:
    LossRate.objects.filter(workspace=access.workspace, band="poor").update(lost=50, seen=100)
    page = text(dana.get(f"/explain/worth/{customers['borealis'].pk}").content)
    assert "of 100 account-months in this band, 50 were followed by a loss" in page
    assert "45.8 %" in page
    assert "45.8 %" in text(dana.get("/explain/question").content)
    assert "46 % likely to leave" in text(dana.get("/").content)


def test_acme_and_dune_are_explained_too(dana: Client, customers: Cast) -> None:
    acme = text(dana.get(f"/explain/worth/{customers['acme'].pk}").content)
    assert "$1,680.00" in acme  # 84,000 × 20 % × 10 %
    assert "Nothing is in danger" in acme
    assert "no warning of theirs is open" in text(dana.get(f"/explain/worth/{customers['dune'].pk}").content)


def test_the_parts_of_the_book_add_up(dana: Client) -> None:
    page = text(dana.get("/?book=all").content)
    assert "Paying customers 3" in page
    assert "Yearly revenue $244k" in page
    assert "Renewals in good health 0 % of 90" in page
    whole = text(dana.get("/explain/book/arr?book=all").content)
    assert "$244,000.00" in whole
    assert text(dana.get("/explain/book/arr?book=mine").content).count("Cinder") == 0
    assert dana.get("/explain/book/profit").status_code == 404


def test_what_happened_since_yesterday(access: Access, dana: Client, customers: Cast) -> None:
    BandChange.objects.create(
        workspace=access.workspace,
        account=customers["borealis"],
        changed_on=ago(1),
        before="fair",
        after="poor",
        score_before=61,
        score_after=38,
    )
    BandChange.objects.create(
        workspace=access.workspace,
        account=customers["acme"],
        changed_on=ago(2),
        before="fair",
        after="good",
        score_before=61,
        score_after=72,
    )
    old = Term.objects.get(account=customers["acme"])
    Term.objects.filter(pk=old.pk).update(ends_on=ago(0))
    old.pk, old.starts_on, old.ends_on, old.amount_minor = "", ago(0), None, 94_080_00
    old.pk = "f" * 32
    old.save(force_insert=True)
    page = text(dana.get("/").content).split("Since yesterday")[-1].split("Renewals near")[0]
    assert "Borealis fell to poor 61 → 38" in page
    assert "Acme renewed, up 12 % $94k" in page
    assert "rose" not in page


def test_contracts_that_began_are_told_the_largest_customers_first(
    access: Access, dana: Client, customers: Cast
) -> None:
    names = [f"Newco {number}" for number in range(9)]
    for number, name in enumerate(names):
        scene.account(access, name, 10_000 * (number + 1), score=80, band="good", started=ago(1))
    keep_running(access.workspace)
    page = text(dana.get("/?book=all").content).split("Since yesterday")[-1].split("Renewals near")[0]
    told = [name for name in names if f"{name} new contract" in page]
    assert told == names[1:]
    assert page.index("Newco 8") < page.index("Newco 7") < page.index("Newco 1")


def test_cinder_is_news_when_somebody_begins(access: Access, dana: Client, customers: Cast) -> None:
    cinder = customers["cinder"]
    type(cinder).objects.get(pk=cinder.pk)
    access.of(scene.Standing).filter(account=cinder).update(last_active_on=today())
    actions.refresh(access.workspace, [cinder.pk])
    assert "Cinder used for the first time day 25" in text(dana.get("/?book=all").content)


@pytest.mark.parametrize("sees_all", [True, False])
def test_a_large_book_is_read_another_way_and_says_the_same(
    access: Access, customers: Cast, monkeypatch: pytest.MonkeyPatch, sees_all: bool
) -> None:
    who = cast.member(access, "Erin", Role.MANAGER, sees_all=sees_all)
    Account.objects.filter(pk__in=[customers[name].pk for name in ("acme", "borealis")]).update(
        owner="erin@example.test"
    )
    keep_running(access.workspace)
    shown = queries.shown(who, book="", cause="", every="")
    assert shown.book == queries.MINE
    small = queries.today(who, shown)
    monkeypatch.setattr(books, "LARGE", 0)
    assert queries.today(who, shown) == small
    assert small.book.customers == 2


def test_who_has_no_name_here_has_a_book_of_nobody(access: Access, customers: Cast) -> None:
    outsider = access_of_outsider(access.workspace, "board@example.test", None, gets_files=False)
    page = queries.today(outsider, queries.Shown(queries.MINE))
    assert page.book.customers == 0
    assert page.worklist.total.count == 0


def test_small_customers_are_one_line_that_opens(access: Access, dana: Client) -> None:
    for number in range(38):
        scene.account(access, f"Small {number}", 500, band="poor", score=30, last_active_on=ago(20))
    actions.refresh(access.workspace)
    page = text(dana.get("/?book=all").content)
    assert "Silent 38 small customers, $19k a year together" in page
    assert "Small 1" not in page
    opened = text(dana.get("/?book=all&cause=silent").content)
    assert "Only: Silent." in opened
    assert "Small 37" in opened
    assert "Borealis" not in opened.split("Since yesterday")[0]


def test_names_are_text_never_markup(access: Access, dana: Client) -> None:
    scene.account(access, "<script>alert(1)</script>", 10_000, score=9, band="poor", renews_on=ago(-3))
    actions.refresh(access.workspace)
    page = dana.get("/?book=all&cause=%22%3E%3Cscript%3E&every=%22").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert '"><script>' not in page


def test_nobody_needs_anybody_and_what_was_looked_for(access: Access) -> None:
    scene.account(access, "Acme", 84_000, score=90, band="good", last_active_on=today())
    actions.refresh(access.workspace)
    page = text(signed_in(cast.member(access, "Max", Role.OWNER)).get("/").content)
    assert "Nobody needs you today" in page
    assert "1 customer looked at" in page
    assert "Silent They used the product once" in page
    assert "not yet" in page  # no answers, no renewals: nothing was found because nothing could be


def test_before_the_first_score_nobody_is_said_to_be_well(access: Access) -> None:
    scene.account(access, "Acme", 84_000)
    page = text(signed_in(cast.member(access, "Max", Role.OWNER)).get("/").content)
    assert "No scores yet" in page
    assert "All quiet" not in page


def test_an_empty_workspace_says_how_to_begin(access: Access) -> None:
    page = signed_in(cast.member(access, "Olga", Role.OWNER)).get("/").content
    for word in ("No customers yet", "Import a file", "Create a write key", "tenure up --demo"):
        assert word in text(page)
    assert b'href="/settings/keys"' in page


@pytest.mark.parametrize(
    ("role", "narrowed", "says"),
    [
        (Role.VIEWER, False, "Somebody who may import"),
        (Role.MANAGER, True, "whose owner is max@example.test"),
    ],
)
def test_an_empty_page_offers_only_what_one_may_do(
    access: Access, role: Role, narrowed: bool, says: str
) -> None:
    client = signed_in(cast.member(access, "Max", role, sees_all=not narrowed))
    for path in ("/", "/customers"):
        assert b'href="/data"' not in client.get(path).content.partition(b"<main")[2]
    assert says in text(client.get("/").content)


def test_the_page_takes_as_many_queries_for_fifty_as_for_three(
    access: Access, dana: Client, django_assert_max_num_queries: object
) -> None:
    dana.get("/search")  # that a session is used is written down the first time
    with django_assert_max_num_queries(40) as few:  # type: ignore[operator]
        dana.get("/?book=all")
    for number in range(47):
        scene.account(access, f"More {number}", 20_000, score=30, band="poor", renews_on=ago(-9))
    actions.refresh(access.workspace)
    with django_assert_max_num_queries(len(few)):  # type: ignore[operator]
        dana.get("/?book=all")
