"""Tables of what customers asked for help with: tickets, and what was known of each when."""

from __future__ import annotations

from django.db import models

from tenure.accounts.models import Account, Person
from tenure.kit import clock
from tenure.kit.ids import new_id
from tenure.workspaces.models import Workspace


class Ticket(models.Model):
    """A request for help under the help desk's own id; what was said of it stands in `versions`."""

    id = models.CharField(max_length=32, primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, db_index=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="tickets")
    external_id = models.CharField(max_length=200)

    class Meta:
        db_table = "ticket"
        constraints = [models.UniqueConstraint(fields=["workspace", "external_id"], name="ticket_once")]

    def __str__(self) -> str:
        return self.external_id


class TicketVersion(models.Model):
    """What is known of a ticket. `solved_at` is the last time it was solved; null: it is open.

    Rows are never overwritten: what was learnt later closes a version at `superseded_at` and adds the
    next. As known at T: `recorded_at` <= T < `superseded_at`, of it what had happened by T.
    """

    id = models.CharField(max_length=32, primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, db_index=False)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="versions")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="ticket_versions")
    person = models.ForeignKey(
        Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="ticket_versions"
    )
    opened_at = models.DateTimeField()
    first_reply_at = models.DateTimeField(null=True, blank=True)
    solved_at = models.DateTimeField(null=True, blank=True)
    replies = models.IntegerField(null=True, blank=True)
    reopens = models.IntegerField(null=True, blank=True)
    handle_minutes = models.FloatField(null=True, blank=True)
    subject = models.CharField(max_length=500, blank=True)
    channel = models.CharField(max_length=80, blank=True)
    priority = models.CharField(max_length=80, blank=True)
    recorded_at = models.DateTimeField(default=clock.now)
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "ticket_version"
        indexes = [models.Index(fields=["workspace", "account", "-opened_at"], name="ticket_by_account")]

    def __str__(self) -> str:
        return f"{self.subject or self.ticket_id} since {self.opened_at}"
