"""Tables of insight: what models and audits found, as values, and what lifetime values rest on."""

from __future__ import annotations

from django.db import models

from tenure.accounts.models import Account
from tenure.kit import clock
from tenure.kit.ids import new_id
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

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, db_index=False)
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

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, db_index=False)
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


class AuditRun(models.Model):
    """A look at what became of customers: what was asked, how far it is, what it found, as JSON.

    `about`: by which outcome metrics are judged (audit/found.py), or `health`, whose profiles are calibrated
    (calibration/found.py). It is about every customer, so it has no way to a book.
    """

    HEALTH = "health"

    WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"

    id = models.CharField(max_length=32, primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, db_index=False)
    about = models.CharField(max_length=10)
    horizon = models.PositiveSmallIntegerField()  # days
    as_of = models.DateField()
    status = models.CharField(max_length=10, default=WAITING)
    says = models.CharField(max_length=500, blank=True)  # what is being done, or why it failed
    done = models.PositiveSmallIntegerField(default=0)  # of `total` parts
    total = models.PositiveSmallIntegerField(default=5)
    found = models.JSONField(null=True, blank=True)
    asked_by = models.CharField(max_length=254)
    asked_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "audit_run"
        indexes = [
            models.Index(fields=["workspace", "about", "horizon", "-asked_at"], name="audit_run_newest")
        ]

    def __str__(self) -> str:
        return f"audit of {self.workspace_id} about {self.about}, {self.status}"
