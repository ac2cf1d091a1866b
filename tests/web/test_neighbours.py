"""A hostile neighbour tries every address with every id it could have got hold of.

What each answer must be follows from the right that the page declares, so a new page is tried without a
word here; a new kind of id in an address has to be added to `Ids`, and the test fails until it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from allauth.usersessions.models import UserSession
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tenure.accounts import merging
from tenure.accounts.actions import AccountRow, PersonRow, upsert_accounts, upsert_people
from tenure.accounts.models import Account, Duplicate, Identity, Person, Regrouping
from tenure.desk import changing, viewing
from tenure.events import mending
from tenure.events.models import EventName, MendingRule, RejectedEvent
from tenure.health import editing
from tenure.kit import clock, home
from tenure.mailing import actions as mailing
from tenure.metrics import actions as measures
from tenure.metrics import own
from tenure.sources.exports import asking
from tenure.sources.models import ExportRun, ImportRun, Pickup
from tenure.touchpoints import actions as touchpoints
from tenure.touchpoints.models import Note
from tenure.warnings import priorities
from tenure.warnings.models import EarlyWarning
from tenure.web.signin import BACKEND
from tenure.workspaces import actions, members
from tenure.workspaces.access import Access, access_for_machine, access_for_user
from tenure.workspaces.models import Invitation, Key, Membership
from tenure.workspaces.roles import Right, Role
from tests import cast
from tests.health.scene import only
from tests.warnings.scene import account, today
from tests.web.story import use

OPEN = {
    "welcome",
    "demo-gone",  # to the browser that had a demo removed, whose members are no members any more
    "ready",
    "api-description",
    "mail-stop",
}  # besides allauth's: for strangers, and for programs
ALLAUTH = ("account_", "mfa_")
# Pages about the whole workspace, which those held to a book are refused although they may read.
OF_ALL = re.compile(
    r"data(?!-metric)($|-(?!incoming))|settings-inputs$|insights(?!-contra)|settings-health-calibrat"
)
SECRET = "Xerxes"  # in everything that is a neighbour's
ANOTHERS = "Zenobia"  # in everything that is in another's book


@dataclass(frozen=True)
class Ids:
    """An id of each kind that addresses have, by the argument's name."""

    account_id: str
    person_id: str
    note_id: str
    run_id: str
    member: str
    invitation: str
    key: str
    name_id: str
    rule_id: str
    view_id: str
    change_id: str
    file_id: str
    mention_id: str
    pickup_id: str
    duplicate_id: str
    regrouping_id: str
    metric_name: str
    session_id: str
    export_id: str
    mailing_id: str
    outsider_id: str


# Arguments that are no ids: words that every workspace knows.
FORM = {"days": "3", "text": "hm", "role": "viewer", "name": "x"}  # enough for what a form asks first
WORDS = {
    "column": "segment",
    "cause": "silent",
    "profile_name": "large",
    "tab": "notes",
    "figure": "arr",
    "part": "expansion",
    "name": "seat_use",
    "token": "x",
}


def pages() -> Iterator[URLPattern]:
    """Every page that asks who is there."""
    for pattern in get_resolver().url_patterns:
        if str(pattern.pattern) == "api/v1/":
            continue  # tests/web/api tries what is below
        assert not isinstance(pattern, URLResolver), "say here what tries the addresses below it"
        name = pattern.name or ""
        if name not in OPEN and not name.startswith(ALLAUTH):
            yield pattern


def address(pattern: URLPattern, ids: Ids) -> str:
    """A page's address with these ids. KeyError names an argument that nothing is known of."""
    known = WORDS | vars(ids)
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: known[found[1]], str(pattern.pattern))


def takes_ids(pattern: URLPattern) -> bool:
    """Whether there are ids in its address."""
    return bool(set(re.findall(r"<(?:\w+:)?(\w+)>", str(pattern.pattern))) - WORDS.keys())


def rights_of(pattern: URLPattern) -> dict[str, Right]:
    """What a page says that it takes, by method. AttributeError: it carries no guard."""
    found: dict[str, Right] = pattern.callback.rights  # type: ignore[attr-defined]
    return found


@dataclass(frozen=True)
class World:
    """The cast's workspace with two books, a neighbour's, and who asks."""

    own: Ids
    book: Ids  # of another's book: only what hangs on an account differs
    theirs: Ids
    access: Access


@pytest.fixture
def world(access: Access, neighbour: Access) -> World:
    ours = filled(access, "Acme", "dana@example.test")
    neighbours = filled(neighbour, f"{SECRET} Ltd", "otto@example.test")
    another = _customer(access, f"{ANOTHERS} AG", "olga@example.test")
    note = Note.objects.get(account_id=another)
    twice = _twice(access, f"{ANOTHERS} AG", "olga@example.test", another)
    person = Person.objects.get(account_id=another)
    book = replace(ours, account_id=another, person_id=person.pk, note_id=note.pk, **twice)
    return World(ours, book, neighbours, access)


def filled(access: Access, name: str, owner: str) -> Ids:
    """A workspace with one of everything that has an address."""
    who = f"{name.split()[0].lower()}"
    row = _customer(access, name, owner)
    member = cast.member(access, f"{who}-vic", Role.VIEWER)
    token = actions.create_key(access, Key.WRITE, f"{name}'s key")
    members.invite(access, Role.VIEWER, f"{who}-new@example.test")
    large = only("seat_use", 1, name="large", accounts=[f"segment.is.{name}"], place=1)
    editing.save(access, large, f"as {name} asked")
    workspace = access.workspace
    metric = own.OwnMetric(f"{who}_opens", f"Opened by {name}", "count", event=f"{name} opened")
    measures.save_metrics(access, [metric])
    return Ids(
        metric_name=metric.name,
        session_id=_session(member),
        export_id=_export(access),
        account_id=row,
        person_id=Person.objects.get(account_id=row).pk,
        note_id=Note.objects.filter(account_id=row).order_by("pk")[0].pk,
        run_id=_import(access, name),
        member=str(Membership.objects.get(user=member.user).pk),
        invitation=Invitation.objects.get(workspace=workspace).pk,
        key=Key.objects.get(prefix=token[:10]).pk,
        name_id=_event_name(access, name),
        pickup_id=_pickup(access),
        rule_id=str(
            MendingRule.objects.create(
                workspace=workspace, reason="nobody", rule=mending.stored(mending.Drop(name)), made_by=who
            ).pk
        ),
        **_by_mail(access, name, member),
        **_at_the_desk(access, name, row, member),
        **_twice(access, name, owner, row),
    )


def _by_mail(access: Access, name: str, member: Access) -> dict[str, str]:
    """A page that is sent to a member and to an address outside."""
    assert member.user is not None
    out = mailing.permit_outsider(access, f"{name.split()[0]}@elsewhere.test", sees_all=True)
    asked = mailing.Wish(f"Mail of {name}", "today", members=[member.user.pk], outsiders=[out.pk])
    made = mailing.create_mailing(access, asked, member.user)
    return {"mailing_id": made.pk, "outsider_id": str(out.pk)}


def _at_the_desk(access: Access, name: str, row: str, member: Access) -> dict[str, str]:
    """A saved view, a change, a file and a mention of a workspace."""
    file = SimpleUploadedFile(f"{name}.txt", name.encode())
    assert member.user is not None
    note = touchpoints.write_note(access, row, f"@{member.user.email} look at {name}", uploads=[file])
    ours = access.of(Account).filter(pk=row)
    return {
        "view_id": viewing.save(access, f"View of {name}", "", is_shared=True).pk,
        "change_id": changing.set_column(access, ours, "segment", f"Segment of {name}").pk,
        "file_id": note.attachments.get().pk,
        "mention_id": note.mentions.get().pk,
    }


def _customer(access: Access, name: str, owner: str) -> str:
    row = account(access, name, 84_000, owner=owner, score=20, band="poor", renews_on=today() + timedelta(9))
    about = {"workspace": access.workspace, "account": row}
    Identity.objects.create(
        workspace=access.workspace, kind="account", observed=row.external_id, target_id=row.pk
    )
    person = PersonRow(
        f"p-{name}", f"ann@{row.external_id}.test", f"Ann of {name}", row.external_id, "champion"
    )
    upsert_people(access.workspace, [person])
    Note.objects.create(author=owner, text=f"{name} called", **about)
    EarlyWarning.objects.create(cause="silent", says=f"{name} is silent", opened_on=today(), **about)
    priorities.rewrite(access_for_machine(access.workspace), None, today())
    use(access, row.external_id, f"p-{name}", [1, 2], f"{name} viewed")
    return row.pk


def _twice(access: Access, name: str, owner: str, row: str) -> dict[str, str]:
    """A customer that may be another's twin, and one that was merged into it."""
    refs = (f"{name} twin", f"{name} before")
    upsert_accounts(access.workspace, [AccountRow(ref, ref.title(), owner=owner) for ref in refs])
    twin, before = (access.of(Account).get(external_id=ref).pk for ref in refs)
    same = Duplicate.objects.create(
        workspace=access.workspace,
        kind=Identity.ACCOUNT,
        one_id=row,
        other_id=twin,
        reason=f"both are called {name}",
        confidence=0.8,
    )
    merged = merging.merge(access, Identity.ACCOUNT, row, before)
    return {"duplicate_id": str(same.pk), "regrouping_id": str(merged.pk)}


def _export(access: Access) -> str:
    """An export that can be downloaded."""
    run = ExportRun.objects.create(workspace=access.workspace, status=ExportRun.DONE, asked_by="somebody")
    asking.file_of(run).parent.mkdir(parents=True, exist_ok=True)
    asking.file_of(run).write_bytes(b"PK")
    return run.pk


def _session(member: Access) -> str:
    """A browser in which somebody is signed in."""
    client = client_of(member)
    client.get("/settings/you/sessions")
    return str(UserSession.objects.filter(user=member.user).latest("pk").pk)


def _event_name(access: Access, name: str) -> str:
    now = clock.now()
    seen = {"first_seen": now, "last_seen": now, "last_day": now.date(), "weeks": [0]}
    row = EventName.objects.create(
        workspace=access.workspace, kind="track", event=f"{name} opened", description=f"by {name}", **seen
    )
    return str(row.pk)


def _pickup(access: Access) -> str:
    """A pick-up of a workspace, which has been previewed."""
    where = "https://files.example/customers.csv"
    made = Pickup.objects.create(
        workspace=access.workspace, where=where, every_minutes=60, kind="accounts", created_by="somebody"
    )
    return made.pk


def _import(access: Access, name: str) -> str:
    RejectedEvent.objects.create(
        workspace=access.workspace,
        stream="s",
        position=1,
        reason="nobody",
        says=f"of {name}",
        body="{}",
        received_at=clock.now(),
    )
    path = Path(home.home()) / f"{name}.csv"
    path.write_text(f"account_id,name\n{name},{name}\n")
    run = ImportRun.objects.create(
        workspace=access.workspace,
        kind="accounts",
        filename=path.name,
        path=str(path),
        started_by=f"somebody at {name}",
        status=ImportRun.DRAFT,
    )
    return run.pk


def client_of(access: Access) -> Client:
    client = Client()
    assert access.user is not None
    client.force_login(access.user, backend=BACKEND)
    return client


@dataclass(frozen=True)
class Tried:
    """An answer to a request."""

    name: str
    method: str
    status: int
    body: str


def tried(client: Client, ids: Ids) -> Iterator[Tried]:
    """Every page's answers to GET and POST with these ids; what they change is taken back at once."""
    for pattern in pages():
        for method in (client.get, client.post):
            with transaction.atomic():
                answer = method(address(pattern, ids), FORM)
                yield Tried(pattern.name or "", method.__name__.upper(), answer.status_code, text_of(answer))
                transaction.set_rollback(True)


def text_of(answer: HttpResponseBase) -> str:
    parts = answer if answer.streaming else [answer.content]  # type: ignore[attr-defined]
    return b"".join(parts).decode(errors="replace")  # type: ignore[arg-type]


def test_every_page_says_what_right_it_takes_and_its_ids_are_known(world: World) -> None:
    for pattern in pages():
        assert set(rights_of(pattern).values()) <= set(Right)
        assert address(pattern, world.own)
    assert len(list(pages())) > 40


@pytest.mark.parametrize("role", Role)
def test_each_role_gets_what_the_page_declares_and_nothing_of_a_neighbours(world: World, role: Role) -> None:
    who = cast.member(world.access, "Dana", role)
    client = client_of(who)
    rights = {pattern.name: rights_of(pattern) for pattern in pages()}
    with_ids = {pattern.name for pattern in pages() if takes_ids(pattern)}
    for one in tried(client, world.own):
        assert one.status < 500, one
        assert SECRET not in one.body, one
        if one.status not in (405, 404) and one.name not in OWN_ROLE_MATTERS:
            assert (one.status == 403) == (not who.may(rights[one.name][one.method])), (
                one.name,
                one.method,
                one.status,
            )
    for one in tried(client, world.theirs):
        assert SECRET not in one.body, one
        if one.name in with_ids:
            expected = 404 if who.may(rights[one.name][one.method]) else 403
            assert one.status in (405, expected), (one.name, one.method, one.status)


# What depends on more than the declared right: the preview of a draft is for those who may import it, and
# owners and admins are changed by owners. A change is taken back, a view changed, by whoever made it.
OWN_ROLE_MATTERS = {"data-import", "change-undo", "view-change", "view-remove", "view-undo"}


def test_whoever_is_held_to_a_book_gets_nothing_of_anothers(world: World) -> None:
    dana = cast.member(world.access, "Dana", Role.MANAGER, sees_all=False)
    client = client_of(dana)
    about_accounts = {
        pattern.name for pattern in pages() if re.search("account_id|note_id", str(pattern.pattern))
    }
    let_in = 0
    for one in tried(client, world.own):
        assert one.status < 500, one
        assert SECRET not in one.body, one
        assert ANOTHERS not in one.body, one
        if OF_ALL.match(one.name):
            assert one.status in (403, 405), one
        let_in += one.status < 400
    assert let_in > 25
    for one in tried(client, world.book):
        assert ANOTHERS not in one.body, one
        if one.name in about_accounts:
            refused = 403 if OF_ALL.match(one.name) else 404  # the right is asked first
            assert one.status in (refused, 405), (one.name, one.method, one.status)


def test_owners_see_both_books_but_no_neighbours(world: World) -> None:
    """The names are really there to be found: the tests above look for what these pages show."""
    client = client_of(cast.member(world.access, "Olga", Role.OWNER))
    for path in (
        "/customers",
        "/?book=all",
        "/palette?q=Zenobia",
        "/customers/export",
        "/data/incoming",
        "/data/duplicates",
        "/data/merges",
    ):
        assert ANOTHERS in text_of(client.get(path)), path
        assert SECRET not in text_of(client.get(path)), path


def test_what_was_merged_leads_only_those_who_may_see_it(world: World) -> None:
    gone = Regrouping.objects.get(pk=world.book.regrouping_id)
    path = f"/customers/{gone.other_id}"
    owner = client_of(cast.member(world.access, "Olga", Role.OWNER))
    assert owner.get(path)["Location"] == f"/customers/{gone.kept_id}"
    dana = client_of(cast.member(world.access, "Dana", Role.MANAGER, sees_all=False))
    assert dana.get(path).status_code == 404


def test_whoever_is_closed_out_gets_nothing(world: World) -> None:
    dana = cast.member(world.access, "Dana", Role.MANAGER)
    client = client_of(dana)
    Membership.objects.filter(user=dana.user).update(closed_at=clock.now())
    assert dana.user is not None
    assert access_for_user(dana.user) is None
    assert {one.status for one in tried(client, world.own)} <= {403, 405}


def test_a_name_that_leads_nowhere_is_one_that_does_not_exist(world: World) -> None:
    client = client_of(cast.member(world.access, "Olga", Role.OWNER))
    there = Account.objects.count()
    never = Ids(**dict.fromkeys(vars(world.own), "0" * 32))
    for one in tried(client, never):
        assert one.status < 500, one
    assert Account.objects.count() == there
