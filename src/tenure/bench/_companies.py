"""Asks a module about a demo company of a seed, in a process and an installation of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from tenure.bench._installation import installation


def asked(module: str, accounts: int, seed: int) -> dict[str, Any]:
    """What `python -m module ACCOUNTS SEED` prints, run in an empty installation: lists by name."""
    with installation() as place:
        command = [sys.executable, "-m", module, str(accounts), str(seed)]
        done = subprocess.run(command, env=place.environment, check=True, stdout=subprocess.PIPE)
        return dict(json.loads(done.stdout))
