"""A calibration in sentences. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from tenure.insight.audit.found import Interval
from tenure.insight.calibration.found import Calibration, Fitted
from tenure.kit import words


def says(found: Calibration) -> tuple[str, ...]:
    """What the score is worth, and what outcomes would have it count."""
    if found.auc is None:
        return (_too_little(found),)
    return (*_worth(found), *_weights(found.fitted))


def _too_little(found: Calibration) -> str:
    return (
        "Too few renewals were decided to hold this profile to account: "
        f"{words.count(found.accounts, 'customer')}, {found.accounts_lost:,} of them lost. "
        "It takes at least ten of either kind."
    )


def _worth(found: Calibration) -> Iterator[str]:
    if found.auc is None or found.brier is None or found.brier_of_rate is None:
        return
    at = {point.score: point.renews for point in found.curve}
    low, high = at[30.0], at[80.0]
    yield (f"Of customers that score 80, {_span(high)} renew; of those that score 30, {_span(low)}.")
    if found.auc.low <= 0.5:
        yield "The score does not tell those who renew from those who do not better than chance."
    better = 1 - found.brier / found.brier_of_rate if found.brier_of_rate else 0.0
    gain = (
        f"{_share(better)} better than the same promise for everybody"
        if better > 0
        else "no better than the same promise for everybody"
    )
    yield f"As a promise it is {gain} (Brier {found.brier:.3f} against {found.brier_of_rate:.3f})."
    if found.lead_days is not None:
        yield f"It tells churn {words.days(found.lead_days)} ahead."


def _weights(fitted: Fitted | None) -> Iterator[str]:
    if fitted is None:
        yield "Too few were lost, or nothing in it tells, to find weights from outcomes."
        return
    if fitted.gain.low > 0:
        yield (
            "Weights from outcomes would tell better, on customers they had not learnt from: "
            f"AUC {fitted.auc:.2f} against {fitted.auc_by_hand:.2f}."
        )
    else:
        yield (
            f"Weights from outcomes tell no better than yours for certain: AUC {fitted.auc:.2f} against "
            f"{fitted.auc_by_hand:.2f}."
        )


def _span(share: Interval) -> str:
    return f"{_share(share.value)} ({_share(share.low)} to {_share(share.high)})"


def _share(value: float) -> str:
    return words.percent(value)
