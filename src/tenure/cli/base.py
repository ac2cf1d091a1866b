"""What every command shares: the app, output as text or JSON, and the workspace it works on."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import msgspec
import typer
from rich.console import Console
from rich.markup import escape

if TYPE_CHECKING:
    from tenure.workspaces.access import Access
    from tenure.workspaces.models import Workspace

app = typer.Typer(
    name="tenure",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Customer success, self-hosted: how every customer is doing, why, and what to do about it.",
)
console = Console()
errors = Console(stderr=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
WorkspaceOption = Annotated[
    str,
    typer.Option("--workspace", "-w", help="Name or id, or `demo`; needed only where there are several."),
]
DEMO = "demo"


def say(line: str) -> None:
    """Print one plain line."""
    console.print(line, markup=False, highlight=False, soft_wrap=True)


def fail(says: str) -> NoReturn:
    """End the command with one clear line and exit code 1."""
    errors.print(f"[red]error[/red]: {says}", highlight=False, soft_wrap=True)
    raise typer.Exit(1)


def print_json(value: Any) -> None:
    """Print anything msgspec can encode, indented, keys as given."""
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")


def start_django() -> None:
    """Make the tables usable. Commands call it first, since importing Django takes a moment."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tenure.settings")
    import django

    django.setup()


def start_ready() -> None:
    """Start Django on the data folder; fails with one line if there is none, or its database is not ready."""
    from tenure.jobs import setup
    from tenure.kit import home

    if not home.app_db().exists():
        fail(f"there is no data in {home.home()}; run `tenure up` first, or set TENURE_HOME")
    start_django()
    try:
        setup.require_migrated()
    except setup.NotReady as reason:
        fail(str(reason))


def open_workspace(name: str = "", *, for_reading: bool = False) -> Access:
    """Full access to the workspace named, or to the one that can be meant.

    That is the only one of one's own; `for_reading` and as long as that is empty, the demo beside it, and
    standard error says so. `demo` names the demo. Fails with one line if there is no data folder yet, its
    database is of another version, or the name fits none or several.
    """
    start_ready()
    from tenure.workspaces.access import access_for_machine, all_workspaces

    every = list(all_workspaces())
    named = [one for one in every if not name or name in (one.id, one.name)]
    found = [one for one in named if not one.is_demo] or named or _demos(every, name)
    if len(found) != 1:
        names = ", ".join(one.name for one in every) or "none"
        fail(f"say which workspace with --workspace; there are: {names}")
    if not name:
        found = _instead_of_empty(found[0], _demos(every)) if for_reading else found
    return access_for_machine(found[0])


def _demos(every: list[Workspace], name: str = DEMO) -> list[Workspace]:
    """The demo, if it is asked for by its short name."""
    return [one for one in every if one.is_demo and name == DEMO]


def _instead_of_empty(mine: Workspace, demos: list[Workspace]) -> list[Workspace]:
    """The demo in place of a workspace in which there is nothing yet to look at."""
    from tenure.accounts.models import Account
    from tenure.workspaces.access import access_for_machine

    if mine.is_demo or len(demos) != 1 or access_for_machine(mine).of(Account).exists():
        return [mine]
    says = f"{mine.name} is empty, so this is about {demos[0].name}; -w says which, `-w demo` for that one"
    errors.print(escape(says), style="dim", soft_wrap=True)
    return demos
