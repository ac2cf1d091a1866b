"""Walks through the pages as somebody who follows every link, and reads what stands on them."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urldefrag, urljoin, urlsplit

from django.test import Client
from django.urls import Resolver404, resolve

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
MOST = 2  # addresses of one shape: a route and the names of its parameters
LEAVES = re.compile(r"^/(static/|sign-out|api/|live)")  # not pages


@dataclass
class Element:
    """An element of a page with what is in it."""

    tag: str
    attributes: dict[str, str]
    parent: Element | None = None
    children: list[Element | str] = field(default_factory=list)

    @property
    def classes(self) -> list[str]:
        """Its classes."""
        return self.attributes.get("class", "").split()

    @property
    def text(self) -> str:
        """Its words."""
        parts = (one if isinstance(one, str) else one.text for one in self.children)
        return re.sub(r"\s+", " ", " ".join(parts)).strip()

    def all(self) -> Iterator[Element]:
        """It and everything in it."""
        yield self
        for one in self.children:
            if isinstance(one, Element):
                yield from one.all()

    def above(self) -> Iterator[Element]:
        """What it stands in, the nearest first."""
        at = self.parent
        while at is not None:
            yield at
            at = at.parent


class _Tree(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.root = self.at = Element("page", {})
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs}, self.at)
        self.at.children.append(element)
        if tag not in VOID:
            self.at = element

    def handle_endtag(self, tag: str) -> None:
        open_ones = [self.at, *self.at.above()]
        found = next((one for one in open_ones if one.tag == tag), None)
        if found is not None and found.parent is not None:
            self.at = found.parent

    def handle_data(self, data: str) -> None:
        self.at.children.append(data)


def tree(page: str) -> Element:
    """A page as elements."""
    return _Tree(page).root


@dataclass(frozen=True)
class Visited:
    """A page that was opened, and where it was found."""

    path: str
    route: str
    status: int
    page: Element
    found_on: str


def crawl(client: Client, *starts: str) -> Iterator[Visited]:
    """Every page that links and parts lead to, the nearest first; of each shape a few."""
    waiting, seen, shapes = deque((one, "") for one in starts), set(starts), Counter[str]()
    while waiting:
        path, found_on = waiting.popleft()
        route, shape = _shape(path)
        shapes[shape] += 1
        if shapes[shape] > MOST:
            continue
        visited = _visit(client, path, route, found_on)
        yield visited
        for link in links(visited.page, path):
            if link not in seen:
                seen.add(link)
                waiting.append((link, path))


def _visit(client: Client, path: str, route: str, found_on: str) -> Visited:
    answer = client.get(path, follow=True)
    is_page = answer.headers.get("Content-Type", "").startswith("text/html") and not answer.streaming
    text = answer.content.decode() if is_page else ""
    answer.close()
    return Visited(path, route, answer.status_code, tree(text), found_on)


def _shape(path: str) -> tuple[str, str]:
    """The route of an address, and its shape; one that no route has is a shape of its own."""
    parts = urlsplit(path)
    try:
        found = resolve(parts.path)
    except Resolver404:
        return "", path
    words = [
        value for name, value in found.kwargs.items() if name in ("name", "tab", "figure", "profile_name")
    ]
    asked = sorted({name for name, _ in parse_qsl(parts.query, keep_blank_values=True)})
    return found.url_name or "", " ".join([found.url_name or "", *words, *asked])


def links(page: Element, base: str) -> Iterator[str]:
    """Where a page leads on this site: its links, and the parts that it fetches."""
    for element in page.all():
        for name in ("href", "hx-get"):
            if name in element.attributes and element.tag != "link":
                target = urldefrag(urljoin(f"http://testserver{base}", element.attributes[name])).url
                parts = urlsplit(target)
                if parts.netloc == "testserver" and not LEAVES.match(parts.path):
                    yield target.removeprefix("http://testserver")


def is_explained(element: Element) -> bool:
    """Whether a figure leads to its explanation: it is in such a link, or has one in it."""
    return any(map(_explains, [*element.above(), *element.all()]))


def _explains(element: Element) -> bool:
    return element.tag == "a" and "why" in element.classes and bool(element.attributes.get("href"))
