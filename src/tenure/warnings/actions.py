"""Writes about warnings: keeping them true, and handling them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction

from tenure.accounts.models import Account
from tenure.kit import clock, live
from tenure.kit.pieces import pieces
from tenure.touchpoints import actions as touchpoints
from tenure.warnings import history, priorities
from tenure.warnings.known import Ids, among, gather
from tenure.warnings.models import EarlyWarning
from tenure.warnings.queries import visible
from tenure.warnings.rules import CAUSES, Finding, findings, rank
from tenure.workspaces.access import Access, access_for_machine
from tenure.workspaces.models import Workspace
from tenure.workspaces.roles import Right

TOPIC = "accounts"  # what open pages are told
PUT_OFF = "put warnings off"  # in the audit log
LATEST_DAYS = 366  # how long a warning can be put off
_MANY = 5_000  # from here on it is cheaper to look at all

Found = Mapping[tuple[str, str], Finding]  # by account and cause


@dataclass(frozen=True)
class Refreshed:
    """What became of the warnings of the accounts that were looked at."""

    opened: int = 0
    updated: int = 0
    closed: int = 0


@dataclass(frozen=True)
class Handled:
    """What was dealt with or put off, and what `undo` needs to bring it back."""

    account_id: str
    name: str
    warning_ids: tuple[str, ...]
    until: date | None = None
    note_id: str = ""


def refresh(workspace: Workspace, account_ids: Collection[str] | None = None) -> Refreshed:
    """Make the warnings of these accounts (None: all) true as of today: open, reword, close. Idempotent."""
    access = access_for_machine(workspace)
    today = clock.today(workspace.zone)
    ids = _of_workspace(access, account_ids)
    history.refresh(access, ids, today)
    found = {
        (known.account_id, cause): finding
        for known in gather(access, ids, today)
        for cause, finding in findings(known).items()
    }
    done = _make_true(access, ids, found, today)
    priorities.rewrite(access, ids, today)
    return done


def _of_workspace(access: Access, account_ids: Collection[str] | None) -> Ids:
    """Those of the ids that are accounts of the workspace; None for so many that all is quicker."""
    if account_ids is None or len(account_ids) > _MANY:
        return None
    return list(access.of(Account).filter(pk__in=account_ids).values_list("pk", flat=True))


def _make_true(access: Access, ids: Ids, found: Found, today: date) -> Refreshed:
    """Bring the table in line with what was found, in short transactions: each is a step nearer."""
    rows = among(access, EarlyWarning, ids).filter(closed_on=None)
    standing = {(row.account_id, row.cause): row for row in rows}
    gone = [row.pk for key, row in standing.items() if key not in found]
    changed = [row for key, row in standing.items() if key in found and _reworded(row, found[key])]
    opened = _new(access, ids, {key: found[key] for key in found.keys() - standing.keys()}, today)
    for piece in pieces(gone):
        access.of(EarlyWarning).filter(pk__in=piece).update(closed_on=today, updated_at=clock.now())
    for rewritten in pieces(changed):
        EarlyWarning.objects.bulk_update(rewritten, ["says", "pill", "facts", "updated_at"])
    for new in pieces(opened):
        EarlyWarning.objects.bulk_create(new, ignore_conflicts=True)
    return Refreshed(len(opened), len(changed), len(gone))


def _reworded(row: EarlyWarning, finding: Finding) -> bool:
    """Take over what is said now; whether that differs."""
    now = (finding.says, finding.pill, dict(finding.facts))
    if (row.says, row.pill, row.facts) == now:
        return False
    row.says, row.pill, row.facts = now
    row.updated_at = clock.now()
    return True


def _new(access: Access, ids: Ids, found: Found, today: date) -> list[EarlyWarning]:
    """New warnings; one whose cause went and came back stays as quiet as somebody made it."""
    quiet = {
        (row.account_id, row.cause): row
        for row in among(access, EarlyWarning, ids).filter(snoozed_until__gt=today).order_by("opened_on")
    }
    return [
        _opened(access, key, finding, quiet.get(key), today)
        for key, finding in sorted(found.items(), key=lambda item: item[0])
    ]


def _opened(
    access: Access, key: tuple[str, str], finding: Finding, quiet: EarlyWarning | None, today: date
) -> EarlyWarning:
    account_id, cause = key
    return EarlyWarning(
        workspace=access.workspace,
        account_id=account_id,
        cause=cause,
        says=finding.says,
        pill=finding.pill,
        facts=dict(finding.facts),
        is_opportunity=CAUSES[cause].is_opportunity,
        rank=rank(cause),
        opened_on=today,
        snoozed_until=quiet.snoozed_until if quiet else None,
        done_at=quiet.done_at if quiet else None,
        done_by=quiet.done_by if quiet else "",
    )


@transaction.atomic
def done(access: Access, account_id: str, note: str = "") -> Handled:
    """Somebody took the step: a note says so, and its causes are quiet for as long as each needs to work.

    Nothing happens where nothing is open (somebody was faster, or pressed twice).
    """
    rows, handled = _open(access, account_id)
    if not rows:
        return handled
    today = clock.today(access.workspace.zone)
    for row in rows:
        row.snoozed_until = today + timedelta(days=CAUSES[row.cause].quiet_days)
        row.done_at, row.done_by = clock.now(), access.who
    EarlyWarning.objects.bulk_update(rows, ["snoozed_until", "done_at", "done_by"])
    _reorder(access, account_id, today)
    step = f"Done: {CAUSES[rows[0].cause].step}."
    written = touchpoints.write_note(access, account_id, f"{step} {note.strip()}")
    live.publish(access.workspace.id, TOPIC, [account_id])
    until = min(row.snoozed_until for row in rows if row.snoozed_until)
    return Handled(account_id, handled.name, handled.warning_ids, until, written.pk)


@transaction.atomic
def snooze(access: Access, account_id: str, until: date) -> Handled:
    """Put everything that is open off until a day. ValueError unless it lies within a year."""
    rows, handled = _open(access, account_id)
    today = clock.today(access.workspace.zone)
    if not today < until <= today + timedelta(days=LATEST_DAYS):
        raise ValueError(f"choose a day after today and within a year, not {until.isoformat()}")
    for row in rows:
        row.snoozed_until = until
    EarlyWarning.objects.bulk_update(rows, ["snoozed_until"])
    if rows:
        access.log(PUT_OFF, handled.name)
    _reorder(access, account_id, today)
    live.publish(access.workspace.id, TOPIC, [account_id])
    return Handled(account_id, handled.name, handled.warning_ids, until)


@transaction.atomic
def undo(access: Access, account_id: str, warning_ids: Collection[str], note_id: str = "") -> Handled:
    """Bring back what `done` or `snooze` made quiet, and take back the note that said so."""
    access.require(Right.WORK)
    account = access.get(Account, account_id)
    rows = access.of(EarlyWarning).filter(account=account, pk__in=warning_ids, closed_on=None)
    rows.update(snoozed_until=None, done_at=None, done_by="")
    _reorder(access, account.pk, clock.today(access.workspace.zone))
    if note_id:
        touchpoints.remove_note(access, note_id)
    live.publish(access.workspace.id, TOPIC, [account_id])
    return Handled(account_id, account.name, tuple(warning_ids))


def _reorder(access: Access, account_id: str, today: date) -> None:
    """Put an account in its place among all of the workspace, whoever handled it."""
    priorities.rewrite(access_for_machine(access.workspace), [account_id], today)


def _open(access: Access, account_id: str) -> tuple[list[EarlyWarning], Handled]:
    """An account's warnings that are neither closed nor quiet, most urgent first."""
    access.require(Right.WORK)
    account = access.get(Account, account_id)
    today = clock.today(access.workspace.zone)
    rows = list(visible(access, today).filter(account=account).order_by("rank"))
    return rows, Handled(account.pk, account.name, tuple(row.pk for row in rows))
