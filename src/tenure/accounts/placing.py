"""Writes about whose people are whose: attached to accounts by their address, or the workspace's own."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db import transaction

from tenure.accounts import matching, queries, rules
from tenure.accounts.announcing import EVER, announce
from tenure.accounts.models import Person
from tenure.kit import bulk
from tenure.workspaces.models import Workspace

# What sources say of people.
SAID = ("email", "name", "role", "part", "influence", "stance", "relation", "left_on")


@transaction.atomic
def attach_people(workspace: Workspace, ids: Collection[str] | None = None) -> int:
    """Give people of no account (None: all of them) the one their address speaks for; gives how many."""
    everybody = matching.homeless(workspace)
    some = (
        [everybody] if ids is None else (everybody.filter(pk__in=chunk) for chunk in queries.in_chunks(ids))
    )
    rows = {one.pk: one for people in some for one in people.iterator(chunk_size=queries.CHUNK)}
    homes = matching.accounts_for(workspace, {one.email for one in rows.values()})
    placed = [one for one in rows.values() if one.email in homes]
    for one in placed:
        one.account_id = homes[one.email]
    save_people(placed)
    if placed:
        announce(workspace, "person", {one.account_id for one in placed}, first_day=EVER)
    return len(placed)


@transaction.atomic
def mark_own_people(workspace: Workspace) -> int:
    """Apply the workspace's own domains to everybody known; gives how many changed sides."""
    changed = []
    for person in Person.objects.filter(workspace=workspace).exclude(email=""):
        is_own = rules.is_own(person.email, workspace.own_domains)
        if person.is_own != is_own:
            person.is_own = is_own
            changed.append(person)
    save_people(changed)
    if changed:
        announce(workspace, "person", {person.account_id for person in changed}, first_day=EVER)
    return len(changed)


def save_people(people: Sequence[Person]) -> None:
    """Write people that are there already."""
    bulk.save(people, ["id"], [*SAID, "account", "is_own", "attributes"])
