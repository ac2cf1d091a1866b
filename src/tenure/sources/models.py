"""Import runs, and the rows they could not take."""

from __future__ import annotations

from django.db import models

from tenure.kit import clock
from tenure.kit.ids import new_id
from tenure.workspaces.models import Workspace


class Pickup(models.Model):
    """Where files are fetched from by the clock, and how it went last. Without a kind, not yet previewed."""

    id = models.CharField(max_length=32, primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE)
    where = models.CharField(max_length=1000)  # https://… or a pattern below the pick-up folder
    every_minutes = models.IntegerField()
    headers = models.TextField(blank=True)  # encrypted JSON
    kind = models.CharField(max_length=30, blank=True)
    options = models.JSONField(default=dict)  # as of an import run
    is_on = models.BooleanField(default=False)
    created_by = models.CharField(max_length=254)
    created_at = models.DateTimeField(default=clock.now)
    next_at = models.DateTimeField(default=clock.now)
    last_at = models.DateTimeField(null=True, blank=True)
    last_says = models.CharField(max_length=500, blank=True)
    last_failed = models.BooleanField(default=False)
    failures = models.IntegerField(default=0)  # in a row
    etag = models.CharField(max_length=500, blank=True)
    modified = models.CharField(max_length=100, blank=True)
    seen = models.JSONField(default=dict)  # of a folder: file name to size and time

    class Meta:
        db_table = "pickup"
        indexes = [models.Index(fields=["is_on", "next_at"], name="pickup_due")]

    def __str__(self) -> str:
        return self.where

    @property
    def is_address(self) -> bool:
        """Whether it is fetched over the network."""
        return "://" in self.where


class ImportRun(models.Model):
    """One file given to an import: what was asked, how far it is, what came of it."""

    DRAFT, WAITING, RUNNING, DONE, FAILED = "draft", "waiting", "running", "done", "failed"
    ASKING = "asking"  # its file leaves open how dates or numbers are meant: it goes on when that is said

    id = models.CharField(max_length=32, primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, db_index=False)
    kind = models.CharField(max_length=30)
    filename = models.CharField(max_length=255)
    path = models.CharField(max_length=1000)
    options = models.JSONField(default=dict)  # map: {ours: theirs}, set: {ours: value}, as_of: ISO date
    signature = models.CharField(max_length=64, blank=True)  # a digest of the names of its columns
    learnt_from = models.CharField(max_length=255, blank=True)  # the file whose options these are
    pickup = models.ForeignKey(Pickup, on_delete=models.SET_NULL, null=True, blank=True)
    started_by = models.CharField(max_length=254)
    status = models.CharField(max_length=10, default=WAITING)
    rows_total = models.BigIntegerField(default=0)
    rows_read = models.BigIntegerField(default=0)
    rows_added = models.BigIntegerField(default=0)
    rows_changed = models.BigIntegerField(default=0)
    rows_same = models.BigIntegerField(default=0)
    rows_rejected = models.BigIntegerField(default=0)
    says = models.CharField(max_length=500, blank=True)
    questions = models.JSONField(default=list)  # what it asks: judging.Question as JSON
    created_at = models.DateTimeField(default=clock.now)
    progressed_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    undo_asked_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.CharField(max_length=254, blank=True)
    undone_says = models.CharField(max_length=500, blank=True)
    left = models.JSONField(default=list)  # what undoing it left, and why: [what, why]

    class Meta:
        db_table = "import_run"
        indexes = [
            models.Index(fields=["workspace", "-created_at"], name="import_run_newest"),
            models.Index(fields=["workspace", "signature"], name="import_run_shape"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} from {self.filename}"


class RejectedRow(models.Model):
    """A row of a file that was set aside, with the field at fault and what would be right."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE)
    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="rejected", db_index=False)
    line = models.BigIntegerField()
    field = models.CharField(max_length=120, blank=True)
    says = models.CharField(max_length=400)
    row = models.JSONField()

    class Meta:
        db_table = "rejected_row"
        indexes = [models.Index(fields=["run", "line"], name="rejected_row_order")]

    def __str__(self) -> str:
        return f"line {self.line}: {self.says}"


class ImportChange(models.Model):
    """What an import did to one row of the record, so that it can be taken back (imports/journal.py).

    `before`: the row as JSON, null if the import added it; `after`: a digest of what the import left.
    `is_same`: the import only said what the row said already.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, db_index=False)
    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="changes")
    table = models.CharField(max_length=60, db_column="tbl")
    row_id = models.CharField(max_length=64)
    before = models.TextField(null=True, blank=True)
    after = models.CharField(max_length=32)
    is_same = models.BooleanField(default=False)

    class Meta:
        db_table = "import_change"
        # By the row first: who asks for a row's changes finds them here too, at no index of their own.
        constraints = [models.UniqueConstraint(fields=["row_id", "table", "run"], name="import_change_once")]

    def __str__(self) -> str:
        return f"{self.table} {self.row_id}"


class ImportAdded(models.Model):
    """Rows that one batch of an import added to a table: changes without a before, not yet told one by one.

    They are the changes from `first_id` on once the import is undone. `rows`: what the import left, column by
    column, packed (imports/packing.py). `is_same`: rows that the batch only confirmed, by their keys alone;
    each is told once another import that has a share in it is undone.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, db_index=False)
    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="additions")
    table = models.CharField(max_length=60, db_column="tbl")
    first_id = models.BigIntegerField()
    rows = models.BinaryField()
    is_same = models.BooleanField(default=False)

    class Meta:
        db_table = "import_added"

    def __str__(self) -> str:
        return f"additions to {self.table}"


class ExportRun(models.Model):
    """Everything of a workspace as one file to be downloaded: asked for, made, and forgotten again."""

    WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"

    id = models.CharField(max_length=32, primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, db_index=False)
    formats = models.JSONField(default=list)
    status = models.CharField(max_length=10, default=WAITING)
    says = models.CharField(max_length=500, blank=True)  # what is being written, or why nothing was
    rows = models.BigIntegerField(default=0)
    size = models.BigIntegerField(default=0)  # bytes
    asked_by = models.CharField(max_length=254)
    asked_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "export_run"
        indexes = [models.Index(fields=["workspace", "-asked_at"], name="export_run_newest")]

    def __str__(self) -> str:
        return f"export of {self.workspace_id}, {self.status}"
