"""Tables of what customers pay: subscriptions, and the terms each consists of."""

from __future__ import annotations

from django.db import models

from tenure.accounts.models import Account
from tenure.kit import clock
from tenure.kit.ids import new_id
from tenure.revenue.rules import TIMES_A_MONTH
from tenure.workspaces.models import Workspace


class Subscription(models.Model):
    """A contract that continues under one id: its successive terms and amendments are `terms`."""

    id = models.CharField(max_length=32, primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="subscriptions")
    external_id = models.CharField(max_length=200)
    product = models.CharField(max_length=120, blank=True)

    class Meta:
        db_table = "subscription"
        constraints = [models.UniqueConstraint(fields=["workspace", "external_id"], name="subscription_once")]

    def __str__(self) -> str:
        return self.external_id


class Term(models.Model):
    """What is paid from `starts_on` until the day before `ends_on` (null: open-ended).

    Rows are versions and are never overwritten: what was learnt later closes a version at
    `superseded_at` and adds the next. As known at T: `recorded_at` <= T < `superseded_at`.
    """

    INTERVALS = TIMES_A_MONTH

    id = models.CharField(max_length=32, primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE)
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="terms")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="terms")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    interval = models.CharField(max_length=10, choices=[(name, name) for name in INTERVALS])
    seats = models.IntegerField(null=True, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    auto_renew = models.BooleanField(default=False)
    renews = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    recorded_at = models.DateTimeField(default=clock.now)
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "term"
        indexes = [
            models.Index(fields=["workspace", "account"], name="term_by_account"),
            models.Index(fields=["workspace", "ends_on"], name="term_by_end"),
        ]

    def __str__(self) -> str:
        return f"{self.subscription_id} from {self.starts_on}"
