"""Clients that send anything: each is answered, none breaks the door, what was acknowledged is kept."""

from __future__ import annotations

import gzip
import json
import socket
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenure.collector import app, asgi, protocol
from tenure.workspaces.access import Access
from tests.collector.conftest import Running, basic, stored
from tests.events.sending import drain_all, track

ANSWERS = {200, 400, 401, 404, 405, 408, 413, 429}
FIELDS = (
    "type messageId userId anonymousId groupId previousId event name timestamp originalTimestamp sentAt "
    "properties traits context writeKey batch"
).split()
WORDS = [*protocol.CALLS, "2026-11-21T10:00:00Z", "ann", "0000-00-00", "-1", "\ud83d", "\x00", "9" * 400]

atoms = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(), max_size=20)
    | st.sampled_from([*WORDS, 10**400, -1e300, 1795000000, 1795000000000])
)
values = st.recursive(
    atoms,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(FIELDS) | st.text(), inner, max_size=4)
    ),
    max_leaves=12,
)
events = st.fixed_dictionaries(
    {}, optional={name: values | st.sampled_from(WORDS) for name in FIELDS if name != "batch"}
)
bodies = (
    st.binary(max_size=200)
    | values.map(json.dumps).map(str.encode)
    | events.map(json.dumps).map(str.encode)
    | st.lists(events | values, max_size=4).map(lambda batch: json.dumps({"batch": batch}).encode())
    | st.sampled_from(
        [
            b'{"batch":' + b"[" * 3000 + b"]" * 3000 + b"}",
            b'{"batch":[' + b'{"a":' * 900 + b"1" + b"}" * 900 + b"]}",
            b'{"type":"track","userId":"ann","event":"x","properties":{"n":1e999,"m":-0.0}}',
            b'{"type":"track","userId":"\xff\xfe","event":"\xc0\x80"}',
            json.dumps({"batch": [track(properties={str(n): n for n in range(5000)})]}).encode(),
            json.dumps({"batch": [track(**{str(n): n for n in range(500)})]}).encode("utf-16"),
            gzip.compress(b" " * (protocol.MOST_INFLATED + 1)),
        ]
    )
)
packings = st.sampled_from([bytes, bytes, gzip.compress, lambda body: gzip.compress(body)[:-3]])
STRANGE = ["//v1/batch", "/v1/nothing", "/v1/%00", "/v1/batch?writeKey=%ff", "/v1/projects/%2e%2e/settings"]
paths = st.sampled_from([*protocol.PATHS, *STRANGE, "/sourceConfig/?writeKey="])
methods = st.sampled_from(["POST"] * 8 + ["GET", "OPTIONS", "PUT", "HEAD"])
authorizations = st.sampled_from(
    ["key"] * 12 + ["", "Basic", "Basic %%", "Basic /w==", "Bearer x", "Basic Og=="]
)
lengths = st.sampled_from(
    ["right"] * 14 + ["chunked", "both", "-1", "+3", "1e3", "99999999999999999999", "0x10", ""]
)


def framed(method: str, path: str, authorization: str, length: str, body: bytes) -> bytes:
    """A request as bytes, with a length that may be anything."""
    head = [f"{method} {path} HTTP/1.1", "Host: localhost", "Connection: close"]
    if authorization:
        head.append(f"Authorization: {authorization}")
    if length in ("chunked", "both"):
        head.append("Transfer-Encoding: chunked")
    if length in ("right", "both"):
        head.append(f"Content-Length: {len(body)}")
    if length == "chunked":
        body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body) if body else b"0\r\n\r\n"
    elif length not in ("right", "both"):
        head.append(f"Content-Length: {length}")
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def answer_to(port: int, request: bytes) -> tuple[int, bytes]:
    """What a client reads that has said all it will say: status (0 if nothing) and body."""
    with socket.create_connection(("127.0.0.1", port), 20) as connection:
        try:
            connection.sendall(request)
            said = b"".join(iter(lambda: connection.recv(65536), b""))
        except ConnectionError:
            return 0, b""
    head, _, body = said.partition(b"\r\n\r\n")
    return (int(head.split()[1]) if head else 0), body


def test_no_client_breaks_the_door_and_nothing_acknowledged_is_lost(
    access: Access, collector: Running, key: str
) -> None:
    acknowledged = 0

    @settings(max_examples=200, database=None)
    @given(methods, paths, authorizations, lengths, packings, bodies)
    def attack(method: str, path: str, said: str, length: str, packing: Any, body: bytes) -> None:
        nonlocal acknowledged
        authorization = basic(key) if said == "key" else said
        request = framed(method, path, authorization, length, packing(body))
        status, answer = answer_to(collector.port, request)
        if status == 200 and method == "POST":
            assert answer == protocol.ACCEPTED.body
            acknowledged += 1
        elif status == 200 and method == "GET":
            assert "source" in json.loads(answer), "only /sourceConfig/ answers who asks"
        elif status in ANSWERS and method not in ("HEAD", "OPTIONS"):
            assert {"code", "message"} <= set(json.loads(answer))
        else:
            assert status in {0, 204, *ANSWERS}

    attack()
    rows = stored()
    assert len(rows) == acknowledged > 0
    sent = [json.loads(row.body)["batch"] if row.path in protocol.LISTS else [row] for row in rows]
    done = drain_all()
    assert done.events + done.rejected + done.dropped.total() == sum(map(len, sent))
    assert collector.ask("POST", "/v1/track", track(), key=key).status == 200


def test_what_is_no_http_is_told_so_in_json(collector: Running) -> None:
    for request in (b"HELLO\r\n\r\n", framed("POST", "/v1/batch", "", "-1", b"{}")):
        status, body = answer_to(collector.port, request)
        assert (status, json.loads(body)["code"]) == (400, "invalid_http")


def test_a_body_that_trickles_in_is_given_up(
    collector: Running, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asgi, "BODY_SECONDS", 0.2)
    request = framed("POST", "/v1/track", basic(key), "1000", b"{")
    with socket.create_connection(("127.0.0.1", collector.port), 20) as connection:
        connection.sendall(request)
        said = b"".join(iter(lambda: connection.recv(65536), b""))
    assert b" 408 " in said.splitlines()[0]
    assert json.loads(said.partition(b"\r\n\r\n")[2])["code"] == "too_slow"
    assert collector.app._room.used == 0


def test_a_stranger_cannot_make_the_door_work_hard(collector: Running, key: str) -> None:
    """Mending a body that is no JSON is done for those who show a key, or for short ones."""
    body = b'{"writeKey":"nonsense","a":NaN,"b":"' + b"\\\\a" * app.LONG + b'"}'
    assert collector.ask("POST", "/v1/track", body).json["code"] == "invalid_json"
    assert collector.ask("POST", "/v1/track", body, key=key).status == 200
