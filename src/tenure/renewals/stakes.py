"""The accounts at stake in a quarter, as columns; a row becomes an object when it is asked for. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np
import pyarrow as pa

from tenure.insight.leaving import Flags, Floats, Ints
from tenure.renewals.rows import StakeRow, Who
from tenure.renewals.rules import Called, Chance

NAMES = pa.schema([(name, pa.string()) for name in ("account_id", "external_id", "name", "owner")])


@dataclass(frozen=True, eq=False)
class Stakes(Sequence[StakeRow]):
    """Who pays as of the day and may not by the end of the quarter, what is expected to be lost first.

    `names`: rows of `NAMES`; `arr` in minor units a year; P(lost) with its interval; the calls by row; `why`
    says the reasons of a row of `origin`, which is where each was found.
    """

    names: pa.Table
    arr: Ints
    p: Floats
    low: Floats
    high: Floats
    is_assumed: Flags
    is_at_risk: Flags
    calls: Mapping[int, Called]
    origin: Ints
    why: Callable[[int], tuple[str, ...]]

    @classmethod
    def none(cls) -> Stakes:
        """Of a quarter that is over."""
        whole, part = np.zeros(0, dtype=np.int64), np.zeros(0)
        names, none = NAMES.empty_table(), np.zeros(0, dtype=bool)
        return cls(names, whole, part, part, part, none, none, {}, whole, lambda _: ())

    def __len__(self) -> int:
        return len(self.p)

    @overload
    def __getitem__(self, row: int) -> StakeRow: ...
    @overload
    def __getitem__(self, row: slice) -> Sequence[StakeRow]: ...
    def __getitem__(self, row: int | slice) -> StakeRow | Sequence[StakeRow]:
        if isinstance(row, slice):
            return [self[one] for one in range(*row.indices(len(self)))]
        at = range(len(self))[row]
        [who] = self.names.slice(at, 1).to_pylist()
        p, low, high = (float(one[at]) for one in (self.p, self.low, self.high))
        chance = Chance(p, low, high, self.why(int(self.origin[at])), bool(self.is_assumed[at]))
        is_at_risk = bool(self.is_at_risk[at])
        return StakeRow(Who(**who), int(self.arr[at]), chance, self.calls.get(at), is_at_risk)

    def only(self, rows: Ints) -> Stakes:
        """Some of them, in the order of `rows`."""
        calls = {at: self.calls[row] for at, row in enumerate(rows.tolist()) if row in self.calls}
        return Stakes(
            names=self.names.take(pa.array(rows)),
            arr=self.arr[rows],
            p=self.p[rows],
            low=self.low[rows],
            high=self.high[rows],
            is_assumed=self.is_assumed[rows],
            is_at_risk=self.is_at_risk[rows],
            calls=calls,
            origin=self.origin[rows],
            why=self.why,
        )

    @property
    def called(self) -> Stakes:
        """Those of which somebody called something."""
        return self.only(np.array(sorted(self.calls), dtype=np.int64))

    @property
    def at_risk(self) -> Stakes:
        """Those at risk."""
        return self.only(np.flatnonzero(self.is_at_risk))

    @property
    def dearest_first(self) -> Ints:
        """The rows by what they pay, the most first."""
        return np.argsort(-self.arr, kind="stable")
