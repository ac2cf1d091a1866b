"""Who belongs to a workspace: what may be changed by whom, and what the audit log says of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied

from tenure.workspaces import actions, members
from tenure.workspaces.access import Access, access_for_user
from tenure.workspaces.members import NotPossible, Part
from tenure.workspaces.models import AuditEntry, Invitation, Membership, User
from tenure.workspaces.roles import Right, Role
from tenure.workspaces.rules import Settings
from tests import cast


@pytest.fixture
def olga(access: Access) -> Access:
    return cast.member(access, "Olga", Role.OWNER)


@pytest.fixture
def dana(access: Access) -> Access:
    return cast.member(access, "Dana", Role.MANAGER)


def row(who: Access) -> Membership:
    return Membership.objects.get(user=who.user, workspace=who.workspace)


def key(who: Access) -> str:
    return str(row(who).pk)


def logged() -> list[tuple[str, str, str]]:
    return list(AuditEntry.objects.order_by("pk").values_list("who", "did", "what"))


def test_a_change_says_what_was_and_what_is(olga: Access, dana: Access) -> None:
    members.change_part(
        olga, key(dana), Part(Role.LEADER, False, ("Ida@Example.test", "ida@example.test", " "))
    )
    assert (row(dana).role, row(dana).sees_all, row(dana).team) == ("leader", False, ["ida@example.test"])
    assert logged() == [
        (
            "olga@example.test",
            "changed member",
            "dana@example.test: role: manager → leader; sees: all customers → own book, ida@example.test",
        )
    ]
    members.change_part(olga, key(dana), Part(Role.LEADER, False, ("ida@example.test",)))
    assert len(logged()) == 1  # nothing changed


@pytest.mark.parametrize("role", [Role.OWNER, Role.ADMIN])
def test_who_runs_the_workspace_sees_all_of_it(olga: Access, dana: Access, role: Role) -> None:
    with pytest.raises(NotPossible, match="sees every customer"):
        members.change_part(olga, key(dana), Part(role, sees_all=False))
    with pytest.raises(NotPossible, match="sees every customer"):
        members.invite(olga, role, sees_all=False)


def test_only_owners_make_change_and_unmake_owners_and_admins(
    access: Access, olga: Access, dana: Access
) -> None:
    admin = cast.member(access, "Ada", Role.ADMIN)
    second = cast.member(access, "Ed", Role.ADMIN)
    members.change_part(admin, key(dana), Part(Role.VIEWER))
    tried: list[Callable[[], object]] = [
        lambda: members.change_part(admin, key(dana), Part(Role.ADMIN)),
        lambda: members.change_part(admin, key(admin), Part(Role.OWNER)),
        lambda: members.change_part(admin, key(olga), Part(Role.VIEWER)),
        lambda: members.remove_member(admin, key(second)),
        lambda: members.close_membership(admin, key(olga)),
        lambda: members.sign_in_link(admin, key(olga)),
        lambda: members.invite(admin, Role.OWNER),
        lambda: members.hand_over(admin, key(dana)),
        lambda: actions.found_workspace(admin, Settings("Mine", "UTC", "USD")),
    ]
    for act in tried:
        with pytest.raises(PermissionDenied):
            act()
    assert members.invite(admin, Role.LEADER)


def test_the_last_owner_stays(olga: Access, dana: Access) -> None:
    for act in (
        lambda: members.leave(olga),
        lambda: members.close_membership(olga, key(olga)),
        lambda: members.remove_member(olga, key(olga)),
        lambda: members.change_part(olga, key(olga), Part(Role.ADMIN)),
    ):
        with pytest.raises(NotPossible, match="Olga is the only owner"):
            act()
    members.change_part(olga, key(dana), Part(Role.OWNER))
    members.close_membership(olga, key(dana))
    with pytest.raises(NotPossible, match="only owner"):  # one who is kept out owns nothing for now
        members.leave(olga)
    members.reopen_membership(olga, key(dana))
    members.leave(olga)
    assert not Membership.objects.filter(user=olga.user).exists()
    assert logged()[-1] == ("olga@example.test", "left", "was owner")


def test_handing_over_makes_one_owner_and_one_admin(olga: Access, dana: Access) -> None:
    members.hand_over(olga, key(dana))
    assert (row(dana).role, row(olga).role) == (Role.OWNER, Role.ADMIN)
    assert logged()[-1][1:] == ("handed over", "olga@example.test → dana@example.test")


def test_who_is_kept_out_comes_back_as_they_were(olga: Access, dana: Access) -> None:
    token = members.sign_in_link(olga, key(dana))
    members.close_membership(olga, key(dana))
    assert dana.user is not None
    assert access_for_user(dana.user) is None
    assert members.open_invitation(token) is None
    with pytest.raises(NotPossible, match="kept out"):
        members.sign_in_link(olga, key(dana))
    members.reopen_membership(olga, key(dana))
    again = access_for_user(dana.user)
    assert again is not None
    assert again.role is Role.MANAGER


def test_an_invitation_carries_role_and_book(olga: Access) -> None:
    token = members.invite(olga, Role.MANAGER, "new@example.test", sees_all=False, team=["ida@example.test"])
    new = User.objects.create_user("new@example.test")
    joined = members.accept_invitation(token, new)
    assert joined is not None
    assert Part.of(joined) == Part(Role.MANAGER, False, ("ida@example.test",))
    assert [entry[:2] for entry in logged()] == [
        ("olga@example.test", "invited"),
        ("new@example.test", "joined"),
    ]


def test_a_renewed_link_takes_the_old_ones_place(olga: Access) -> None:
    old = members.invite(olga, Role.VIEWER, "new@example.test")
    invitation = Invitation.objects.get()
    new = members.renew_invitation(olga, invitation.pk)
    assert members.open_invitation(old) is None
    assert members.open_invitation(new) == invitation
    members.accept_invitation(new, User.objects.create_user("new@example.test"))
    with pytest.raises(NotPossible, match="used this invitation"):
        members.renew_invitation(olga, invitation.pk)


def test_a_new_sign_in_link_takes_the_unused_ones_places(olga: Access, dana: Access) -> None:
    row = olga.of(Membership).get(user=dana.user)
    first, other = members.fresh_link(olga, row), members.invite(olga, Role.VIEWER)
    second = members.sign_in_link(olga, row.pk)
    assert members.open_invitation(first) is None
    assert members.open_invitation(second).user == dana.user
    assert members.open_invitation(other) is not None, "of somebody else"


def test_another_workspace_belongs_to_who_made_it(olga: Access, dana: Access) -> None:
    made = actions.found_workspace(olga, Settings("A second one", "Europe/Oslo", "EUR"))
    assert (made.zone, made.currency) == ("Europe/Oslo", "EUR")
    assert olga.user is not None
    assert dana.user is not None
    there = access_for_user(olga.user, made.pk)
    assert there is not None
    assert (there.workspace, there.may(Right.OWN)) == (made, True)
    elsewhere = access_for_user(dana.user, made.pk)
    assert elsewhere is not None
    assert elsewhere.workspace == dana.workspace  # who does not belong stays where they are
    with pytest.raises(ValueError, match="Give it a name"):
        actions.found_workspace(olga, Settings("", "UTC", "USD"))


def test_leaders_choose_key_features_and_nothing_else(access: Access) -> None:
    leader = cast.member(access, "Lea", Role.LEADER)
    now = leader.workspace
    actions.change_settings(leader, Settings(now.name, now.zone, now.currency, (), ("Report viewed",)))
    with pytest.raises(PermissionDenied):
        actions.change_settings(leader, Settings("Mine", now.zone, now.currency))
