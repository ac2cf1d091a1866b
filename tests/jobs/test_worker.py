"""The worker as a real process: what it is given gets done, also when it is killed in the middle."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tenure.accounts.models import Account
from tenure.health.models import Standing
from tenure.kit import clock
from tenure.kit.models import Lease, Live
from tenure.sources import actions as sources
from tenure.sources.imports.options import Options
from tenure.sources.models import ImportRun
from tenure.workspaces.access import Access
from tests.events.sending import send_events, track, waiting
from tests.wait import until

Start = Callable[..., subprocess.Popen[bytes]]
ROWS = 12_000


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a worker as the given holder, on the test's data folder."""
    started: list[subprocess.Popen[bytes]] = []

    def start(holder: str, **environment: str) -> subprocess.Popen[bytes]:
        environment = {
            **os.environ,
            "TENURE_HOLDER": holder,
            "PYTHONPATH": os.pathsep.join(sys.path),
            **environment,
        }
        with (tmp_path / f"{holder}.log").open("ab") as log:
            worker = subprocess.Popen(
                [sys.executable, "-m", "tenure.jobs.worker"], env=environment, stdout=log, stderr=log
            )
        started.append(worker)
        return worker

    yield start
    for worker in started:
        worker.kill()
        worker.wait()


def ask_for_import(access: Access, rows: int) -> ImportRun:
    """Somebody uploads a file of accounts and presses Import."""
    lines = "".join(f"a{number},Account {number}\n" for number in range(rows))
    run = sources.upload(access, "accounts.csv", [b"account_id,name\n", lines.encode()])
    sources.choose(access, run.pk, "accounts", Options())
    sources.request_import(access, run.pk)
    return run


def is_done(run: ImportRun) -> bool:
    run.refresh_from_db()
    return run.status == ImportRun.DONE


def is_under_way(run: ImportRun) -> bool:
    run.refresh_from_db()
    assert run.status != ImportRun.DONE, "too quick to be killed in the middle: give it more rows"
    return run.rows_read > 0


def test_what_was_collected_is_drained_scored_and_told(access: Access, start: Start) -> None:
    worker = start("up")
    send_events(access, track(messageId="m1", context={"groupId": "acme"}, timestamp=clock.now().isoformat()))
    until(lambda: access.of(Standing).exists())
    assert waiting() == 0
    until(lambda: Live.objects.filter(workspace_id=access.workspace.id, topic="accounts").exists())
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=60) == 0
    assert not Lease.objects.exists()


@pytest.mark.timeout(300)
def test_an_import_is_done_once_though_the_worker_is_killed_in_the_middle(
    access: Access, start: Start
) -> None:
    run = ask_for_import(access, ROWS)
    worker = start("up")
    until(lambda: is_under_way(run))
    worker.kill()
    worker.wait()
    start("up")
    until(lambda: is_done(run), seconds=150)
    assert (run.rows_read, run.rows_added, run.rows_rejected) == (ROWS, ROWS, 0)
    assert access.of(Account).count() == ROWS


@pytest.mark.timeout(300)
def test_another_worker_takes_over_what_a_dead_one_left(access: Access, start: Start) -> None:
    run = ask_for_import(access, ROWS)
    first = start("first")
    until(lambda: is_under_way(run))
    first.kill()
    first.wait()
    assert not is_done(run)
    start("second")
    until(lambda: Lease.objects.filter(name__startswith="worker-", holder="second").exists())
    Lease.objects.filter(holder="first").update(expires_at=clock.now() - timedelta(seconds=1))
    until(lambda: is_done(run), seconds=150)
    assert access.of(Account).count() == ROWS


def test_a_folder_that_is_not_migrated_is_refused(start: Start, tmp_path: Path) -> None:
    nothing_here = tmp_path / "nothing here"
    assert start("up", TENURE_HOME=str(nothing_here)).wait(timeout=60) == 3
    assert "run `tenure up` first" in (tmp_path / "up.log").read_text()
    assert not (nothing_here / "app.db").exists()
