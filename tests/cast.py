"""The tests' cast, all invented: the same few customers and colleagues in every test.

Acme thrives; Borealis is red and renews in 30 days; Cinder is silent in onboarding; Dune has churned;
Otherco lives in another workspace. Olga owns the workspace, Dana is the success manager, Vic may only
look; Ann is the champion at Acme.
"""

from __future__ import annotations

from tenure.workspaces import actions
from tenure.workspaces.access import Access, access_for_machine, access_for_user
from tenure.workspaces.models import Membership, User
from tenure.workspaces.roles import Role


def workspace(name: str) -> Access:
    """An empty workspace and full access to it."""
    return access_for_machine(actions.create_workspace(name))


def member(access: Access, name: str, role: Role, **about: object) -> Access:
    """Somebody of the workspace: `olga@example.test` and so on, password `correct horse`.

    They see every customer, unless `about` says `sees_all=False` and perhaps `team=[…]`.
    """
    user = User.objects.create_user(f"{name.lower()}@example.test", password="correct horse", name=name)
    Membership.objects.create(workspace=access.workspace, user=user, role=role, **about)
    found = access_for_user(user)
    assert found is not None
    return found
