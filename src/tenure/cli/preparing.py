"""Makes the data folder ready for `tenure up`, in a process of its own, which ends when all of it works.

The supervisor lives long. What it takes to create tables, to load the demo company and to make a link to sign
in with (a hundred megabytes of modules) is gone with this process.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import TYPE_CHECKING

from tenure.cli.base import console, say
from tenure.jobs.setup import NotReady
from tenure.kit import lifeline

if TYPE_CHECKING:
    from tenure.workspaces.models import Workspace

ASKED_EVERY = 0.1  # seconds


@dataclass(frozen=True)
class Made:
    """The workspace is there. `token`: for a one-time link to sign in with, where one is due."""

    token: str | None


@dataclass(frozen=True)
class _HasTables:
    """The folder has its tables: processes may start."""


@dataclass(frozen=True)
class _IsWorking:
    """A worker lives."""


class Preparing:
    """What the process has come to; asked again and again, it never waits but for tables."""

    def __init__(self, told: Connection, process: BaseProcess) -> None:
        self._told, self._process = told, process
        self._made: Made | None = None
        self._is_working = False

    def wait_for_tables(self) -> None:
        """Wait until the folder has its tables. Raises NotReady where it cannot have them."""
        self._hear()

    def is_filled(self) -> bool:
        """Whether the workspace is there. Raises NotReady where it could not be made."""
        self._listen()
        return self._made is not None

    def is_working(self) -> bool:
        """Whether a worker lives."""
        self._listen()
        return self._is_working

    @property
    def token(self) -> str | None:
        """For a link to sign in with, once the workspace is there."""
        return self._made.token if self._made else None

    def _listen(self) -> None:
        while not self._is_working and self._told.poll():
            self._hear()

    def _hear(self) -> None:
        try:
            said = self._told.recv()
        except EOFError:
            raise NotReady("the data folder could not be made ready; what is above says why") from None
        if isinstance(said, NotReady):
            raise said
        self._made = said if isinstance(said, Made) else self._made
        self._is_working = isinstance(said, _IsWorking)
        if self._is_working:  # its last word
            self._process.join()


@contextmanager
def preparing(*, demo: bool) -> Iterator[Preparing]:
    """Have the folder prepared while the block runs, with the demo company if it is not there yet."""
    context = get_context("fork")  # nothing has threads yet, and all that is imported need not be again
    told, telling = context.Pipe(duplex=False)
    lifeline.lead()
    process = context.Process(target=_prepare, args=(telling, demo), daemon=True)
    process.start()
    telling.close()
    try:
        yield Preparing(told, process)
    finally:
        process.terminate()
        process.join()


def _prepare(telling: Connection, demo: bool) -> None:
    """Tables, the workspace, a link; then wait for the worker. Ctrl-C is the supervisor's to answer."""
    os.setsid()
    lifeline.follow(grace=0)
    with suppress(BrokenPipeError):
        try:
            workspace = _filled_by_demo(telling.send) if demo else _with_tables(telling.send)
            telling.send(Made(sign_in_token(workspace)))
        except NotReady as reason:
            telling.send(reason)
            return
        _wait_for_worker()
        telling.send(_IsWorking())


def _with_tables(tell: Callable[[object], None]) -> Workspace:
    from tenure.jobs import setup

    workspace = setup.prepare()
    tell(_HasTables())
    return workspace


def _filled_by_demo(tell: Callable[[object], None]) -> Workspace:
    """The demo company's workspace, which pages need not wait for."""
    from tenure.jobs import setup

    found = setup.find_demo()
    tell(_HasTables())
    if found is not None:
        return found
    say("loading the demo company")
    began = time.monotonic()
    try:
        made = setup.prepare_demo()
    except Exception:
        console.print_exception()
        raise NotReady("the demo company could not be loaded; remove the data folder and try again") from None
    say(f"the demo company {made.name} is loaded, {time.monotonic() - began:.1f} s")
    return made


def _wait_for_worker() -> None:
    from tenure.jobs import slots

    while not slots.is_somebody_working():
        time.sleep(ASKED_EVERY)


def sign_in_token(workspace: Workspace) -> str | None:
    """A one-time token: of the demo's owner, of the first owner to come, or, at a terminal, of the owner.

    A link that an earlier start printed to an owner's account, and nobody used, opens nothing any more.
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
        return members.fresh_link(access, owner)
    return None
