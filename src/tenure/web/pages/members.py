"""People of a workspace: who belongs to it as what, who sees whose customers, and one's other workspaces."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tenure.web import second_factor
from tenure.web.guard import page
from tenure.web.middleware import Request
from tenure.web.notices import tell
from tenure.web.pages.settings import render_tab
from tenure.web.queries import settings as queries
from tenure.workspaces import actions, members
from tenure.workspaces.members import NotPossible, Part
from tenure.workspaces.models import Membership, User
from tenure.workspaces.roles import Right, Role, a
from tenure.workspaces.rules import Settings

NO_ROLE = f"There is no such role; it is one of {', '.join(Role)}."
SEES = (("all", "all customers"), ("book", "own book"))
TEAM_HELP = "One a line, as customers name their owner. Their books count as this person's too."


class InviteForm(forms.Form):
    """Whom to invite, as what, for whose customers."""

    email = forms.EmailField(label="E-mail, if you know it", required=False, max_length=254)
    role = forms.ChoiceField(label="Role", initial=Role.MANAGER)
    sees = forms.ChoiceField(label="Sees", choices=SEES, required=False)

    def __init__(self, *args: object, roles: list[tuple[str, str]]) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self.fields["role"].choices = roles  # type: ignore[attr-defined]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@page(post=Right.ADMINISTER)
def people(request: Request) -> HttpResponse:
    """Who belongs to the workspace; a POST invites somebody by a link that is shown once."""
    if request.method != "POST":
        return _people_page(request)
    form = InviteForm(request.POST, roles=_roles(request))
    if not form.is_valid():
        return _people_page(request, form=form, status=422)
    return _linked(request, lambda: _invited(request, form.cleaned_data))


def _invited(request: Request, asked: dict[str, str]) -> str:
    role, email, sees_all = Role(asked["role"]), asked["email"].lower(), asked["sees"] != "book"
    return members.invite(request.access, role, email, sees_all=sees_all)


@require_GET
@page(Right.ADMINISTER)
def member(request: Request, member: str) -> HttpResponse:
    """Somebody's part in the workspace, to be changed."""
    return _member_page(request, request.access.get(Membership, member))


@require_POST
@page(Right.ADMINISTER)
def change_role(request: Request, member: str) -> HttpResponse:
    """Give a member another role, or other books."""
    row = request.access.get(Membership, member)
    if request.POST.get("role") not in set(Role):
        return _member_page(request, row, wrong=NO_ROLE, status=422)
    try:
        changed = members.change_part(request.access, member, _part(request.POST, row))
    except NotPossible as why:
        return _member_page(request, row, wrong=str(why), status=409)
    says = f"{changed.user} is {a(Role(changed.role))} and sees {Part.of(changed).sees}."
    return tell(request, redirect("settings-people"), says)


def _part(form: QueryDict, row: Membership) -> Part:
    """The part that a form gives; whose customers stays as it is where the form does not say."""
    role = Role(form.get("role", ""))
    if "sees" not in form:
        return Part(role) if not role.may_be_narrowed else Part(role, row.sees_all, tuple(row.team))
    return Part(role, form.get("sees") != "book", tuple(form.get("team", "").splitlines()))


@never_cache
@require_POST
@page(Right.ADMINISTER)
def sign_in_link(request: Request, member: str) -> HttpResponse:
    """A link, shown once, for a member who has lost their password."""
    return _linked(request, lambda: members.sign_in_link(request.access, member))


@never_cache
@require_POST
@page(Right.ADMINISTER)
def renew_invitation(request: Request, invitation: str) -> HttpResponse:
    """A new link, shown once, in place of one that was lost."""
    return _linked(request, lambda: members.renew_invitation(request.access, invitation))


def _linked(request: Request, make: Callable[[], str]) -> HttpResponse:
    """The page with a fresh link, or with why there is none."""
    try:
        link = request.build_absolute_uri(reverse("welcome", args=[make()]))
    except NotPossible as why:
        return _people_page(request, wrong=str(why), status=409)
    return _people_page(request, link=link)


@require_POST
@page(Right.ADMINISTER)
def remove_member(request: Request, member: str) -> HttpResponse:
    """Take somebody out of the workspace."""
    return _done(request, lambda: members.remove_member(request.access, member), "no longer belongs here")


@require_POST
@page(Right.ADMINISTER)
def close_member(request: Request, member: str) -> HttpResponse:
    """Keep somebody out without forgetting their part."""
    return _done(request, lambda: members.close_membership(request.access, member), "is kept out")


@require_POST
@page(Right.ADMINISTER)
def reopen_member(request: Request, member: str) -> HttpResponse:
    """Let somebody in again."""
    return _done(request, lambda: members.reopen_membership(request.access, member), "may come in again")


@require_POST
@page(Right.ADMINISTER)
def reset_second_factor(request: Request, member: str) -> HttpResponse:
    """Take a member's second factor away, who has lost it."""
    return _done(request, lambda: second_factor.reset(request.access, member), "has no second factor now")


@require_POST
@page(Right.OWN)
def hand_over(request: Request, member: str) -> HttpResponse:
    """Make somebody else the owner; the caller stays as an admin."""
    return _done(request, lambda: members.hand_over(request.access, member), "owns this workspace now")


def _done(request: Request, act: Callable[[], Membership], says: str) -> HttpResponse:
    """Back to the people, where the page says what came of it."""
    try:
        row = act()
    except NotPossible as why:
        return _people_page(request, wrong=str(why), status=409)
    return tell(request, redirect("settings-people"), f"{row.user} {says}.")


@require_POST
@page(Right.ADMINISTER)
def withdraw_invitation(request: Request, invitation: str) -> HttpResponse:
    """Make an open invitation's link worthless."""
    members.withdraw_invitation(request.access, invitation)
    return tell(request, redirect("settings-people"), "The link no longer works.")


@require_http_methods(["GET", "HEAD", "POST"])
@page(post=Right.OWN)
def workspaces(request: Request) -> HttpResponse:
    """The caller's workspaces; a POST makes another, and shows it."""
    if request.method != "POST":
        return _workspaces_page(request)
    now, form = request.access.workspace, request.POST
    asked = Settings(
        form.get("name", "").strip(), now.zone, form.get("currency", "").strip().upper() or now.currency
    )
    try:
        made = actions.found_workspace(request.access, asked)
    except ValueError as wrong:
        return _workspaces_page(request, wrong=wrong.args[0], name=asked.name, status=422)
    request.session["workspace"] = made.pk
    return tell(request, redirect("data"), f"{made.name} is ready; bring in its customers.")


@require_POST
@page()
def leave(request: Request) -> HttpResponse:
    """Take oneself out of the workspace on show."""
    name = request.access.workspace.name
    try:
        members.leave(request.access)
    except NotPossible as why:
        return _workspaces_page(request, why=str(why), status=409)
    request.session.pop("workspace", None)
    return tell(request, redirect("settings-workspaces"), f"You have left {name}.")


def _workspaces_page(
    request: Request, wrong: dict[str, str] | None = None, name: str = "", why: str = "", status: int = 200
) -> HttpResponse:
    assert isinstance(request.user, User)
    context = {
        "workspaces": queries.own_workspaces(request.access, request.user),
        "may_make": request.access.may(Right.OWN),
        "wrong": wrong or {},
        "name": name,
        "why": why,
    }
    return render_tab(request, "workspaces", context, status=status)


def _roles(request: Request) -> list[tuple[str, str]]:
    """The roles that the caller may give."""
    may_rank = request.access.may(Right.OWN)
    return [(role.value, role.value) for role in Role if may_rank or Right.ADMINISTER not in role.rights]


def _people_page(
    request: Request, form: InviteForm | None = None, link: str = "", wrong: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "members": queries.members(request.access),
        "invitations": queries.open_invitations(request.access)
        if request.access.may(Right.ADMINISTER)
        else [],
        "form": form or InviteForm(roles=_roles(request)),
        "roles": list(Role),
        "rights": list(Right),
        "link": link,
        "wrong": wrong,
    }
    return render_tab(request, "people", context, status=status)


def _member_page(request: Request, row: Membership, wrong: str = "", status: int = 200) -> HttpResponse:
    context = {
        "member": queries.member(request.access, row.pk),
        "sees": SEES,
        "team_help": TEAM_HELP,
        "roles": _roles(request),
        "wrong": wrong,
        "may_own": request.access.may(Right.OWN),
        "zone": request.access.workspace.zone,
    }
    return render(request, "settings/member.html", context, status=status)
