"""The rows behind the figures of renewals: each term that is due, each loss, each account at stake. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from tenure.renewals import rules
from tenure.renewals.rules import Called, Chance
from tenure.revenue.due import Due, Outcome
from tenure.revenue.losses import Loss

RENEWED, CHURNED, PAST_DUE, AT_RISK, NO_RISK = STATUSES = (
    "renewed",
    "churned",
    "past_due",
    "at_risk",
    "no_risk",
)
_CALLS_LAST = timedelta(days=180)  # of who has no term that a call could be about


@dataclass(frozen=True, slots=True)
class Who:
    """An account as it is called."""

    account_id: str
    external_id: str
    name: str
    owner: str


@dataclass(frozen=True, slots=True)
class DueRow:
    """A term that is due, and how it stands; amounts in minor units a year.

    `status` is one of `STATUSES`; `why` says in words what puts it at risk.
    """

    who: Who
    due: Due
    status: str
    band: str | None
    chance: Chance | None
    called: Called | None
    why: tuple[str, ...] = ()

    @property
    def arr_minor(self) -> int:
        """What it was worth the day before the quarter."""
        return self.due.arr_minor

    @property
    def is_open(self) -> bool:
        """Whether it has still to be decided, and its end is to come."""
        return self.status in (AT_RISK, NO_RISK)


@dataclass(frozen=True, slots=True)
class LossRow:
    """What an account lost, and why; `code` is None where nobody has said yet."""

    who: Who
    loss: Loss
    code: str | None
    note: str = ""

    @property
    def arr_minor(self) -> int:
        """What is paid less a year, in minor units."""
        return self.loss.arr_minor


@dataclass(frozen=True, slots=True)
class StakeRow:
    """An account that may be lost by the end of the quarter, with what it pays a year, in minor units."""

    who: Who
    arr_minor: int
    chance: Chance
    called: Called | None
    is_at_risk: bool

    @property
    def expected_minor(self) -> float:
        """P(lost) × what it pays."""
        return self.chance.p * self.arr_minor


@dataclass(frozen=True)
class Known:
    """What is known beside the ledger, as of a day."""

    accounts: Mapping[str, Who]
    bands: Mapping[str, str | None]
    of_terms: Mapping[str, Chance]  # by the id of the term's version: P(not renewed)
    calls: Mapping[tuple[str, str], Called]
    codes: Mapping[tuple[str, date], tuple[str, str]] = field(default_factory=dict)  # with their notes
    line: float = rules.RISK_LINE


def due_row(due: Due, known: Known) -> DueRow:
    """How a due term stands."""
    band, chance = known.bands.get(due.account_id), known.of_terms.get(due.term_id)
    called = rules.in_force(known.calls, due.account_id, due.subscription_id, due.starts_on)
    why: tuple[str, ...] = ()
    status = str(due.outcome)
    if due.outcome is Outcome.OPEN:
        p = chance.p if chance else None
        why = rules.why_at_risk(due.is_ending, band, p, called, known.line)
        status = AT_RISK if why else NO_RISK
    return DueRow(known.accounts[due.account_id], due, status, band, chance, called, why)


def loss_row(loss: Loss, known: Known) -> LossRow:
    """A loss with its reason: what somebody said, else what came with the contract."""
    code, note = known.codes.get((loss.account_id, loss.lost_on), (rules.code_of(loss.said), ""))
    own = loss.said if code == rules.OTHER else ""
    return LossRow(known.accounts[loss.account_id], loss, code, note or own)


def called_of(
    account_id: str, arr_minor: int, terms: list[DueRow], known: Known, as_of: date
) -> Called | None:
    """What is called of the whole account; of one contract only where that is all it has.

    `terms`: its terms that are due; `arr_minor`: what it pays a year.
    """
    since = min((one.due.starts_on for one in terms), default=as_of - _CALLS_LAST)
    whole = rules.in_force(known.calls, account_id, "", since)
    if whole or len(terms) != 1 or terms[0].arr_minor < arr_minor:
        return whole
    return terms[0].called
