"""How customers stood at each month's end, and what flowed between the bands."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa

from tenure.health import months
from tenure.kit import home
from tenure.workspaces.access import Access
from tests.warnings.scene import scored

OCTOBER, NOVEMBER = date(2025, 10, 31), date(2025, 11, 30)
ACCOUNTS = pa.array(["acme", "borealis", "cinder", "dune", "elm"])


def names(states: months.States) -> list[str]:
    return [months.STATES[place] for place in states]


def test_the_band_last_computed_counts_and_who_has_none_is_without(access: Access) -> None:
    scored(
        access,
        ("acme", OCTOBER, 50, "both"),
        ("borealis", OCTOBER, 90, "both"),
        ("dune", OCTOBER, 20, "both"),
    )
    scored(
        access,
        ("acme", OCTOBER, 90, "both"),
        ("dune", OCTOBER, None, "former"),
        ("acme", NOVEMBER, 20, "both"),
    )
    found = months.bands(access.workspace.id, ACCOUNTS, [OCTOBER, NOVEMBER])
    assert names(found[0]) == ["good", "good", "none", "none", "none"]
    assert names(found[1]) == ["poor", "none", "none", "none", "none"]


def test_what_is_read_once_is_kept_until_a_month_grows(access: Access) -> None:
    def files() -> set[str]:
        return {path.name for path in home.lake(access.workspace.id).glob("records/bands-*")}

    scored(access, ("acme", OCTOBER, 50, "both"))
    months.bands(access.workspace.id, ACCOUNTS, [OCTOBER])
    kept = files()
    scored(access, ("acme", NOVEMBER, 50, "both"))
    months.bands(access.workspace.id, ACCOUNTS, [OCTOBER])
    assert files() == kept, "a later month changes nothing of it"
    scored(access, ("acme", OCTOBER, 90, "both"))
    assert names(months.bands(access.workspace.id, ACCOUNTS, [OCTOBER])[0])[0] == "good"
    for day in range(1, 6):
        months.bands(access.workspace.id, ACCOUNTS, [date(2025, 10, day)])
    assert len(files()) == 2, "old ones go"


def test_without_a_history_nobody_has_a_band(access: Access) -> None:
    assert names(months.bands(access.workspace.id, ACCOUNTS, [OCTOBER])[0]) == ["none"] * 5
    assert months.bands(access.workspace.id, ACCOUNTS, []) == []


def test_a_flow_counts_each_way_once() -> None:
    good, fair, poor, none, away = range(5)
    before = np.array([good, good, fair, poor, poor, none, away, away, fair], dtype=np.int8)
    after = np.array([good, poor, good, fair, away, good, good, away, away], dtype=np.int8)
    found = months.flow(before, after, OCTOBER, NOVEMBER)
    assert (found.improved, found.worsened, found.left, found.joined) == (2, 1, 2, 1)
    assert found.counts.sum() == 8, "who was away on both days is nobody's"
    assert (found.counts[good, poor], found.counts[none, good], found.counts[away, away]) == (1, 1, 0)
