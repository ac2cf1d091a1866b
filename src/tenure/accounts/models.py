"""Tables of accounts, people, which observed ids mean whom, what may be the same, and what was merged."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from tenure.kit import clock
from tenure.kit.ids import new_id
from tenure.kit.own_json import OwnJSON
from tenure.workspaces.models import SHARED, Workspace


class Account(models.Model):
    """A customer. Narrow on purpose: lists read it by the thousand; the rest is in `attributes`."""

    book_path: ClassVar[str] = ""

    id = models.CharField(max_length=32, primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, db_index=False)
    external_id = models.CharField(max_length=200)
    name = models.CharField(max_length=200)
    domain = models.CharField(max_length=253, blank=True)
    # Most accounts have no parent: an index of them all would count as one that finds nothing.
    parent = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, db_index=False)
    owner = models.CharField(max_length=254, blank=True)
    segment = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "account"
        constraints = [models.UniqueConstraint(fields=["workspace", "external_id"], name="account_once")]
        indexes = [
            models.Index(fields=["workspace", "id"], name="account_by_id"),
            models.Index(fields=["workspace", "name", "id"], name="account_by_name"),
            models.Index(fields=["workspace", "segment", "id"], name="account_by_segment"),
            models.Index(fields=["workspace", "owner", "id"], name="account_by_owner"),
            models.Index(
                fields=["workspace", "domain"], condition=~models.Q(domain=""), name="account_by_domain"
            ),
            models.Index(
                fields=["parent"], condition=models.Q(parent__isnull=False), name="account_by_parent"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def in_books(cls, workspace: Workspace, owners: tuple[str, ...]) -> Q:
        """Whose customers of a workspace these are: those with such an owner, and their direct children.

        The workspace stands inside: asked for outside, SQLite would look through all of its accounts instead
        of finding these by two indexes.
        """
        owned = Q(workspace=workspace, owner__in=owners)
        return owned | Q(parent__in=cls._default_manager.filter(owned).values("pk"))


class AccountAttributes(models.Model):
    """Everything else that sources say about an account."""

    account = models.OneToOneField(
        Account, on_delete=models.CASCADE, primary_key=True, related_name="attributes"
    )
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE)
    data = OwnJSON(default=dict)

    class Meta:
        db_table = "account_attributes"

    def __str__(self) -> str:
        return f"attributes of {self.account_id}"


class Person(models.Model):
    """Somebody at a customer, or an anonymous visitor not yet known by name."""

    id = models.CharField(max_length=32, primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, db_index=False)
    external_id = models.CharField(max_length=200)
    email = models.CharField(max_length=254, blank=True)
    name = models.CharField(max_length=200, blank=True)
    role = models.CharField(max_length=120, blank=True)  # as their company or a source calls it
    part = models.CharField(max_length=20, blank=True)  # what they are to us: of stakeholders.PARTS
    influence = models.CharField(max_length=10, blank=True)
    stance = models.CharField(max_length=10, blank=True)
    relation = models.CharField(max_length=10, blank=True)
    left_on = models.DateField(null=True, blank=True)  # first day they are no longer at the customer
    account = models.ForeignKey(
        Account, on_delete=models.SET_NULL, null=True, blank=True, related_name="people"
    )
    is_own = models.BooleanField(default=False)  # one of the workspace's own people: never product use
    attributes = OwnJSON(default=dict)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "person"
        verbose_name_plural = "people"
        constraints = [models.UniqueConstraint(fields=["workspace", "external_id"], name="person_once")]
        indexes = [
            models.Index(fields=["workspace", "email"], name="person_by_email"),
            models.Index(
                fields=["workspace", "email", "id"],
                condition=models.Q(account=None) & ~models.Q(email=""),
                name="person_homeless",
            ),
            models.Index(
                fields=["workspace", "account", "part"],
                condition=~models.Q(part=""),
                name="person_stakeholder",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email or self.external_id


class Identity(models.Model):
    """An observed id and whom it means now. The lake keeps what was observed; views join this table."""

    ACCOUNT, PERSON = "account", "person"

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, db_index=False)
    kind = models.CharField(max_length=10, choices=[(ACCOUNT, ACCOUNT), (PERSON, PERSON)])
    observed = models.CharField(max_length=200)
    target_id = models.CharField(max_length=32)

    class Meta:
        db_table = "identity"
        constraints = [
            models.UniqueConstraint(fields=["workspace", "kind", "observed"], name="identity_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.observed}"


class Regrouping(models.Model):
    """A merge or a split, with all it takes to undo it. See accounts/merging.py."""

    MERGE, SPLIT = "merge", "split"

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, db_index=False)
    what = models.CharField(max_length=10, choices=[(MERGE, MERGE), (SPLIT, SPLIT)])
    kind = models.CharField(
        max_length=10, choices=[(one, one) for one in (Identity.ACCOUNT, Identity.PERSON)]
    )
    kept_id = models.CharField(max_length=32)  # who stays: merged into, or split from
    kept_name = models.CharField(max_length=254)
    other_id = models.CharField(max_length=32)  # who went, or came of the split
    other_name = models.CharField(max_length=254)
    other_ref = models.CharField(max_length=200)
    touches = models.JSONField(default=list)  # ids of all accounts and people it knows of
    before = models.JSONField(default=dict)  # of who stays: column → [value before, value after]
    kept_rows = models.JSONField(default=dict)  # what went with who went, by table
    done_by = models.CharField(max_length=254)
    done_at = models.DateTimeField(default=clock.now)
    undone_by = models.CharField(max_length=254, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "regrouping"
        indexes = [
            models.Index(fields=["workspace", "-id"], name="regrouping_newest"),
            models.Index(fields=["workspace", "other_id"], name="regrouping_by_other"),
        ]

    def __str__(self) -> str:
        if self.what == self.MERGE:
            return f"{self.other_name} merged into {self.kept_name}"
        return f"{self.other_name} split from {self.kept_name}"


class RegroupedRows(models.Model):
    """Rows of one table that a merge or split gave to somebody else, in portions."""

    regrouping = models.ForeignKey(Regrouping, on_delete=models.CASCADE, related_name="rows")
    table = models.CharField(max_length=60)
    field = models.CharField(max_length=60)
    ids = models.JSONField(default=list)

    class Meta:
        db_table = "regrouped_rows"

    def __str__(self) -> str:
        return f"{len(self.ids)} of {self.table}"


class DuplicateLook(models.Model):
    """When a workspace's duplicates were looked for, and when somebody last asked for that.

    `looked_at` is when the last look that came to its end began: it knows of what was there then.
    """

    workspace = models.OneToOneField(Workspace, models.CASCADE, primary_key=True)
    asked_at = models.DateTimeField(null=True, blank=True)
    looked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "duplicate_look"

    def __str__(self) -> str:
        return f"looked at {self.looked_at}"


class Duplicate(models.Model):
    """Two accounts, or two people, who may be one. Once dismissed it is never proposed again.

    By plain ids: when one of the two goes, the proposal is void and does not follow anywhere.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, db_index=False)
    kind = models.CharField(
        max_length=10, choices=[(one, one) for one in (Identity.ACCOUNT, Identity.PERSON)]
    )
    one_id = models.CharField(max_length=32)  # known for longer
    other_id = models.CharField(max_length=32)
    reason = models.CharField(max_length=300)
    confidence = models.FloatField()
    found_at = models.DateTimeField(default=clock.now)
    dismissed_at = models.DateTimeField(null=True, blank=True)
    dismissed_by = models.CharField(max_length=254, blank=True)

    class Meta:
        db_table = "duplicate"
        constraints = [
            models.UniqueConstraint(fields=["workspace", "kind", "one_id", "other_id"], name="duplicate_once")
        ]
        indexes = [
            models.Index(
                fields=["workspace", "-confidence"],
                condition=models.Q(dismissed_at=None),
                name="duplicate_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.one_id} and {self.other_id}: {self.reason}"


class MatchingRule(models.Model):
    """What happens to people of no account whose domain is one account's. No row: they are attached."""

    ATTACH, PROPOSE = "attach", "propose"

    workspace = models.OneToOneField(Workspace, on_delete=models.CASCADE, primary_key=True)
    by_domain = models.CharField(
        max_length=10, choices=[(one, one) for one in (ATTACH, PROPOSE)], default=ATTACH
    )

    class Meta:
        db_table = "matching_rule"

    def __str__(self) -> str:
        return self.by_domain


class Stated(models.Model):
    """What one source says of somebody, all of it together, in versions.

    A version is never overwritten: the next one closes it at `superseded_at`. `effective_on` is the day from
    which the source says it holds. A value stands in a version since it was recorded, unless `since` knows of
    a later instant.
    """

    about: ClassVar[str]  # the column with the id of whom it is of

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, db_index=False)
    source = models.CharField(max_length=80)
    said_by = models.CharField(max_length=254, blank=True)  # of what is set by hand
    fields = OwnJSON(default=dict)  # columns
    data = OwnJSON(default=dict)  # attributes
    since = OwnJSON(default=dict)  # field or attribute → instant of a value that is not the first's
    first_at = models.DateTimeField()  # when the source first said anything
    effective_on = models.DateField()
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.source} of {self.about_id}"

    @property
    def about_id(self) -> str:
        """The id of whom it is of."""
        return str(getattr(self, self.about))


class Statement(Stated):
    """What one source says of an account."""

    about = "account_id"

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="statements", db_index=False)

    class Meta:
        db_table = "account_statement"
        indexes = [models.Index(fields=["account", "superseded_at"], name="statement_by_account")]


class PersonStatement(Stated):
    """What one source says of a person."""

    about = "person_id"
    book_path = "person__account"

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="statements", db_index=False)

    class Meta:
        db_table = "person_statement"
        verbose_name_plural = "what sources say of people"
        indexes = [models.Index(fields=["person", "superseded_at"], name="statement_by_person")]


class Consent(models.Model):
    """Somebody's word on one purpose: what they may be sent. Rows are never changed; the newest counts."""

    book_path = "person__account"

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="consents", db_index=False)
    purpose = models.CharField(max_length=20)  # of consent.PURPOSES
    is_given = models.BooleanField()
    source = models.CharField(max_length=80)
    said_by = models.CharField(max_length=254, blank=True)  # of what is set by hand
    said_at = models.DateTimeField()

    class Meta:
        db_table = "consent"
        indexes = [models.Index(fields=["person", "purpose", "-said_at"], name="consent_newest")]

    def __str__(self) -> str:
        return f"{self.purpose}: {'given' if self.is_given else 'withdrawn'}"


class AttributeRule(models.Model):
    """How an attribute is read: its kind, and whose word counts most. The one without a name is for all."""

    book_path = SHARED

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, db_index=False)
    name = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=10, blank=True)  # of attributes.KINDS; empty: as guessed
    options = models.JSONField(default=list)  # what there is to choose from
    sources = models.JSONField(default=list)  # the first counts most; empty: as for all

    class Meta:
        db_table = "attribute_rule"
        constraints = [models.UniqueConstraint(fields=["workspace", "name"], name="attribute_rule_once")]

    def __str__(self) -> str:
        return f"{self.name or 'all'}: {self.kind or 'as guessed'}"
