"""Tables of changes that can be taken back, of saved views, and of visits."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Collate

from tenure.accounts.models import Account
from tenure.kit import clock
from tenure.kit.ids import new_id
from tenure.workspaces.models import SHARED, Workspace


class Change(models.Model):
    """Something somebody did to one customer or to many at once."""

    OWNER, SEGMENT, NAME, DOMAIN, SNOOZE, NOTE = "owner", "segment", "name", "domain", "snooze", "note"
    KINDS = (OWNER, SEGMENT, NAME, DOMAIN, SNOOZE, NOTE)

    id = models.CharField(max_length=32, primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, db_index=False)
    who = models.CharField(max_length=254)
    kind = models.CharField(max_length=12, choices=[(kind, kind) for kind in KINDS])
    value = models.CharField(max_length=300, blank=True)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, null=True, blank=True)  # if only one
    count = models.PositiveIntegerField(default=0)  # of customers it concerned
    made_at = models.DateTimeField(default=clock.now)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "change"
        indexes = [models.Index(fields=["workspace", "-made_at"], name="change_newest")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.count}"


class ChangedRow(models.Model):
    """What stood in one row before a change: enough to put it back."""

    change = models.ForeignKey(Change, on_delete=models.CASCADE, related_name="rows", db_index=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, db_index=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="changed_rows")
    record = models.CharField(max_length=32)  # the row's own id: of the account, a warning, a note
    before = models.CharField(max_length=300, blank=True)

    class Meta:
        db_table = "changed_row"
        constraints = [models.UniqueConstraint(fields=["change", "record"], name="changed_row_once")]
        indexes = [models.Index(fields=["record"], name="changed_row_record")]

    def __str__(self) -> str:
        return f"{self.record}: {self.before}"


class SavedView(models.Model):
    """A list of customers worth coming back to: which, in what order, with which columns."""

    book_path = SHARED

    id = models.CharField(max_length=32, primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE)
    made_by = models.CharField(max_length=254)
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=4000, blank=True)  # of the address: where, q, sort, show
    is_shared = models.BooleanField(default=False)  # with everybody in the workspace
    former = models.JSONField(null=True, blank=True)  # what stood here before the last change
    made_at = models.DateTimeField(default=clock.now)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "saved_view"
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "made_by", "name"],
                condition=models.Q(removed_at=None),
                name="saved_view_once",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Habit(models.Model):
    """What one member's pages remember of them: the view Customers opens with, when they were last here."""

    book_path = SHARED

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, db_index=False)
    who = models.CharField(max_length=254)
    opens_with = models.ForeignKey(SavedView, on_delete=models.SET_NULL, null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)  # Today, the last time
    seen_before = models.DateTimeField(null=True, blank=True)  # at the end of the visit before this one

    class Meta:
        db_table = "habit"
        constraints = [models.UniqueConstraint(fields=["workspace", "who"], name="habit_once")]

    def __str__(self) -> str:
        return f"habits of {self.who}"


class SearchEntry(models.Model):
    """What one record is found by: written by triggers on its table, indexed word by word (`index.py`).

    It comes and goes with its record, and an account takes or leaves all its records: so nothing has to see
    to it that whom it names is there, or to find it by that.
    """

    ACCOUNT, PERSON, NOTE, EVENT = "account", "person", "note", "event"

    follows_its_record = True

    workspace = models.ForeignKey(Workspace, on_delete=models.DO_NOTHING, db_index=False, db_constraint=False)
    account = models.ForeignKey(
        Account,
        on_delete=models.DO_NOTHING,
        null=True,
        related_name="search_entries",
        db_index=False,
        db_constraint=False,
    )
    kind = models.CharField(max_length=10)
    record = models.CharField(max_length=32)
    title = models.CharField(max_length=200)
    words = models.TextField(blank=True)

    class Meta:
        db_table = "search_entry"
        constraints = [models.UniqueConstraint(fields=["kind", "record"], name="search_entry_once")]
        indexes = [
            models.Index("workspace", "kind", Collate("title", "nocase"), name="search_entry_by_title")
        ]

    def __str__(self) -> str:
        return self.title


class RollUp(models.Model):
    """Figures of an account that others stand below, together with theirs: what the list sorts by.

    See `desk/rolling.py`; null is no data. It is of the whole family, so whoever is held to a book is not
    shown it.
    """

    account = models.OneToOneField(
        Account, on_delete=models.CASCADE, primary_key=True, related_name="roll_up"
    )
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE)
    as_of = models.DateField()
    accounts = models.PositiveIntegerField()  # in the family, with the one on top
    arr_minor = models.BigIntegerField(null=True, blank=True)
    score = models.FloatField(null=True, blank=True)
    outcomes = models.FloatField(null=True, blank=True)
    experience = models.FloatField(null=True, blank=True)
    band = models.CharField(max_length=10, blank=True)
    people = models.PositiveIntegerField(null=True, blank=True)
    seats = models.PositiveIntegerField(null=True, blank=True)
    tickets = models.PositiveIntegerField(null=True, blank=True)
    renews_on = models.DateField(null=True, blank=True)
    last_active_on = models.DateField(null=True, blank=True)

    class Meta:
        db_table = "roll_up"

    def __str__(self) -> str:
        return f"{self.account_id} with {self.accounts - 1} below"
