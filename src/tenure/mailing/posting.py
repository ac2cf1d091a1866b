"""Posts what is due, each mail once: planned in one transaction, sent by durable jobs, tried again.

A mail that was handed to the mail server while the worker died may be there already; it is sent again under
the same Message-ID, by which mail programs know that it is the same.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.mime.image import MIMEImage
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction

from tenure.kit import clock, outbox
from tenure.kit.facts import MailDue
from tenure.mailing import rules
from tenure.mailing.actions import post
from tenure.mailing.links import stop_headers
from tenure.mailing.models import Addressee, Mailing, Outsider, Posting
from tenure.workspaces.access import Access, access_of_member, access_of_outsider

log = logging.getLogger(__name__)
WAITS = tuple(timedelta(minutes=one) for one in (1, 5, 30, 120, 360))  # before each further attempt
KEPT = timedelta(days=400)
LATE = timedelta(minutes=15)
MOST_DUE = 200  # mailings planned in one transaction
PERMANENT = 500  # from here on, a mail server's answers are final


class NotForThem(Exception):
    """An addressee who gets nothing; says why, as their mailing's owner is told."""


@dataclass(frozen=True)
class Letter:
    """A mail as it is sent: text and HTML, pictures by their content id, files by their name."""

    subject: str
    text: str
    html: str
    pictures: tuple[tuple[str, bytes], ...] = ()
    files: tuple[tuple[str, bytes, str], ...] = ()  # name, content, type


# What writes a page for somebody: the mailing, the mail, the addressee's access, what to say of it first.
Write = Callable[[Mailing, Posting, Access, str], Letter]
Notice = Callable[[Mailing, Posting], Letter]


def mail_problem() -> str:
    """Why no mail can be sent, and what would help; empty if nothing is known against it."""
    if not settings.TENURE_ORIGINS:
        return (
            "This installation does not know its own address, which links in mails need: "
            "set TENURE_ORIGINS, such as https://tenure.example.com, and start Tenure again."
        )
    if not settings.MAIL_IS_SET_UP:
        return (
            "No mail server is set up: set TENURE_SMTP, such as smtp://user:password@mail.example.com:587, "
            "and TENURE_EMAIL_FROM, and start Tenure again."
        )
    return ""


def plan_due() -> int:
    """Put what is due into the log, and have it and what failed before sent; says how many mailings.

    What was due more than once while nobody worked is sent once, and says so.
    """
    now, planned = clock.now(), 0
    with transaction.atomic():
        rows = Mailing.objects.select_for_update(of=("self",)).filter(next_at__lte=now, removed_at=None)
        for row in rows.select_related("workspace", "owner")[:MOST_DUE]:
            _plan(row, now)
            planned += 1
    with transaction.atomic():
        again = Posting.objects.select_for_update().filter(status=Posting.WAITING, retry_at__lte=now)
        for one in again[:MOST_DUE]:
            outbox.record(MailDue(workspace_id=one.workspace_id, posting_id=one.pk, attempt=one.attempts))
            one.retry_at = None
            one.save(update_fields=["retry_at"])
    return planned


def _plan(row: Mailing, now: datetime) -> None:
    owner = access_of_member(row.workspace, row.owner_id or "")
    if owner is None:
        row.next_at, row.says = None, "Paused: its owner is no member any more. Resuming it makes it yours."
        row.save(update_fields=["next_at", "says"])
        return
    assert row.next_at is not None
    due, times = rules.due_until(row.rhythm, row.next_at, now)
    for one in row.addressees.filter(taken_off=False, stopped_at=None).select_related("user", "outsider"):
        post(row, one, due, Posting.CLOCK, times)
    row.next_at = rules.next_after(row.rhythm, now)
    row.save(update_fields=["next_at"])


def send(posting_id: str, write: Write, notice: Notice) -> None:
    """Send one mail, unless it is sent or given up. Never raises for what a mail server says."""
    rows = Posting.objects.select_related(
        "workspace", "mailing__workspace", "mailing__owner", "addressee__user", "addressee__outsider"
    )
    row = rows.filter(pk=posting_id).first()
    if row is None or row.status not in Posting.OPEN:
        return
    if problem := mail_problem():
        _not_written(row, problem)
        return
    try:
        letter = notice(row.mailing, row) if row.kind == Posting.NOTICE else _letter(row, write)
    except NotForThem as why:
        _refuse(row, str(why))
    except Exception:
        log.exception("mail %s could not be written", row.pk)
        _not_written(row, "The page could not be made; the worker's log says why.")
    else:
        _hand_over(row, letter)


def _not_written(row: Posting, says: str) -> None:
    """An attempt that did not come as far as the mail server."""
    row.attempts += 1
    _try_later(row, says)


def _letter(row: Posting, write: Write) -> Letter:
    access = access_of(row.addressee)
    if row.kind == Posting.CLOCK and row.addressee.stopped_at is not None:
        raise NotForThem(f"{row.addressee.email} has stopped this mail")
    if row.mailing.removed_at is not None:
        raise NotForThem("the mailing was removed before it was sent")
    return write(row.mailing, row, access, _late(row))


def access_of(addressee: Addressee) -> Access:
    """What an addressee may see now. NotForThem if that is nothing."""
    workspace = addressee.mailing.workspace
    if addressee.user is not None:
        found = access_of_member(workspace, addressee.user.pk)
        if found is None:
            raise NotForThem(f"{addressee.email} is no member of {workspace.name} any more")
        return found
    outsider = addressee.outsider
    if outsider is None or outsider.closed_at is not None:
        raise NotForThem(f"mail may not go to {addressee.email} any more")
    return _outside(outsider)


def _outside(row: Outsider) -> Access:
    owners = None if row.sees_all else tuple(row.owners)
    return access_of_outsider(row.workspace, row.email, owners, gets_files=row.gets_files)


def _late(row: Posting) -> str:
    """What a mail says of having been due before: nothing, if it comes on time."""
    if row.kind != Posting.CLOCK or (row.times == 1 and clock.now() - row.due_at < LATE):
        return ""
    local = row.due_at.astimezone(ZoneInfo(row.mailing.zone_name))
    stands = f" It stands for the {row.times} times it was due meanwhile." if row.times > 1 else ""
    why = "Tenure was not running then, or the mail server did not answer."
    return f"Sent late: it was due on {local:%-d %B at %H:%M}. {why}{stands}"


def _hand_over(row: Posting, letter: Letter) -> None:
    """Say that it is on its way, give it to the mail server, say what came of it."""
    to = _owner_email(row) if row.kind == Posting.NOTICE else row.addressee.email
    mine = Posting.objects.filter(pk=row.pk, status__in=Posting.OPEN, attempts=row.attempts)
    if not mine.update(status=Posting.SENDING, attempts=row.attempts + 1, to=to):
        return  # another worker is at it
    row.attempts, row.to = row.attempts + 1, to
    message = _message(row, letter)
    try:
        message.send()
    except SMTPRecipientsRefused as refused:
        code, said = next(iter(refused.recipients.values()), (0, b""))
        _not_taken(row, code, _words(said))
    except SMTPResponseException as answer:
        _not_taken(row, answer.smtp_code, _words(answer.smtp_error))
    except (OSError, SMTPException) as problem:
        _try_later(row, f"The mail server did not answer: {problem}")
    else:
        row.size = sum(len(content) for _, content, _ in letter.files) + len(letter.html)
        _done(row, Posting.SENT, "")
        if row.kind != Posting.NOTICE:  # they get it again: the next reason is a new one
            Addressee.objects.filter(pk=row.addressee_id).exclude(told="").update(told="")


def _message(row: Posting, letter: Letter) -> EmailMultiAlternatives:
    host = urlsplit(settings.TENURE_ORIGINS[0]).hostname or "tenure"
    headers = {"Message-ID": f"<{row.pk}@{host}>", "Auto-Submitted": "auto-generated"}
    if row.kind != Posting.NOTICE:
        headers |= stop_headers(row.addressee)
    subject = " ".join(letter.subject.split())
    message = EmailMultiAlternatives(
        subject, letter.text, to=[row.to], headers=headers, connection=get_connection()
    )
    message.attach_alternative(letter.html, "text/html")
    for name, content in letter.pictures:
        message.attach(_picture(name, content))
    for name, content, kind in letter.files:
        message.attach(name, content, kind)
    return message


def _picture(name: str, content: bytes) -> MIMEImage:
    """A picture that the HTML shows by its id, so that nothing is fetched from anywhere."""
    part = MIMEImage(content, "png")
    part.add_header("Content-ID", f"<{name}>")
    part.add_header("Content-Disposition", "inline", filename=f"{name}.png")
    return part


def _words(said: bytes | str) -> str:
    return said.decode(errors="replace") if isinstance(said, bytes) else said


def _not_taken(row: Posting, code: int, said: str) -> None:
    """What a mail server refuses for good is not tried again; the owner is told."""
    says = f"The mail server refused it ({code}): {said}"
    if code < PERMANENT:
        _try_later(row, says)
        return
    _done(row, Posting.FAILED, says)
    _tell_owner(row, f"the mail server refused {row.addressee.email} ({code}): {said}")


def _try_later(row: Posting, says: str) -> None:
    """Wait longer each time; after some hours it is given up."""
    tries = row.attempts
    if tries > len(WAITS):
        _done(row, Posting.FAILED, f"{says} Given up after {tries} attempts.")
        return
    Posting.objects.filter(pk=row.pk).update(
        status=Posting.WAITING, attempts=tries, retry_at=clock.now() + WAITS[tries - 1], says=says[:500]
    )


def _refuse(row: Posting, why: str) -> None:
    _done(row, Posting.REFUSED, f"Not sent: {why}.")
    _tell_owner(row, why)


def _done(row: Posting, status: str, says: str) -> None:
    Posting.objects.filter(pk=row.pk).update(
        status=status, says=says[:500], done_at=clock.now(), size=row.size, retry_at=None
    )


@transaction.atomic
def _tell_owner(row: Posting, why: str) -> None:
    """A mail to the owner, once for each reason; not about themselves, and not about telling them."""
    to = Addressee.objects.select_for_update().get(pk=row.addressee_id)
    if row.kind == Posting.NOTICE or to.told == why[:300] or to.user_id == row.mailing.owner_id:
        return
    to.told = why[:300]
    to.save(update_fields=["told"])
    if row.kind == Posting.CLOCK and to.stopped_at is None:
        post(row.mailing, row.addressee, row.due_at, Posting.NOTICE)


def _owner_email(row: Posting) -> str:
    return row.mailing.owner.email if row.mailing.owner else ""


def forget_old() -> None:
    """Delete the log of long ago, and mailings that were removed a month ago."""
    now = clock.now()
    Posting.objects.filter(made_at__lt=now - KEPT).exclude(status__in=Posting.OPEN).delete()
    Mailing.objects.filter(removed_at__lt=now - timedelta(days=30)).delete()
