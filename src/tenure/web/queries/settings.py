"""What the Settings pages read: people and invitations, keys, the audit log, event names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import QueryDict

from tenure.accounts.queries import within
from tenure.events import views
from tenure.kit import clock
from tenure.revenue.models import Term
from tenure.web.second_factor import with_one
from tenure.workspaces.access import Access, memberships_of
from tenure.workspaces.members import Part
from tenure.workspaces.models import AuditEntry, Invitation, Key, Membership, User
from tenure.workspaces.roles import Right, Role

SEEN_DAYS = 90
MOST_PROPOSED = 30
AUDIT_PAGE = 100
MOST_CHOICES = 200


@dataclass(frozen=True)
class Member:
    """Somebody of the workspace."""

    id: str
    name: str
    email: str
    role: str
    sees: str  # whose customers, in words
    sees_all: bool
    team: tuple[str, ...]
    since: datetime
    closed_at: datetime | None
    is_caller: bool
    is_last_owner: bool
    has_second_factor: bool
    may_change: bool  # whether the caller may change it: owners and admins are for owners


@dataclass(frozen=True)
class Feature:
    """An event name that could be a key feature: how many people did it in the last 90 days."""

    name: str
    people: int
    is_key: bool


@dataclass(frozen=True)
class Belonging:
    """A workspace the caller belongs to, and as what."""

    id: str
    name: str
    part: Part
    is_here: bool


def members(access: Access) -> list[Member]:
    """Everybody of the workspace, by name; those who are kept out last."""
    rows = list(access.of(Membership).select_related("user").order_by("user__name", "user__email"))
    secured = with_one([row.user_id for row in rows])
    owners = sum(row.role == Role.OWNER and row.closed_at is None for row in rows)
    return sorted(
        (_member(access, row, owners, row.user_id in secured) for row in rows),
        key=lambda one: one.closed_at is not None,
    )


def member(access: Access, membership_id: int) -> Member:
    """One of them."""
    return next(one for one in members(access) if one.id == str(membership_id))


def _member(access: Access, row: Membership, owners: int, has_second_factor: bool) -> Member:
    part = Part.of(row)
    is_high = Right.ADMINISTER in part.role.rights
    return Member(
        id=str(row.pk),
        name=row.user.name,
        email=row.user.email,
        role=row.role,
        sees=part.sees,
        sees_all=part.sees_all,
        team=part.team,
        since=row.joined_at,
        closed_at=row.closed_at,
        is_caller=row.user == access.user,
        is_last_owner=part.role == Role.OWNER and row.closed_at is None and owners == 1,
        has_second_factor=has_second_factor,
        may_change=access.may(Right.OWN if is_high else Right.ADMINISTER),
    )


def second_factors(access: Access) -> tuple[int, int]:
    """How many members have a second factor, of how many who are let in."""
    found = [one for one in members(access) if one.closed_at is None]
    return sum(one.has_second_factor for one in found), len(found)


def own_workspaces(access: Access, user: User) -> list[Belonging]:
    """The caller's workspaces, each with their part in it."""
    return [
        Belonging(row.workspace_id, row.workspace.name, Part.of(row), row.workspace == access.workspace)
        for row in memberships_of(user)
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


@dataclass(frozen=True)
class AuditFilter:
    """Whose deeds of which kind, from when until when, in the workspace's days; empty: no matter."""

    who: str = ""
    did: str = ""
    since: str = ""
    until: str = ""

    @classmethod
    def of(cls, parameters: QueryDict) -> AuditFilter:
        """Read the address; what is no day is as if it were not given."""
        named = {name: parameters.get(name, "")[:254] for name in ("who", "did", "since", "until")}
        for name in ("since", "until"):
            try:
                date.fromisoformat(named[name])
            except ValueError:
                named[name] = ""
        return cls(**named)

    @property
    def query_string(self) -> str:
        """The same, as an address has it."""
        return urlencode([(name, value) for name, value in vars(self).items() if value])


def audit(access: Access, chosen: AuditFilter, before: int | None = None) -> list[AuditEntry]:
    """The newest entries, or those before one of them; one more than a page, if there are more."""
    rows = audit_rows(access, chosen)
    return list((rows.filter(pk__lt=before) if before else rows)[: AUDIT_PAGE + 1])


def audit_rows(access: Access, chosen: AuditFilter) -> QuerySet[AuditEntry]:
    """All entries that are asked for, newest first."""
    access.require(Right.ADMINISTER)
    zone = access.workspace.zone
    asked = {name: value for name, value in (("who", chosen.who), ("did", chosen.did)) if value}
    rows = access.of(AuditEntry).filter(**asked).order_by("-pk")
    if chosen.since:
        day_before = date.fromisoformat(chosen.since) - timedelta(days=1)
        rows = rows.filter(recorded_at__gte=clock.end_of_day(day_before, zone))
    if chosen.until:
        rows = rows.filter(recorded_at__lt=clock.end_of_day(date.fromisoformat(chosen.until), zone))
    return rows


def audited(access: Access) -> tuple[list[str], list[str]]:
    """Who did something, and what was done: to choose from."""
    access.require(Right.ADMINISTER)
    rows = access.of(AuditEntry)
    people, deeds = (rows.order_by(name).values_list(name, flat=True).distinct() for name in ("who", "did"))
    return list(people[:MOST_CHOICES]), list(deeds[:MOST_CHOICES])


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
