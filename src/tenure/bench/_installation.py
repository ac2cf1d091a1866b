"""A throw-away installation for benchmarks that kill or flood: a data folder, one workspace, one key."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Installation:
    """Where it is, and what opens it."""

    home: Path
    workspace_id: str
    key: str

    @property
    def environment(self) -> dict[str, str]:
        """For processes that belong to it; a worker goes on where the one before it was killed."""
        return {**os.environ, "TENURE_HOME": str(self.home), "TENURE_HOLDER": "bench"}

    def start(self, *module: str) -> subprocess.Popen[bytes]:
        """A process of it: `python -m …`, a group of its own. What it prints goes where errors go."""
        return subprocess.Popen(
            [sys.executable, "-m", *module],
            env=self.environment,
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr,  # what a benchmark prints is its result
        )


@contextmanager
def installation() -> Iterator[Installation]:
    """A migrated, empty installation in a temporary folder, removed at the end."""
    with tempfile.TemporaryDirectory(prefix="tenure-bench-", ignore_cleanup_errors=True) as folder:
        environment = {**os.environ, "TENURE_HOME": folder}
        made = subprocess.run(
            [sys.executable, "-m", __name__], env=environment, check=True, stdout=subprocess.PIPE
        )
        yield Installation(Path(folder), **json.loads(made.stdout))


def main() -> None:
    """Make it, in the process's TENURE_HOME, and print what opens it."""
    from tenure.cli.base import start_django

    start_django()
    from django.core.management import call_command

    from tenure.workspaces import actions
    from tenure.workspaces.access import access_for_machine

    call_command("migrate", verbosity=0)
    workspace = actions.create_workspace("Benchmark")
    key = actions.create_key(access_for_machine(workspace))
    sys.stdout.write(json.dumps({"workspace_id": workspace.id, "key": key}))


if __name__ == "__main__":
    main()
