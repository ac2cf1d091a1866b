"""Folded use says what the events say, whatever came, went, or changed its meaning in what order."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenure.accounts import actions as accounts
from tenure.accounts import merging
from tenure.accounts.actions import PersonRow
from tenure.accounts.models import Account, Person, Regrouping
from tenure.events import jobs, lake, retention, rollups, sealing, undoing, views
from tenure.workspaces.access import Access
from tests import cast

PEOPLE = {"ann": "acme", "ann2": "acme", "bo": "borealis", "cy": None}
VISITORS = ("anon:b1", "anon:b2")
NAMES = ("Opened", "Exported")
FIRST = datetime(2026, 8, 30, tzinfo=UTC)
numbers = itertools.count(1)

Event = tuple[str, str | None, int, str]
Step = tuple[Any, ...]

some_events = st.lists(
    st.tuples(
        st.sampled_from((*PEOPLE, *VISITORS)),
        st.sampled_from((None, "acme", "borealis", "cinder")),
        st.integers(0, 80 * 24),  # hours after the first, so that late ones come too
        st.sampled_from(NAMES),
    ),
    max_size=6,
)
steps = st.one_of(
    st.tuples(st.just("arrive"), st.sampled_from(("c0", "c1")), some_events),
    st.tuples(st.just("seal")),
    st.tuples(st.just("merge")),
    st.tuples(st.just("split")),
    st.tuples(st.just("known"), st.sampled_from(VISITORS), st.sampled_from(tuple(PEOPLE))),
    st.tuples(st.just("own"), st.sampled_from(tuple(PEOPLE))),
    st.tuples(st.just("compact")),
    st.tuples(st.just("take back"), st.sampled_from(("c0", "c1"))),
    st.tuples(st.just("forget")),
    st.tuples(st.just("zone"), st.sampled_from(("UTC", "America/Los_Angeles", "Pacific/Auckland"))),
    st.tuples(st.just("drop")),
)


def arrive(access: Access, stream: str, position: int, events: list[Event]) -> None:
    """A batch of a stream, as the drain would store it."""
    rows = [
        {
            "message_id": f"{stream}-{position}-{number}",
            "kind": "identify" if number % 5 == 4 else "track",
            "event": name,
            "person_ref": person,
            "account_ref": account,
            "occurred_at": (at := FIRST + timedelta(hours=hours)),
            "stream": stream,
            "position": position,
            "month": f"{at:%Y-%m}",
        }
        for number, (person, account, hours, name) in enumerate(events)
    ]
    lake.append(access.workspace.id, lake.EVENTS, pa.Table.from_pylist(rows, lake.SCHEMA), stream, position)


def told(access: Access) -> dict[str, list[tuple[Any, ...]]]:
    """What the views say, over all time and as of a span of days."""
    asked = {
        "use": "FROM use_daily ORDER BY ALL",
        "people": "SELECT account_id, person_id, day, sum(events) FROM use_people GROUP BY ALL ORDER BY ALL",
        "days": "SELECT DISTINCT * FROM use_days ORDER BY ALL",
    }
    with views.connect(access.workspace) as connection:
        said = {name: connection.execute(sql).fetchall() for name, sql in asked.items()}
        for first, last in ((date(2026, 9, 1), date(2026, 9, 1)), (date(2026, 9, 2), date(2026, 10, 15))):
            connection.execute("SET VARIABLE first_date = ?::DATE", [first])
            connection.execute("SET VARIABLE last_date = ?::DATE", [last])
            since = f"SELECT account_id, max(day) FROM use_days WHERE day <= DATE '{first}' GROUP BY ALL"
            said[f"ever until {first}"] = connection.execute(f"{since} ORDER BY ALL").fetchall()
            after = f"SELECT DISTINCT * FROM use_days WHERE day > DATE '{first}' ORDER BY ALL"
            said[f"days to {last}"] = connection.execute(after).fetchall()
    with views.connect(access.workspace, date(2026, 9, 30), date(2026, 10, 2)) as connection:
        few = "FROM use_daily WHERE day BETWEEN DATE '2026-09-30' AND DATE '2026-10-02' ORDER BY ALL"
        said["some days"] = connection.execute(few).fetchall()
    acme = Account.objects.filter(workspace=access.workspace, external_id="acme").values_list("pk", flat=True)
    with views.connect(access.workspace, account_ids=list(acme)) as connection:
        theirs = "SELECT * FROM use_daily WHERE list_contains(?, account_id) ORDER BY ALL"
        said["acme"] = connection.execute(theirs, [list(acme)]).fetchall()
    return said


def unfolded(access: Access) -> dict[str, list[tuple[Any, ...]]]:
    """The same from the events alone."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(rollups, "find", lambda *_: None)
        return told(access)


def do(access: Access, step: Step) -> None:
    """Something happens."""
    what, *about = step
    workspace = access.workspace
    if what == "arrive":
        stream, events = about
        arrive(access, stream, lake.position(workspace.id, lake.EVENTS, stream) + 1, events)
    elif what == "seal":
        sealing.seal(workspace)
    elif what == "merge":
        kept, other = access.of(Person).get(external_id="ann"), access.of(Person).filter(external_id="ann2")
        for one in other:
            merging.merge(access, "person", kept.pk, one.pk)
    elif what == "split":
        for done in access.of(Regrouping).filter(undone_at=None).order_by("-pk"):
            merging.undo(access, done.pk)
    elif what == "known":
        accounts.link_people(workspace, {about[0]: about[1]}, move=True)
    elif what == "own":
        row = access.of(Person).filter(external_id=about[0]).first()
        if row:
            row.is_own = not row.is_own
            row.save()
            accounts.upsert_people(workspace, [PersonRow(about[0], name=f"Seen {next(numbers)}")])
    elif what == "compact":
        lake.compact(workspace.id, lake.EVENTS)
    elif what == "take back":
        undoing.take_back(workspace, about[0], ())
    elif what == "forget":
        lake.remove_before(workspace.id, lake.EVENTS, "2026-09")
    elif what == "zone":
        workspace.zone = about[0]
        workspace.save()
    else:
        rollups.drop(workspace.id)


@pytest.fixture(params=[2, 8])
def few_files(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """So many files a month until they are folded together."""
    monkeypatch.setattr(sealing, "_MOST_FILES", request.param)


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(happens=st.lists(steps, min_size=4, max_size=14))
def test_folded_use_is_what_the_events_say(
    transactional_db: None, few_files: None, happens: list[Step]
) -> None:
    access = cast.workspace(f"Tenure Test {next(numbers)}")
    accounts.resolve(access.workspace, {"acme", "borealis"}, PEOPLE)
    arrive(access, "c0", 1, [("ann", None, 20, "Opened"), ("anon:b1", "acme", 900, "Exported")])
    sealing.seal(access.workspace)
    for step in happens:
        do(access, step)
        assert told(access) == unfolded(access), step


def two_months(access: Access) -> None:
    accounts.resolve(access.workspace, {"acme", "borealis"}, PEOPLE)
    arrive(access, "c0", 1, [("ann", None, hours, "Opened") for hours in (20, 40, 900, 901)])


@pytest.mark.parametrize("dies_at", range(7))
def test_dying_while_folding_loses_and_doubles_nothing(
    access: Access, monkeypatch: pytest.MonkeyPatch, dies_at: int
) -> None:
    two_months(access)
    sealing.seal(access.workspace)
    arrive(access, "c0", 2, [("bo", None, hours, "Exported") for hours in (21, 950, 1500)])
    before, left = unfolded(access), itertools.count()

    def dying(act: Callable[..., Any]) -> Callable[..., Any]:
        def until(*given: Any) -> Any:
            if next(left) == dies_at:
                raise SystemExit
            return act(*given)

        return until

    with monkeypatch.context() as patched:
        patched.setattr(rollups, "sync", dying(rollups.sync))
        patched.setattr(rollups, "publish", dying(rollups.publish))
        with pytest.raises(SystemExit):
            sealing.seal(access.workspace)
    assert told(access) == before
    assert sealing.seal(access.workspace)
    assert told(access) == before
    assert not sealing.seal(access.workspace), "there was nothing more"


def test_files_that_no_state_names_are_cleared_when_nobody_reads_them_any_more(access: Access) -> None:
    two_months(access)
    sealing.seal(access.workspace)
    place = rollups.folder(access.workspace.id)
    stray = place / "use" / "month=2026-10" / "stray.parquet"
    fresh = stray.with_name("fresh.parquet")
    for path in (stray, fresh):
        path.write_bytes(b"")
    os.utime(stray, (0, 0))
    sealing.clear(access.workspace.id)
    assert not stray.exists()
    assert fresh.exists()
    assert told(access) == unfolded(access)


def test_one_folds_at_a_time(access: Access) -> None:
    two_months(access)
    with sealing._alone(access.workspace.id) as is_alone:
        assert is_alone
        assert not sealing.seal(access.workspace)
    assert sealing.seal(access.workspace)


def test_what_is_folded_is_read_and_not_the_events(access: Access) -> None:
    two_months(access)
    sealing.seal(access.workspace)
    arrive(access, "c0", 2, [("bo", None, 2, "Opened")])
    use = rollups.find(access.workspace, ("0000-00", "9999-99"))
    assert use is not None
    assert len(use.events) == 1
    assert len(use.folded["use"]) == 2
    july = rollups.find(access.workspace, ("2026-07", "2026-07"))
    assert july is not None
    assert not july.folded["use"]


def test_a_state_of_another_form_is_folded_anew(access: Access) -> None:
    two_months(access)
    sealing.seal(access.workspace)
    old = rollups.read(access.workspace.id)
    assert old is not None
    rollups.publish(access.workspace.id, replace(old, form=rollups.FORM - 1))
    assert rollups.find(access.workspace, ("0000-00", "9999-99")) is None
    assert sealing.is_worth(access.workspace)
    sealing.seal(access.workspace)
    assert told(access) == unfolded(access)


def test_months_that_go_leave_nothing_folded_on_the_disk(access: Access) -> None:
    two_months(access)
    sealing.seal(access.workspace)
    policy = retention.change_policy(access, 7, 1)
    assert retention.remove_old(policy)
    assert not list(rollups.folder(access.workspace.id).glob("*/*/*.parquet"))


def test_the_worker_folds_what_is_worth_it(access: Access, monkeypatch: pytest.MonkeyPatch) -> None:
    two_months(access)
    assert not jobs.fold_use(), "so few events are as quickly read as they are"
    monkeypatch.setattr(sealing, "WORTH_BYTES", 1)
    assert jobs.fold_use()
    assert rollups.read(access.workspace.id)
    assert not jobs.fold_use()
