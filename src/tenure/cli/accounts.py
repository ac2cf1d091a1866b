"""`tenure accounts`: merge what is one customer, split what is two, and take either back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from tenure.cli.base import Json, WorkspaceOption, app, console, fail, open_workspace, print_json

if TYPE_CHECKING:
    from tenure.accounts.models import Account, Person, Regrouping
    from tenure.accounts.previewing import Preview
    from tenure.workspaces.access import Access

accounts = typer.Typer(no_args_is_help=True, help="Merge, split, and undo: customers and their people.")
app.add_typer(accounts, name="accounts")

People = Annotated[bool, typer.Option("--people", help="They are people, not accounts.")]


@accounts.command()
def merge(
    kept: Annotated[str, typer.Argument(help="Who stays: an id or a name (of people, id or e-mail).")],
    other: Annotated[str, typer.Argument(help="Who goes, and counts for the first from now on.")],
    people: People = False,
    take: Annotated[
        list[str] | None, typer.Option(help="A field in which the other's value wins; may be repeated.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would move, and change nothing.")
    ] = False,
    workspace: WorkspaceOption = "",
    json: Json = False,
) -> None:
    """Let everything of one account (or person) count for another. `accounts undo` takes it back."""
    access = open_workspace(workspace)
    from tenure.accounts import merging, previewing

    kind, stays, goes = _kind(people), _found(access, kept, people), _found(access, other, people)
    preview = _or_fail(lambda: previewing.preview(access, kind, stays.pk, goes.pk))
    chosen = _fields(preview, take or [])
    if dry_run:
        _show_preview(access, preview, chosen, json)
        return
    _show_done(merging.merge(access, kind, stays.pk, goes.pk, chosen), json)


@accounts.command()
def split(
    source: Annotated[str, typer.Argument(help="The account (or person) of whom something is taken off.")],
    observed: Annotated[
        list[str] | None, typer.Option("--id", help="An id it is observed under; may be repeated.")
    ] = None,
    person: Annotated[
        list[str] | None, typer.Option(help="A person who goes with it, by id or e-mail; may be repeated.")
    ] = None,
    subscription: Annotated[
        list[str] | None, typer.Option(help="A contract that goes with it, by its id; may be repeated.")
    ] = None,
    name: Annotated[str, typer.Option(help="What the new one is called.")] = "",
    people: People = False,
    workspace: WorkspaceOption = "",
    json: Json = False,
) -> None:
    """Make observed ids, people and contracts an account (or a person) of their own."""
    access = open_workspace(workspace)
    from tenure.accounts import merging
    from tenure.accounts.merging import Apart
    from tenure.revenue.models import Subscription

    contracts = access.of(Subscription).filter(external_id__in=subscription or [])
    apart = Apart(
        name,
        tuple(observed or ()),
        tuple(_found(access, one, people=True).pk for one in person or ()),
        {Subscription._meta.db_table: list(contracts.values_list("pk", flat=True))},
    )
    whose = _found(access, source, people)
    _show_done(_or_fail(lambda: merging.split(access, _kind(people), whose.pk, apart)), json)


@accounts.command("set")
def set_value(
    account: Annotated[str, typer.Argument(help="Its id or name.")],
    field: Annotated[str, typer.Argument(help="name, domain, owner, segment, or an attribute.")],
    value: Annotated[str, typer.Argument(help="What it is; empty takes it away.")],
    workspace: WorkspaceOption = "",
) -> None:
    """Set a field of an account by hand: it counts more than what files and the product say."""
    access = open_workspace(workspace)
    from tenure.accounts import by_hand
    from tenure.accounts.statements import COLUMNS

    key = field if field in COLUMNS else f".{field}"
    found = _found(access, account, people=False)
    try:
        by_hand.set_by_hand(access, found.pk, key, value)
    except ValueError as wrong:
        fail(f"{field}: {wrong}")
    console.print(f"{escape(str(found))}: {escape(field)} is {escape(value) or 'empty'} now, by hand.")


@accounts.command("duplicates")
def list_duplicates(
    people: People = False,
    workspace: WorkspaceOption = "",
    json: Json = False,
) -> None:
    """Look for accounts (or people) that may be one, and list them, the surest first."""
    access = open_workspace(workspace, for_reading=True)
    from tenure.accounts import duplicates

    duplicates.find(access.workspace)
    rows = duplicates.proposed(access, _kind(people), most=200)
    if json:
        names = ("reason", "confidence")
        print_json(
            [
                {"one": row.one.external_id, "other": row.other.external_id}
                | {name: getattr(row, name) for name in names}
                for row in rows
            ]
        )
        return
    table = Table("known longer", "and", "why", "how sure", box=None, header_style="bold")
    for row in rows:
        table.add_row(*(escape(str(one)) for one in (row.one, row.other, row.reason, row.says)))
    console.print(table if rows else "Nobody seems to be there twice.")


@accounts.command()
def merges(workspace: WorkspaceOption = "", json: Json = False) -> None:
    """List merges and splits, newest first, and which can be undone."""
    access = open_workspace(workspace, for_reading=True)
    from tenure.accounts import previewing

    rows = previewing.done(access)
    if json:
        print_json([_as_json(one.regrouping) | {"undo_first": one.first} for one in rows])
        return
    table = Table("number", "what", "by", "when", "undo", box=None, header_style="bold")
    for one in rows:
        row = one.regrouping
        undo = "undone" if row.undone_at else f"after: {one.first}" if one.first else "possible"
        table.add_row(
            str(row.pk), escape(str(row)), escape(row.done_by), f"{row.done_at:%Y-%m-%d}", escape(undo)
        )
    console.print(table if rows else "Nothing was merged or split yet.")


@accounts.command()
def undo(
    number: Annotated[int, typer.Argument(help="Its number, from `tenure accounts merges`.")],
    workspace: WorkspaceOption = "",
    json: Json = False,
) -> None:
    """Take a merge or split back: what was, is again."""
    access = open_workspace(workspace)
    from tenure.accounts import merging
    from tenure.accounts.models import Regrouping

    if not access.of(Regrouping).filter(pk=number).exists():
        fail(f"there is no merge or split {number}; `tenure accounts merges` lists them")
    done = _or_fail(lambda: merging.undo(access, number))
    if json:
        print_json(_as_json(done))
    else:
        console.print(f"Undone: {escape(str(done))}.")


def _kind(people: bool) -> str:
    from tenure.accounts.models import Identity

    return Identity.PERSON if people else Identity.ACCOUNT


def _found(access: Access, text: str, people: bool) -> Account | Person:
    from tenure.accounts import queries

    found = queries.find_person(access, text) if people else queries.find_account(access, text)
    if found is None:
        what, known_by = ("person", "e-mail address") if people else ("account", "name")
        fail(f"there is no {what} {text!r}, or several have that {known_by}; give its id")
    return found


def _fields(preview: Preview, take: list[str]) -> list[str]:
    """The fields meant by how they are called; one that does not differ ends the command."""
    by_title = {one.title: one.field for one in preview.conflicts} | {
        one.field: one.field for one in preview.conflicts
    }
    for name in take:
        if name not in by_title:
            titles = ", ".join(one.title for one in preview.conflicts) or "none"
            fail(f"--take {name}: they do not differ in it; they differ in: {titles}")
    return [by_title[name] for name in take]


def _or_fail(act: Callable[[], Any]) -> Any:
    """What `act` gives; what is not possible ends the command with the reason."""
    from tenure.workspaces.members import NotPossible

    try:
        return act()
    except NotPossible as reason:
        fail(str(reason))


def _show_preview(access: Access, preview: Preview, take: list[str], json: bool) -> None:
    moves = preview.moves | {"events": _events(access, preview)}
    arr = _arr(access, preview)
    if json:
        conflicts = [
            {
                "field": one.title,
                "kept": one.kept,
                "other": one.other,
                "wins": "other" if one.field in take else "kept",
            }
            for one in preview.conflicts
        ]
        said = {"kept": str(preview.kept), "other": str(preview.other), "observed": preview.observed}
        print_json(
            said | {"moves": moves, "arr": arr, "completes": preview.completes, "conflicts": conflicts}
        )
        return
    console.print(
        f"[bold]{escape(str(preview.other))}[/bold] would count for [bold]{escape(str(preview.kept))}[/bold]:"
    )
    for title, number in moves.items():
        console.print(f"  {number:>10,}  {escape(title)}")
    if arr:
        console.print(f"  ARR {arr['kept'] or 'no data'} and {arr['other'] or 'no data'}")
    for name, value in preview.completes.items():
        console.print(f"  {escape(name)} becomes {escape(str(value))}")
    for one in preview.conflicts:
        wins, loses = (one.other, one.kept) if one.field in take else (one.kept, one.other)
        console.print(f"  {escape(one.title)} stays {escape(str(wins))}, not {escape(str(loses))}")


def _events(access: Access, preview: Preview) -> int:
    from tenure.accounts.models import Identity
    from tenure.events import queries
    from tenure.events.queries import EventFilter

    is_account = preview.kind == Identity.ACCOUNT
    chosen = (
        EventFilter(account_id=preview.other.pk) if is_account else EventFilter(person_id=preview.other.pk)
    )
    return queries.count(access, chosen)


def _arr(access: Access, preview: Preview) -> dict[str, str]:
    """What each pays a year, in words; nothing of people."""
    from tenure.accounts.models import Identity
    from tenure.kit import words
    from tenure.revenue.queries import money_of

    if preview.kind != Identity.ACCOUNT:
        return {}
    found = {
        name: money_of(access, one.pk) for name, one in (("kept", preview.kept), ("other", preview.other))
    }
    return {
        name: "" if one.arr_minor is None else words.money_exact(one.arr_minor, one.currency)
        for name, one in found.items()
    }


def _show_done(done: Regrouping, json: bool) -> None:
    if json:
        print_json(_as_json(done))
    else:
        console.print(f"{escape(str(done))}. `tenure accounts undo {done.pk}` takes it back.")


def _as_json(done: Regrouping) -> dict[str, Any]:
    names = (
        "what",
        "kind",
        "kept_id",
        "kept_name",
        "other_id",
        "other_name",
        "other_ref",
        "done_by",
        "done_at",
    )
    return {"number": done.pk} | {name: getattr(done, name) for name in (*names, "undone_at")}
