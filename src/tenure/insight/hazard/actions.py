"""Fits a workspace's hazard anew, judges it, and scores its accounts: once a night."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np
from django.db import transaction

from tenure.insight import shocks
from tenure.insight.churn import learners
from tenure.insight.churn.figures import Quality
from tenure.insight.hazard import backtest, features, model, rows, scoring
from tenure.insight.hazard.backtest import Backtest
from tenure.insight.hazard.model import Hazard
from tenure.insight.hazard.scoring import Scored
from tenure.insight.models import AccountHazard, FittedHazard
from tenure.insight.panel import MONTHS, Panel, known_by, panel
from tenure.kit import changes, clock, words
from tenure.revenue.queries import has_terms
from tenure.workspaces.access import Access

TOUCHED = "fitted_hazard"  # what is kept of chances rests on it
QUARTER_DAYS = 365.25 / 4
TOO_FEW = "too few customers were lost in the months on record to learn from"


@dataclass(frozen=True)
class Learnt:
    """A hazard learnt from a panel, how it did, and what is to be said about it; None where it cannot be."""

    hazard: Hazard | None
    judged: Backtest | None
    says: str
    shock: float = shocks.ASSUMED  # what whole quarters differ by, of log-odds

    @property
    def is_in_force(self) -> bool:
        """Whether it tells more than the cohorts' rates."""
        return self.judged is not None and backtest.is_better(self.judged)


def learn_of_today(access: Access) -> None:
    """Refit once a day, where there are contracts to learn from."""
    if is_due(access):
        refit(access, clock.today(access.workspace.zone))


def is_due(access: Access) -> bool:
    """Whether there are contracts to learn from, and nothing was learnt today."""
    today = clock.today(access.workspace.zone)
    return has_terms(access) and not access.of(FittedHazard).filter(as_of=today).exists()


def refit(access: Access, as_of: date | None = None) -> FittedHazard:
    """Learn, judge and score as of a day (today), and keep it; the same day again replaces it."""
    day = as_of or clock.today(access.workspace.zone)
    known = panel(access, day, metrics=features.metrics())
    learnt = learn(known)
    scored = scoring.score(learnt.hazard, known) if learnt.hazard and learnt.is_in_force else []
    return _keep(access, day, learnt, scored)


def learn_of_past(access: Access, days: Sequence[date]) -> None:
    """Make up for hazards that were not fitted on past days, each from what was known by then.

    One reading of the record serves all days; boosted trees, which are told but never in force, are left out.
    """
    kept = set(access.of(FittedHazard).filter(as_of__in=days).values_list("as_of", flat=True))
    missing = sorted({*days} - kept)
    if not missing or not has_terms(access):
        return
    whole = panel(access, months=MONTHS + 12, metrics=features.metrics())
    for day in missing:
        learnt = learn(known_by(access, whole, day), with_trees=False)
        FittedHazard.objects.create(workspace=access.workspace, as_of=day, **_kept_of(learnt))
        changes.touch(access.workspace.id, TOUCHED)


def learn(known: Panel, with_trees: bool = True) -> Learnt:
    """Learn from a panel, and judge by rolling its origin through it."""
    found = rows.at_risk(known)
    values = features.values_of(known)
    columns = [one.taken(found.place) for one in features.columns(values, np.isnan(known.due))]
    settled = rows.watched(found, np.flatnonzero((found.ahead == 1) & found.is_known))
    if found.left[settled].sum() < backtest.ENOUGH:
        return Learnt(None, None, TOO_FEW)
    with learners.one_thread():
        judged = backtest.run(columns, found, known.at[found.place], features.BELIEFS, with_trees)
        if judged is None:
            return Learnt(None, None, f"{TOO_FEW}, and to be judged by those after them")
        near = model.fit([one.taken(settled) for one in columns], found.left[settled], features.BELIEFS)
    later = np.flatnonzero(
        (found.ahead > 1) & found.is_known & (found.decided >= found.decided[settled].min())
    )
    hazard = model.with_fading(
        near, [one.taken(later) for one in columns], found.ahead[later].astype(np.float64), found.left[later]
    )
    quarter = (found.decided[judged.place] / QUARTER_DAYS).astype(np.int64)
    return Learnt(hazard, judged, _says(judged), shocks.deviation(judged.hazard, judged.left, quarter))


def _says(judged: Backtest) -> str:
    quality = judged.quality()
    hazard, rates = quality["hazard"], quality["cohorts"]
    better = "told more than" if hazard.log_loss < rates.log_loss else "told no more than"
    return (
        f"Looking back over {words.count(judged.origins, 'origin')}, what was known of "
        f"{len(judged.left):,} decisions ({int(judged.left.sum())} lost) {better} the share lost "
        f"among contracts like them: AUC {hazard.auc:.2f} against {rates.auc:.2f}, "
        f"log loss {hazard.log_loss:.3f} against {rates.log_loss:.3f}{_of_trees(quality)}."
    )


def _of_trees(quality: dict[str, Quality]) -> str:
    return f"; boosted trees had {quality['boosting'].log_loss:.3f}" if "boosting" in quality else ""


def _figures(judged: Backtest | None) -> dict[str, Any]:
    if judged is None:
        return {}
    return {
        "origins": judged.origins,
        "n": len(judged.left),
        "lost": int(judged.left.sum()),
        "models": {name: asdict(one) for name, one in judged.quality().items()},
        "calibration": [asdict(one) for one in judged.calibration()],
    }


@transaction.atomic
def _keep(access: Access, day: date, learnt: Learnt, scored: list[Scored]) -> FittedHazard:
    fitted, _ = FittedHazard.objects.update_or_create(
        workspace=access.workspace,
        as_of=day,
        defaults=_kept_of(learnt),
    )
    access.of(AccountHazard).delete()
    AccountHazard.objects.bulk_create(
        (AccountHazard(workspace=access.workspace, as_of=day, **asdict(one)) for one in scored),
        batch_size=500,
    )
    changes.touch(access.workspace.id, TOUCHED)
    return fitted


def _kept_of(learnt: Learnt) -> dict[str, Any]:
    return {
        "numbers": model.as_numbers(learnt.hazard) if learnt.hazard else None,
        "figures": {**_figures(learnt.judged), "shock": learnt.shock},
        "is_in_force": learnt.is_in_force,
        "says": learnt.says,
    }
