"""The end of the demo: its workspace and its invented people go, and what comes next is one's own."""

from __future__ import annotations

from django.contrib.auth import logout
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from tenure.demo import loading
from tenure.web.guard import page
from tenure.web.middleware import Request
from tenure.web.notices import tell
from tenure.workspaces.access import access_for_machine, all_workspaces, workspaces_of
from tenure.workspaces.actions import create_workspace
from tenure.workspaces.members import invite
from tenure.workspaces.models import User
from tenure.workspaces.roles import Right, Role

FIRST_NAME = "My company"


@require_POST
@page(Right.OWN)
def remove(request: Request) -> HttpResponse:
    """Remove the demo. Whoever has nothing else is led to a workspace of their own, if there is none yet."""
    if not request.access.workspace.is_demo:
        raise Http404("this is no demo")
    user = request.user
    assert isinstance(user, User)
    has_others = workspaces_of(user).exclude(pk=request.access.workspace.pk).exists()
    loading.remove(request.access.workspace)
    if has_others:
        request.session.pop("workspace", None)
        return tell(request, redirect("today"), "The demo is gone.")
    logout(request)
    if all_workspaces().exists():  # somebody's: no way in from here
        return redirect("account_login")
    begun = create_workspace(FIRST_NAME)
    return redirect("welcome", invite(access_for_machine(begun), Role.OWNER))
