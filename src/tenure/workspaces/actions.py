"""Writes about workspaces: one verb each, one transaction."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, timedelta

from django.db import transaction

from tenure.kit import clock, crypto, outbox
from tenure.kit.facts import RecordsChanged
from tenure.workspaces.access import Access
from tenure.workspaces.models import AuditEntry, Key, Membership, Workspace
from tenure.workspaces.roles import Right, Role
from tenure.workspaces.rules import Settings, problems, said

FEWEST_AUDIT_DAYS, MOST_AUDIT_DAYS = 30, 36_500
SCOPES = tuple(right for right in Right if right is not Right.OWN)  # what an API key can be given
MOST_KEY_DAYS = 3_650
OF_FIGURES = {"key_features"}  # what those may change who only define figures


@transaction.atomic
def create_workspace(name: str, **fields: object) -> Workspace:
    """A new, empty workspace."""
    return Workspace.objects.create(name=name, **fields)


@transaction.atomic
def found_workspace(access: Access, settings: Settings) -> Workspace:
    """Another workspace, which belongs to the caller; ValueError for bad settings."""
    access.require(Right.OWN)
    if wrong := problems(settings):
        raise ValueError(wrong)
    workspace = create_workspace(settings.name, zone=settings.zone, currency=settings.currency)
    if access.user is not None:
        Membership.objects.create(workspace=workspace, user=access.user, role=Role.OWNER)
    access.log("made a workspace", workspace.name)
    replace(access, workspace=workspace).log("made a workspace", workspace.name)
    return workspace


@transaction.atomic
def change_security(access: Access, *, needs_second_factor: bool, audit_days: int) -> Workspace:
    """Whether members need a second factor, and how long the audit log is kept; ValueError for too short."""
    access.require(Right.ADMINISTER)
    if not FEWEST_AUDIT_DAYS <= audit_days <= MOST_AUDIT_DAYS:
        raise ValueError(f"Keep it for {FEWEST_AUDIT_DAYS} to {MOST_AUDIT_DAYS:,} days.")
    workspace = Workspace.objects.select_for_update().get(pk=access.workspace.pk)
    new = {"needs_second_factor": needs_second_factor, "audit_days": audit_days}
    old = {field: getattr(workspace, field) for field in new}
    workspace.needs_second_factor, workspace.audit_days = needs_second_factor, audit_days
    if old != new:
        workspace.save(update_fields=list(new))
        access.log("changed security", said(old, new))
    return workspace


def forget_old_entries() -> None:
    """Delete what is older than each workspace keeps of its audit log."""
    for workspace in Workspace.objects.only("audit_days"):
        too_old = clock.now() - timedelta(days=workspace.audit_days)
        AuditEntry.objects.filter(workspace=workspace, recorded_at__lt=too_old).delete()


@transaction.atomic
def create_key(
    access: Access,
    kind: str = Key.WRITE,
    name: str = "default",
    scopes: Collection[str] = (),
    days: int | None = None,
) -> str:
    """A new key, returned once; only its hash is kept.

    An API key reads, and does what its `scopes` say besides; it ends after `days` (None: never). ValueError
    for what nobody may give: a scope that is none, that the caller lacks, or owning; an end for a key that
    sends.
    """
    access.require(Right.ADMINISTER)
    granted = _scopes(access, kind, scopes, days)
    token = ("tw_" if kind == Key.WRITE else "ta_") + crypto.new_token()
    Key.objects.create(
        workspace=access.workspace,
        kind=kind,
        name=name,
        prefix=token[:10],
        key_hash=crypto.hash_token(token),
        scopes=granted,
        expires_at=clock.now() + timedelta(days=days) if days else None,
    )
    about = f": {', '.join([Right.READ, *granted])}; ends {f'in {days} days' if days else 'never'}"
    access.log("created key", f"{kind} {name}{about if kind == Key.API else ''}")
    return token


def _scopes(access: Access, kind: str, scopes: Collection[str], days: int | None) -> list[str]:
    """The scopes in order, without reading, which every key may."""
    if kind == Key.WRITE and (scopes or days):
        raise ValueError("a write key only sends: it has no scopes and no end, since events would be lost")
    if days is not None and not 1 <= days <= MOST_KEY_DAYS:
        raise ValueError(f"a key lasts 1 to {MOST_KEY_DAYS:,} days, or until it is revoked")
    may = [right.value for right in SCOPES if access.may(right)]
    if wrong := sorted(set(scopes) - set(may)):
        raise ValueError(f"there is no scope {wrong[0]!r} to give; there are {', '.join(may)}")
    return [scope for scope in may if scope in scopes and scope != Right.READ]


@transaction.atomic
def revoke_key(access: Access, key_id: str) -> Key:
    """Stop a key; what it has already brought in stays."""
    access.require(Right.ADMINISTER)
    key = access.get(Key, key_id)
    if key.revoked_at is None:
        key.revoked_at = clock.now()
        key.save(update_fields=["revoked_at"])
        access.log("revoked key", f"{key.kind} {key.name}")
    return key


@transaction.atomic
def change_settings(access: Access, settings: Settings) -> Workspace:
    """Change what a workspace is called and how its figures are computed; ValueError for bad settings."""
    access.require(Right.DEFINE)
    if wrong := problems(settings):
        raise ValueError(wrong)
    workspace = Workspace.objects.select_for_update().get(pk=access.workspace.pk)
    new = {
        "name": settings.name,
        "zone": settings.zone,
        "currency": settings.currency,
        "own_domains": list(settings.own_domains),
        "key_features": list(settings.key_features),
    }
    old = {field: getattr(workspace, field) for field in new}
    changed = {field for field in new if old[field] != new[field]}
    access.require(Right.DEFINE if changed <= OF_FIGURES else Right.ADMINISTER)
    for field in changed:
        setattr(workspace, field, new[field])
    if changed:
        workspace.save(update_fields=changed)
        access.log("changed settings", said(old, new))
    if {"zone", "currency", "key_features"} & changed:
        outbox.record(
            RecordsChanged(workspace_id=workspace.pk, table="workspace", first_day=date.min.isoformat())
        )
    return workspace


@transaction.atomic
def change_fiscal_year(access: Access, starts: int) -> Workspace:
    """In which month the fiscal year begins, from 1 to 12; ValueError for none."""
    access.require(Right.ADMINISTER)
    if not 1 <= starts <= 12:
        raise ValueError(f"the fiscal year starts in a month from 1 to 12, not {starts}")
    workspace = Workspace.objects.select_for_update().get(pk=access.workspace.pk)
    if workspace.fiscal_year_starts != starts:
        old, workspace.fiscal_year_starts = workspace.fiscal_year_starts, starts
        workspace.save(update_fields=["fiscal_year_starts"])
        access.log("changed settings", said({"fiscal_year_starts": old}, {"fiscal_year_starts": starts}))
    return workspace
