"""Pages and collecting at the same time, on one port: what each loses by the other."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tenure.bench._installation import Installation

PAGE = "/sign-in"
SIZE = 20  # events a request
PATIENCE = 60

Rates = defaultdict[str, list[float]]  # answers a second, of every round


@contextmanager
def front(place: Installation, port: int) -> Iterator[str]:
    """The pages on a unix socket, and a front door before them; gives the socket once pages are answered."""
    with TemporaryDirectory(prefix="tb-") as folder:
        socket = str(Path(folder) / "web")
        web = place.start("tenure.web.serve", socket)
        door = place.start("tenure.collector", "--port", str(port), "--web-socket", socket)
        try:
            _wait_for_pages(port)
            yield socket
        finally:
            for process in (door, web):
                process.terminate()
                process.wait(PATIENCE)


def measure(place: Installation, port: int, socket: str, seconds: float, rates: Rates) -> None:
    """One round: pages past the door and through it, collecting alone, then both at once."""
    rates["pages, straight"].append(_rate(_browsing(socket, seconds)))
    rates["pages"].append(_rate(_browsing(str(port), seconds)))
    rates["collected"].append(SIZE * _rate(_sending(port, place.key, seconds)))
    sending, browsing = _sending(port, place.key, seconds), _browsing(str(port), seconds)
    rates["pages, both at once"].append(_rate(browsing))
    rates["collected, both at once"].append(SIZE * _rate(sending))


def figures(rates: Rates) -> dict[str, float | str]:
    """Medians of the rounds, and what is kept of what there is alone."""
    middle = {name: sorted(found)[len(found) // 2] for name, found in rates.items()}
    return {
        "one port: pages/s past the front door": middle["pages, straight"],
        "one port: pages/s through it": middle["pages"],
        "one port: events/s": middle["collected"],
        "one port, both at once: pages/s": middle["pages, both at once"],
        "one port, both at once: events/s": middle["collected, both at once"],
        "one port: pages kept by the front door": middle["pages"] / middle["pages, straight"],
        "one port, both at once: pages kept": middle["pages, both at once"] / middle["pages"],
        "one port, both at once: events kept": middle["collected, both at once"] / middle["collected"],
    }


def _browsing(where: str, seconds: float) -> subprocess.Popen[bytes]:
    return _start("tenure.bench._browse", where, PAGE, str(seconds))


def _sending(port: int, key: str, seconds: float) -> subprocess.Popen[bytes]:
    return _start("tenure.bench._load", str(port), key, str(SIZE), str(seconds))


def _start(*module: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", *module], stdout=subprocess.PIPE)


def _rate(client: subprocess.Popen[bytes]) -> float:
    """Answers a second of a client, when it has ended; raises RuntimeError if any was wrong."""
    said, _ = client.communicate(timeout=PATIENCE)
    if client.returncode:
        raise RuntimeError(f"{client.args!r} failed")
    found = json.loads(said)
    if found.get("refused"):
        raise RuntimeError(f"{found['refused']} requests were refused")
    return float(found["answered"] / found["seconds"])


def _wait_for_pages(port: int) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{PAGE}", timeout=5):
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("the pages did not come up")
