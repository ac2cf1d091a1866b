"""`tenure health`: every customer's score, and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from tenure.cli.base import Json, WorkspaceOption, app, console, fail, open_workspace, print_json
from tenure.cli.metrics import AsOf, chosen_accounts, chosen_day

if TYPE_CHECKING:
    from tenure.health.overrides import Override
    from tenure.health.queries import Explanation

NOTHING = "–"


health_app = typer.Typer(invoke_without_command=True, no_args_is_help=False)
app.add_typer(health_app, name="health")


@health_app.callback()
def health(
    context: typer.Context,
    as_of: AsOf = None,
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Compare with this day (28 days before).")
    ] = None,
    account: Annotated[
        list[str] | None, typer.Option(help="A customer's id or name; may be repeated.")
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Show each score's parts.")] = False,
    workspace: WorkspaceOption = "",
    json: Json = False,
) -> None:
    """Score customers as of a day, from what was known then, and compare with an earlier day."""
    if context.invoked_subcommand:
        return
    access = open_workspace(workspace, for_reading=True)
    from tenure.health import queries

    ids = chosen_accounts(access, account)
    try:
        found = queries.explanations(access, ids, chosen_day(access, as_of), since.date() if since else None)
    except ValueError as error:
        fail(str(error))
    if json:
        print_json([_as_json(one, explain) for one in found])
    elif not found:
        console.print("No customers yet. `tenure import accounts FILE` or an SDK brings some.")
    elif explain:
        for one in found:
            _print_explained(one)
    else:
        console.print(_table(found))


def _table(found: Sequence[Explanation]) -> Table:
    table = Table("Account", "Name", header_style="bold")
    for title in ("Score", "Outcomes", "Experience", "Change", "Coverage"):
        table.add_column(title, justify="right")
    table.add_column("Pulled down most by")
    for one in found:
        table.add_row(one.external_id, one.name, *_figures(one), one.weakest.title if one.weakest else "")
    return table


def _figures(one: Explanation) -> list[str]:
    from tenure.kit import words
    from tenure.metrics.wording import signed

    score = one.score
    return [
        f"{score.score:.0f} {score.band}" if score.score is not None else one.marked,
        _points(score.outcomes),
        _points(score.experience),
        signed(one.change) if one.change is not None else NOTHING,
        words.percent(score.coverage),
    ]


def _points(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.0f}"


def _by_hand(one: Override) -> str:
    return f"Set to {one.score:.0f} by {one.who} until {one.last_day}: {one.reason}"


def _print_explained(one: Explanation) -> None:
    from tenure.metrics.wording import signed

    score, change = _figures(one)[0], _figures(one)[3]
    console.print(
        f"\n[bold]{escape(one.name)}[/bold] ({one.external_id}): {score}, as of {one.as_of}", highlight=False
    )
    console.print(
        f"Profile {one.profile.title} v{one.profile.version}: {one.belongs}.", highlight=False, markup=False
    )
    console.print(f"Since {one.since}: {change}. {one.coverage}", highlight=False)
    console.print(_parts(one), "")
    for other in one.others:
        console.print(
            f"  {other.title}: {signed(other.change)} ({other.says})", highlight=False, markup=False
        )
        for title, says, points in other.lines:
            console.print(f"    {title}: {signed(points)}, {says}", highlight=False, markup=False)
    if one.override:
        console.print(f"  {_by_hand(one.override)}", highlight=False, markup=False)
    for line in one.lines:
        if remark := line.because or line.missing:
            console.print(f"  {line.title}: {remark}", highlight=False, markup=False)


def _parts(one: Explanation) -> Table:
    from tenure.metrics.wording import signed

    table = Table(header_style="bold", box=None, pad_edge=False)  # fits 80 columns
    table.add_column("Measure", no_wrap=True)
    for title in ("Value", "Before", "Points", "Weight", "Pulls down", "Change"):
        table.add_column(title, justify="right", no_wrap=True)
    for number, line in enumerate(one.lines):
        if number and line.side != one.lines[number - 1].side:
            table.add_row()
        table.add_row(
            line.title,
            line.says,
            line.says_before,
            _points(line.points),
            f"{line.weight * 100:.0f} %" if line.weight else NOTHING,
            f"{line.pulls_down:.1f}" if line.points is not None else NOTHING,
            signed(line.change) if line.change is not None else NOTHING,
        )
    return table


def _as_json(one: Explanation, explain: bool) -> dict[str, Any]:
    score = one.score
    found = {
        "account_id": one.external_id,
        "name": one.name,
        "as_of": one.as_of,
        "score": score.score,
        "computed": score.computed,
        "band": score.band,
        "profile": {"name": one.profile.name, "version": one.profile.version, "because": one.belongs},
        "override": one.override._asdict() if one.override else None,
        "outcomes": score.outcomes,
        "experience": score.experience,
        "basis": score.basis,
        "coverage": score.coverage,
        "since": one.since,
        "before": one.before.score,
        "change": one.change,
        "weakest": one.weakest.metric if one.weakest else None,
    }
    return found | {"says": one.coverage, "parts": one.lines, "others": one.others} if explain else found
