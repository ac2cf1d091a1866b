"""What the pages about families read: the figures of one taken together, and how each is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from tenure.accounts.models import Account
from tenure.desk import rolling
from tenure.desk.rolling import Family, Part
from tenure.kit.words import count
from tenure.workspaces.access import Access

MOST_FOUND = 12


@dataclass(frozen=True)
class Rolled:
    """A figure of a family: what it is called, how it comes of the parts, and what lacks where it is missing.

    `field` is what the parts have of it; of people and seat use the parts have nothing that adds up.
    """

    name: str
    title: str
    means: str
    missing: str
    field: str = ""
    kind: str = "number"  # number, money, score, share, day


FIGURES: Mapping[str, Rolled] = {
    one.name: one
    for one in (
        Rolled(
            "arr",
            "ARR of the family",
            "What all its accounts pay a year, added up. Accounts without a contract on record add nothing.",
            "a contract of any of them: import subscriptions",
            "arr_minor",
            "money",
        ),
        Rolled(
            "success",
            "Success of the family",
            "The mean of its accounts' success scores, each weighted by its ARR: a large account counts more "
            "than a small one. Accounts without a score are left out; where no ARR is known, or only that of "
            "accounts without a score, each counts the same.",
            "a success score of any of them",
            "score",
            "score",
        ),
        Rolled(
            "people",
            "Active people of the family",
            "Distinct people with at least one product event in the last 28 days at any of its accounts. Who "
            "uses several accounts counts once, so this may be less than the accounts' own figures together.",
            "product events: connect an SDK or import events",
        ),
        Rolled(
            "seats",
            "Seats of the family",
            "The seats of all contracts that run today, added up. Missing while one does not say how many.",
            "contracts that all say how many seats they have",
            "seats",
        ),
        Rolled(
            "seat_use",
            "Seat use of the family",
            "Its distinct active people of the last 28 days, divided by its seats.",
            "product events, and contracts that all say how many seats they have",
            kind="share",
        ),
        Rolled(
            "tickets",
            "Open tickets of the family",
            "Requests for help at any of its accounts that are not solved.",
            "tickets: import a file of them",
            "tickets",
        ),
        Rolled(
            "renewal",
            "Next renewal in the family",
            "The first day on which a contract of any of its accounts ends and somebody decides.",
            "a contract that ends",
            "renews_on",
            "day",
        ),
        Rolled(
            "last_active",
            "Last active in the family",
            "The last day on which anybody of its accounts used the product.",
            "product events",
            "last_active_on",
            "day",
        ),
    )
}
_OF = {"arr": "arr_minor", "success": "score", "renewal": "renews_on", "last_active": "last_active_on"}


@dataclass(frozen=True)
class Explained:
    """A family's figure with its parts, those without a value behind the others."""

    figure: Rolled
    account: Account
    family: Family
    value: float | date | None
    parts: list[Part]
    without: int

    def of(self, part: Part) -> float | date | None:
        """What a part has of it."""
        found: float | date | None = getattr(part, self.figure.field)
        return found


def explained(access: Access, account_id: str, name: str) -> Explained | None:
    """How a figure of a family is made; None where nothing stands below the account."""
    account, figure = access.get(Account, account_id), FIGURES[name]
    family = rolling.family(access, account_id)
    if family is None:
        return None
    known = [one for one in family.parts if figure.field and getattr(one, figure.field) is not None]
    return Explained(
        figure,
        account,
        family,
        getattr(family.figures, _OF.get(name, name)),
        known,
        len(family.parts) - len(known) if figure.field else 0,
    )


def hidden(family: Family) -> str:
    """What the figures leave out because it is not the caller's to see."""
    if not family.hidden:
        return ""
    return f"Without {count(family.hidden, 'account')} of it outside your book."
