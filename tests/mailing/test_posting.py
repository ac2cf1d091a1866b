"""Mails over a real connection: once each, as its addressee may see it, late if need be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import Client

from tenure.jobs import schedule
from tenure.jobs.reactions import REACTIONS
from tenure.kit import outbox
from tenure.kit.facts import MailDue
from tenure.mailing import actions, posting
from tenure.mailing.actions import Wish, WrongWish
from tenure.mailing.models import Addressee, Mailing, Posting
from tenure.web.mailed import writing
from tenure.workspaces.access import Access
from tenure.workspaces.models import Membership
from tenure.workspaces.roles import Role
from tests import cast
from tests.mailing.server import Mailbox
from tests.warnings.scene import account

MONDAY = datetime(2026, 11, 30, 8, tzinfo=UTC)
SUNDAY = MONDAY - timedelta(days=1)


@pytest.fixture
def olga(access: Access) -> Access:
    return cast.member(access, "Olga", Role.OWNER)


@pytest.fixture
def dana(access: Access) -> Access:
    """Held to her own book."""
    return cast.member(access, "Dana", Role.MANAGER, sees_all=False)


def wish(*to: Access, **about: object) -> Wish:
    members = [one.user.pk for one in to if one.user]
    return Wish(**{"title": "Monday", "page": "customers", "members": members, "has_charts": False} | about)  # type: ignore[arg-type]


def work() -> None:
    """What the worker does each minute, and with each fact."""
    schedule.post_mails(None)
    waiting = outbox.read("mails", kinds=(MailDue,))
    [reaction] = REACTIONS[MailDue]
    reaction.act([one.fact for one in waiting])
    outbox.acknowledge("mails", waiting)


def body(message: EmailMessage, kind: str = "html") -> str:
    part = message.get_body((kind,))
    assert part is not None
    return " ".join(str(part.get_content()).split())


def book(access: Access) -> None:
    account(access, "Acme", 84_000, owner="dana@example.test", score=90, band="good")
    account(access, "<b>Borealis</b>\n=1+1", 120_000, owner="olga@example.test", score=38, band="poor")


def test_each_gets_what_they_may_see_and_once(olga: Access, dana: Access, box: Mailbox) -> None:
    with time_machine.travel(SUNDAY, tick=False):
        book(olga)
        actions.create_mailing(olga, wish(olga, dana, files="csv"))
        work()
        assert box.came == []
    with time_machine.travel(MONDAY, tick=False):
        work()
        work()
        posting.send(Posting.objects.earliest("pk").pk, writing.write, writing.notice)
    [to_olga], [to_dana] = box.to("olga@example.test"), box.to("dana@example.test")
    assert "Borealis" in body(to_olga)
    assert "&lt;b&gt;Borealis" in body(to_olga)
    assert "Acme" in body(to_dana)
    for kind in ("html", "plain"):
        assert "Borealis" not in body(to_dana, kind)
    files = [str(one.get_content()) for one in to_olga.iter_attachments()]
    assert len(files) == 1
    assert "Borealis" not in "".join(str(one.get_content()) for one in to_dana.iter_attachments())
    assert "http" not in body(to_olga).replace("https://tenure.example.test", "")
    assert set(Posting.objects.values_list("status", flat=True)) == {Posting.SENT}
    assert to_olga["Subject"] == "Monday: Customers"


def test_what_was_missed_comes_once_and_says_so(olga: Access, box: Mailbox) -> None:
    with time_machine.travel(SUNDAY, tick=False):
        account(olga, "Acme", 84_000)
        actions.create_mailing(olga, wish(olga, every="daily"))
    with time_machine.travel(MONDAY + timedelta(days=3, hours=2), tick=False):
        work()
    [late] = box.came
    assert "It stands for the 4 times" in body(late[1], "plain")
    assert "Sent late: it was due on 3 December at 08:00" in body(late[1])
    assert Mailing.objects.get().next_at == MONDAY + timedelta(days=4)


def test_a_worker_that_died_while_handing_over_sends_the_same_message_again(
    olga: Access, box: Mailbox
) -> None:
    with time_machine.travel(SUNDAY, tick=False):
        actions.create_mailing(olga, wish(olga))
    with time_machine.travel(MONDAY, tick=False):
        box.after = ""  # taken, and the connection lost before it said so
        work()
        assert Posting.objects.get().status == Posting.WAITING
        box.after = "250 ok"
    with time_machine.travel(MONDAY + timedelta(minutes=2), tick=False):
        work()
    first, second = box.to("olga@example.test")
    assert first["Message-ID"] == second["Message-ID"]
    assert (Posting.objects.get().status, Posting.objects.get().attempts) == (Posting.SENT, 2)


def test_a_server_that_is_busy_is_asked_again_and_one_that_refuses_is_not(
    olga: Access, dana: Access, box: Mailbox
) -> None:
    box.answers = {"olga@example.test": "451 later", "dana@example.test": "550 no such mailbox"}
    with time_machine.travel(SUNDAY, tick=False):
        actions.create_mailing(olga, wish(olga, dana))
    with time_machine.travel(MONDAY, tick=False):
        work()
    states = dict(Posting.objects.filter(kind=Posting.CLOCK).values_list("to", "status"))
    assert states == {"olga@example.test": Posting.WAITING, "dana@example.test": Posting.FAILED}
    box.answers = {}
    with time_machine.travel(MONDAY + timedelta(minutes=2), tick=False):
        work()
    told = [one["Subject"] for one in box.to("olga@example.test")]
    assert sorted(told) == ["Monday: Customers", "Not sent: Monday"]
    assert any("550" in body(one, "plain") for one in box.to("olga@example.test"))
    assert box.to("dana@example.test") == []


def test_who_left_gets_nothing_and_the_owner_is_told_once(olga: Access, dana: Access, box: Mailbox) -> None:
    with time_machine.travel(SUNDAY, tick=False):
        actions.create_mailing(olga, wish(olga, dana))
        Membership.objects.filter(user=dana.user).update(closed_at=SUNDAY)
    for week in range(2):
        with time_machine.travel(MONDAY + timedelta(days=7 * week, minutes=1), tick=False):
            work()
            work()
    assert box.to("dana@example.test") == []
    told = [one["Subject"] for one in box.to("olga@example.test")]
    assert told.count("Not sent: Monday") == 1
    assert told.count("Monday: Customers") == 2


def test_a_mailing_whose_owner_left_waits_for_another(olga: Access, dana: Access, box: Mailbox) -> None:
    with time_machine.travel(SUNDAY, tick=False):
        row = actions.create_mailing(dana, wish(olga, dana))
        Membership.objects.filter(user=dana.user).delete()
    with time_machine.travel(MONDAY, tick=False):
        work()
        assert box.came == []
        assert Mailing.objects.get().next_at is None
        assert actions.resume(olga, row.pk).owner == olga.user


def test_a_page_that_is_not_theirs_is_not_sent(olga: Access, dana: Access, box: Mailbox) -> None:
    with time_machine.travel(SUNDAY, tick=False):
        book(olga)
        theirs = account(olga, "Zenobia", 1, owner="olga@example.test")
        actions.create_mailing(olga, wish(dana, page="account", about=theirs.pk))
        actions.create_mailing(olga, wish(dana, page="insights"))
    with time_machine.travel(MONDAY, tick=False):
        work()
        work()
    assert box.to("dana@example.test") == []
    assert "Zenobia" not in "".join(Posting.objects.values_list("says", flat=True))
    assert {one["Subject"] for one in box.to("olga@example.test")} == {"Not sent: Monday"}


def test_outside_addresses_need_a_permit_and_see_what_it_says(
    olga: Access, dana: Access, box: Mailbox
) -> None:
    with pytest.raises(PermissionDenied, match="may not administer"):
        actions.permit_outsider(dana, "board@elsewhere.test", sees_all=True)
    with pytest.raises(WrongWish, match="whose customers"):
        actions.permit_outsider(olga, "board@elsewhere.test", sees_all=False)
    out = actions.permit_outsider(olga, "board@elsewhere.test", sees_all=False, owners=["dana@example.test"])
    with time_machine.travel(SUNDAY, tick=False):
        book(olga)
        actions.create_mailing(olga, wish(outsiders=[out.pk], files="xlsx"))
    with time_machine.travel(MONDAY, tick=False):
        work()
    [message] = box.to("board@elsewhere.test")
    assert "Acme" in body(message)
    assert "Borealis" not in body(message)
    assert list(message.iter_attachments()) == []
    actions.forbid_outsider(olga, out.pk)
    with time_machine.travel(MONDAY + timedelta(days=7), tick=False):
        work()
        work()
    assert len(box.to("board@elsewhere.test")) == 1
    assert [one["Subject"] for one in box.to("olga@example.test")] == ["Not sent: Monday"]


def test_one_click_stops_it_and_another_begins_it_again(olga: Access, dana: Access, box: Mailbox) -> None:
    with time_machine.travel(SUNDAY, tick=False):
        row = actions.create_mailing(olga, wish(dana))
    with time_machine.travel(MONDAY, tick=False):
        work()
        [message] = box.to("dana@example.test")
        assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        link = message["List-Unsubscribe"].strip(" <>").removeprefix("https://tenure.example.test")
        stranger = Client(enforce_csrf_checks=True)
        assert "Send me no more" in stranger.get(link).text
        assert Addressee.objects.get().stopped_at is None
        assert stranger.post(link, {"List-Unsubscribe": "One-Click"}).status_code == 200
        assert Addressee.objects.get().stopped_at is not None
        assert stranger.get(link + "x").status_code == 404
        actions.change_mailing(olga, row.pk, wish(dana))
    with time_machine.travel(MONDAY + timedelta(days=7), tick=False):
        work()
        assert len(box.came) == 1
        assert stranger.post(link, {"again": "1"}).status_code == 200
    with time_machine.travel(MONDAY + timedelta(days=14), tick=False):
        work()
    assert len(box.to("dana@example.test")) == 2


def test_what_never_gets_through_is_given_up(olga: Access, box: Mailbox) -> None:
    box.answers = {"olga@example.test": "451 later"}
    with time_machine.travel(SUNDAY, tick=False):
        actions.create_mailing(olga, wish(olga))
    for hours in range(0, 36, 3):
        with time_machine.travel(MONDAY + timedelta(hours=hours), tick=False):
            work()
    row = Posting.objects.get()
    assert (row.status, row.attempts) == (Posting.FAILED, len(posting.WAITS) + 1)
    assert "Given up after 6 attempts" in row.says


def test_without_a_mail_server_it_waits_and_says_what_would_help(
    olga: Access, box: Mailbox, settings: Any
) -> None:
    settings.MAIL_IS_SET_UP = False
    with time_machine.travel(SUNDAY, tick=False):
        row = actions.create_mailing(olga, wish(olga))
    with time_machine.travel(MONDAY, tick=False):
        work()
    assert "set TENURE_SMTP" in Posting.objects.get().says
    settings.MAIL_IS_SET_UP = True
    with time_machine.travel(MONDAY + timedelta(minutes=2), tick=False):
        work()
        assert len(box.came) == 1
        actions.send_now(olga, row.pk)
        work()
    assert len(box.came) == 2


@pytest.mark.parametrize("page", ["today", "renewals", "portfolio", "insights"])
def test_every_page_can_be_sent(olga: Access, box: Mailbox, page: str) -> None:
    account(olga, "Acme", 84_000, score=90, band="good")
    row = actions.create_mailing(olga, wish(olga, page=page, has_charts=page == "portfolio", files="xlsx"))
    actions.send_now(olga, row.pk)
    work()
    [(_, message)] = box.came
    assert "tenure.example.test" in body(message, "plain")
    pictures = [one for one in message.walk() if one.get_content_type() == "image/png"]
    assert bool(pictures) == (page == "portfolio")
    for one in pictures:
        assert one.get_payload(decode=True)[:4] == b"\x89PNG"  # type: ignore[index]


def test_a_neighbour_and_lesser_roles_reach_nothing(olga: Access, dana: Access, neighbour: Access) -> None:
    row = actions.create_mailing(olga, wish(olga))
    vic, otto = cast.member(olga, "Vic", Role.VIEWER), cast.member(neighbour, "Otto", Role.OWNER)
    for who in (dana, vic, otto):
        for act in (actions.pause, actions.remove, actions.send_now):
            with pytest.raises(Http404, match="no such mailing"):
                act(who, row.pk)
    with pytest.raises(PermissionDenied, match="may not work"):
        actions.create_mailing(vic, wish(vic))
    with pytest.raises(WrongWish, match="no member"):
        actions.create_mailing(olga, wish(olga, otto))
    assert Mailing.objects.get().next_at is not None
