"""What forms that change customers offer: owners and segments to choose from."""

from __future__ import annotations

from django.db.models import Q

from tenure.accounts.models import Account
from tenure.workspaces.access import Access
from tenure.workspaces.models import Membership

MOST = 200


def owners(access: Access) -> list[str]:
    """Names that customers' owners have here, and the members whom no customer names yet."""
    used = _in_use(access, "owner")
    members = access.of(Membership).filter(closed_at=None).order_by("user__name", "user__email")
    rows = members.values_list("user__name", "user__email")
    unused = [email for name, email in rows[:MOST] if not {name, email} & {*used}]
    return [*used, *unused]


def is_new_owner(access: Access, owner: str, theirs: int) -> bool:
    """Whether nobody here has that address, and no customers but `theirs`: it may be mistyped."""
    if not owner or access.of(Account).filter(owner=owner).count() > theirs:
        return False
    members = access.of(Membership).filter(closed_at=None)
    is_somebody = Q(user__email__iexact=owner) | Q(user__name__iexact=owner)
    return not any(owner in team for team in members.values_list("team", flat=True)) and (
        not members.filter(is_somebody).exists()
    )


def segments(access: Access) -> list[str]:
    """Segments that customers are in."""
    return _in_use(access, "segment")


def choices(access: Access, column: str) -> list[str]:
    """What to offer for a column; nothing where every customer has another."""
    return owners(access) if column == "owner" else segments(access) if column == "segment" else []


def _in_use(access: Access, column: str) -> list[str]:
    rows = access.of(Account).exclude(**{column: ""}).order_by(column)
    return list(rows.values_list(column, flat=True).distinct()[:MOST])
