"""What people at a customer are to us: their part, influence and stance, and how well we know them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

CHAMPION, SPONSOR, DECIDER, USER = "champion", "sponsor", "decision_maker", "user"


@dataclass(frozen=True)
class Trait:
    """Something we hold about a person: its values with what people call them, the strongest first."""

    name: str
    title: str
    means: str
    values: Mapping[str, str]

    def read(self, text: str) -> str:
        """The value meant by a text, or nothing by none. ValueError says what would be right."""
        plain = plainly(text)
        if not plain:
            return ""
        for value, title in self.values.items():
            if plain in (value.replace("_", " "), title):
                return value
        raise ValueError(f"{self.title.lower()} is {listed(self.values)}, or empty")


def plainly(text: str) -> str:
    """In small letters, with single spaces."""
    return " ".join(text.replace("_", " ").replace("-", " ").lower().split())


def listed(values: Mapping[str, str]) -> str:
    """`low, medium or high`."""
    *others, last = values.values()
    return f"{', '.join(others)} or {last}"


PARTS = {
    CHAMPION: "champion",
    SPONSOR: "sponsor",
    DECIDER: "decision maker",
    "influencer": "influencer",
    "administrator": "administrator",
    USER: "user",
    "blocker": "blocker",
}
TRAITS: Mapping[str, Trait] = {
    one.name: one
    for one in (
        Trait("part", "Part", "what they are to us", PARTS),
        Trait(
            "influence",
            "Influence",
            "how much their word counts when it comes to renewing",
            {"high": "high", "medium": "medium", "low": "low"},
        ),
        Trait(
            "stance",
            "Stance",
            "what they think of us",
            {"supporter": "supporter", "neutral": "neutral", "critic": "critic"},
        ),
        Trait(
            "relation",
            "Relationship",
            "how well we know each other",
            {"strong": "strong", "good": "good", "weak": "weak", "none": "none"},
        ),
    )
}
LEFT = "left_on"
# What people are called that says by itself which part they have.
_SAID = {
    "executive sponsor": SPONSOR,
    "economic buyer": DECIDER,
    "buyer": DECIDER,
    "admin": "administrator",
    "power user": USER,
    "end user": USER,
}


def part_of(role: str) -> str:
    """The part that a role names by itself, as `Champion` does; nothing for others, as `CFO`."""
    plain = plainly(role)
    by_title = {title: value for value, title in PARTS.items()}
    return by_title.get(plain) or _SAID.get(plain, "")


def read_left(text: str) -> str:
    """The day somebody left, as 2026-04-03; nothing for no text. ValueError: what would be right."""
    if not text.strip():
        return ""
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise ValueError("the day they left is written like 2026-04-03") from None
    if not 1970 <= day.year < 2200:
        raise ValueError("the day they left lies between 1970 and 2199")
    return day.isoformat()
