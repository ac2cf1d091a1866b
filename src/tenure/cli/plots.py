"""Writes what was fitted to files: a plot as SVG or PNG, a projection as CSV.

matplotlib is imported where it draws, and nowhere else: the processes' memory counts.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tenure.insight.fits import Fit, Line, Picture

_COLOURS = ("#1f6feb", "#b45309", "#0f766e", "#9333ea", "#be123c", "#4d7c0f", "#0369a1", "#6b7280")


class NotWritten(Exception):
    """A file that cannot be written; the message says why."""


def write(fit: Fit, path: Path) -> None:
    """Write a fit's plot (.svg, .png) or projection (.csv), by the file's suffix. Raises NotWritten."""
    try:
        if path.suffix == ".csv":
            write_rows(fit.projection, path)
        else:
            draw(fit.picture, path)
    except OSError as error:
        raise NotWritten(f"{path} cannot be written: {error.strerror}") from error


def write_rows(rows: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Write rows of one shape as CSV, guarded against being taken for formulas."""
    from tenure.sources.imports.file import guarded

    with path.open("w", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(rows[0] if rows else [])
        for row in rows:
            lines.writerow("" if one is None else guarded(str(one)) for one in row.values())


def draw(picture: Picture, path: Path) -> None:
    """Draw a picture as SVG or PNG. Raises NotWritten for another suffix."""
    kind = path.suffix.removeprefix(".").lower()
    if kind not in ("svg", "png"):
        raise NotWritten(f"{path}: plots are written as .svg or .png, tables as .csv")
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4.5), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    for number, line in enumerate(picture.lines):
        _draw(axes, line, _COLOURS[number % len(_COLOURS)])
    axes.set(title=picture.title, xlabel=picture.x, ylabel=picture.y)
    axes.set_ylim(bottom=0)
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    if len(picture.lines) > 1:
        axes.legend(frameon=False)
    figure.savefig(path, format=kind, dpi=150)


def _draw(axes: Any, line: Line, colour: str) -> None:
    if line.dots:
        axes.plot(line.x, line.y, "o", color=colour, markersize=4, label=line.name)
        return
    how = "steps-post" if line.steps else "default"
    axes.plot(line.x, line.y, color=colour, drawstyle=how, label=line.name)
    if line.band:
        step = "post" if line.steps else None
        axes.fill_between(line.x, *line.band, color=colour, alpha=0.15, step=step, linewidth=0)
