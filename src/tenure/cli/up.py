"""`tenure up`: everything, in one command, on one port."""

from __future__ import annotations

import socket
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Annotated
from urllib.error import URLError
from urllib.request import urlopen

import typer

from tenure import __version__
from tenure.cli import supervisor
from tenure.cli.base import app, console, fail, say
from tenure.cli.preparing import Preparing, preparing
from tenure.kit import home

LOG_LINES = 12


@app.command()
def up(
    demo: Annotated[
        bool, typer.Option("--demo", help="Fill it with an invented company's customers.")
    ] = False,
    host: Annotated[
        str, typer.Option(help="Address to listen on; 0.0.0.0 lets other machines in.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)] = 8000,
) -> None:
    """Set up the data folder if it is new, start everything, print the address. Ctrl-C stops all."""
    from tenure.jobs import setup
    from tenure.web import serve

    began = time.monotonic()
    try:
        serve.processes()
        setup.create_folder()
        lock = hold()
        refuse_taken(host, port)
        say(f"Tenure {__version__}, data in {home.home()}")
        address = f"http://{'localhost' if host in ('0.0.0.0', '::') else host}:{port}"  # noqa: S104
        with preparing(demo=demo) as prepared:
            prepared.wait_for_tables()
            ended = supervise(address, host, port, prepared, lock, began)
    except setup.NotReady as reason:
        fail(str(reason))
    if not ended:
        raise typer.Exit(1)


def hold() -> int:
    """The data folder's lock, or one line about who has it."""
    try:
        return supervisor.hold_home()
    except supervisor.Held as held:
        fail(
            f"Tenure is already running on {home.home()} (process {held.pid}); "
            "use that one, stop it with Ctrl-C, or set TENURE_HOME to another folder"
        )


def refuse_taken(host: str, port: int) -> None:
    """End with one line if nobody could listen at this address."""
    try:
        family, kind, proto, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, proto) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(where)
    except OSError as error:
        fail(f"cannot listen on {host} port {port} ({error.strerror}); choose another with --host or --port")


def supervise(address: str, host: str, port: int, prepared: Preparing, lock: int, began: float) -> bool:
    """Run the three processes until somebody ends them; False if they could not be started."""
    with tempfile.TemporaryDirectory(prefix="tenure-") as folder:  # short: a socket's path has 108 bytes
        keeper = supervisor.Supervisor(
            programs(host, port, Path(folder) / "web.sock", prepared),
            is_ready=lambda: prepared.is_working() and answers(f"{address}/readyz"),
            on_ready=lambda: announce(address, prepared.token, time.monotonic() - began),
            on_death=report_death,
            lock=lock,
        )
        if keeper.run():
            say("stopped")
            return True
        report_failure(keeper)
        return False


def programs(host: str, port: int, web_socket: Path, prepared: Preparing) -> list[supervisor.Program]:
    """The three processes; the front door comes first, the worker when there is nothing to wait for."""
    front = ("tenure.collector", "--host", host, "--port", str(port), "--web-socket", str(web_socket))
    return [
        supervisor.Program("collector", front),
        supervisor.Program("web", ("tenure.web.serve", str(web_socket)), web_socket),
        supervisor.Program("worker", ("tenure.jobs.worker",), may_start=prepared.is_filled),
    ]


def answers(address: str) -> bool:
    """Whether a page answers with success."""
    with suppress(URLError, OSError), urlopen(address, timeout=2) as answer:  # noqa: S310 (our own address)
        return bool(answer.status == 200)
    return False


def announce(address: str, token: str | None, seconds: float) -> None:
    """Print where Tenure is, and a link to sign in with where one is due."""
    say(f"ready in {seconds:.1f} s; Ctrl-C stops it, logs are in {supervisor.logs()}")
    console.print(f"\n  [bold]{address}[/bold]", soft_wrap=True)
    if token:
        console.print(
            f"  sign in with this link, it works once:\n\n  {address}/welcome/{token}\n", soft_wrap=True
        )
    else:
        console.print("  sign in with your e-mail address and password\n")


def report_death(child: supervisor.Child, code: int) -> None:
    """One line about a process that ended by itself."""
    how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
    say(f"{child.program.name} {how}; it is started again (log: {child.log})")


def report_failure(keeper: supervisor.Supervisor) -> None:
    """Say which process does not come up, with the end of its log."""
    for child in sorted(keeper.children, key=lambda one: -one.failures):
        lines = child.log.read_text(errors="replace").splitlines() if child.log.exists() else []
        console.print(f"\n{child.log}", *lines[-LOG_LINES:], sep="\n", markup=False, soft_wrap=True)
        break
    say(f"Tenure did not become ready; all logs are in {supervisor.logs()}")
