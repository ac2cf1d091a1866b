"""Writes about mailings: one verb each, one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_email
from django.db import transaction

from tenure.accounts.models import Account
from tenure.kit import clock, outbox
from tenure.kit.facts import MailDue
from tenure.mailing import rules
from tenure.mailing.models import Addressee, Mailing, Outsider, Posting
from tenure.mailing.queries import is_theirs, mailing_of
from tenure.mailing.rules import WEEKLY, Rhythm
from tenure.workspaces.access import Access
from tenure.workspaces.models import Membership, User
from tenure.workspaces.roles import Right

PAGES = {
    "today": "Today",
    "customers": "Customers",
    "account": "One customer",
    "renewals": "Renewals",
    "portfolio": "Portfolio",
    "insights": "Insights",
}
LONGEST_QUERY = 4000
MOST_MAILINGS = 100  # of one owner
MOST_ADDRESSEES = 100
MOST_OUTSIDERS = 200


@dataclass(frozen=True)
class Wish:
    """What somebody asks for: which page, when, to whom, as what. `zone` empty: the workspace's."""

    title: str
    page: str
    query: str = ""
    about: str = ""
    every: str = WEEKLY
    weekday: int = 0
    day: int = 1
    hour: int = 8
    zone: str = ""
    on_working_days: bool = False
    files: str = Mailing.NONE
    has_charts: bool = True
    members: Sequence[str] = field(default_factory=tuple)  # ids of users
    outsiders: Sequence[int] = field(default_factory=tuple)

    @property
    def columns(self) -> dict[str, object]:
        """What a row has of it."""
        kept = ("every", "weekday", "day", "hour", "zone", "on_working_days", "files", "has_charts")
        title = " ".join(self.title.split())  # a line break would end the mail's subject
        return {name: getattr(self, name) for name in kept} | {
            "title": title,
            "page": self.page,
            "about_id": self.about or None,
            "query": self.query.replace("\0", ""),
        }


class WrongWish(ValueError):
    """What cannot be asked for, by field, in words that say what would be right."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__("; ".join(problems.values()))
        self.problems = problems


@transaction.atomic
def create_mailing(access: Access, wish: Wish, owner: User | None = None) -> Mailing:
    """A new mailing of the caller's, or of a member named by a key. WrongWish says what is wrong."""
    access.require(Right.WORK)
    owner = owner or access.user
    _check(access, wish)
    if owner is None or not access.of(Membership).filter(user=owner, closed_at=None).exists():
        raise WrongWish({"owner": "Name a member of the workspace: who is told if a mail gets lost."})
    if access.of(Mailing).filter(owner=owner, removed_at=None).count() >= MOST_MAILINGS:
        raise WrongWish({"owner": f"{owner} has {MOST_MAILINGS} mailings; remove one first."})
    row = Mailing(workspace=access.workspace, owner=owner, **wish.columns)
    row.next_at = rules.next_after(row.rhythm, clock.now())
    row.save()
    _address(access, row, wish)
    access.log("scheduled a mail", f"{row.title}, {row.rhythm.says()}, to {_names(row)}")
    return row


@transaction.atomic
def change_mailing(access: Access, mailing_id: str, wish: Wish) -> Mailing:
    """Change a mailing; its next time is found anew. WrongWish says what is wrong."""
    row = _mine(access, mailing_id)
    _check(access, wish)
    for name, value in wish.columns.items():
        setattr(row, name, value)
    if row.next_at is not None:
        row.next_at = rules.next_after(row.rhythm, clock.now())
    row.save()
    _address(access, row, wish)
    access.log("changed a mail", f"{row.title}, {row.rhythm.says()}, to {_names(row)}")
    return row


@transaction.atomic
def pause(access: Access, mailing_id: str) -> Mailing:
    """Send nothing until somebody resumes it."""
    row = _mine(access, mailing_id)
    row.next_at = None
    row.save(update_fields=["next_at"])
    access.log("paused a mail", row.title)
    return row


@transaction.atomic
def resume(access: Access, mailing_id: str) -> Mailing:
    """Send again, from the next time on. Whoever resumes what nobody owns any more, owns it."""
    row = _mine(access, mailing_id)
    owner_stays = row.owner and access.of(Membership).filter(user=row.owner, closed_at=None).exists()
    if not owner_stays:
        if access.user is None:
            raise WrongWish({"owner": "Its owner has left: a member has to resume it, who owns it then."})
        row.owner = access.user
    row.next_at, row.says, row.removed_at = rules.next_after(row.rhythm, clock.now()), "", None
    row.save(update_fields=["next_at", "owner", "says", "removed_at"])
    access.log("resumed a mail", row.title)
    return row


@transaction.atomic
def remove(access: Access, mailing_id: str) -> Mailing:
    """Take a mailing away; `restore` brings it back."""
    row = _mine(access, mailing_id)
    row.removed_at, row.next_at = clock.now(), None
    row.save(update_fields=["removed_at", "next_at"])
    access.log("removed a mail", row.title)
    return row


@transaction.atomic
def restore(access: Access, mailing_id: str) -> Mailing:
    """Bring back what was just removed, going on from its next time."""
    row = _mine(access, mailing_id)
    row.removed_at, row.next_at = None, rules.next_after(row.rhythm, clock.now())
    row.save(update_fields=["removed_at", "next_at"])
    access.log("brought back a mail", row.title)
    return row


@transaction.atomic
def send_now(access: Access, mailing_id: str) -> Posting:
    """Send one to the caller, whoever else it goes to. WrongWish: a program has no mailbox."""
    row = mailing_of(access, mailing_id)
    if access.user is None:
        raise WrongWish({"owner": "A key has no address: name a member's mailing, and let them ask for it."})
    me, _ = Addressee.objects.get_or_create(
        workspace=access.workspace, mailing=row, user=access.user, defaults={"taken_off": True}
    )
    return post(row, me, clock.now(), Posting.NOW)


@transaction.atomic
def stop(addressee_id: int) -> Addressee | None:
    """Send an addressee no more of a mailing; for whoever opens the link in their mail."""
    row = _addressee(addressee_id)
    if row is not None and row.stopped_at is None:
        row.stopped_at = clock.now()
        row.save(update_fields=["stopped_at"])
    return row


@transaction.atomic
def begin_again(addressee_id: int) -> Addressee | None:
    """Take back that an addressee wants no more; for whoever opens the link in their mail."""
    row = _addressee(addressee_id)
    if row is not None and row.stopped_at is not None:
        row.stopped_at = None
        row.save(update_fields=["stopped_at"])
    return row


@transaction.atomic
def permit_outsider(
    access: Access, email: str, *, sees_all: bool, owners: Sequence[str] = (), gets_files: bool = False
) -> Outsider:
    """Let mailings go to an address outside, with what it may be told of. WrongWish says what is wrong."""
    access.require(Right.ADMINISTER)
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise WrongWish({"email": f"“{email}” is not an address, such as ann@example.com."}) from None
    owners = [one.strip() for one in owners if one.strip()]
    if not sees_all and not owners:
        raise WrongWish({"owners": "Say whose customers it may be told of, or that it is all of them."})
    if access.of(Membership).filter(user__email=email, closed_at=None).exists():
        raise WrongWish({"email": f"{email} is a member: choose them by name, they see what they may."})
    if access.of(Outsider).filter(closed_at=None).count() >= MOST_OUTSIDERS:
        raise WrongWish({"email": f"There are {MOST_OUTSIDERS} addresses; take one out first."})
    row, _ = Outsider.objects.update_or_create(
        workspace=access.workspace,
        email=email,
        defaults={
            "sees_all": sees_all,
            "owners": [] if sees_all else owners,
            "gets_files": gets_files,
            "permitted_by": access.who,
            "permitted_at": clock.now(),
            "closed_at": None,
        },
    )
    told = "all customers" if sees_all else f"customers of {', '.join(owners)}"
    access.log("let mail go outside", f"to {email}, about {told}{', with files' if gets_files else ''}")
    return row


@transaction.atomic
def forbid_outsider(access: Access, outsider_id: int) -> Outsider:
    """Send an address outside nothing any more."""
    access.require(Right.ADMINISTER)
    row = access.get(Outsider, outsider_id)
    if row.closed_at is None:
        row.closed_at = clock.now()
        row.save(update_fields=["closed_at"])
        access.log("let no mail go outside", f"to {row.email}")
    return row


def post(mailing: Mailing, to: Addressee, due_at: datetime, kind: str, times: int = 1) -> Posting:
    """Put a mail into the log and have the worker send it; the same one a second time does nothing."""
    row, is_new = Posting.objects.get_or_create(
        addressee=to,
        due_at=due_at,
        kind=kind,
        defaults={"workspace_id": mailing.workspace_id, "mailing": mailing, "times": times, "to": to.email},
    )
    if is_new:
        outbox.record(MailDue(workspace_id=mailing.workspace_id, posting_id=row.pk, attempt=0))
    return row


def _mine(access: Access, mailing_id: str) -> Mailing:
    """A mailing that the caller may change: their own, and any of an administrator's workspace."""
    row = mailing_of(access, mailing_id, removed=True)
    if not is_theirs(access, row):
        raise PermissionDenied("only its owner, or somebody who may administer, may change a mailing")
    return row


def _addressee(addressee_id: int) -> Addressee | None:
    rows = Addressee.objects.select_for_update(of=("self",)).select_related("mailing", "user", "outsider")
    return rows.filter(pk=addressee_id).first()


def _check(access: Access, wish: Wish) -> None:
    """Raise WrongWish for what cannot be; Http404 for a customer who is not the caller's to see."""
    zone = wish.zone or access.workspace.zone
    wrong = rules.problems(Rhythm(wish.every, wish.weekday, wish.day, wish.hour, zone))
    if not 1 <= len(wish.title.strip()) <= 120:
        wrong["title"] = "Give it a subject of at most 120 letters."
    if wish.page not in PAGES:
        wrong["page"] = f"There is no page “{wish.page}” to send; there are {', '.join(PAGES)}."
    if (wish.page == "account") != bool(wish.about):
        wrong["about"] = "Say which customer, by Tenure's id." if not wish.about else "Only of one customer."
    if len(wish.query) > LONGEST_QUERY:
        wrong["query"] = f"The page's filter is longer than {LONGEST_QUERY:,} letters."
    if wish.files not in dict(Mailing.FILES):
        wrong["files"] = "Choose csv, xlsx or nothing."
    if not 1 <= len(wish.members) + len(wish.outsiders) <= MOST_ADDRESSEES:
        wrong["members"] = f"Choose whom it goes to: one at least, {MOST_ADDRESSEES} at most."
    if wrong:
        raise WrongWish(wrong)
    if wish.about:
        access.get(Account, wish.about)


def _address(access: Access, row: Mailing, wish: Wish) -> None:
    """Have it go to those wished for and to nobody else. Who has stopped it stays stopped."""
    members = access.of(Membership).filter(user_id__in=list(wish.members), closed_at=None)
    users = set(members.values_list("user_id", flat=True))
    outside = set(
        access.of(Outsider).filter(pk__in=list(wish.outsiders), closed_at=None).values_list("pk", flat=True)
    )
    if len(users) < len(set(wish.members)) or len(outside) < len(set(wish.outsiders)):
        raise WrongWish(
            {"members": "Somebody you chose is no member, or no address that mail may go to. Choose anew."}
        )
    there = {(one.user_id, one.outsider_id): one for one in row.addressees.all()}
    wished = {(one, None) for one in users} | {(None, one) for one in outside}
    for key, one in there.items():
        one.taken_off = key not in wished
    Addressee.objects.bulk_update(there.values(), ["taken_off"])
    Addressee.objects.bulk_create(
        Addressee(workspace=access.workspace, mailing=row, user_id=user, outsider_id=outsider)
        for user, outsider in wished - there.keys()
    )


def _names(row: Mailing) -> str:
    found = row.addressees.filter(taken_off=False).select_related("user", "outsider")
    return ", ".join(one.email for one in found)
