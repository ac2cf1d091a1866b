"""The SQL of the tables that metrics read, over copied records and product use."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import duckdb
import pyarrow as pa

from tenure.events.views import PRODUCT_KINDS
from tenure.kit import business, clock
from tenure.kit.business import Calendar
from tenure.metrics.inputs import Inputs

_YEARS_AHEAD = 2


def define_views(connection: duckdb.DuckDBPyConnection, inputs: Inputs) -> None:
    """Make the views over `product_use`, the copied records (`metrics.copied`), all versions of contracts
    (`term`: `revenue.known.VERSIONS`) and which of them run (`running`: `revenue.running.RUNNING`)."""
    last_year = clock.now().year + _YEARS_AHEAD
    connection.register("working_days", _working_days(inputs.calendar, last_year))
    filled = _filled(inputs)
    for sql in (
        _ACCOUNTS,
        _SUBSCRIPTIONS,
        _CONTRACTS,
        _PLAN_FEATURES,
        _RESPONSES,
        _USE,
        _PRODUCT_EVENTS,
        _MILESTONES,
        _TICKET_TIMES,
        _TICKETS,
        _CONTACTS,
        _REPLIES,
        _SOLUTIONS,
        _SETTLED,
        _GOALS,
    ):
        connection.execute(sql.format(**filled))


def _filled(inputs: Inputs) -> dict[str, object]:
    """What the views' SQL is completed with."""
    milestones = sorted({*inputs.onboarding_steps, inputs.first_value_event} - {""})
    plans = [
        f"{{'plan': {text(plan.lower())}, 'feature': {text(feature)}}}"
        for plan, features in inputs.plan_features
        for feature in features
    ]
    columns = ("opened_at", "first_reply_at", "solved_at", "responded_at", "recorded_at", "superseded_at")
    local = {
        name.removesuffix("_at"): f"timezone({text(inputs.zone)}, timezone('UTC', {name}::TIMESTAMP))"
        for name in columns
    }
    return local | {
        "kinds": PRODUCT_KINDS,
        "known": f"{local['recorded']}::DATE AS known_from, {local['superseded']}::DATE AS known_until",
        "features": _texts(inputs.all_features),
        "key_features": len(inputs.key_features) or "NULL",
        "steps": len(inputs.onboarding_steps) or "NULL",
        "first_values": "1" if inputs.first_value_event else "NULL",
        "step_list": _texts(inputs.onboarding_steps),
        "first_value": text(inputs.first_value_event),
        "milestones": f"event IN ({', '.join(map(text, milestones))})" if milestones else "false",
        "seats": f"json_extract_string(data, {text(json_path(inputs.seats_from))})"
        if inputs.seats_from
        else "NULL",
        "plans": f"[{', '.join(plans)}]::STRUCT(plan VARCHAR, feature VARCHAR)[]",
    }


def text(value: str | Path) -> str:
    """A value as an SQL literal: views cannot have parameters."""
    return "'" + str(value).replace("'", "''") + "'"


def _texts(values: Iterable[str]) -> str:
    return f"[{', '.join(map(text, values))}]::VARCHAR[]"


def json_path(name: str) -> str:
    """The path of a property in JSON, whatever its name is made of: as a pointer (RFC 6901).

    DuckDB takes a `*` in its other kind of path for every property, quoted or not, and no empty name.
    """
    return "/" + name.replace("~", "~0").replace("/", "~1")


def _working_days(calendar: Calendar, last_year: int) -> pa.Table:
    days = business.working_days(calendar, last_year)
    first = days.first.toordinal() - business.EPOCH.toordinal()
    numbers = pa.array(range(first, first + len(days.before)), pa.int32())
    return pa.table(
        {
            "day": numbers.cast(pa.date32()),
            "before": pa.array(days.before, pa.int64()),
            "opens": pa.array(days.opens, pa.int64()),
            "closes": pa.array(days.closes, pa.int64()),
        }
    )


_ACCOUNTS = """
    CREATE TEMP VIEW accounts AS
    SELECT account.*, {key_features}::BIGINT AS key_features, {steps}::BIGINT AS onboarding_steps,
        {first_values}::BIGINT AS first_value_events,
        try_cast({seats} AS DOUBLE) AS seats, data AS attributes
    FROM account LEFT JOIN attributes USING (account_id)"""

# Which contracts run when, and until when they do, is the ledger's to say (`revenue.running`).
_SUBSCRIPTIONS = """
    CREATE TEMP VIEW subscriptions AS SELECT *, yearly_minor / 12 AS mrr FROM running"""

# A version recorded on a day is known at the end of that day; one replaced on a day is not any more.
_CONTRACTS = """
    CREATE TEMP VIEW contracts AS SELECT term_id, account_id, starts_on, ends_on, {known} FROM term"""

_RESPONSES = """
    CREATE TEMP VIEW responses AS
    SELECT response_id, account_id, person_id, coalesce(person_id, response_id) AS respondent, survey, score,
        {responded}::DATE AS responded_on,
        row_number() OVER (ORDER BY responded_at, response_id) AS turn,
        {recorded}::DATE AS known_from
    FROM response"""

_USE = """
    CREATE OR REPLACE TEMP VIEW use_daily AS
    SELECT *, list_contains({features}, event) AS is_key_feature FROM product_use"""

_PRODUCT_EVENTS = """
    CREATE TEMP VIEW product_events AS
    SELECT account_id, person_id, day, event, properties, occurred_at, month
    FROM events WHERE kind IN {kinds} AND NOT is_own AND account_id IS NOT NULL"""

_PLAN_FEATURES = """
    CREATE TEMP VIEW plan_features AS
    SELECT account_id, included.feature, starts_on, runs_until AS ends_on, known_from, known_until
    FROM subscriptions JOIN (SELECT unnest({plans}) AS included) ON included.plan = lower(product)"""

# The first time of each, so that any number of repetitions is one row and counting rows counts steps.
_MILESTONES = """
    CREATE TEMP VIEW milestones AS
    SELECT account_id, event, min(day) AS day, event = {first_value} AS is_first_value,
        list_contains({step_list}, event) AS is_step
    FROM product_use WHERE {milestones} GROUP BY account_id, event"""


def _passed(moment: str, day: str) -> str:
    """SQL of the working minutes until a moment, given its row of working days."""
    minute = f"date_part('epoch', {moment} - date_trunc('day', {moment})) / 60"
    return f"({day}.before + greatest(least({minute}, {day}.closes), {day}.opens) - {day}.opens)"


# Who asks again is the same person; of a ticket without one, whoever in the account asks about the same.
_TICKET_TIMES = f"""
    CREATE TEMP VIEW ticket_times AS
    WITH version AS (
        SELECT * EXCLUDE (opened_at, first_reply_at, solved_at), {{opened}} AS opened,
            {{first_reply}} AS replied, {{solved}} AS solved, {{known}},
            coalesce(person_id, account_id || ' ' || lower(subject)) AS asker
        FROM ticket
    )
    SELECT version.*, opened::DATE AS opened_on, replied::DATE AS replied_on, solved::DATE AS solved_on,
        greatest({_passed("replied", "reply_day")} - {_passed("opened", "open_day")}, 0) / 60 AS reply_hours,
        greatest({_passed("solved", "solve_day")} - {_passed("opened", "open_day")}, 0) / 60 AS solve_hours
    FROM version
    LEFT JOIN working_days open_day ON open_day.day = opened::DATE
    LEFT JOIN working_days reply_day ON reply_day.day = replied::DATE
    LEFT JOIN working_days solve_day ON solve_day.day = solved::DATE"""  # noqa: S608

_TICKETS = """
    CREATE TEMP VIEW tickets AS
    SELECT ticket_id, account_id, person_id, subject, opened_on, solved_on, known_from, known_until
    FROM ticket_times"""

_CONTACTS = """
    CREATE TEMP VIEW contacts AS
    SELECT ticket_id, account_id, person_id, subject, opened_on, known_from, known_until FROM ticket_times"""

_REPLIES = """
    CREATE TEMP VIEW replies AS
    SELECT ticket_id, account_id, person_id, subject, replied_on, reply_hours AS hours,
        known_from, known_until
    FROM ticket_times WHERE replied IS NOT NULL"""

_SOLUTIONS = """
    CREATE TEMP VIEW solutions AS
    SELECT ticket_id, account_id, person_id, subject, solved_on, solve_hours AS hours, handle_minutes,
        reopens, known_from, known_until
    FROM ticket_times WHERE solved IS NOT NULL"""

# That somebody came back is known from a day on; until then it is known that nobody has.
_SETTLED = """
    CREATE TEMP VIEW settled AS
    WITH back AS (
        SELECT before.version_id, min(again.known_from) AS back_on
        FROM ticket_times before JOIN ticket_times again
            ON again.asker = before.asker AND again.ticket_id <> before.ticket_id
            AND again.opened > before.solved AND again.opened <= before.solved + INTERVAL 7 DAY
        GROUP BY before.version_id
    ),
    solved AS (
        SELECT ticket_id, account_id, person_id, subject, replies, reopens, solved_on + 7 AS settled_on,
            known_from, known_until, back_on
        FROM ticket_times LEFT JOIN back USING (version_id) WHERE solved IS NOT NULL
    ),
    split AS (
        SELECT * REPLACE (least(known_until, back_on) AS known_until), false AS came_back FROM solved
        UNION ALL
        SELECT * REPLACE (greatest(known_from, back_on) AS known_from), true AS came_back
        FROM solved WHERE back_on IS NOT NULL
    )
    SELECT * EXCLUDE (back_on) FROM split WHERE known_until IS NULL OR known_from < known_until"""

# A statement counts from the day it is of, or was known if that was later, until a later one does.
_GOALS = """
    CREATE TEMP VIEW goals AS
    WITH version AS (
        SELECT * REPLACE (effective_on::DATE AS effective_on), {known},
            greatest(effective_on::DATE, {recorded}::DATE) AS starts_on
        FROM goal
    ),
    following AS (
        SELECT *, least(known_until, min(starts_on) OVER (
            PARTITION BY goal_id ORDER BY effective_on GROUPS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
        )) AS ends_on FROM version
    ),
    stand AS (
        SELECT *, aim = 'keep' AS is_level, status <> 'open' AS is_dropped,
            coalesce(aim = 'keep' AND value >= target_value, false) AS is_held,
            value IS NOT NULL AND status <> 'agreed' AS counts,
            CASE WHEN status = 'open' AND value IS NOT NULL THEN ends_on - starts_on ELSE 0 END AS lasted
        FROM following WHERE ends_on IS NULL OR starts_on < ends_on
    )
    SELECT version_id, goal_id, account_id, title, value, target_value, starts_on, ends_on,
        starts_on AS known_from, NULL::DATE AS known_until, is_level, is_held, is_dropped,
        CASE WHEN counts THEN weight END AS weight,
        least(greatest((value - start_value) / nullif(target_value - start_value, 0), 0), 1) AS progress,
        coalesce(sum(lasted) OVER earlier, 0)::DOUBLE AS days_before,
        coalesce(sum(lasted) FILTER (WHERE is_held) OVER earlier, 0)::DOUBLE AS held_days
    FROM stand
    WINDOW earlier AS (
        PARTITION BY goal_id ORDER BY starts_on ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    )"""
