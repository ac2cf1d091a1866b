"""What happened to a customer, newest first: use folded by day, turns of health, money, answers, notes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from itertools import groupby, pairwise
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from tenure.desk.models import Change, ChangedRow
from tenure.events import use
from tenure.events.use import UseDay
from tenure.feedback.models import Response
from tenure.feedback.rules import tone
from tenure.kit import clock, words
from tenure.revenue import queries as revenue
from tenure.revenue.models import Term
from tenure.revenue.queries import AccountMoney, TermLine
from tenure.revenue.rules import is_rolling, monthly
from tenure.touchpoints.models import Note
from tenure.warnings.models import BandChange
from tenure.workspaces.access import Access

WINDOW = timedelta(days=91)
MOST = 200  # of one kind in a window
QUIET_DAYS = 14  # a pause in use worth telling
KINDS = {
    "": "All",
    "use": "Use",
    "health": "Health",
    "feedback": "Feedback",
    "money": "Money",
    "notes": "Notes",
    "changes": "Changes",
}
TOUCHES = {Note.CALL: "called", Note.MEETING: "met them", Note.EMAIL: "wrote to them"}
BETTER = {("poor", "fair"), ("poor", "good"), ("fair", "good")}


@dataclass(frozen=True)
class Moment:
    """Something that happened on a day. `tone`: hot, fine, or nothing in particular."""

    day: date
    kind: str
    title: str
    says: str = ""
    tone: str = ""
    quote: str = ""  # somebody's own words
    note_id: str = ""
    days: tuple[UseDay, ...] = ()  # of use in a row, newest first
    turn: int = 0  # of the same day, the higher the later


@dataclass(frozen=True)
class Timeline:
    """A part of what happened, and the day before which more did (None: that is all)."""

    moments: list[Moment]
    before: date | None


@dataclass(frozen=True)
class Span:
    """Of which account and when: days from `first` to `last`."""

    access: Access
    account_id: str
    first: date
    last: date

    def instants(self, column: str) -> Mapping[str, datetime]:
        """The same as a condition on instants."""
        zone = self.access.workspace.zone
        day_before = self.first - timedelta(days=1)
        return {
            f"{column}__gte": clock.end_of_day(day_before, zone),
            f"{column}__lt": clock.end_of_day(self.last, zone),
        }

    def day(self, at: datetime) -> date:
        """The workspace's day of an instant."""
        return at.astimezone(ZoneInfo(self.access.workspace.zone)).date()


def timeline(access: Access, account_id: str, kind: str = "", before: date | None = None) -> Timeline:
    """What happened in the 13 weeks up to the day before `before` (or today) on which anything did."""
    tomorrow = clock.today(access.workspace.zone) + timedelta(days=1)
    sources = _sources(access, account_id, kind)
    last = _latest(access, account_id, sources, min(before or tomorrow, tomorrow))
    if last is None:
        return Timeline([], None)
    span = Span(access, account_id, last - WINDOW, last)
    found = [one for source in sources for one in source.find(span)]
    ordered = sorted(found, key=lambda one: (one.day, one.turn), reverse=True)
    has_more = _latest(access, account_id, sources, span.first) is not None
    return Timeline(list(_folded(ordered)), span.first if has_more else None)


def _latest(access: Access, account_id: str, sources: Sequence[Source], before: date) -> date | None:
    """The last day before another on which anything of these sources happened."""
    return max(filter(None, (one.latest(access, account_id, before) for one in sources)), default=None)


def _folded(moments: Iterable[Moment]) -> Iterator[Moment]:
    """Days of use with nothing between them become one moment."""
    for is_use, run in groupby(moments, key=lambda one: bool(one.days)):
        if is_use:
            yield _run(tuple(day for one in run for day in one.days))
        else:
            yield from run


def _run(days: tuple[UseDay, ...]) -> Moment:
    events, most = sum(one.events for one in days), max(one.people for one in days)
    if len(days) == 1:
        who = words.count(most, "person", "people") if most else "Somebody"
        title = f"{who}, {words.count(events, 'event')}"
        return Moment(days[0].day, "use", title, _names(days[0]), days=days)
    who = f"up to {words.count(most, 'person', 'people')} a day, " if most else ""
    return Moment(
        days[0].day, "use", f"Used on {len(days)} days", f"{who}{words.count(events, 'event')}", days=days
    )


def _names(day: UseDay) -> str:
    return ", ".join(f"{event} {events:,}" for event, events in day.names)


def _use(days: Sequence[UseDay], span: Span) -> Iterator[Moment]:
    """Days with use, the first of all, and the pauses between them."""
    for day in days:
        if span.first <= day.day <= span.last:
            yield Moment(day.day, "use", "", days=(day,))
    for later, sooner in pairwise(one.day for one in days):
        pause = (later - sooner).days - 1
        if pause >= QUIET_DAYS and span.first <= later <= span.last:
            yield Moment(later, "pause", f"Back after {words.days(pause)} of silence", tone="fine", turn=1)
    if days and span.first <= days[-1].day <= span.last:
        says = "The first event of theirs that was collected."
        yield Moment(days[-1].day, "first use", "First use", says, "fine", turn=-1)


def _use_latest(days: Sequence[UseDay], before: date) -> date | None:
    return next((one.day for one in days if one.day < before), None)


def _turns(span: Span) -> Iterator[Moment]:
    """Changes from one band of health to another."""
    rows = span.access.of(BandChange).filter(
        account_id=span.account_id, changed_on__range=(span.first, span.last)
    )
    for row in rows.order_by("-changed_on")[:MOST]:
        is_better = (row.before, row.after) in BETTER
        title = f"Success {'rose' if is_better else 'fell'} to {row.after}"
        places = 0 if round(row.score_before) != round(row.score_after) else 1
        says = f"{row.score_before:.{places}f} → {row.score_after:.{places}f}"
        yield Moment(row.changed_on, "health", title, says, "fine" if is_better else "hot", turn=9)


def _turns_latest(access: Access, account_id: str, before: date) -> date | None:
    rows = access.of(BandChange).filter(account_id=account_id, changed_on__lt=before)
    return rows.order_by("-changed_on").values_list("changed_on", flat=True).first()


def _answers(span: Span) -> Iterator[Moment]:
    """Answers to surveys, in the customers' own words."""
    rows = span.access.of(Response).filter(account_id=span.account_id, **span.instants("responded_at"))
    for row in rows.select_related("person").order_by("-responded_at", "-pk")[:MOST]:
        who = str(row.person) if row.person else "Somebody"
        score = "" if row.score is None else f" with {row.score:g}"
        mark = {"poor": "hot", "good": "fine"}.get(tone(row.survey, row.score), "")
        survey = row.survey.upper() if row.survey in ("nps", "csat", "ces") else row.survey
        yield Moment(
            span.day(row.responded_at),
            "feedback",
            f"{who} answered {survey}{score}",
            "",
            mark,
            row.comment,
            turn=3,
        )


def _answers_latest(access: Access, account_id: str, before: date) -> date | None:
    rows = access.of(Response).filter(account_id=account_id, responded_at__lt=_start(access, before))
    return _day_of(access, rows.order_by("-responded_at").values_list("responded_at", flat=True).first())


def _notes(span: Span) -> Iterator[Moment]:
    """What colleagues wrote down."""
    rows = span.access.of(Note).filter(account_id=span.account_id, **span.instants("happened_at"))
    for row in rows.order_by("-happened_at", "-pk")[:MOST]:
        did = f"{row.author} {TOUCHES.get(row.kind, 'wrote')}"
        yield Moment(span.day(row.happened_at), "notes", did, quote=row.text, note_id=row.pk, turn=5)


def _notes_latest(access: Access, account_id: str, before: date) -> date | None:
    rows = access.of(Note).filter(account_id=account_id, happened_at__lt=_start(access, before))
    return _day_of(access, rows.order_by("-happened_at").values_list("happened_at", flat=True).first())


def _handed(access: Access, account_id: str) -> QuerySet[ChangedRow]:
    """By whom an account was given another owner or segment, and what it had before."""
    kinds = (Change.OWNER, Change.SEGMENT)
    rows = access.of(ChangedRow).filter(account_id=account_id, change__kind__in=kinds, change__undone_at=None)
    return rows.select_related("change").order_by("-change__made_at")


def _changes(span: Span) -> Iterator[Moment]:
    """Another owner, another segment."""
    for row in _handed(span.access, span.account_id).filter(**span.instants("change__made_at"))[:MOST]:
        change = row.change
        title = f"{change.kind.capitalize()}: {row.before or 'none'} → {change.value or 'none'}"
        yield Moment(span.day(change.made_at), "changes", title, f"by {change.who}", turn=6)


def _changes_latest(access: Access, account_id: str, before: date) -> date | None:
    rows = _handed(access, account_id).filter(change__made_at__lt=_start(access, before))
    return _day_of(access, rows.values_list("change__made_at", flat=True).first())


def _start(access: Access, day: date) -> datetime:
    """The instant at which a day begins."""
    return clock.end_of_day(day - timedelta(days=1), access.workspace.zone)


def _day_of(access: Access, at: datetime | None) -> date | None:
    return None if at is None else at.astimezone(ZoneInfo(access.workspace.zone)).date()


def _contracts(moments: Sequence[Moment], span: Span) -> Iterator[Moment]:
    return (one for one in moments if span.first <= one.day <= span.last)


def _contracts_latest(moments: Sequence[Moment], before: date) -> date | None:
    return max((one.day for one in moments if one.day < before), default=None)


def contract_moments(access: Access, account_id: str, money: AccountMoney) -> list[Moment]:
    """What became of an account's contracts so far: begun, renewed, grown, shrunk, ended; newest first.

    Which of them ended, the ledger says: `money` is its answer.
    """
    ends = {one.term_id: one for one in money.terms}
    terms = access.of(Term).filter(account_id=account_id, superseded_at=None).select_related("subscription")
    ordered = terms.order_by("subscription__external_id", "starts_on")
    by_contract = groupby(ordered, key=lambda term: term.subscription_id)
    today = clock.today(access.workspace.zone)
    found = [one for _, some in by_contract for one in _of_contract(list(some), ends) if one.day <= today]
    return sorted(found, key=lambda one: one.day, reverse=True)


def _of_contract(terms: list[Term], ends: Mapping[str, TermLine]) -> Iterator[Moment]:
    yield _begun("Contract begun", terms[0])
    for before, term in pairwise(terms):
        line = ends.get(before.pk)
        until = line.runs_until if line and line.runs_until else before.ends_on
        if before.ends_on is None or until is None or term.starts_on <= until:
            yield _next(before, term)
        else:
            yield from _ended(before, line)
            yield _begun("Contract taken up again", term)
    yield from _ended(terms[-1], ends.get(terms[-1].pk))


def _begun(how: str, term: Term) -> Moment:
    return Moment(term.starts_on, "money", f"{how}{_product(term)}", _terms(term), "fine", turn=2)


def _next(before: Term, term: Term) -> Moment:
    """The next term of a contract: renewed where the one before ran out, else changed."""
    more = round(12 * (monthly(term) - monthly(before)))
    verb = "Contract changed" if is_rolling(before) else "Renewed"
    way = (
        f"{words.money(abs(more), term.currency)} a year {'more' if more > 0 else 'less'}"
        if more
        else "the same"
    )
    title = f"{verb}{_product(term)}: {way}"
    return Moment(term.starts_on, "money", title, _terms(term), "hot" if more < 0 else "fine", turn=2)


def _ended(term: Term, line: TermLine | None) -> Iterator[Moment]:
    """What its end came to: it went on by itself, waits to be decided, or ended."""
    if term.ends_on is None:
        return
    if line and line.goes_on:
        yield Moment(
            term.ends_on, "money", f"Renewed by itself{_product(term)}", _terms(term), "fine", turn=2
        )
    if line and line.is_past_due:
        says = "counts for the grace, then it ended"
        yield Moment(term.ends_on, "money", f"Contract past due{_product(term)}", says, "hot", turn=2)
    else:
        ended_on = line.runs_until if line else term.ends_on
        if ended_on:
            yield Moment(ended_on, "money", f"Contract ended{_product(term)}", "", "hot", term.reason, turn=2)


def _product(term: Term) -> str:
    return f", {term.subscription.product}" if term.subscription.product else ""


def _terms(term: Term) -> str:
    amount = f"{words.money(term.amount_minor, term.currency)} a {term.interval}"
    return f"{amount}, {words.count(term.seats, 'seat')}" if term.seats else amount


@dataclass(frozen=True)
class Source:
    """Where moments come from: those of a span, and the last day before another that had one."""

    find: Callable[[Span], Iterator[Moment]]
    latest: Callable[[Access, str, date], date | None]


def _sources(access: Access, account_id: str, kind: str) -> list[Source]:
    """Those of one kind, or all."""
    chosen = [source for name, source in SOURCES.items() if kind in ("", name)]
    if kind in ("", "use"):
        days = use.days(access, account_id)
        chosen.append(Source(partial(_use, days), lambda _, __, before: _use_latest(days, before)))
    if kind in ("", "money"):
        moments = contract_moments(access, account_id, revenue.money_of(access, account_id))
        chosen.append(
            Source(partial(_contracts, moments), lambda _, __, before: _contracts_latest(moments, before))
        )
    return chosen


SOURCES: Mapping[str, Source] = {
    "health": Source(_turns, _turns_latest),
    "feedback": Source(_answers, _answers_latest),
    "notes": Source(_notes, _notes_latest),
    "changes": Source(_changes, _changes_latest),
}
