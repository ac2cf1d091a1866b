"""Reads mailings: the caller's, or all for who administers; whom they may go to; what was sent."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Prefetch, Q, QuerySet
from django.http import Http404

from tenure.mailing.models import Addressee, Mailing, Outsider, Posting
from tenure.workspaces.access import Access
from tenure.workspaces.models import Membership
from tenure.workspaces.roles import Right

LOG = 100  # of the newest mails


def mailings(access: Access) -> list[Mailing]:
    """All that the caller may know of, the next first, paused ones last; each with its newest mail."""
    rows = _visible(access).filter(removed_at=None).select_related("owner", "workspace")
    to = Addressee.objects.filter(taken_off=False).select_related("user", "outsider").order_by("pk")
    found = rows.prefetch_related(Prefetch("addressees", to, to_attr="going_to"))
    return sorted(found, key=lambda one: (one.next_at is None, one.next_at or one.made_at))


def newest(access: Access, some: Sequence[Mailing]) -> dict[str, Posting]:
    """By mailing, the last mail that was to be sent of it."""
    rows = access.of(Posting).filter(mailing__in=[one.pk for one in some]).exclude(kind=Posting.NOTICE)
    return {row.mailing_id: row for row in rows.order_by("due_at", "pk")}


def mailing_of(access: Access, mailing_id: str, *, removed: bool = False) -> Mailing:
    """One of them. Http404 for any other, existing or not; and for a removed one, unless it is asked for."""
    rows = _visible(access).select_related("owner", "workspace")
    row = rows.filter(pk=mailing_id).first()
    if row is None or (row.removed_at is not None and not removed):
        raise Http404("no such mailing")
    return row


def is_theirs(access: Access, row: Mailing) -> bool:
    """Whether the caller may change it."""
    is_owner = access.user is not None and row.owner_id == access.user.pk
    return (is_owner and access.may(Right.WORK)) or access.may(Right.ADMINISTER)


def addressees(row: Mailing) -> list[Addressee]:
    """Whom it goes to, those too who stopped it."""
    return list(row.addressees.filter(taken_off=False).select_related("user", "outsider").order_by("pk"))


def addressee(addressee_id: int) -> Addressee | None:
    """One by its link; None if its mailing was removed."""
    rows = Addressee.objects.select_related("mailing__workspace", "user", "outsider")
    return rows.filter(pk=addressee_id, mailing__removed_at=None).first()


def addressed(row: Mailing, access: Access) -> int:
    """The caller among whom it goes to. Http404 if they are not."""
    mine = row.addressees.filter(user=access.user, taken_off=False).first() if access.user else None
    if mine is None:
        raise Http404("it does not go to you")
    return mine.pk


def log(access: Access, row: Mailing) -> list[Posting]:
    """Its newest mails, for who may change it; others see their own."""
    rows = access.of(Posting).filter(mailing=row)
    if not is_theirs(access, row):
        rows = rows.filter(addressee__user=access.user)
    return list(rows.order_by("-made_at", "-pk")[:LOG])


def members(access: Access) -> list[Membership]:
    """Whom it can go to, of the workspace, by name."""
    rows = access.of(Membership).filter(closed_at=None, user__is_active=True)
    return list(rows.select_related("user").order_by("user__name", "user__email"))


def outsiders(access: Access) -> list[Outsider]:
    """The addresses outside that mail may go to."""
    return list(access.of(Outsider).filter(closed_at=None).order_by("email"))


def _visible(access: Access) -> QuerySet[Mailing]:
    rows = access.of(Mailing)
    if access.may(Right.ADMINISTER):
        return rows
    if access.user is None:
        return rows.none()
    goes_to = Addressee.objects.filter(user=access.user, taken_off=False)
    return rows.filter(Q(owner=access.user) | Q(pk__in=goes_to.values("mailing")))
