"""Health profiles: what counts, for whom, how much; tried on everybody before they are saved."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any

from django.http import Http404
from ninja import Path, Router, Schema
from pydantic import Field

from tenure.health import editing
from tenure.health import preview as previews
from tenure.health import profile as profiles
from tenure.health.differences import differences
from tenure.health.editing import MOST_COMMENT, MOST_PROFILES, Outdated
from tenure.health.preview import Preview
from tenure.health.profile import DEFAULT, MOST_MEASURES, MOST_POINTS, Profile, ProfileError, body_of
from tenure.metrics.catalogue import metrics_of
from tenure.segments.standpoint import Standpoint
from tenure.web.api.auth import Asked
from tenure.web.api.paging import After, Limit, Page, cut, not_ours, read
from tenure.web.api.problems import ABOUT_ONE, WRITING, Refused, answers
from tenure.web.api.shapes import Given
from tenure.web.queries import health_profiles as queries
from tenure.web.queries.health_profiles import Listed, Saved
from tenure.workspaces.access import Access
from tenure.workspaces.roles import Right

router = Router()
TAGS = ["define"]
ON_ONE = WRITING | ABOUT_ONE
LARGEST = 1e15  # what a curve can speak of: minor units of money go no further
Figure = Annotated[float, Field(ge=-LARGEST, le=LARGEST)]
Points = Annotated[float, Field(ge=0, le=100)]
Number = Annotated[int, Path(ge=1, le=99_999)]
_PLACE = re.compile(r" - at `\$\.?(.*)`$")


class MeasureIn(Given):
    """A metric's part in the score."""

    metric: str = Field(min_length=1, max_length=60)
    weight: float = Field(gt=0, le=1e6)
    curve: list[tuple[Figure, Points]] = Field(
        min_length=2,
        max_length=MOST_POINTS,
        description="Pairs of value and points, values rising, straight between; money in minor units.",
    )


class DimensionIn(Given):
    """Metrics that tell of the same thing."""

    title: str = Field(min_length=1, max_length=80)
    measures: list[MeasureIn] = Field(min_length=1, max_length=MOST_MEASURES)


class BandsIn(Given):
    """The lowest score of each band; below fair is poor."""

    good: float = Field(70, ge=0, le=100)
    fair: float = Field(40, ge=0, le=100)


class ProfileIn(Given):
    """A profile, as the file of `tenure health profiles export` says it."""

    accounts: list[Annotated[str, Field(max_length=200)]] = Field(
        default=[],
        max_length=20,
        description="Whose it is: conditions such as `segment.is.Enterprise`; none for `default` only.",
    )
    place: int | None = Field(
        None,
        ge=0,
        le=1000,
        description="When it is asked, the lowest first; null: as before, a new one behind all others. "
        "`PUT health/profiles` puts all in order at once.",
    )
    weight_of_outcomes: float = Field(0.6, gt=0, lt=1)
    bands: BandsIn = BandsIn(good=70, fair=40)
    outcomes: list[DimensionIn] = Field(default=[], max_length=MOST_MEASURES)
    experience: list[DimensionIn] = Field(default=[], max_length=MOST_MEASURES)


class SaveIn(ProfileIn):
    """A profile to save."""

    comment: str = Field("", max_length=MOST_COMMENT, description="Why; stays with the version.")
    based_on: int | None = Field(
        None, ge=0, le=99_999, description="The version it was made from: refused if there is a newer one."
    )


class ProfileOrderIn(Given):
    """In which order profiles are asked."""

    order: list[Annotated[str, Field(max_length=60)]] = Field(
        max_length=MOST_PROFILES,
        description="The name of each but `default`, once: an account has the first that fits it.",
    )


class RemoveIn(Given):
    """Why."""

    comment: str = Field("", max_length=MOST_COMMENT)


class ListedOut(Schema):
    """A profile in force."""

    name: str
    title: str
    version: int
    place: int = Field(description="When it is asked: the lowest first, of equal ones by name.")
    says: str = Field(description="Whose it is, in words.")
    accounts: int = Field(description="How many have it now.")
    saved_at: datetime | None = Field(description="Null: as shipped.")
    author: str

    @classmethod
    def of(cls, one: Listed) -> ListedOut:
        """From what the page lists."""
        named: dict[str, Any] = {
            name: getattr(one.profile, name) for name in ("name", "title", "version", "place")
        }
        return cls(says=one.says, accounts=one.accounts, saved_at=one.saved_at, author=one.author, **named)


class ProfileOut(Schema):
    """A version of a profile, in the words of its file."""

    name: str
    title: str
    version: int
    accounts: list[str]
    place: int
    weight_of_outcomes: float
    bands: BandsIn
    outcomes: list[DimensionIn]
    experience: list[DimensionIn]

    @classmethod
    def of(cls, one: Profile) -> ProfileOut:
        """From a profile."""
        named: dict[str, Any] = {"name": one.name, "title": one.title, "version": one.version}
        return cls.model_validate(body_of(one) | named)


class VersionOut(Schema):
    """A version that was saved."""

    version: int
    author: str
    comment: str
    saved_at: datetime | None = Field(description="Null: as shipped.")
    is_removed: bool = Field(description="It holds for nobody since.")
    changed: list[str] = Field(description="Against the version before it.")

    @classmethod
    def of(cls, one: Saved) -> VersionOut:
        """From a version as the page lists it."""
        return cls.model_validate(one, from_attributes=True)


class SavedProfileOut(Schema):
    """What became of it."""

    version: int = Field(description="In force now.")
    is_new: bool = Field(description="False: nothing differs, and nothing was saved.")
    changed: list[str] = Field(description="Against the version before it.")


class FlowOut(Schema):
    """How many accounts would go from a band to a band; empty: no score."""

    before: str
    after: str
    accounts: int


class MovedOut(Schema):
    """An account whose score or band would change."""

    account: str = Field(description="Tenure's id.")
    name: str
    profile_before: str = Field(description="Its title.")
    profile: str
    before: float | None
    after: float | None
    band_before: str
    band: str
    part: str = Field(description="Which part would move it most.")


class ProfilePreviewOut(Schema):
    """Everybody by the profiles in force, and as they would be."""

    accounts: int
    change_band: int
    rescored: int
    belongs: int = Field(description="Accounts that would have the profile.")
    coverage_before: float | None
    coverage: float | None
    flows: list[FlowOut]
    moved: list[MovedOut] = Field(description="The greatest changes first, 100 at most.")
    more: int = Field(description="How many would change beside those.")

    @classmethod
    def of(cls, found: Preview) -> ProfilePreviewOut:
        """From a preview."""
        kept = "accounts change_band rescored belongs coverage_before coverage more".split()
        named: dict[str, Any] = {name: getattr(found, name) for name in kept}
        flows = [FlowOut(before=one, after=to, accounts=n) for (one, to), n in sorted(found.flows.items())]
        moved_fields = [name for name in MovedOut.model_fields if name != "account"]
        moved = [
            MovedOut(account=one.account_id, **{name: getattr(one, name) for name in moved_fields})
            for one in found.moved
        ]
        return cls(flows=flows, moved=moved, **named)


@router.get("/health/profiles", response=answers(list[ListedOut]), tags=TAGS)
def list_profiles(request: Asked) -> list[ListedOut]:
    """The profiles in force (30 at most) in the order in which they are asked, the default last."""
    return [ListedOut.of(one) for one in queries.listed(request.auth)]


@router.put("/health/profiles", response=answers(list[ListedOut], WRITING), tags=TAGS)
def order_profiles(request: Asked, body: ProfileOrderIn) -> list[ListedOut]:
    """Say in which order profiles are asked. Those whose place changes get a version that says so."""
    access = _defining(request)
    try:
        editing.reorder(access, body.order)
    except ProfileError as wrong:
        raise Refused(("body.order", str(wrong))) from wrong
    return list_profiles(request)


@router.get("/health/profiles/{profile}", response=answers(ProfileOut, ABOUT_ONE), tags=TAGS)
def one_profile(request: Asked, profile: str) -> ProfileOut:
    """A profile as it is in force."""
    request.auth.require(Right.READ)
    return ProfileOut.of(queries.in_force(request.auth, profile)[0])


@router.get("/health/profiles/{profile}/versions", response=answers(Page[VersionOut], ABOUT_ONE), tags=TAGS)
def profile_versions(request: Asked, profile: str, limit: Limit = 50, after: After = "") -> Page[VersionOut]:
    """Who changed what, when and why, the newest first."""
    last = _mark(after) if after else None
    found = [one for one in queries.saved(request.auth, profile) if last is None or one.version < last]
    page = [VersionOut.of(one) for one in found[: limit + 1]]
    return cut(page, limit, lambda at: str(page[at].version))


@router.get(
    "/health/profiles/{profile}/versions/{number}", response=answers(ProfileOut, ABOUT_ONE), tags=TAGS
)
def profile_version(request: Asked, profile: str, number: Number) -> ProfileOut:
    """One version, in force or not. Put it to go back to it."""
    request.auth.require(Right.READ)
    return ProfileOut.of(queries.version(request.auth, profile, number))


@router.post("/health/profiles/{profile}/preview", response=answers(ProfilePreviewOut, ON_ONE), tags=TAGS)
def preview_profile(request: Asked, profile: str, body: ProfileIn) -> ProfilePreviewOut:
    """Who would change score or band. Nothing is saved."""
    access = _defining(request)
    return ProfilePreviewOut.of(previews.preview(access, _draft(access, profile, body)))


@router.put("/health/profiles/{profile}", response=answers(SavedProfileOut, ON_ONE), tags=TAGS)
def put_profile(request: Asked, profile: str, body: SaveIn) -> SavedProfileOut:
    """Save a profile as its next version. Scores follow in a moment, and none before today changes."""
    access = _defining(request)
    draft, before = _draft(access, profile, body), _in_force(access, profile)
    changed = differences(before, draft, Standpoint.of(access)) if before else []
    if before and not changed:
        return SavedProfileOut(version=before.version, is_new=False, changed=[])
    try:
        row = editing.save(access, draft, body.comment, body.based_on)
    except ProfileError as wrong:
        raise Refused(_fault(wrong)) from wrong
    except Outdated as wrong:
        raise Refused(("body.based_on", f"{wrong}; get that one and make your change there")) from wrong
    return SavedProfileOut(version=row.version, is_new=True, changed=changed)


@router.get(
    "/health/profiles/{profile}/remove/preview", response=answers(ProfilePreviewOut, ABOUT_ONE), tags=TAGS
)
def preview_removal(request: Asked, profile: str) -> ProfilePreviewOut:
    """Who would change score or band without the profile. Nothing is removed."""
    access = _defining(request)
    return ProfilePreviewOut.of(previews.preview_of_removal(access, _own(access, profile)))


@router.post("/health/profiles/{profile}/remove", response=answers(list[ListedOut], ON_ONE), tags=TAGS)
def remove_profile(request: Asked, profile: str, body: RemoveIn) -> list[ListedOut]:
    """Have a profile hold for nobody from now on; gives those that are left."""
    access = _defining(request)
    editing.remove(access, _own(access, profile), body.comment)
    return list_profiles(request)


def _defining(request: Asked) -> Access:
    request.auth.require(Right.DEFINE)
    return request.auth


def _in_force(access: Access, name: str) -> Profile | None:
    try:
        return queries.in_force(access, name)[0]
    except Http404:
        return None


def _own(access: Access, name: str) -> str:
    """The name of a profile that can be removed."""
    if name == DEFAULT:
        raise Refused(("path.profile", "the default stays: it is for everybody whom no other fits"))
    return queries.in_force(access, name)[0].name


def _mark(after: str) -> int:
    try:
        return int(read(after))
    except ValueError:
        raise not_ours() from None


def _draft(access: Access, name: str, body: ProfileIn) -> Profile:
    """The profile that was sent, checked as a file of it is."""
    said = body.model_dump(mode="json", exclude={"comment", "based_on"})
    _, versions = queries.in_force(access, DEFAULT)
    if said["place"] is None:
        before = _in_force(access, name)
        said["place"] = before.place if before else editing.next_place(versions, access.workspace)
    try:
        number = versions.next_version(name)
        return profiles.read(said | {"name": name, "version": number}, metrics_of(access.workspace))
    except ProfileError as wrong:
        raise Refused(_fault(wrong)) from wrong


def _fault(wrong: ProfileError) -> tuple[str, str]:
    """Where a profile's mistake stands: behind the words of the check, or as their first word."""
    says = str(wrong)
    if found := _PLACE.search(says):
        inside = re.sub(r"\[(\d+)\]", r".\1", found[1])
        return f"body.{inside}".rstrip("."), says[: found.start()]
    part = says.partition(":")[0]
    if part == "name":
        return "path.profile", says
    return (f"body.{part}" if part in ProfileIn.model_fields else "body"), says
