"""Collecting: durable events per CPU second of the collector, as shares of an app that only parses.

Both are served by the same uvicorn in the same run, in turns of a few seconds; 64 connections send 1,
20 and 100 events a request. An event counts once it was acknowledged, that is, committed to the intake.
The collector itself looks at envelopes only, so there is a third app that does no more: the share of that
one is among the figures, and says what being durable costs. Among them is also what pages and collecting,
both flat out through one front door, keep of what each does alone.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace

import psutil

from tenure.bench import Result, _together
from tenure.bench._installation import Installation, installation
from tenure.collector import intake

SIZES = (1, 20, 100)
SECONDS = 2.0
ROUNDS = 3
PARSING = "only parses events"
READING = "only reads envelopes"
OURS = "collector"


@dataclass
class Sum:
    """What one server did with one size of request, over all rounds."""

    events: int = 0
    seconds: float = 0.0
    cpu: float = 0.0

    @property
    def per_cpu_second(self) -> float:
        """Events for each second of the server's processor time."""
        return self.events / self.cpu


@dataclass(frozen=True)
class Served:
    """A server that listens."""

    process: psutil.Process
    port: int

    def cpu(self) -> float:
        """Processor seconds it has used, all its threads."""
        times = self.process.cpu_times()
        return float(times.user + times.system)


def run(rounds: int | None = None) -> Result:
    """Shares of the ceiling per CPU second, keyed by events a request; and the figures behind them."""
    sums: defaultdict[tuple[str, int], Sum] = defaultdict(Sum)
    rates: _together.Rates = defaultdict(list)
    rounds = rounds or ROUNDS
    with installation() as place:
        with serving(place) as servers:
            for size in SIZES * rounds:
                for name, server in servers.items():
                    measure(sums[name, size], server, place.key, size)
                clear(place)
        (port,) = free_ports(1)
        with _together.front(place, port) as pages:
            for _ in range(rounds):
                _together.measure(place, port, pages, SECONDS, rates)
                clear(place)
    result = report(sums)
    return replace(result, figures=result.figures | _together.figures(rates))


@contextmanager
def serving(place: Installation) -> Iterator[dict[str, Served]]:
    """All servers by name, listening."""
    ports = free_ports(3)
    commands = {
        PARSING: ("tenure.bench._ceiling", str(ports[0]), "events"),
        READING: ("tenure.bench._ceiling", str(ports[1]), "envelopes"),
        OURS: ("tenure.collector", "--port", str(ports[2])),
    }
    started = [place.start(*command) for command in commands.values()]
    try:
        for port in ports:
            wait_for(port)
        yield {
            name: Served(psutil.Process(process.pid), port)
            for name, process, port in zip(commands, started, ports, strict=True)
        }
    finally:
        for process in started:
            process.kill()
            process.wait()


def measure(total: Sum, server: Served, key: str, size: int) -> None:
    """Load a server for a while and add up what it did."""
    before = server.cpu()
    program = [sys.executable, "-m", "tenure.bench._load", str(server.port), key, str(size), str(SECONDS)]
    said = json.loads(
        subprocess.run(program, check=True, stdout=subprocess.PIPE, timeout=SECONDS + 30).stdout
    )
    if said["refused"]:
        raise RuntimeError(f"{said['refused']} requests were refused")
    total.cpu += server.cpu() - before
    total.events += said["answered"] * size
    total.seconds += said["seconds"]


def clear(place: Installation) -> None:
    """Empty the intake, as the drain would."""
    with closing(intake.connect(place.home / "intake.db", synchronous="OFF")) as db:
        for stream in intake.streams(db):
            intake.forget(db, stream, intake.last_position(db, stream))


def report(sums: dict[tuple[str, int], Sum]) -> Result:
    """Ratios and figures of all sizes."""
    ratios: dict[str, float] = {}
    figures: dict[str, float | str] = {}
    for size in SIZES:
        ours = sums[OURS, size].per_cpu_second
        ratios[str(size)] = ours / sums[PARSING, size].per_cpu_second
        figures[f"{size} a request: share of what {READING}"] = ours / sums[READING, size].per_cpu_second
        for name in (OURS, PARSING, READING):
            done = sums[name, size]
            figures[f"{size} a request: {name}: events/s"] = done.events / done.seconds
            figures[f"{size} a request: {name}: events per CPU second"] = done.per_cpu_second
    return Result("collect", "an app that only parses events, per CPU second", ratios, figures)


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def wait_for(port: int, seconds: float = 30) -> None:
    """Return once somebody listens on a port."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"nobody listens on port {port} after {seconds:.0f} s")
