"""Those who did not answer, beside those who did: silence is an answer, too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from tenure.insight.audit.found import Group, Interval, Silence
from tenure.insight.audit.separation import Flags, Floats

if TYPE_CHECKING:
    from tenure.insight.audit.judging import Case

SURVEYS = ("nps", "csat", "ces")
_NO_ANSWER = "no answer"


def groups(case: Case) -> list[Silence]:
    """How often it happened to accounts by how they had answered each survey; none without answers."""
    found = []
    for place, metric in enumerate(case.panel.metrics):
        values = case.panel.values[case.rows, place]
        if metric.name in SURVEYS and not np.isnan(values).all():
            titled = [_group(case, title, chosen) for title, chosen in _split(metric.name, values)]
            found.append(Silence(metric.name, metric.title, tuple(titled)))
    return found


def _split(metric: str, values: Floats) -> Iterator[tuple[str, Flags]]:
    """By whether promoters or detractors prevail; of other surveys the happier half and the other."""
    silent = np.isnan(values)
    if metric == "nps":
        yield "more promoters than detractors", values > 0
        yield "as many of both", values == 0
        yield "more detractors than promoters", values < 0
    else:
        middle = float(np.nanmedian(values))
        yield f"happier half, {middle:.0%} or more content", values >= middle
        yield "less happy half", values < middle
    yield _NO_ANSWER, silent


def _group(case: Case, title: str, chosen: Flags) -> Group:
    accounts = len(np.unique(case.account[chosen]))
    return Group(title, int(chosen.sum()), accounts, _rate(case, chosen))


def _rate(case: Case, chosen: Flags) -> Interval | None:
    """How often it happened, with an interval over samples of accounts."""
    if not chosen.any():
        return None
    count = case.drawn.shape[1]
    rows = np.bincount(case.account[chosen], minlength=count)
    happened = np.bincount(case.account[chosen], case.happened[chosen], minlength=count)
    looked = case.drawn @ rows
    drawn = np.divide(case.drawn @ happened, looked, out=np.full(len(looked), np.nan), where=looked > 0)
    low, high = (float(one) for one in np.nanquantile(drawn, (0.025, 0.975)))
    return Interval(float(case.happened[chosen].mean()), low, high)
