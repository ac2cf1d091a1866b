"""`tenure workspace`: what the workspace is called, in which zone and currency it counts; and another one."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.markup import escape

from tenure.cli.base import (
    Json,
    WorkspaceOption,
    app,
    console,
    errors,
    fail,
    open_workspace,
    print_json,
    start_ready,
)

_SHOWN = ("id", "name", "zone", "currency")
workspaces = typer.Typer(help="The workspace's settings; make another, list all.")
app.add_typer(workspaces, name="workspace")


@workspaces.callback(invoke_without_command=True)
def workspace(
    context: typer.Context,
    name: Annotated[str, typer.Option(help="What it is called.")] = "",
    zone: Annotated[str, typer.Option(help="Where days begin and end, like Europe/Oslo.")] = "",
    currency: Annotated[
        str, typer.Option(help="In which money is counted, like EUR; fixed by the first subscription.")
    ] = "",
    workspace: WorkspaceOption = "",
    json: Json = False,
) -> None:
    """Show the workspace's settings, or change those that are given."""
    if context.invoked_subcommand:
        return
    access = open_workspace(workspace)
    from tenure.revenue.queries import has_terms
    from tenure.workspaces.actions import change_settings
    from tenure.workspaces.rules import Settings, problems

    now = access.workspace
    if currency and currency.upper() != now.currency and has_terms(access):
        fail(f"subscriptions are recorded in {now.currency} already, so the currency cannot change")
    settings = Settings(
        name or now.name,
        zone or now.zone,
        currency.upper() or now.currency,
        tuple(now.own_domains),
        tuple(now.key_features),
    )
    if wrong := problems(settings):
        fail(" ".join(wrong.values()))
    _show(change_settings(access, settings), json)


def _show(changed: Any, json: bool) -> None:
    shown = {field: getattr(changed, field) for field in _SHOWN}
    if json:
        print_json(shown)
        return
    for field, value in shown.items():
        console.print(f"{field:<10} {escape(value)}", highlight=False)


@workspaces.command()
def create(
    name: Annotated[str, typer.Argument(help="What it is called.")],
    zone: Annotated[str, typer.Option(help="Where days begin and end, like Europe/Oslo.")] = "UTC",
    currency: Annotated[str, typer.Option(help="In which money is counted, like EUR.")] = "USD",
    json: Json = False,
) -> None:
    """Make another workspace; prints a token for its owner to come in with: ADDRESS/welcome/TOKEN."""
    start_ready()
    from tenure.workspaces import members
    from tenure.workspaces.access import access_for_machine
    from tenure.workspaces.actions import create_workspace
    from tenure.workspaces.roles import Role
    from tenure.workspaces.rules import Settings, problems

    asked = Settings(name.strip(), zone, currency.upper())
    if wrong := problems(asked):
        fail(" ".join(wrong.values()))
    made = create_workspace(asked.name, zone=asked.zone, currency=asked.currency)
    access = access_for_machine(made)
    access.log("made a workspace", made.name)
    token = members.invite(access, Role.OWNER)
    if json:
        print_json({"id": made.pk, "name": made.name, "welcome": f"/welcome/{token}"})
        return
    typer.echo(f"/welcome/{token}")
    errors.print("Open this below Tenure's address to become its owner; it works once, for seven days.")


@workspaces.command("list")
def list_workspaces(json: Json = False) -> None:
    """List all workspaces, oldest first."""
    start_ready()
    from tenure.workspaces.access import all_workspaces

    rows = [{field: getattr(row, field) for field in _SHOWN} for row in all_workspaces()]
    if json:
        print_json(rows)
        return
    for row in rows:
        console.print(f"{row['id']}  {escape(row['name'])}", highlight=False)
