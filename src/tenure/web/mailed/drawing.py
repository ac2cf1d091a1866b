"""Draws charts as pictures for mails, in a process of its own: matplotlib's memory goes with it.

`python -m tenure.web.mailed.drawing` reads charts from its input (tenure.web.charts.Chart.data(), as a JSON
list) and writes their PNGs as base64, a line each; an empty line for one that cannot be drawn.
"""

from __future__ import annotations

import base64
import io
import json
import logging
import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from tenure.web.charts import Chart

if TYPE_CHECKING:
    from matplotlib.axes import Axes

log = logging.getLogger(__name__)
SECONDS = 120
WIDTH, HEIGHT, DOTS = 6.4, 2.9, 160  # inches; dots an inch, for sharp screens
TONES = {
    "outcome": "#2f4bd8",
    "experience": "#8a3d8f",
    "accent": "#2f4bd8",
    "good": "#17754a",
    "watch": "#8f5b05",
    "risk": "#b3321f",
    "ink": "#1d1c1a",
    "ink-3": "#6f6a63",
}
BANDS = {"good": ("o", "good"), "fair": ("s", "watch"), "poor": ("^", "risk")}
LINES = {"dashed": "--", "dotted": ":"}


def pictures(charts: Sequence[Chart]) -> list[bytes | None]:
    """A PNG for each chart, None for one that could not be drawn: the mail has its figures all the same."""
    if not charts:
        return []
    told = json.dumps([one.data() for one in charts], default=str)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "tenure.web.mailed.drawing"],
            input=told.encode(),
            capture_output=True,
            timeout=SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        log.exception("charts could not be drawn for a mail")
        return [None] * len(charts)
    return [base64.b64decode(line) or None for line in done.stdout.decode().split("\n")[: len(charts)]]


def main() -> None:
    """Draw what stands in the input."""
    for data in json.load(sys.stdin):
        try:
            drawn = base64.b64encode(draw(data)).decode()
        except (ValueError, TypeError, KeyError):
            log.exception("%s could not be drawn", data.get("title"))
            drawn = ""
        sys.stdout.write(f"{drawn}\n")


def draw(data: dict[str, Any]) -> bytes:
    """One chart as a PNG."""
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with rc_context({"font.size": 9, "text.parse_math": False}):
        figure = Figure(figsize=(WIDTH, HEIGHT), dpi=DOTS, layout="constrained", facecolor="white")
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        kinds = {"scatter": _scatter, "waterfall": _waterfall, "bars": _bars}
        kinds.get(data["kind"], _lines)(axes, data)
        _dress(axes, data)
        file = io.BytesIO()
        figure.savefig(file, format="png")
    return file.getvalue()


def _lines(axes: Axes, data: dict[str, Any]) -> None:
    """Lines, steps and areas; a missing value leaves a gap."""
    low_high = data.get("between") or []
    if len(low_high) == 2:
        (xs, low), (_, high) = (_points(one, data) for one in low_high)
        axes.fill_between(xs, low, high, color=TONES["accent"], alpha=0.12, linewidth=0)
    for one in data["series"]:
        xs, ys = _points(one, data)
        colour, shape = TONES[one["tone"]], one["shape"]
        steps = "steps-post" if "steps" in (shape, data["kind"]) else "default"
        axes.plot(
            xs,
            ys,
            color=colour,
            linewidth=1.8,
            linestyle=LINES.get(shape, "-"),
            drawstyle=steps,
            label=one["name"],
        )
        if data["kind"] == "area":
            axes.fill_between(xs, ys, color=colour, alpha=0.1, linewidth=0)


def _bars(axes: Axes, data: dict[str, Any]) -> None:
    """Bars, beside or upon one another; what is below nothing goes down."""
    up: dict[Any, float] = {}
    down: dict[Any, float] = {}
    for one in data["series"]:
        xs, ys = _points(one, data)
        values = [0.0 if y != y else y for y in ys]
        base = [(up if y >= 0 else down).get(x, 0.0) for x, y in zip(xs, values, strict=True)]
        axes.bar(
            xs,
            values,
            bottom=base,
            width=5 if data["x"]["kind"] == "date" else 0.7,
            color=TONES[one["tone"]],
            label=one["name"],
        )
        for x, y in zip(xs, values, strict=True):
            side = up if y >= 0 else down
            side[x] = side.get(x, 0.0) + (y if data["stacked"] else 0)


def _waterfall(axes: Axes, data: dict[str, Any]) -> None:
    """Steps, each from where the one before ended."""
    level = 0.0
    for name, value in data["series"][0]["points"]:
        amount = value or 0.0
        if name in data["totals"]:
            axes.bar([name], [amount], color=TONES["ink-3"], width=0.7)
            level = amount
        else:
            axes.bar(
                [name], [amount], bottom=[level], color=TONES["good" if amount >= 0 else "risk"], width=0.7
            )
            level += amount


def _scatter(axes: Axes, data: dict[str, Any]) -> None:
    """A mark for each thing: its shape says its band, its area its size."""
    largest = max((one["size"] for one in data["marks"]), default=0) or 1
    for band, (shape, tone) in [*BANDS.items(), ("", ("D", "ink-3"))]:
        some = [one for one in data["marks"] if one["band"] == band]
        sizes = [14 + 160 * max(one["size"], 0) / largest for one in some]
        if some:
            axes.scatter(
                [one["x"] for one in some],
                [one["y"] for one in some],
                s=sizes,
                marker=shape,
                color=TONES[tone],
                alpha=0.6,
                linewidths=0,
                label=band or "no score",
            )


def _points(series: dict[str, Any], data: dict[str, Any]) -> tuple[list[Any], list[float]]:
    is_date = data["x"]["kind"] == "date"
    xs = [date.fromisoformat(x) if is_date else x for x, _ in series["points"]]
    return xs, [float("nan") if y is None else float(y) for _, y in series["points"]]


def _dress(axes: Axes, data: dict[str, Any]) -> None:
    """Title, scales and legend, as quiet as on the page."""
    axes.set_title(data["title"], loc="left", fontsize=11, color=TONES["ink"])
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color("#cfcac1")
    axes.tick_params(colors=TONES["ink-3"], labelsize=8)
    axes.grid(axis="y", color="#e6e3dd", linewidth=0.6)
    axes.set_axisbelow(True)
    x, y = data["x"], data["y"]
    axes.set_ylim(bottom=y["low"], top=y["high"])
    if x["low"] is not None:
        axes.set_xlim(left=x["low"], right=x["high"])
    axes.yaxis.set_major_formatter(lambda value, _: _tick(value, y["unit"]))
    if data["kind"] == "scatter":
        axes.set_xlabel(x["name"], color=TONES["ink-3"], fontsize=8)
        axes.set_ylabel(y["name"], color=TONES["ink-3"], fontsize=8)
    if x["kind"] == "date":
        from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

        locator = AutoDateLocator(maxticks=8)  # type: ignore[no-untyped-call]
        axes.xaxis.set_major_locator(locator)
        axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
    elif x["kind"] == "category" and len(axes.get_xticks()) > 8:
        axes.tick_params(axis="x", rotation=45)
    if len(data["series"]) > 1 or data["kind"] == "scatter":
        axes.figure.legend(
            frameon=False, fontsize=8, loc="outside lower center", ncols=5, labelcolor=TONES["ink-3"]
        )


def _tick(value: float, unit: str) -> str:
    """As short as the page writes it."""
    from tenure.kit import words

    if unit == "share":
        return f"{value:.0%}"
    if len(unit) == 3 and unit.isupper():
        from tenure.kit.money import digits

        return words.money(value * 10 ** digits(unit), unit)
    return f"{value:,.0f}" if abs(value) >= 10 or value == int(value) else f"{value:.2g}"


if __name__ == "__main__":
    main()
