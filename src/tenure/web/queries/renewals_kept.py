"""Figures of renewals, kept in memory until anything that they rest on moves."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import date

from tenure.events import lake
from tenure.health import history
from tenure.insight.hazard import queries as hazards
from tenure.kit import clock
from tenure.renewals import calls, queries
from tenure.renewals.books import Eve, eve_of
from tenure.renewals.cohort import Cohort
from tenure.renewals.figures import Renewals
from tenure.renewals.models import Target
from tenure.revenue.ledger import Ledger
from tenure.revenue.quarters import Quarter
from tenure.revenue.queries import known_by
from tenure.web.queries import ledger_kept
from tenure.web.queries.kept import Kept, state, whose
from tenure.workspaces.access import Access, access_for_machine
from tenure.workspaces.roles import Right

_KEPT: Kept[Renewals] = Kept(most=8, largest=300_000)
_COHORTS: Kept[Cohort] = Kept(most=16, largest=100_000)
_THEN: Kept[Cohort] = Kept(most=16, largest=100_000)
_EVES: Kept[Eve] = Kept(most=16, largest=100_000)


def renewals(access: Access, quarter: Quarter, as_of: date) -> Renewals:
    """The figures of a quarter as of a day, as `renewals.queries.renewals` tells them now."""
    return _KEPT.get(
        (whose(access), quarter),
        _now(access, as_of),
        lambda: queries.renewals(access, quarter, as_of, _books(access, as_of), _eve(access, quarter, as_of)),
        lambda found: len(found.due) + len(found.next_90_days) + len(found.at_stake),
    )


def has(access: Access, quarter: Quarter, as_of: date) -> bool:
    """Whether they are there already."""
    return _KEPT.has((whose(access), quarter), _now(access, as_of))


def cohort(access: Access, quarter: Quarter, as_of: date) -> Cohort:
    """What was due in a quarter as of a past day, as `renewals.queries.cohort` tells it now.

    What was known then hardly ever changes: when something else has moved it is looked at, and serves again.
    """
    key, now = (whose(access), quarter), _now(access, as_of)
    return _COHORTS.get(key, now, lambda: _then(access, quarter, as_of, now), lambda found: len(found.due))


def _then(access: Access, quarter: Quarter, as_of: date, now: Hashable) -> Cohort:
    month = f"{as_of:%Y-%m}"
    scores = tuple(sorted(lake.files(access.workspace.id, history.TABLE, (month, month))))
    called = frozenset(calls.in_force(access, as_of).items())
    fitted = hazards.fitted(access_for_machine(access.workspace), as_of)
    rests_on = (scores or now, called, fitted.pk if fitted else "")  # scores of no day are worked out now
    return _THEN.get(
        (whose(access), quarter, as_of),
        (_money(access), known_by(access, as_of), rests_on),
        lambda: queries.cohort(access, quarter, as_of),
        lambda found: len(found.due),
    )


def _eve(access: Access, quarter: Quarter, as_of: date) -> Eve | None:
    """What a quarter began with, if it has begun: only what was known then has a part in it."""
    if as_of <= quarter.eve:
        return None
    return _EVES.get(
        (whose(access), quarter),
        (_money(access), known_by(access, quarter.eve)),
        lambda: eve_of(access, quarter),
        lambda found: len(found.due),
    )


def _money(access: Access) -> Hashable:
    return access.workspace.currency, access.workspace.zone, access.workspace.fiscal_year_starts


def _now(access: Access, as_of: date) -> Hashable:
    access.require(Right.READ)
    return state(access, as_of), access.of(Target).count()


def _books(access: Access, as_of: date) -> Ledger | None:
    """The ledger of today, which the portfolio asks for, too."""
    return ledger_kept.ledger(access) if as_of == clock.today(access.workspace.zone) else None
