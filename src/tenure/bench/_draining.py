"""`python -m tenure.bench._draining WORKSPACE EVENTS`: drains a tenth at a time, for `bench drain`."""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

from tenure.cli.base import start_django

start_django()  # before anything that has tables is imported

from tenure.collector import intake  # noqa: E402
from tenure.events import drain  # noqa: E402
from tenure.kit import clock  # noqa: E402
from tenure.kit.ids import new_id  # noqa: E402

TENTHS = 10
A_REQUEST = 20  # events
ACCOUNTS = 2_000
PEOPLE = 20_000
NAMES = 40
DUPLICATES = 0.01
REQUESTS_AT_ONCE = 2_000


def main(workspace_id: str, events: int) -> None:
    """Print, for each tenth: events that were sent, seconds, and seconds of the processor."""
    random.seed(1)
    fill(workspace_id, PEOPLE)  # who is who is learnt once: that is not what is measured
    measure()
    tenths = []
    for _ in range(TENTHS):
        sent = fill(workspace_id, events // TENTHS)
        tenths.append((sent, *measure()))
    sys.stdout.write(json.dumps(tenths))


def measure() -> tuple[float, float, int]:
    """Drain all that waits; gives seconds, seconds of the processor, events stored."""
    began, cpu, stored = time.perf_counter(), time.process_time(), 0
    while (done := drain.run_once()).rows:
        stored += done.events
    return time.perf_counter() - began, time.process_time() - cpu, stored


def fill(workspace_id: str, events: int) -> int:
    """Put events into the intake as the collector does; gives how many."""
    with closing(intake.connect(synchronous="OFF")) as db:
        arrivals = list(requests(workspace_id, events))
        for start in range(0, len(arrivals), REQUESTS_AT_ONCE):
            intake.append(db, "bench", arrivals[start : start + REQUESTS_AT_ONCE])
    return len(arrivals) * A_REQUEST


def requests(workspace_id: str, events: int) -> Iterator[intake.Arrival]:
    """Requests of twenty events each, some of which were sent before."""
    sent_before = [new_id()]
    for number in range(0, events, A_REQUEST):
        batch = [event(number + part, sent_before) for part in range(A_REQUEST)]
        body = json.dumps({"batch": batch, "sentAt": clock.now().isoformat()}).encode()
        yield intake.Arrival(workspace_id, "bench", "batch", clock.micros(), "analytics-python/2.4.0", body)


def event(number: int, sent_before: list[str]) -> dict[str, object]:
    """One tracked event of the usual size."""
    person = number % PEOPLE
    is_again = random.random() < DUPLICATES  # noqa: S311  # not a secret
    message_id = random.choice(sent_before) if is_again else new_id()  # noqa: S311
    if number % 100 == 0:
        sent_before.append(message_id)
    return {
        "type": "track",
        "messageId": message_id,
        "event": f"Thing {random.randrange(NAMES)} done",  # noqa: S311
        "userId": f"person-{person}",
        "timestamp": (clock.now() - timedelta(seconds=random.randrange(600))).isoformat(),  # noqa: S311
        "context": {
            "library": {"name": "analytics-python", "version": "2.4.0"},
            "groupId": f"account-{person % ACCOUNTS}",
        },
        "properties": {"report": "Weekly revenue", "rows": number % 500, "format": "table", "shared": False},
    }


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
