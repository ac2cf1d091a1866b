"""Pages hear which things of their workspace changed, and nobody else's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import quote

import pytest
import time_machine

from tenure.collector import live as collector_live
from tenure.kit import crypto, live
from tenure.kit.models import Live
from tenure.workspaces.access import Access
from tests.collector.conftest import Running


def ticket(access: Access, names: bool = True) -> str:
    return crypto.sign_ticket(live.TICKET, {"workspace": access.workspace.id, "names": names})


class Page:
    """An open stream, read message by message."""

    def __init__(self, collector: Running, ticket: str, last: int | str | None = None) -> None:
        self.connection: HTTPConnection = collector.connection()
        headers = {"Last-Event-ID": str(last)} if last is not None else {}
        self.connection.request("GET", f"/live?ticket={quote(ticket)}", headers=headers)
        self.answer: HTTPResponse = self.connection.getresponse()

    def lines(self) -> Iterator[str]:
        """One message's lines."""
        while line := self.answer.readline().decode().rstrip("\n"):
            yield line

    def message(self) -> tuple[str, list[str]]:
        """The next change: its topic and ids."""
        fields = dict(line.split(": ", 1) for line in self.lines())
        while "event" not in fields:
            fields = dict(line.split(": ", 1) for line in self.lines())
        return fields["event"], json.loads(fields["data"])["ids"]

    def close(self) -> None:
        self.answer.close()
        self.connection.close()


def test_a_page_hears_what_changed_in_its_workspace_alone(
    collector: Running, access: Access, neighbour: Access
) -> None:
    live.publish(access.workspace.id, "accounts", ["before it looked"])
    page = Page(collector, ticket(access))
    assert page.answer.status == 200
    assert page.answer.headers["Content-Type"].startswith("text/event-stream")
    assert list(page.lines()) == ["retry: 1000"]
    live.publish(neighbour.workspace.id, "accounts", ["otherco"])
    live.publish(access.workspace.id, "accounts", ["acme", "borealis"])
    live.publish(access.workspace.id, "data")
    assert page.message() == ("accounts", ["acme", "borealis"])
    assert page.message() == ("data", [])
    page.close()


def test_a_page_held_to_a_book_hears_that_something_changed_and_not_what(
    collector: Running, access: Access
) -> None:
    page = Page(collector, ticket(access, names=False))
    live.publish(access.workspace.id, "accounts", ["acme", "borealis"])
    assert page.message() == ("accounts", [])
    page.close()


def test_several_pages_hear_the_same(collector: Running, access: Access) -> None:
    pages = [Page(collector, ticket(access)) for _ in range(5)]
    live.publish(access.workspace.id, "accounts", ["acme"])
    assert [page.message() for page in pages] == [("accounts", ["acme"])] * 5
    for page in pages:
        page.close()


def test_a_page_that_comes_back_hears_what_it_missed(
    collector: Running, access: Access, neighbour: Access
) -> None:
    for name in ("acme", "borealis", "cinder"):
        live.publish(access.workspace.id, "accounts", [name])
        live.publish(neighbour.workspace.id, "accounts", ["otherco"])
    first = Live.objects.order_by("pk").values_list("pk", flat=True)[0]
    page = Page(collector, ticket(access), last=first)
    assert [page.message() for _ in range(2)] == [("accounts", ["borealis"]), ("accounts", ["cinder"])]
    live.publish(access.workspace.id, "accounts", ["dune"])
    assert page.message() == ("accounts", ["dune"])
    page.close()


def test_a_page_that_was_away_too_long_is_told_to_fetch_everything(
    collector: Running, access: Access
) -> None:
    for _ in range(3):
        live.publish(access.workspace.id, "accounts", ["acme"])
    newest = Live.objects.order_by("-pk").values_list("pk", flat=True)[0]
    Live.objects.filter(pk__lt=newest).delete()
    for last in (newest - 3, newest + 1000):
        page = Page(collector, ticket(access), last=last)
        assert page.message() == ("missed", [])
        page.close()


def test_a_page_is_not_flooded_with_what_it_missed(collector: Running, access: Access) -> None:
    live.publish(access.workspace.id, "accounts", ["acme"])
    first = Live.objects.get().pk
    rows = [
        Live(workspace_id=access.workspace.id, topic="accounts", recorded_at=Live.objects.get().recorded_at)
        for _ in range(collector_live.MOST_BEHIND + 1)
    ]
    Live.objects.bulk_create(rows)
    page = Page(collector, ticket(access), last=first)
    assert page.message() == ("missed", [])
    page.close()


def test_a_quiet_stream_is_kept_open_by_comments(
    collector: Running, access: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collector_live, "QUIET_SECONDS", 0.01)
    page = Page(collector, ticket(access))
    assert list(page.lines()) == ["retry: 1000"]
    assert list(page.lines()) == [":"]
    page.close()


def test_a_stream_ends_so_that_rights_are_looked_at_again(
    collector: Running, access: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collector_live, "STREAM_SECONDS", 0)
    page = Page(collector, ticket(access))
    assert page.answer.read() == b""
    page.close()


@pytest.mark.parametrize("nonsense", ["9" * 40, "-1", "x"])
def test_a_place_that_is_none_is_overlooked(collector: Running, access: Access, nonsense: str) -> None:
    page = Page(collector, ticket(access), last=nonsense)
    live.publish(access.workspace.id, "accounts", ["acme"])
    assert page.message() == ("accounts", ["acme"])
    page.close()


@pytest.mark.parametrize("forged", ["", "nonsense", "eyJ3b3Jrc3BhY2UiOiJ4In0.aSF4Xg.c2lnbmF0dXJl"])
def test_a_forged_ticket_opens_nothing(collector: Running, forged: str) -> None:
    reply = collector.ask("GET", f"/live?ticket={forged}")
    assert (reply.status, reply.json["code"]) == (401, "bad_ticket")


def test_a_ticket_for_something_else_opens_nothing(collector: Running, access: Access) -> None:
    for wrong in (
        crypto.sign_ticket("survey", {"workspace": access.workspace.id}),
        crypto.sign_ticket(live.TICKET, {"workspace": None}),
    ):
        assert collector.ask("GET", f"/live?ticket={wrong}").status == 401


def test_a_ticket_runs_out(collector: Running, access: Access) -> None:
    with time_machine.travel("2026-11-21T12:00:00Z"):
        old = ticket(access)
    with time_machine.travel("2026-11-21T12:01:02Z"):
        assert collector.ask("GET", f"/live?ticket={old}").status == 401


def test_a_page_that_does_not_keep_up_is_sent_away() -> None:
    stream = collector_live.Stream(names=True, most=2)
    change = collector_live.Change(7, "w", "accounts", '["acme"]')
    for _ in range(3):
        collector_live._offer([stream], change)
    assert stream.get_nowait() is None
    assert stream.empty()


def test_a_topic_cannot_break_out_of_its_message() -> None:
    message = collector_live.Change(7, "w", "a\ndata: b\r", '["x\\ny"]').message()
    assert message == b'id: 7\nevent: a data: b \ndata: {"ids":["x\\ny"]}\n\n'
