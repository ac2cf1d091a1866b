"""`tenure events`: what was collected, as a list or a number."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer
from rich.table import Table

from tenure.cli.base import Json, WorkspaceOption, app, console, fail, open_workspace, print_json

if TYPE_CHECKING:
    from tenure.events.queries import EventFilter, EventRow
    from tenure.workspaces.access import Access

DAY = "%Y-%m-%d"


@app.command()
def events(
    account: Annotated[str, typer.Option(help="The customer's id or name.")] = "",
    person: Annotated[str, typer.Option(help="The person's id or e-mail address.")] = "",
    name: Annotated[str, typer.Option(help="What was done, e.g. 'Report exported'.")] = "",
    since: Annotated[datetime | None, typer.Option(formats=[DAY], help="First day.")] = None,
    until: Annotated[datetime | None, typer.Option(formats=[DAY], help="Last day.")] = None,
    count: Annotated[bool, typer.Option("--count", help="Print only how many there are.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="How many of the newest to list.")] = 100,
    workspace: WorkspaceOption = "",
    json: Json = False,
) -> None:
    """Show events as they were collected, newest first."""
    access = open_workspace(workspace)
    from tenure.events import queries

    chosen = _filter(access, account, person, name, _day(since), _day(until))
    if count:
        number = queries.count(access, chosen)
        print_json({"count": number}) if json else typer.echo(number)
        return
    rows = queries.find(access, chosen, limit)
    if json:
        print_json([_as_json(row) for row in rows])
    elif rows:
        console.print(_table(rows))
    else:
        console.print("No events. `tenure keys create` makes a key to send some with.")


def _filter(
    access: Access, account: str, person: str, name: str, since: date | None, until: date | None
) -> EventFilter:
    """What was asked for, by our ids; an unknown account or person ends the command."""
    from tenure.accounts.queries import find_account, find_person
    from tenure.events.queries import EventFilter

    found = find_account(access, account) if account else None
    if account and found is None:
        fail(f"there is no account {account!r}, or several have that name; give its id")
    known = find_person(access, person) if person else None
    return EventFilter(
        account_id=found.pk if found else "",
        person_id=known.pk if known else "",
        person_ref=person if known is None else "",
        name=name,
        since=since,
        until=until,
    )


def _day(instant: datetime | None) -> date | None:
    return instant.date() if instant else None


def _as_json(row: EventRow) -> dict[str, Any]:
    """An event by the names of the canonical columns."""
    return {
        "timestamp": row.occurred_at,
        "kind": row.kind,
        "event": row.event,
        "account_id": row.account_ref,
        "person_id": row.person_ref,
        "account": row.account_name,
        "person": row.person_name,
        "message_id": row.message_id,
        "received_at": row.received_at,
        "source": row.source,
        "properties": msgspec.Raw(row.properties.encode()),
    }


def _table(rows: list[EventRow]) -> Table:
    table = Table("when (UTC)", "account", "person", "kind", "event", box=None, header_style="bold")
    for row in rows:
        table.add_row(
            f"{row.occurred_at:%Y-%m-%d %H:%M:%S}",
            *(
                _plain(one)
                for one in (row.account_name, row.person_name or row.person_ref, row.kind, row.event)
            ),
        )
    return table


def _plain(text: str | None) -> str:
    """Text from outside is not markup."""
    from rich.markup import escape

    return escape(text or "–")
