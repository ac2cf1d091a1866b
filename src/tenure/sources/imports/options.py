"""What was said about a file beside its contents, and what follows from the workspace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tenure.kit import clock
from tenure.sources.imports.checking import Terms
from tenure.sources.imports.files import FileProblem
from tenure.workspaces.models import Workspace


@dataclass(frozen=True)
class Options:
    """`map`: ours → theirs, empty for none; `set`: ours → one value for all rows; `as_of`: the file's day."""

    map: Mapping[str, str] = field(default_factory=dict)
    set: Mapping[str, str] = field(default_factory=dict)
    as_of: date | None = None

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Options:
        """From the JSON of an import run."""
        as_of = stored.get("as_of")
        return cls(
            dict(stored.get("map", {})),
            dict(stored.get("set", {})),
            date.fromisoformat(as_of) if as_of else None,
        )

    def stored(self) -> dict[str, Any]:
        """As the JSON of an import run."""
        return {"map": dict(self.map), "set": dict(self.set), "as_of": self.as_of and self.as_of.isoformat()}

    def terms(self, workspace: Workspace) -> Terms:
        """What values are read against: the workspace's zone and currency, the file's day or today."""
        as_of = self.as_of or clock.today(workspace.zone)
        return Terms(workspace.zone, workspace.currency, as_of, clock.now())


def parse_day(text: str) -> date | None:
    """The day in `2026-04-03`; None for nothing. Raises FileProblem."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise FileProblem(f"--as-of {text}: write the day like 2026-04-03") from error
