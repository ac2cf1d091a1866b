"""Pages with 100,000 customers, against the list as one first writes it: OFFSET, joins in COUNT."""

from __future__ import annotations

import json
import random
import re
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tenure.bench import Result
from tenure.bench._installation import Installation, installation
from tenure.web.serve import processes

ACCOUNTS = 100_000
ROUNDS = 25
CLIENTS = 4
PAGE = 1000
READING = 1.0  # seconds, on average
PATIENCE = 60

FIRST = ("today", "renewals", "portfolio")  # figures that are kept afterwards
FEW = 5  # of the rounds, for what takes longer and no aim is set for


@dataclass(frozen=True)
class Took:
    """Milliseconds of an answer: as the client saw it, and as the server says, None where it says nothing."""

    client: float
    server: float | None


Latencies = dict[str, list[Took]]


@dataclass(frozen=True)
class Measured:
    """The first answers; all those to a client who was alone; of the pages that have an aim those to four
    who each ask for the next page at once (and how many a second they got), and to four who look at each
    page for a second.
    """

    first: Latencies
    alone: Latencies
    together: Latencies
    a_second: float
    reading: Latencies


@dataclass(frozen=True)
class Asked:
    """What is asked for, by name, each in several ways; `data` has the session."""

    aimed: Mapping[str, list[str]]
    others: Mapping[str, list[str]]
    session: str


def run(rounds: int | None = None) -> Result:
    """Serve 100,000 customers: every page `rounds` (25) times to one client, then lists and accounts to four.

    Each time another filter, word, mark or account is asked for. A page's time is the server's own: from the
    moment the application has the request until it has the whole answer, with all that it waited for other
    requests. What the client sees has the way there and back, too.
    """
    rounds = rounds or ROUNDS
    with installation() as place:
        data = _fill(place)
        session = str(data["session"])
        naive = _measure(
            place, "tenure.bench._naive", Asked(_naive_pages(), {}, session), max(3, rounds // FEW)
        )
        ours = _measure(place, "tenure.web.serve", Asked(_pages(data), _others(data), session), rounds)
    ratios = {
        f"{name}, p95": _p95(_client(naive.alone[name])) / _p95(_client(ours.alone[name]))
        for name in naive.alone
    }
    return Result(
        name="pages",
        baseline="the same list with Paginator, select_related and a Django template: its p95 over ours",
        ratios=ratios,
        figures=_figures(ours, naive),
    )


def _pages(data: Mapping[str, Any]) -> dict[str, list[str]]:
    """Those for which there is an aim."""
    filters = [
        f"where=segment.is.{segment}&where=arr.at_least.{arr}"
        for segment in ("Enterprise", "Mid-market", "Small")
        for arr in range(5_000, 40_000, 250)
    ]
    names = ("harbor bank", "acorn systems", "north labs", "acorn health", "harbor foods")
    return {
        "customers": ["/customers"],
        "filtered": [f"/customers?{one}" for one in filters],
        "filtered, a saved view": [f"/customers?{one}" for one in filters[::70]],
        "sorted": [f"/customers?sort={one}" for one in ("-seat_use", "seat_use", "-arr", "renewal", "name")],
        f"page {PAGE:,}": [f"/customers?after={mark}" for mark in data["deep"]],
        "search": [f"/customers?q={one.replace(' ', '+')}+{end}" for one in names for end in range(70, 80)],
        "account": [f"/customers/{one}" for one in data["accounts"]],
    }


def _others(data: Mapping[str, Any]) -> dict[str, list[str]]:
    account = f"/customers/{data['accounts'][0]}"
    return {
        "chart": ["/customers/chart?where=renewal.within.120"],
        "money": [f"{account}/money"],
        "what happened": [f"{account}/happened"],
        "today": ["/"],
        "renewals": ["/renewals?now=1"],
        "portfolio": ["/portfolio?now=1"],
    }


def _naive_pages() -> dict[str, list[str]]:
    return {
        "customers": ["/customers"],
        "filtered": ["/customers?segment=Enterprise&arr=2000000"],
        f"page {PAGE:,}": [f"/customers?page={PAGE}"],
        "search": ["/customers?q=harbor+bank+77"],
    }


def _fill(place: Installation) -> dict[str, Any]:
    """The customers, and what the clients need: a session, accounts, the marks of pages from 1,000 on."""
    asked = [sys.executable, "-m", "tenure.bench._filled", place.workspace_id, str(ACCOUNTS), str(PAGE)]
    made = subprocess.run(asked, env=place.environment, check=True, stdout=subprocess.PIPE)
    found: dict[str, Any] = json.loads(made.stdout)
    return found


def _measure(place: Installation, module: str, asked: Asked, rounds: int) -> Measured:
    """Ask a server of its own for every page."""
    session, few = asked.session, max(1, rounds // FEW)
    with TemporaryDirectory(prefix="tn-") as folder, _serving(place, module, Path(folder) / "s") as path:
        first = _ask(path, asked.others, session, 1)
        _at_once(path, asked.aimed, session, 1)  # warm, in each process
        alone = _ask(path, asked.aimed, session, rounds) | _ask(path, asked.others, session, few)
        began = time.perf_counter()
        together = _at_once(path, asked.aimed, session, rounds)
        a_second = sum(map(len, together.values())) / (time.perf_counter() - began)
        return Measured(first, alone, together, a_second, _at_once(path, asked.aimed, session, few, READING))


def _at_once(
    path: Path, pages: Mapping[str, list[str]], session: str, rounds: int, pause: float = 0
) -> Latencies:
    """Four clients, all that they were answered."""
    with ThreadPoolExecutor(CLIENTS) as clients:
        asked = [clients.submit(_ask, path, pages, session, rounds, pause) for _ in range(CLIENTS)]
        found = [one.result() for one in asked]
    return {name: [took for one in found for took in one[name]] for name in pages}


@contextmanager
def _serving(place: Installation, module: str, path: Path) -> Iterator[Path]:
    """A server on a unix socket, until the block ends."""
    server = place.start(module, str(path))
    try:
        _wait_for(path, server)
        yield path
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(PATIENCE)


def _wait_for(path: Path, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and server.poll() is None:
        try:
            with closing(_Connection(path)) as connection:
                connection.connect()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the server did not come up")


class _Connection(HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=PATIENCE)
        self._path = str(path)

    def connect(self) -> None:
        """Open the socket."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(PATIENCE)
        self.sock.connect(self._path)


def _ask(
    path: Path, pages: Mapping[str, list[str]], session: str, rounds: int, pause: float = 0
) -> Latencies:
    """One client: every page so many times, in random order, over one connection, some seconds apart."""
    found: Latencies = {name: [] for name in pages}
    connection = _Connection(path)
    order = list(pages) * rounds
    random.shuffle(order)
    for name in order:
        time.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 (nobody has to guess it)
        address = random.choice(pages[name])  # noqa: S311
        began = time.perf_counter()
        connection.request("GET", address, headers={"Cookie": f"sessionid={session}"})
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{address} answered {answer.status}")
        took = (time.perf_counter() - began) * 1000
        said = re.search(r"app;dur=([0-9.]+)", answer.headers.get("Server-Timing", ""))
        found[name].append(Took(took, float(said[1]) if said else None))
    connection.close()
    return found


def _p95(found: list[float]) -> float:
    return statistics.quantiles(found * 2 if len(found) == 1 else found, n=20)[-1]


def _client(found: list[Took]) -> list[float]:
    return [one.client for one in found]


def _figures(ours: Measured, naive: Measured) -> dict[str, float | str]:
    """Medians and 95th percentiles in ms, and pages a second."""
    told = {
        "": ours.alone,
        f"{CLIENTS} clients: ": ours.together,
        f"{CLIENTS} clients, reading: ": ours.reading,
        "baseline: ": naive.alone,
    }
    figures: dict[str, float | str] = {"customers": float(ACCOUNTS)}
    for kind, pages in told.items():
        for name, found in pages.items():
            figures.update(_told(f"{kind}{name}", found))
    for kind in (f"{CLIENTS} clients: ", f"{CLIENTS} clients, reading: "):
        every = [took for found in told[kind].values() for took in found]
        figures.update(_told(f"{kind}all of them", every))
    figures |= {f"{name}, first time, ms": ours.first[name][0].client for name in FIRST}
    figures["processes"] = float(processes())
    figures[f"pages a second, {CLIENTS} clients"] = ours.a_second
    figures[f"baseline: pages a second, {CLIENTS} clients"] = naive.a_second
    return figures


def _told(name: str, found: list[Took]) -> dict[str, float]:
    """The server's time, where it says so, and what the client saw."""
    server = [one.server for one in found if one.server is not None]
    seen = {
        f"{name}, client's p50 ms": statistics.median(_client(found)),
        f"{name}, client's p95 ms": _p95(_client(found)),
    }
    if not server:
        return seen
    return {f"{name}, p50 ms": statistics.median(server), f"{name}, p95 ms": _p95(server), **seen}
