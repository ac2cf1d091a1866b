"""`python -m tenure.bench._loaded ACCOUNTS`: loads a demo company of so many, prints what it took as JSON."""

from __future__ import annotations

import json
import sys
import time


def main(accounts: int) -> None:
    """Load it into TENURE_HOME, made ready before: imports, scores of a year, warnings."""
    from tenure.jobs import setup

    setup.prepare()
    began, cpu = time.monotonic(), time.process_time()
    workspace = setup.prepare_demo(accounts)
    seconds, cpu = time.monotonic() - began, time.process_time() - cpu

    from tenure.events import queries
    from tenure.workspaces.access import access_for_machine

    events = queries.count(access_for_machine(workspace))
    sys.stdout.write(json.dumps({"seconds": seconds, "cpu": cpu, "events": events}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
