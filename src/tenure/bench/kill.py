"""Killing: collector and worker are killed with -9 under load; every acknowledged event must be stored once.

Each round kills one of the two at a random moment while it is at work, and starts it again. Senders do
as SDKs do: what was not acknowledged is sent again under the same message id, except that half of it is
given up, since a customer's process may die as well.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from deltalake import DeltaTable

from tenure.bench import Result
from tenure.bench._installation import Installation, installation
from tenure.bench._load import event
from tenure.bench.collect import free_ports, wait_for
from tenure.collector import intake

ROUNDS = 50
SENDERS = 8
MOST_EVENTS = 20  # a request
PAUSE_SECONDS = 0.03  # between a sender's requests
LONGEST_LIFE_SECONDS = 1.0  # at work, until it is killed
PATIENCE_SECONDS = 60.0


@dataclass
class Sent:
    """What the senders know: message ids that were acknowledged, and those given up."""

    acknowledged: list[str] = field(default_factory=list)
    given_up: list[str] = field(default_factory=list)


@dataclass
class Victim:
    """A process that is killed and started again."""

    name: str
    start: Callable[[], subprocess.Popen[bytes]]
    await_work: Callable[[], None]
    process: subprocess.Popen[bytes] | None = None
    kills: int = 0

    def begin(self) -> None:
        """Start it and wait until it is at work."""
        self.process = self.start()
        self.await_work()

    def kill(self) -> None:
        """End it at once, with all it started."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None


def run(rounds: int | None = None) -> Result:
    """Share of the acknowledged events that are stored exactly once, and the counts behind it."""
    rounds = rounds or ROUNDS
    with installation() as place:
        port = free_ports(1)[0]
        with running(place, port) as victims, sending(port, place.key) as sent:
            for _ in range(rounds):
                victim = random.choice(victims)  # noqa: S311  # not a secret
                time.sleep(random.uniform(0, LONGEST_LIFE_SECONDS))  # noqa: S311
                victim.kill()
                victim.kills += 1
                victim.begin()
            sent_all = sent
        return report(rounds, victims, sent_all, stored(place))


def report(rounds: int, victims: list[Victim], sent: Sent, stored: Counter[str]) -> Result:
    """What became of every message id."""
    lost = sum(stored[one] == 0 for one in sent.acknowledged)
    doubled = sum(count > 1 for count in stored.values())
    once = sum(stored[one] == 1 for one in sent.acknowledged)
    figures: dict[str, float | str] = {
        "rounds": rounds,
        **{f"{victim.name} killed": victim.kills for victim in victims},
        "acknowledged": len(sent.acknowledged),
        "lost": lost,
        "doubled": doubled,
        "given up by the sender": len(sent.given_up),
        "given up, but stored": sum(stored[one] > 0 for one in sent.given_up),
    }
    ratios = {"exactly_once": once / len(sent.acknowledged) if sent.acknowledged else 0.0}
    return Result("kill", "every acknowledged event stored exactly once", ratios, figures)


@contextmanager
def running(place: Installation, port: int) -> Iterator[list[Victim]]:
    """Collector and worker, at work; in the end everything is drained before they are ended."""
    reached = Progress(place)
    collector = Victim(
        "collector", lambda: place.start("tenure.collector", "--port", str(port)), lambda: wait_for(port)
    )
    worker = Victim("worker", lambda: place.start("tenure.jobs.worker"), reached.wait_for_more)
    victims = [collector, worker]
    try:
        collector.begin()
        worker.process = worker.start()
        yield victims
        reached.wait_for_all()
    finally:
        for victim in victims:
            victim.kill()


@dataclass
class Progress:
    """How far the drain is, read from the intake."""

    place: Installation

    def wait_for_more(self) -> None:
        """Return once more has been drained than at the call."""
        before = self._forgotten()
        wait(lambda: self._forgotten() > before, "the worker drains nothing")

    def wait_for_all(self) -> None:
        """Return once nothing waits to be drained."""
        wait(lambda: self._ask("SELECT count(*) FROM intake") == 0, "the worker does not come to an end")

    def _forgotten(self) -> int:
        return self._ask("SELECT coalesce(sum(forgotten), 0) FROM intake_stream")

    def _ask(self, sql: str) -> int:
        with closing(intake.connect(self.place.home / "intake.db")) as db:
            return int(db.execute(sql).fetchone()[0])


@contextmanager
def sending(port: int, key: str) -> Iterator[Sent]:
    """Senders at work on a thread, until the block is left."""
    sent, going = Sent(), [True]
    with ThreadPoolExecutor(1) as thread:
        done = thread.submit(asyncio.run, send_all(port, key, sent, going))
        try:
            yield sent
        finally:
            going.clear()
        done.result()


async def send_all(port: int, key: str, sent: Sent, going: list[bool]) -> None:
    """All senders, each request after the answer to the one before."""
    url = f"http://127.0.0.1:{port}/v1/batch"
    headers = {"Authorization": aiohttp.encode_basic_auth(key)}
    async with aiohttp.ClientSession(headers=headers, timeout=aiohttp.ClientTimeout(total=10)) as session:

        async def sender() -> None:
            while going:
                await deliver(session, url, sent)
                await asyncio.sleep(PAUSE_SECONDS)

        await asyncio.gather(*(sender() for _ in range(SENDERS)))


async def deliver(session: aiohttp.ClientSession, url: str, sent: Sent) -> None:
    """One request of new events, again and again until it is acknowledged or given up."""
    batch = [event(number) for number in range(random.randint(1, MOST_EVENTS))]  # noqa: S311
    ids = [str(one["messageId"]) for one in batch]
    while not await is_acknowledged(session, url, {"batch": batch}):
        if random.random() < 0.5:  # noqa: S311
            sent.given_up += ids
            return
        await asyncio.sleep(PAUSE_SECONDS)
    sent.acknowledged += ids


async def is_acknowledged(session: aiohttp.ClientSession, url: str, body: dict[str, Any]) -> bool:
    """Whether a request was answered by 200."""
    try:
        async with session.post(url, json=body) as answer:
            return answer.status == 200 and bool(await answer.read())
    except (aiohttp.ClientError, OSError, TimeoutError):
        return False


def stored(place: Installation) -> Counter[str]:
    """How often each message id is in the lake."""
    table = DeltaTable(place.home / "lake" / place.workspace_id / "events")
    return Counter(table.to_pyarrow_table(columns=["message_id"])["message_id"].to_pylist())


def wait(so: Callable[[], bool], or_else: str) -> None:
    """Return once something is so; raises RuntimeError when it takes too long."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        try:
            if so():
                return
        except sqlite3.Error:
            pass  # the file is being made
        time.sleep(0.05)
    raise RuntimeError(f"{or_else} for {PATIENCE_SECONDS:.0f} s")
