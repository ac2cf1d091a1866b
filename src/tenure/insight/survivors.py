"""Whether a record begins with those who stayed: who left before it began was never told of. Pure.

Who imports today's customers with the history of their contracts brings years in which nobody was lost, since
whoever was is not among them. Counted in, those years make losing customers look rare (delayed entry: Kaplan
and Meier would not count them as at risk). Where the record begins nobody says, but the first loss shows it:
if the time before was too good for the rate since, it begins there.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log

from tenure.insight.cohorts import Counts, wilson

LUCK = 0.01  # the chance of no loss before the first one, below which it is no luck


def only_stayed(before: Sequence[Counts], since: Sequence[Counts]) -> bool:
    """Whether there were too many decisions `before` a first loss for nobody to have been lost among them.

    Both by kind. At the rate `since` (without the first loss, which set the mark; the lower end of its 80 %
    interval) so many losses were to be expected that none at all has a chance below `LUCK` (Poisson).
    """
    expected = sum(
        one.seen * wilson(later.lost / later.seen, later.seen)[0]
        for one, later in zip(before, since, strict=True)
        if later.seen > 0 and later.lost
    )
    return expected > -log(LUCK)
