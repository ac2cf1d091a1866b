"""Whom a note mentions, and what kind of file something is. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

_AT = re.compile(r"(?<![\w@.])@(?=\w)")
_LINK = re.compile(r"\bhttps?://[^\s<>\"]*[^\s<>\"'.,;:!?)\]}]", re.IGNORECASE)
ANYTHING = "application/octet-stream"


class Part(NamedTuple):
    """A piece of a note's text; `who` is the id of whom it mentions, `href` where it leads.

    Both are empty for plain text.
    """

    text: str
    who: str = ""
    href: str = ""


def names_of(members: Iterable[tuple[str, str, str]]) -> dict[str, str]:
    """What members (id, name, e-mail) are called after an @, in lower case, to their ids.

    Full name and address always; first name and the part before the @ where only one has it.
    """
    rows = [(key, name.strip().lower(), email.lower()) for key, name, email in members]
    short = Counter(one for _, name, email in rows for one in _short(name, email))
    found = {one: key for key, name, email in rows for one in _short(name, email) if short[one] == 1}
    return found | {one: key for key, name, email in rows for one in (name, email) if one}


def _short(name: str, email: str) -> set[str]:
    return {one for one in (name.partition(" ")[0], email.partition("@")[0]) if one}


def parts(text: str, names: Mapping[str, str]) -> Iterator[Part]:
    """The text in pieces, so that mentions and addresses can be shown as such; together they are the text."""
    done = 0
    for link in _LINK.finditer(text):
        yield from _words(text[done : link.start()], names)
        yield Part(link.group(), href=link.group())
        done = link.end()
    yield from _words(text[done:], names)


def _words(text: str, names: Mapping[str, str]) -> Iterator[Part]:
    by_length, low = sorted(names, key=len, reverse=True), text.lower()
    done = 0
    for found in _AT.finditer(text):
        if found.start() < done:
            continue
        called = next((one for one in by_length if _is_here(low, one, found.end())), None)
        if called:
            yield Part(text[done : found.start()])
            done = found.end() + len(called)
            yield Part(text[found.start() : done], names[called])
    yield Part(text[done:])


def mentioned(text: str, names: Mapping[str, str]) -> set[str]:
    """The ids of the members whom a text mentions."""
    return {part.who for part in parts(text, names) if part.who}


def _is_here(low: str, name: str, start: int) -> bool:
    """Whether a name stands at a place and ends there: `@dana.` is Dana, `@danae` is not."""
    end = start + len(name)
    return low.startswith(name, start) and not re.match(r"\w|[.@-]\w", low[end : end + 2])


def content_type(head: bytes) -> str:
    """What a file is by its first bytes; what a browser could run is never called so.

    Texts are plain texts, HTML and SVG too; anything unknown is bytes.
    """
    for magic, kind in _MAGIC.items():
        if head.startswith(magic):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return "text/plain; charset=utf-8" if _is_text(head) else ANYTHING


def _is_text(head: bytes) -> bool:
    try:
        head.decode()
    except UnicodeDecodeError as wrong:
        if wrong.end < len(head) or len(head) < 4:  # a letter cut in two at the end is no fault
            return False
    return not re.search(rb"[\x00-\x08\x0e-\x1f]", head)


_MAGIC = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
    b"PK\x03\x04": "application/zip",  # Office's files too
}
