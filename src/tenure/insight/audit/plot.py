"""An audit as a picture (a forest of intervals) and as a table, for outside of the page."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from tenure.insight.audit.found import Audit, AuditProblem, Interval, Judged, Verdict
from tenure.insight.audit.sentences import verdict

KINDS = (".svg", ".png", ".csv")
_INK, _ACCENT, _FAINT = "#1f2430", "#3557d6", "#8a90a0"
COLUMNS = (
    "metric",
    "title",
    "verdict",
    "why",
    "rows",
    "accounts",
    "happened",
    "coverage",
    "auc",
    "auc_low",
    "auc_high",
    "p",
    "q",
    "lift",
    "worst_rate",
    "lead_days",
    "added",
    "added_low",
    "added_high",
    "missing_auc",
    "missing_p",
)


def write(audit: Audit, path: Path) -> None:
    """Write an audit as its name asks: SVG or PNG picture, or CSV table."""
    kind = path.suffix.lower()
    if kind not in KINDS:
        raise AuditProblem(f"{path.name}: the name ends in one of {', '.join(KINDS)}")
    if kind == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(table(audit))
    else:
        _draw(audit, path)


def table(audit: Audit) -> Iterator[list[object]]:
    """Head and rows, a metric each; empty where there is nothing."""
    yield list(COLUMNS)
    for one in audit.judged:
        yield [_cell(value) for value in _row(audit, one)]


def _row(audit: Audit, one: Judged) -> list[object]:
    missing = one.missing
    return [
        *(one.metric, one.title, one.verdict.says, verdict(audit, one)),
        *(one.rows, one.accounts, one.happened, one.coverage),
        *_three(one.auc),
        *(one.p, one.q, one.lift, one.worst_rate, one.lead_days),
        *_three(one.added),
        *((missing.auc.value, missing.p) if missing else (None, None)),
    ]


def _three(interval: Interval | None) -> tuple[float | None, ...]:
    return (interval.value, interval.low, interval.high) if interval else (None, None, None)


def _cell(value: object) -> object:
    """Text that a spreadsheet would take for a formula is marked as text."""
    if isinstance(value, str) and value[:1] in "=+-@\t\r":
        return f"'{value}"
    return "" if value is None else value


def _draw(audit: Audit, path: Path) -> None:
    """A line per metric: its AUC and interval, a half marked."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # loaded only to draw
    from matplotlib.figure import Figure

    shown = [one for one in audit.judged if one.auc][::-1]
    figure = Figure(figsize=(8, 1.6 + 0.28 * len(shown)), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    for place, one in enumerate(shown):
        assert one.auc is not None
        colour = _ACCENT if one.verdict is Verdict.KEEP else _FAINT
        axes.plot([one.auc.low, one.auc.high], [place, place], color=colour, linewidth=2)
        axes.plot([one.auc.value], [place], "o", color=colour, markersize=5)
    axes.axvline(0.5, color=_INK, linewidth=0.8, linestyle=":")
    axes.set_yticks(range(len(shown)), [f"{one.title} ({one.coverage:.0%})" for one in shown])
    axes.set_xlabel(
        "AUC with interval of 95 %; 0.5 tells nothing; in brackets the share of looks it is known in"
    )
    axes.set_title(
        f"What tells {audit.outcome.called} within {audit.horizon} days, as of {audit.as_of}", loc="left"
    )
    figure.savefig(path)
