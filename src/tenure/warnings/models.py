"""Tables of warnings, who comes first, changes of health worth telling, and how often each band is lost."""

from __future__ import annotations

from django.db import models

from tenure.accounts.models import Account
from tenure.kit import clock
from tenure.kit.ids import new_id
from tenure.workspaces.models import SHARED, Workspace


class EarlyWarning(models.Model):
    """Something about an account that needs somebody. Closes by itself when its cause goes."""

    id = models.CharField(max_length=32, primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, db_index=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="warnings")
    cause = models.CharField(max_length=40)
    says = models.CharField(max_length=300)
    pill = models.CharField(max_length=60, blank=True)  # the cause in two or three words
    is_opportunity = models.BooleanField(default=False)
    rank = models.PositiveSmallIntegerField(default=0)  # the lowest of an account's leads
    facts = models.JSONField(default=dict)  # the figures the sentence rests on
    opened_on = models.DateField()
    closed_on = models.DateField(null=True, blank=True)
    snoozed_until = models.DateField(null=True, blank=True)  # put off, or done and given time to work
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.CharField(max_length=254, blank=True)
    updated_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "warning"
        indexes = [
            models.Index(
                fields=["workspace", "account", "rank"],
                condition=models.Q(closed_on=None),
                name="warning_open",
            ),
            models.Index(fields=["workspace", "closed_on"], name="warning_closed"),
            models.Index(fields=["workspace", "-opened_on", "-id"], name="warning_newest"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "cause"], condition=models.Q(closed_on=None), name="warning_open_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.cause}: {self.says}"


class Priority(models.Model):
    """Where an account stands among those who need somebody: one narrow row that lists sort and add up by.

    Rewritten from the account's open warnings and its standing whenever either changes. Values are as of
    `visible_from`, or of the day of writing where that is later.
    """

    account = models.OneToOneField(
        Account, on_delete=models.CASCADE, primary_key=True, related_name="priority"
    )
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, db_index=False)
    lead = models.CharField(max_length=40)  # the most urgent cause
    is_at_risk = models.BooleanField()  # false: there is only something to win
    is_small = models.BooleanField()
    since = models.DateField()  # when the oldest open warning that counts was opened
    visible_from = models.DateField()  # until then everything open is quiet
    arr_minor = models.BigIntegerField(null=True, blank=True)
    # What a step is worth in minor units a year; where ARR is unknown below zero, by the chance of a loss.
    sort_key = models.FloatField()

    class Meta:
        db_table = "priority"
        indexes = [
            models.Index(fields=["workspace", "is_small", "-sort_key", "account"], name="priority_order"),
            models.Index(  # holds all that sums need
                fields=["workspace", "is_small", "is_at_risk", "lead", "visible_from", "since", "arr_minor"],
                name="priority_sums",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.lead}"


class BandChange(models.Model):
    """An account went from one band of health to another. Rewritten from the score history."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, db_index=False)
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="band_changes", db_index=False
    )
    changed_on = models.DateField()
    before = models.CharField(max_length=10)
    after = models.CharField(max_length=10)
    score_before = models.FloatField()  # the highest of 14 days before a fall, the lowest before a rise
    score_after = models.FloatField()

    class Meta:
        db_table = "band_change"
        indexes = [models.Index(fields=["workspace", "-changed_on"], name="band_change_newest")]
        constraints = [models.UniqueConstraint(fields=["account", "changed_on"], name="band_change_once")]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.before} to {self.after}"


class LossRate(models.Model):
    """How often paying accounts of a band were lost within 90 days, by the workspace's own history."""

    book_path = SHARED

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, db_index=False)
    band = models.CharField(max_length=10, blank=True)
    seen = models.PositiveIntegerField(default=0)  # account-months
    lost = models.PositiveIntegerField(default=0)
    computed_on = models.DateField()

    class Meta:
        db_table = "loss_rate"
        constraints = [models.UniqueConstraint(fields=["workspace", "band"], name="loss_rate_once")]

    def __str__(self) -> str:
        return f"{self.band}: {self.lost} of {self.seen}"
