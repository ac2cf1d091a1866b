"""How likely open contracts and accounts are lost: columns, of which a row asked for becomes an object."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import overload

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

COHORTS = "what became of contracts like theirs"
HAZARD = "a hazard learnt from this workspace's history"
NOBODY = -1
RENEWED = "its contract is renewed already"


@dataclass(frozen=True)
class TermChance:
    """An open contract: P(not renewed), whenever that is decided, and P(lost by `until`).

    `p_lost` of one with an end is 0 before it ends, and then `p_not_renewed`; of one that rolls on both are
    P(ended by `until`). With an 80 % interval of `p_not_renewed`.
    """

    term_id: str
    subscription_id: str
    account_id: str
    ends_on: date | None
    is_past_due: bool
    p_not_renewed: float
    low: float
    high: float
    p_lost: float
    model: str
    reasons: tuple[str, ...]
    is_assumed: bool


@dataclass(frozen=True)
class AccountChance:
    """An account that pays: P(it is lost by `until`) with an 80 % interval, the model's name, and why."""

    account_id: str
    p_lost: float
    low: float
    high: float
    model: str
    reasons: tuple[str, ...]
    is_assumed: bool


@dataclass(frozen=True, eq=False)
class TermChances(Sequence[TermChance]):
    """A row for each open contract, by account.

    `table`: of `decisions.OPEN`. Beside it P(not renewed) with its interval, P(lost), whether that is assumed
    or by the hazard; `why` says a row's reasons in words.
    """

    table: pa.Table
    p: Floats
    low: Floats
    high: Floats
    lost: Floats
    is_assumed: Flags
    is_learnt: Flags
    why: Callable[[int], tuple[str, ...]]

    def __len__(self) -> int:
        return len(self.p)

    @overload
    def __getitem__(self, row: int) -> TermChance: ...
    @overload
    def __getitem__(self, row: slice) -> Sequence[TermChance]: ...
    def __getitem__(self, row: int | slice) -> TermChance | Sequence[TermChance]:
        if isinstance(row, slice):
            return [self[one] for one in range(*row.indices(len(self)))]
        at = range(len(self))[row]
        [said] = self.table.slice(at, 1).to_pylist()
        left = said["days_left"]
        return TermChance(
            term_id=said["term_id"],
            subscription_id=said["subscription_id"],
            account_id=said["account_id"],
            ends_on=said["ends_on"],
            is_past_due=left is not None and left <= 0,
            p_not_renewed=float(self.p[at]),
            low=float(self.low[at]),
            high=float(self.high[at]),
            p_lost=float(self.lost[at]),
            model=self.model(at),
            reasons=self.why(at),
            is_assumed=bool(self.is_assumed[at]),
        )

    def model(self, row: int) -> str:
        """On what a row rests."""
        return HAZARD if self.is_learnt[row] else COHORTS


@dataclass(frozen=True, eq=False)
class AccountChances(Sequence[AccountChance]):
    """A row for each account that pays, by id; `decides`: the row of `terms` that does, or NOBODY."""

    ids: pa.Array
    p: Floats
    low: Floats
    high: Floats
    decides: Ints
    terms: TermChances

    @classmethod
    def of(cls, terms: TermChances, held: pa.Array) -> AccountChances:
        """A customer is lost with its last contract; whoever is `held` by a renewed one is not.

        Its contracts are decided by the same people for the same reasons: that most likely to stay decides.
        """
        own = terms.table["account_id"].combine_chunks()
        ids = np.unique(np.concatenate([_strings(own), _strings(held)]))
        account = np.searchsorted(ids, _strings(own))
        order = np.lexsort((terms.p, terms.lost, account))
        first = order[np.flatnonzero(np.append(True, np.diff(account[order]) != 0)[: len(order)])]
        decides = np.full(len(ids), NOBODY, dtype=np.int64)
        decides[account[first]] = first
        decides[np.searchsorted(ids, _strings(held))] = NOBODY
        may = np.append(terms.lost, 0.0)[decides]  # the last is nobody's
        low, high = (np.where(may > 0, np.append(one, 0.0)[decides], 0.0) for one in (terms.low, terms.high))
        return cls(pa.array(ids.astype(str), pa.string()), may, low, high, decides, terms)

    def __len__(self) -> int:
        return len(self.p)

    @overload
    def __getitem__(self, row: int) -> AccountChance: ...
    @overload
    def __getitem__(self, row: slice) -> Sequence[AccountChance]: ...
    def __getitem__(self, row: int | slice) -> AccountChance | Sequence[AccountChance]:
        if isinstance(row, slice):
            return [self[one] for one in range(*row.indices(len(self)))]
        at = range(len(self))[row]
        decides = int(self.decides[at])
        return AccountChance(
            account_id=self.ids[at].as_py(),
            p_lost=float(self.p[at]),
            low=float(self.low[at]),
            high=float(self.high[at]),
            model=COHORTS if decides == NOBODY else self.terms.model(decides),
            reasons=self.why(at),
            is_assumed=bool(self.is_assumed[at]),
        )

    @property
    def is_assumed(self) -> Flags:
        """Of each account whether its chance rests on an assumed rate."""
        return np.append(self.terms.is_assumed, False)[self.decides]

    def why(self, row: int) -> tuple[str, ...]:
        """Why an account is as likely to leave as it is."""
        decides = int(self.decides[row])
        return (RENEWED,) if decides == NOBODY else self.terms.why(decides)


def _strings(ids: pa.Array) -> NDArray[np.bytes_]:
    """Ids as bytes of one width: a tenth of the time and memory of Python's strings."""
    return np.array(ids.cast(pa.binary()).to_pylist() or [b""], dtype="S")[: len(ids)]
