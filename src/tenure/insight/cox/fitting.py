"""Fits proportional hazards to a table of customers, or of stretches of them: `tenure fit cox`. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from scipy.stats import norm

from tenure.insight.churn import cells, columns, target
from tenure.insight.churn.columns import Column, Sort
from tenure.insight.churn.target import CannotFit
from tenure.insight.cox import judging, partial
from tenure.insight.cox.judging import Test
from tenure.insight.cox.partial import Flags, Floats, Intervals, Maximum
from tenure.insight.fits import Fit, Line, Picture
from tenure.kit import words

_Z95 = 1.959963984540054
_LEVELS = 12  # of a category; more are no covariate but names


@dataclass(frozen=True)
class Named:
    """Which columns of a table say what; empty: none does."""

    duration: str
    event: str
    start: str = ""
    id: str = ""
    positive: str = ""
    drop: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Design:
    """The covariates by name, n × p, which rows are whole, and what was done with columns."""

    names: list[str]
    matrix: Floats
    whole: Flags
    says: list[str]


def fit(table: pa.Table, named: Named) -> Fit:
    """The fit, with hazard ratios, tests and the survival of the average row in `more`.

    Raises CannotFit or NotFittable, naming column and remedy.
    """
    for name in filter(None, [named.duration, named.event, named.start, named.id, *named.drop]):
        if name not in table.column_names:
            raise CannotFit(f"there is no column {name!r}; there are {words.listing(table.column_names)}")
    said = target.read(named.event, table[named.event].combine_chunks(), named.positive)
    stop = _times(table, named.duration)
    start = _times(table, named.start) if named.start else np.zeros(len(stop))
    design = _design(table, named)
    told = said.known & (stop > start) & (start >= 0)  # false for times that are not there
    used = told & design.whole
    remarks = [*said.says, *design.says, *_left_out(told, used)]
    kept = [i for i in range(len(design.names)) if np.ptp(design.matrix[used, i]) > 0] if used.any() else []
    if not kept:
        raise CannotFit("no column in which customers differ is left to explain who leaves sooner")
    names = [design.names[i] for i in kept]
    rows = Intervals(start[used], stop[used], said.left[used], design.matrix[used][:, kept])
    found = partial.maximise(rows, names)
    people = _people(table, named, used)
    return _told(rows, names, found, people, remarks)


def _times(table: pa.Table, name: str) -> Floats:
    found = cells.numbers(cells.blanked(table[name].combine_chunks()))
    if np.isnan(found).all():
        raise CannotFit(f"column {name!r} holds no numbers; give the column with how long, in any unit")
    return found


def _design(table: pa.Table, named: Named) -> _Design:
    out: Collection[str] = {named.duration, named.event, named.start, named.id, *named.drop}
    read = [
        columns.read(name, table[name].combine_chunks()) for name in table.column_names if name not in out
    ]
    says = [f"{one.name}: {one.says}" for one in read if one.says]
    parts = [_covariates(one) for one in read if one.is_used]
    says += [
        f"{one.name} left out: {len(one.categories)} categories are too many" for one in read if _wide(one)
    ]
    names = [name for some, _ in parts for name in some]
    if not names:
        raise CannotFit("no column is left to explain who leaves sooner; drop fewer")
    whole = np.logical_and.reduce([~one.missing for one in read if one.is_used and not _wide(one)])
    return _Design(names, np.column_stack([matrix for some, matrix in parts if some]), whole, says)


def _wide(one: Column) -> bool:
    return one.sort is Sort.CATEGORY and len(one.categories) > _LEVELS


def _covariates(one: Column) -> tuple[list[str], Floats]:
    """A number as it is; a category as a column for each but the most frequent, with which it compares."""
    if one.sort is not Sort.CATEGORY:
        return [one.name], one.values[:, None]
    if _wide(one):
        return [], np.empty((len(one.values), 0))
    counts = np.bincount(one.values[one.values >= 0].astype(np.int64), minlength=len(one.categories))
    usual = int(counts.argmax())
    levels = [i for i in range(len(one.categories)) if i != usual and counts[i]]
    matrix = np.column_stack(
        [(one.values == i).astype(np.float64) for i in levels] or [np.empty((len(one.values), 0))]
    )
    return [f"{one.name}={one.categories[i]}" for i in levels], matrix


def _left_out(told: Flags, used: Flags) -> list[str]:
    bad, blank = int((~told).sum()), int((told & ~used).sum())
    says = []
    if bad:
        says.append(f"{words.count(bad, 'row')} set aside: no time, or one that is not after its start.")
    if blank:
        says.append(f"{words.count(blank, 'row')} set aside: a covariate is blank there.")
    return says


def _people(table: pa.Table, named: Named, used: Flags) -> int:
    if not named.id:
        return int(used.sum())
    return len(table[named.id].combine_chunks().filter(pa.array(used)).unique())


def _told(rows: Intervals, names: Sequence[str], found: Maximum, people: int, remarks: Sequence[str]) -> Fit:
    z = found.beta / found.errors
    tests, together = judging.proportionality(rows, found)
    log_risk = rows.covariates @ found.beta
    ratio = Test.of(2 * (found.log_likelihood - found.start), len(names))
    return Fit(
        "cox",
        dict(zip(names, found.beta.tolist(), strict=True)),
        dict(zip(names, found.errors.tolist(), strict=True)),
        found.log_likelihood,
        float(people),
        _projection(rows, found),
        _picture(rows, found),
        (*remarks, *_warned(names, tests)),
        {
            "covariates": [
                _covariate(*one) for one in zip(names, found.beta, found.errors, z, tests, strict=True)
            ],
            "rows": len(rows.stop),
            "events": len(rows.events),
            "log_likelihood_without": found.start,
            "likelihood_ratio": asdict(ratio),
            "concordance": judging.concordance(rows, log_risk),
            "proportional_hazards": asdict(together),
            "ties": "efron",
        },
    )


def _covariate(name: str, beta: float, error: float, z: float, test: Test) -> dict[str, Any]:
    return {
        "name": name,
        "coefficient": float(beta),
        "standard_error": float(error),
        "hazard_ratio": float(np.exp(beta)),
        "low": float(np.exp(beta - _Z95 * error)),
        "high": float(np.exp(beta + _Z95 * error)),
        "z": float(z),
        "p": float(2 * norm.sf(abs(z))),
        "proportional": asdict(test),
    }


def _warned(names: Sequence[str], tests: Sequence[Test]) -> list[str]:
    """Bonferroni: of ten columns one in ten would fall below 0.05 by chance twice as often as not."""
    bad = [name for name, one in zip(names, tests, strict=True) if one.p < 0.05 / len(names)]
    if not bad:
        return []
    which = words.listing(bad)
    return [f"The effect of {which} changes with time: read its hazard ratio as a mean over the time seen."]


def _survival(rows: Intervals, found: Maximum) -> Floats:
    """Of somebody whose covariates are the mean ones, at each of the times."""
    mean = float(np.exp(rows.covariates.mean(axis=0) @ found.beta))
    return np.exp(-np.cumsum(found.at.increments) * mean)


def _projection(rows: Intervals, found: Maximum) -> list[dict[str, Any]]:
    at_risk = rows.at_risk(np.ones(len(rows.stop)))
    events = rows.of_events(np.ones(len(rows.stop)))
    return [
        {"time": time, "at_risk": round(there), "events": round(many), "survival": share}
        for time, there, many, share in zip(
            rows.times.tolist(),
            at_risk.tolist(),
            events.tolist(),
            _survival(rows, found).tolist(),
            strict=True,
        )
    ]


def _picture(rows: Intervals, found: Maximum) -> Picture:
    line = Line(
        "Average customer", [0.0, *rows.times.tolist()], [1.0, *_survival(rows, found).tolist()], steps=True
    )
    return Picture(
        "Proportional hazards: how long the average customer stays", "Time", "Share still there", [line]
    )
