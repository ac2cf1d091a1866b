"""API keys: what they open, until when, and that nobody gives more than they have."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.http import Http404

from tenure.accounts.models import Account
from tenure.kit import clock
from tenure.workspaces import actions
from tenure.workspaces.access import Access, access_for_key
from tenure.workspaces.models import AuditEntry, Key
from tenure.workspaces.roles import Right, Role
from tests import cast


def opened(token: str) -> Access:
    found = access_for_key(token)
    assert found is not None
    return found


def test_a_keys_rights_are_its_scopes_and_reading(access: Access, neighbour: Access) -> None:
    mine = Account.objects.create(workspace=access.workspace, external_id="acme", name="Acme")
    theirs = Account.objects.create(workspace=neighbour.workspace, external_id="otherco", name="Otherco")
    found = opened(actions.create_key(access, Key.API, "warehouse", ["work"]))
    assert (found.workspace, found.who) == (access.workspace, "key warehouse")
    assert found.rights == {Right.READ, Right.WORK}
    assert list(found.of(Account)) == [mine]
    with pytest.raises(Http404):
        found.get(Account, theirs.pk)
    with pytest.raises(PermissionDenied, match="the key warehouse may not load"):
        found.require(Right.LOAD)


def test_only_a_key_in_force_opens_anything(access: Access) -> None:
    token = actions.create_key(access, Key.API, days=30)
    assert access_for_key(actions.create_key(access, Key.WRITE)) is None  # it only sends
    assert access_for_key("ta_made-up") is None
    with time_machine.travel(clock.now() + timedelta(days=30, seconds=1), tick=False):
        assert access_for_key(token) is None
    assert opened(token)
    actions.revoke_key(access, Key.objects.get(kind=Key.API).pk)
    assert access_for_key(token) is None


def test_when_it_was_last_used_is_known_to_the_minute(access: Access) -> None:
    token = actions.create_key(access, Key.API)
    start = clock.now()
    for seconds in (0, 30, 61):
        with time_machine.travel(start + timedelta(seconds=seconds), tick=False):
            opened(token)
    assert Key.objects.get().last_used_at == start + timedelta(seconds=61)


@pytest.mark.parametrize(
    ("kind", "scopes", "days", "says"),
    [
        (Key.API, ["fly"], None, "there is no scope 'fly'"),
        (Key.API, ["own"], None, "there is no scope 'own'"),
        (Key.API, [], 0, "1 to 3,650 days"),
        (Key.API, [], 10_000, "1 to 3,650 days"),
        (Key.WRITE, ["read"], None, "only sends"),
        (Key.WRITE, [], 30, "only sends"),
    ],
)
def test_what_nobody_may_give(
    access: Access, kind: str, scopes: list[str], days: int | None, says: str
) -> None:
    with pytest.raises(ValueError, match=says):
        actions.create_key(access, kind, scopes=scopes, days=days)
    assert not Key.objects.exists()


def test_making_one_says_what_it_may(access: Access) -> None:
    admin = cast.member(access, "Ada", Role.ADMIN)
    actions.create_key(admin, Key.API, "warehouse", ["load", "work"], 90)
    entry = AuditEntry.objects.get()
    assert (entry.did, entry.what) == ("created key", "api warehouse: read, work, load; ends in 90 days")
