"""How what accounts pay moved between two days, and the rates that follow. Pure.

Amounts are whole minor units a year (ARR), so that they add up exactly; MRR is a twelfth of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from tenure.revenue.columns import Flags, Ints

NEW, EXPANSION, CONTRACTION, CHURN, REACTIVATION = KINDS = (
    "new",
    "expansion",
    "contraction",
    "churn",
    "reactivation",
)
NOBODY_PAID = "nobody paid at the start"
NOTHING_LOST = "nothing was lost, so there is nothing to divide by"


@dataclass(frozen=True)
class Movements:
    """What accounts paid a year at the start and at the end, for each that ever paid anything.

    `kind` is a number of `KINDS`, or -1 where nothing moved; `before`, `after` whole minor units a year.
    """

    accounts: pa.Array
    before: Ints
    after: Ints
    kind: Ints

    @property
    def start_arr(self) -> int:
        """The sum at the start, in minor units a year."""
        return int(self.before.sum())

    @property
    def end_arr(self) -> int:
        """The sum at the end, in minor units a year."""
        return int(self.after.sum())

    def total(self, kind: str) -> int:
        """What all movements of a kind come to, signed, in minor units a year."""
        which = self.kind == KINDS.index(kind)
        return int((self.after - self.before)[which].sum())

    @property
    def totals(self) -> dict[str, int]:
        """By kind, signed: their sum is the end less the start."""
        return {kind: self.total(kind) for kind in KINDS}

    @property
    def paying(self) -> Flags:
        """Who paid at the start."""
        return np.asarray(self.before > 0)

    @property
    def grr(self) -> float | None:
        """Of what accounts paid at the start, the share they still pay: never above 1."""
        kept = np.clip(self.after, 0, self.before)[self.paying].sum()
        return _share(int(kept), int(self.before[self.paying].sum()))

    @property
    def nrr(self) -> float | None:
        """What the accounts that paid at the start pay at the end, by what they paid then."""
        return _share(int(self.after[self.paying].sum()), int(self.before[self.paying].sum()))

    @property
    def logo_churn(self) -> float | None:
        """Of the accounts that paid at the start, the share that pays nothing at the end."""
        return _share(int((self.paying & (self.after <= 0)).sum()), int(self.paying.sum()))

    @property
    def quick_ratio(self) -> float | None:
        """What was won by what was lost; None when nothing was lost."""
        totals = self.totals
        won = totals[NEW] + totals[EXPANSION] + totals[REACTIVATION]
        return _share(won, -totals[CONTRACTION] - totals[CHURN])

    @property
    def missing(self) -> dict[str, str]:
        """Why a rate is not there, by its name."""
        rates = {"grr": self.grr, "nrr": self.nrr, "logo_churn": self.logo_churn}
        found = {name: NOBODY_PAID for name, value in rates.items() if value is None}
        return found | ({"quick_ratio": NOTHING_LOST} if self.quick_ratio is None else {})

    def table(self) -> pa.Table:
        """Who moved: `account_id, kind, before_minor, after_minor`, minor units a year."""
        moved = np.flatnonzero(self.kind >= 0)
        return pa.table(
            {
                "account_id": self.accounts.take(pa.array(moved)),
                "kind": pa.array(np.array(KINDS)[self.kind[moved]].tolist(), pa.string()),
                "before_minor": self.before[moved],
                "after_minor": self.after[moved],
            }
        )


def kinds(before: Ints, after: Ints, has_paid: Flags) -> Ints:
    """Of which kind each account's movement is; `has_paid`: on the first day or any before."""
    found = np.full(len(before), -1, dtype=np.int64)
    pays, paid = after > 0, before > 0
    found[after > before] = KINDS.index(EXPANSION)
    found[after < before] = KINDS.index(CONTRACTION)
    found[paid & ~pays] = KINDS.index(CHURN)
    found[~paid & pays] = KINDS.index(NEW)
    found[~paid & pays & has_paid] = KINDS.index(REACTIVATION)
    return found


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole > 0 else None
