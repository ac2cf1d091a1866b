"""Whose customers a page of the whole business is about: everybody's, an owner's, or a team's."""

from __future__ import annotations

from dataclasses import replace

from tenure.accounts.models import Account
from tenure.workspaces.access import Access
from tenure.workspaces.models import Membership

TEAM = "team:"
MOST = 500  # owners to choose from


def narrowed(access: Access, owner: str) -> Access:
    """The caller's access, held to the book of an owner (`team:` and a member's e-mail: of all its books).

    Whoever is held to some books already keeps to those.
    """
    if not owner:
        return access
    asked = _team(access, owner.removeprefix(TEAM)) if owner.startswith(TEAM) else (owner,)
    allowed = asked if access.owners is None else tuple(one for one in asked if one in access.owners)
    return replace(access, owners=allowed)


def owners(access: Access) -> list[tuple[str, str]]:
    """Whose customers can be asked for, and what they are called: teams first."""
    if access.owners is not None:
        return [(name, name) for name in access.owners]
    rows = access.of(Account).exclude(owner="").order_by("owner").values_list("owner", flat=True)
    teams = access.of(Membership).exclude(team=[]).select_related("user")
    return [
        *((f"{TEAM}{one.user.email}", f"Team of {one.user}") for one in teams),
        *((name, name) for name in rows.distinct()[:MOST]),
    ]


def _team(access: Access, email: str) -> tuple[str, ...]:
    """A member's own book and those of its team; nothing for a stranger."""
    found = access.of(Membership).filter(user__email=email).select_related("user").first()
    return (found.user.email, *found.team) if found else ()
