"""What insight found, kept with its day."""

from __future__ import annotations

from django.db import models

from tenure.kit import clock
from tenure.kit.ids import new_id
from tenure.workspaces.models import Workspace


class AuditRun(models.Model):
    """A look at what became of customers: what was asked, how far it is, what it found, as JSON.

    `about`: by which outcome metrics are judged (audit/found.py), or `health`, whose profiles are calibrated
    (calibration/found.py). It is about every customer, so it has no way to a book.
    """

    HEALTH = "health"

    WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"

    id = models.CharField(max_length=32, primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE)
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
