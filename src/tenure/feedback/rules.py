"""The scales of the shipped surveys, and what an answer on them means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """Whole numbers from `lowest` to `highest`; an answer from `good_from` on counts as good."""

    lowest: int
    highest: int
    good_from: int
    bad_to: int

    def holds(self, score: float) -> bool:
        """Whether a score is a point of the scale."""
        return score == int(score) and self.lowest <= score <= self.highest

    def __str__(self) -> str:
        return f"a whole number from {self.lowest} to {self.highest}"


SCALES: Mapping[str, Scale] = {
    "nps": Scale(0, 10, good_from=9, bad_to=6),
    "csat": Scale(1, 5, good_from=4, bad_to=2),
    "ces": Scale(1, 7, good_from=5, bad_to=3),
}


def wrong_score(survey: str, score: float | None) -> str:
    """What is wrong with a score, and what would be right; empty if nothing is. Own surveys have no scale."""
    scale = SCALES.get(survey)
    if score is None or scale is None or scale.holds(score):
        return ""
    return f"{score:g} is not on the scale of {survey}; it must be {scale}"


def tone(survey: str, score: float | None) -> str:
    """`good`, `fair` or `poor` for an answer on a shipped scale, else empty."""
    scale = SCALES.get(survey)
    if scale is None or score is None:
        return ""
    return "good" if score >= scale.good_from else "poor" if score <= scale.bad_to else "fair"
