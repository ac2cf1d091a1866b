"""Tables about events: what could not go through and why, what was left out, every name that was seen."""

from __future__ import annotations

from django.db import models

from tenure.kit import clock
from tenure.kit.ids import new_id
from tenure.workspaces.models import Workspace


class RejectedEvent(models.Model):
    """A collected event that was set aside: what came, why it could not go on, what would be right."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, db_index=False)
    stream = models.CharField(max_length=40)
    position = models.BigIntegerField()
    index = models.PositiveIntegerField(default=0)  # which event of its request
    reason = models.CharField(max_length=40)
    says = models.CharField(max_length=400)
    body = models.TextField()  # as it came
    mended = models.TextField(blank=True)  # as a rule left it, where something else is still wrong
    received_at = models.DateTimeField()
    rejected_at = models.DateTimeField(default=clock.now)
    replayed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "rejected_event"
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "stream", "position", "index"], name="rejected_event_once"
            )
        ]
        indexes = [models.Index(fields=["workspace", "replayed_at", "-rejected_at"], name="rejected_waiting")]

    def __str__(self) -> str:
        return f"{self.reason}: {self.says}"

    @property
    def latest(self) -> str:
        """The body to go on from."""
        return self.mended or self.body


class MendingRule(models.Model):
    """A rule that is applied to whatever arrives and would be set aside for its reason."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE)
    reason = models.CharField(max_length=40)
    rule = models.JSONField()  # see mending.py
    made_by = models.CharField(max_length=254)
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "mending_rule"

    def __str__(self) -> str:
        return f"{self.reason}: {self.rule}"


class MendingRun(models.Model):
    """All events of one reason put through again, in the background: how far it is, what came of it."""

    WAITING, RUNNING, DONE = "waiting", "running", "done"

    id = models.CharField(max_length=32, primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, db_index=False)
    reason = models.CharField(max_length=40)
    rule = models.JSONField(null=True)
    status = models.CharField(max_length=10, default=WAITING)
    total = models.BigIntegerField(default=0)
    reached = models.BigIntegerField(default=0)  # the last event's number that was tried
    last = models.BigIntegerField(default=0)  # the last that waited when it was asked for
    tried = models.BigIntegerField(default=0)
    went_through = models.BigIntegerField(default=0)
    asked_by = models.CharField(max_length=254)
    asked_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "mending_run"
        indexes = [models.Index(fields=["workspace", "-asked_at"], name="mending_run_newest")]

    def __str__(self) -> str:
        return f"{self.reason}: {self.tried} of {self.total}"


class DroppedEvents(models.Model):
    """How many events of a stream were left out on a day although nothing was wrong with them, and why.

    `position` is how far in the stream was counted: what is drained again after a crash counts once.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, db_index=False)
    stream = models.CharField(max_length=40)
    reason = models.CharField(max_length=20)
    day = models.DateField()  # received, in the workspace's zone
    count = models.BigIntegerField(default=0)
    position = models.BigIntegerField(default=0)

    class Meta:
        db_table = "dropped_events"
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "day", "reason", "stream"], name="dropped_events_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.count} {self.reason} on {self.day}"


class EventPolicy(models.Model):
    """How long a workspace remembers message ids and keeps raw events, and what it let go so far."""

    workspace = models.OneToOneField(Workspace, on_delete=models.CASCADE, related_name="event_policy")
    window_days = models.PositiveSmallIntegerField(default=7)
    keep_months = models.PositiveSmallIntegerField(null=True, blank=True)  # null: for ever
    removed_before = models.DateField(null=True, blank=True)  # no raw events from before that month are left
    removed_events = models.BigIntegerField(default=0)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "event_policy"

    def __str__(self) -> str:
        return f"{self.window_days} days, {self.keep_months or 'all'} months"


class EventName(models.Model):
    """A line of the dictionary: a name that was seen, when, how often, by how many, with which properties."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, db_index=False)
    kind = models.CharField(max_length=20)
    event = models.CharField(max_length=500)
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()
    events = models.BigIntegerField(default=0)  # of the last 28 days, as are people and accounts
    people = models.BigIntegerField(default=0)
    accounts = models.BigIntegerField(default=0)
    weeks = models.JSONField(default=list)  # events of each of the last weeks, oldest first
    days_seen = models.PositiveSmallIntegerField(default=0)  # see rules.Rhythm
    longest_pause = models.PositiveSmallIntegerField(default=0)
    last_day = models.DateField()
    properties = models.JSONField(default=list)  # see dictionary.Property
    looked_at = models.PositiveIntegerField(default=0)  # events that `properties` were read from
    description = models.TextField(blank=True)
    is_retired = models.BooleanField(default=False)  # no longer sent, on purpose
    described_by = models.CharField(max_length=254, blank=True)
    described_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "event_name"
        constraints = [models.UniqueConstraint(fields=["workspace", "kind", "event"], name="event_name_once")]
        indexes = [models.Index(fields=["workspace", "-events", "id"], name="event_name_by_volume")]

    def __str__(self) -> str:
        return self.event
