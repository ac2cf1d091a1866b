"""What the Settings pages read: people and invitations, keys, the audit log, event names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from tenure.accounts.queries import within
from tenure.events import views
from tenure.kit import clock
from tenure.revenue.models import Term
from tenure.workspaces.access import Access
from tenure.workspaces.models import AuditEntry, Invitation, Key, Membership
from tenure.workspaces.roles import Right, Role

SEEN_DAYS = 90
MOST_PROPOSED = 30
AUDIT_PAGE = 100


@dataclass(frozen=True)
class Member:
    """Somebody of the workspace."""

    id: str
    name: str
    email: str
    role: str
    since: datetime
    is_caller: bool
    is_last_owner: bool


@dataclass(frozen=True)
class Feature:
    """An event name that could be a key feature: how many people did it in the last 90 days."""

    name: str
    people: int
    is_key: bool


def members(access: Access) -> list[Member]:
    """Everybody of the workspace, by name."""
    rows = access.of(Membership).select_related("user").order_by("user__name", "user__email")
    owners = sum(row.role == Role.OWNER for row in rows)
    return [
        Member(
            id=str(row.pk),
            name=row.user.name,
            email=row.user.email,
            role=row.role,
            since=row.user.date_joined,
            is_caller=row.user == access.user,
            is_last_owner=row.role == Role.OWNER and owners == 1,
        )
        for row in rows
    ]


def open_invitations(access: Access) -> list[Invitation]:
    """Links that still let somebody in, newest first; only for those who may make them."""
    access.require(Right.ADMINISTER)
    rows = access.of(Invitation).filter(used_at=None, expires_at__gt=clock.now())
    return list(rows.select_related("user").order_by("-created_at"))


def keys(access: Access) -> list[Key]:
    """All keys, working ones first; only for those who may make them."""
    access.require(Right.ADMINISTER)
    return sorted(access.of(Key).order_by("-created_at"), key=lambda key: key.revoked_at is not None)


def audit(access: Access, before: int | None = None) -> list[AuditEntry]:
    """The newest entries, or those before one of them; one more than a page, if there are more."""
    access.require(Right.ADMINISTER)
    rows = access.of(AuditEntry).order_by("-pk")
    return list((rows.filter(pk__lt=before) if before else rows)[: AUDIT_PAGE + 1])


def currency_is_locked(access: Access) -> bool:
    """Whether amounts have been recorded, so that another currency would change what they mean."""
    return access.of(Term).exists()


def features(access: Access) -> list[Feature]:
    """The event names most people did lately, and those that are key already."""
    chosen = dict.fromkeys(access.workspace.key_features, 0)
    seen = _people_by_event(access)
    return [Feature(name, people, name in chosen) for name, people in {**chosen, **seen}.items()]


def _people_by_event(access: Access) -> dict[str, int]:
    today = clock.today(access.workspace.zone)
    since = today - timedelta(days=SEEN_DAYS)
    book = within(access)
    with views.connect(access.workspace, since, today) as lake:
        rows = lake.execute(
            "SELECT event, count(DISTINCT person_id) AS people FROM use_daily WHERE day >= $since "
            "AND ($book IS NULL OR list_contains($book::VARCHAR[], account_id)) "
            "GROUP BY event ORDER BY people DESC, event LIMIT $most",
            {"since": since, "book": book, "most": MOST_PROPOSED},
        ).fetchall()
    return dict(rows)
