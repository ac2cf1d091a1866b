"""Every page of the demo opens, every link leads somewhere, every figure explains itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.test import Client

from tenure.demo import company, loading
from tenure.jobs import refresh
from tenure.renewals import snapshots
from tenure.workspaces.access import access_for_machine, access_for_user
from tenure.workspaces.models import User
from tests.web.conftest import Visit
from tests.web.crawling import Element, Visited, crawl, is_explained


@pytest.fixture
def owner(transactional_db: None, visit: Visit) -> Client:
    """The demo's owner, signed in."""
    loading.load(12)
    refresh.catch_up()
    access = access_for_user(User.objects.get(email=company.MANAGERS[0]))
    assert access is not None
    snapshots.take_missing(access_for_machine(access.workspace), quarters=2)
    return visit(access)


# Numbers that are no figures of ours, by page and by what they stand in: what explains and defines, what is
# set, and what is on record and counted where it stands.
PLAIN = (
    (r"explain-.*|account-why|account-override", r".*", "it is the explanation"),
    (r"data-metrics?|settings.*", r".*", "it defines figures, or says what is set"),
    (r"data.*", r".*", "it counts the rows of files and events that it lists"),
    (r"account-tab", r"td .*", "a contract, an answer, uses of a feature: a record, as it is"),
    (r"customers.*", r"span .*total.*", "it counts the rows below"),
    (r".*", r"span .*rank.*", "a place in a list"),
    (r".*", r"time .*", "a time"),
)
PARTS = {"definition", "inputs", "coverage", "rows"}
ROUTES = set(
    (
        "today customers account account-tab account-why account-lifetime renewals portfolio "
        "portfolio-equity data settings activity search"
    ).split()
)
OF_FIGURES = {
    f"explain-{kind}"
    for kind in (
        "worth question book total score metric portfolio cohort flow equity lifetime renewals renewal track"
    ).split()
}
EXPLAINS = re.compile(r"/explain/|/settings/health/")  # a measure's name leads to what is set of it


def is_plain(route: str, element: Element) -> bool:
    """Whether a number is none that somebody has to explain."""
    stands = " ".join(
        [element.tag, *element.classes, *(one.tag for one in element.above() if one.tag == "td")]
    )
    stands = f"td {stands}" if " td" in f" {stands}" else stands
    return any(re.fullmatch(page, route) and re.fullmatch(what, stands) for page, what, _ in PLAIN)


def leads_to_its_rows(element: Element) -> bool:
    """Whether a count is a link to the customers it counts."""
    links = (one.attributes.get("href", "") for one in [element, *element.above()] if one.tag == "a")
    return any(link.startswith("/customers?where=") for link in links)


def unexplained(page: Visited) -> Iterator[str]:
    """Figures of a page that nothing explains."""
    for element in page.page.all():
        is_number = "num" in element.classes and any(sign.isdigit() for sign in element.text)
        marks = (is_explained(element), leads_to_its_rows(element), is_plain(page.route, element))
        if is_number and not any(marks):
            yield f"{page.path}: {element.text!r} in {element.tag}.{'.'.join(element.classes)}"


def explained(page: Visited) -> set[str]:
    """What an explanation says: of definition, inputs, coverage and rows."""
    marks = (one.attributes.get("data-explains", "") for one in page.page.all())
    return {part for mark in marks for part in mark.split()}


def why_links(page: Visited) -> Iterator[str]:
    """Where a page's figures are explained."""
    for element in page.page.all():
        if element.tag == "a" and "why" in element.classes:
            yield element.attributes["href"]


@pytest.mark.timeout(600)
def test_every_page_opens_and_every_figure_explains_itself(owner: Client) -> None:
    """The crawl opens some of each kind of explanation, and of metrics some of each; all are looked at."""
    pages = list(crawl(owner, "/", "/search?q=a"))
    assert [(page.path, page.status, page.found_on) for page in pages if page.status != 200] == []
    assert {page.route for page in pages} >= ROUTES
    assert [one for page in pages for one in unexplained(page)] == []

    found = [page for page in pages if page.route in OF_FIGURES]
    assert {page.route for page in found} == OF_FIGURES
    assert [(page.path, explained(page)) for page in found if explained(page) != PARTS] == []
    strange = {link for page in pages for link in why_links(page) if not EXPLAINS.match(link)}
    assert strange == set()
    for page in {page.route: page for page in found}.values():
        drawer = owner.get(page.path, headers={"HX-Request": "true"})
        assert drawer.status_code == 200, page.path
        assert "<html" not in drawer.text, page.path
