"""Search by the beginnings of words: accounts, people, notes and events, in one workspace from the start."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL

from tenure.desk.index import INDEX
from tenure.desk.models import SearchEntry
from tenure.workspaces.access import Access

LONGEST = 100
_MOST_WORDS = 8
_CANDIDATES = 200  # of those that begin with the words, and of all: ranked among themselves
_ARR, _DOMAIN = "account__standing__arr_minor", "account__domain"
_AROUND = 60  # letters of a note before what was found
_ACCOUNTS = f"SELECT e.account_id FROM {INDEX} s JOIN search_entry e ON e.id = s.rowid WHERE {INDEX} MATCH %s"  # noqa: S608
_LAST = "\U0010ffff"  # behind all letters
_BEGIN = f"""SELECT id, 1 AS begins FROM search_entry
    WHERE workspace_id = %s AND kind = %s AND title COLLATE nocase >= %s AND title COLLATE nocase < %s
    LIMIT {_CANDIDATES}"""  # noqa: S608
_IDS = f"SELECT rowid FROM {INDEX} WHERE {INDEX} MATCH %s"  # noqa: S608


@dataclass(frozen=True)
class Hit:
    """A record that fits. `says` is the piece of a note around the words."""

    kind: str
    record: str
    account_id: str
    account: str
    title: str
    says: str = ""
    domain: str = ""


def accounts(access: Access, text: str) -> Q:
    """Which accounts are called so: by name, domain or id, as a condition on accounts."""
    words = _words(text)
    if not words:
        return Q(pk__in=())
    return Q(pk__in=RawSQL(_ACCOUNTS, [_match(access, SearchEntry.ACCOUNT, words)]))  # noqa: S611


def find(access: Access, text: str, kind: str, most: int) -> list[Hit]:
    """The records of a kind that fit best: called exactly so, then beginning so, then by what they pay."""
    words = _words(text)
    if not words:
        return []
    ids, begin = _candidates(access, kind, words)
    rows = access.of(SearchEntry).filter(pk__in=ids)
    if access.is_narrowed:  # the first hundreds might all be another's
        fits = RawSQL(_IDS, [_match(access, kind, words)])  # noqa: S611
        rows = access.of(SearchEntry).filter(pk__in=fits)
    exact = text.strip().casefold()
    ranked = sorted(
        rows.values_list("pk", "title", _ARR),
        key=lambda row: (row[1].casefold() != exact, row[0] not in begin, -(row[2] or 0), row[1]),
    )
    return _hits(access, kind, [row[0] for row in ranked[:most]], words)


def _hits(access: Access, kind: str, ids: Sequence[int], words: Sequence[str]) -> list[Hit]:
    """These entries, in this order, with what is shown of them."""
    columns = ("pk", "record", "account_id", "account__name", "title", "words", _DOMAIN)
    found = {row[0]: row for row in access.of(SearchEntry).filter(pk__in=ids).values_list(*columns)}
    return [
        Hit(
            kind,
            record,
            account_id or "",
            account or "",
            title,
            _piece(long, words) if kind == "note" else "",
            domain or "",
        )
        for _, record, account_id, account, title, long, domain in (found[pk] for pk in ids if pk in found)
    ]


def _words(text: str) -> list[str]:
    """What was typed, as the index has words: letters and digits; the first few."""
    return re.findall(r"[^\W_]+", text.replace("\0", "")[:LONGEST])[:_MOST_WORDS]


def _match(access: Access, kind: str, words: Sequence[str], *, begins: bool = False) -> str:
    """The question to the index. Words are letters and digits only, so nothing of it can be an operator."""
    asked = " AND ".join(f'"{word}" *' for word in words)
    scope = f'scope : "{access.workspace.id}{kind}"'
    first = f' AND title : ^ "{words[0]}" *' if begins else ""
    return f"{scope}{first} AND {{title words}} : ({asked})"


def _candidates(access: Access, kind: str, words: Sequence[str]) -> tuple[set[int], set[int]]:
    """Some that fit, the first few hundred; and which of them begin with the first word.

    Where there is one word, those that begin with it come from an index of titles: the index of words would
    go through all that have such a word anywhere before it found none.
    """
    each = f"SELECT rowid, %s AS begins FROM {INDEX} WHERE {INDEX} MATCH %s LIMIT {_CANDIDATES}"  # noqa: S608
    asked: list[int | str] = [0, _match(access, kind, words)]
    begin, about = each, list[int | str]([1, _match(access, kind, words, begins=True)])
    if len(words) == 1:
        begin, about = _BEGIN, [access.workspace.id, kind, words[0], f"{words[0]}{_LAST}"]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM ({begin}) UNION ALL SELECT * FROM ({each})", [*about, *asked])  # noqa: S608
        found = cursor.fetchall()
    return {row for row, _ in found}, {row for row, begins in found if begins}


def _piece(text: str, words: Sequence[str]) -> str:
    """The text around the first word found."""
    places: Iterator[int] = (text.casefold().find(word.casefold()) for word in words)
    at = max(min((place for place in places if place >= 0), default=0) - _AROUND, 0)
    piece = " ".join(text[at : at + 3 * _AROUND].split())
    return f"{'…' if at else ''}{piece}{'…' if at + 3 * _AROUND < len(text) else ''}"
