"""What the views say about events, whoever is meant by them today."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from tenure.accounts import actions as accounts
from tenure.accounts.actions import PersonRow
from tenure.accounts.models import Identity
from tenure.events import lake, views
from tenure.workspaces.access import Access


def observe(access: Access, position: int, *rows: dict[str, Any]) -> None:
    """Put events into the lake as they were observed."""
    for number, row in enumerate(rows):
        row.setdefault("message_id", f"m{position}-{number}")
        row.setdefault("kind", "track")
        row.setdefault("event", "opened")
        row["month"] = row["occurred_at"].strftime("%Y-%m")
    lake.append(
        access.workspace.id, "events", pa.Table.from_pylist(list(rows), schema=lake.SCHEMA), "test", position
    )


def on(day: int, hour: int = 12, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def use(access: Access, **given: Any) -> list[tuple[Any, ...]]:
    with views.connect(access.workspace, **given) as connection:
        return connection.execute("FROM use_daily ORDER BY ALL").fetchall()


def test_an_empty_workspace_has_empty_views_with_types(access: Access) -> None:
    with views.connect(access.workspace) as connection:
        described = {row[0]: row[1] for row in connection.execute("DESCRIBE events").fetchall()}
        assert connection.execute("SELECT count(*) FROM use_daily").fetchall() == [(0,)]
    assert described["occurred_at"] == "TIMESTAMP WITH TIME ZONE"
    assert described["day"] == "DATE"
    assert described["account_id"] == described["person_id"] == "VARCHAR"
    assert described["is_own"] == "BOOLEAN"


def test_views_have_the_same_types_empty_and_full(access: Access) -> None:
    def types() -> list[tuple[Any, ...]]:
        with views.connect(access.workspace) as connection:
            return [
                row[:2]
                for name in ("events", "use_daily", "people", "identity")
                for row in connection.execute(f"DESCRIBE {name}").fetchall()
            ]

    empty = types()
    accounts.resolve(access.workspace, {"acme"}, {"ann": "acme"})
    observe(access, 1, {"person_ref": "ann", "occurred_at": on(3)})
    assert types() == empty


def test_people_bring_their_account_and_events_may_name_another(access: Access) -> None:
    ids = accounts.upsert_people(access.workspace, [PersonRow("ann", account_id="acme")]).ids
    accounts.resolve(access.workspace, {"borealis"}, {})
    observe(
        access,
        1,
        {"person_ref": "ann", "occurred_at": on(3)},
        {"person_ref": "ann", "occurred_at": on(3)},
        {"person_ref": "ann", "account_ref": "borealis", "occurred_at": on(4)},
        {"person_ref": "ann", "kind": "identify", "occurred_at": on(4)},
        {"person_ref": "anon:b1", "occurred_at": on(5)},
    )
    target = dict(Identity.objects.values_list("observed", "target_id"))
    assert use(access) == sorted(
        [
            (target["acme"], ids["ann"], date(2026, 11, 3), "opened", 2),
            (target["borealis"], ids["ann"], date(2026, 11, 4), "opened", 1),
        ]
    )


def test_merging_and_becoming_known_never_rewrite_the_lake(access: Access) -> None:
    ids = accounts.upsert_people(
        access.workspace, [PersonRow("ann", account_id="acme"), PersonRow("ann2", account_id="acme")]
    ).ids
    observe(
        access,
        1,
        {"person_ref": "ann", "occurred_at": on(3)},
        {"person_ref": "ann2", "occurred_at": on(3)},
        {"person_ref": "anon:b1", "occurred_at": on(3)},
    )
    before = lake.files(access.workspace.id, "events")
    assert {row[1] for row in use(access)} == {ids["ann"], ids["ann2"]}
    accounts.link_people(access.workspace, {"anon:b1": "ann", "ann2": "ann"}, move=True)
    assert [(row[1], row[4]) for row in use(access)] == [(ids["ann"], 3)]
    assert lake.files(access.workspace.id, "events") == before


def test_our_own_people_are_no_product_use(access: Access) -> None:
    access.workspace.own_domains = ["vendor.example"]
    accounts.upsert_people(access.workspace, [PersonRow("dana", "dana@vendor.example", account_id="acme")])
    observe(access, 1, {"person_ref": "dana", "account_ref": "acme", "occurred_at": on(3)})
    assert use(access) == []


def test_a_day_is_the_workspaces_day(access: Access) -> None:
    accounts.resolve(access.workspace, {"acme"}, {})
    observe(access, 1, {"account_ref": "acme", "occurred_at": on(30, 23, 30)})
    for zone, day in [
        ("UTC", date(2026, 11, 30)),
        ("Europe/Berlin", date(2026, 12, 1)),
        ("America/Los_Angeles", date(2026, 11, 30)),
        ("Pacific/Kiritimati", date(2026, 12, 1)),
    ]:
        access.workspace.zone = zone
        assert [row[2] for row in use(access)] == [day]
        assert [row[2] for row in use(access, first_day=day, last_day=day)] == [day]


def test_given_days_other_months_are_not_opened(access: Access) -> None:
    accounts.resolve(access.workspace, {"acme"}, {})
    for position, month in enumerate((1, 6, 11), start=1):
        observe(
            access, position, {"account_ref": "acme", "occurred_at": datetime(2026, month, 15, tzinfo=UTC)}
        )
    assert len(use(access)) == 3
    assert [row[2].month for row in use(access, first_day=date(2026, 5, 1), last_day=date(2026, 7, 1))] == [6]


def test_the_neighbours_events_are_nowhere(access: Access, neighbour: Access) -> None:
    for one in (access, neighbour):
        accounts.resolve(one.workspace, {"acme"}, {})
    observe(neighbour, 1, {"account_ref": "acme", "occurred_at": on(3)})
    assert use(access) == []
    assert len(use(neighbour)) == 1


def test_connections_share_an_engine_but_nothing_in_it(access: Access, neighbour: Access) -> None:
    accounts.resolve(access.workspace, {"acme"}, {})
    observe(access, 1, {"account_ref": "acme", "occurred_at": on(3)})
    count = "SELECT count(*) FROM events"
    with views.connect(access.workspace) as ours, views.connect(neighbour.workspace) as theirs:
        ours.execute("SET TimeZone = 'Asia/Tokyo'")
        assert ours.execute(count).fetchall() == [(1,)]
        assert theirs.execute(count).fetchall() == [(0,)]
        assert theirs.execute("SELECT current_setting('TimeZone')").fetchall() == [("UTC",)]
        with pytest.raises(duckdb.InvalidInputException, match="read-only"):
            theirs.execute("CREATE VIEW shared AS SELECT 1")
        theirs.execute("CREATE TEMP VIEW own AS SELECT 1")
        with pytest.raises(duckdb.CatalogException):
            ours.execute("FROM own")


def test_given_an_account_its_events_are_there_all_the_same(access: Access) -> None:
    ids = accounts.upsert_people(
        access.workspace,
        [PersonRow("ann", account_id="acme"), PersonRow("o'bo", account_id="acme"), PersonRow("cy")],
    ).ids
    accounts.link_people(access.workspace, {"anon:b1": "o'bo"}, move=False)
    accounts.resolve(access.workspace, {"borealis"}, {})
    observe(
        access,
        1,
        {"person_ref": "ann", "occurred_at": on(3)},
        {"person_ref": "anon:b1", "occurred_at": on(3)},
        {"account_ref": "acme", "occurred_at": on(3)},
        {"account_ref": "acme", "person_ref": "cy", "occurred_at": on(3)},
        {"account_ref": "borealis", "person_ref": "ann", "occurred_at": on(3)},
        {"account_ref": "borealis", "occurred_at": on(3)},
    )
    for ref, people in (
        ("acme", {ids["ann"], ids["o'bo"], ids["cy"], None}),
        ("borealis", {ids["ann"], None}),
    ):
        account = Identity.objects.get(observed=ref, kind="account").target_id
        whole = [row for row in use(access) if row[0] == account]
        assert [row for row in use(access, account_ids=[account]) if row[0] == account] == whole
        assert {row[1] for row in whole} == people
    assert use(access, account_ids=["unknown"]) == []
