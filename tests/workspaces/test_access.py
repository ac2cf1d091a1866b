"""Nobody sees a neighbour's rows, and nobody does more than their role allows."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from tenure.accounts.models import Account
from tenure.kit.prepared import Prepared
from tenure.workspaces import actions, members
from tenure.workspaces.access import Access
from tenure.workspaces.books import OutsideBook
from tenure.workspaces.models import Key
from tenure.workspaces.roles import Right, Role
from tests import cast


def test_a_neighbours_row_looks_like_one_that_does_not_exist(access: Access, neighbour: Access) -> None:
    theirs = Account.objects.create(workspace=neighbour.workspace, external_id="otherco", name="Otherco")
    assert list(access.of(Account)) == []
    with pytest.raises(Http404):
        access.get(Account, theirs.pk)
    assert neighbour.get(Account, theirs.pk) == theirs


RIGHTS = {
    Role.OWNER: "read work export load define administer own",
    Role.ADMIN: "read work export load define administer",
    Role.LEADER: "read work export load define",
    Role.MANAGER: "read work export load",
    Role.REPRESENTATIVE: "read work export",
    Role.AGENT: "read work",
    Role.VIEWER: "read",
}


@pytest.mark.parametrize("role", Role)
def test_what_each_role_may_do(access: Access, role: Role) -> None:
    who = cast.member(access, "Dana", role)
    assert {right for right in Right if who.may(right)} == set(RIGHTS[role].split())


def test_a_viewer_cannot_make_or_revoke_keys(access: Access) -> None:
    actions.create_key(access)
    vic = cast.member(access, "Vic", Role.VIEWER)
    with pytest.raises(PermissionDenied):
        actions.create_key(vic)
    with pytest.raises(PermissionDenied):
        actions.revoke_key(vic, access.of(Key).get().pk)


def test_an_invitation_lets_one_person_in_once(access: Access) -> None:
    dana = cast.User.objects.create_user("dana@example.test", name="Dana")
    token = members.invite(access, Role.MANAGER)
    membership = members.accept_invitation(token, dana)
    assert membership is not None
    assert membership.role == Role.MANAGER
    assert members.accept_invitation(token, dana) is None
    assert members.open_invitation(token) is None


def test_the_guide_tells_what_each_role_may_do() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "guides" / "people.md").read_text()
    for right in Right:
        row = " | ".join("yes" if right in role.rights else "–" for role in Role)
        assert f"| {right.means} | {row} |" in guide
    for role in Role:
        assert f"| {role} | {role.who} |" in guide


def test_rows_by_their_texts_are_the_callers_own(access: Access, neighbour: Access) -> None:
    for where, owner in ((access, "dana@example.test"), (access, "other@example.test"), (neighbour, "")):
        Account.objects.create(workspace=where.workspace, external_id=f"of {owner}", name="Acme", owner=owner)
    dana = cast.member(access, "Dana", Role.MANAGER, sees_all=False)
    assert [row.owner for row in dana.rows(Account, name="Acme")] == ["dana@example.test"]
    assert len(access.rows(Account, name="Acme")) == 2
    assert len(neighbour.rows(Account, name="Acme")) == 1
    assert access.first(Account, name="Borealis") is None
    assert not neighbour.has(Account, owner="dana@example.test")
    assert access.has(Account, owner="other@example.test")
    assert not dana.has(Account, owner="other@example.test")


def test_prepared_questions_about_all_are_not_for_who_is_held_to_a_book(access: Access) -> None:
    dana = cast.member(access, "Dana", Role.MANAGER, sees_all=False)
    everybody = Prepared(Account, lambda workspace_id: Account.objects.filter(workspace_id=workspace_id))
    assert access.asked(everybody) == []
    with pytest.raises(OutsideBook):
        dana.asked(everybody)
