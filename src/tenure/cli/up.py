"""`tenure up`: everything, in one command, on one port."""

from __future__ import annotations

import signal
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.error import URLError
from urllib.request import urlopen

import typer

from tenure import __version__
from tenure.cli import supervisor
from tenure.cli.base import app, console, fail
from tenure.kit import home

if TYPE_CHECKING:
    from tenure.workspaces.models import Workspace

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
        with filled_by_demo() if demo else nullcontext(Filling(setup.prepare())) as filling:
            ended = supervise(address, host, port, filling, lock, began)
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


@dataclass
class Filling:
    """The workspace to sign in to; with `maker`, still to be made by that process."""

    found: Workspace | None
    maker: BaseProcess | None = None
    began: float = field(default_factory=time.monotonic)

    @property
    def workspace(self) -> Workspace:
        """The workspace, once it is made."""
        assert self.found is not None
        return self.found

    def is_done(self) -> bool:
        """Whether it has been made; raises NotReady if it could not be."""
        from tenure.jobs import setup

        if self.found is None and self.maker is not None and self.maker.exitcode is not None:
            self.found = setup.find_demo() if self.maker.exitcode == 0 else None
            if self.found is None:
                raise setup.NotReady(
                    "the demo company could not be loaded; remove the data folder and try again"
                )
            seconds = time.monotonic() - self.began
            say(f"the demo company {self.found.name} is loaded, {seconds:.1f} s")
        return self.found is not None


@contextmanager
def filled_by_demo() -> Iterator[Filling]:
    """The demo company's workspace, being made while the block runs if it is not there yet.

    In a process of its own: the supervisor lives long, and should not hold the memory of a big import; and
    the pages start meanwhile.
    """
    from tenure.jobs import setup

    if workspace := setup.find_demo():
        yield Filling(workspace)
        return
    say("loading the demo company")
    maker = get_context("spawn").Process(target=make_demo, daemon=True)
    maker.start()
    try:
        yield Filling(None, maker)
    finally:
        maker.terminate()
        maker.join()


def make_demo() -> None:
    """Make the demo company's workspace. Ctrl-C is the supervisor's to answer: it ends this process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    from tenure.jobs import setup

    setup.prepare_demo()


def supervise(address: str, host: str, port: int, filling: Filling, lock: int, began: float) -> bool:
    """Run the three processes until somebody ends them; False if they could not be started."""
    from tenure.jobs import slots

    with tempfile.TemporaryDirectory(prefix="tenure-") as folder:  # short: a socket's path has 108 bytes
        keeper = supervisor.Supervisor(
            programs(host, port, Path(folder) / "web.sock", filling),
            is_ready=lambda: slots.is_somebody_working() and answers(f"{address}/readyz"),
            on_ready=lambda: announce(address, filling.workspace, time.monotonic() - began),
            on_death=report_death,
            lock=lock,
        )
        if keeper.run():
            say("stopped")
            return True
        report_failure(keeper)
        return False


def programs(host: str, port: int, web_socket: Path, filling: Filling) -> list[supervisor.Program]:
    """The three processes; the front door comes first, the worker when there is nothing to wait for."""
    front = ("tenure.collector", "--host", host, "--port", str(port), "--web-socket", str(web_socket))
    return [
        supervisor.Program("collector", front),
        supervisor.Program("web", ("tenure.web.serve", str(web_socket)), web_socket),
        supervisor.Program("worker", ("tenure.jobs.worker",), may_start=filling.is_done),
    ]


def answers(address: str) -> bool:
    """Whether a page answers with success."""
    with suppress(URLError, OSError), urlopen(address, timeout=2) as answer:  # noqa: S310 (our own address)
        return bool(answer.status == 200)
    return False


def announce(address: str, workspace: Workspace, seconds: float) -> None:
    """Print where Tenure is, and a link to sign in with where one is due."""
    say(f"ready in {seconds:.1f} s; Ctrl-C stops it, logs are in {supervisor.logs()}")
    console.print(f"\n  [bold]{address}[/bold]", soft_wrap=True)
    if token := sign_in_token(workspace):
        console.print(
            f"  sign in with this link, it works once:\n\n  {address}/welcome/{token}\n", soft_wrap=True
        )
    else:
        console.print("  sign in with your e-mail address and password\n")


def sign_in_token(workspace: Workspace) -> str | None:
    """A one-time token: of the demo's owner, of the first owner to come, or, at a terminal, of the owner.

    A start without a terminal prints no link to an owner's account: it would end up in some log.
    """
    from tenure.workspaces import members
    from tenure.workspaces.access import access_for_machine
    from tenure.workspaces.models import Membership
    from tenure.workspaces.roles import Role

    access = access_for_machine(workspace)
    owner = access.of(Membership).filter(role=Role.OWNER.value).select_related("user").first()
    if owner is None:
        return members.invite(access, Role.OWNER)
    if workspace.is_demo or console.is_terminal:
        return members.invite(access, Role.OWNER, email=owner.user.email, user=owner.user)
    return None


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


def say(line: str) -> None:
    """One plain line."""
    console.print(line, markup=False, highlight=False, soft_wrap=True)
