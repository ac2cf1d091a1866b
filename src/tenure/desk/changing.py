"""Changes to one customer or to many: each one set operation, written down so that it can be taken back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models import OuterRef, QuerySet, Subquery

from tenure.accounts import editing
from tenure.accounts.models import Account
from tenure.desk.models import Change, ChangedRow
from tenure.kit import clock, live, words
from tenure.kit.ids import new_id
from tenure.kit.pieces import pieces
from tenure.touchpoints.actions import LONGEST
from tenure.touchpoints.models import Note
from tenure.warnings import bulk
from tenure.warnings.actions import TOPIC
from tenure.warnings.bulk import PutOff
from tenure.workspaces.access import Access, access_for_machine
from tenure.workspaces.roles import Right

COLUMNS = (Change.OWNER, Change.SEGMENT, Change.NAME, Change.DOMAIN)
DID = {
    Change.OWNER: "set the owner",
    Change.SEGMENT: "set the segment",
    Change.NAME: "renamed",
    Change.DOMAIN: "set the domain",
    Change.SNOOZE: "put the warnings of many off",
    Change.NOTE: "wrote a note",
}


@transaction.atomic
def set_column(access: Access, accounts: QuerySet[Account], column: str, text: str) -> Change:
    """Give all these accounts the same owner, segment, name or domain. ValueError says what is wrong.

    Those that have it already are left alone and not counted.
    """
    access.require(Right.WORK)
    value = editing.cleaned(column, text)
    change = _begin(access, column, value)
    meant = _ours(access, accounts).exclude(**{column: value})
    _keep(change, meant, column)
    editing.assign(access.workspace, _changed(access, change), column, value, access.who)
    return _end(access, change, change.rows.count())


@transaction.atomic
def snooze(access: Access, accounts: QuerySet[Account], until: date) -> Change:
    """Put off everything that is open for these accounts. ValueError unless `until` lies within a year."""
    access.require(Right.WORK)
    change = _begin(access, Change.SNOOZE, until.isoformat())
    found = bulk.snooze(access, _ours(access, accounts), until)
    rows = ((one.account_id, one.warning_id, one.before.isoformat() if one.before else "") for one in found)
    _keep_rows(change, rows)
    return _end(access, change, len({one.account_id for one in found}))


@transaction.atomic
def write_notes(access: Access, accounts: QuerySet[Account], text: str) -> Change:
    """Write the same note about each of these accounts. ValueError if it is empty or too long."""
    access.require(Right.WORK)
    text = text.strip()
    if not 0 < len(text) <= LONGEST:
        raise ValueError(f"a note has 1 to {LONGEST:,} letters, not {len(text):,}")
    change = _begin(access, Change.NOTE, text[:300])
    ids, at = list(_ours(access, accounts).values_list("pk", flat=True)), clock.now()
    notes = [(account_id, new_id()) for account_id in ids]
    for piece in pieces(notes):
        Note.objects.bulk_create(
            Note(
                pk=key,
                workspace=access.workspace,
                account_id=account_id,
                author=access.who,
                text=text,
                happened_at=at,
            )
            for account_id, key in piece
        )
    _keep_rows(change, ((account_id, key, "") for account_id, key in notes))
    return _end(access, change, len(notes))


@transaction.atomic
def undo(access: Access, change_id: str) -> Change:
    """Put back what stood there before, where nobody has changed it since. Twice is as good as once.

    Only whoever made a change takes it back, or who administers the workspace.
    """
    access.require(Right.WORK)
    change = _made(access, change_id)
    if change.undone_at is not None:
        return change
    # What was theirs when they changed it may be in another's book by now, and all the more by this change.
    everybody = access_for_machine(access.workspace)
    if change.kind in COLUMNS:
        _put_back(everybody, change)
    elif change.kind == Change.SNOOZE:
        bulk.bring_back(everybody, _put_off(change), date.fromisoformat(change.value))
    else:
        _take_back_notes(everybody, change)
    change.undone_at = clock.now()
    change.save(update_fields=["undone_at"])
    access.log(f"undid: {DID[change.kind]}", _what(change))
    _tell(access, change)
    return change


def _made(access: Access, change_id: str) -> Change:
    """A change that the caller may take back."""
    own = Change.objects.filter(workspace=access.workspace, pk=change_id, who=access.who).first()
    change = own or access.get(Change, change_id)
    if own is None and not access.may(Right.ADMINISTER):
        raise PermissionDenied("only whoever made a change may take it back")
    return change


def _begin(access: Access, kind: str, value: str) -> Change:
    return Change.objects.create(workspace=access.workspace, who=access.who, kind=kind, value=value)


def _end(access: Access, change: Change, count: int) -> Change:
    """Count it, write it into the audit log, tell open pages; a change of nothing is none."""
    if not count:
        change.delete()
        change.count = 0
        return change
    change.count = count
    if count == 1:
        change.account_id = change.rows.values_list("account_id", flat=True)[0]
    change.save(update_fields=["count", "account"])
    access.log(DID[change.kind], _what(change))
    _tell(access, change)
    return change


def _what(change: Change) -> str:
    return f"{change.value or 'none'}: {words.count(change.count, 'customer')}"


def _tell(access: Access, change: Change) -> None:
    ids = list(change.rows.values_list("account_id", flat=True).distinct()[:101])
    live.publish(access.workspace.id, TOPIC, ids if len(ids) <= 100 else ())


def _ours(access: Access, accounts: QuerySet[Account]) -> QuerySet[Account]:
    """Those that the caller may reach, whatever was asked for."""
    return access.of(Account).filter(pk__in=accounts.order_by().values("pk"))


def _changed(access: Access, change: Change) -> QuerySet[Account]:
    return access.of(Account).filter(pk__in=change.rows.values("record"))


def _keep(change: Change, accounts: QuerySet[Account], column: str) -> None:
    """Copy what stands in a column now, inside the database: ten or a hundred thousand rows alike."""
    shown = accounts.order_by().values_list("pk", column)
    sql, params = shown.query.sql_with_params()
    into = connection.ops.quote_name(ChangedRow._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {into} (change_id, workspace_id, account_id, record, before)"  # noqa: S608 (our own names)
            f" WITH meant (id, before) AS ({sql}) SELECT %s, %s, id, id, before FROM meant",
            [*params, change.pk, change.workspace_id],
        )


def _keep_rows(change: Change, rows: Iterable[tuple[str, str, str]]) -> None:
    """The same for rows at hand: account, record, what stood there."""
    kept = [
        ChangedRow(
            change=change,
            workspace_id=change.workspace_id,
            account_id=account_id,
            record=record,
            before=before,
        )
        for account_id, record, before in rows
    ]
    for piece in pieces(kept):
        ChangedRow.objects.bulk_create(piece)


def _put_back(access: Access, change: Change) -> None:
    before = ChangedRow.objects.filter(change=change, record=OuterRef("pk")).values("before")[:1]
    untouched = _changed(access, change).filter(**{change.kind: change.value})
    editing.assign(access.workspace, untouched, change.kind, Subquery(before), access.who)


def _put_off(change: Change) -> Sequence[PutOff]:
    rows = change.rows.values_list("account_id", "record", "before")
    return [
        PutOff(key, record, date.fromisoformat(before) if before else None) for key, record, before in rows
    ]


def _take_back_notes(access: Access, change: Change) -> None:
    access.of(Note).filter(pk__in=change.rows.values("record")).delete()
