"""Calibrates health scores: what a score promised about the next renewal, and what came of it. Pure.

The promise is a logistic curve of the score (Platt 1999). Intervals are over samples of whole accounts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy import special

from tenure.health.profile import Profile, body_of
from tenure.health.scoring import score_many
from tenure.insight.audit import separation
from tenure.insight.audit.adding import Trial, fit
from tenure.insight.audit.found import Interval, Outcomes
from tenure.insight.audit.judging import interval, leads_of, too_few
from tenure.insight.audit.separation import Flags, Floats, Ints, separate
from tenure.insight.calibration.found import Bin, Calibration, Fitted, Part, Point, Weight
from tenure.insight.calibration.weighing import Weighed, weigh
from tenure.insight.panel import Panel
from tenure.metrics.definition import Side

HORIZON = 90
MOST_BINS = 8
FEWEST_IN_BIN = 30
ENOUGH_TO_WEIGH = 20  # accounts that were lost
REDRAWN = 200  # samples for which the curve is fitted anew
SCORES = tuple(range(0, 101, 10))
MOST_PARTS = 12


@dataclass(frozen=True)
class Scored:
    """A panel's rows with the score that each had then, by which profile; NaN without a score."""

    panel: Panel
    score: Floats
    profile: NDArray[np.object_]  # names
    segment: NDArray[np.object_]


@dataclass(frozen=True)
class _Looks:
    """The looks at customers of one profile whose renewal was decided."""

    rows: Ints  # of the panel
    score: Floats
    lost: Flags
    account: Ints
    drawn: Floats
    trial: Trial

    def promised(self) -> Floats:
        """How likely each renews, from the curve through the other accounts' looks."""
        found = np.zeros(len(self.rows))
        column = _scaled(self.score)
        for fold in np.unique(self.trial.fold):
            here = self.trial.fold == fold
            learnt = self.lost[~here]
            if 0 < learnt.sum() < len(learnt):
                weights = fit(column[~here], learnt)
                found[here] = weights[0] + column[here] @ weights[1:]
        return np.asarray(special.expit(-found))


def calibrate(scored: Scored, profile: Profile) -> Calibration:
    """One profile against the renewals that were due within 90 days of each look."""
    looks = _looks(scored, profile.name)
    base = Calibration(
        profile=profile.name,
        title=profile.title,
        version=profile.version,
        rows=len(looks.rows),
        accounts=len(np.unique(looks.account)),
        lost=int(looks.lost.sum()),
        accounts_lost=len(np.unique(looks.account[looks.lost])),
    )
    if too_few(looks.lost, looks.account):
        return base
    promised, renewed = looks.promised(), ~looks.lost
    mine = np.where(scored.profile == profile.name, scored.score, np.nan)
    leads = leads_of(scored.panel, Outcomes.CHURN, mine, more_is_risk=False, drawn=looks.drawn)
    clear = [lead.days for lead in leads if lead.auc and lead.auc.low > 0.5]
    return msgspec.structs.replace(
        base,
        renewed=float(renewed.mean()),
        auc=interval(separate(-looks.score, looks.lost, looks.account, looks.drawn)),
        brier=float(np.mean((promised - renewed) ** 2)),
        brier_of_rate=float(np.mean((renewed.mean() - renewed) ** 2)),
        bins=tuple(_bins(looks, promised)),
        curve=_curve(looks),
        leads=leads,
        lead_days=max(clear, default=None),
        parts=tuple(_parts(looks, promised, scored.segment[looks.rows])),
        fitted=_fitted(scored.panel, looks, profile),
    )


def _looks(scored: Scored, name: str) -> _Looks:
    lost = scored.panel.lost(HORIZON)
    rows = np.flatnonzero(lost.known & ~np.isnan(scored.score) & (scored.profile == name))
    happened, account = lost.happened[rows] == 1, scored.panel.account[rows]
    drawn = separation.samples(len(scored.panel.account_ids))
    trial = Trial.of(happened, account, drawn)
    return _Looks(rows, scored.score[rows], happened, account, drawn, trial)


def _scaled(score: Floats) -> Floats:
    return (score[:, None] - 50) / 25


def _bins(looks: _Looks, promised: Floats) -> list[Bin]:
    """As many looks in each, and what share of them renewed."""
    count = max(1, min(MOST_BINS, len(looks.score) // FEWEST_IN_BIN))
    edges = np.unique(np.quantile(looks.score, np.linspace(0, 1, count + 1)))
    place = np.clip(np.searchsorted(edges, looks.score, side="right") - 1, 0, max(len(edges) - 2, 0))
    return [_bin(looks, promised, place == one) for one in np.unique(place)]


def _bin(looks: _Looks, promised: Floats, here: Flags) -> Bin:
    score = looks.score[here]
    return Bin(
        low=float(score.min()),
        high=float(score.max()),
        score=float(score.mean()),
        rows=int(here.sum()),
        accounts=len(np.unique(looks.account[here])),
        renewed=_share(looks, here),
        promised=float(promised[here].mean()),
    )


def _share(looks: _Looks, here: Flags) -> Interval:
    """The share of some looks that renewed."""
    accounts = looks.drawn.shape[1]
    rows = np.bincount(looks.account[here], minlength=accounts)
    kept = np.bincount(looks.account[here], ~looks.lost[here], minlength=accounts)
    looked = looks.drawn @ rows
    drawn = np.divide(looks.drawn @ kept, looked, out=np.full(len(looked), np.nan), where=looked > 0)
    low, high = (float(one) for one in np.nanquantile(drawn, (0.025, 0.975)))
    return Interval(float(1 - looks.lost[here].mean()), low, high)


def _curve(looks: _Looks) -> tuple[Point, ...]:
    """How likely a score is to renew, with an interval from curves through samples of accounts."""
    column = _scaled(looks.score)
    at = np.column_stack([np.ones(len(SCORES)), _scaled(np.array(SCORES, dtype=np.float64))])
    whole = fit(column, looks.lost)
    drawn = []
    for sample in looks.drawn[:REDRAWN]:
        rows = np.repeat(np.arange(len(looks.rows)), sample[looks.account].astype(np.int64))
        if 0 < looks.lost[rows].sum() < len(rows):
            drawn.append(special.expit(-(at @ fit(column[rows], looks.lost[rows], whole.copy()))))
    low, high = np.quantile(drawn, (0.025, 0.975), axis=0)
    renews = special.expit(-(at @ whole))
    return tuple(
        Point(float(score), Interval(float(value), float(one), float(other)))
        for score, value, one, other in zip(SCORES, renews, low, high, strict=True)
    )


def _parts(looks: _Looks, promised: Floats, segment: NDArray[np.object_]) -> list[Part]:
    """Segment by segment, the largest first."""
    names = sorted({str(one) for one in segment}, key=lambda one: -int((segment == one).sum()))
    found = [_part(looks, promised, segment == name, name) for name in names[:MOST_PARTS]]
    return found if len(found) > 1 else []


def _part(looks: _Looks, promised: Floats, here: Flags, name: str) -> Part:
    lost, account = looks.lost[here], looks.account[here]
    told = None if too_few(lost, account) else separate(-looks.score[here], lost, account, looks.drawn)
    return Part(
        title=name or "no segment",
        rows=int(here.sum()),
        accounts=len(np.unique(account)),
        renewed=float(1 - lost.mean()),
        promised=float(promised[here].mean()),
        auc=interval(told) if told else None,
    )


def _fitted(panel: Panel, looks: _Looks, profile: Profile) -> Fitted | None:
    """The profile's measures weighed by outcomes; None where too few were lost, or nothing tells."""
    if len(np.unique(looks.account[looks.lost])) < ENOUGH_TO_WEIGH:
        return None
    scores = score_many(profile, _values(panel, profile)[looks.rows])
    score = np.where(np.isnan(scores.score), np.nanmean(scores.score), scores.score)
    found = weigh(scores.points, score, looks.trial)
    return _offer(profile, found, separation.auc(-score, looks.lost)) if found else None


def _values(panel: Panel, profile: Profile) -> Floats:
    """A profile's values; nothing where a metric is not known as it was then."""
    there = {one.name for one in panel.metrics}
    none = np.full(len(panel), np.nan)
    return np.column_stack([panel.column(m.name) if m.name in there else none for m in profile.metrics])


def _offer(profile: Profile, found: Weighed, by_hand: float) -> Fitted | None:
    shares = {part.metric.name: float(one) for part, one in zip(profile.parts, found.shares, strict=True)}
    sides = {
        side: sum(shares[part.metric.name] for part in profile.parts if part.side is side) for side in Side
    }
    weights = [
        Weight(part.metric.name, part.metric.title, part.side, part.weight, shares[part.metric.name])
        for part in profile.parts
    ]
    outcomes = float(np.clip(sides[Side.OUTCOME], 0.05, 0.95))
    return Fitted(
        weights=tuple(weights),
        weight_of_outcomes=outcomes,
        auc=found.auc,
        auc_by_hand=by_hand,
        gain=Interval(found.gain.auc, found.gain.low, found.gain.high),
        body=_body(profile, shares, sides, outcomes),
    )


def _body(
    profile: Profile, shares: dict[str, float], sides: dict[Side, float], outcomes: float
) -> dict[str, Any]:
    """The profile with these weights, in per cent of their side; what counts for nothing is left out.

    A side of which nothing tells stays as it is set, with the least share a side can have.
    """
    body: dict[str, Any] = dict(body_of(profile))
    for side, key in ((Side.OUTCOME, "outcomes"), (Side.EXPERIENCE, "experience")):
        if sides[side] > 0:
            kept = [_group(group, shares, sides[side]) for group in body[key]]
            body[key] = [group for group in kept if group["measures"]]
    body["weight_of_outcomes"] = round(outcomes, 2)
    return body


def _group(group: dict[str, Any], shares: dict[str, float], side: float) -> dict[str, Any]:
    measures = [{**one, "weight": round(100 * shares[one["metric"]] / side, 1)} for one in group["measures"]]
    return {**group, "measures": [one for one in measures if one["weight"] > 0]}
