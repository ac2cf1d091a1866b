"""The hazard of leaving, against the truth: how near it comes to what the demo's simulator knows.

Demo companies of several seeds are loaded, each hazard is judged by rolling its origin through the months,
and every chance it told is compared with the true one. The best possible is what somebody would tell who sees
the truth itself on the day; the use and the mood of the weeks until the decision nobody can see. Intervals
are of accounts drawn anew (a bootstrap by account within each company).
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from tenure.bench import Result

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tenure.insight.hazard.backtest import Backtest
    from tenure.insight.hazard.rows import Rows
    from tenure.insight.panel import Panel
    from tenure.workspaces.access import Access

ACCOUNTS = int(os.environ.get("TENURE_BENCH_ACCOUNTS", "500"))
SEEDS = [int(one) for one in os.environ.get("TENURE_BENCH_SEEDS", "7 12 13 21 34 55").split()]
DRAWS = 200
MODELS = ("hazard", "boosting", "cohorts")


def run(rounds: int | None = None) -> Result:
    """AUC as a share of the best possible, and the figures behind it."""
    from tenure.bench._companies import asked

    return result({seed: asked(__name__, ACCOUNTS, seed) for seed in SEEDS})


def main() -> None:
    """Load a demo company into this process's installation, judge, and print the decisions."""
    from tenure.cli.base import start_django

    start_django()
    from tenure.demo import loading
    from tenure.workspaces.access import access_for_machine

    accounts, seed = map(int, sys.argv[1:])
    workspace = loading.load(accounts, seed)
    sys.stdout.write(json.dumps(decisions(access_for_machine(workspace), accounts, seed)))


def decisions(access: Access, accounts: int, seed: int) -> dict[str, Any]:
    """What the hazard of a demo workspace told of each decision, and the truth."""
    import numpy as np

    from tenure.insight.churn import learners
    from tenure.insight.hazard import backtest, features, rows
    from tenure.insight.panel import panel

    known = panel(access, metrics=features.metrics())
    found, values = rows.at_risk(known), features.values_of(known)
    columns = [one.taken(found.place) for one in features.columns(values, np.isnan(known.due))]
    with learners.one_thread():
        told = backtest.run(columns, found, known.at[found.place], features.BELIEFS)
    if told is None:
        raise SystemExit("too few customers were lost to judge by: take more accounts")
    true, seen = true_chances(access, known, found, told, accounts, seed)
    return {
        "true": true.tolist(),
        "seen": seen.tolist(),
        "left": told.left.tolist(),
        "account": known.account[found.place[told.place]].tolist(),
        **{name: getattr(told, name).tolist() for name in MODELS},
    }


def true_chances(
    access: Access, known: Panel, found: Rows, told: Backtest, accounts: int, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Of each judged row the true chance of leaving at its decision, and as it stood on the day."""
    import numpy as np

    from tenure.accounts.models import Account
    from tenure.demo.contracts import chance_within
    from tenure.demo.simulate import hidden

    until = access.workspace.created_at.date() - timedelta(days=1)
    latent, firms, _ = hidden(until, accounts, seed)
    place_of = {ref: place for place, ref in enumerate(firms.ids)}
    refs = dict(access.of(Account).values_list("pk", "external_id"))
    true, seen = [], []
    for row in told.place:
        at = found.place[row]
        index = place_of[refs[known.account_ids[known.account[at]]]]
        day = known.days[known.day[at]]
        end = date(1970, 1, 1) + timedelta(days=int(found.decided[row]))
        true.append(chance_within(firms, latent, index, day, end))
        seen.append(chance_within(firms, latent, index, day, end, seen_on=max(day, firms.first_day)))
    return np.array(true), np.array(seen)


Company = dict[str, "NDArray[np.float64]"]


def result(companies: dict[int, dict[str, Any]]) -> Result:
    """What is pooled: means over the companies, each of which is one world."""
    import numpy as np

    from tenure.insight.churn import figures

    found = {seed: {name: np.array(some) for name, some in one.items()} for seed, one in companies.items()}
    gaps = _gaps(list(found.values()))
    pooled = {
        name: np.concatenate([one[name] for one in found.values()]) for name in (*MODELS, "true", "left")
    }
    slope, intercept = figures.slope_and_intercept(pooled["true"], pooled["hazard"])
    aucs = {name: _mean(found.values(), name) for name in MODELS}
    best, at_decision = (_mean(found.values(), name) for name in ("seen", "true"))
    low, high = np.quantile(gaps, (0.1, 0.9)).tolist()
    return Result(
        name="churn",
        baseline="the AUC of the true hazard as it stands on the day of the forecast",
        ratios={name: auc / best for name, auc in aucs.items()},
        figures={
            "companies": float(len(found)),
            "decisions": float(len(pooled["left"])),
            "lost": float(pooled["left"].sum()),
            "lost, by the truth": float(pooled["true"].sum()),
            "lost, by the hazard": float(pooled["hazard"].sum()),
            "best possible AUC, seen on the day": best,
            "best possible AUC, seen at the decision": at_decision,
            **{f"AUC of {name}": auc for name, auc in aucs.items()},
            "below the best possible on the day": best - aucs["hazard"],
            "below it, 80 % interval, from": low,
            "below it, 80 % interval, to": high,
            **{f"below it, seed {seed}": _below(one) for seed, one in found.items()},
            "calibration slope, by the truth": slope if slope is not None else "no data",
            "calibration intercept, by the truth": intercept if intercept is not None else "no data",
            **{f"calibration slope, seed {seed}": _slope(one) for seed, one in found.items()},
        },
    )


def _mean(companies: Any, name: str) -> float:
    import numpy as np

    from tenure.insight.churn import figures

    return float(np.mean([figures.expected_auc(one["true"], one[name]) for one in companies]))


def _below(one: Company) -> float:
    from tenure.insight.churn import figures

    true = one["true"]
    return figures.expected_auc(true, one["seen"]) - figures.expected_auc(true, one["hazard"])


def _slope(one: Company) -> float | str:
    from tenure.insight.churn import figures

    slope, _ = figures.slope_and_intercept(one["true"], one["hazard"])
    return "no data" if slope is None else slope


def _gaps(companies: Sequence[Company]) -> NDArray[np.float64]:
    """How far below the best possible, of accounts drawn anew."""
    import numpy as np

    rng = np.random.default_rng(20260101)
    found = [[_below(_redrawn(rng, one)) for one in companies] for _ in range(DRAWS)]
    return np.asarray(np.mean(found, axis=1), dtype=np.float64)


def _redrawn(rng: np.random.Generator, one: Company) -> Company:
    """As many accounts, with all of their decisions."""
    import numpy as np

    names = np.unique(one["account"])
    times = np.bincount(rng.integers(0, len(names), len(names)), minlength=len(names))
    rows = np.repeat(np.arange(len(one["account"])), times[np.searchsorted(names, one["account"])])
    return {name: some[rows] for name, some in one.items()}


if __name__ == "__main__":
    main()
