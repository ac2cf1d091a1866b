"""The collector as a process: it never loads Django, ends cleanly, and loses nothing it has acknowledged."""

from __future__ import annotations

import base64
import json
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tenure.collector import intake
from tests import wait
from tests.collector.conftest import stored


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@contextmanager
def process(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A collector in a process of its own, ready to take events in; killed at the end."""
    port = free_port()
    command = [sys.executable, "-m", "tenure.collector", "--port", str(port), *arguments]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as running:
        try:
            wait.until(lambda: listens(port) or running.poll() is not None)
            yield running, port
        finally:
            running.kill()


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def send(port: int, key: str, message_id: str) -> None:
    """Track one event; raises OSError unless it was acknowledged."""
    body = json.dumps({"userId": "ann", "event": "Report Opened", "messageId": message_id}).encode()
    basic = base64.b64encode(f"{key}:".encode()).decode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/v1/track", body, {"Authorization": f"Basic {basic}"}
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert answer.status == 200


def test_the_front_door_never_loads_django() -> None:
    program = (
        "import sys, tenure.collector.serve; print([m for m in sys.modules if m.split('.')[0] == 'django'])"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_what_was_acknowledged_survives_a_kill(key: str) -> None:
    acknowledged: list[str] = []
    with process() as (running, port):

        def load(sender: int) -> None:
            for number in range(10_000):
                try:
                    send(port, key, f"{sender}-{number}")
                except (OSError, urllib.error.URLError):
                    return
                acknowledged.append(f"{sender}-{number}")

        threads = [threading.Thread(target=load, args=(sender,)) for sender in range(8)]
        for thread in threads:
            thread.start()
        wait.until(lambda: len(acknowledged) > 200)
        running.kill()
        for thread in threads:
            thread.join()
    rows = stored()
    assert set(acknowledged) <= {json.loads(row.body)["messageId"] for row in rows}
    assert [row.position for row in rows] == list(range(rows[0].position, rows[0].position + len(rows)))
    with process() as (_, port):
        send(port, key, "after")
    assert stored()[-1].position == rows[-1].position + 1


def test_sigterm_ends_it_cleanly(key: str) -> None:
    with process() as (running, port):
        send(port, key, "one")
        running.send_signal(signal.SIGTERM)
        assert running.wait(20) in (0, -signal.SIGTERM)
        assert running.stderr is not None
        assert running.stderr.read() == ""
    assert len(stored()) == 1


def test_it_refuses_a_folder_without_a_database(tmp_path_factory: pytest.TempPathFactory) -> None:
    empty = tmp_path_factory.mktemp("empty")
    command = [sys.executable, "-m", "tenure.collector", "--port", str(free_port())]
    environment = {"TENURE_HOME": str(empty), "PYTHONPATH": ":".join(sys.path)}
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert said.returncode == 1
    assert said.stderr.count("\n") == 1
    assert "tenure up" in said.stderr


def test_each_slot_numbers_a_stream_of_its_own(key: str) -> None:
    with process("--slot", "c1") as (_, port):
        send(port, key, "one")
    db = intake.connect()
    assert intake.streams(db) == ["c1"]
    db.close()
