"""How well a figure separates two groups, with intervals that know that a customer's months are alike.

The AUC is the probability that a row to which it happened scores above one to which it did not, ties counting
half (Hanley and McNeil, Radiology 143, 1982). Rows of one account are not independent, so intervals come from
drawing whole accounts, not rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

DRAWS = 1000
LEVEL = 0.95
_AT_ONCE = 8_000_000  # comparisons held in memory
MOST_COMPARED = (
    400_000_000  # beyond which accounts are drawn first, which makes intervals wider, not narrower
)


@dataclass(frozen=True)
class Separation:
    """An AUC, its interval of 95 %, and `p`: how likely one as far from a half would be if it told nothing.

    `draws` are the AUCs of the drawn samples, NaN where a sample had one group only.
    """

    auc: float
    low: float
    high: float
    p: float
    draws: Floats

    @property
    def flipped(self) -> Separation:
        """That of the same scores with their sign turned."""
        return Separation(1 - self.auc, 1 - self.high, 1 - self.low, self.p, 1 - self.draws)


def samples(accounts: int, draws: int = DRAWS, seed: int = 0) -> Floats:
    """How often each account is in samples of as many, drawn with replacement: draws × accounts."""
    if not accounts:
        return np.zeros((draws, 0))
    generator = np.random.default_rng(seed)
    return generator.multinomial(accounts, np.full(accounts, 1 / accounts), size=draws).astype(np.float64)


def auc(score: Floats, happened: Flags) -> float:
    """The AUC of n scores; NaN if one of the groups is empty. By ranks, in n log n."""
    positives = int(happened.sum())
    negatives = len(happened) - positives
    if not positives or not negatives:
        return float("nan")
    ranks = stats.rankdata(score)
    return float((ranks[happened].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def separate(score: Floats, happened: Flags, account: Ints, drawn: Floats) -> Separation:
    """The AUC of n scores (higher: more likely), and its interval over `drawn` samples of accounts.

    `account`: each row's column in `drawn`.
    """
    value = auc(score, happened)
    found = drawn_aucs(score, happened, account, drawn)
    known = found[~np.isnan(found)]
    if np.isnan(value) or len(known) < 2:
        return Separation(value, float("nan"), float("nan"), 1.0, found)
    tail = (1 - LEVEL) / 2
    low, high = (float(one) for one in np.quantile(known, (tail, 1 - tail)))
    with_it = len(np.unique(account[happened]))
    return Separation(value, low, high, probability(value - 0.5, float(known.std(ddof=1)), with_it), found)


def probability(distance: float, error: float, groups: int) -> float:
    """How likely so large a distance from nothing would be by chance, either way.

    By Student's t with one degree of freedom less than there are accounts in the smaller group.
    """
    if error <= 0:
        return 1.0
    return float(2 * stats.t.sf(abs(distance) / error, max(groups - 1, 1)))


def drawn_aucs(score: Floats, happened: Flags, account: Ints, drawn: Floats) -> Floats:
    """The AUC of each sample of accounts.

    Wins of one account's rows over another's are counted once; a sample only weighs them.
    """
    columns = _thinned(account, happened)
    if columns is not None:
        keep = np.isin(account, columns)
        score, happened, account = score[keep], happened[keep], account[keep]
    won, rows_with, rows_without, with_ = _wins(score, happened, account)
    weights = drawn[:, with_.every]
    wins = ((weights[:, with_.places] @ won) * weights).sum(axis=1)
    pairs = (weights @ rows_with) * (weights @ rows_without)
    return np.asarray(np.divide(wins, pairs, out=np.full(len(drawn), np.nan), where=pairs > 0))


def _thinned(account: Ints, happened: Flags) -> Ints | None:
    """Some of the accounts, where all would take too long; None for all."""
    positives = int(happened.sum())
    compared = positives * (len(happened) - positives)
    if compared <= MOST_COMPARED:
        return None
    every = np.unique(account)
    count = int(len(every) * (MOST_COMPARED / compared) ** 0.5)
    return np.random.default_rng(0).choice(every, count, replace=False)


@dataclass(frozen=True)
class _With:
    """The accounts that have rows, as columns; and the places among them of those it happened to."""

    every: Ints
    places: Ints


def _wins(score: Floats, happened: Flags, account: Ints) -> tuple[Floats, Floats, Floats, _With]:
    """Of each account to which it happened, against each account: how often its rows score higher."""
    every, place = np.unique(account, return_inverse=True)
    rows_with = np.bincount(place[happened], minlength=len(every)).astype(np.float64)
    rows_without = np.bincount(place[~happened], minlength=len(every)).astype(np.float64)
    with_ = np.flatnonzero(rows_with)
    order = np.argsort(place[~happened], kind="stable")
    others, without = score[~happened][order], np.flatnonzero(rows_without)
    starts = np.searchsorted(place[~happened][order], without)
    won = np.zeros((len(with_), len(every)))
    mine, scores = np.searchsorted(with_, place[happened]), score[happened]
    size = max(1, _AT_ONCE // max(len(others), 1))
    for start in range(0, len(scores), size):
        some = scores[start : start + size, None]
        above = (some > others).astype(np.float32) + np.float32(0.5) * (some == others)
        if len(starts):
            by_account = np.add.reduceat(above, starts, axis=1)
            rows = np.zeros((len(some), len(every)))
            rows[:, without] = by_account
            np.add.at(won, mine[start : start + size], rows)
    return won, rows_with, rows_without, _With(every, with_)


def discoveries(p: Floats) -> Floats:
    """q-values: the smallest rate of false discoveries at which each would be one.

    Benjamini and Hochberg, J. R. Stat. Soc. B 57, 1995; NaN, not tried, stays NaN and does not count.
    """
    found = np.full(len(p), np.nan)
    tried = np.flatnonzero(~np.isnan(p))
    order = tried[np.argsort(p[tried], kind="stable")]
    scaled = p[order] * len(order) / np.arange(1, len(order) + 1)
    found[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1)
    return found


def lift(score: Floats, happened: Flags, share: float = 0.1) -> tuple[float, float]:
    """How often it happened among the highest-scoring `share` of rows, and how many times that of all.

    Rows that score alike at the edge count in part, as if their order were drawn.
    """
    rate, wanted = float(happened.mean()), len(score) * share
    order = np.argsort(-score, kind="stable")
    edge = score[order[min(int(np.ceil(wanted)), len(score)) - 1]]
    above, tied = score > edge, score == edge
    part = (wanted - above.sum()) / tied.sum()
    worst = (happened[above].sum() + part * happened[tied].sum()) / wanted
    return float(worst), float(worst / rate) if rate else float("nan")
