"""Who is there twice: what is proposed, a merge or split before it is done, done, and taken back."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from ninja import Path, Query, Router, Schema, Status
from pydantic import Field, JsonValue

from tenure.accounts import duplicates, merging, previewing
from tenure.accounts.duplicates import Proposal
from tenure.accounts.merging import Apart
from tenure.accounts.models import Account, Duplicate, Identity, Person, Regrouping
from tenure.revenue.models import Subscription
from tenure.web.api.auth import Asked
from tenure.web.api.paging import After, Limit, Page, cut, not_ours, page_of, read
from tenure.web.api.problems import ABOUT_ONE, WRITING, Refused, answers
from tenure.web.api.shapes import Amount, Given, Id
from tenure.web.queries import merging as queries
from tenure.web.queries.merging import Parts
from tenure.workspaces.access import Access
from tenure.workspaces.members import NotPossible
from tenure.workspaces.roles import Right

router = Router()
TAGS = ["twice"]
ON_ONE = WRITING | ABOUT_ONE
MOST_CHOSEN = 1000
KindName = Literal["account", "person"]
Kind = Annotated[KindName, Query(description="Of customers, or of people.")]
Number = Annotated[int, Path(ge=1, le=2**63 - 1)]
One = Annotated[str, Field(min_length=1, max_length=32)]
Chosen = Annotated[list[Id], Field(max_length=MOST_CHOSEN)]


class WhoOut(Schema):
    """An account or a person."""

    id: str = Field(description="Tenure's id.")
    ref: str = Field(description="Your id.")
    name: str

    @classmethod
    def of(cls, one: Account | Person) -> WhoOut:
        """From a row."""
        return cls(id=one.pk, ref=one.external_id, name=one.name)


class DuplicateOut(Schema):
    """Two who may be one."""

    id: int
    kind: str
    one: WhoOut = Field(description="Who is known longer.")
    other: WhoOut
    reason: str
    confidence: float = Field(description="0 to 1.")

    @classmethod
    def of(cls, found: Proposal) -> DuplicateOut:
        """From a proposal."""
        named = {name: getattr(found, name) for name in ("id", "kind", "reason", "confidence")}
        return cls(one=WhoOut.of(found.one), other=WhoOut.of(found.other), **named)


class LookedOut(Schema):
    """Whether duplicates have been looked for, and what was found."""

    is_done: bool = Field(description="False: somebody asked, and the worker has not come to its end yet.")
    open: int = Field(description="Proposals that wait for a word, of customers and people.")
    asked_at: datetime | None = Field(description="When somebody last asked for it.")
    looked_at: datetime | None = Field(description="When the last look that is done began.")


class DismissedOut(Schema):
    """Whether a pair is said to be two."""

    id: int
    dismissed_at: datetime | None = Field(description="Null: it is proposed.")
    dismissed_by: str


class MoveOut(Schema):
    """Rows that would hang on the other one."""

    what: str
    rows: int


class ConflictOut(Schema):
    """A field that both fill, each in its way."""

    field: str = Field(description="Name it in `take` to have the other's value.")
    kept: JsonValue
    other: JsonValue


class MergePreviewOut(Schema):
    """A merge before it is done."""

    kept: WhoOut
    other: WhoOut
    observed: list[str] = Field(description="Ids that would lead to who stays, 200 at most.")
    moves: list[MoveOut]
    events: int = Field(description="Events that would count for who stays.")
    completes: dict[str, JsonValue] = Field(description="What is blank there, and would be filled.")
    conflicts: list[ConflictOut]
    kept_arr: Amount | None
    other_arr: Amount | None


class MergeIn(Given):
    """Who stays, and who counts for them from now on."""

    kind: KindName = "account"
    kept: One = Field(description="Tenure's id of who stays.")
    other: One = Field(description="Tenure's id of who goes.")
    take: list[Id] = Field(
        default=[], max_length=200, description="Fields in which the other's value wins, of `conflicts`."
    )


class SplitIn(Given):
    """What becomes an account or a person of its own."""

    kind: KindName = "account"
    source: One = Field(description="Tenure's id of whom something is taken off.")
    name: str = Field("", max_length=200, description="Of the new one; empty: its id.")
    observed: Chosen = Field(
        default=[], description="Ids it is observed under; the first becomes your id of the new one."
    )
    people: Chosen = Field(default=[], description="Tenure's ids; of an account only.")
    subscriptions: Chosen = Field(default=[], description="Your ids of contracts; of an account only.")


class SplitPreviewOut(Schema):
    """A split before it is done."""

    moves: list[MoveOut]


class RegroupingOut(Schema):
    """A merge or split that was done."""

    id: int
    what: str = Field(description="merge or split.")
    kind: str = Field(description="account or person.")
    says: str
    kept: str = Field(description="Tenure's id of who stayed.")
    kept_name: str
    other: str = Field(description="Tenure's id of who went, or came of the split.")
    other_ref: str = Field(description="Your id of them.")
    other_name: str
    done_by: str
    done_at: datetime
    undone_by: str
    undone_at: datetime | None

    @classmethod
    def of(cls, row: Regrouping) -> RegroupingOut:
        """From a row."""
        kept = "id what kind kept_name other_ref other_name done_by done_at undone_by undone_at".split()
        named: dict[str, Any] = {name: getattr(row, name) for name in kept}
        return cls(says=str(row), kept=row.kept_id, other=row.other_id, **named)


class ObservedOut(Schema):
    """An id under which somebody is observed."""

    ref: str
    events: int = Field(description="That name it.")
    is_own: bool = Field(description="The id it is known by, which stays.")


class PartsOut(Schema):
    """What an account consists of: what can be split off."""

    observed: list[ObservedOut]
    people: list[WhoOut] = Field(description="200 at most.")
    subscriptions: list[str] = Field(description="Your ids of its contracts.")

    @classmethod
    def of(cls, found: Parts) -> PartsOut:
        """From what the page shows."""
        return cls(
            observed=[
                ObservedOut(ref=one.ref, events=one.events, is_own=one.is_own) for one in found.observed
            ],
            people=[WhoOut.of(one) for one, _ in found.people],
            subscriptions=[one.external_id for one in found.subscriptions],
        )


@router.get("/duplicates", response=answers(Page[DuplicateOut]), tags=TAGS)
def list_duplicates(
    request: Asked, kind: Kind = "account", limit: Limit = 50, after: After = ""
) -> Page[DuplicateOut]:
    """Who may be there twice, the surest first."""
    access = _asked(request)
    found = duplicates.proposed(access, kind, limit + 1, _mark(after) if after else None)
    items = [DuplicateOut.of(one) for one in found]
    return cut(items, limit, lambda at: f"{items[at].confidence!r} {items[at].id}")


@router.post("/duplicates/look", response=answers(LookedOut, WRITING) | {202: LookedOut}, tags=TAGS)
def look_for_duplicates(request: Asked, response: HttpResponse) -> Status[LookedOut]:
    """Look for duplicates now, not only within the hour.

    Among more than 10,000 customers and people the worker does it: 202, and the same address says, when
    it is read, whether it is done.
    """
    found = duplicates.look(_asked(request))
    if not found.is_done:
        response["Location"] = request.path
    return Status(200 if found.is_done else 202, LookedOut.model_validate(found, from_attributes=True))


@router.get("/duplicates/look", response=answers(LookedOut), tags=TAGS)
def last_look_for_duplicates(request: Asked) -> LookedOut:
    """Whether the look that was asked for is done, and when there was one."""
    return LookedOut.model_validate(duplicates.looked(_asked(request)), from_attributes=True)


@router.post("/duplicates/{duplicate}/dismiss", response=answers(DismissedOut, ON_ONE), tags=TAGS)
def dismiss_duplicate(request: Asked, duplicate: Number) -> DismissedOut:
    """Say that the two are two: they are not proposed again."""
    return _dismissed(duplicates.dismiss(request.auth, duplicate))


@router.post("/duplicates/{duplicate}/restore", response=answers(DismissedOut, ON_ONE), tags=TAGS)
def restore_duplicate(request: Asked, duplicate: Number) -> DismissedOut:
    """Have a pair proposed again that was dismissed."""
    return _dismissed(duplicates.dismiss(request.auth, duplicate, back=True))


@router.get("/merges/preview", response=answers(MergePreviewOut, ABOUT_ONE), tags=TAGS)
def preview_merge(request: Asked, kept: str, other: str, kind: Kind = "account") -> MergePreviewOut:
    """What a merge would do. Nothing moves."""
    access = _asked(request)
    try:
        found = queries.compared(access, kind, kept, other)
    except NotPossible as wrong:
        raise Refused(("query.other", str(wrong))) from wrong
    one, currency = found.preview, access.workspace.currency
    return MergePreviewOut(
        kept=WhoOut.of(one.kept),
        other=WhoOut.of(one.other),
        observed=one.observed,
        moves=_moves(one.moves),
        events=found.events,
        completes=one.completes,
        conflicts=[ConflictOut(field=it.field, kept=it.kept, other=it.other) for it in one.conflicts],
        kept_arr=Amount.of(found.kept_arr, currency),
        other_arr=Amount.of(found.other_arr, currency),
    )


@router.get("/merges", response=answers(Page[RegroupingOut]), tags=TAGS)
def list_merges(request: Asked, limit: Limit = 50, after: After = "") -> Page[RegroupingOut]:
    """What was merged and split, and what of it was undone, the newest first."""
    rows = _asked(request).of(Regrouping).defer("kept_rows", "before", "touches")
    return page_of(rows, limit, after, RegroupingOut.of, newest_first=True)


@router.post("/merges", response=answers(RegroupingOut, ON_ONE, status=201), tags=TAGS)
def merge(request: Asked, body: MergeIn) -> Status[RegroupingOut]:
    """Let everything of one account (or person) count for another. It can be undone."""
    access = _asked(request)
    try:
        _require_conflicts(previewing.preview(access, body.kind, body.kept, body.other).conflicts, body.take)
        done = merging.merge(access, body.kind, body.kept, body.other, body.take)
    except NotPossible as wrong:
        raise Refused(("body.other", str(wrong))) from wrong
    return Status(201, RegroupingOut.of(done))


@router.post("/merges/{regrouping}/undo", response=answers(RegroupingOut, ON_ONE), tags=TAGS)
def undo_merge(request: Asked, regrouping: Number) -> RegroupingOut:
    """Take a merge or split back, as long as no later one touched the same accounts and people."""
    try:
        return RegroupingOut.of(merging.undo(request.auth, regrouping))
    except NotPossible as wrong:
        raise Refused(("path.regrouping", str(wrong))) from wrong


@router.get("/accounts/{account}/parts", response=answers(PartsOut, ABOUT_ONE), tags=TAGS)
def account_parts(request: Asked, account: str) -> PartsOut:
    """What of a customer could be a customer of its own."""
    return PartsOut.of(queries.parts(_asked(request), account))


@router.post("/splits/preview", response=answers(SplitPreviewOut, ON_ONE), tags=TAGS)
def preview_split(request: Asked, body: SplitIn) -> SplitPreviewOut:
    """What a split would give to the new one. Nothing moves."""
    access = _asked(request)
    try:
        moves = merging.would_split(access, body.kind, body.source, _apart(access, body))
    except NotPossible as wrong:
        raise Refused(("body.observed", str(wrong))) from wrong
    return SplitPreviewOut(moves=_moves(moves))


@router.post("/splits", response=answers(RegroupingOut, ON_ONE, status=201), tags=TAGS)
def split(request: Asked, body: SplitIn) -> Status[RegroupingOut]:
    """Make an account (or person) of what was taken for part of another. It can be undone."""
    access = _asked(request)
    try:
        done = merging.split(access, body.kind, body.source, _apart(access, body))
    except NotPossible as wrong:
        raise Refused(("body.observed", str(wrong))) from wrong
    return Status(201, RegroupingOut.of(done))


def _asked(request: Asked) -> Access:
    """Who is whom is for those who load."""
    request.auth.require(Right.LOAD)
    return request.auth


def _mark(after: str) -> tuple[float, int]:
    try:
        confidence, pk = read(after).split()
        return float(confidence), int(pk)
    except ValueError:
        raise not_ours() from None


def _dismissed(row: Duplicate) -> DismissedOut:
    return DismissedOut(id=row.pk, dismissed_at=row.dismissed_at, dismissed_by=row.dismissed_by)


def _moves(moves: Mapping[str, int]) -> list[MoveOut]:
    return [MoveOut(what=what, rows=rows) for rows, what in queries.told(moves)]


def _require_conflicts(conflicts: Sequence[previewing.Conflict], take: Sequence[str]) -> None:
    """Refused where a field is to be taken in which the two do not differ."""
    there = {one.field for one in conflicts}
    says = "is no field that both fill, each in its way: choose of " + (", ".join(sorted(there)) or "none")
    _refuse((f"body.take.{at}", f"{name} {says}") for at, name in enumerate(take) if name not in there)


def _apart(access: Access, body: SplitIn) -> Apart:
    """What is to go. Refused, naming each, where something is not the source's."""
    source = access.get(merging.MODELS[body.kind], body.source)
    unknown = previewing.unobserved(access, body.kind, source.pk, body.observed)
    contracts: dict[str, str] = {}
    people: set[str] = set()
    if body.kind == Identity.ACCOUNT:
        theirs = access.of(Subscription).filter(account=source.pk, external_id__in=body.subscriptions)
        contracts = dict(theirs.values_list("external_id", "pk"))
        people = set(
            access.of(Person).filter(account=source.pk, pk__in=body.people).values_list("pk", flat=True)
        )
    _refuse(
        [
            *_strangers("observed", body.observed, set(body.observed) - unknown, f"no id of {source}"),
            *_strangers("people", body.people, people, f"nobody at {source}"),
            *_strangers("subscriptions", body.subscriptions, contracts, f"no contract of {source}"),
        ]
    )
    rows = {Subscription._meta.db_table: list(contracts.values())}
    return Apart(body.name, tuple(body.observed), tuple(body.people), rows)


def _strangers(
    field: str, given: Sequence[str], known: Collection[str], says: str
) -> Iterator[tuple[str, str]]:
    return (
        (f"body.{field}.{at}", f"{one} is {says}; its parts are at accounts/ID/parts")
        for at, one in enumerate(given)
        if one not in known
    )


def _refuse(faults: Iterator[tuple[str, str]] | Sequence[tuple[str, str]]) -> None:
    if found := list(faults):
        raise Refused(*found)
