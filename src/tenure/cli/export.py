"""`tenure export --out DIR`: everything of a workspace as files that `tenure import DIR` reads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from tenure.cli.base import Json, WorkspaceOption, app, console, errors, fail, open_workspace, print_json

if TYPE_CHECKING:
    from tenure.sources.exports.folder import Manifest
    from tenure.sources.exports.folder import Progress as Report

Formats = Annotated[
    list[str] | None,
    typer.Option("--format", metavar="FORMAT", help="parquet, csv or jsonl, several times; Parquet and CSV."),
]


@app.command("export")
def export(
    out: Annotated[Path, typer.Option(metavar="DIR", help="The folder to write to: a new or empty one.")],
    formats: Formats = None,
    workspace: WorkspaceOption = "",
    json: Json = False,
) -> None:
    """Write everything of the workspace as files: the columns that imports read, its settings, a manifest.

    `tenure import DIR` brings such a folder into another workspace.
    """
    access = open_workspace(workspace)
    from tenure.sources.exports import folder

    try:
        with _progress(json) as report:
            manifest = folder.write(access, out, formats or folder.USUAL, report)
    except folder.ExportProblem as problem:
        fail(str(problem))
    access.log("exported everything", f"{manifest.rows:,} rows to {out}")
    if json:
        print_json({"folder": str(out), **msgspec.to_builtins(manifest)})
    else:
        _show(out, manifest)


def _show(out: Path, manifest: Manifest) -> None:
    table = Table("Table", "Rows", "Files", box=None, pad_edge=False, header_style="bold")
    table.columns[1].justify = "right"
    for name, one in manifest.tables.items():
        table.add_row(name, f"{one.rows:,}", ", ".join(one.files))
    console.print(table)
    for name, one in manifest.tables.items():
        for theirs, ours in one.renamed.items():
            console.print(f"{name}: {escape(theirs)} is called {escape(ours)} there", highlight=False)
        if one.left_out:
            console.print(f"{name}: left out {escape(', '.join(one.left_out))}", highlight=False)
    console.print(
        f"Everything of {escape(manifest.workspace)} is in {escape(str(out))}, as of {manifest.as_of}.",
        soft_wrap=True,
    )
    console.print(f"Not in it: {'; '.join(manifest.not_carried)}.", style="dim", soft_wrap=True)


@contextmanager
def _progress(json: bool) -> Iterator[Report | None]:
    """The table that is being written and its rows so far, on a terminal."""
    if json or not errors.is_terminal:
        yield None
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=errors, transient=True) as shown:
        task = shown.add_task("")
        yield lambda name, rows: shown.update(task, description=f"{name}: {rows:,} rows")
