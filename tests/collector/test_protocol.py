"""What SDKs may send, and what exactly they are answered."""

from __future__ import annotations

import gzip
import json
import time
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenure.collector import intake, protocol
from tenure.collector.protocol import RefusedError
from tenure.kit import crypto, home
from tenure.workspaces import actions
from tenure.workspaces.access import Access
from tenure.workspaces.models import Key
from tests.collector.conftest import Reply, Running, basic, stored

ANN = {"userId": "ann", "event": "Report Opened", "messageId": "m-1", "type": "track"}
LONG_CALLS = ["batch", "import", "identify", "group", "track", "page", "screen", "alias"]
SHORT_CALLS = {
    "b": "batch", "i": "identify", "g": "group", "t": "track", "p": "page", "s": "screen", "a": "alias"
}  # fmt: skip


def accepted(reply: Reply) -> bool:
    """Exactly what SDKs take for success."""
    return (reply.status, reply.body) == (200, b'{"success": true}')


def body_of(call: str) -> dict[str, Any]:
    return {"batch": [ANN, ANN]} if call in ("batch", "import") else ANN


def test_every_call_is_taken_in_under_all_its_paths(collector: Running, key: str, access: Access) -> None:
    paths = {name: name for name in LONG_CALLS} | SHORT_CALLS
    for name, call in paths.items():
        for path in (f"/v1/{name}", f"/v1/{name}/", f"/v1/{name}?x=1"):
            assert accepted(collector.ask("POST", path, body_of(call), key=key)), path
    rows = stored()
    assert [row.path for row in rows] == [call for call in paths.values() for _ in range(3)]
    assert {row.workspace_id for row in rows} == {access.workspace.id}
    assert {row.key_id for row in rows} == {access.of(Key).get().id}
    assert [json.loads(row.body) for row in rows] == [body_of(row.path) for row in rows]


def test_the_key_may_come_in_the_header_or_in_the_body(collector: Running, key: str) -> None:
    assert accepted(collector.ask("POST", "/v1/track", ANN, key=key))
    assert accepted(collector.ask("POST", "/v1/track", ANN, {"authorization": basic(key, "any password")}))
    assert accepted(collector.ask("POST", "/v1/track", {**ANN, "writeKey": key}))
    assert accepted(
        collector.ask("POST", "/v1/track", {**ANN, "writeKey": key}, {"Authorization": basic("")})
    )
    assert accepted(collector.ask("POST", "/v1/b", {"batch": [ANN], "writeKey": key}))
    assert accepted(collector.ask("POST", "/v1/track", {**ANN, "writeKey": None}, key=key))


def test_a_page_that_closes_sends_its_key_in_the_address(collector: Running, key: str) -> None:
    assert accepted(collector.ask("POST", f"/beacon/v1/batch?writeKey={key}", {"batch": [ANN]}))
    reply = collector.ask("POST", "/beacon/v1/batch?writeKey=nonsense", {"batch": [ANN]})
    assert (reply.status, reply.json["code"]) == (401, "unknown_key")


def test_a_host_that_ends_with_a_slash_is_no_redirect(collector: Running, key: str) -> None:
    assert accepted(collector.ask("POST", "//v1/batch", {"batch": [ANN]}, key=key))
    assert collector.ask("GET", f"//v1/projects/{key}/settings").status == 200


@pytest.mark.parametrize("kind", ["text/plain", "application/json; charset=utf-8", "", "image/png"])
def test_it_is_json_whatever_the_content_type_says(collector: Running, key: str, kind: str) -> None:
    assert accepted(collector.ask("POST", "/v1/t", ANN, {"Content-Type": kind}, key=key))


def test_gzip_is_unpacked_with_or_without_its_header(collector: Running, key: str) -> None:
    plain = json.dumps({"batch": [ANN] * 2000}).encode()
    packed = gzip.compress(plain)
    assert accepted(collector.ask("POST", "/v1/batch", packed, {"Content-Encoding": "gzip"}, key=key))
    assert accepted(collector.ask("POST", "/v1/batch", packed, key=key))
    assert [row.body for row in stored()] == [plain, plain]


def test_where_it_came_from_is_kept(collector: Running, key: str) -> None:
    collector.ask("POST", "/v1/track", ANN, {"User-Agent": "analytics-python/2.4.0" + "x" * 400}, key=key)
    (row,) = stored()
    assert row.agent.startswith("analytics-python/2.4.0")
    assert len(row.agent) == 300


def test_what_a_wrong_request_is_told(collector: Running, access: Access, key: str) -> None:
    api_key = actions.create_key(access, Key.API)
    revoked = actions.create_key(access)
    actions.revoke_key(access, access.of(Key).get(key_hash=crypto.hash_token(revoked)).pk)
    wrong: list[tuple[int, str, str, bytes, dict[str, str]]] = [
        (400, "invalid_json", "/v1/track", b"{", {}),
        (400, "invalid_json", "/v1/track", b"", {}),
        (400, "invalid_json", "/v1/track", b"event=x", {}),
        (400, "invalid_json", "/v1/batch", b'{"batch": [}', {}),
        (400, "invalid_json", "/v1/track", b'{"a":' * 5000 + b"1" + b"}" * 5000, {}),
        (400, "invalid_body", "/v1/track", b"[]", {}),
        (400, "invalid_body", "/v1/track", b'"text"', {}),
        (400, "invalid_body", "/v1/track", b'{"writeKey": 7}', {}),
        (400, "invalid_body", "/v1/batch", b"{}", {}),
        (400, "invalid_body", "/v1/batch", b'{"batch": {}}', {}),
        (400, "invalid_body", "/v1/import", b'{"batch": null}', {}),
        (400, "invalid_gzip", "/v1/track", gzip.compress(b"{}" * 99)[:-9], {}),
        (400, "invalid_gzip", "/v1/track", b"\x1f\x8bnonsense", {}),
        (401, "missing_key", "/v1/track", b"{}", {"Authorization": ""}),
        (401, "missing_key", "/v1/track", b'{"writeKey": ""}', {"Authorization": ""}),
        (401, "unknown_key", "/v1/track", b'{"writeKey": "nonsense"}', {"Authorization": ""}),
        (401, "unknown_key", "/v1/track", b"{}", {"Authorization": basic("nonsense")}),
        (401, "unknown_key", "/v1/track", b"{}", {"Authorization": basic(revoked)}),
        (401, "wrong_kind_of_key", "/v1/track", b"{}", {"Authorization": basic(api_key)}),
        (401, "invalid_key", "/v1/track", b"{}", {"Authorization": "Bearer " + key}),
        (401, "invalid_key", "/v1/track", b"{}", {"Authorization": "Basic !!"}),
        (404, "not_found", "/v1/trck", b"{}", {}),
        (404, "not_found", "/v1", b"{}", {}),
    ]
    for status, code, path, body, headers in wrong:
        reply = collector.ask("POST", path, body, {"Authorization": basic(key), **headers})
        assert (reply.status, reply.json["code"]) == (status, code), (path, body, reply.body)
        assert reply.json["message"]
        assert reply["Access-Control-Allow-Origin"] == "*"
    assert stored() == []


def test_reading_events_is_not_offered(collector: Running) -> None:
    for method in ("GET", "PUT", "DELETE"):
        reply = collector.ask(method, "/v1/batch")
        assert (reply.status, reply.json["code"]) == (405, "not_a_post")


def test_a_request_that_is_too_large_is_refused_before_and_after_unpacking(
    collector: Running, key: str
) -> None:
    bomb = gzip.compress(b'{"a": "' + b" " * protocol.MOST_INFLATED + b'"}')
    assert len(bomb) < 64 * 1024
    for body in (bomb, b" " * (protocol.MOST_BODY + 1)):
        reply = collector.ask("POST", "/v1/batch", body, key=key)
        assert (reply.status, reply.json["code"]) == (413, "too_large")
    assert stored() == []


def test_a_body_without_a_length_is_limited_too(collector: Running, key: str) -> None:
    def pieces() -> Any:
        for _ in range(protocol.MOST_BODY // 1_000_000 + 2):
            yield b" " * 1_000_000

    connection = collector.connection()
    connection.request("POST", "/v1/batch", pieces(), {"Authorization": basic(key)}, encode_chunked=True)
    assert connection.getresponse().status == 413
    connection.close()


def test_four_megabytes_at_once_are_taken_in(collector: Running, key: str) -> None:
    body = json.dumps({"batch": [{**ANN, "properties": {"text": "x" * 40_000}}] * 100}).encode()
    assert len(body) > 4_000_000
    assert accepted(collector.ask("POST", "/v1/batch", body, key=key))
    assert accepted(collector.ask("POST", "/v1/batch", gzip.compress(body, 0), key=key))
    assert [row.body for row in stored()] == [body, body]


def test_pages_elsewhere_may_send(collector: Running) -> None:
    asked = "anonymousid, authorization, content-type, sentat, x-own"
    for path in ("/v1/t", "/v1/track/", "/v1/projects/x/settings", "/sourceConfig/"):
        reply = collector.ask(
            "OPTIONS",
            path,
            headers={
                "Origin": "https://app.example.test",
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": asked,
            },
        )
        assert reply.status == 204
        assert reply["Access-Control-Allow-Origin"] == "*"
        assert not reply["Access-Control-Allow-Credentials"]
        allowed = reply["Access-Control-Allow-Headers"].split(", ")
        assert {*asked.split(", "), "x-retry-count"} <= set(allowed)
        assert "POST" in reply["Access-Control-Allow-Methods"]


def test_segments_browser_sdk_gets_settings_that_lead_back_here(collector: Running, key: str) -> None:
    reply = collector.ask("GET", f"/v1/projects/{key}/settings", headers={"Host": "success.example.test"})
    assert reply.status == 200
    assert reply["Access-Control-Allow-Origin"] == "*"
    ours = reply.json["integrations"]["Segment.io"]
    assert (ours["apiKey"], ours["apiHost"], ours["protocol"]) == (key, "success.example.test/v1", "http")
    assert list(reply.json["integrations"]) == ["Segment.io"]
    assert collector.ask("GET", "/v1/projects/nonsense/settings").status == 401


def test_rudderstacks_browser_sdk_gets_an_enabled_source(collector: Running, key: str) -> None:
    by_query = collector.ask("GET", f"/sourceConfig/?p=npm&writeKey={key}")
    by_header = collector.ask("GET", "/sourceConfig/", key=key)
    for reply in (by_query, by_header):
        assert reply.status == 200
        assert reply.json["source"]["enabled"] is True
        assert reply.json["source"]["writeKey"] == key
        assert reply.json["source"]["destinations"] == []
    assert collector.ask("GET", "/sourceConfig/").status == 401


def test_a_new_key_works_at_once_and_a_revoked_one_at_most_five_seconds_more(
    collector: Running, access: Access
) -> None:
    now = 1000.0
    collector.app.keys._now = lambda: now
    key = actions.create_key(access)
    assert accepted(collector.ask("POST", "/v1/track", ANN, key=key))
    actions.revoke_key(access, access.of(Key).get().pk)
    assert accepted(collector.ask("POST", "/v1/track", ANN, key=key))
    now += 5.1
    assert collector.ask("POST", "/v1/track", ANN, key=key).status == 401


@given(st.sampled_from(["track", "batch"]), st.binary(max_size=2000))
def test_whatever_arrives_is_decoded_or_refused(call: str, body: bytes) -> None:
    refused: list[RefusedError] = []
    try:
        protocol.write_key(call, body)
    except RefusedError as error:
        refused.append(error)
    assert all(error.answer.status == 400 for error in refused)


@given(st.binary(max_size=3000), st.integers(0, 3000))
def test_unpacking_gives_back_what_was_packed_or_refuses(plain: bytes, limit: int) -> None:
    packed = gzip.compress(plain)
    if len(plain) <= limit:
        assert protocol.inflate(packed, limit) == plain
    else:
        with pytest.raises(RefusedError):
            protocol.inflate(packed, limit)
    with pytest.raises(RefusedError):
        protocol.inflate(packed[:-1], 4000)
    with pytest.raises(RefusedError):
        protocol.inflate(packed + b"more", 4000)
    with pytest.raises(RefusedError):
        protocol.inflate(zlib.compress(plain), 4000)


def test_too_much_at_once_is_put_off(collector: Running, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as full:
        full.setattr(collector.app.intake, "_most_waiting", 0)
        queued = collector.ask("POST", "/v1/track", ANN, key=key)
    with monkeypatch.context() as full:
        full.setattr(collector.app._room, "most", 100_000)
        arriving = collector.ask("POST", "/v1/track", {**ANN, "text": "x" * 1_000_000}, key=key)
    for reply in (queued, arriving):
        assert (reply.status, reply.json["code"], reply["Retry-After"]) == (429, "busy", "1")
    assert collector.app._room.used == 0
    assert accepted(collector.ask("POST", "/v1/track", {**ANN, "text": "x" * 1_000_000}, key=key))


def test_what_cannot_be_stored_is_not_acknowledged(collector: Running, key: str) -> None:
    assert accepted(collector.ask("POST", "/v1/track", ANN, key=key))
    vandal = intake.connect()
    vandal.execute("ALTER TABLE intake RENAME TO elsewhere")
    vandal.execute("CREATE VIEW intake AS SELECT * FROM elsewhere")
    reply = collector.ask("POST", "/v1/track", ANN, key=key)
    assert (reply.status, reply.json["code"], reply["Retry-After"]) == (503, "not_stored", "5")
    assert "view" in collector.ask("GET", "/readyz").json["intake"]
    vandal.execute("DROP VIEW intake")
    vandal.execute("ALTER TABLE elsewhere RENAME TO intake")
    vandal.close()
    assert accepted(collector.ask("POST", "/v1/track", ANN, key=key))


def test_keys_that_cannot_be_read_are_not_taken_for_wrong(collector: Running, key: str) -> None:
    collector.app.keys._path = home.home() / "nowhere.db"
    reply = collector.ask("POST", "/v1/track", ANN, key=key)
    assert (reply.status, reply.json["code"]) == (503, "keys_unreadable")
    assert "unable to open" in collector.ask("GET", "/readyz").json["keys"]


def test_a_client_that_goes_away_in_the_middle_leaves_nothing(collector: Running, key: str) -> None:
    connection = collector.connection()
    connection.putrequest("POST", "/v1/track")
    connection.putheader("Authorization", basic(key))
    connection.putheader("Content-Length", "100000")
    connection.endheaders()
    connection.send(json.dumps(ANN).encode())
    connection.close()
    assert accepted(collector.ask("POST", "/v1/track", ANN, key=key))
    assert len(stored()) == 1


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (rb'{"a":"\ud83d\ude00"}', "\U0001f600"),  # whole
        (rb'{"a":"cut \ud83d"}', "cut \ufffd"),
        (rb'{"a":"\ude00 cut"}', "\ufffd cut"),
        (rb'{"a":"\uD83D\uD83D\uDE00"}', "\ufffd\U0001f600"),
        (rb'{"a":"\\ud83d"}', r"\ud83d"),  # a backslash and letters, no escape
        (rb'{"a":"\\\ud83d"}', "\\\ufffd"),
        (rb'{"a":"\\ud83d\ude00"}', "\\ud83d\ufffd"),
        (rb'{"a":NaN}', None),
        (rb'{"a":-Infinity}', None),
        (rb'{"a":[NaN,"NaN, \"Infinity"]}', [None, 'NaN, "Infinity']),
        (b'\xef\xbb\xbf{"a":1}', 1),
    ],
)
def test_what_sdks_take_for_json_is_mended(sent: bytes, read: Any) -> None:
    assert json.loads(protocol.mend(sent)) == {"a": read}
    protocol.write_key("track", protocol.mend(sent))


@given(st.recursive(st.none() | st.text() | st.floats(), lambda inner: st.lists(inner)))
def test_mending_leaves_json_as_it_is_and_makes_json_of_what_python_writes(value: Any) -> None:
    body = json.dumps({"a": value}).encode()
    protocol.write_key("track", protocol.mend(body))
    try:
        protocol.write_key("track", body)
    except RefusedError:
        assert "NaN" in body.decode() or "Infinity" in body.decode() or "\\ud" in body.decode()
    else:
        assert json.loads(protocol.mend(body)) == json.loads(body)


@pytest.mark.parametrize("text", ["\\\\a", '\\"', "\\ud83d", "[", '"', "NaN"])
def test_mending_takes_no_longer_than_reading_would(text: str) -> None:
    began = time.process_time()
    protocol.mend(('{"a":"' + text * (2_000_000 // len(text)) + "\\ud83d").encode())
    assert time.process_time() - began < 10
