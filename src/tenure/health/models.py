"""Health profiles by version, and every account's latest standing."""

from __future__ import annotations

from django.db import models

from tenure.accounts.models import Account
from tenure.kit import clock
from tenure.workspaces.models import SHARED, Workspace


class HealthProfile(models.Model):
    """A version of a workspace's health profile. A change adds a version; history keeps its own."""

    book_path = SHARED

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE)
    name = models.CharField(max_length=80, default="default")
    version = models.PositiveIntegerField(default=1)
    body = models.JSONField()
    valid_from = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "health_profile"
        constraints = [
            models.UniqueConstraint(fields=["workspace", "name", "version"], name="health_profile_once")
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class Standing(models.Model):
    """How an account stands as of the last refresh: the row behind lists. Missing is null, never 0."""

    account = models.OneToOneField(
        Account, on_delete=models.CASCADE, primary_key=True, related_name="standing"
    )
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE)
    as_of = models.DateField()
    score = models.FloatField(null=True, blank=True)
    outcomes = models.FloatField(null=True, blank=True)
    experience = models.FloatField(null=True, blank=True)
    band = models.CharField(max_length=10, blank=True)  # good, fair, poor; empty: no data
    basis = models.CharField(max_length=12, default="none")  # scoring.Basis: what the score rests on
    coverage = models.FloatField(default=0)  # share of the profile's weight that had data
    score_before = models.FloatField(null=True, blank=True)  # 28 days before as_of
    weakest = models.CharField(max_length=60, blank=True)  # the metric that pulls the score down most
    weeks = models.JSONField(default=list)  # scores of the last 12 weeks, oldest first, null where none
    arr_minor = models.BigIntegerField(null=True, blank=True)
    renews_on = models.DateField(null=True, blank=True)
    last_active_on = models.DateField(null=True, blank=True)
    computed_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "standing"
        indexes = [
            models.Index(fields=["workspace", "score", "account"], name="standing_by_score"),
            models.Index(
                fields=["workspace", "outcomes", "account", "experience"], name="standing_by_outcomes"
            ),
            models.Index(fields=["workspace", "experience", "account"], name="standing_by_experience"),
            models.Index(fields=["workspace", "arr_minor", "account"], name="standing_by_arr"),
            models.Index(
                fields=["workspace", "renews_on", "account", "arr_minor", "band"], name="standing_by_renewal"
            ),
            models.Index(fields=["workspace", "last_active_on", "account"], name="standing_by_activity"),
            models.Index(fields=["workspace", "band", "score"], name="standing_by_band"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.score}"
