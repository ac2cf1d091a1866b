"""`tenure events` and `tenure keys`, as somebody types them."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from tenure.cli import events, keys  # noqa: F401  # they add themselves to the app
from tenure.cli.base import app
from tenure.kit import crypto
from tenure.workspaces.access import Access
from tenure.workspaces.models import Key
from tests.events.sending import NOW, drain_all, send_events, track


def run(*words: str, code: int = 0) -> str:
    """What a command prints; its errors too."""
    result = CliRunner().invoke(app, words)
    assert result.exit_code == code, result.output
    return result.output


@pytest.fixture
def sent(access: Access) -> Access:
    """Three events of Acme, one of Borealis."""
    send_events(
        access,
        track("ann", "opened", messageId="m1", timestamp="2026-11-20T09:00:00Z", context={"groupId": "acme"}),
        track("ann", "exported", messageId="m2", context={"groupId": "acme"}, properties={"rows": 7}),
        {"type": "group", "userId": "ann", "groupId": "acme", "traits": {"name": "[red]Acme"}},
        track("bo", "opened", messageId="m4", context={"groupId": "borealis"}),
    )
    drain_all()
    return access


def test_events_are_listed_and_counted(sent: Access) -> None:
    assert run("events", "--count").strip() == "4"
    assert run("events", "--account", "acme", "--count").strip() == "3"
    assert run("events", "--person", "bo", "--count", "--json") == '{\n  "count": 1\n}\n'
    assert run("events", "--name", "opened", "--until", "2026-11-20", "--count").strip() == "1"
    shown = run("events", "--account", "[red]Acme")
    assert "2026-11-20 09:00:00" in shown
    assert "[red]Acme" in shown  # text from outside is not markup
    assert "borealis" not in shown


def test_events_as_json_have_the_canonical_names(sent: Access) -> None:
    [row] = json.loads(run("events", "--name", "exported", "--json"))
    assert row["timestamp"] == NOW.isoformat().replace("+00:00", "Z")
    assert (row["account_id"], row["person_id"], row["message_id"]) == ("acme", "ann", "m2")
    assert row["properties"] == {"rows": 7}
    assert [one["message_id"] for one in json.loads(run("events", "--limit", "1", "--json"))] != []


def test_nothing_yet_says_what_to_do(access: Access) -> None:
    assert "tenure keys create" in run("events")
    assert run("events", "--json") == "[]\n"
    assert "no account 'otherco'" in run("events", "--account", "otherco", code=1)


def test_a_key_is_shown_once_listed_and_stopped(access: Access) -> None:
    token = json.loads(run("keys", "create", "--name", "web site", "--json"))["key"]
    key = access.of(Key).get()
    assert (key.key_hash, key.kind) == (crypto.hash_token(token), "write")
    [listed] = json.loads(run("keys", "list", "--json"))
    assert (listed["id"], listed["name"], listed["revoked_at"]) == (key.pk, "web site", None)
    assert token not in run("keys", "list")
    assert "web site" in run("keys", "revoke", key.pk)
    key.refresh_from_db()
    assert key.revoked_at is not None
    assert run("keys", "create", "--kind", "api").splitlines()[0].startswith("ta_")


def test_keys_that_are_not_there_and_names_that_are_none_are_told_so(access: Access) -> None:
    assert "there is no key" in run("keys", "revoke", "nothing", code=1)
    assert "1 to 80 characters" in run("keys", "create", "--name", " ", code=1)
    assert "No keys yet" in run("keys", "list")


class TestRejected:
    @pytest.fixture
    def aside(self, access: Access) -> Access:
        """Two of nobody, one of them nameless too, and one without a name."""
        send_events(
            access,
            {"type": "track", "usr": "ann", "event": "opened"},
            {"type": "track", "usr": "bo"},
            {"type": "track", "userId": "cy"},
        )
        drain_all()
        return access

    def test_they_are_listed_with_what_is_wrong(self, aside: Access) -> None:
        assert "there is nobody in it" in run("events", "rejected")
        found = json.loads(run("events", "rejected", "--reason", "no_event", "--json"))
        assert [(one["reason"], json.loads(one["body"])["userId"]) for one in found] == [("no_event", "cy")]
        assert "Nothing is set aside" in run("events", "rejected", "--reason", "failed")

    def test_a_rule_is_tried_and_then_done(self, aside: Access) -> None:
        asked = ("events", "rejected", "--reason", "nobody", "--mend", "rename usr to userId", "--json")
        assert json.loads(run(*asked)) == {"would_go_through": 1, "still_rejected": 1}
        assert run("events", "--count").strip() == "0"
        assert json.loads(run(*asked, "--replay")) == {"went_through": 1, "still_rejected": 1}
        assert run("events", "--count").strip() == "1"
        left = json.loads(run("events", "rejected", "--json"))
        assert [one["reason"] for one in left] == ["no_event", "no_event"]
        assert "2 went through, 0 are still" in run(
            "events", "rejected", "--mend", "set event to opened", "--replay"
        )

    def test_a_rule_that_cannot_be_is_one_line(self, aside: Access) -> None:
        assert "no length" in run("events", "rejected", "--mend", "cut event to x", code=1)


def test_the_dictionary_lists_names_with_their_properties(sent: Access) -> None:
    assert "exported" in run("events", "dictionary")
    found = {one["event"]: one for one in json.loads(run("events", "dictionary", "--json"))}
    assert found["opened"]["people"] == 2
    assert [one["name"] for one in found["exported"]["properties"]] == ["rows"]
    assert found["exported"]["has_stopped"] is False
