"""Tables of insight: what lifetime values rest on, and what models learnt, as plain numbers."""

from __future__ import annotations

from django.db import models

from tenure.accounts.models import Account
from tenure.workspaces.models import SHARED, Workspace


class Economics(models.Model):
    """What a workspace has said of its costs; null: nobody has, so it is assumed."""

    book_path = SHARED

    workspace = models.OneToOneField(
        Workspace, on_delete=models.CASCADE, primary_key=True, related_name="economics"
    )
    gross_margin = models.FloatField(null=True, blank=True)  # a share of revenue
    discount = models.FloatField(null=True, blank=True)  # a year
    hourly_minor = models.BigIntegerField(null=True, blank=True)  # what an hour of work costs, all included

    class Meta:
        db_table = "economics"

    def __str__(self) -> str:
        return f"economics of {self.workspace_id}"


class FittedHazard(models.Model):
    """A hazard fitted to what was known on a day; null `numbers`: there was too little to learn from.

    `figures`: its back-test, and that of what it was compared with. It counts from its day on, while
    `is_in_force`: where it told more than the share lost among comparable contracts.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE)
    as_of = models.DateField()
    numbers = models.JSONField(null=True)
    figures = models.JSONField(default=dict)
    is_in_force = models.BooleanField(default=False)
    says = models.TextField()

    class Meta:
        db_table = "fitted_hazard"
        constraints = [models.UniqueConstraint(fields=["workspace", "as_of"], name="hazard_once_a_day")]

    def __str__(self) -> str:
        return f"hazard of {self.as_of}"


class AccountHazard(models.Model):
    """What the latest hazard says of an account: log-odds of leaving within a month if it can, and why."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="hazards")
    as_of = models.DateField()
    near = models.FloatField()
    error = models.FloatField()
    rolls = models.BooleanField()
    up = models.JSONField(default=list)
    down = models.JSONField(default=list)

    class Meta:
        db_table = "account_hazard"
        constraints = [models.UniqueConstraint(fields=["workspace", "account"], name="account_hazard_once")]

    def __str__(self) -> str:
        return f"{self.account_id} on {self.as_of}"
