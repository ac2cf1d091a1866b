"""What a calibration found, as it is kept: plain values."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec

from tenure.insight.audit.found import Interval, Lead


class Bin(msgspec.Struct, frozen=True):
    """Looks at customers whose score lay between two bounds, and what share of them renewed."""

    low: float
    high: float
    score: float  # the mean
    rows: int
    accounts: int
    renewed: Interval
    promised: float  # what the line through all gives


class Point(msgspec.Struct, frozen=True):
    """How likely a customer with a score is to renew."""

    score: float
    renews: Interval


class Part(msgspec.Struct, frozen=True):
    """A segment's customers by the same profile."""

    title: str
    rows: int
    accounts: int
    renewed: float
    promised: float
    auc: Interval | None


class Weight(msgspec.Struct, frozen=True):
    """A measure's share of the score as set by hand and as outcomes have it."""

    metric: str
    title: str
    side: str
    by_hand: float
    fitted: float


class Fitted(msgspec.Struct, frozen=True):
    """Weights from outcomes. Both AUCs are over the same looks, at customers that were not learnt from."""

    weights: tuple[Weight, ...]
    weight_of_outcomes: float
    auc: float
    auc_by_hand: float
    gain: Interval
    body: dict[str, Any]  # of the profile with these weights, as its row holds it


class Calibration(msgspec.Struct, frozen=True):
    """A health profile against renewals due within 90 days of each look, as scored then."""

    profile: str
    title: str
    version: int  # in force when it was found
    rows: int
    accounts: int
    lost: int
    accounts_lost: int
    renewed: float | None = None  # share
    auc: Interval | None = None
    brier: float | None = None
    brier_of_rate: float | None = None  # of a promise that is the same for everybody
    bins: tuple[Bin, ...] = ()
    curve: tuple[Point, ...] = ()
    leads: tuple[Lead, ...] = ()
    lead_days: int | None = None
    parts: tuple[Part, ...] = ()
    fitted: Fitted | None = None
    says: tuple[str, ...] = ()


class Calibrations(msgspec.Struct, frozen=True):
    """Every profile of a workspace, as of a day."""

    as_of: date
    horizon: int
    profiles: tuple[Calibration, ...]
