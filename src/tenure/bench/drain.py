"""Draining: is the last tenth of many events as quick as the first, and how soon is an event on a page?

First so many events (TENURE_BENCH_EVENTS, 5 million) go from the intake to the lake, a tenth at a time,
each message id compared with all before it. Filling the intake is not counted. Then everything is started
as `tenure up` does, events come at 2,000 a second, and now and then one whose page is asked for until it
shows: from the 200 to the Use tab of its account.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tenure.bench import Result
from tenure.bench._installation import Installation, installation
from tenure.bench._load import event
from tenure.bench.collect import free_ports, wait_for

EVENTS = 5_000_000
PROBES = 30
RATE = 2_000  # events a second
A_REQUEST = 20
PEOPLE = 2_000
SECONDS = 3.0  # within which an event ought to be seen
PATIENCE = 60.0
PROBE = "Probe sent"
PAUSE = 0.1  # between two looks at a page
TOO_MANY = 200  # requests under way: more is no steady rate any more


@dataclass
class Seen:
    """Seconds from the 200 to the page, for each probe; how many events were acknowledged meanwhile."""

    waits: list[float] = field(default_factory=list)
    acknowledged: int = 0
    seconds: float = 0.0


def run(rounds: int | None = None) -> Result:
    """The last tenth's rate over the first's; the share of `rounds` (30) probes seen within 3 s."""
    events = int(os.environ.get("TENURE_BENCH_EVENTS", EVENTS))
    with installation() as place:
        tenths = drained(place, events)
    with installation() as place:
        seen = _look(place, rounds or PROBES)
    return report(events, tenths, seen)


def report(events: int, tenths: Sequence[tuple[int, float, float, int]], seen: Seen) -> Result:
    """Ratios and figures; a tenth is (sent, seconds, processor seconds, stored)."""
    rates = [sent / seconds for sent, seconds, _, _ in tenths]
    by_cpu = [sent / cpu for sent, _, cpu, _ in tenths]
    within = sum(wait <= SECONDS for wait in seen.waits) / len(seen.waits)
    figures: dict[str, float | str] = {
        "events": float(events),
        "duplicates left out": float(sum(sent - stored for sent, _, _, stored in tenths)),
        "first tenth, events/s": rates[0],
        "last tenth, events/s": rates[-1],
        "slowest tenth, events/s": min(rates),
        "first tenth, events per CPU second": by_cpu[0],
        "last tenth, events per CPU second": by_cpu[-1],
        "events/s while looking": seen.acknowledged / seen.seconds,
        "seen after, p50 s": statistics.median(seen.waits),
        "seen after, p95 s": statistics.quantiles(seen.waits, n=20)[-1],
        "probes": float(len(seen.waits)),
    }
    ratios = {
        "end_over_start": rates[-1] / rates[0],
        "end_over_start_per_cpu": by_cpu[-1] / by_cpu[0],
        f"within_{SECONDS:.0f}_s": within,
    }
    return Result("drain", "the first tenth of the same run; events seen within 3 s", ratios, figures)


def drained(place: Installation, events: int) -> list[tuple[int, float, float, int]]:
    """Put events into the intake and drain them, by tenths: sent, seconds, processor seconds, stored."""
    program = [sys.executable, "-m", "tenure.bench._draining", place.workspace_id, str(events)]
    made = subprocess.run(program, env=place.environment, check=True, stdout=subprocess.PIPE)
    return [(sent, seconds, cpu, stored) for sent, seconds, cpu, stored in json.loads(made.stdout)]


def _look(place: Installation, probes: int) -> Seen:
    program = [sys.executable, "-m", "tenure.bench._probed", place.workspace_id, str(probes + 1)]
    made = subprocess.run(program, env=place.environment, check=True, stdout=subprocess.PIPE)
    # On a thread, since whoever runs this may have an event loop of their own.
    with up(place) as port, ThreadPoolExecutor(1) as apart:
        return apart.submit(asyncio.run, _watch(port, place.key, json.loads(made.stdout))).result()


@contextmanager
def up(place: Installation) -> Iterator[int]:
    """All processes, as `tenure up` starts them; gives the port."""
    port = free_ports(1)[0]
    supervisor = place.start("tenure", "up", "--port", str(port))
    try:
        wait_for(port, PATIENCE)
        yield port
    finally:
        supervisor.send_signal(signal.SIGTERM)
        supervisor.wait(PATIENCE)


async def _watch(port: int, key: str, probe: dict[str, Any]) -> Seen:
    """Send at a steady rate, and see after how long a probe is on its page."""
    address, seen = f"http://127.0.0.1:{port}", Seen()
    options = aiohttp.ClientTimeout(total=PATIENCE)
    async with aiohttp.ClientSession(address, timeout=options) as session:
        headers = {"Authorization": aiohttp.encode_basic_auth(key)}
        cookies = {"sessionid": probe["session"]}
        await _until_shown(session, "/customers", cookies, "probe-0")
        going = [True]
        sending = asyncio.create_task(_send(session, headers, seen, going))
        try:
            for ref, account in probe["accounts"].items():
                seen.waits.append(await _probe(session, headers, cookies, ref, f"/customers/{account}/use"))
            del seen.waits[0]  # all that is done once, after the start, was done meanwhile
        finally:
            going.clear()
            await sending
    return seen


async def _probe(
    session: aiohttp.ClientSession, headers: dict[str, str], cookies: dict[str, str], ref: str, page: str
) -> float:
    """Send an event of a customer who never had any; gives the seconds until it stands on the page."""
    body = {"userId": f"user of {ref}", "event": PROBE, "context": {"groupId": ref}}
    async with session.post("/v1/track", json=body, headers=headers) as answer:
        answer.raise_for_status()
    began = time.perf_counter()
    await _until_shown(session, page, cookies, PROBE)
    return time.perf_counter() - began


async def _until_shown(session: aiohttp.ClientSession, page: str, cookies: dict[str, str], text: str) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        async with session.get(page, cookies=cookies) as answer:
            if answer.status == 200 and text in await answer.text():
                return
        await asyncio.sleep(PAUSE)
    raise RuntimeError(f"{page} does not show {text!r} after {PATIENCE:.0f} s")


async def _send(
    session: aiohttp.ClientSession, headers: dict[str, str], seen: Seen, going: list[bool]
) -> None:
    """Events at the rate, whatever the answers take."""
    began, number, under_way = time.perf_counter(), 0, set[asyncio.Task[None]]()
    while going:
        number += 1
        await asyncio.sleep(max(0.0, began + number * A_REQUEST / RATE - time.perf_counter()))
        if len(under_way) < TOO_MANY:
            task = asyncio.create_task(_deliver(session, headers, seen))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
    await asyncio.gather(*under_way)
    seen.seconds = time.perf_counter() - began


async def _deliver(session: aiohttp.ClientSession, headers: dict[str, str], seen: Seen) -> None:
    batch = [event(random.randrange(PEOPLE)) for _ in range(A_REQUEST)]  # noqa: S311  # not a secret
    async with session.post("/v1/batch", json={"batch": batch}, headers=headers) as answer:
        if answer.status == 200:
            seen.acknowledged += A_REQUEST
