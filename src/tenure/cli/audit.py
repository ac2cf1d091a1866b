"""`tenure audit`: which metrics earn their place, on this workspace's own history."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from tenure.cli.base import Json, WorkspaceOption, app, console, errors, fail, open_workspace, print_json
from tenure.cli.metrics import AsOf, chosen_day

if TYPE_CHECKING:
    from tenure.insight.audit.found import Audit, Interval, Judged

NOTHING = "–"


@app.command("audit")
def audit(
    horizon: Annotated[int, typer.Option(help="Within how many days it has to happen.")] = 90,
    outcome: Annotated[str, typer.Option(help="churn, renewal or expansion.")] = "churn",
    as_of: AsOf = None,
    attribute: Annotated[
        list[str] | None, typer.Option(help="Judge only this attribute beside the metrics; again for more.")
    ] = None,
    attributes: Annotated[bool, typer.Option(help="Judge attributes beside the metrics.")] = True,
    out: Annotated[Path | None, typer.Option(help="Also write it as FILE.svg, FILE.png or FILE.csv.")] = None,
    workspace: WorkspaceOption = "",
    json: Json = False,
) -> None:
    """Judge every metric and attribute by what became of customers, from what was known month by month."""
    access = open_workspace(workspace, for_reading=True)
    from tenure.insight.audit import making, plot
    from tenure.insight.audit.found import AuditProblem, Outcomes

    if outcome not in list(Outcomes):
        fail(f"there is no outcome {outcome!r}; there are: {', '.join(Outcomes)}")
    if out and out.suffix.lower() not in plot.KINDS:
        fail(f"{out.name}: the name has to end in one of {', '.join(plot.KINDS)}")
    try:
        with errors.status("Reading what was known month by month …") as status:
            found = making.audit(
                access,
                Outcomes(outcome),
                horizon,
                chosen_day(access, as_of),
                lambda done, total, what: status.update(f"Finding out {what} …"),
                attribute or (None if attributes else []),
            )
        if out:
            plot.write(found, out)
    except (AuditProblem, OSError) as wrong:
        fail(str(wrong))
    if json:
        print_json(found)
    else:
        _print(found)


def _print(found: Audit) -> None:
    for sentence in found.says:
        console.print(sentence, highlight=False, markup=False)
    console.print(
        f"\n{found.rows:,} looks at {found.accounts:,} customers, {found.happened:,} of which (of "
        f"{found.accounts_happened:,} customers) {found.outcome.did} within {found.horizon} days; "
        f"{found.open:,} looks are not over. {found.tried} metrics and attributes tried.\n",
        highlight=False,
    )
    console.print(_table(found))
    for title, why in found.left_out.items():
        console.print(f"Left out: {title}, since {why}.", highlight=False, markup=False)


def _table(found: Audit) -> Table:
    table = Table(header_style="bold", box=None, pad_edge=False)
    table.add_column("Metric", no_wrap=True, max_width=22)  # fits 80 columns
    for title in ("AUC, 95 %", "q", "Known", "Worst", "Ahead", "Adds"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("Verdict", no_wrap=True)
    for one in found.judged:
        table.add_row(*_figures(one))
    return table


def _figures(one: Judged) -> list[str]:
    return [
        one.title,
        _interval(one.auc),
        NOTHING if one.q is None else f"{one.q:.3f}",
        f"{one.coverage:.0%}",
        NOTHING if one.lift is None else f"×{one.lift:.1f}",
        NOTHING if one.lead_days is None else f"{one.lead_days} d",
        NOTHING if one.added is None else f"{one.added.value:+.3f}",
        one.verdict.value,
    ]


def _interval(value: Interval | None) -> str:
    return NOTHING if value is None else f"{value.value:.2f} ({value.low:.2f}–{value.high:.2f})"
