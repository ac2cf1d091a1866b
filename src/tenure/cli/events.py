"""`tenure events`: what was collected, as a list or a number; its dictionary; what was set aside."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer
from rich.table import Table

from tenure.cli.base import Json, WorkspaceOption, app, console, fail, open_workspace, print_json

if TYPE_CHECKING:
    from tenure.events.mending import AnyRule
    from tenure.events.names import Name
    from tenure.events.queries import EventFilter, EventRow
    from tenure.workspaces.access import Access

DAY = "%Y-%m-%d"


events_app = typer.Typer(invoke_without_command=True)
app.add_typer(events_app, name="events")
PUT_THROUGH_AT_ONCE = 500


@events_app.callback()
def events(
    context: typer.Context,
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
    if context.invoked_subcommand:
        return
    access = open_workspace(workspace, for_reading=True)
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


@events_app.command()
def dictionary(workspace: WorkspaceOption = "", json: Json = False) -> None:
    """Which events there are, since when, how many in 28 days, and which have stopped arriving."""
    access = open_workspace(workspace, for_reading=True)
    from tenure.events import dictionary as words
    from tenure.events import names

    words.refresh(access.workspace)
    found = names.names(access, most=words.MOST_NAMES)
    if json:
        print_json([_name_as_json(one) for one in found])
        return
    table = Table("event", "kind", "28 days", "people", "customers", "first", "last", "", box=None)
    for one in found:
        counts = (f"{number:,}" for number in (one.events, one.people, one.accounts))
        days = (f"{one.first_seen:%Y-%m-%d}", f"{one.last_seen:%Y-%m-%d}")
        table.add_row(
            _plain(one.event), one.kind, *counts, *days, "stopped arriving" if one.has_stopped else ""
        )
    console.print(table)


@events_app.command()
def rejected(
    reason: Annotated[str, typer.Option(help="Only of this reason, e.g. nobody.")] = "",
    mend: Annotated[str, typer.Option(help="A rule, e.g. 'rename usr to userId', 'cut event to 200'.")] = "",
    replay: Annotated[bool, typer.Option("--replay", help="Put them through again, mended.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="How many to list.")] = 100,
    workspace: WorkspaceOption = "",
    json: Json = False,
) -> None:
    """Show what was set aside and why, or put it through again.

    With --mend and without --replay it says how many would go through.
    """
    access = open_workspace(workspace)
    from tenure.events import mending

    try:
        rule = mending.read(mend) if mend else None
    except mending.RuleProblem as problem:
        fail(str(problem))
    if replay:
        _replay(access, reason, rule, json)
    elif rule:
        _would_go(access, reason, rule, json)
    else:
        _list_rejected(access, reason, limit, json)


def _replay(access: Access, reason: str, rule: AnyRule | None, json: bool) -> None:
    """Put all through, here and now, some hundred at a time."""
    from tenure.events import actions
    from tenure.events.actions import BusyError

    done, ids, wrong = 0, _waiting(access, reason), 0
    try:
        for start in range(0, len(ids), PUT_THROUGH_AT_ONCE):
            some = actions.replay(access, ids[start : start + PUT_THROUGH_AT_ONCE], _mend(rule))
            done, wrong = done + some.done, wrong + len(some.still_wrong)
    except BusyError as busy:
        fail(str(busy))
    access.log("mended events", f"{done:,} of {len(ids):,}: {rule or 'as they came'}")
    if json:
        print_json({"went_through": done, "still_rejected": wrong})
    else:
        console.print(f"{done:,} went through, {wrong:,} are still rejected.")


def _would_go(access: Access, reason: str, rule: AnyRule, json: bool) -> None:
    from tenure.events import actions
    from tenure.events.models import RejectedEvent

    ids, wrong = _waiting(access, reason), 0
    for start in range(0, len(ids), PUT_THROUGH_AT_ONCE):
        some = list(access.of(RejectedEvent).filter(pk__in=ids[start : start + PUT_THROUGH_AT_ONCE]))
        wrong += len(actions.would_go(access.workspace, some, _mend(rule)))
    if json:
        print_json({"would_go_through": len(ids) - wrong, "still_rejected": wrong})
    else:
        console.print(f"{len(ids) - wrong:,} would go through, {wrong:,} not; do it with --replay.")


def _list_rejected(access: Access, reason: str, limit: int, json: bool) -> None:
    from tenure.events.models import RejectedEvent

    rows = list(access.of(RejectedEvent).filter(pk__in=_waiting(access, reason)[:limit]).order_by("-pk"))
    if json:
        keys = ("id", "reason", "says", "received_at", "body", "mended")
        print_json([{key: getattr(row, key) for key in keys} for row in rows])
    elif rows:
        table = Table("received (UTC)", "reason", "what is wrong", box=None, header_style="bold")
        for row in rows:
            table.add_row(f"{row.received_at:%Y-%m-%d %H:%M:%S}", row.reason, _plain(row.says))
        console.print(table)
    else:
        console.print("Nothing is set aside.")


def _waiting(access: Access, reason: str) -> list[int]:
    """The numbers of what waits, newest first."""
    from tenure.events.models import RejectedEvent

    rows = access.of(RejectedEvent).filter(replayed_at=None)
    if reason:
        rows = rows.filter(reason=reason)
    return list(rows.order_by("-pk").values_list("pk", flat=True))


def _mend(rule: AnyRule | None) -> Callable[[str], str]:
    from tenure.events import mending

    return partial(mending.mend_text, one=rule)


def _name_as_json(one: Name) -> dict[str, Any]:
    keys = (
        "event kind first_seen last_seen events people accounts weeks has_stopped is_retired description"
    ).split()
    return {key: getattr(one, key) for key in keys} | {"properties": one.properties}


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
