"""Benchmarks: ratios against a named baseline, measured in one run. Not tests: nothing here has a limit.

One module per benchmark; each defines `run(rounds: int | None) -> Result`.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Result:
    """What a benchmark found: `ratios` against `baseline`, and the plain `figures` behind them."""

    name: str
    baseline: str
    ratios: dict[str, float] = field(default_factory=dict)
    figures: dict[str, float | str] = field(default_factory=dict)
