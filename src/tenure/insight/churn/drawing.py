"""Draws how often customers of a chance really left, beside where they would lie if chances were right."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tenure.insight.churn.figures import Bin

_INK, _GUIDE, _ACCENT = "#1f2430", "#9aa3b2", "#3b5bdb"


def draw_calibration(bins: Sequence[Bin], title: str, path: Path) -> None:
    """Write a reliability diagram as SVG or PNG, by the file's ending; bars are 80 % intervals."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.6, 5.2), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    said, seen = [one.predicted for one in bins], [one.observed for one in bins]
    below = [max(one.observed - one.low, 0.0) for one in bins]
    above = [max(one.high - one.observed, 0.0) for one in bins]
    most = max([*(one.high for one in bins), *said, 0.05]) * 1.05
    axes.plot([0, most], [0, most], color=_GUIDE, linewidth=1, linestyle="--", label="if chances were right")
    axes.errorbar(
        said, seen, yerr=[below, above], color=_ACCENT, fmt="o-", capsize=3, label="what happened (80 %)"
    )
    axes.set(xlim=(0, most), ylim=(0, most), xlabel="Chance of leaving, as told", ylabel="Share that left")
    axes.set_title(title, color=_INK, fontsize=11)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, loc="upper left")
    figure.savefig(path, metadata={"Date": None} if path.suffix.lower() == ".svg" else None)
