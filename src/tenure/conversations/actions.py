"""Writes about tickets: what a source says becomes versions, whatever is said twice stays one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from django.db import transaction

from tenure.accounts.actions import Upserted, accounts_told_of, people_told_of
from tenure.conversations.models import Ticket, TicketVersion
from tenure.conversations.rules import NAMES, Told, completed, learnt_at
from tenure.kit import announcing, bulk, clock, upserts
from tenure.kit.columns import Columns
from tenure.workspaces.models import Workspace


@dataclass(frozen=True, kw_only=True)
class TicketRow(Told):
    """What a source says about one ticket; ids are the source's own. None and empty: not said."""

    ticket_id: str

    def told(self) -> Told:
        """The same, without whose id it stands under."""
        return Told(**{name: getattr(self, name) for name in NAMES})


_TICKETS = upserts.Versioned(Ticket, TicketVersion, "ticket_id")


@dataclass
class _Changes:
    """What one chunk of rows leads to, gathered before it is written."""

    added: int = 0
    changed: int = 0
    versions: list[TicketVersion] = field(default_factory=list)
    superseded: list[TicketVersion] = field(default_factory=list)


def upsert_ticket_columns(workspace: Workspace, told: Columns[TicketRow]) -> Upserted:
    """Write down what a source says about tickets, known by its ids. Counts are of distinct tickets.

    Saying the same again changes nothing; no row is made of those that are new or the same. A later reply
    or solution counts from when it happened, any other change from now on. Accounts and people not known
    yet are added bare.
    """
    accounts = accounts_told_of(workspace, told["account_id"])
    people = people_told_of(workspace, [one or "" for one in told["person_id"]], told["account_id"])
    ours = Columns(TicketRow, {**told.said, "account_id": accounts, "person_id": people})
    total = Upserted()
    for chunk in ours.latest(ours["ticket_id"]).chunks():
        total += _upsert(workspace, chunk)
    return total


@transaction.atomic(savepoint=False)
def _upsert(workspace: Workspace, told: Columns[TicketRow]) -> Upserted:
    """Of our accounts and people."""
    refs = told["ticket_id"]
    known = _TICKETS.known(workspace.id, refs, ["account_id"], NAMES)
    rows = zip(refs, told["account_id"], _TICKETS.as_kept(told.said, NAMES), strict=True)
    same = [ref in known and known[ref].has((account,), said) for ref, account, said in rows]
    new = [ref not in known for ref in refs]
    done = Upserted(same=sum(same), ids={ref: one.id for ref, one in known.items()})
    add, follow = partial(_add, workspace), partial(_follow, workspace)
    return sum(upserts.each_its_way(told, new, same, add, follow), done)


def _add(workspace: Workspace, new: Columns[TicketRow]) -> Upserted:
    """Add tickets that are not known yet; what is said of them counts from when they were opened."""
    now, opened = bulk.kept_instant(clock.now()), new["opened_at"]
    recorded = bulk.Instants([one if one < now else now for one in opened])
    things = {"external_id": new["ticket_id"], "account_id": new["account_id"]}
    said = {**new.some(NAMES), "recorded_at": recorded}
    ids = _TICKETS.add(workspace.id, things, new["ticket_id"], said)
    _announce(workspace, new["account_id"], bulk.read_instant(min(opened)))
    return Upserted(added=len(ids), ids=ids)


def _follow(workspace: Workspace, rows: Sequence[TicketRow]) -> Upserted:
    """Work out what rows say of tickets that are there."""
    told = {row.ticket_id: row.told() for row in rows}
    there = upserts.there(Ticket, workspace.id, told)
    on_record = _on_record(workspace, there.values())
    tickets = _tickets(workspace, told, there)
    found = _Changes()
    for ref, said in told.items():
        _apply(workspace, tickets[ref], on_record.get(tickets[ref].pk), said, found)
    _save(workspace, found)
    ids = {ref: one.pk for ref, one in tickets.items()}
    return Upserted(found.added, found.changed, len(rows) - found.added - found.changed, ids)


def _on_record(workspace: Workspace, tickets: Collection[Ticket]) -> dict[str, TicketVersion]:
    """The versions in force of these tickets."""
    if not tickets:
        return {}
    versions = TicketVersion.objects.filter(
        workspace=workspace, ticket__in=[one.pk for one in tickets], superseded_at=None
    )
    return {version.ticket_id: version for version in versions}


def _tickets(
    workspace: Workspace, told: Mapping[str, Told], there: Mapping[str, Ticket]
) -> dict[str, Ticket]:
    """Tickets by the source's id; new ones are added, moved ones saved."""
    found = dict(there)
    moved = []
    for ref, said in told.items():
        one = found.get(ref) or bulk.new(Ticket, workspace_id=workspace.id, external_id=ref)
        found[ref] = one
        if one.account_id != said.account_id:
            one.account_id = said.account_id
            moved.append(one)
    bulk.save(moved, ["id"], ["account"])
    return found


def _apply(
    workspace: Workspace, ticket: Ticket, before: TicketVersion | None, said: Told, found: _Changes
) -> None:
    """Work out one ticket's next version, if what is said differs."""
    known = Told(**{name: getattr(before, name) for name in NAMES}) if before else None
    said = completed(said, known)
    if said == known:
        return
    now = clock.now()
    recorded_at = min(learnt_at(known, said) or now, now)
    if before:
        before.superseded_at = recorded_at = max(recorded_at, before.recorded_at)
        found.superseded.append(before)
    found.added, found.changed = found.added + (before is None), found.changed + (before is not None)
    found.versions.append(
        bulk.new(
            TicketVersion,
            workspace_id=workspace.id,
            ticket_id=ticket.pk,
            recorded_at=recorded_at,
            **vars(said),
        )
    )


def _save(workspace: Workspace, found: _Changes) -> None:
    if not found.versions:
        return
    bulk.save(found.superseded, ["id"], ["superseded_at"])
    bulk.add(found.versions)
    concerned = [*found.versions, *found.superseded]
    _announce(workspace, [one.account_id for one in concerned], min(one.opened_at for one in concerned))


def _announce(workspace: Workspace, account_ids: Collection[str], first: datetime) -> None:
    day = first.astimezone(ZoneInfo(workspace.zone)).date()
    announcing.records_changed(workspace.id, "ticket", account_ids, day)
