"""`python -m tenure.bench._probed WORKSPACE PROBES`: customers to look at and somebody who looks."""

from __future__ import annotations

import json
import sys

from tenure.cli.base import start_django

start_django()  # before anything that has tables is imported

from tenure.accounts.actions import AccountRow, upsert_accounts  # noqa: E402
from tenure.bench._filled import session  # noqa: E402
from tenure.workspaces.access import workspace_of_job  # noqa: E402


def main(workspace_id: str, probes: int) -> None:
    """Print the customers' ids by yours, and a session."""
    workspace = workspace_of_job(workspace_id)
    made = upsert_accounts(workspace, [AccountRow(f"probe-{number}") for number in range(probes)])
    sys.stdout.write(json.dumps({"accounts": dict(made.ids), "session": session(workspace)}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
