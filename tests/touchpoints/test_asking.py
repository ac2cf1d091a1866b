"""Notes that ask a colleague, that are edited and removed with undo, and the files that go with them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404
from hypothesis import given
from hypothesis import strategies as st

from tenure.accounts.models import Account
from tenure.kit import clock, home
from tenure.touchpoints import actions, files, queries, rules
from tenure.touchpoints.models import Attachment, Mention, Note
from tenure.workspaces.access import Access
from tenure.workspaces.roles import Role
from tests import cast

NAMES = rules.names_of(
    [
        ("1", "Dana Ames", "dana@example.test"),
        ("2", "Max", "max@example.test"),
        ("3", "Dana Berg", "db@example.test"),
    ]
)


@pytest.fixture
def acme(access: Access) -> Account:
    return Account.objects.create(workspace=access.workspace, external_id="acme", name="Acme")


@pytest.fixture
def dana(access: Access) -> Access:
    return cast.member(access, "Dana", Role.MANAGER)


@pytest.fixture
def max_(access: Access) -> Access:
    return cast.member(access, "Max", Role.MANAGER)


def kept() -> list[Path]:
    return [path for path in (home.home() / "attachments").rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("@max, please", {"2"}),
        ("ask @Dana Ames and @MAX.", {"1", "2"}),
        ("@dana is two people", set()),
        ("@dana@example.test", {"1"}),
        ("@dana Bergman", set()),
        ("(@db)", {"3"}),
        ("write to max@example.test", set()),
        ("@maximilian @", set()),
        ("@max@", {"2"}),
    ],
)
def test_whom_a_text_mentions(text: str, who: set[str]) -> None:
    assert rules.mentioned(text, NAMES) == who


@given(st.text(alphabet="@maxMAX danes.-\n"))
def test_the_parts_of_a_text_are_the_text(text: str) -> None:
    assert "".join(part.text for part in rules.parts(text, NAMES)) == text


def test_a_mention_waits_until_it_is_settled(
    access: Access, dana: Access, max_: Access, acme: Account
) -> None:
    actions.write_note(dana, acme.pk, "@Max, can you call Ann? @dana")
    assert queries.waiting(dana) == []  # nobody asks themselves
    (asked,) = queries.waiting(max_)
    assert (asked.account, asked.author) == ("Acme", "dana@example.test")
    with pytest.raises(Http404):
        actions.settle(dana, asked.id)
    actions.settle(max_, asked.id)
    assert queries.waiting(max_) == []
    actions.settle(max_, asked.id, is_done=False)
    assert len(queries.waiting(max_)) == 1


def test_who_is_asked_of_a_customer_in_no_book_of_theirs_is_told_to_the_author(
    access: Access, dana: Access, max_: Access, acme: Account
) -> None:
    rex = cast.member(access, "Rex", Role.MANAGER, sees_all=False, team=["sam@example.test"])
    note = actions.write_note(dana, acme.pk, "@max and @rex, please")
    assert queries.out_of_sight(dana, note) == ["Rex"]
    assert queries.waiting(rex) == []
    for owner in ("rex@example.test", "sam@example.test"):
        note.account.owner = owner
        assert queries.out_of_sight(dana, note) == []


@pytest.mark.parametrize(
    ("text", "href"),
    [
        ("see https://a.test/x?a=1&b=2, and", "https://a.test/x?a=1&b=2"),
        ("(http://a.test/@max).", "http://a.test/@max"),
        ('https://a.test/"onclick=', "https://a.test/"),
        ("javascript:alert(1) //a.test", ""),
        ("xhttps://a.test", ""),
    ],
)
def test_addresses_in_a_text_lead_there(text: str, href: str) -> None:
    found = list(rules.parts(text, NAMES))
    assert "".join(part.text for part in found) == text
    assert "".join(part.href for part in found) == href


def test_an_edit_asks_those_it_mentions_now_and_can_be_taken_back(
    dana: Access, max_: Access, acme: Account
) -> None:
    note = actions.write_note(dana, acme.pk, "Called Ann.", kind="call")
    actions.edit_note(dana, note.pk, "@max called Ann.", "meeting", note.happened_at)
    assert len(queries.waiting(max_)) == 1
    actions.unedit_note(dana, note.pk)
    actions.unedit_note(dana, note.pk)
    (read,) = queries.notes(dana, acme.pk)
    assert (read.text, read.kind, read.edited_at) == ("Called Ann.", "call", None)
    assert not Mention.objects.exists()
    with pytest.raises(PermissionDenied):
        actions.edit_note(max_, note.pk, "Mine.", "note", note.happened_at)


@pytest.mark.parametrize(
    ("text", "kind", "days", "says"),
    [
        ("", "note", 0, "1 to 10,000"),
        ("x", "party", 0, "note, call, meeting, email"),
        ("x", "call", 3, "future"),
    ],
)
def test_what_is_wrong_with_a_note_is_named(
    dana: Access, acme: Account, text: str, kind: str, days: int, says: str
) -> None:
    with pytest.raises(ValueError, match=says):
        actions.write_note(dana, acme.pk, text, clock.now() + timedelta(days=days), kind)
    assert not Note.objects.exists()


def test_a_removed_note_comes_back_within_a_day_and_then_is_gone_with_its_files(
    dana: Access, max_: Access, acme: Account
) -> None:
    same = [SimpleUploadedFile("a.txt", b"the same"), SimpleUploadedFile("b.txt", b"the same")]
    other = actions.write_note(dana, acme.pk, "Kept.", uploads=[SimpleUploadedFile("c.txt", b"other")])
    note = actions.write_note(dana, acme.pk, "Gone, @max.", uploads=same)
    assert len(kept()) == 2  # a content is kept once
    actions.remove_note(max_, note.pk)
    assert len(queries.notes(dana, acme.pk)) == 2
    actions.remove_note(dana, note.pk)
    assert [one.text for one in queries.notes(dana, acme.pk)] == ["Kept."]
    assert queries.waiting(max_) == []
    with pytest.raises(PermissionDenied):
        actions.restore_note(max_, note.pk)
    actions.restore_note(dana, note.pk)
    assert len(queries.waiting(max_)) == 1
    actions.remove_note(dana, note.pk)
    assert actions.forget_removed() == 0
    Note.everything.filter(pk=note.pk).update(removed_at=clock.now() - timedelta(days=2))
    assert actions.forget_removed() == 1
    (left,) = Attachment.objects.all()
    assert (left.note_id, [path.read_bytes() for path in kept()]) == (other.pk, [b"other"])
    with pytest.raises(Http404):
        actions.restore_note(dana, note.pk)


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"%PDF-1.7", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"<html><script>alert(1)</script>", "text/plain; charset=utf-8"),
        (b"<svg onload=alert(1)>", "text/plain; charset=utf-8"),
        (b"MZ\x90\x00\x03", rules.ANYTHING),
        ("ä".encode() * 10 + b"\xc3", "text/plain; charset=utf-8"),
        (b"\xff\xfe\x00", rules.ANYTHING),
        (b"RIFF....WEBPVP8 ", "image/webp"),
    ],
)
def test_a_file_is_what_its_first_bytes_say(head: bytes, kind: str) -> None:
    assert rules.content_type(head) == kind


def test_files_that_may_not_come_are_named_and_nothing_is_kept(dana: Access, acme: Account) -> None:
    wrong = [
        ([SimpleUploadedFile("empty.txt", b"")], "“empty.txt” is empty"),
        ([SimpleUploadedFile("big.bin", b"x" * (files.LARGEST + 1))], "“big.bin” is larger than 10 MB"),
        ([SimpleUploadedFile(f"{n}", b"x") for n in range(6)], "a note takes 5 files, not 6"),
    ]
    for uploads, says in wrong:
        with pytest.raises(ValueError, match=says):
            actions.write_note(dana, acme.pk, "With files.", uploads=uploads)
    assert (Note.objects.count(), kept()) == (0, [])


def test_a_file_is_called_as_its_last_part(dana: Access, acme: Account) -> None:
    upload = SimpleUploadedFile("x", b"1")
    upload._name = "..\\..\\etc/pass\nwd"  # as a client may send it
    actions.write_note(dana, acme.pk, "x", uploads=[upload])
    assert Attachment.objects.get().name == "pass wd"
