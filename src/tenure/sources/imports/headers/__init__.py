"""What the columns of a file may be called beside our names and the kinds' own words: one file a language.

Each has `NAMES`: kind → canonical column → what people call it, as they write it, the surest first. What
stands under EVERYWHERE goes for every kind with that column, behind the kind's own. To teach a language,
add a file like the others: case, accents, blanks and punctuation make no difference, and `ä` is found as
`ae` too. Words that an English file would use for something else (Dutch "contract") are left out.

The English words stand beside each column (`also` in kinds/*.py) and count before these. No word may stand
for two columns of a kind, in whatever languages: tests/sources/test_headers.py says which does.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

EVERYWHERE = "everywhere"
_SUREST, _LESS = 0.95, 0.005  # of the first word of a list, and how much less sure each is that follows
_DIGRAPHS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})

Names = Mapping[str, Mapping[str, str]]  # kind or EVERYWHERE → column → words between commas


def plain(name: str) -> str:
    """A name without case, accents, punctuation and zone: `customerID` and `Customer ID` are alike."""
    unzoned = re.sub(r"\s*\((UTC|GMT)\)$", "", name)
    if not unzoned.isascii():
        unzoned = "".join(
            one for one in unicodedata.normalize("NFKD", unzoned) if not unicodedata.combining(one)
        )
    return re.sub(r"[\W_]+", "", unzoned).casefold()


@cache
def languages() -> Mapping[str, Names]:
    """The names of each file beside this one."""
    found = (one.name for one in iter_modules(__path__))
    return {name: import_module(f"{__name__}.{name}").NAMES for name in found}


def words(names: Names, kind: str, column: str) -> list[str]:
    """What a language calls a column of a kind, as written."""
    said = (names.get(place, {}).get(column, "") for place in (kind, EVERYWHERE))
    return [one.strip() for text in said for one in text.split(",") if one.strip()]


@cache
def known(kind: str, column: str, own: tuple[str, ...]) -> Mapping[str, float]:
    """All plain names a column is known by, its own words among them, and how sure a guess by each is."""
    found: dict[str, float] = {}
    for names in languages().values():
        for name, sure in _ranked(words(names, kind, column)):
            found[name] = max(sure, found.get(name, 0))
    return found | dict(_ranked(own))


def _ranked(said: Sequence[str]) -> Iterator[tuple[str, float]]:
    for rank, one in reversed(list(enumerate(said))):
        for spelling in (one, one.translate(_DIGRAPHS)):
            yield plain(spelling), _SUREST - _LESS * rank
