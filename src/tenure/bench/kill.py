"""Killing: any process is killed with -9 under load; every acknowledged event must be stored once.

Everything runs as `tenure up` starts it. Each round kills one process at a random moment, whichever it is:
the supervisor too, which is then started again, as a service manager would. Senders do as SDKs do: what was
not acknowledged is sent again under the same message id, except that half of it is given up, since a
customer's process may die as well. Some say step by step who somebody is, which must be known in the end.
"""

from __future__ import annotations

import asyncio
import random
import signal
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import psutil
from deltalake import DeltaTable

from tenure.bench import Result
from tenure.bench._installation import Installation, installation
from tenure.bench._load import event
from tenure.bench._personas import Known, Persona
from tenure.bench.collect import free_ports
from tenure.collector import intake

ROUNDS = 50
SENDERS = 6
TELLERS = 3  # senders of who is who
MOST_EVENTS = 20  # a request
PAUSE_SECONDS = 0.03  # between a sender's requests
LONGEST_LIFE_SECONDS = 1.0  # at work, until one is killed
UNPREPARED = 0.2  # share of kills that come while others are still starting
PATIENCE_SECONDS = 120.0
SUPERVISOR = "supervisor"


@dataclass
class Sent:
    """What the senders know: message ids acknowledged, those given up, and what was said of whom."""

    acknowledged: list[str] = field(default_factory=list)
    given_up: list[str] = field(default_factory=list)
    personas: list[Persona] = field(default_factory=list)


@dataclass
class Herd:
    """All processes of an installation, of which one after the other is killed."""

    place: Installation
    port: int
    supervisor: subprocess.Popen[bytes] | None = None
    kills: Counter[str] = field(default_factory=Counter)

    def begin(self) -> None:
        """Start the supervisor if it does not live; what it started before may still be ending."""
        if self.supervisor is None or self.supervisor.poll() is not None:
            self.supervisor = self.place.start("tenure.bench._up", "--port", str(self.port))

    def processes(self) -> list[tuple[str, psutil.Process]]:
        """All that live, by what they are."""
        if self.supervisor is None or self.supervisor.poll() is not None:
            return []
        with suppress(psutil.Error):
            top = psutil.Process(self.supervisor.pid)
            return [(SUPERVISOR, top), *((_name(one), one) for one in top.children(recursive=True))]
        return []

    def kill_one(self) -> None:
        """Kill any of them, and see that the supervisor lives."""
        if living := self.processes():
            name, process = random.choice(living)  # noqa: S311  # not a secret
            with suppress(psutil.Error):
                process.send_signal(signal.SIGKILL)
                self.kills[name] += 1
            if name == SUPERVISOR and self.supervisor is not None:
                self.supervisor.wait()
        self.begin()

    def await_work(self, progress: Progress) -> None:
        """Return once more is drained than at the call; starts the supervisor as often as it takes."""
        before = progress.forgotten()

        def is_at_work() -> bool:
            self.begin()
            return progress.forgotten() > before

        wait(is_at_work, "nothing is drained")

    def end(self) -> None:
        """Kill all."""
        for _, process in self.processes():
            with suppress(psutil.Error):
                process.kill()
        if self.supervisor is not None:
            self.supervisor.wait()


def _name(process: psutil.Process) -> str:
    """What a process is: the module that it runs."""
    with suppress(psutil.Error):
        for word in process.cmdline():
            if word in MODULES:
                return MODULES[word]
    return "another"


MODULES = {
    "tenure.collector": "collector",
    "tenure.web.serve": "web",
    "tenure.jobs.worker": "worker",
}


def run(rounds: int | None = None) -> Result:
    """Share of the acknowledged events that are stored exactly once, of the people who are known right."""
    rounds = rounds or ROUNDS
    with installation() as place:
        progress = Progress(place)
        with running(place, progress) as herd, sending(herd.port, place.key) as sent:
            for _ in range(rounds):
                if random.random() >= UNPREPARED:  # noqa: S311
                    herd.await_work(progress)
                time.sleep(random.uniform(0, LONGEST_LIFE_SECONDS))  # noqa: S311
                herd.kill_one()
            herd.await_work(progress)
        known = Known.read(place.home / "app.db", place.workspace_id)
        return report(rounds, herd.kills, sent, stored(place), [known.judge(one) for one in sent.personas])


def report(
    rounds: int,
    kills: Counter[str],
    sent: Sent,
    stored: Counter[str],
    judged: Sequence[tuple[int, int]],
) -> Result:
    """What became of every message id, and of what was said about people: (must be known, is wrong)."""
    lost = sum(stored[one] == 0 for one in sent.acknowledged)
    doubled = sum(count > 1 for count in stored.values())
    once = sum(stored[one] == 1 for one in sent.acknowledged)
    said, wrong = sum(one for one, _ in judged), sum(one for _, one in judged)
    figures: dict[str, float | str] = {
        "rounds": rounds,
        **{f"{name} killed": count for name, count in sorted(kills.items())},
        "acknowledged": len(sent.acknowledged),
        "lost": lost,
        "doubled": doubled,
        "given up by the sender": len(sent.given_up),
        "given up, but stored": sum(stored[one] > 0 for one in sent.given_up),
        "people": len(judged),
        "said about them": said,
        "wrong about them": wrong,
    }
    ratios = {
        "exactly_once": once / len(sent.acknowledged) if sent.acknowledged else 0.0,
        "identity_right": (said - wrong) / said if said else 0.0,
    }
    return Result(
        "kill", "every acknowledged event stored exactly once, every id as was said", ratios, figures
    )


@contextmanager
def running(place: Installation, progress: Progress) -> Iterator[Herd]:
    """All at work; in the end everything is drained before they are ended."""
    herd = Herd(place, free_ports(1)[0])
    try:
        herd.begin()
        yield herd
        progress.wait_for_all(herd)
    finally:
        herd.end()


@dataclass
class Progress:
    """How far the drain is, read from the intake."""

    place: Installation

    def forgotten(self) -> int:
        """A number that grows with every request drained; 0 before the first."""
        with suppress(sqlite3.Error), closing(intake.connect(self.place.home / "intake.db")) as db:
            return int(db.execute("SELECT coalesce(sum(forgotten), 0) FROM intake_stream").fetchone()[0])
        return 0

    def wait_for_all(self, herd: Herd) -> None:
        """Return once nothing waits to be drained."""

        def is_empty() -> bool:
            herd.begin()
            with closing(intake.connect(self.place.home / "intake.db")) as db:
                return intake.backlog(db) == 0

        wait(is_empty, "the worker does not come to an end")


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

        async def teller() -> None:
            while going:
                await tell(session, url, sent, going)

        await asyncio.gather(*(sender() for _ in range(SENDERS)), *(teller() for _ in range(TELLERS)))


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


async def tell(session: aiohttp.ClientSession, url: str, sent: Sent, going: list[bool]) -> None:
    """Say who somebody is, step by step, each again and again until it is acknowledged."""
    persona = Persona()
    sent.personas.append(persona)
    for step in persona.steps():
        while not await is_acknowledged(session, url, {"batch": [step]}):
            if not going:
                return
            await asyncio.sleep(PAUSE_SECONDS)
        persona.said += 1
        sent.acknowledged.append(str(step["messageId"]))
        await asyncio.sleep(PAUSE_SECONDS)


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
