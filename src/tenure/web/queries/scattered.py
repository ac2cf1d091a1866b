"""The chart of customers: outcomes against experience, the largest first."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import F, QuerySet

from tenure.accounts.models import Account
from tenure.health.models import Standing
from tenure.web.queries.customers import Found
from tenure.web.queries.standings import standings

MARKS = 400  # on the chart


@dataclass(frozen=True)
class Mark:
    """A customer on the chart of outcomes against experience."""

    id: str
    name: str
    band: str
    outcomes: float
    experience: float
    arr_minor: int | None


def marks(found: Found) -> list[Mark]:
    """The customers with both sides known, the largest by ARR first, at most `MARKS`."""
    if found.is_rolled:
        figures = {f"its_{name}": found.figure(name) for name in _MARKED}
        known = {f"its_{side}__isnull": False for side in ("outcomes", "experience")}
        rows = found.accounts().annotate(**figures).filter(**known)
        largest = rows.order_by(F("its_arr_minor").desc(nulls_last=True))
        return [Mark(*values) for values in largest.values_list("pk", "name", *figures)[:MARKS]]
    if (alone := standings(found)) is not None:
        return _named(alone)
    both = {"standing__outcomes__isnull": False, "standing__experience__isnull": False}
    largest = found.accounts("standing__", **both).order_by(F("standing__arr_minor").desc(nulls_last=True))
    columns = (f"standing__{name}" for name in _MARKED)
    return [Mark(*values) for values in largest.values_list("pk", "name", *columns)[:MARKS]]


def _named(alone: QuerySet[Standing]) -> list[Mark]:
    """The largest of these standings, and then what those few are called."""
    both = alone.filter(outcomes__isnull=False, experience__isnull=False)
    largest = both.order_by(F("arr_minor").desc(nulls_last=True)).values_list("account_id", *_MARKED)[:MARKS]
    rows = list(largest)
    names = dict(Account.objects.filter(pk__in=[row[0] for row in rows]).values_list("pk", "name"))
    return [Mark(row[0], names[row[0]], *row[1:]) for row in rows]


_MARKED = ("band", "outcomes", "experience", "arr_minor")
