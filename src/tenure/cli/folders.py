"""`tenure import DIR` and `tenure import settings DIR`: an export of Tenure back in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from tenure.cli.base import console, errors, fail, print_json

if TYPE_CHECKING:
    from tenure.sources.exports.restoring import Restored
    from tenure.workspaces.access import Access


def bring_in(access: Access, place: Path, json: bool) -> None:
    """A whole export: settings where there are no customers yet, every table, what people decided."""
    from tenure.sources.exports import restoring
    from tenure.sources.exports.folder import ExportProblem

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    is_shown = not json and errors.is_terminal
    with Progress(*columns, console=errors, transient=True, disable=not is_shown) as shown:
        try:
            done = restoring.restore(access, place, _began(shown))
        except ExportProblem as problem:
            fail(str(problem))
    _show(done, json)
    if any(run.status == "failed" or run.rows_rejected for run in done.runs):
        raise typer.Exit(1)


def _began(shown: Progress) -> Callable[[str], Callable[[int, int], None]]:
    def began(kind: str) -> Callable[[int, int], None]:
        task = shown.add_task(kind, total=None)
        return lambda done, total: shown.update(task, completed=done, total=total)

    return began


def _show(done: Restored, json: bool) -> None:
    if json:
        counts = ("rows_read", "rows_added", "rows_changed", "rows_same", "rows_rejected")
        runs = [
            {name: getattr(run, name) for name in ("id", "kind", "status", "says", *counts)}
            for run in done.runs
        ]
        print_json({"imports": runs, "also": list(done.also)})
        return
    for run in done.runs:
        console.print(f"{run.kind}: {escape(run.says)}", highlight=False, soft_wrap=True)
    for one in done.also:
        console.print(f"Also {one}.", highlight=False, soft_wrap=True)


def bring_settings(access: Access, places: list[Path], json: bool) -> None:
    """Only the settings of an export."""
    from tenure.sources.exports import restoring
    from tenure.sources.exports.folder import ExportProblem

    if len(places) != 1:
        fail("say which export: tenure import settings DIR")
    try:
        done = restoring.restore_settings(access, places[0])
    except ExportProblem as problem:
        fail(str(problem))
    if json:
        print_json({"set": done})
    else:
        console.print(f"Set as in {escape(str(places[0]))}: {', '.join(done)}.", soft_wrap=True)
