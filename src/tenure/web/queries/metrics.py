"""What the dictionary of metrics reads: definitions, whom they cover, who uses them, previews of new ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tenure.kit import clock
from tenure.metrics import own, queries, reference, wording
from tenure.metrics.catalogue import metrics_of, own_of
from tenure.metrics.definition import Metric
from tenure.metrics.dictionary import Coverage, coverage
from tenure.metrics.own import OwnMetric, OwnMetricError
from tenure.metrics.proposals import events_seen
from tenure.metrics.users import Hold, uses_of
from tenure.workspaces.access import Access

MOST_SHOWN = 10


@dataclass(frozen=True)
class Entry:
    """A metric in the dictionary."""

    metric: Metric
    kind: str
    is_own: bool
    users: tuple[str, ...]
    covered: int


@dataclass(frozen=True)
class Dictionary:
    """All metrics of a workspace; `accounts` is how many there are to cover."""

    entries: tuple[Entry, ...]
    accounts: int


@dataclass(frozen=True)
class Preview:
    """What a metric that is not saved yet gives: of how many accounts, its middle, the highest ones."""

    sentence: str
    wrong: str
    accounts: int = 0
    covered: int = 0
    median: str = ""
    highest: tuple[tuple[str, str, str], ...] = ()  # account's id, name, value as written


def dictionary(access: Access) -> Dictionary:
    """Every metric, shipped ones first."""
    known, users, mine = coverage(access), _users(access), own_of(access.workspace)
    there = metrics_of(access.workspace).values()
    return Dictionary(tuple(_entry(one, known, users, mine) for one in there), known.accounts)


def entry(access: Access, metric: Metric) -> tuple[Entry, Coverage]:
    """One metric, and whom all cover."""
    known = coverage(access)
    return _entry(metric, known, _users(access), own_of(access.workspace)), known


def _entry(
    metric: Metric, known: Coverage, users: Mapping[str, list[str]], mine: dict[str, OwnMetric]
) -> Entry:
    name = metric.name
    rests = tuple(users.get(name, ()))
    return Entry(metric, reference.kind(metric), name in mine, rests, known.known.get(name, 0))


def _users(access: Access) -> Mapping[str, list[str]]:
    """Who rests on which metric now."""
    return {
        name: list(dict.fromkeys(use.who for use in uses if use.hold is not Hold.SCORED))
        for name, uses in uses_of(access.workspace).items()
    }


def preview(access: Access, said: OwnMetric) -> Preview:
    """What a metric would give today, before it is saved."""
    if wrong := own.problem(said):
        _, says = wrong
        return Preview("", says)
    try:
        metric = own.compiled(own_of(access.workspace) | {said.name: said})[said.name]
    except OwnMetricError as error:
        return Preview("", str(error))
    rows = queries.values(access, [metric], clock.today(access.workspace.zone))
    known = [(value, row) for row in rows if (value := row.values[said.name]) is not None]
    known.sort(key=lambda pair: -pair[0])
    currency = access.workspace.currency
    return Preview(
        sentence=f"{own.sentence(said)}.",
        wrong="",
        accounts=len(rows),
        covered=len(known),
        median=wording.figure(metric, known[len(known) // 2][0], currency) if known else wording.NO_DATA,
        highest=tuple(
            (row.id, row.name, wording.figure(metric, value, currency)) for value, row in known[:MOST_SHOWN]
        ),
    )


def choices(access: Access) -> dict[str, list[str]]:
    """What a form may propose: events seen, metrics there are."""
    return {"events": events_seen(access), "metrics": list(metrics_of(access.workspace))}
