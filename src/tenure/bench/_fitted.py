"""`python -m tenure.bench._fitted WHOM CUSTOMERS [few]`: fits the BG/NBD model, prints what it took as JSON.

WHOM is `ours` or `theirs` (lifetimes). Customers are simulated, and are the same for both; those of `few`
are seen by the day and so often alike, the others at instants of which no two are.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable

import numpy as np

from tenure.insight.likelihood import Floats

R, ALPHA, A, B = 0.243, 4.414, 0.793, 2.426  # as CDNOW's
WEEKS = 39.0


def customers(number: int, by_day: bool, seed: int = 1) -> tuple[Floats, Floats, Floats]:
    """Repeat purchases, the time of the last, and the time seen, in weeks."""
    rng = np.random.default_rng(seed)
    rate, leaves = rng.gamma(R, 1 / ALPHA, number), rng.beta(A, B, number)
    seen = rng.uniform(WEEKS - 12, WEEKS, number)
    x, last = np.zeros(number), np.zeros(number)
    who, time_ = np.arange(number), np.zeros(number)
    while len(who):
        time_ = time_ + rng.exponential(size=len(who)) / np.maximum(rate[who], 1e-12)
        inside = time_ <= seen[who]
        who, time_ = who[inside], time_[inside]
        x[who], last[who] = x[who] + 1, time_
        stays = rng.random(len(who)) >= leaves[who]
        who, time_ = who[stays], time_[stays]
    if by_day:
        seen = np.ceil(seen * 7) / 7
        last = np.where(x > 0, np.minimum(np.ceil(last * 7) / 7, seen), 0.0)
    return x, last, seen


def ours(x: Floats, last: Floats, seen: Floats) -> dict[str, float]:
    """Fitted by us, from customers one by one."""
    from tenure.insight.purchases import bgnbd
    from tenure.insight.purchases.histories import Histories

    histories = Histories.of(x, last, seen)
    found = bgnbd.fit(histories)
    return {**found.params, "log_likelihood": found.log_likelihood, "rows": len(histories.count)}


def theirs(x: Floats, last: Floats, seen: Floats) -> dict[str, float]:
    """Fitted by lifetimes, as its documentation does."""
    from lifetimes import BetaGeoFitter

    fitted = BetaGeoFitter().fit(x, last, seen)
    params = {name: float(value) for name, value in fitted.params_.items()}
    return {**params, "log_likelihood": -float(fitted._negative_log_likelihood_) * len(x)}


def main(whom: str, number: int, by_day: bool) -> None:
    """Simulate, then fit; memory is the most the process took, simulation and imports included."""
    fit: Callable[[Floats, Floats, Floats], dict[str, float]] = ours if whom == "ours" else theirs
    some = customers(number, by_day)
    fit(*customers(2_000, by_day))  # imports, and what is compiled or set up once
    began, cpu = time.monotonic(), time.process_time()
    found = fit(*some)
    took = {"seconds": time.monotonic() - began, "cpu": time.process_time() - cpu}
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(json.dumps({**took, "memory": memory, "found": found}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), "few" in sys.argv[3:])
