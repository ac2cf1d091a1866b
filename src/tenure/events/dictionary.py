"""The dictionary of events: every name that was seen, computed from the lake into one small table.

Pages read the table. It is brought up to date after events arrived, from the files of the last half
year; when a name was first seen is only ever moved back, so it outlives the raw events.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import msgspec
import pyarrow as pa

from tenure.events import rules, views
from tenure.events.models import EventName
from tenure.events.retention import first_kept, policy_of
from tenure.kit import clock
from tenure.workspaces.models import Workspace

DAYS = 28  # that volume, people, accounts and properties are of
WEEKS = 26
MOST_NAMES = 2_000  # a name made up for each event would be no dictionary
MOST_PROPERTIES = 60  # of a name
LOOKED_AT = 200  # newest events of a name that its properties are read from
EXAMPLES = 3
_LONGEST_NAME = 120
_ROWS_AT_ONCE = 200

_TYPES = {
    "VARCHAR": "text",
    "INSTANT": "date",
    "BIGINT": "whole number",
    "UBIGINT": "whole number",
    "HUGEINT": "whole number",
    "DOUBLE": "number",
    "BOOLEAN": "yes or no",
    "ARRAY": "list",
    "OBJECT": "object",
    "NULL": "nothing",
}
_PLAIN = ("whole number", "number", "yes or no")  # values that tell nothing about anybody


class Property(msgspec.Struct):
    """A property of an event: the share of events that have it, its types, values that may be shown."""

    name: str
    share: float
    types: list[str]  # most usual first
    examples: list[str] = []
    hidden: str = ""  # why there are no examples


@dataclass(frozen=True)
class _Name:
    """A name's days, from the lake."""

    kind: str
    event: str
    first_seen: datetime
    last_seen: datetime
    days: Mapping[date, int]


_NAMES = """
    WITH daily AS (
        SELECT kind, event, {day} AS day, count(*) AS events,
            min(occurred_at) AS first_seen, max(occurred_at) AS last_seen
        FROM raw_events GROUP BY ALL
    )
    SELECT kind, event, min(first_seen) AS first_seen, max(last_seen) AS last_seen,
        list({{day: day, events: events}}) AS days
    FROM daily GROUP BY kind, event ORDER BY sum(events) DESC, kind, event LIMIT {most}"""

_PEOPLE = """
    WITH observed AS (
        SELECT DISTINCT kind, event, account_ref, person_ref
        FROM raw_events SEMI JOIN chosen USING (kind, event) WHERE {day} >= $since
    )
    SELECT observed.kind, observed.event,
        count(DISTINCT coalesce(of_person.target_id, observed.person_ref)),
        count(DISTINCT coalesce(of_account.target_id, people.account_id))
    FROM observed
    LEFT JOIN identity of_account
        ON of_account.kind = 'account' AND of_account.observed = observed.account_ref
    LEFT JOIN identity of_person
        ON of_person.kind = 'person' AND of_person.observed = observed.person_ref
    LEFT JOIN people ON people.person_id = of_person.target_id
    GROUP BY ALL"""

_PROPERTIES = """
    WITH newest AS (
        SELECT kind, event,
            unnest(arg_max({{who: person_ref, properties: properties}}, occurred_at, {looked_at})) AS one
        FROM raw_events SEMI JOIN chosen USING (kind, event)
        WHERE {day} >= $since AND length(properties) <= 16384 GROUP BY kind, event
    ),
    sampled AS (
        SELECT kind, event, one.who AS who, one.properties AS properties FROM newest
        WHERE json_valid(one.properties)
    ),
    sizes AS (SELECT kind, event, count(*) AS looked_at FROM sampled GROUP BY ALL),
    parts AS (
        SELECT kind, event, who, part.key AS name, part.value AS value,
            CASE
                WHEN part.type = 'VARCHAR'
                    AND regexp_matches(part.value, '^"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[T "]')
                THEN 'INSTANT' ELSE part.type END AS type
        FROM sampled, LATERAL json_each(sampled.properties) part
    ),
    valued AS (
        SELECT kind, event, name, type, left(value, 200) AS value, count(*) AS events,
            count(DISTINCT who) AS people
        FROM parts GROUP BY ALL
    )
    SELECT kind, event, looked_at, name, type, sum(valued.events)::BIGINT AS events,
        list({{value: value, people: people}} ORDER BY valued.events DESC, value)[:10] AS common
    FROM sizes LEFT JOIN valued USING (kind, event)
    GROUP BY kind, event, looked_at, name, type"""


def refresh(workspace: Workspace, *, whole: bool = False) -> int:
    """Bring a workspace's dictionary up to date; gives how many names came up.

    `whole` reads all months, as the first time does; else those of the last half year.
    """
    today = clock.today(workspace.zone)
    first = today - timedelta(days=WEEKS * 7 - 1)
    whole = whole or not EventName.objects.filter(workspace=workspace).exists()
    with views.connect(workspace, None if whole else first) as lake:
        day = views.local_day(workspace.zone)
        names = _names(lake, day)
        chosen = {"kind": [one.kind for one in names], "event": [one.event for one in names]}
        lake.register("chosen", pa.table(chosen, schema=_CHOSEN))
        since = {"since": today - timedelta(days=DAYS - 1)}
        people = lake.execute(_PEOPLE.format(day=day), since).fetchall()
        parts = lake.execute(_PROPERTIES.format(day=day, looked_at=LOOKED_AT), since).fetchall()
    counted = {(kind, event): counts for kind, event, *counts in people}
    _write(workspace, names, counted, properties(parts), today)
    return len(names)


def forget_taken_back(workspace: Workspace) -> None:
    """Let go of names that no event has any more, after a file of events was taken back.

    What somebody wrote about stays, and what came last before the months that are kept: it is old, not wrong.
    """
    policy = policy_of(workspace)
    today = clock.today(workspace.zone)
    kept = first_kept(today, policy.keep_months) if policy.keep_months else date.min
    with views.connect(workspace) as lake:
        there = set(lake.sql("SELECT DISTINCT kind, event FROM raw_events").fetchall())
    rows = EventName.objects.filter(workspace=workspace, last_day__gte=kept, description="", is_retired=False)
    gone = [pk for pk, *name in rows.values_list("pk", "kind", "event") if tuple(name) not in there]
    rows.filter(pk__in=gone).delete()


_CHOSEN = pa.schema([("kind", pa.string()), ("event", pa.string())])


def _names(lake: duckdb.DuckDBPyConnection, day: str) -> list[_Name]:
    rows = lake.sql(_NAMES.format(day=day, most=MOST_NAMES)).to_arrow_table().to_pylist()
    return [_Name(**row | {"days": {one["day"]: one["events"] for one in row["days"]}}) for row in rows]


def properties(rows: Sequence[Sequence[Any]]) -> dict[tuple[str, str], tuple[int, list[Property]]]:
    """By kind and event: how many events were looked at, and their properties, the most usual first.

    `rows`: (kind, event, looked_at, name, type, events, [{value, people}]), a name of None for none.
    """
    found: dict[tuple[str, str], int] = {}
    by_name: defaultdict[tuple[str, str], defaultdict[str, list[Any]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for kind, event, looked_at, name, *rest in rows:
        found[kind, event] = looked_at
        if name is not None:
            by_name[kind, event][name].append(rest)
    return {
        key: (looked_at, _most_usual([_property(*one, looked_at) for one in by_name[key].items()]))
        for key, looked_at in found.items()
    }


def _most_usual(found: list[Property]) -> list[Property]:
    return sorted(found, key=lambda one: (-one.share, one.name))[:MOST_PROPERTIES]


def _property(name: str, types: list[Any], looked_at: int) -> Property:
    """A property from its rows by type: (type, events, common values)."""
    types.sort(key=lambda one: -one[1])
    words = list(dict.fromkeys(_TYPES.get(one[0], "text") for one in types))
    hidden = rules.why_hidden(name)
    examples = [] if hidden else [text for one in types for text in _examples(one[0], one[2])]
    if not hidden and not examples:
        hidden = "no value that several people sent and that is safe to show"
    share = min(1.0, sum(one[1] for one in types) / looked_at)
    return Property(_printable(name), share, words, examples[:EXAMPLES], hidden if not examples else "")


def _examples(type_: str, common: Sequence[Mapping[str, Any]]) -> list[str]:
    """The commonest values that may be shown: of text only what several people sent."""
    word = _TYPES.get(type_, "text")
    if word in _PLAIN:
        return [one["value"] for one in common if len(one["value"]) <= 8]  # longer ones may be telephones
    if word not in ("text", "date"):
        return []
    texts = [
        msgspec.json.decode(one["value"]) for one in common if one["people"] > 1 and _is_whole(one["value"])
    ]
    return [text for text in texts if rules.is_presentable(text, is_date=word == "date")]


def _is_whole(value: str) -> bool:
    """Whether a JSON text was not cut."""
    return len(value) < 200


def _printable(text: str) -> str:
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text)[:_LONGEST_NAME]


def _write(
    workspace: Workspace,
    names: Sequence[_Name],
    counted: Mapping[tuple[str, str], Sequence[int]],
    found: Mapping[tuple[str, str], tuple[int, list[Property]]],
    today: date,
) -> None:
    """Update the table. What no longer comes keeps its line; what somebody wrote about it stays."""
    before = {(row.kind, row.event): row for row in EventName.objects.filter(workspace=workspace)}
    rows = []
    for one in names:
        key = (one.kind, one.event)
        row = _row(workspace, one, before.pop(key, None), today)
        row.people, row.accounts = counted.get(key, (0, 0))
        if key in found:
            row.looked_at, row.properties = found[key][0], msgspec.to_builtins(found[key][1])
        rows.append(row)
    EventName.objects.bulk_create(
        rows,
        batch_size=_ROWS_AT_ONCE,
        update_conflicts=True,
        unique_fields=["workspace", "kind", "event"],
        update_fields=_COMPUTED,
    )
    if len(names) < MOST_NAMES:
        _fall_silent([row for row in before.values() if row.events or any(row.weeks)])


def _row(workspace: Workspace, one: _Name, before: EventName | None, today: date) -> EventName:
    """A name's line as it is now; of what was known before only what the lake may no longer say."""
    rhythm = rules.rhythm(one.days.keys())
    return EventName(
        workspace=workspace,
        kind=one.kind,
        event=one.event,
        first_seen=min(before.first_seen, one.first_seen) if before else one.first_seen,
        last_seen=one.last_seen,
        last_day=rhythm.last_day,
        days_seen=rhythm.days,
        longest_pause=rhythm.longest_pause,
        events=sum(events for day, events in one.days.items() if (today - day).days < DAYS),
        weeks=weekly(one.days, today),
        looked_at=before.looked_at if before else 0,
        properties=before.properties if before else [],
    )


def weekly(days: Mapping[date, int], today: date) -> list[int]:
    """Events of each of the last weeks, oldest first; the last one ends today."""
    weeks = [0] * WEEKS
    for day, events in days.items():
        back = (today - day).days // 7
        if 0 <= back < WEEKS:
            weeks[WEEKS - 1 - back] += events
    return weeks


def _fall_silent(rows: Sequence[EventName]) -> None:
    """Say of names that did not come for half a year that they did not."""
    EventName.objects.filter(pk__in=[row.pk for row in rows]).update(
        events=0, people=0, accounts=0, weeks=[0] * WEEKS
    )


_COMPUTED = (
    "first_seen last_seen last_day days_seen longest_pause events people accounts weeks looked_at properties"
).split()
