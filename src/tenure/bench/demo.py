"""Loading the demo company: simulated, imported, a year of its scores computed, warned about.

Each in a process and a folder of its own, made ready before. A company a fifth as large is the baseline: what
does not grow with the data (compiling metrics, opening engines) is most of what that one takes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile

from tenure.bench import Result
from tenure.demo.simulate import ACCOUNTS

SMALL = ACCOUNTS // 5


def run(rounds: int | None = None) -> Result:
    """Load the small one and the whole one, each as often as asked (once); the best counts."""
    small, whole = ([load(size) for _ in range(rounds or 1)] for size in (SMALL, ACCOUNTS))
    least, most = (min(ones, key=lambda one: one["seconds"]) for ones in (small, whole))
    return Result(
        name="demo",
        baseline=f"the same company with {SMALL} customers",
        ratios={"seconds": most["seconds"] / least["seconds"], "CPU": most["cpu"] / least["cpu"]},
        figures={
            f"{size} customers, {what}": one[key]
            for size, one in ((SMALL, least), (ACCOUNTS, most))
            for what, key in (("seconds", "seconds"), ("CPU seconds", "cpu"), ("events", "events"))
        },
    )


def load(accounts: int) -> dict[str, float]:
    """What loading so many took: seconds, CPU seconds, events."""
    with tempfile.TemporaryDirectory(prefix="tenure-bench-", ignore_cleanup_errors=True) as folder:
        done = subprocess.run(
            [sys.executable, "-m", "tenure.bench._loaded", str(accounts)],
            env={**os.environ, "TENURE_HOME": folder},
            check=True,
            stdout=subprocess.PIPE,
        )
    return {key: float(value) for key, value in json.loads(done.stdout).items()}
