"""What was said about a file beside its contents, and what follows from the workspace."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import partial
from typing import Any

from tenure.accounts import families
from tenure.kit import clock
from tenure.kit.words import listing
from tenure.revenue.models import Rate
from tenure.sources.imports.checking import Terms
from tenure.sources.imports.delimited import DELIMITERS, ENCODINGS
from tenure.sources.imports.file import FileProblem, Reading
from tenure.sources.imports.forms import MANNERS
from tenure.workspaces.models import Workspace


@dataclass(frozen=True)
class Options:
    """How a file is to be understood, where somebody said so.

    `map`: ours → theirs, empty for none; `set`: ours → one value for all rows; `as_of`: the file's day;
    `manners`: how its `dates` and `numbers` are written where that is open (forms.MANNERS); `reading`:
    encoding, separator, sheet.
    """

    map: Mapping[str, str] = field(default_factory=dict)
    set: Mapping[str, str] = field(default_factory=dict)
    as_of: date | None = None
    manners: Mapping[str, str] = field(default_factory=dict)
    reading: Reading = field(default_factory=Reading)

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Options:
        """From the JSON of an import run."""
        as_of = stored.get("as_of")
        return cls(
            dict(stored.get("map", {})),
            dict(stored.get("set", {})),
            date.fromisoformat(as_of) if as_of else None,
            dict(stored.get("manners", {})),
            Reading(**stored.get("reading", {})),
        )

    def stored(self) -> dict[str, Any]:
        """As the JSON of an import run."""
        return {
            "map": dict(self.map),
            "set": dict(self.set),
            "as_of": self.as_of and self.as_of.isoformat(),
            "manners": dict(self.manners),
            "reading": asdict(self.reading),
        }

    def terms(self, workspace: Workspace) -> Terms:
        """What values are read against: the workspace's zone and currency, the file's day or today."""
        as_of = self.as_of or clock.today(workspace.zone)
        rated = Rate.objects.filter(workspace=workspace).values_list("currency", flat=True).distinct()
        above = partial(families.lines, workspace)
        return Terms(workspace.zone, workspace.currency, as_of, clock.now(), self.manners, list(rated), above)


def manners(dates: str, numbers: str) -> dict[str, str]:
    """Manners as somebody said them, empty where nothing was said. Raises FileProblem."""
    said = {about: manner for about, manner in (("dates", dates), ("numbers", numbers)) if manner}
    for about, manner in said.items():
        if manner not in MANNERS[about]:
            raise FileProblem(f"--{about} {manner}: say {listing(MANNERS[about], 'or')}")
    return said


def parse_day(text: str) -> date | None:
    """The day in `2026-04-03`; None for nothing. Raises FileProblem."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise FileProblem(f"--as-of {text}: write the day like 2026-04-03") from error


def parse_reading(encoding: str, delimiter: str, sheet: str) -> Reading:
    """How to read a file, as somebody said it; empty where nothing was said. Raises FileProblem."""
    if encoding and _codec(encoding) not in ENCODINGS:
        raise FileProblem(f"--encoding {encoding}: there are {listing(list(ENCODINGS))}")
    signs = {name: sign for sign, name in DELIMITERS.items()} | {sign: sign for sign in DELIMITERS}
    if delimiter and delimiter not in signs:
        raise FileProblem(f"--delimiter {delimiter}: say {listing(list(DELIMITERS.values()), 'or')}")
    return Reading(_codec(encoding), signs.get(delimiter, ""), sheet)


def _codec(encoding: str) -> str:
    """An encoding as we name it: `windows-1252` and `CP1252` are one."""
    plain = encoding.strip().lower().replace("windows-", "cp")
    with suppress(LookupError):
        codec = codecs.lookup(plain) if plain else None
        return next((one for one in ENCODINGS if codec and codecs.lookup(one).name == codec.name), plain)
    return plain
