"""Rows that put a record below itself: A under B, which the file or the record puts under A.

Only records that others stand below can be part of a circle, so only those are looked at.
"""

# ruff: noqa: S608 (our own columns)

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

import duckdb
import pyarrow as pa

Lines = Callable[[Collection[str]], Mapping[str, str]]  # of records and all above them: what each is under
_LONGEST = 6  # of a circle, in words


def nobody(refs: Collection[str]) -> Mapping[str, str]:
    """Lines where nothing is on record."""
    return {}


def mark(connection: duckdb.DuckDBPyConnection, tree: tuple[str, str] | None, lines: Lines) -> None:
    """Make `circles(ordinal, says)` of the table `rows`, and have those rows be good no longer.

    `tree`: the columns of a record and of what it stands below; `lines` of what is on record. What the file
    says counts more.
    """
    connection.execute("create temp table circles (ordinal bigint, says varchar)")
    if tree is None:
        return
    child, parent = tree
    named = f"select distinct {parent} from rows where is_good and {parent} is not null"
    above = lines([one for (one,) in connection.execute(named).fetchall()])
    connection.register("on_record", pa.table({"id": pa.array(list(above), pa.string())}))
    found = connection.execute(
        f"select {child}, {parent}, ordinal from rows where is_good and {parent} is not null and ({child} in "
        f"({named}) or {child} in (select id from on_record))"
    ).fetchall()
    connection.unregister("on_record")
    ordinals = {one: ordinal for one, _, ordinal in found}
    ways = circles({**above, **{one: other for one, other, _ in found}})
    says = {ordinals[one]: _words(way) for way in ways for one in way if one in ordinals}
    if says:
        rows = {"ordinal": pa.array(list(says), pa.int64()), "says": pa.array(list(says.values()))}
        connection.register("circling", pa.table(rows))
        connection.execute("insert into circles select * from circling")
        connection.unregister("circling")
        connection.execute("update rows set is_good = false where ordinal in (select ordinal from circles)")


def circles(above: Mapping[str, str]) -> Iterator[list[str]]:
    """Every circle once: records each of which stands below the next, and the last below the first."""
    seen: set[str] = set()
    for start in above:
        way: dict[str, None] = {}  # in order
        one = start
        while one and one not in seen:
            seen.add(one)
            way[one] = None
            one = above.get(one, "")
        if one in way:
            walked = list(way)
            yield walked[walked.index(one) :]


def _words(way: list[str]) -> str:
    shown = [*way[:_LONGEST], "…"] if len(way) > _LONGEST else [*way, way[0]]
    return (
        f"closes a circle: {' under '.join(one[:60] for one in shown)}; name another parent for one of them, "
        "or leave it empty"
    )
