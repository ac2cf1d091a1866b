"""Whom a key speaks for, what was imported, and what was done."""

from __future__ import annotations

from datetime import datetime

from ninja import Router, Schema

from tenure.sources.models import ImportRun
from tenure.web.api.auth import Asked
from tenure.web.api.paging import After, Limit, Page, page_of, read
from tenure.web.api.problems import ABOUT_ONE, ASKING, Refused, answers
from tenure.workspaces.models import AuditEntry
from tenure.workspaces.roles import Right

router = Router()


class WorkspaceOut(Schema):
    """The workspace a key belongs to, and what it may do there."""

    id: str
    name: str
    zone: str
    currency: str
    is_demo: bool
    rights: list[str]


class ImportOut(Schema):
    """An import of a file."""

    id: str
    kind: str
    filename: str
    status: str
    says: str
    rows_total: int
    rows_read: int
    rows_added: int
    rows_changed: int
    rows_same: int
    rows_rejected: int
    started_by: str
    created_at: datetime


class AuditOut(Schema):
    """A line of the audit log."""

    id: int
    who: str
    did: str
    what: str
    recorded_at: datetime


@router.get("/workspace", response=answers(WorkspaceOut), tags=["about"])
def workspace(request: Asked) -> WorkspaceOut:
    """The workspace this key belongs to."""
    access = request.auth
    one = access.workspace
    return WorkspaceOut(
        id=one.pk,
        name=one.name,
        zone=one.zone,
        currency=one.currency,
        is_demo=one.is_demo,
        rights=sorted(access.rights),
    )


@router.get("/imports", response=answers(Page[ImportOut]), tags=["about"])
def list_imports(request: Asked, limit: Limit = 50, after: After = "") -> Page[ImportOut]:
    """Imports, newest first."""
    rows = request.auth.of(ImportRun).exclude(status=ImportRun.DRAFT)
    return page_of(rows, limit, after, _import, newest_first=True)


@router.get("/imports/{run}", response=answers(ImportOut, ABOUT_ONE), tags=["about"])
def one_import(request: Asked, run: str) -> ImportOut:
    """One import."""
    return _import(request.auth.get(ImportRun, run))


@router.get("/audit", response=answers(Page[AuditOut], ASKING), tags=["about"])
def audit(request: Asked, limit: Limit = 50, after: After = "") -> Page[AuditOut]:
    """Who did what, newest first."""
    request.auth.require(Right.ADMINISTER)
    if after and not read(after).isdecimal():
        raise Refused(("query.after", "is not the `next` of this list"))
    return page_of(request.auth.of(AuditEntry), limit, after, _audit, newest_first=True)


def _import(one: ImportRun) -> ImportOut:
    return ImportOut.model_validate(one, from_attributes=True)


def _audit(one: AuditEntry) -> AuditOut:
    return AuditOut.model_validate(one, from_attributes=True)
