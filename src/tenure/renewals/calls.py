"""Reads of what people said: calls in force, reasons, targets, as of a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from tenure.accounts.models import Account
from tenure.kit import clock
from tenure.renewals.models import Call, LossReason, Target
from tenure.renewals.rules import GOOD_HEALTH_TARGET, Called
from tenure.workspaces.access import Access

USUAL_TARGETS = {"good_health_share": GOOD_HEALTH_TARGET}


def in_force(access: Access, as_of: date) -> dict[tuple[str, str], Called]:
    """The latest call by account and subscription (empty: of the account), as known at the end of a day."""
    rows = access.of(Call).filter(effective_on__lte=as_of, recorded_at__lt=_end(access, as_of))
    names = ("account_id", "subscription__external_id", "call", "reason", "who", "effective_on")
    found: dict[tuple[str, str], Called] = {}
    for account, subscription, *said in rows.order_by("effective_on", "recorded_at").values_list(*names):
        found[account, subscription or ""] = Called(account, subscription or "", *said)
    return found


def history(access: Access, account_id: str) -> list[Call]:
    """Everything that was ever called of an account, newest first. Http404 for a stranger's."""
    account = access.get(Account, account_id)
    rows = access.of(Call).filter(account=account).select_related("subscription")
    return list(rows.order_by("-recorded_at"))


def codes(access: Access, as_of: date) -> dict[tuple[str, date], tuple[str, str]]:
    """Why accounts left or pay less, code and note, by account and day, as known at the end of a day."""
    rows = access.of(LossReason).filter(recorded_at__lt=_end(access, as_of)).order_by("recorded_at")
    return {
        (account, lost_on): (code, note)
        for account, lost_on, code, note in rows.values_list("account_id", "lost_on", "code", "note")
    }


def _end(access: Access, day: date) -> datetime:
    return clock.end_of_day(day, access.workspace.zone)


@dataclass(frozen=True)
class Aim:
    """A target in force; `is_usual`: nobody set one."""

    figure: str
    quarter: str
    value: float
    team: str = ""
    owner: str = ""
    is_usual: bool = False


def targets(access: Access, quarter: str) -> list[Aim]:
    """The targets of a quarter: of everybody, then of teams, then of owners, by figure."""
    rows = access.of(Target).filter(quarter=quarter).order_by("recorded_at", "pk")
    latest = {(row.figure, row.team, row.owner): row for row in rows}
    usual = [
        Aim(figure, quarter, value, is_usual=True)
        for figure, value in USUAL_TARGETS.items()
        if (figure, "", "") not in latest or latest[figure, "", ""].value is None
    ]
    said = [
        Aim(one.figure, quarter, one.value, one.team, one.owner)
        for one in latest.values()
        if one.value is not None
    ]
    return sorted([*usual, *said], key=lambda one: (one.owner, one.team, one.figure))


def target_of(aims: list[Aim], figure: str, owner: str = "", team: str = "") -> float | None:
    """The value that a figure of an owner, a team or everybody should have; None where none is set."""
    found: Mapping[tuple[str, str, str], float] = {
        (one.figure, one.team, one.owner): one.value for one in aims
    }
    return found.get((figure, team, owner))
