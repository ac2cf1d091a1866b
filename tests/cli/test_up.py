"""`tenure up` as somebody starts it: one command, one port, one clear line when it cannot be."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import psutil
import pytest

from tests.wait import until

CHILDREN = {"tenure.collector", "tenure.web.serve", "tenure.jobs.worker"}


class Up:
    """A running `tenure up`."""

    def __init__(self, home: Path, port: int, *more: str) -> None:
        self.home, self.port = home, port
        self.output = home.parent / f"{home.name}.out"
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [*command(port), *more], env=environment(home), stdout=output, stderr=output
            )

    @property
    def says(self) -> str:
        """Everything it has printed."""
        return self.output.read_text()

    def children(self) -> dict[str, psutil.Process]:
        """Its processes by module."""
        found = {}
        for child in psutil.Process(self.process.pid).children():
            with suppress(psutil.Error):
                found.update(dict.fromkeys(CHILDREN.intersection(child.cmdline()), child))
        return found

    def is_ready(self) -> bool:
        """Whether all of it answers."""
        with (
            suppress(URLError, OSError),
            urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as answer,
        ):
            return bool(json.load(answer)["ready"]) and self.children().keys() == CHILDREN
        return False

    def wait_until_said(self, what: str) -> None:
        """Wait for a line; a process that ended instead has failed."""
        until(lambda: what in self.says or self.process.poll() is not None, seconds=90)
        assert what in self.says, self.says


def command(port: int) -> list[str]:
    return [sys.executable, "-m", "tenure", "up", "--port", str(port)]


def environment(home: Path) -> dict[str, str]:
    return {**os.environ, "TENURE_HOME": str(home), "PYTHONPATH": os.pathsep.join(sys.path)}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def refused(home: Path, port: int, **more: str) -> str:
    """What a start says that cannot be; one line."""
    env = {**environment(home), **more}
    done = subprocess.run(command(port), env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1, done.stdout
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """Tenure on a new folder, ready."""
    up = Up(tmp_path_factory.mktemp("up") / "home", free_port())
    up.wait_until_said("/welcome/")
    yield up
    up.process.send_signal(signal.SIGINT)
    up.process.wait(timeout=60)


def test_it_prints_its_address_and_a_link_to_sign_in_when_it_is_ready(up: Up) -> None:
    assert f"http://127.0.0.1:{up.port}\n" in up.says
    link = re.search(r"http://\S+/welcome/\S+", up.says)
    assert link is not None
    assert up.is_ready()
    with urlopen(link[0], timeout=10) as page:
        assert page.status == 200


def test_a_second_one_on_the_same_folder_says_so(up: Up) -> None:
    said = refused(up.home, free_port())
    assert f"already running on {up.home} (process {up.process.pid})" in said
    assert "TENURE_HOME" in said


def test_a_taken_port_says_so(up: Up, tmp_path: Path) -> None:
    said = refused(tmp_path / "another", up.port)
    assert f"port {up.port}" in said
    assert "--port" in said


def test_a_number_of_processes_that_is_none_is_said_at_once(tmp_path: Path) -> None:
    said = refused(tmp_path / "home", free_port(), TENURE_WEB_PROCESSES="x")
    assert "TENURE_WEB_PROCESSES is a number from 1 to 64, not 'x'" in said
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("module", sorted(CHILDREN))
def test_a_killed_process_comes_back_and_all_is_ready_again(up: Up, module: str) -> None:
    until(up.is_ready)
    before = up.children()
    before[module].kill()
    until(lambda: up.children().get(module, before[module]).pid != before[module].pid)
    until(up.is_ready, seconds=60)
    assert "was killed by signal 9; it is started again" in up.says
    others = CHILDREN - {module}
    assert {name: up.children()[name].pid for name in others} == {name: before[name].pid for name in others}


def test_ctrl_c_ends_everything_and_the_folder_can_be_started_again(tmp_path: Path) -> None:
    port = free_port()
    first = Up(tmp_path / "home", port)
    first.wait_until_said("/welcome/")
    everybody = psutil.Process(first.process.pid).children(recursive=True)
    first.process.send_signal(signal.SIGINT)
    assert first.process.wait(timeout=60) == 0
    assert not [process for process in everybody if process.is_running()]
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))
    second = Up(tmp_path / "home", port)
    second.wait_until_said("/welcome/")
    second.process.send_signal(signal.SIGTERM)
    assert second.process.wait(timeout=60) == 0


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 0), (signal.SIGKILL, -signal.SIGKILL)])
def test_whatever_ends_it_ends_the_loading_of_the_demo_too(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    filling = Up(tmp_path / "home", free_port(), "--demo")
    filling.wait_until_said("loading the demo company")
    until(lambda: "tenure.collector" in filling.children(), seconds=60)
    everybody = psutil.Process(filling.process.pid).children(recursive=True)
    assert len(everybody) > len(filling.children())  # who loads, besides who serves
    filling.process.send_signal(number)
    assert filling.process.wait(timeout=60) == code
    assert "/welcome/" not in filling.says
    until(lambda: not any(process.is_running() for process in everybody))


def test_a_database_of_a_newer_version_is_one_line(up: Up, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    with (
        closing(sqlite3.connect(up.home / "app.db")) as old,
        closing(sqlite3.connect(home / "app.db")) as new,
    ):
        old.backup(new)
        new.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('kit', '0099_later', '2031-01-01')"
        )
        new.commit()
    assert "newer Tenure" in refused(home, free_port())


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "a-file").touch()
    assert "cannot write to the data folder" in refused(tmp_path / "a-file" / "home", free_port())
