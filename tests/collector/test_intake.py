"""The intake keeps what was put, in order, under numbers without gaps that are never given twice."""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tenure.collector import intake
from tenure.collector.intake import Arrival, FullError, Intake, NotDurableError, Row
from tenure.kit import home
from tests.collector.conftest import on_a_loop

LARGE = b'"%s"' % (b"x" * intake.PART_BYTES)


def arrival(body: bytes = b"{}") -> Arrival:
    return Arrival("w" * 32, "k" * 32, "track", 1_795_000_000_000_000, "agent", body)


def appended(db: sqlite3.Connection, stream: str, *bodies: bytes) -> int:
    """Append a commit; gives the position of its last request."""
    intake.append(db, stream, [arrival(body) for body in bodies])
    return intake.last_position(db, stream)


class Interleavings(RuleBasedStateMachine):
    """Puts, reads, deletions and restarts in any order, against a plain list of what must be there."""

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="tenure-test-intake-")
        self.db = intake.connect(Path(self.folder.name) / "intake.db")
        self.put: dict[str, list[Row]] = {}
        self.forgotten: dict[str, int] = {}

    @rule(
        stream=st.sampled_from(["c0", "c1"]),
        bodies=st.lists(st.binary(max_size=40), min_size=1, max_size=5),
    )
    def append(self, stream: str, bodies: list[bytes]) -> None:
        first = appended(self.db, stream, *bodies) - len(bodies) + 1
        rows = [Row(stream, first + index, *arrival(body)) for index, body in enumerate(bodies)]
        self.put.setdefault(stream, []).extend(rows)
        self.forgotten.setdefault(stream, 0)

    @rule()
    def reopen(self) -> None:
        self.db.close()
        self.db = intake.connect(Path(self.folder.name) / "intake.db")

    @rule(stream=st.sampled_from(["c0", "c1"]), index=st.integers(0, 30), beyond=st.integers(0, 100))
    def forget(self, stream: str, index: int, beyond: int) -> None:
        rows = self.put.get(stream, [])
        upto = (rows[min(index, len(rows) - 1)].position if rows else 0) + beyond
        intake.forget(self.db, stream, upto)
        if rows:
            self.forgotten[stream] = max(self.forgotten[stream], min(upto, rows[-1].position))

    @rule(most_rows=st.integers(1, 4), most_bytes=st.integers(0, 100))
    def drain_in_portions(self, most_rows: int, most_bytes: int) -> None:
        for stream, rows in self.put.items():
            got: list[Row] = []
            while portion := intake.read(
                self.db, stream, got[-1].position if got else 0, most_rows, most_bytes
            ):
                assert len(portion) <= most_rows
                assert len(portion) == 1 or sum(len(row.body) for row in portion) <= most_bytes
                got += portion
            assert got == [row for row in rows if row.position > self.forgotten[stream]]

    @invariant()
    def holds(self) -> None:
        waiting = 0
        for stream, rows in self.put.items():
            assert all(after.position == before.position + 1 for before, after in pairwise(rows))
            waiting += sum(row.position > self.forgotten[stream] for row in rows)
        assert intake.backlog(self.db) == waiting
        assert intake.streams(self.db) == sorted(self.put)

    def teardown(self) -> None:
        if hasattr(self, "db"):
            self.db.close()
            self.folder.cleanup()


Interleavings.TestCase.settings = settings(max_examples=25, stateful_step_count=25)
TestInterleavings = Interleavings.TestCase


def test_a_new_file_gives_higher_numbers_than_a_lost_one() -> None:
    db = intake.connect()
    last = appended(db, "c0", *[b"{}"] * 100)
    db.close()
    for path in home.home().glob("intake.db*"):
        path.unlink()
    db = intake.connect()
    assert appended(db, "c0", b"{}") > last
    db.close()


def test_two_processes_on_one_stream_share_its_numbers() -> None:
    ours, theirs = intake.connect(), intake.connect()
    positions = [appended(db, "c0", b"{}") for db in (ours, theirs, theirs, ours)]
    assert all(after == before + 1 for before, after in pairwise(positions))
    ours.close()
    theirs.close()


def test_a_failed_commit_leaves_no_gap_and_nothing_half_written() -> None:
    db = intake.connect()
    first = appended(db, "c0", b"{}")
    db.execute(
        "CREATE TRIGGER full AFTER INSERT ON intake WHEN (SELECT count(*) FROM intake) > 2 "
        "BEGIN SELECT raise(ABORT, 'no room'); END"
    )
    with pytest.raises(sqlite3.IntegrityError, match="no room"):
        appended(db, "c0", LARGE, LARGE, b"{}")
    db.execute("DROP TRIGGER full")
    assert appended(db, "c0", b"{}") == first + 1
    assert intake.backlog(db) == 2
    db.close()


def test_large_requests_have_rows_of_their_own_and_the_same_numbers() -> None:
    db = intake.connect()
    bodies = [b"{}", LARGE, LARGE, b"[]", b"{}"]
    last = appended(db, "c0", *bodies)
    assert db.execute("SELECT requests FROM intake ORDER BY last").fetchall() == [(2,), (1,), (2,)]
    rows = intake.read(db, "c0", 0)
    assert [row.body for row in rows] == bodies
    assert [row.position for row in rows] == list(range(last - 4, last + 1))
    db.close()


@on_a_loop
async def test_what_waits_together_is_committed_together() -> None:
    box = Intake()
    box.start()
    futures = [box.put(arrival(b"%d" % number)) for number in range(500)]
    await asyncio.gather(*futures)
    await box.stop()
    db = intake.connect()
    rows = intake.read(db, "c0", 0)
    db.close()
    assert [row.body for row in rows] == [b"%d" % number for number in range(500)]


@on_a_loop
async def test_stopping_writes_what_still_waits() -> None:
    box = Intake()
    box.start()
    futures = [box.put(arrival()) for _ in range(3000)]
    await box.stop()
    await asyncio.gather(*futures)
    with pytest.raises(NotDurableError):
        box.put(arrival())
    db = intake.connect()
    assert intake.backlog(db) == 3000
    db.close()


@on_a_loop
async def test_a_queue_that_is_full_says_so_and_opens_again() -> None:
    for box in (Intake(most_waiting=2), Intake(most_waiting_bytes=20)):
        blocker = intake.connect()
        box.start()
        blocker.execute("BEGIN IMMEDIATE")  # the disk is busy
        futures = [box.put(arrival(b"x" * 10)) for _ in range(2)]
        with pytest.raises(FullError):
            box.put(arrival())
        blocker.execute("ROLLBACK")
        await asyncio.gather(*futures)
        await box.put(arrival())
        await box.stop()
        blocker.close()


@on_a_loop
async def test_what_cannot_be_written_is_said_and_writing_goes_on_when_it_can() -> None:
    box = Intake()
    box.start()
    await box.put(arrival())
    vandal = intake.connect()
    vandal.execute("ALTER TABLE intake RENAME TO elsewhere")
    vandal.execute("CREATE VIEW intake AS SELECT * FROM elsewhere")
    with pytest.raises(NotDurableError, match="view"):
        await box.put(arrival())
    assert "view" in box.trouble
    vandal.execute("DROP VIEW intake")
    vandal.execute("ALTER TABLE elsewhere RENAME TO intake")
    await box.put(arrival())
    assert box.trouble == ""
    await box.stop()
    assert intake.backlog(vandal) == 2
    vandal.close()
