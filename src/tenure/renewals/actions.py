"""Writes of what people say about renewals: a call, the reason of a loss, a target."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from tenure.accounts.models import Account
from tenure.kit import changes, clock
from tenure.renewals import rules
from tenure.renewals.models import LONGEST_REASON, Call, LossReason, Target
from tenure.renewals.targets import FIGURES
from tenure.revenue.models import Subscription
from tenure.revenue.quarters import Quarter
from tenure.workspaces.access import Access
from tenure.workspaces.roles import Right

TABLE = "renewal_call"


@transaction.atomic
def call(
    access: Access,
    account_id: str,
    what: str,
    reason: str,
    subscription: str = "",
    effective_on: date | None = None,
) -> Call:
    """Say what is expected of an account's renewal, or of one contract's (as the source calls it).

    What was called before stays on record. `what` empty takes it back. It counts from `effective_on` (today).
    ValueError for an unknown call, no reason, or a day to come; Http404 for a stranger's account.
    """
    access.require(Right.WORK)
    account = access.get(Account, account_id)
    if what and what not in rules.CALLS:
        raise ValueError(f"call: there is no {what!r}; there are {', '.join(rules.CALLS)}")
    row = Call.objects.create(
        workspace=access.workspace,
        account=account,
        subscription=_subscription(access, account, subscription) if subscription else None,
        call=what,
        reason=_said(reason, "reason"),
        who=access.who,
        effective_on=_not_ahead(access, effective_on),
    )
    changes.touch(access.workspace.id, TABLE)
    access.log("called a renewal", f"{account.external_id}: {what or 'taken back'}")
    return row


def _subscription(access: Access, account: Account, ref: str) -> Subscription:
    found = access.of(Subscription).filter(account=account, external_id=ref).first()
    if found is None:
        raise ValueError(f"subscription_id: {account.external_id} has no subscription {ref!r}")
    return found


def _said(text: str, field: str) -> str:
    said = text.strip()
    if not said:
        raise ValueError(f"{field}: say why")
    if len(said) > LONGEST_REASON:
        raise ValueError(f"{field}: at most {LONGEST_REASON} characters, not {len(said)}")
    return said


def _not_ahead(access: Access, day: date | None) -> date:
    today = clock.today(access.workspace.zone)
    if day and day > today:
        raise ValueError(f"effective_on: {day} is still to come; a call counts from today or earlier")
    return day or today


@transaction.atomic
def give_reason(access: Access, account_id: str, lost_on: date, code: str, note: str = "") -> LossReason:
    """Say why an account left, or pays less, on a day. What was said before stays on record.

    ValueError for a code that does not exist, or `other` without a note.
    """
    access.require(Right.WORK)
    account = access.get(Account, account_id)
    if code not in rules.CODES:
        raise ValueError(f"code: there is no {code!r}; there are {', '.join(rules.CODES)}")
    if code == rules.OTHER or note:
        note = _said(note, "note")
    row = LossReason.objects.create(
        workspace=access.workspace, account=account, lost_on=lost_on, code=code, note=note, who=access.who
    )
    changes.touch(access.workspace.id, "loss_reason")
    access.log("gave the reason of a loss", f"{account.external_id} on {lost_on}: {code}")
    return row


@transaction.atomic
def set_target(
    access: Access, figure: str, quarter: str, value: float | None, team: str = "", owner: str = ""
) -> Target:
    """Say what a figure should be in a quarter; None takes the target away.

    Shares from 0 to 1, money in minor units a year, counts and days as they are. ValueError for a figure
    without targets, a value out of range, or both a team and an owner.
    """
    access.require(Right.DEFINE)
    if figure not in FIGURES:
        raise ValueError(f"figure: {figure!r} can have no target; there are {', '.join(FIGURES)}")
    if value is not None and not 0 <= value <= FIGURES[figure].most:
        raise ValueError(f"value: {value:g} is not between 0 and {FIGURES[figure].most:g}")
    if team and owner:
        raise ValueError("owner: a target is a team's or an owner's, not both")
    Quarter.read(quarter)
    row = Target.objects.create(
        workspace=access.workspace,
        figure=figure,
        quarter=quarter,
        team=team,
        owner=owner,
        value=value,
        who=access.who,
    )
    access.log("set a target", f"{figure} in {quarter}: {value}")
    return row
