"""A score's change between two dates in exact parts: measures, the profile, what a person set. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tenure.health.scoring import Item, Score, score_one


@dataclass(frozen=True)
class Change:
    """What one part contributed to a change of the score: it moved, or it counts for more or less now."""

    item: Item
    before: Item
    moved: float
    reweighted: float

    @property
    def change(self) -> float:
        """Points of the score's change that are this part's."""
        return self.moved + self.reweighted

    @property
    def appeared(self) -> bool:
        """Whether it had no data before."""
        return self.before.points is None and self.item.points is not None

    @property
    def vanished(self) -> bool:
        """Whether it has no data any more."""
        return self.before.points is not None and self.item.points is None


@dataclass(frozen=True)
class Story:
    """Why a score changed; the three together are the whole change, to the last digit that counts.

    `measures`: what became of the customer. `profile`: what another profile or version of it made of the same
    customer, measure by measure. `override`: what setting, ending or changing a score by hand did.
    """

    measures: tuple[Change, ...] = ()
    profile: tuple[Change, ...] = ()
    override: float = 0.0

    @property
    def total(self) -> float:
        """The sum of all parts."""
        return sum(one.change for one in (*self.measures, *self.profile)) + self.override


def difference(before: Score, now: Score) -> float | None:
    """By how many points the score changed; None if there is none on either date."""
    return None if before.score is None or now.score is None else now.score - before.score


Values = Mapping[str, float | None]


def story(
    before: Score, now: Score, known_before: Values | None = None, known_now: Values | None = None
) -> Story | None:
    """The change from one score to the other in parts that sum to it exactly; None if either is missing.

    `known_before` and `known_now` are the values of all that the other date's profile asks for. Under
    another profile, the customer of then is scored by the profile of now: what lies between the two scores
    of then is the profile's doing, the rest the customer's. Where the profile of now knew nothing then, it
    is the other way round: the customer of now under the profile of then.
    """
    change = difference(before, now)
    if change is None:
        return None
    if before.computed is None or now.computed is None:
        return Story(override=change)
    override = change - (now.computed - before.computed)
    if (before.profile.name, before.profile.version) == (now.profile.name, now.profile.version):
        return Story(decompose(before, now), (), override)
    between = score_one(now.profile, {**before.values, **(known_before or {})})
    if between.computed is not None:
        return Story(decompose(between, now), decompose(before, between), override)
    between = score_one(before.profile, {**now.values, **(known_now or {})})
    if between.computed is not None:
        return Story(decompose(before, between), decompose(between, now), override)
    return Story((), decompose(before, now), override)


def decompose(before: Score, now: Score) -> tuple[Change, ...]:
    """The change from one computed score to the other in parts that sum to it; nothing if either is missing.

    A part contributes weight × points, and Δ(w·p) = w̄·Δp + p̄·Δw with the means of both. Weights sum
    to 1 in both, so ΣΔw = 0 and any level may be taken off p̄: taking the mean score, a part that gains
    weight adds what it stands above the rest, and not all it has. A part with data on one side only
    has not moved (Δp = 0); it came or went. So do the measures that only one of two profiles has.
    """
    if before.computed is None or now.computed is None:
        return ()
    level = (before.computed + now.computed) / 2
    old, new = _by_metric(before), _by_metric(now)
    return tuple(
        _change(old.get(name) or _absent(new[name]), new.get(name) or _absent(old[name]), level)
        for name in {**new, **old}
    )


def _by_metric(score: Score) -> dict[str, Item]:
    return {item.part.metric.name: item for item in score.items}


def _absent(item: Item) -> Item:
    """A measure in a profile that does not have it: no data, no weight."""
    return Item(item.part, None, None, 0.0)


def _change(old: Item, new: Item, level: float) -> Change:
    first = old.points if old.points is not None else new.points
    last = new.points if new.points is not None else old.points
    if first is None or last is None:
        return Change(new, old, 0.0, 0.0)
    moved = (old.weight + new.weight) / 2 * (last - first)
    return Change(new, old, moved, ((first + last) / 2 - level) * (new.weight - old.weight))
