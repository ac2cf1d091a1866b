"""When the renewal of each term is next decided. Pure and columnar."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from tenure.revenue import due
from tenure.revenue.columns import EPOCH, FOREVER, Ints, day_of, number
from tenure.revenue.ledger import Ledger

_MOST_STEPS = 8  # renewals of renewals that are known ahead


def next_due(ledger: Ledger) -> Ints:
    """When the renewal of each term is decided: its end; of one that is renewed, when what renews it is.

    FOREVER where it rolls on. What renews by itself comes up again after it.
    """
    found = np.where(due.is_rolling(ledger), FOREVER, ledger.terms.end)
    before, after = ledger.pairs.before, ledger.pairs.after
    order = np.lexsort((-ledger.terms.start[after], before))
    before, after = before[order], after[order]
    for _ in range(_MOST_STEPS):
        following = found.copy()
        following[before] = found[after]  # the first that starts is written last
        if (following == found).all():
            break
        found = following
    return found


def due_days(ledger: Ledger, day: date) -> list[date | None]:
    """When the renewal of each term is next decided, as seen from a day; None where it rolls on."""
    return [day_of(at) for at in due_seen(ledger, day).tolist()]


def due_seen(ledger: Ledger, day: date) -> Ints:
    """The same as numbers; FOREVER where it rolls on."""
    found = next_due(ledger)
    start, end = ledger.terms.start, ledger.terms.end
    goes_on = ledger.terms.is_auto & (end <= number(day)) & (ledger.until > end) & (found == end)
    for row in np.flatnonzero(goes_on).tolist():
        starts_on, ends_on = (EPOCH + timedelta(days=int(one[row])) for one in (start, end))
        found[row] = number(due.turn(starts_on, ends_on, day + timedelta(days=1))[1])
    return found
