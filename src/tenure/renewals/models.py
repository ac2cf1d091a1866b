"""What people said about renewals, and what was forecast: calls, reasons, targets, nightly forecasts."""

from __future__ import annotations

from django.db import models

from tenure.accounts.models import Account
from tenure.kit import clock
from tenure.kit.ids import new_id
from tenure.renewals.rules import CALLS, CODES
from tenure.revenue.models import Subscription
from tenure.workspaces.models import SHARED, Workspace

LONGEST_REASON = 1_000


class Call(models.Model):
    """What somebody expects of an account, or of one of its contracts. Never overwritten: the latest counts.

    With no word in `call` the one before is taken back.
    """

    id = models.CharField(max_length=32, primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, db_index=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="calls")
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, null=True, blank=True)
    call = models.CharField(max_length=20, blank=True, choices=[(name, name) for name in CALLS])
    reason = models.CharField(max_length=LONGEST_REASON)
    who = models.CharField(max_length=254)
    effective_on = models.DateField()
    recorded_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "renewal_call"
        indexes = [models.Index(fields=["workspace", "account", "-recorded_at"], name="renewal_call_of")]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.call or 'taken back'} from {self.effective_on}"


class LossReason(models.Model):
    """Why an account left, or pays less, on a day. Never overwritten: the latest counts."""

    id = models.CharField(max_length=32, primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, db_index=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="loss_reasons")
    lost_on = models.DateField()
    code = models.CharField(max_length=20, choices=[(name, name) for name in CODES])
    note = models.CharField(max_length=LONGEST_REASON, blank=True)
    who = models.CharField(max_length=254)
    recorded_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "loss_reason"
        indexes = [models.Index(fields=["workspace", "lost_on"], name="loss_reason_by_day")]

    def __str__(self) -> str:
        return f"{self.account_id} on {self.lost_on}: {self.code}"


class Target(models.Model):
    """What a figure should be in a quarter, of all, a team or an owner. The latest counts; null: none."""

    book_path = SHARED

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, db_index=False)
    figure = models.CharField(max_length=60)
    quarter = models.CharField(max_length=6)
    team = models.CharField(max_length=120, blank=True)
    owner = models.CharField(max_length=254, blank=True)
    value = models.FloatField(null=True, blank=True)
    who = models.CharField(max_length=254)
    recorded_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "figure_target"
        indexes = [models.Index(fields=["workspace", "quarter", "figure"], name="figure_target_of")]

    def __str__(self) -> str:
        return f"{self.figure} in {self.quarter}: {self.value}"


class Forecast(models.Model):
    """What was forecast of a quarter at the end of a day. Written once; its accounts are in the lake.

    Amounts are minor units a year. `called` is null where nobody called anything.
    """

    id = models.CharField(max_length=32, primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, db_index=False)
    quarter = models.CharField(max_length=6)
    as_of = models.DateField()
    lost_minor = models.BigIntegerField()  # so far in the quarter
    expected_minor = models.BigIntegerField()
    low_minor = models.BigIntegerField()
    high_minor = models.BigIntegerField()
    called_minor = models.BigIntegerField(null=True, blank=True)
    worst_minor = models.BigIntegerField()
    model = models.CharField(max_length=200)
    assumed = models.FloatField(default=0.0)  # share of what was still to come that rests on assumed rates
    is_later = models.BooleanField(default=False)  # worked out afterwards, from what was known then
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "forecast"
        constraints = [
            models.UniqueConstraint(fields=["workspace", "quarter", "as_of"], name="forecast_once")
        ]

    def __str__(self) -> str:
        return f"{self.quarter} as of {self.as_of}"
