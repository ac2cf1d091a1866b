"""Everything that is not an event goes to the pages and back unchanged, piece by piece."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.client import IncompleteRead

import pytest
from aiohttp import web

from tests.collector.conftest import Running


async def echo(request: web.Request) -> web.Response:
    """Says what arrived."""
    return web.json_response(
        {
            "method": request.method,
            "path": request.raw_path,
            "headers": [[name.lower(), value] for name, value in request.headers.items()],
            "body": (await request.read()).decode("latin-1"),
        }
    )


async def cookies(request: web.Request) -> web.Response:
    answer = web.Response(status=302, headers={"Location": "/customers", "Connection": "X-Hop", "X-Hop": "1"})
    answer.headers.add("Set-Cookie", "a=1; Path=/")
    answer.headers.add("Set-Cookie", "b=2; Path=/; HttpOnly")
    return answer


async def ping_pong(request: web.Request) -> web.StreamResponse:
    """Answers each piece of the request before the next one has been sent."""
    answer = web.StreamResponse()
    await answer.prepare(request)
    async for piece in request.content.iter_any():
        await answer.write(piece.upper())
    return answer


async def pieces(request: web.Request) -> web.StreamResponse:
    answer = web.StreamResponse()
    await answer.prepare(request)
    for _ in range(3):
        await answer.write(b"x" * 100_000)
    return answer


async def unchanged(request: web.Request) -> web.Response:
    return web.Response(status=304, headers={"ETag": '"7"', "Content-Length": "5"})


async def packed(request: web.Request) -> web.Response:
    answer = web.Response(text="text " * 1000)
    answer.enable_compression(web.ContentCoding.gzip)
    return answer


async def breaks_off(request: web.Request) -> web.StreamResponse:
    answer = web.StreamResponse(headers={"Content-Length": "10"})
    if "at-once" not in request.query:
        await answer.prepare(request)
        await answer.write(b"half")
    assert request.transport is not None
    request.transport.close()
    return answer


def pages() -> web.Application:
    app = web.Application(client_max_size=1 << 30)
    app.router.add_route("*", "/cookies", cookies)
    app.router.add_route("*", "/ping-pong", ping_pong)
    app.router.add_route("*", "/pieces", pieces)
    app.router.add_route("*", "/unchanged", unchanged)
    app.router.add_route("*", "/packed", packed)
    app.router.add_route("*", "/breaks-off", breaks_off)
    app.router.add_route("*", "/{path:.*}", echo)
    return app


async def listen(socket: str) -> web.AppRunner:
    runner = web.AppRunner(pages(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.UnixSite(runner, socket).start()
    return runner


@pytest.fixture
def front(collector: Running, web_socket: str) -> Iterator[Running]:
    """A collector with pages behind it."""
    runner = collector.do(listen(web_socket))
    yield collector
    collector.do(runner.cleanup())


def test_a_request_arrives_as_it_was_sent(front: Running) -> None:
    path = "/customers/a%2Fb?arr__gt=10%20k&q=%C3%A9&q="
    sent = {"Host": "success.example.test", "Cookie": "a=1; b=2", "X-CSRFToken": "t", "Accept": "text/html"}
    reply = front.ask(
        "POST", path, b"name=Acme", {**sent, "Content-Type": "application/x-www-form-urlencoded"}
    )
    got = dict(reply.json["headers"])
    assert reply.json["method"] == "POST"
    assert reply.json["path"] == path
    assert reply.json["body"] == "name=Acme"
    assert {name: got[name.lower()] for name in sent} == sent
    assert got["content-length"] == "9"
    assert (got["x-forwarded-for"], got["x-forwarded-proto"]) == ("127.0.0.1", "http")


def test_nobody_can_pretend_to_be_a_proxy(front: Running) -> None:
    lies = {
        "X-Forwarded-For": "10.0.0.1",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "evil.example.test",
        "X_Forwarded_Proto": "https",
        "Forwarded": "for=10.0.0.1",
        "X-Real-IP": "10.0.0.1",
        "Connection": "keep-alive, X-Secret-Hop",
        "X-Secret-Hop": "1",
    }
    headers = front.ask("GET", "/", headers=lies).json["headers"]
    forwarded = [
        header for header in headers if "forward" in header[0] or "real" in header[0] or "hop" in header[0]
    ]
    assert forwarded == [["x-forwarded-for", "127.0.0.1"], ["x-forwarded-proto", "http"]]


def test_a_path_cannot_lead_elsewhere(front: Running) -> None:
    for path in ("//evil.example.test/x", "/http://evil.example.test", "/a/../b", "/@evil.example.test"):
        assert front.ask("GET", path).json["path"] == path


def test_redirects_and_every_cookie_come_back(front: Running) -> None:
    reply = front.ask("GET", "/cookies")
    assert (reply.status, reply["Location"]) == (302, "/customers")
    set_cookies = [value for name, value in reply.headers if name.lower() == "set-cookie"]
    assert set_cookies == ["a=1; Path=/", "b=2; Path=/; HttpOnly"]
    assert not reply["X-Hop"]


def test_a_stranger_does_not_get_the_cookies_of_the_one_before(front: Running) -> None:
    front.ask("GET", "/cookies")
    assert "cookie" not in dict(front.ask("GET", "/").json["headers"])


def test_head_and_not_modified_have_no_body(front: Running) -> None:
    head = front.ask("HEAD", "/customers")
    assert (head.status, head.body) == (200, b"")
    assert int(head["Content-Length"]) > 0
    unchanged = front.ask("GET", "/unchanged", headers={"If-None-Match": '"7"'})
    assert (unchanged.status, unchanged["ETag"], unchanged.body) == (304, '"7"', b"")
    connection = front.connection()
    for method, path in (("HEAD", "/customers"), ("GET", "/unchanged"), ("GET", "/customers")):
        connection.request(method, path)  # the connection stays good after each of them
        connection.getresponse().read()
    connection.close()


def test_packed_answers_stay_packed(front: Running) -> None:
    reply = front.ask("GET", "/packed", headers={"Accept-Encoding": "gzip"})
    assert reply["Content-Encoding"] == "gzip"
    assert len(reply.body) < 200


def test_answers_of_unknown_length_come_whole(front: Running) -> None:
    assert front.ask("GET", "/pieces").body == b"x" * 300_000


def test_both_bodies_are_streamed(front: Running) -> None:
    connection = front.connection()
    connection.putrequest("POST", "/ping-pong")
    connection.putheader("Transfer-Encoding", "chunked")
    connection.endheaders()
    connection.send(b"4\r\nping\r\n")
    answer = connection.response_class(connection.sock, method="POST")
    answer.begin()  # the answer begins before the request is whole
    assert answer.read(4) == b"PING"
    connection.send(b"4\r\npong\r\n")
    assert answer.read(4) == b"PONG"
    connection.send(b"0\r\n\r\n")
    assert answer.read() == b""
    answer.close()
    connection.close()


def test_a_large_upload_goes_through(front: Running) -> None:
    body = bytes(range(256)) * 80_000
    got = json.loads(front.ask("POST", "/data/import", body).body)["body"]
    assert got.encode("latin-1") == body


def test_while_the_pages_start_a_browser_waits_on_a_page_and_a_script_is_told(collector: Running) -> None:
    page = collector.ask("GET", "/customers", headers={"Accept": "text/html,*/*"})
    assert page.status == 503
    assert page["Retry-After"] == "1"
    assert b'http-equiv="refresh"' in page.body
    assert b"starting" in page.body
    for method, accept in (("POST", "text/html"), ("GET", "application/json")):
        reply = collector.ask(method, "/customers", headers={"Accept": accept})
        assert (reply.status, reply.json["code"]) == (503, "pages_unavailable")


def test_the_pages_may_come_later_and_go_again(collector: Running, web_socket: str) -> None:
    assert collector.ask("GET", "/").status == 503
    runner = collector.do(listen(web_socket))
    assert collector.ask("GET", "/").status == 200
    collector.do(runner.cleanup())
    assert collector.ask("GET", "/").status in (502, 503)


def test_an_answer_that_breaks_off_is_not_passed_off_as_whole(front: Running) -> None:
    assert front.ask("GET", "/breaks-off?at-once").status == 502
    with pytest.raises(IncompleteRead):
        front.ask("GET", "/breaks-off")


def test_alive_and_ready_are_two_things(collector: Running, key: str, web_socket: str) -> None:
    assert collector.ask("GET", "/healthz").status == 200
    waiting = collector.ask("GET", "/readyz")
    assert waiting.status == 503
    assert waiting.json["intake"] == waiting.json["keys"] == "ok"
    assert "does not answer" in waiting.json["web"]
    runner = collector.do(listen(web_socket))
    ready = collector.ask("GET", "/readyz")
    assert (ready.status, ready.json["ready"]) == (200, True)
    collector.do(runner.cleanup())
