"""Tables of mailings: what is sent when, to whom, and what became of each mail."""

from __future__ import annotations

from django.db import models

from tenure.accounts.models import Account
from tenure.kit import clock
from tenure.kit.business import Calendar
from tenure.kit.ids import new_id
from tenure.mailing.rules import DAILY, MONTHLY, WEEKLY, Rhythm
from tenure.workspaces.models import SHARED, User, Workspace


class Outsider(models.Model):
    """An address outside the workspace that mailings may go to, and whose customers it may be told of."""

    book_path = SHARED

    workspace = models.ForeignKey(
        Workspace, on_delete=models.CASCADE, related_name="outsiders", db_index=False
    )
    email = models.EmailField()
    sees_all = models.BooleanField(default=False)
    owners = models.JSONField(default=list, blank=True)  # whose customers, as accounts name them
    gets_files = models.BooleanField(default=False)
    permitted_by = models.CharField(max_length=254)
    permitted_at = models.DateTimeField(default=clock.now)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "mailing_outsider"
        constraints = [models.UniqueConstraint(fields=["workspace", "email"], name="outsider_once")]

    def __str__(self) -> str:
        return self.email


class Mailing(models.Model):
    """A page, as its address asks for it, sent by the clock until somebody pauses or removes it."""

    book_path = SHARED
    NONE, CSV, XLSX = "", "csv", "xlsx"
    FILES = ((NONE, "no files"), (XLSX, "Excel files"), (CSV, "CSV files"))

    id = models.CharField(max_length=32, primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(
        Workspace, on_delete=models.CASCADE, related_name="mailings", db_index=False
    )
    owner = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="mailings")
    title = models.CharField(max_length=120)
    page = models.CharField(max_length=20)
    about = models.ForeignKey(Account, on_delete=models.CASCADE, null=True)  # of an account's page
    query = models.TextField(blank=True)  # of the page's address
    every = models.CharField(max_length=10, choices=[(one, one) for one in (DAILY, WEEKLY, MONTHLY)])
    weekday = models.PositiveSmallIntegerField(default=0)
    day = models.PositiveSmallIntegerField(default=1)
    hour = models.PositiveSmallIntegerField(default=8)
    zone = models.CharField(max_length=64, blank=True)  # empty: the workspace's
    on_working_days = models.BooleanField(default=False)
    files = models.CharField(max_length=10, blank=True, choices=FILES)
    has_charts = models.BooleanField(default=True)
    next_at = models.DateTimeField(null=True, blank=True)  # None: it is paused
    says = models.CharField(max_length=300, blank=True)  # why it was paused, if Tenure did
    made_at = models.DateTimeField(default=clock.now)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "mailing"
        indexes = [
            models.Index(fields=["next_at"], name="mailing_due"),
            models.Index(fields=["workspace", "removed_at"], name="mailing_of_workspace"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def rhythm(self) -> Rhythm:
        """When it is due."""
        calendar = Calendar.read(self.workspace.business_hours) if self.on_working_days else None
        return Rhythm(self.every, self.weekday, self.day, self.hour, self.zone_name, calendar)

    @property
    def zone_name(self) -> str:
        """The time zone whose clock it goes by."""
        return self.zone or self.workspace.zone


class Addressee(models.Model):
    """Somebody a mailing goes to: a member, or an address outside."""

    book_path = SHARED

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="addressees")
    mailing = models.ForeignKey(Mailing, on_delete=models.CASCADE, related_name="addressees", db_index=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="addressed")
    outsider = models.ForeignKey(Outsider, on_delete=models.CASCADE, null=True, related_name="addressed")
    stopped_at = models.DateTimeField(null=True, blank=True)  # by the addressee, who alone begins it again
    told = models.CharField(max_length=300, blank=True)  # what the owner was told last of why they get none
    taken_off = models.BooleanField(default=False)  # by the owner; kept for the log

    class Meta:
        db_table = "mailing_addressee"
        constraints = [
            models.UniqueConstraint(fields=["mailing", "user"], name="addressed_once"),
            models.UniqueConstraint(fields=["mailing", "outsider"], name="outsider_addressed_once"),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def email(self) -> str:
        """Where their mail goes."""
        return self.user.email if self.user else self.outsider.email if self.outsider else ""

    @property
    def name(self) -> str:
        """What they are called."""
        return str(self.user or self.outsider or "")


class Posting(models.Model):
    """One mail to one addressee for one time that it was due. It is the log, and what sends it once."""

    book_path = SHARED
    CLOCK, NOW, NOTICE = "clock", "now", "notice"  # notice: tells the owner of an addressee who gets none
    WAITING, SENDING, SENT, FAILED, REFUSED = "waiting", "sending", "sent", "failed", "refused"
    OPEN = (WAITING, SENDING)

    id = models.CharField(max_length=32, primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="postings")
    mailing = models.ForeignKey(Mailing, on_delete=models.CASCADE, related_name="postings", db_index=False)
    addressee = models.ForeignKey(
        Addressee, on_delete=models.CASCADE, related_name="postings", db_index=False
    )
    kind = models.CharField(max_length=10, default=CLOCK)
    due_at = models.DateTimeField()
    times = models.PositiveSmallIntegerField(default=1)  # how many times it was due it stands for
    status = models.CharField(max_length=10, default=WAITING)
    says = models.CharField(max_length=500, blank=True)  # why not, or what is peculiar
    attempts = models.PositiveSmallIntegerField(default=0)
    retry_at = models.DateTimeField(null=True, blank=True)
    to = models.CharField(max_length=254, blank=True)  # the address as it was then
    size = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField(default=clock.now)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "mailing_posting"
        constraints = [
            models.UniqueConstraint(fields=["addressee", "due_at", "kind"], name="posted_once"),
        ]
        indexes = [
            models.Index(fields=["retry_at"], name="posting_again"),
            models.Index(fields=["mailing", "-made_at"], name="posting_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} mail to {self.to}, {self.status}"
