"""Lifetime values, against the truth: how near they come to what the demo's simulator has in store.

Demo companies of several seeds are loaded, the hazard is learnt, and every customer's value today is compared
with the one that the written truth gives it, over many futures drawn week by week from what it is on the last
day. Beside it stands what the cohort model alone says, and each of them without expansion.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tenure.bench import Result

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tenure.workspaces.access import Access

ACCOUNTS = int(os.environ.get("TENURE_BENCH_ACCOUNTS", "500"))
SEEDS = [int(one) for one in os.environ.get("TENURE_BENCH_SEEDS", "7 12 13").split()]
MODELS = ("in force", "in force, no expansion", "cohorts", "cohorts, no expansion")
USED, PLAIN = MODELS[0], MODELS[3]
INTERVAL = "equity, 80 % interval"
STEADY, GROWN = "the true years at today's ARR", "the true years with expansion"

Company = Mapping[str, "NDArray[np.float64]"]


def run(rounds: int | None = None) -> Result:
    """By how much nearer the truth values are than the cohort model's alone, and the figures behind it."""
    from tenure.bench._companies import asked

    return result({seed: asked(__name__, ACCOUNTS, seed) for seed in SEEDS})


def main() -> None:
    """Load a demo company into this process's installation, value it, and print its customers."""
    from tenure.cli.base import start_django

    start_django()
    from tenure.demo import loading
    from tenure.insight.hazard import actions
    from tenure.workspaces.access import access_for_machine

    accounts, seed = map(int, sys.argv[1:])
    access = access_for_machine(loading.load(accounts, seed))
    actions.learn_of_today(access)
    sys.stdout.write(json.dumps(customers(access, accounts, seed)))


def customers(access: Access, accounts: int, seed: int) -> dict[str, list[float]]:
    """What customers of a demo workspace are worth today by each model, and in truth, in minor units."""
    import numpy as np

    from tenure.demo import onwards
    from tenure.insight import clv, clv_costs, clv_growth, clv_state
    from tenure.insight.clv import Models
    from tenure.insight.clv_survival import PERIOD_DAYS
    from tenure.kit import clock

    terms = clv_costs.terms_of(access)
    state = clv_state.made(access, clock.today(access.workspace.zone), terms)
    payers, values = state.side.payers, state.side.values
    without = Models(values.models.forces, [clv_growth.none(one) for one in PERIOD_DAYS])
    plain = clv.values(payers, without, terms)
    grown = clv.values(payers, values.models, terms)
    until = access.workspace.created_at.date() - timedelta(days=1)
    true = onwards.worth(until, accounts, seed, terms.discount)
    rows = {f"bb-{place + 1:04d}": row for row, place in enumerate(true.place.tolist())}
    there = np.array([row for row, ref in enumerate(state.refs.tolist()) if ref in rows], dtype=np.int64)
    at = np.array([rows[state.refs[row]] for row in there], dtype=np.int64)
    worth = terms.gross_margin * 100 * true.arr[at] - payers.serve[there] * true.years[at]
    draws = values.only(there).totals
    found = {
        "true": worth,
        INTERVAL: np.quantile(draws, (clv.LOW, clv.HIGH)),
        "true years": true.years[at],
        STEADY: values.margin[there] * true.years[at],
        "years": values.years[there],
        "cohort years": plain.years[there],
        GROWN: values.margin[there] * true.years[at]
        + values.expansion[there] * true.years[at] / np.maximum(values.years[there], 1e-9),
        MODELS[0]: values.value[there],
        MODELS[1]: (values.value - values.expansion)[there],
        MODELS[2]: grown.value[there],
        MODELS[3]: plain.value[there],
    }
    return {name: one.tolist() for name, one in found.items()}


def result(companies: Mapping[int, Mapping[str, list[float]]]) -> Result:
    """Means over the companies, each of which is one world."""
    import numpy as np

    found = {seed: {name: np.array(some) for name, some in one.items()} for seed, one in companies.items()}
    errors = {name: _mean(found, name, error) for name in MODELS}
    return Result(
        name="values",
        baseline="the error of values by the cohort model alone, without expansion",
        ratios={name: errors[PLAIN] / errors[name] for name in MODELS},
        figures={
            "companies": float(len(found)),
            "customers": float(sum(len(one["true"]) for one in found.values())),
            "correlation of years": _mean(found, "years", correlation, "true years"),
            "correlation of years, cohorts": _mean(found, "cohort years", correlation, "true years"),
            "bias of years": _mean(found, "years", bias, "true years"),
            "bias of years, cohorts": _mean(found, "cohort years", bias, "true years"),
            "correlation of values at today's ARR": _mean(found, MODELS[1], correlation, STEADY),
            **{f"bias of values, {name}": _mean(found, name, bias) for name in (STEADY, GROWN)},
            "companies whose interval holds the truth": float(sum(map(_holds, found.values()))),
            "half of the interval, of equity": float(np.mean([_half(one) for one in found.values()])),
            **{f"correlation of values, {name}": _mean(found, name, correlation) for name in MODELS},
            **{f"bias of values, {name}": _mean(found, name, bias) for name in MODELS},
            **{f"error of values, {name}": errors[name] for name in MODELS},
            **{f"bias of values, seed {seed}": bias(one["true"], one[USED]) for seed, one in found.items()},
        },
    )


def _mean(companies: Mapping[int, Company], name: str, of: Any, truth: str = "true") -> float:
    import numpy as np

    return float(np.mean([of(one[truth], one[name]) for one in companies.values()]))


def _holds(one: Company) -> bool:
    low, high = one[INTERVAL]
    return bool(low <= one["true"].sum() <= high)


def _half(one: Company) -> float:
    low, high = one[INTERVAL]
    return float((high - low) / 2 / one[USED].sum())


def correlation(true: NDArray[np.float64], told: NDArray[np.float64]) -> float:
    """Pearson's, over customers."""
    import numpy as np

    return float(np.corrcoef(true, told)[0, 1])


def bias(true: NDArray[np.float64], told: NDArray[np.float64]) -> float:
    """By what share the sum is too high."""
    return float(told.sum() / true.sum() - 1)


def error(true: NDArray[np.float64], told: NDArray[np.float64]) -> float:
    """The mean distance from the truth, as a share of the mean value."""
    return float(abs(told - true).sum() / true.sum())


if __name__ == "__main__":
    main()
