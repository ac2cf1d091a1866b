"""Who may see what, what the answers carry, and what errors look like."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import URLPattern, get_resolver

from tenure.accounts.models import Account
from tenure.kit import clock
from tenure.warnings import priorities
from tenure.warnings.models import EarlyWarning
from tenure.web.guard import page
from tenure.workspaces.access import Access, access_for_user
from tenure.workspaces.models import Membership
from tenure.workspaces.roles import Right, Role
from tests import cast
from tests.web.conftest import Visit

OPEN = {
    "welcome",
    "ready",
    "api-description",
    "mail-stop",
    "demo-gone",
}  # besides all of allauth: for strangers, and for programs
SAMPLE = "0" * 32


def paths() -> Iterator[tuple[str, str]]:
    """Every page's name and an address of it."""
    for pattern in get_resolver().url_patterns:
        if str(pattern.pattern) == "api/v1/":
            continue  # tests/web/api tries what is below
        assert isinstance(pattern, URLPattern)
        name = pattern.name or ""
        if not name.startswith("account_"):
            yield name, "/" + re.sub(r"<(\w+:)?\w+>", SAMPLE, str(pattern.pattern))


def test_every_page_asks_who_is_there(db: None) -> None:
    answers = {name: Client().get(path) for name, path in paths() if name not in OPEN}
    posts = {name: Client().post(path) for name, path in paths() if name not in OPEN}
    assert {name for name, answer in answers.items() if answer.status_code not in (302, 405)} == set()
    assert {name for name, answer in posts.items() if answer.status_code not in (302, 405)} == set()
    assert len(answers) > 10


def test_the_content_policy_forbids_inline_scripts_on_every_page(olga: Access, visit: Visit) -> None:
    client = visit(olga)
    for _, path in paths():
        answer = client.get(path)
        policy = [part.strip() for part in answer.headers["Content-Security-Policy"].split(";")]
        assert {"script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"} <= set(policy)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "private" in answer.headers["Cache-Control"] or "no-store" in answer.headers["Cache-Control"]
        if answer.headers["Content-Type"].startswith("text/html"):
            assert inline_scripts(answer.text) == [], path


def inline_scripts(html: str) -> list[str]:
    """Scripts in the page, handlers in attributes, addresses that are scripts."""
    blocks = re.findall(r"<script(?![^>]*\bsrc=)[^>]*>.*?</script>", html, re.S)
    return blocks + re.findall(r"\s(?:on\w+|hx-on[\w:.-]*)=|javascript:", html)


def test_the_check_for_inline_scripts_finds_them() -> None:
    bad = ["<script>x</script>", '<a onclick="x">', '<a href="javascript:x">', '<p hx-on:click="x">']
    assert all(inline_scripts(html) for html in bad)
    assert not inline_scripts('<script type="module" src="/x"></script>')


def test_what_a_role_does_not_include_is_refused_with_the_reason(vic: Access, visit: Visit) -> None:
    answer = visit(vic).get("/settings/keys")
    assert answer.status_code == 403
    assert "A viewer may not administer in this workspace" in answer.text
    assert "Tenure Test" in answer.text  # in the frame: the rest is a click away


def test_whoever_belongs_nowhere_is_told_so(dana: Access, visit: Visit) -> None:
    client = visit(dana)
    Membership.objects.all().delete()
    answer = client.get("/settings")
    assert answer.status_code == 403
    assert "You belong to no workspace" in answer.text
    assert "dana@example.test" in answer.text


def test_a_neighbours_page_does_not_exist(dana: Access, neighbour: Access, visit: Visit) -> None:
    theirs = cast.member(neighbour, "Otto", Role.VIEWER)
    membership = Membership.objects.get(user=theirs.user)
    olga = cast.member(dana, "Olga", Role.OWNER)
    answer = visit(olga).post(f"/settings/people/{membership.pk}/remove")
    assert answer.status_code == 404
    assert "belongs to another workspace" in answer.text
    assert Membership.objects.filter(pk=membership.pk).exists()


def test_switching_workspaces_shows_only_ones_own(dana: Access, neighbour: Access, visit: Visit) -> None:
    client = visit(dana)
    other = cast.workspace("A second one")
    assert dana.user is not None
    Membership.objects.create(workspace=other.workspace, user=dana.user, role="viewer")
    assert client.post("/workspace", {"workspace": neighbour.workspace.pk}).status_code == 404
    assert client.post("/workspace", {"workspace": other.workspace.pk}).headers["Location"] == "/"
    assert "A second one</span>" in client.get("/settings").text
    found = access_for_user(dana.user, other.workspace.pk)
    assert found is not None
    assert found.workspace == other.workspace


def test_the_navigation_counts(dana: Access, neighbour: Access, visit: Visit) -> None:
    Account.objects.bulk_create(
        Account(workspace=dana.workspace, external_id=str(number), name=f"Acme {number}")
        for number in range(3)
    )
    Account.objects.create(workspace=neighbour.workspace, external_id="otherco", name="Otherco")
    part = visit(dana).get("/nav?here=customers").text
    assert re.search(
        r'href="/customers"[^>]*aria-current="page".*?Customers<span class="count quiet">3</span>', part
    )
    assert "aria-current" not in visit(dana).get('/nav?here="><script>').text


def test_today_counts_whom_the_page_shows(dana: Access, visit: Visit) -> None:
    today = clock.today(dana.workspace.zone)
    for number, owner in enumerate(("dana@example.test", "dana@example.test", "olga@example.test")):
        account = Account.objects.create(
            workspace=dana.workspace, external_id=str(number), name=f"Acme {number}", owner=owner
        )
        EarlyWarning.objects.create(
            workspace=dana.workspace, account=account, cause="silent", says="Nobody came.", opened_on=today
        )
    priorities.rewrite(dana, None, today)
    page = visit(dana).get("/").text
    assert "Two customers need you" in page
    assert re.search(r'<span class="count">2</span>', page)


def test_a_demo_says_that_it_is_invented(dana: Access, visit: Visit) -> None:
    assert "are invented" not in visit(dana).get("/settings").text
    type(dana.workspace).objects.update(is_demo=True)
    assert "are invented" in visit(dana).get("/settings").text


@pytest.mark.usefixtures("specimen")
def test_a_mistake_of_ours_says_so_without_asking_the_database(dana: Access, visit: Visit) -> None:
    client = visit(dana)
    client.raise_request_exception = False
    answer = client.get("/breaks")
    assert answer.status_code == 500
    assert "Something broke" in answer.text
    assert "a mistake, for the test" not in answer.text


def test_a_page_that_is_not_there(dana: Access, visit: Visit) -> None:
    for client in (Client(), visit(dana)):
        answer = client.get("/no-such-page")
        assert (answer.status_code, "Nothing here" in answer.text) == (404, True)


def test_the_decorator_checks_the_right_before_the_view_runs(vic: Access, rf: RequestFactory) -> None:
    @page(Right.LOAD)
    def never(request: object) -> HttpResponse:
        raise AssertionError("ran")

    request = rf.get("/")
    request.user, request.access = vic.user, vic  # type: ignore[attr-defined, assignment]
    with pytest.raises(PermissionDenied):
        never(request)
