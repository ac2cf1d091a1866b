"""Who rests on which metric, and so what may become of one that a workspace made itself.

Whatever uses metrics registers here; the dictionary shows it, and a change asks it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum

from tenure.kit.registry import Registry
from tenure.metrics.catalogue import own_of
from tenure.metrics.own import OwnMetric
from tenure.workspaces.models import Workspace


class Hold(IntEnum):
    """How hard something rests on a metric."""

    SHOWS = 0  # would do without it
    SCORED = 1  # did so once: scores given by it stay, so what it computes does too
    NEEDS = 2  # it cannot be taken out
    SCORES = 3  # neither taken out nor computed otherwise


@dataclass(frozen=True)
class Use:
    """`who` (`health profile Default`) rests on `metric`."""

    metric: str
    who: str
    hold: Hold


@dataclass(frozen=True)
class User:
    """A part of Tenure that uses metrics: in a workspace, and as shipped."""

    name: str
    uses: Callable[[Workspace], Iterable[Use]]
    as_shipped: Callable[[], Iterable[Use]] = tuple


USERS: Registry[User] = Registry("tenure.metrics.users")


def uses_of(workspace: Workspace) -> Mapping[str, list[Use]]:
    """Every use in a workspace, by metric; each once."""
    found: defaultdict[str, list[Use]] = defaultdict(list)
    for use in dict.fromkeys(one for user in USERS for one in user.uses(workspace)):
        found[use.metric].append(use)
    return found


def holding(
    workspace: Workspace, name: str, own: Mapping[str, OwnMetric], holds: Iterable[Hold]
) -> list[str]:
    """Who holds on to a metric in one of these ways, through metrics that rest on it too; each once."""
    uses, asked = uses_of(workspace), set(holds)
    resting = _resting(name, own)
    return list(
        dict.fromkeys(
            use.who if one == name else f"{use.who} (through {own[one].title})"
            for one in resting
            for use in uses.get(one, ())
            if use.hold in asked
        )
    )


def _resting(name: str, own: Mapping[str, OwnMetric]) -> list[str]:
    """A metric, and all that rest on it or on one of these."""
    found = [name]
    for one in found:
        found += [key for key, it in own.items() if one in (it.first, it.second) and key not in found]
    return found


def _own(workspace: Workspace) -> Iterator[Use]:
    for one in own_of(workspace).values():
        for part in filter(None, dict.fromkeys((one.first, one.second))):
            yield Use(part, f"your metric {one.title}", Hold.NEEDS)


USERS.add(User("own metrics", _own))
