"""What is said about a score: its coverage, and what moved a part of it. Pure."""

from __future__ import annotations

from tenure.health.changes import Change
from tenure.health.profile import Part, Profile
from tenure.health.scoring import Basis, Score
from tenure.kit import words

NOTICEABLE = 0.05  # points of the score
WEIGHS_ALIKE = 0.0005


def coverage_sentence(score: Score) -> str:
    """How much of the profile had data, what lacks, and what became of its weight."""
    lacking = [item.part.metric.title for item in score.items if item.points is None]
    if score.basis is Basis.FORMER:
        return "No longer a customer: nothing is paid now, so there is no score."
    if score.basis is Basis.NONE:
        return f"No data: nothing is known of {words.listing(lacking, 'or')}."
    if not lacking:
        return f"Coverage {words.percent(score.coverage)}: every measure has data."
    covered = f"Coverage {words.percent(score.coverage)}: no data for {words.listing(lacking)}"
    shared = "its weight is" if len(lacking) == 1 else "their weight is"
    return f"{covered}; {shared} shared among the rest.{_ONE_SIDED.get(score.basis, '')}"


_ONE_SIDED = {
    Basis.OUTCOMES: " Outcomes only: nothing is known of their experience.",
    Basis.EXPERIENCE: " Experience only: nothing is known of their outcomes.",
}


def because(change: Change) -> str:
    """Why a part changed the score, where the value alone does not tell it."""
    if change.appeared:
        return "has data now and had none before"
    if change.vanished:
        return "had data before and has none now; its weight is shared among the rest"
    if abs(change.reweighted) < NOTICEABLE:
        return ""
    more = change.item.weight > change.before.weight
    return f"counts for {'more' if more else 'less'} now, since others {'lack' if more else 'have'} data"


def because_of_profile(change: Change, before: Profile, now: Profile) -> str:
    """What another profile did to a measure: `added`, `counts 30 % instead of 20 %, on another curve`."""
    old, new = _part(before, change), _part(now, change)
    if old is None or new is None:
        return "not in the profile before" if new else "not in the profile any more"
    said = []
    if abs(old.weight - new.weight) > WEIGHS_ALIKE:
        said.append(f"counts {words.percent(new.weight)} instead of {words.percent(old.weight)}")
    if old.curve != new.curve:
        said.append("is on another curve")
    return " and ".join(said) or because(change)


def _part(profile: Profile, change: Change) -> Part | None:
    name = change.item.part.metric.name
    return next((one for one in profile.parts if one.metric.name == name), None)


def by_hand(before: Score, now: Score) -> str:
    """What people did to the score between two dates, beside what was computed."""
    said = [
        f"{when} {score.given:.0f} instead of {_computed(score)}"
        for when, score in (("before", before), ("now", now))
        if score.given is not None
    ]
    return ", ".join(said)


def _computed(score: Score) -> str:
    return "no data" if score.computed is None else f"{score.computed:.0f}"
