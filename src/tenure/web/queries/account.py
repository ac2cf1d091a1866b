"""What the Account page reads: the strip above, and each part below it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tenure.accounts.models import Account, AccountAttributes, Person
from tenure.accounts.stakeholders import PARTS
from tenure.events import queries as events
from tenure.events import use
from tenure.events.queries import Usage
from tenure.events.use import Cell
from tenure.feedback import queries as feedback
from tenure.feedback.models import Response
from tenure.feedback.queries import Answer
from tenure.health import outlook
from tenure.health import queries as health
from tenure.health.history import Day
from tenure.health.models import Outlook, Standing
from tenure.health.outlook import Forecast
from tenure.health.queries import Explanation
from tenure.health.scoring import Basis
from tenure.kit import clock, words
from tenure.metrics.models import MetricValue
from tenure.revenue import products
from tenure.revenue import queries as revenue
from tenure.revenue.models import RunningTerm, Term
from tenure.revenue.products import Bought, Whitespace
from tenure.revenue.queries import AccountMoney
from tenure.segments.standpoint import Standpoint
from tenure.warnings import queries as warnings
from tenure.warnings.queries import Need
from tenure.web.queries import account_renewals
from tenure.web.queries.account_renewals import Story
from tenure.web.queries.attributes import Shown, facts
from tenure.web.queries.timeline import QUIET_DAYS, Moment, contract_moments
from tenure.workspaces.access import Access

CHART_DAYS = 365
WEEKS = 26
MOST_PEOPLE, MOST_NAMES = 12, 8  # of the grid of people and events
PEOPLE = 500


@dataclass(frozen=True)
class Strip:
    """Who it is and how it stands. None is "no data"."""

    account: Account
    parent: str
    standing: Standing | None
    metrics: Mapping[str, float]
    seats: int | None
    is_former: bool

    @property
    def change(self) -> float | None:
        """By how much the score moved in 28 days."""
        row = self.standing
        if row is None or row.score is None or row.score_before is None:
            return None
        return row.score - row.score_before

    @property
    def moved(self) -> str:
        """The same in words: `up 5 points in 28 days`."""
        if self.change is None:
            return "new: no score 28 days ago"
        points = round(abs(self.change))
        if not points:
            return "the same as 28 days ago"
        return f"{'up' if self.change > 0 else 'down'} {words.count(points, 'point')} in 28 days"

    @property
    def basis(self) -> str:
        """`outcomes only` and the like; empty where both sides have data."""
        return Basis(self.standing.basis).says if self.standing else Basis.NONE.says


def strip(access: Access, account_id: str) -> Strip:
    """The account's own rows. Http404 for a stranger's."""
    account = access.get(Account, account_id)
    standing = access.first(Standing, account_id=account.pk)
    values = {one.metric: one.value for one in access.rows(MetricValue, account_id=account.pk)}
    parent = access.first(Account, pk=account.parent_id) if account.parent_id else None
    is_former = standing is not None and standing.basis == Basis.FORMER
    name = parent.name if parent else ""
    return Strip(account, name, standing, values, _seats(access, account.pk), is_former)


def _seats(access: Access, account_id: str) -> int | None:
    """Seats of the contracts that run today; None where one of them does not say."""
    terms = access.of(RunningTerm).filter(account_id=account_id)
    live = products.on(terms, clock.today(access.workspace.zone)).values_list("seats", flat=True)
    known = [seats for seats in live if seats is not None]
    return sum(known) if live and len(known) == len(live) else None


@dataclass(frozen=True)
class Overview:
    """What stands beside the story: the next step, and what else is known of the account."""

    need: Need | None
    facts: list[tuple[str, Shown]]
    has_anything: bool
    is_parent: bool


def overview(access: Access, account_id: str) -> Overview:
    """The next step and the attributes; whether there is any data to tell a story from."""
    row = access.first(AccountAttributes, account_id=account_id)
    return Overview(
        need=warnings.need_of(access, account_id, Standpoint.of(access)),
        facts=facts(access, row.data) if row else [],
        has_anything=_has_anything(access, account_id),
        is_parent=access.has(Account, parent_id=account_id),
    )


def _has_anything(access: Access, account_id: str) -> bool:
    """Whether it has contracts, answers or people, or was ever active."""
    kinds: tuple[type[Term] | type[Response] | type[Person], ...] = (Term, Response, Person)
    if any(access.has(kind, account_id=account_id) for kind in kinds):
        return True
    standing = access.first(Standing, account_id=account_id)
    return standing is not None and standing.last_active_on is not None


@dataclass(frozen=True)
class Why:
    """Why the score is what it is, and its history."""

    explanation: Explanation
    history: list[Day]
    outlook: Outlook | None
    forecasts: list[Forecast]


def why(access: Access, account_id: str, as_of: date | None = None, since: date | None = None) -> Why:
    """The explanation as of a day (today) against an earlier one (28 days before), and a year of scores."""
    first = clock.today(access.workspace.zone) - timedelta(days=CHART_DAYS)
    history = [day for day in health.history(access, account_id) if day.day >= first]
    row = access.of(Standing).filter(account_id=account_id).first()
    return Why(
        health.explain(access, account_id, as_of, since),
        history,
        access.of(Outlook).filter(account_id=account_id).first(),
        outlook.forecasts(access, row.band) if row and row.band else [],
    )


@dataclass(frozen=True)
class Someone:
    """A person of the account. `last_on` None: never seen using the product."""

    id: str
    name: str
    email: str
    role: str
    part: str  # in words
    is_gone: bool
    last_on: date | None
    events: int
    answer: Answer | None
    quiet_days: int  # since they were seen, once that is two weeks or more; else 0


def people(access: Access, account_id: str) -> list[Someone]:
    """The account's people, those seen last first."""
    account = access.get(Account, account_id)
    seen = use.people(access, account.pk)
    answers = _last_answers(access, account.pk)
    today = clock.today(access.workspace.zone)
    rows = account.people.order_by("name", "email", "pk")[:PEOPLE]
    found = [_someone(row, seen.get(row.pk), answers.get(row.pk), today) for row in rows]
    return sorted(found, key=lambda one: (one.last_on or date.min, one.events), reverse=True)


def _someone(row: Person, seen: use.Seen | None, answer: Answer | None, today: date) -> Someone:
    last_on = seen.last_on if seen else None
    days = (today - last_on).days if last_on else 0
    events = seen.events if seen else 0
    quiet = days if days >= QUIET_DAYS else 0
    part = PARTS.get(row.part, "")
    is_gone = row.left_on is not None and row.left_on <= today
    return Someone(row.pk, str(row), row.email, row.role, part, is_gone, last_on, events, answer, quiet)


def _last_answers(access: Access, account_id: str) -> dict[str, Answer]:
    """Each person's newest answer."""
    newest = feedback.latest_answers(access, account_id, most=PEOPLE)
    return {one.person_id: one for one in reversed(newest) if one.person_id}


@dataclass(frozen=True)
class Grid:
    """Who did what: rows of people, columns of events, the counts between; `most` is the largest."""

    names: list[str]
    rows: list[tuple[str, list[int]]]
    most: int


@dataclass(frozen=True)
class Use:
    """How the account uses the product."""

    weeks: list[Usage]
    top: list[tuple[str, int, int]]  # name, events, people, of the last 28 days
    grid: Grid

    @property
    def is_empty(self) -> bool:
        """Whether no event of theirs was ever collected."""
        return all(week.events is None for week in self.weeks)


def usage(access: Access, account_id: str) -> Use:
    """Events and people per week for half a year, and who did what in the last 28 days."""
    account = access.get(Account, account_id)
    cells = use.cells(access, account.pk)
    ids = {cell.person_id for cell in cells if cell.person_id}
    people = {row.pk: str(row) for row in access.of(Person).filter(pk__in=ids)}
    return Use(events.usage_by_week(access, account.pk, WEEKS), _top(cells), _grid(cells, people))


def _top(cells: Sequence[Cell]) -> list[tuple[str, int, int]]:
    """Events by name, the most frequent first."""
    events: defaultdict[str, int] = defaultdict(int)
    people: defaultdict[str, set[str]] = defaultdict(set)
    for cell in cells:
        events[cell.event] += cell.events
        people[cell.event] |= {cell.person_id} if cell.person_id else set()
    return sorted(((name, events[name], len(people[name])) for name in events), key=lambda one: -one[1])


def _grid(cells: Sequence[Cell], people: Mapping[str, str]) -> Grid:
    """The most active people and the most frequent events."""
    names = [name for name, _, _ in _top(cells)[:MOST_NAMES]]
    by_person: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for cell in cells:
        if cell.event in names:
            who = people.get(cell.person_id or "", "Somebody unknown")
            by_person[who][cell.event] = by_person[who].get(cell.event, 0) + cell.events
    busiest = sorted(by_person, key=lambda who: -sum(by_person[who].values()))[:MOST_PEOPLE]
    rows = [(who, [by_person[who].get(name, 0) for name in names]) for who in busiest]
    return Grid(names, rows, max((count for _, counts in rows for count in counts), default=0))


@dataclass(frozen=True)
class Version:
    """A term as it was stated before it was corrected or replaced."""

    subscription: str
    amount_minor: int
    currency: str
    interval: str
    seats: int | None
    starts_on: date
    ends_on: date | None
    known_from: date
    known_until: date


@dataclass(frozen=True)
class Money:
    """What the account pays, what became of its contracts, and what was stated differently before."""

    now: AccountMoney
    moments: list[Moment]
    products: list[Bought]
    whitespace: list[Whitespace]
    versions: list[Version]
    story: Story


def money(access: Access, account_id: str) -> Money:
    """Contracts with their sums, movements and earlier versions."""
    now = revenue.money_of(access, account_id)
    bought = products.bought_by(now.terms)
    others = products.whitespace(access, [one.name for one in bought if one.is_live])
    moments, versions = contract_moments(access, account_id, now), _versions(access, account_id)
    return Money(now, moments, bought, others, versions, account_renewals.story(access, account_id))


def _versions(access: Access, account_id: str) -> list[Version]:
    terms = access.of(Term).filter(account_id=account_id, superseded_at__isnull=False)
    ordered = terms.select_related("subscription").order_by("-superseded_at", "-starts_on")[:100]
    return [
        Version(
            subscription=term.subscription.product or term.subscription.external_id,
            amount_minor=term.amount_minor,
            currency=term.currency,
            interval=term.interval,
            seats=term.seats,
            starts_on=term.starts_on,
            ends_on=term.ends_on,
            known_from=term.recorded_at.date(),
            known_until=term.superseded_at.date(),
        )
        for term in ordered
        if term.superseded_at
    ]
