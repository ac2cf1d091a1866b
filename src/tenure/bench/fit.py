"""Fitting the BG/NBD model to a million simulated customers, against the package lifetimes.

Each fit in a process of its own, from columns of customers to parameters. The ratios are processor seconds of
lifetimes over ours: above 1 is faster. Both have to find the same parameters, or the comparison is worth
nothing.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

from tenure.bench import Result

CUSTOMERS = 1_000_000
SORTS = {"bgnbd_1m": ["few"], "bgnbd_1m, no two alike": []}
_ALIKE = 2e-3  # by which parameters may differ: lifetimes stops early


def run(rounds: int | None = None, customers: int = CUSTOMERS) -> Result:
    """Both sorts of customers, each fit as often as asked (once); the least processor time counts."""
    found = {
        name: {whom: _best(whom, customers, words, rounds or 1) for whom in ("ours", "theirs")}
        for name, words in SORTS.items()
    }
    for one in found.values():
        check(one["ours"]["found"], one["theirs"]["found"])
    return Result(
        name="fit",
        baseline="lifetimes: BetaGeoFitter().fit",
        ratios={name: one["theirs"]["cpu"] / one["ours"]["cpu"] for name, one in found.items()},
        figures={
            f"{name}: {whom}, {what}": each[key]
            for name, one in found.items()
            for whom, each in one.items()
            for what, key in (("CPU seconds", "cpu"), ("seconds", "seconds"), ("memory, MB", "memory"))
        }
        | {f"{name}: distinct histories": one["ours"]["found"]["rows"] for name, one in found.items()},
    )


def check(ours: dict[str, float], theirs: dict[str, float]) -> None:
    """Raise RuntimeError unless both found the same parameters."""
    for name in ("r", "alpha", "a", "b"):
        if abs(ours[name] / theirs[name] - 1) > _ALIKE:
            raise RuntimeError(f"{name} is {ours[name]} by us and {theirs[name]} by lifetimes")


def _best(whom: str, customers: int, words: list[str], rounds: int) -> dict[str, Any]:
    return min((_fitted(whom, customers, words) for _ in range(rounds)), key=lambda one: float(one["cpu"]))


def _fitted(whom: str, customers: int, words: list[str]) -> dict[str, Any]:
    """What `_fitted` measured, in a process of its own; one thread for BLAS, so that none waits for
    another.
    """
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tenure.bench._fitted", whom, str(customers), *words],
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        check=True,
        stdout=subprocess.PIPE,
    )
    return dict(json.loads(done.stdout))
