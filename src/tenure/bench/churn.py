"""The hazard of leaving, against the truth: how near it comes to what the demo's simulator knows.

The demo company is loaded, a hazard is judged by rolling its origin through the months, and every chance it
told is compared with the true one. The best possible is what somebody would tell who sees the truth itself on
the day; the use and the mood of the weeks until the decision nobody can see.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict
from datetime import date, timedelta
from typing import TYPE_CHECKING

from tenure.bench import Result

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tenure.insight.hazard.backtest import Backtest
    from tenure.insight.hazard.rows import Rows
    from tenure.insight.panel import Panel
    from tenure.workspaces.access import Access

ACCOUNTS = int(os.environ.get("TENURE_BENCH_ACCOUNTS", "500"))


def run(rounds: int | None = None) -> Result:
    """AUC as a share of the best possible, and the figures behind it."""
    from tenure.bench._installation import installation

    with installation() as place:
        command = [sys.executable, "-m", __name__, str(ACCOUNTS)]
        done = subprocess.run(command, env=place.environment, check=True, stdout=subprocess.PIPE)
        return Result(**json.loads(done.stdout))


def main() -> None:
    """Load the demo into this process's installation, measure, and print the result."""
    from tenure.cli.base import start_django

    start_django()
    from tenure.demo import loading
    from tenure.workspaces.access import access_for_machine

    accounts = int(sys.argv[1])
    workspace = loading.load(accounts)
    sys.stdout.write(json.dumps(asdict(measure(access_for_machine(workspace), accounts))))


def measure(access: Access, accounts: int) -> Result:
    """Judge the hazard of a demo workspace by the truth."""
    import numpy as np

    from tenure.insight.churn import learners
    from tenure.insight.hazard import backtest, features, rows
    from tenure.insight.panel import panel

    known = panel(access, metrics=features.metrics())
    found, values = rows.at_risk(known), features.values_of(known)
    columns = [one.taken(found.place) for one in features.columns(values, np.isnan(known.due))]
    with learners.one_thread():
        judged = backtest.run(columns, found, known.at[found.place])
    if judged is None:
        raise SystemExit("too few customers were lost to judge by: take more accounts")
    return _result(judged, *true_chances(access, known, found, judged, accounts))


def true_chances(
    access: Access, known: Panel, found: Rows, judged: Backtest, accounts: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Of each judged row the true chance of leaving at its decision, and as it stood on the day."""
    import numpy as np

    from tenure.accounts.models import Account
    from tenure.demo.contracts import chance_within
    from tenure.demo.simulate import hidden

    until = access.workspace.created_at.date() - timedelta(days=1)
    latent, firms, _ = hidden(until, accounts)
    place_of = {ref: place for place, ref in enumerate(firms.ids)}
    refs = dict(access.of(Account).values_list("pk", "external_id"))
    true, seen = [], []
    for row in judged.place:
        at = found.place[row]
        index = place_of[refs[known.account_ids[known.account[at]]]]
        day = known.days[known.day[at]]
        end = date(1970, 1, 1) + timedelta(days=int(found.decided[row]))
        true.append(chance_within(firms, latent, index, day, end))
        seen.append(chance_within(firms, latent, index, day, end, seen_on=max(day, firms.first_day)))
    return np.array(true), np.array(seen)


def _result(judged: Backtest, true: NDArray[np.float64], seen: NDArray[np.float64]) -> Result:
    from tenure.insight.churn import figures

    quality = judged.quality()
    told = {"hazard": judged.hazard, "boosting": judged.boosting, "cohorts": judged.cohorts}
    expected = {name: figures.expected_auc(true, chance) for name, chance in told.items()}
    best, seen_best = figures.expected_auc(true, true), figures.expected_auc(true, seen)
    slope, intercept = figures.slope_and_intercept(true, judged.hazard)
    return Result(
        name="churn",
        baseline="the AUC of the true hazard as it stands on the day of the forecast",
        ratios={name: auc / seen_best for name, auc in expected.items()},
        figures={
            "decisions": float(len(judged.left)),
            "lost": float(judged.left.sum()),
            "lost, by the truth": float(true.sum()),
            "lost, by the hazard": float(judged.hazard.sum()),
            "best possible AUC, seen on the day": seen_best,
            "best possible AUC, seen at the decision": best,
            **{f"AUC of {name}": auc for name, auc in expected.items()},
            "AUC of hazard, as it happened": quality["hazard"].auc,
            "AUC of truth on the day, as it happened": figures.auc(judged.left, seen),
            "calibration slope, by the truth": slope if slope is not None else "no data",
            "calibration intercept, by the truth": intercept if intercept is not None else "no data",
            "calibration slope, as it happened": quality["hazard"].calibration_slope or "no data",
        },
    )


if __name__ == "__main__":
    main()
