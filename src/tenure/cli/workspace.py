"""`tenure workspace`: what the workspace is called, and in which zone and currency it counts."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.markup import escape

from tenure.cli.base import Json, WorkspaceOption, app, console, fail, open_workspace, print_json

_SHOWN = ("id", "name", "zone", "currency")


@app.command()
def workspace(
    name: Annotated[str, typer.Option(help="What it is called.")] = "",
    zone: Annotated[str, typer.Option(help="Where days begin and end, like Europe/Oslo.")] = "",
    currency: Annotated[
        str, typer.Option(help="In which money is counted, like EUR; fixed by the first subscription.")
    ] = "",
    workspace: WorkspaceOption = "",
    json: Json = False,
) -> None:
    """Show the workspace's settings, or change those that are given."""
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
