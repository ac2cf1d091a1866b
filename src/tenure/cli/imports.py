"""`tenure import list` and `tenure import undo RUN`: what was imported, and taking it back."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table

from tenure.cli.base import console, fail, print_json

if TYPE_CHECKING:
    from tenure.workspaces.access import Access

_MOST = 50
_SHOWN_LEFT = 20


def show_list(access: Access, json: bool) -> None:
    """The newest imports, with the ids by which they can be undone."""
    from tenure.sources import queries

    runs = queries.recent_runs(access, _MOST)
    if json:
        print_json({"imports": [asdict(run) for run in runs]})
        return
    table = Table(
        "id", "when", "kind", "file", "what came of it", box=None, pad_edge=False, header_style="bold"
    )
    for run in runs:
        says = f"undone: {run.undone_says}" if run.undone_at else run.says or run.status
        when = run.created_at.strftime("%Y-%m-%d %H:%M")
        table.add_row(run.id, when, run.kind, escape(run.filename), escape(says))
    console.print(table if runs else "No imports yet.")


def undo(access: Access, run_ids: list[str], json: bool) -> None:
    """Take imports back, in the order given, and say what was left and why."""
    if not run_ids:
        fail("say which: tenure import undo RUN; `tenure import list` shows their ids")
    done = [_undo(access, run_id, json) for run_id in run_ids]
    if json:
        print_json({"undone": done})


def _undo(access: Access, run_id: str, json: bool) -> dict[str, Any]:
    from django.http import Http404

    from tenure.sources.actions import undo_import

    try:
        run = undo_import(access, run_id)
    except Http404:
        fail(
            f"{run_id}: no such import, or it did nothing, is older than 30 days, or is undone already; "
            "`tenure import list` shows what there is"
        )
    if not json:
        console.print(f"[bold]{escape(run.filename)}[/bold]: {escape(run.undone_says)}", soft_wrap=True)
        for what, why in run.left[:_SHOWN_LEFT]:
            console.print(f"  [yellow]left[/yellow] {escape(what)}: {escape(why)}", soft_wrap=True)
    return {"id": run.pk, "filename": run.filename, "says": run.undone_says, "left": run.left}
