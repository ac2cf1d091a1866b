"""What a workspace might name, proposed from what is seen, each with the reason in figures."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from tenure.accounts.models import Person
from tenure.kit import clock, words
from tenure.metrics.tables import Tables, open_tables
from tenure.workspaces.access import Access
from tenure.workspaces.models import Membership

FIRST_DAYS = 30  # of a customer: what was done in them, before anybody could know who stays
SETTLED_DAYS = 90  # who is still there after so many days has stayed
RECENT_DAYS = 90
FEWEST = 5  # customers in a group before a share of it says anything
MOST = 5
_FREE_MAIL = frozenset(
    "gmail.com googlemail.com outlook.com hotmail.com live.com yahoo.com icloud.com me.com aol.com gmx.de "
    "gmx.net web.de proton.me protonmail.com mail.com qq.com 163.com".split()
)


@dataclass(frozen=True)
class Proposal:
    """Something to name, and why."""

    value: str
    reason: str


@dataclass(frozen=True)
class _Early:
    """An event in the first days of customers: shares of those that stayed and those that left."""

    event: str
    stayed: float
    left: float | None
    days: float  # median until its first time, of those that stayed


@dataclass(frozen=True)
class Seen:
    """By input (`metrics.named`) what could be named and is not yet, the best first; names of events."""

    proposals: dict[str, list[Proposal]]
    events: tuple[str, ...]


def seen(access: Access) -> Seen:
    """What could be named, and product events of late, those most customers did first."""
    workspace = access.workspace
    with open_tables(workspace) as tables:
        early, used = _early(tables, access), _used(tables, access)
        seats = _numbers_of_accounts(tables)
    found = {
        "first_value_event": _first_value(early) if not workspace.first_value_event else [],
        "onboarding_steps": _steps(early),
        "key_features": _features(used),
        "seats_from": seats if not workspace.seats_from else [],
        "own_domains": _domains(access),
    }
    named = {name: _named(getattr(workspace, name)) for name in found}
    left = {
        name: [one for one in some if one.value not in named[name]][:MOST] for name, some in found.items()
    }
    return Seen(left, tuple(event for event, _, _ in used))


def events_seen(access: Access) -> list[str]:
    """Names of product events of late, those most customers did first."""
    with open_tables(access.workspace) as tables:
        return [event for event, _, _ in _used(tables, access)]


def _named(value: list[str] | str) -> set[str]:
    return {value} if isinstance(value, str) else set(value)


def _first_value(early: list[_Early]) -> list[Proposal]:
    """What those that stayed did early and those that left did not.

    While nobody can be compared with, the last things that most of them came to do: value is at the end of
    the first steps, not at the sign-in.
    """
    compared = [one for one in early if one.left is not None and one.stayed - one.left >= 0.1]
    if compared:
        compared.sort(key=lambda one: one.stayed - (one.left or 0), reverse=True)
        return [Proposal(one.event, _compared(one)) for one in compared if one.stayed >= 0.3]
    usual = sorted((one for one in early if one.stayed >= 0.5), key=lambda one: (-one.days, -one.stayed))
    return [Proposal(one.event, _by_day(one)) for one in usual[:3]]


def _steps(early: list[_Early]) -> list[Proposal]:
    """What most customers that stayed had done after their first days, in the order they did it."""
    usual = sorted((one for one in early if one.stayed >= 0.6), key=lambda one: (-one.stayed, one.event))[
        :MOST
    ]
    return [Proposal(one.event, _by_day(one)) for one in sorted(usual, key=lambda one: one.days)]


def _by_day(one: _Early) -> str:
    return f"{_compared(one)}, half of them by day {max(round(one.days), 1)}"


def _compared(one: _Early) -> str:
    says = (
        f"{words.percent(one.stayed)} of the customers that stayed did this in their first {FIRST_DAYS} days"
    )
    return says if one.left is None else f"{says}, and {words.percent(one.left)} of those that left"


def _features(used: list[tuple[str, float, int]]) -> list[Proposal]:
    """What many customers use and not all: what everybody does tells nobody apart."""
    telling = [one for one in used if 0.1 <= one[1] <= 0.9] or used
    return [
        Proposal(
            event,
            f"used by {words.percent(share)} of active customers, {words.count(people, 'person', 'people')}",
        )
        for event, share, people in telling
    ]


def _domains(access: Access) -> list[Proposal]:
    """Domains with which people of the workspace itself sign in."""
    members = access.of(Membership).values_list("user__email", flat=True)
    colleagues = Counter(email.rpartition("@")[2].lower() for email in members)
    emails = access.of(Person).exclude(email="").filter(is_own=False).values_list("email", flat=True)
    own = {domain for domain in colleagues if domain and domain not in _FREE_MAIL}
    customers = Counter(
        domain for email in emails.iterator() if (domain := email.rpartition("@")[2].lower()) in own
    )
    return [
        Proposal(
            domain,
            f"{words.count(colleagues[domain], 'colleague')} of yours "
            f"{'has' if colleagues[domain] == 1 else 'have'} it, and so far "
            f"{words.count(customers[domain], 'person', 'people')} with it count as customers",
        )
        for domain in sorted(own, key=lambda one: -customers[one])
    ]


def _early(tables: Tables, access: Access) -> list[_Early]:
    asked = {"first": FIRST_DAYS, "settled": SETTLED_DAYS, "today": clock.today(access.workspace.zone)}
    rows = tables.connection.execute(_EARLY, asked).fetchall()
    return [
        _Early(event, there / stayed, gone / left if left >= FEWEST else None, days)
        for event, there, gone, days, stayed, left in rows
        if stayed >= FEWEST
    ]


def _used(tables: Tables, access: Access) -> list[tuple[str, float, int]]:
    since = clock.today(access.workspace.zone) - timedelta(days=RECENT_DAYS)
    found: list[tuple[str, float, int]] = tables.connection.execute(_USED, [since, since]).fetchall()
    return found


def _numbers_of_accounts(tables: Tables) -> list[Proposal]:
    rows = tables.connection.execute(_ATTRIBUTES).fetchall()
    return [
        Proposal(name, f"a whole number at {words.percent(share)} of customers, {low:,.0f} to {high:,.0f}")
        for name, share, low, high in rows
    ]


# Who is a customer since when, and whether they stayed; what each did for the first time in its first days.
_EARLY = """
    WITH term AS (
        SELECT account_id, min(starts_on) AS since, account_id IN (
            SELECT account_id FROM subscriptions
            WHERE starts_on <= $today::DATE AND (runs_until IS NULL OR runs_until > $today::DATE)
                AND known_from <= $today::DATE AND (known_until IS NULL OR known_until > $today::DATE)
        ) AS lives
        FROM contracts WHERE known_until IS NULL AND starts_on <= $today::DATE GROUP BY account_id
    ),
    customer AS (
        SELECT account_id, since, lives AS stayed FROM term
        WHERE NOT lives OR since <= $today::DATE - $settled::INTEGER
    ),
    first AS (
        SELECT account_id, event, min(day) AS day FROM product_use JOIN customer USING (account_id)
        WHERE day BETWEEN since AND since + $first::INTEGER - 1 GROUP BY account_id, event
    ),
    counted AS (SELECT count(*) FILTER (WHERE stayed) AS stayed, count(*) FILTER (WHERE NOT stayed) AS left_us
        FROM customer WHERE account_id IN (SELECT account_id FROM first))
    SELECT event, count(*) FILTER (WHERE customer.stayed), count(*) FILTER (WHERE NOT customer.stayed),
        coalesce(median(day - since) FILTER (WHERE customer.stayed), 0), any_value(counted.stayed),
        any_value(counted.left_us)
    FROM first JOIN customer USING (account_id), counted GROUP BY event"""

_USED = """
    WITH active AS (SELECT count(DISTINCT account_id) AS accounts FROM product_use WHERE day >= ?)
    SELECT event, count(DISTINCT account_id) / any_value(accounts) AS share,
        count(DISTINCT person_id) AS people
    FROM product_use, active WHERE day >= ? AND event <> ''
    GROUP BY event ORDER BY share DESC, people DESC, event LIMIT 40"""

_ATTRIBUTES = """
    WITH pair AS (
        SELECT name, try_cast(json_extract_string(data, '$."' || name || '"') AS DOUBLE) AS number
        FROM (SELECT data, unnest(json_keys(data)) AS name FROM attributes)
        WHERE NOT contains(name, '"') AND NOT contains(name, chr(92))
    )
    SELECT name, count(number) / (SELECT count(*) FROM accounts) AS share, min(number), max(number)
    FROM pair GROUP BY name
    HAVING regexp_matches(name, '(?i)(seat|licen[cs]e|users?$)')
        AND bool_and(number IS NULL OR (number = trunc(number) AND number >= 0)) AND count(number) > 0
    ORDER BY share DESC, name"""
