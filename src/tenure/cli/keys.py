"""`tenure keys`: keys with which events are sent and the API is read."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Column, Table

from tenure.cli.base import Json, WorkspaceOption, app, console, errors, fail, open_workspace, print_json

keys = typer.Typer(no_args_is_help=True, help="Make, list and stop keys.")
app.add_typer(keys, name="keys")


class Kind(StrEnum):
    """What a key is for."""

    WRITE = "write"
    API = "api"


KindOption = Annotated[Kind, typer.Option(help="write: sends events. api: reads and changes.")]


@keys.command()
def create(
    kind: KindOption = Kind.WRITE,
    name: Annotated[str, typer.Option(help="What will use it.")] = "default",
    scope: Annotated[
        list[str] | None,
        typer.Option(help="What an API key may: read, work, export, load, define, administer. Repeat it."),
    ] = None,
    days: Annotated[int | None, typer.Option(help="After how many days an API key ends; else never.")] = None,
    workspace: WorkspaceOption = "",
    json: Json = False,
) -> None:
    """Make a key. It is shown this once; only its hash is kept."""
    access = open_workspace(workspace)
    from tenure.workspaces.actions import create_key

    if not name.strip() or len(name) > 80:
        fail("--name: give a name of 1 to 80 characters")
    try:
        key = create_key(access, kind.value, name.strip(), scope or [], days)
    except ValueError as wrong:
        fail(str(wrong))
    if json:
        print_json({"key": key})
        return
    typer.echo(key)
    errors.print("Keep it: it is not shown again.")


@keys.command("list")
def list_keys(workspace: WorkspaceOption = "", json: Json = False) -> None:
    """List all keys, newest first."""
    access = open_workspace(workspace)
    from tenure.workspaces.models import Key

    rows = list(access.of(Key).order_by("-created_at"))
    if json:
        columns = ("id kind name prefix scopes created_at expires_at last_used_at revoked_at").split()
        print_json([{column: getattr(row, column) for column in columns} for row in rows])
        return
    table = Table(
        Column("id", min_width=32),
        "kind",
        "name",
        "begins with",
        "may",
        "made",
        "used",
        "ends",
        "stopped",
        box=None,
        header_style="bold",
    )
    for row in rows:
        may = "send" if row.kind == Key.WRITE else ", ".join(["read", *row.scopes])
        days = (row.created_at, row.last_used_at, row.expires_at, row.revoked_at)
        written = (f"{day:%Y-%m-%d}" if day else "" for day in days)
        table.add_row(row.pk, row.kind, escape(row.name), f"{row.prefix}…", may, *written)
    console.print(table if rows else "No keys yet. `tenure keys create` makes one.")


@keys.command()
def revoke(
    key: Annotated[str, typer.Argument(help="The key's id, or how it begins, from `tenure keys list`.")],
    workspace: WorkspaceOption = "",
    json: Json = False,
) -> None:
    """Stop a key. What it brought in stays."""
    access = open_workspace(workspace)
    from django.db.models import Q

    from tenure.workspaces.actions import revoke_key
    from tenure.workspaces.models import Key

    found = list(access.of(Key).filter(Q(pk=key) | Q(prefix=key.rstrip("…")[:10]))[:2])
    if len(found) != 1:
        fail(f"there is no key {key!r}; `tenure keys list` shows them")
    stopped = revoke_key(access, found[0].pk)
    if json:
        print_json({"id": stopped.pk, "revoked_at": stopped.revoked_at})
    else:
        console.print(f"Stopped {stopped.kind} key {escape(stopped.name)} ({stopped.prefix}…).")
