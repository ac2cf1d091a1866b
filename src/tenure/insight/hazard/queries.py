"""Reads of hazards: the one in force on a day, and what it says of accounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
from django.db.models import Count, Max, QuerySet
from numpy.typing import NDArray

from tenure.insight import shocks
from tenure.insight.hazard import features, model, scoring
from tenure.insight.hazard.model import Hazard
from tenure.insight.hazard.scoring import Scored
from tenure.insight.models import AccountHazard, FittedHazard
from tenure.insight.panel import panel
from tenure.workspaces.access import Access

_FRESH = timedelta(days=1)  # scores of the night before serve until the next ones are there


@dataclass(frozen=True)
class InForce:
    """The hazard that counts on a day, the accounts it scored, by id, and what quarters differ by."""

    hazard: Hazard
    says: str
    scored: dict[str, Scored]
    shock: float


@dataclass(frozen=True)
class Nearness:
    """What the hazard that counts on a day says of each account, as columns; `fading`, what lasts a month."""

    account_ids: pa.Array
    near: NDArray[np.float64]
    error: NDArray[np.float64]
    fading: float


def fitted(access: Access, as_of: date) -> FittedHazard | None:
    """The latest one fitted by a day, in force or not."""
    return access.of(FittedHazard).filter(as_of__lte=as_of).order_by("-as_of").first()


def in_force(access: Access, as_of: date) -> InForce | None:
    """The hazard fitted last by a day, if it is in force; nothing that was learnt later has a part in it."""
    latest = fitted(access, as_of)
    hazard = _counting(latest)
    if latest is None or hazard is None:
        return None
    scored = {one.account_id: one for one in _scored(access, hazard, as_of)}
    return InForce(hazard, latest.says, scored, float(latest.figures.get("shock", shocks.ASSUMED)))


def nearness(access: Access, as_of: date) -> Nearness | None:
    """The same figures without the reasons, of as many accounts as there are."""
    hazard = _counting(fitted(access, as_of))
    if hazard is None:
        return None
    found = list(_kept(access, as_of).values_list("account_id", "near", "error"))
    found = found or [(one.account_id, one.near, one.error) for one in _scored(access, hazard, as_of)]
    ids, near, error = zip(*found, strict=True) if found else ((), (), ())
    return Nearness(pa.array(ids, pa.string()), np.array(near), np.array(error), hazard.fading)


def stamp(access: Access, as_of: date) -> tuple[str, ...]:
    """What changes as soon as another hazard, or other scores of it, count on a day."""
    latest = fitted(access, as_of)
    scored = _kept(access, as_of).aggregate(at=Max("as_of"), many=Count("pk"))
    return (str(latest.pk), str(latest.is_in_force), str(scored)) if latest else ()


def _counting(latest: FittedHazard | None) -> Hazard | None:
    """The hazard of a fit, if it counts."""
    if latest is None or not latest.is_in_force or not latest.numbers:
        return None
    return model.from_numbers(latest.numbers)


def _kept(access: Access, as_of: date) -> QuerySet[AccountHazard]:
    return access.of(AccountHazard).filter(as_of__lte=as_of, as_of__gte=as_of - _FRESH)


def _scored(access: Access, hazard: Hazard, as_of: date) -> list[Scored]:
    """As kept last night; of any other day computed now."""
    kept = _kept(access, as_of)
    found = [
        Scored(one.account_id, one.near, one.error, one.rolls, tuple(one.up), tuple(one.down)) for one in kept
    ]
    return found or scoring.score(hazard, panel(access, as_of, features.BEFORE, features.metrics()))
