"""The end of the demo: its workspace and its invented people go, and what comes next is one's own."""

from __future__ import annotations

from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from tenure.demo import removing
from tenure.web import removal
from tenure.web.guard import page
from tenure.web.middleware import Request
from tenure.web.notices import tell
from tenure.workspaces.access import access_for_machine, all_workspaces, workspaces_of
from tenure.workspaces.actions import create_workspace
from tenure.workspaces.members import invite
from tenure.workspaces.models import User
from tenure.workspaces.roles import Right, Role

FIRST_NAME = "My company"
NO_MEMBERS = "Nobody is in your own workspace yet. Start `tenure up` without --demo: it prints a link there."


@require_POST
@page(Right.OWN)
def remove(request: Request) -> HttpResponse:
    """Have the demo removed. Whoever has nothing else is led to one of their own, if there is none yet."""
    workspace, user = request.access.workspace, request.user
    if not workspace.is_demo:
        raise Http404("this is no demo")
    assert isinstance(user, User)
    has_others = workspaces_of(user).exclude(pk=workspace.pk).exists()
    removing.request_removal(workspace)
    if has_others:
        request.session.pop("workspace", None)
    else:
        logout(request)
    removal.remember(request, workspace.pk)
    if has_others:
        return redirect("today")
    own = all_workspaces().filter(is_demo=False)
    if own.exists():  # somebody's, or what a command was told: no way in from here
        return _to_sign_in(request, is_anybodys=own.filter(memberships__isnull=False).exists())
    begun = create_workspace(FIRST_NAME)
    return redirect("welcome", invite(access_for_machine(begun), Role.OWNER))


def _to_sign_in(request: Request, *, is_anybodys: bool) -> HttpResponse:
    """Where nobody can sign in yet, the page says how somebody can."""
    answer = redirect("account_login")
    return answer if is_anybodys else tell(request, answer, NO_MEMBERS)


@require_GET
def gone(request: HttpRequest) -> HttpResponse:
    """What takes the place of the word that the demo goes, once it is gone; nothing (204) before."""
    if not removal.is_over(request):
        return HttpResponse(status=204)
    return render(request, "demo_gone.html", {"says": removal.GONE})
