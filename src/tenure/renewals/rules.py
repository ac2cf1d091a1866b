"""What people may call, which reasons there are, and which open terms are at risk. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

RENEW, UP, DOWN, AT_RISK, CHURN = CALLS = ("renew", "up", "down", "at_risk", "churn")
CALL_WORDS = {
    "renew": "will renew",
    "up": "will renew and grow",
    "down": "will renew and pay less",
    "at_risk": "at risk",
    "churn": "will leave",
}
OTHER = "other"
CODES = (
    "value",
    "fit",
    "champion",
    "price",
    "competitor",
    "product",
    "service",
    "closed down",
    OTHER,
)
RISK_LINE = 0.3  # from this P(not renewed) on an open term is at risk
GOOD_HEALTH_TARGET = 0.9


@dataclass(frozen=True, slots=True)
class Called:
    """A call in force. `subscription_id` as the source calls it; empty: of the whole account."""

    account_id: str
    subscription_id: str
    call: str
    reason: str
    who: str
    effective_on: date


@dataclass(frozen=True, slots=True)
class Chance:
    """P(something is lost), with an 80 % interval, and why."""

    p: float
    low: float
    high: float
    reasons: tuple[str, ...] = ()
    is_assumed: bool = False  # a rate that stands in until enough was decided


def code_of(said: str) -> str | None:
    """The code that a source's own reason is: itself, or `other`; None where it says nothing."""
    word = said.strip().lower().replace("_", " ")
    return None if not word else word if word in CODES else OTHER


def why_at_risk(
    is_ending: bool, band: str | None, p: float | None, called: Called | None, line: float = RISK_LINE
) -> tuple[str, ...]:
    """Why an open term is at risk, in words; nothing if it is not."""
    found = []
    if is_ending:
        found.append("notice was given")
    if called and called.call in (AT_RISK, CHURN):
        found.append(f"called {CALL_WORDS[called.call]} by {called.who}: {called.reason}")
    if band == "poor":
        found.append("health is poor")
    if p is not None and p >= line and not is_ending:
        found.append(f"{p:.0%} likely not to be renewed")
    return tuple(found)


def in_force(
    calls: Mapping[tuple[str, str], Called], account_id: str, subscription: str, since: date
) -> Called | None:
    """The call about a term: its own, else the account's; one from before it began was about another."""
    for key in ((account_id, subscription), (account_id, "")):
        found = calls.get(key)
        if found and found.call and found.effective_on >= since:
            return found
    return None
