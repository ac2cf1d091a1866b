"""What forms that change customers offer: owners and segments to choose from."""

from __future__ import annotations

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


def segments(access: Access) -> list[str]:
    """Segments that customers are in."""
    return _in_use(access, "segment")


def choices(access: Access, column: str) -> list[str]:
    """What to offer for a column; nothing where every customer has another."""
    return owners(access) if column == "owner" else segments(access) if column == "segment" else []


def _in_use(access: Access, column: str) -> list[str]:
    rows = access.of(Account).exclude(**{column: ""}).order_by(column)
    return list(rows.values_list(column, flat=True).distinct()[:MOST])
