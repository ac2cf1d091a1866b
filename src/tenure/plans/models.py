"""Tables of what customers want to reach: goals, and what was said of each, as of when."""

from __future__ import annotations

from django.db import models

from tenure.accounts.models import Account
from tenure.kit import clock
from tenure.kit.ids import new_id
from tenure.plans.rules import AIMS, STATUSES
from tenure.workspaces.models import Workspace


class Goal(models.Model):
    """Something a customer wants to reach, under the source's own id."""

    id = models.CharField(max_length=32, primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, db_index=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="goals")
    external_id = models.CharField(max_length=200)

    class Meta:
        db_table = "goal"
        constraints = [models.UniqueConstraint(fields=["workspace", "external_id"], name="goal_once")]

    def __str__(self) -> str:
        return self.external_id


class GoalVersion(models.Model):
    """How a goal stood from `effective_on` until the next statement; null `value`: not measured yet.

    Rows are never overwritten: a correction of a day closes its row at `superseded_at` and adds
    another. As known at T for day D: `recorded_at` <= T < `superseded_at`, the last `effective_on` <= D.
    """

    id = models.CharField(max_length=32, primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, db_index=False)
    goal = models.ForeignKey(Goal, on_delete=models.CASCADE, related_name="versions")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="goal_versions")
    title = models.CharField(max_length=300)
    aim = models.CharField(max_length=10, choices=[(one, one) for one in AIMS])
    start_value = models.FloatField(null=True, blank=True)
    target_value = models.FloatField()
    value = models.FloatField(null=True, blank=True)
    weight = models.FloatField(default=1)
    due = models.DateField(null=True, blank=True)
    status = models.CharField(max_length=10, choices=[(one, one) for one in STATUSES])
    effective_on = models.DateField()
    recorded_at = models.DateTimeField(default=clock.now)
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "goal_version"
        indexes = [models.Index(fields=["workspace", "account"], name="goal_version_by_account")]

    def __str__(self) -> str:
        return f"{self.title} on {self.effective_on}"
