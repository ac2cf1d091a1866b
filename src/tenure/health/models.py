"""Health profiles by version, who has which, what people overrode, and every account's latest standing."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import models

from tenure.accounts.models import Account
from tenure.kit import clock
from tenure.kit.ids import new_id
from tenure.workspaces.models import SHARED, Workspace


class HealthProfile(models.Model):
    """A version of one of a workspace's health profiles. A change adds a version; history keeps its own.

    It holds from the end of its first day on; a removed one leaves its accounts to the others.
    """

    book_path = SHARED

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, db_index=False)
    name = models.CharField(max_length=80, default="default")
    version = models.PositiveIntegerField(default=1)
    body = models.JSONField()
    valid_from = models.DateTimeField(default=clock.now)
    author = models.CharField(max_length=254, blank=True)
    comment = models.CharField(max_length=300, blank=True)
    is_removed = models.BooleanField(default=False)

    class Meta:
        db_table = "health_profile"
        constraints = [
            models.UniqueConstraint(fields=["workspace", "name", "version"], name="health_profile_once")
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class ProfileSpan(models.Model):
    """From which day on an account has which profile. Without a row it has the default."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, db_index=False)
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="profile_spans", db_index=False
    )
    profile = models.CharField(max_length=80)
    since = models.DateField()

    class Meta:
        db_table = "health_profile_span"
        constraints = [models.UniqueConstraint(fields=["account", "since"], name="profile_span_once")]
        indexes = [models.Index(fields=["workspace", "account", "since"], name="profile_span_of")]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.profile} since {self.since}"


class HealthOverride(models.Model):
    """A score that a person knows better, for a time. It holds from `starts_on` until before `ends_on`."""

    id = models.CharField(max_length=32, primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, db_index=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="health_overrides")
    score = models.FloatField()
    reason = models.CharField(max_length=300)
    who = models.CharField(max_length=254)
    starts_on = models.DateField()
    ends_on = models.DateField()
    recorded_at = models.DateTimeField(default=clock.now)
    ended_by = models.CharField(max_length=254, blank=True)  # who took it back before its end

    class Meta:
        db_table = "health_override"
        indexes = [models.Index(fields=["workspace", "account", "starts_on"], name="health_override_of")]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.score} until {self.ends_on}"

    @property
    def last_day(self) -> date:
        """The last day it holds."""
        return self.ends_on - timedelta(days=1)


class Outlook(models.Model):
    """Where an account's score is heading: the slope of its last 90 days, counted once a day."""

    account = models.OneToOneField(
        Account, on_delete=models.CASCADE, primary_key=True, related_name="outlook"
    )
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, db_index=False)
    as_of = models.DateField()
    trend = models.FloatField(null=True, blank=True)  # points per 30 days; null: too few days with a score
    days = models.PositiveSmallIntegerField()  # with a score, of the last 90

    class Meta:
        db_table = "health_outlook"
        indexes = [models.Index(fields=["workspace", "trend", "account"], name="outlook_by_trend")]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.trend} a month"


class BandFlow(models.Model):
    """How often accounts of one band were in another one some days later, in the workspace's own history."""

    book_path = SHARED  # counts over all customers, about nobody in particular

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, db_index=False)
    horizon = models.PositiveSmallIntegerField()  # days
    before = models.CharField(max_length=10)
    after = models.CharField(max_length=10)  # a band, or "former"; empty: no score any more
    count = models.PositiveIntegerField()
    computed_on = models.DateField()

    class Meta:
        db_table = "health_band_flow"
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "horizon", "before", "after"], name="health_band_flow_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.before} to {self.after} in {self.horizon} days: {self.count}"


class Standing(models.Model):
    """How an account stands as of the last refresh: the row behind lists. Missing is null, never 0."""

    account = models.OneToOneField(
        Account, on_delete=models.CASCADE, primary_key=True, related_name="standing"
    )
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, db_index=False)
    as_of = models.DateField()
    score = models.FloatField(null=True, blank=True)  # what counts: the override while one holds
    computed = models.FloatField(null=True, blank=True)  # what the profile gives
    profile = models.CharField(max_length=80, default="default")
    profile_version = models.PositiveIntegerField(default=1)
    override = models.ForeignKey(HealthOverride, on_delete=models.SET_NULL, null=True, blank=True)
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
            # The usual order of lists: what they are filtered by most is read here, not in each row.
            models.Index(
                fields=["workspace", "score", "account", "arr_minor", "renews_on", "last_active_on"],
                name="standing_by_score",
            ),
            models.Index(
                fields=["workspace", "outcomes", "account", "experience"], name="standing_by_outcomes"
            ),
            models.Index(fields=["workspace", "experience", "account"], name="standing_by_experience"),
            models.Index(fields=["workspace", "arr_minor", "account"], name="standing_by_arr"),
            models.Index(
                fields=["workspace", "renews_on", "account", "arr_minor", "band"], name="standing_by_renewal"
            ),
            models.Index(fields=["workspace", "last_active_on", "account"], name="standing_by_activity"),
            models.Index(fields=["workspace", "band", "score", "account"], name="standing_by_band"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.score}"
