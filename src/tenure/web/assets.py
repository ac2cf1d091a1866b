"""The built scripts, styles and fonts by their source names."""

from __future__ import annotations

import functools
import json
import logging
from pathlib import Path

from django.templatetags.static import static

DIST = Path(__file__).parent / "static" / "dist"
log = logging.getLogger(__name__)


def asset(name: str) -> str:
    """The address of a built file, such as `main.js`; with its hash, so that it may be kept for ever."""
    return static(f"dist/{_manifest().get(name, name)}")


def is_built() -> bool:
    """Whether the front end was built: without it pages work, but bare."""
    return (DIST / "manifest.json").exists()


@functools.cache
def _manifest() -> dict[str, str]:
    """Built names by source names, as they were when this process began: it serves the files of then."""
    if not is_built():
        log.warning("the front end is not built: run `npm ci --ignore-scripts && npm run build` in ui/")
        return {}
    found: dict[str, str] = json.loads((DIST / "manifest.json").read_text())
    return found
