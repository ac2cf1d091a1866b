"""Running the front door: uvicorn with uvloop and httptools, one process, ended gracefully by SIGTERM."""

from __future__ import annotations

import gc
import logging
import socket
import sqlite3
import sys
from typing import Annotated, Any

import typer
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from tenure.collector import protocol
from tenure.collector.app import Collector
from tenure.collector.front import Front
from tenure.collector.intake import Intake, connect
from tenure.collector.keys import Keys
from tenure.collector.live import Live
from tenure.kit import home

GRACE_SECONDS = 10
BACKLOG = 2048
KEEP_ALIVE_SECONDS = 75  # longer than SDKs and proxies keep theirs: whoever hangs up first may lose a request


class Protocol(HttpToolsProtocol):
    """What is no HTTP is told so in the form of all other errors."""

    def send_400_response(self, msg: str) -> None:
        """Answer and hang up."""
        answer = protocol.refusal(400, "invalid_http", msg)
        lines = [b"HTTP/1.1 400 Bad Request", *(b": ".join(one) for one in answer.headers)]
        self.transport.write(b"\r\n".join([*lines, b"connection: close", b"", answer.body]))
        self.transport.close()


class Server(uvicorn.Server):
    """Ends the live streams first: they would keep the server waiting otherwise."""

    def __init__(self, config: uvicorn.Config, live: Live) -> None:
        super().__init__(config)
        self._live = live

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop listening, let requests end, then let the app flush its intake."""
        await self._live.close()
        await super().shutdown(sockets)


def run(
    host: Annotated[str, typer.Option(envvar="TENURE_HOST", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(envvar="TENURE_PORT", help="Port to listen on.")] = 8000,
    uds: Annotated[str, typer.Option(envvar="TENURE_UDS", help="Unix socket to listen on instead.")] = "",
    web_socket: Annotated[
        str, typer.Option(envvar="TENURE_WEB_SOCKET", help="Unix socket where the pages answer.")
    ] = "",
    web_address: Annotated[
        str, typer.Option(envvar="TENURE_WEB_ADDRESS", help="host:port where the pages answer instead.")
    ] = "127.0.0.1:8001",
    trust_proxy: Annotated[
        str,
        typer.Option(
            envvar="TENURE_TRUST_PROXY", help="Addresses of proxies whose X-Forwarded-* are believed."
        ),
    ] = "",
    slot: Annotated[
        str,
        typer.Option(
            envvar="TENURE_COLLECTOR_SLOT", help="This collector's name for its rows of the intake."
        ),
    ] = "c0",
) -> None:
    """Receive events and stream everything else to the pages."""
    _check()
    live = Live()
    app = Collector(Intake(stream=slot), Keys(), live, Front(web_socket, "" if web_socket else web_address))
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)-7s %(name)s: %(message)s")
    config = configure(app, trust_proxy, host=host, port=port, uds=uds or None)
    gc.freeze()  # what is loaded stays: no need to look through it again and again
    Server(config, live).run()


def configure(app: Collector, trust_proxy: str = "", **where: Any) -> uvicorn.Config:
    """uvicorn with nothing that costs time on every request and that nobody reads."""
    return uvicorn.Config(
        app,
        loop="auto",  # uvloop where there is one
        http=Protocol,
        ws="none",
        interface="asgi3",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=bool(trust_proxy),
        forwarded_allow_ips=trust_proxy,
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
        **where,
    )


def _check() -> None:
    """End with one clear line where nothing could be collected."""
    try:
        Keys().check()
    except sqlite3.Error as error:
        _fail(f"{home.app_db()} is not there or not migrated ({error}); `tenure up` makes and migrates it")
    try:
        connect().close()
    except (sqlite3.Error, OSError) as error:
        _fail(f"{home.intake_db()} can't be written ({error}); make the folder writable, or set TENURE_HOME")


def _fail(says: str) -> None:
    sys.stderr.write(f"error: {says}\n")
    raise SystemExit(1)


def main() -> None:
    """The collector as a process: `python -m tenure.collector`."""
    typer.run(run)
