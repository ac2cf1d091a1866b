"""The inputs of metrics that a workspace has to name, and what rests on each. Pure words; see `inputs`."""

from __future__ import annotations

from dataclasses import dataclass

MOST = 50
LONGEST = 200


@dataclass(frozen=True)
class Named:
    """Something a workspace names. `many`: it may name several; `of_plans`: some for one product only."""

    name: str  # of the workspace's field
    title: str
    means: str
    what: str  # a word for one of them
    many: bool = True
    of_plans: bool = False


NAMED = {
    one.name: one
    for one in (
        Named(
            "first_value_event",
            "First value",
            "The event that means a customer got something out of the product for the first time.",
            "event",
            many=False,
        ),
        Named(
            "onboarding_steps",
            "Onboarding steps",
            "What a customer must have done at least once to be on board.",
            "event",
        ),
        Named(
            "key_features",
            "Key features",
            "The few features whose absence would worry you, on every plan that has none of its own.",
            "event",
        ),
        Named(
            "plan_features",
            "Key features of a plan",
            "Where a product includes other features than the rest: customers on it are measured by these.",
            "event",
            of_plans=True,
        ),
        Named(
            "seats_from",
            "Where seats come from",
            "The attribute of customers that says how many seats they have. Without one it is what their "
            "subscriptions say.",
            "attribute",
            many=False,
        ),
        Named(
            "own_domains",
            "Your own e-mail domains",
            "What people with such an address do never counts as a customer's use.",
            "domain",
        ),
    )
}


def problem(named: Named, value: str, already: int) -> str:
    """What is wrong with naming one more, and what would be right; empty if nothing is."""
    if not value:
        return f"Say which {named.what}."
    if len(value) > LONGEST:
        return f"Names have at most {LONGEST} letters."
    if named.many and already >= MOST:
        return f"At most {MOST}: take one out first."
    return ""
