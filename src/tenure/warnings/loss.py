"""How likely a customer is lost within 90 days, by band: counted in their own history, or assumed."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

HORIZON_DAYS = 90
STEP_DAYS = 30  # history is looked at once a month
ENOUGH = 30  # account-months of a band before its own history counts
WEIGHT = 20  # account-months that the assumption is worth
Z = 1.2816  # 80 % of a normal distribution lies within

ASSUMED = {"poor": 0.25, "fair": 0.10, "good": 0.03, "": 0.10}


@dataclass(frozen=True)
class Chance:
    """P(lost within 90 days) of a band, with an 80 % interval, and the counts it rests on.

    `lost` of `seen` account-months. With too few of them the share is the assumption, and is marked so.
    """

    band: str
    share: float
    low: float
    high: float
    lost: int
    seen: int

    @property
    def is_assumed(self) -> bool:
        """Whether the workspace's own history was too short to say."""
        return self.seen < ENOUGH


def chance(band: str, lost: int, seen: int) -> Chance:
    """The mean of a beta distribution: the assumption counts as `WEIGHT` account-months beside those seen.

    Months overlap (three looks see the same 90 days), so the interval counts a third of them. It is
    Wilson's score interval (E. B. Wilson, 1927) around the smoothed share.
    """
    prior = ASSUMED[band]
    if seen < ENOUGH:
        return Chance(band, prior, *_wilson(prior, WEIGHT), lost, seen)
    share = (prior * WEIGHT + lost) / (WEIGHT + seen)
    looks = HORIZON_DAYS / STEP_DAYS
    return Chance(band, share, *_wilson(share, WEIGHT + seen / looks), lost, seen)


def chances(counted: dict[str, tuple[int, int]]) -> dict[str, Chance]:
    """One for each band from its (lost, seen); accounts without a band get the share of all."""
    everyone = (sum(lost for lost, _ in counted.values()), sum(seen for _, seen in counted.values()))
    counted = {**dict.fromkeys(ASSUMED, (0, 0)), **counted, "": everyone}
    return {band: chance(band, *counted[band]) for band in ASSUMED}


def _wilson(share: float, number: float) -> tuple[float, float]:
    """Wilson's score interval of a share of `number`."""
    middle = (share + Z * Z / (2 * number)) / (1 + Z * Z / number)
    half = Z / (1 + Z * Z / number) * sqrt(share * (1 - share) / number + Z * Z / (4 * number * number))
    return max(middle - half, 0.0), min(middle + half, 1.0)
