"""Tables of what customers pay: subscriptions, and the terms each consists of."""

from __future__ import annotations

from django.db import models

from tenure.accounts.models import Account
from tenure.kit import clock
from tenure.kit.ids import new_id
from tenure.revenue.rules import TIMES_A_MONTH
from tenure.workspaces.models import SHARED, Workspace


class Subscription(models.Model):
    """A contract that continues under one id: its successive terms and amendments are `terms`."""

    id = models.CharField(max_length=32, primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, db_index=False)
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
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, db_index=False)
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
            models.Index(
                fields=["workspace", "renews"], condition=~models.Q(renews=""), name="term_by_renewed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subscription_id} from {self.starts_on}"


class RunningTerm(models.Model):
    """Which terms count, or will, as of the last refresh: what lists look up. The ledger says so.

    `id` is that of the version in `term`; it counts until before `runs_until` (null: no end is known).
    """

    id = models.CharField(max_length=32, primary_key=True, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, db_index=False)
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="running_terms", db_index=False
    )
    product = models.CharField(max_length=120, blank=True)
    seats = models.IntegerField(null=True, blank=True)
    starts_on = models.DateField()
    runs_until = models.DateField(null=True, blank=True)

    class Meta:
        db_table = "running_term"
        indexes = [
            models.Index(fields=["account", "product"], name="running_by_account"),
            models.Index(fields=["workspace", "product"], name="running_by_product"),
            models.Index(fields=["workspace", "starts_on"], name="running_by_start"),
        ]

    def __str__(self) -> str:
        return f"{self.id} until {self.runs_until}"


class Deal(models.Model):
    """What was offered to a customer, or to somebody who may become one; `won` is null while it is open."""

    id = models.CharField(max_length=32, primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, db_index=False)
    external_id = models.CharField(max_length=200)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="deals")
    stage = models.CharField(max_length=120, blank=True)
    amount_minor = models.BigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    won = models.BooleanField(null=True, blank=True)
    source = models.CharField(max_length=200, blank=True)
    referred_by = models.CharField(max_length=200, blank=True)  # as the source names whom it came through
    recorded_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "deal"
        constraints = [models.UniqueConstraint(fields=["workspace", "external_id"], name="deal_once")]

    def __str__(self) -> str:
        return self.external_id


class Cost(models.Model):
    """What winning or keeping customers cost on a day: money, or hours (then `hours`, and no money).

    Without an account it is everybody's.
    """

    CATEGORIES = ("acquisition", "credit", "discount", "programme", "hours")

    id = models.CharField(max_length=32, primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, db_index=False)
    external_id = models.CharField(max_length=64)  # a digest of the row: the same file twice changes nothing
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, null=True, blank=True, related_name="costs"
    )
    category = models.CharField(max_length=20, choices=[(name, name) for name in CATEGORIES])
    spent_on = models.DateField()
    amount_minor = models.BigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    hours = models.FloatField(null=True, blank=True)
    recorded_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "cost"
        constraints = [models.UniqueConstraint(fields=["workspace", "external_id"], name="cost_once")]
        indexes = [models.Index(fields=["workspace", "spent_on"], name="cost_by_day")]

    def __str__(self) -> str:
        return f"{self.category} on {self.spent_on}"


class Rate(models.Model):
    """What one unit of a currency is worth in the workspace's own, from a day until the next known."""

    book_path = SHARED

    id = models.CharField(max_length=32, primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, db_index=False)
    external_id = models.CharField(max_length=20)  # currency and day: EUR 2026-04-03
    currency = models.CharField(max_length=3)
    day = models.DateField()
    rate = models.DecimalField(max_digits=24, decimal_places=10)
    recorded_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "rate"
        constraints = [models.UniqueConstraint(fields=["workspace", "external_id"], name="rate_once")]
        indexes = [models.Index(fields=["workspace", "currency", "-day"], name="rate_newest")]

    def __str__(self) -> str:
        return f"{self.currency} {self.rate} on {self.day}"
