"""The server of pages: two processes that share what they loaded, and one that dies comes back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path
from socket import AF_UNIX, socket
from tempfile import TemporaryDirectory

import pytest

from tenure.bench._installation import installation
from tenure.web import serve
from tests.wait import until

pytestmark = pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks at processes in /proc")


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[int, Path]]:
    """A server over an empty installation: its process id and its socket."""
    with (
        installation() as place,
        TemporaryDirectory(prefix="tn-") as folder,
        pytest.MonkeyPatch.context() as monkeypatch,
    ):
        path = Path(folder) / "s"
        monkeypatch.setenv("TENURE_WEB_PROCESSES", "2")
        started = place.start("tenure.web.serve", str(path))
        try:
            until(lambda: answer(path) == 200, 60)
            yield started.pid, path
        finally:
            started.send_signal(signal.SIGTERM)
            started.wait(30)


def answer(path: Path) -> int:
    connection = HTTPConnection("localhost", timeout=20)
    connection.sock = socket(AF_UNIX)
    try:
        connection.sock.connect(str(path))
        connection.request("GET", "/sign-in")
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


def children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_one_that_dies_comes_back_and_both_end_with_the_first(
    server: tuple[int, Path],
) -> None:
    pid, path = server
    until(lambda: len(children(pid)) == 2, 30)
    first, second = children(pid)
    os.kill(first, signal.SIGKILL)
    assert answer(path) in (0, 200)  # a request it had begun is lost, no other
    until(lambda: answer(path) == 200, 30)
    until(lambda: len(set(children(pid)) - {first}) == 2, 60)
    both = children(pid)
    assert second in both
    os.kill(pid, signal.SIGKILL)  # the last that is done with this server
    until(lambda: not any(lives(one) for one in both), 30)


def lives(pid: int) -> bool:
    """Whether there is such a process that is not only waiting to be buried."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


@pytest.mark.parametrize("said", ["0", "many", "-1", "65"])
def test_a_number_of_processes_that_is_none_is_said(
    said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TENURE_WEB_PROCESSES", said)
    assert serve.main("nowhere") == serve.NOT_READY
    assert "TENURE_WEB_PROCESSES is a number from 1 to 64" in capsys.readouterr().err


def test_a_folder_without_a_database_is_refused(tmp_path: Path) -> None:
    environment = {**os.environ, "TENURE_HOME": str(tmp_path)}
    asked = [sys.executable, "-m", "tenure.web.serve", str(tmp_path / "s")]
    found = subprocess.run(asked, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert found.returncode == serve.NOT_READY
    assert "there is no database" in found.stderr
