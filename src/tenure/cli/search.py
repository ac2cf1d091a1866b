"""`tenure search WORDS` and `tenure search rebuild`: what is called so, and the index made anew."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from tenure.cli.base import Json, WorkspaceOption, app, console, open_workspace, print_json, start_ready

MOST = 10
REBUILD = "rebuild"


@app.command("search")
def search(
    words: Annotated[list[str], typer.Argument(help="Beginnings of words; or `rebuild` alone.")],
    workspace: WorkspaceOption = "",
    json: Json = False,
) -> None:
    """Find customers, people, notes and events by the beginnings of their words.

    `tenure search rebuild` makes the index anew from what is on record, for all workspaces.
    """
    if words == [REBUILD]:
        _rebuild(json)
        return
    access = open_workspace(workspace, for_reading=True)
    from tenure.desk import search as index
    from tenure.desk.models import SearchEntry

    kinds = (SearchEntry.ACCOUNT, SearchEntry.PERSON, SearchEntry.NOTE, SearchEntry.EVENT)
    hits = [hit for kind in kinds for hit in index.find(access, " ".join(words), kind, MOST)]
    if json:
        print_json([asdict(hit) for hit in hits])
        return
    table = Table("what", "called", "customer", box=None, pad_edge=False, header_style="bold")
    for hit in hits:
        table.add_row(hit.kind, escape(hit.says or hit.title), escape(hit.account))
    console.print(table if hits else "Nothing is called so.")


def _rebuild(json: bool) -> None:
    start_ready()
    from tenure.desk import index

    count = index.rebuild()
    if json:
        print_json({"entries": count})
    else:
        console.print(f"{count:,} entries in the search index.", highlight=False)
