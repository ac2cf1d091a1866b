"""What stands behind the figures of Today: what a step is worth, what is in question, the book."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, F, Q, QuerySet, Sum

from tenure.accounts.models import Account
from tenure.kit import clock
from tenure.segments.standpoint import Standpoint
from tenure.warnings import queries as warnings
from tenure.warnings.loss import Chance
from tenure.warnings.priorities import chances
from tenure.warnings.queries import Asked, Need, Total
from tenure.warnings.rules import GROWS, SAVES, WINS, worth_of_saving
from tenure.web.queries import customers
from tenure.web.queries.today import Shown
from tenure.web.queries.wanted import Wanted
from tenure.workspaces.access import Access

_ROWS = 10


@dataclass(frozen=True)
class Worth:
    """What stands behind one customer's place in the list. `need` is None where nothing is open now."""

    account_id: str
    name: str
    band: str
    arr_minor: int | None
    chance: Chance
    need: Need | None
    saves: float = SAVES
    grows: float = GROWS
    wins: float = WINS

    @property
    def at_stake_minor(self) -> float | None:
        """ARR × P(loss) × what a step saves."""
        return None if self.arr_minor is None else worth_of_saving(self.arr_minor, self.chance.share)


def worth(access: Access, account_id: str) -> Worth:
    """One customer's figures; Http404 for a neighbour's."""
    account = access.get(Account, account_id)
    standing = getattr(account, "standing", None)
    band = standing.band if standing else ""
    return Worth(
        account_id=account.pk,
        name=account.name,
        band=band,
        arr_minor=standing.arr_minor if standing else None,
        chance=chances(access)[band],
        need=warnings.need_of(access, account.pk, Standpoint.of(access)),
    )


@dataclass(frozen=True)
class Question:
    """What the sum in the headline consists of."""

    total: Total
    needs: list[Need]
    chances: Mapping[str, Chance]
    saves: float = SAVES


def question(access: Access, shown: Shown) -> Question:
    """The customers at risk behind the headline, the largest part of the sum first."""
    asked = Asked(access, Standpoint.of(access), shown.rule, shown.cause)
    found = warnings.worklist(asked, _ROWS)
    return Question(found.total, [need for need in found.needs if not need.is_opportunity], found.chances)


@dataclass(frozen=True)
class Line:
    """A customer's part in a figure of the book."""

    account_id: str
    name: str
    band: str
    arr_minor: int


@dataclass(frozen=True)
class Figure:
    """A figure of the book: what it means, what it is made of, who is left out."""

    name: str
    title: str
    means: str
    count: int
    of_minor: int | None
    part_minor: int | None
    left_out: int
    lines: list[Line]


FIGURES = {
    "paying": ("Paying customers", "Customers whose live contracts bring in more than nothing today."),
    "arr": ("Yearly revenue", "ARR: twelve times what live contracts bring in a month, added up."),
    "renewals": (
        "Renewals in good health",
        "Of the yearly revenue of customers whose next contract ends within 90 days, "
        "the share whose customer is in good health. The usual target is 90 %.",
    ),
}


def figure(access: Access, name: str, shown: Shown) -> Figure:
    """A figure with its parts, the largest first. KeyError for a name that is not in `FIGURES`."""
    title, means = FIGURES[name]
    standpoint = Standpoint.of(access)
    return _figure(name, title, means, access.of(Account).filter(shown.rule.q(standpoint)), standpoint.today)


def total(access: Access, wanted: Wanted) -> Figure:
    """The yearly revenue above a list of customers, with its parts."""
    title, means = FIGURES["arr"]
    whose = "Of the customers that the list means, however it is sorted."
    today = clock.today(access.workspace.zone)
    return _figure("arr", title, f"{means} {whose}", customers.meant(access, wanted), today)


def _figure(name: str, title: str, means: str, accounts: QuerySet[Account], today: date) -> Figure:
    arr = "standing__arr_minor"
    soon = Q(standing__renews_on__range=(today, today + timedelta(days=90)))
    counted = accounts.filter(soon) if name == "renewals" else accounts.filter(standing__arr_minor__gt=0)
    found = counted.aggregate(
        count=Count("pk"), of_minor=Sum(arr), part_minor=Sum(arr, filter=Q(standing__band="good"))
    )
    left_out = accounts.filter(standing__arr_minor__isnull=True).count()
    return Figure(name, title, means, left_out=left_out, lines=_lines(counted), **found)


def _lines(accounts: QuerySet[Account]) -> list[Line]:
    """The largest by ARR."""
    rows = accounts.filter(standing__arr_minor__isnull=False).order_by(F("standing__arr_minor").desc(), "pk")
    columns = rows.values_list("pk", "name", "standing__band", "standing__arr_minor")
    return [Line(key, name, band, arr or 0) for key, name, band, arr in columns[:_ROWS]]
