"""Settings: the workspace, its keys, its audit log, and oneself. Its people are in members.py."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm, SetPasswordForm
from django.db import transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tenure.accounts import placing
from tenure.accounts.rules import clean_domain
from tenure.kit import clock
from tenure.web import sessions
from tenure.web.exporting import TYPES, Field, csv_lines
from tenure.web.guard import page
from tenure.web.middleware import Request
from tenure.web.notices import tell
from tenure.web.queries import settings as queries
from tenure.web.queries.settings import AuditFilter
from tenure.web.signin import came_by_link
from tenure.workspaces import actions
from tenure.workspaces.access import Access, log_of
from tenure.workspaces.actions import SCOPES
from tenure.workspaces.models import Key, User
from tenure.workspaces.roles import Right
from tenure.workspaces.rules import CURRENCIES, Settings, problems

KEY_DAYS = [(90, "in 90 days"), (365, "in a year"), (30, "in 30 days"), (0, "never")]


class KeyForm(forms.Form):
    """What a key is for; an API key says what it may, and when it ends."""

    name = forms.CharField(
        label="What is it for?", max_length=80, widget=forms.TextInput({"placeholder": "Our web app"})
    )
    kind = forms.ChoiceField(choices=[(Key.WRITE, Key.WRITE), (Key.API, Key.API)], required=False)
    scopes = forms.MultipleChoiceField(
        choices=[(right.value, right.means) for right in SCOPES], required=False
    )
    days = forms.TypedChoiceField(choices=KEY_DAYS, coerce=int, required=False, empty_value=None)


class YouForm(forms.Form):
    """What others see of the caller."""

    name = forms.CharField(label="Your name", max_length=120, required=False)


@require_http_methods(["GET", "HEAD", "POST"])
@page(post=Right.DEFINE)
def workspace(request: Request) -> HttpResponse:
    """What the workspace is called and how its figures are computed."""
    if request.method == "POST":
        return _change_workspace(request)
    now = request.access.workspace
    settings = Settings(now.name, now.zone, now.currency, tuple(now.own_domains), tuple(now.key_features))
    return _workspace_page(request, settings, {})


def _change_workspace(request: Request) -> HttpResponse:
    settings = _asked(request)
    if wrong := problems(settings):
        return _workspace_page(request, settings, wrong, status=422)
    with transaction.atomic():
        before = request.access.workspace.own_domains
        changed = actions.change_settings(request.access, settings)
        if changed.own_domains != before:
            placing.mark_own_people(changed)
    return tell(request, redirect("settings"), "Settings saved; figures follow in a moment.")


def _asked(request: Request) -> Settings:
    """What the form holds; what the caller may not change, and a locked currency, stay as they are."""
    form, now = request.POST, request.access.workspace
    features = tuple(sorted({name.strip() for name in form.getlist("key_features") if name.strip()}))
    if not request.access.may(Right.ADMINISTER):
        return Settings(now.name, now.zone, now.currency, tuple(now.own_domains), features)
    domains = [clean_domain(word) or word for word in form.get("own_domains", "").replace(",", " ").split()]
    is_locked = queries.currency_is_locked(request.access)
    return Settings(
        name=form.get("name", "").strip(),
        zone=form.get("zone", "").strip(),
        currency=now.currency if is_locked else form.get("currency", "").strip().upper(),
        own_domains=tuple(dict.fromkeys(domains)),
        key_features=features,
    )


def _workspace_page(
    request: Request, settings: Settings, wrong: dict[str, str], status: int = 200
) -> HttpResponse:
    context = {
        "settings": settings,
        "wrong": wrong,
        "is_locked": queries.currency_is_locked(request.access),
        "currencies": [(code, code) for code in CURRENCIES],
        "features": queries.features(request.access),
    }
    return render_tab(request, "workspace", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@page(Right.ADMINISTER)
def keys(request: Request) -> HttpResponse:
    """The write keys; a POST makes one, which is shown once."""
    form, token, kind = KeyForm(request.POST or None), "", Key.WRITE
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        kind = asked["kind"] or Key.WRITE
        scopes, days = (asked["scopes"], asked["days"]) if kind == Key.API else ([], None)
        token = actions.create_key(request.access, kind, asked["name"], scopes, days or None)
        form = KeyForm()
    about = {
        "keys": queries.keys(request.access),
        "form": form,
        "token": token,
        "kind": kind,
        "days": KEY_DAYS,
    }
    may = [right for right in SCOPES if request.access.may(right) and right is not Right.READ]
    about |= {"days": KEY_DAYS, "scopes": may, "address": request.build_absolute_uri("/"), "now": clock.now()}
    return render_tab(request, "keys", about)


@require_POST
@page(Right.ADMINISTER)
def revoke_key(request: Request, key: str) -> HttpResponse:
    """Stop a key."""
    revoked = actions.revoke_key(request.access, key)
    return tell(request, redirect("settings-keys"), f"The key “{revoked.name}” stops within five seconds.")


@require_http_methods(["GET", "HEAD", "POST"])
@page(Right.ADMINISTER)
def security(request: Request) -> HttpResponse:
    """What signing in takes, and how long the audit log is kept."""
    now, form, wrong = request.access.workspace, request.POST, ""
    shown = {"needs_second_factor": now.needs_second_factor, "audit_days": str(now.audit_days)}
    if request.method == "POST":
        days = form.get("audit_days", "")
        shown = {"needs_second_factor": "needs_second_factor" in form, "audit_days": days}
        try:
            actions.change_security(
                request.access,
                needs_second_factor="needs_second_factor" in form,
                audit_days=int(days) if days.isascii() and days.isdigit() and len(days) < 9 else 0,
            )
        except ValueError as problem:
            wrong = str(problem)
        else:
            return tell(request, redirect("settings-security"), "Security saved.")
    about = {"wrong": wrong, "shown": shown, "counts": queries.second_factors(request.access)}
    return render_tab(request, "security", about, status=422 if wrong else 200)


@require_GET
@page(Right.ADMINISTER)
def audit(request: Request) -> HttpResponse:
    """Who did what, newest first: everybody's deeds, or those that are asked for."""
    before, chosen = request.GET.get("before", ""), AuditFilter.of(request.GET)
    last = int(before) if before.isdecimal() and len(before) < 19 else None
    rows = queries.audit(request.access, chosen, last)
    shown, more = rows[: queries.AUDIT_PAGE], rows[queries.AUDIT_PAGE :]
    people, deeds = queries.audited(request.access)
    about = {"rows": shown, "next": shown[-1].pk if more else None, "chosen": chosen}
    return render_tab(request, "audit", about | {"people": people, "deeds": deeds})


@require_GET
@page(Right.ADMINISTER)
def export_audit(request: Request) -> StreamingHttpResponse:
    """The same as CSV, all of it."""
    chosen = AuditFilter.of(request.GET)
    request.access.log("exported audit log", chosen.query_string.replace("&", ", "))
    rows = queries.audit_rows(request.access, chosen).iterator(chunk_size=2000)
    written = ((row.recorded_at.isoformat(), row.who, row.did, row.what) for row in rows)
    return StreamingHttpResponse(
        csv_lines([Field(name) for name in ("at", "who", "did", "what")], written),
        content_type=TYPES["csv"],
        headers={"Content-Disposition": 'attachment; filename="audit-log.csv"'},
    )


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@page()
def you(request: Request) -> HttpResponse:
    """The caller's own name and password."""
    user = request.user
    assert isinstance(user, User)
    asked = request.POST.get("form", "") if request.method == "POST" else ""
    name = YouForm(request.POST if asked == "name" else None, initial={"name": user.name})
    password = _password_form(request, user, request.POST if asked == "password" else None)
    if asked == "name" and name.is_valid():
        user.name = name.cleaned_data["name"]
        user.save(update_fields=["name"])
        return tell(request, redirect("settings-you"), "Your name is saved.")
    if asked == "password" and password.is_valid():
        update_session_auth_hash(request, password.save())
        sessions.end_others(request, user)
        log_of(user, "changed their password", f"from {sessions.where(request)}")
        return tell(request, redirect("settings-you"), "Your password is set; other browsers are signed out.")
    return render_tab(request, "you", {"name_form": name, "password_form": password})


def _password_form(request: Request, user: User, data: Any) -> SetPasswordForm[User]:
    """Asks for the old password, except of those who have none or just came by a link."""
    needs_none = not user.has_usable_password() or came_by_link(request)
    return SetPasswordForm(user, data) if needs_none else PasswordChangeForm(user, data)


def render_tab(request: Request, tab: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """A page of Settings below its tabs."""
    access = request.access
    context = {
        "tabs": tabs(access, "settings" if tab == "workspace" else f"settings-{OF_ANOTHER.get(tab, tab)}"),
        "may_change": access.may(Right.ADMINISTER),
        "zone": access.workspace.zone,
        **context,
    }
    return render(request, f"settings/{tab}.html", context, status=status)


def tabs(access: Access, here: str) -> list[tuple[str, str, bool]]:
    """The parts of Settings that a caller may see: title, address, whether it is the page named `here`."""
    return [(title, reverse(name), name == here) for title, name, right in TABS if access.may(right)]


TABS = (
    ("Workspace", "settings", Right.READ),
    ("What figures rest on", "settings-inputs", Right.DEFINE),
    ("Economics", "settings-economics", Right.DEFINE),
    ("Health", "settings-health", Right.READ),
    ("People", "settings-people", Right.READ),
    ("By e-mail", "settings-mails", Right.READ),
    ("Keys", "settings-keys", Right.ADMINISTER),
    ("Security", "settings-security", Right.ADMINISTER),
    ("Export", "settings-export", Right.ADMINISTER),
    ("Audit log", "settings-audit", Right.ADMINISTER),
    ("You", "settings-you", Right.READ),
)
OF_ANOTHER = {"sessions": "you", "workspaces": "you", "mail": "mails"}  # pages below a tab
