"""Reading pages as people do: their words, and the names in their table."""

from __future__ import annotations

import re
from html.parser import HTMLParser


class _Words(HTMLParser):
    """The words of a page without its markup and scripts; and those inside links of class `name`."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.names: list[str] = []
        self.is_script = self.is_name = False
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.is_script = tag in ("script", "style")
        self.is_name = tag == "a" and ("class", "name") in attrs

    def handle_endtag(self, tag: str) -> None:
        self.is_script = self.is_name = False

    def handle_data(self, data: str) -> None:
        if self.is_script:
            return
        self.parts.append(data)
        if self.is_name:
            self.names.append(data)


def text(page: bytes) -> str:
    """The page's words, every gap one space, unless it is one that does not break."""
    return re.sub(r"[ \n\t]+", " ", " ".join(_Words(page).parts)).strip()


def names(page: bytes) -> list[str]:
    """The names in the table, from above."""
    return _Words(page).names
