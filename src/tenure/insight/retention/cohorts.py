"""What is known of cohorts: how many of those who came to each renewal stayed, and how many left. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tenure.insight.likelihood import Floats, NotFittable

OF = 1000.0  # customers that shares are of, where nobody says how many


@dataclass(frozen=True)
class Renewals:
    """By age: of the customers who came to their renewal number `age` (from 1 on), so many `lost` and `kept`.

    All cohorts in one: who began when does not matter to a model that they share, and who is seen only from
    some age on tells of the renewals after it.
    """

    age: Floats
    lost: Floats
    kept: Floats
    size: float  # customers behind it

    def up_to(self, periods: int) -> Renewals:
        """Only the first renewals."""
        few = self.age <= periods
        return Renewals(self.age[few], self.lost[few], self.kept[few], self.size)

    def require(self, least: int) -> None:
        """Raise NotFittable unless `least` parameters can be told from it."""
        seen = self.lost + self.kept > 0
        if not seen.any():
            raise NotFittable("has nobody who came to a renewal; give at least periods 0, 1 and 2")
        if self.lost.sum() <= 0:
            raise NotFittable(
                "has no customer who left, so nothing tells how they will; give later periods, or another "
                "cohort"
            )
        if self.kept.sum() <= 0:
            raise NotFittable("has no customer who stayed, so nothing tells how long they would")
        if np.count_nonzero(seen) < least:
            raise NotFittable(
                f"has {np.count_nonzero(seen)} renewals; {least} parameters need at least {least}"
            )


@dataclass(frozen=True)
class Cohort:
    """How many were there after each period; `period` rises, `survivors` does not."""

    name: str
    period: Floats
    survivors: Floats

    @property
    def size(self) -> float:
        """How many were there at first."""
        return float(self.survivors[0])


def cohorts(
    names: Sequence[str | None],
    periods: Floats,
    survivors: Floats,
    lines: Sequence[int] | None = None,
    of: float | None = None,
    are_shares: bool | None = None,
) -> tuple[list[Cohort], bool]:
    """Cohorts from rows in any order, and whether survivors were shares: those are taken `of` so many.

    Shares are told by themselves (none above 1, or none above 100 and not all whole) unless said. Period 0
    is put in where it is known: 100 %, or `of`. Raises NotFittable naming the line and the field where
    survivors rise, or a period is missing between two.
    """
    most = float(survivors.max(initial=0.0))
    whole = bool(np.all(survivors == np.round(survivors)))
    share = are_shares if are_shares is not None else (most <= 1 or (most <= 100 and not whole))
    if share:
        survivors = survivors / (1.0 if most <= 1 else 100.0) * (of or OF)
        of = of or OF
    at = np.arange(len(periods)) if lines is None else np.asarray(lines, dtype=np.int64)
    by_name: dict[str, list[int]] = {}
    for i, name in enumerate(names):
        by_name.setdefault(name or "", []).append(i)
    return [_cohort(name, periods[i], survivors[i], at[i], of) for name, i in by_name.items()], share


def _cohort(
    name: str, period: Floats, survivors: Floats, lines: NDArray[np.int64], of: float | None
) -> Cohort:
    order = np.argsort(period, kind="stable")
    period, survivors, lines = period[order], survivors[order], lines[order]
    if of is not None and period[0] > 0:
        period, survivors = np.insert(period, 0, 0.0), np.insert(survivors, 0, of)
        lines = np.insert(lines, 0, lines[0])
    where = f" of cohort {name}" if name else ""
    for i in range(1, len(period)):
        if survivors[i] > survivors[i - 1] * (1 + 1e-12):
            raise NotFittable(
                f"line {lines[i]}, survivors: rises from {survivors[i - 1]:g} to {survivors[i]:g} in period "
                f"{period[i]:g}{where}; nobody joins a cohort later, so each may have at most those before"
            )
        if period[i] != period[i - 1] + 1:
            raise NotFittable(
                f"line {lines[i]}, period: {period[i]:g} follows {period[i - 1]:g}{where}; give every period "
                "once, from 0 or 1 on"
            )
    return Cohort(name, period, survivors)


def renewals(some: Sequence[Cohort]) -> Renewals:
    """All cohorts in one. Those seen from a later period on count from there."""
    lost: dict[float, float] = {}
    kept: dict[float, float] = {}
    for one in some:
        for age, before, after in zip(one.period[1:], one.survivors[:-1], one.survivors[1:], strict=True):
            lost[age] = lost.get(age, 0.0) + float(before - after)
            kept[age] = kept.get(age, 0.0) + float(after)
    return _by_age(lost, kept, sum(one.size for one in some))


def _by_age(lost: Mapping[float, float], kept: Mapping[float, float], size: float) -> Renewals:
    ages = sorted(lost)
    return Renewals(
        np.array(ages, dtype=np.float64),
        np.array([lost[age] for age in ages], dtype=np.float64),
        np.array([kept[age] for age in ages], dtype=np.float64),
        size,
    )


def from_lifetimes(periods: Floats, has_left: Floats, counts: Floats | None = None) -> Renewals:
    """From customers one by one: at which renewal (1, 2, …) each left, or how many they have made so far."""
    many = np.ones(len(periods)) if counts is None else counts
    last = int(periods.max(initial=0))
    ended = np.asarray(periods, dtype=np.int64)
    gone = np.asarray(has_left, dtype=bool)
    lost: Floats = np.bincount(ended[gone], many[gone], last + 1).astype(np.float64)
    stayed: Floats = np.bincount(ended[~gone], many[~gone], last + 1).astype(np.float64)
    came = np.cumsum((lost + stayed)[::-1])[::-1]
    kept = came - lost
    return Renewals(np.arange(1.0, last + 1), lost[1:], kept[1:], float(many.sum()))
