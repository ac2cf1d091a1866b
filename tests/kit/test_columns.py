"""Columns say what rows say, in whatever order and number they are taken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from tenure.kit.bulk import Instants
from tenure.kit.columns import Columns


@dataclass(frozen=True)
class Row:
    """Something told."""

    key: str
    told_at: datetime | None = None
    score: float | None = None


INSTANTS = st.datetimes(timezones=st.just(UTC))
SAID = st.builds(Row, st.sampled_from("abc"), st.none() | INSTANTS, st.none() | st.just(0.1))
ROWS = st.lists(SAID, min_size=1)


@given(ROWS)
def test_rows_come_back_as_they_were_told(rows):
    told = Columns.of(Row, rows)
    assert len(told) == len(rows)
    assert list(told.rows()) == rows
    assert [row for some in told.chunks() for row in some.rows()] == rows


@given(ROWS)
def test_the_last_row_of_each_key_is_kept(rows):
    told = Columns.of(Row, rows)
    assert {row.key: row for row in rows} == {row.key: row for row in told.latest(told["key"]).rows()}
    assert [row for row in rows if row.score] == list(told.where([bool(one) for one in told["score"]]).rows())


@given(st.lists(INSTANTS, min_size=1))
def test_instants_sort_as_their_texts_do(instants):
    kept = Instants.of(instants)
    assert Instants(sorted(kept)).read() == sorted(instants)
    assert [datetime.fromisoformat(one) for one in kept.written()] == instants


def test_instants_are_kept_in_utc_and_none_stays_none():
    here = datetime(2026, 4, 3, 1, 30, 0, 250, tzinfo=timezone(timedelta(hours=2)))
    assert Instants.of([here, None]) == ["2026-04-02 23:30:00.000250", None]
    assert Instants([None]).written() == [""]
