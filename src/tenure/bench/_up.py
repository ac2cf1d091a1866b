"""`python -m tenure.bench._up …`: `tenure up …`, except that what is killed often is started again soon."""

from __future__ import annotations

import sys

from tenure.cli import main, supervisor

if __name__ == "__main__":
    supervisor.LONGEST_WAIT = 0.5
    sys.argv[1:1] = ["up"]
    main()
