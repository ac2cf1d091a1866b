"""What the Today page reads: who needs you, what changed since yesterday, renewals near, the book."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Q, QuerySet, Sum
from django.urls import reverse

from tenure.accounts.models import Account
from tenure.health.models import Standing
from tenure.kit import words
from tenure.revenue.matching import GRACE
from tenure.revenue.models import RunningTerm, Term
from tenure.segments.rules import Rule
from tenure.segments.standpoint import ME, Standpoint
from tenure.touchpoints import queries as touchpoints
from tenure.touchpoints.queries import Asked as Asking
from tenure.warnings import queries as warnings
from tenure.warnings.models import BandChange, EarlyWarning
from tenure.warnings.queries import Asked, Checked, Worklist
from tenure.warnings.rules import CAUSES
from tenure.workspaces.access import Access
from tenure.workspaces.books import Unindexed

MINE, ALL = "mine", "all"
NEWS = 8
MOST_AWAY = 30  # days; older news are old
RENEWALS = 6
RENEWAL_DAYS = 60
GOOD_TARGET = 0.9  # of what renews within 90 days, by ARR
_BOOK_DAYS = 90
_MOVED = 50  # contracts looked at for news: of some there is nothing to tell
Of = Callable[[type[Any]], QuerySet[Any]]  # the rows of a table that belong to the customers on show
_BANDS = ("poor", "fair", "good")
_WORSE = ("good fair", "good poor", "fair poor")


@dataclass(frozen=True)
class Shown:
    """What the URL asks to see: whose customers, and only those of one cause or the whole list."""

    book: str
    cause: str = ""
    most: int = warnings.TOP

    @property
    def rule(self) -> Rule:
        """The customers meant."""
        return Rule.of([f"owner.is.{ME}"] if self.book == MINE else [])

    @property
    def cause_title(self) -> str:
        """What the cause is called."""
        return CAUSES[self.cause].title if self.cause else ""

    @property
    def query(self) -> str:
        """The URL's query, which brings this back."""
        cause = f"&cause={self.cause}" if self.cause else ""
        every = "&every=1" if self.most > warnings.TOP else ""
        return f"?book={self.book}{cause}{every}"


@dataclass(frozen=True)
class News:
    """Something that happened to a customer since yesterday. `figure` may be empty; `of` is what it is of."""

    account_id: str
    name: str
    band: str
    says: str
    figure: str
    of: str  # "score", or the metric's name

    @property
    def why(self) -> str:
        """Where the figure is explained."""
        if self.of == "score":
            return reverse("explain-score", args=[self.account_id])
        return f"{reverse('explain-metric', args=[self.of])}?account={self.account_id}"


@dataclass(frozen=True)
class Renewal:
    """A contract that ends soon."""

    account_id: str
    name: str
    band: str
    renews_on: date | None
    arr_minor: int | None


@dataclass(frozen=True)
class Renewals:
    """The next of them, and all of them added up."""

    days: int
    next: list[Renewal]
    count: int
    arr_minor: int | None


@dataclass(frozen=True)
class Book:
    """Figures of the customers on show. Shares are None where there is nothing to divide by."""

    customers: int
    paying: int
    arr_minor: int | None
    by_band: dict[str, int]
    renewing_minor: int | None
    renewing_good_minor: int | None

    @property
    def good_share(self) -> float | None:
        """Share of the ARR that renews within 90 days whose customers are in good health."""
        return (self.renewing_good_minor or 0) / self.renewing_minor if self.renewing_minor else None


@dataclass(frozen=True)
class Today:
    """The page. With no customers there is nothing but what to do about that."""

    shown: Shown
    standpoint: Standpoint
    has_customers: bool
    is_scored: bool  # whether any customer has a score
    worklist: Worklist
    news: list[News]
    news_since: date
    is_visit: bool  # whether the news begin with the caller's last visit
    waiting: list[Asking]
    renewals: Renewals
    book: Book
    checked: list[Checked]

    @property
    def unchecked(self) -> list[Checked]:
        """Causes that cannot be looked for yet."""
        return [one for one in self.checked if one.missing]

    @property
    def headline(self) -> str:
        """`Five customers need you`."""
        count = self.worklist.total.count
        if not count:
            return "Nobody needs you today" if self.is_scored else "No scores yet"
        who = words.capital(words.number(count))
        return f"{who} customer{'s need' if count > 1 else ' needs'} you"


def shown(access: Access, book: str, cause: str, every: str) -> Shown:
    """What the URL asks for; without a word, one's own customers if one has any."""
    if book not in (MINE, ALL):
        is_mine = any(access.has(Account, owner=name) for name in Standpoint.of(access).me)
        book = MINE if is_mine else ALL
    return Shown(book, cause if cause in CAUSES else "", 100 if every or cause in CAUSES else warnings.TOP)


def today(access: Access, what: Shown, seen_before: datetime | None = None) -> Today:
    """Everything on the page; news go back to the caller's last visit, at least to yesterday."""
    with access.held(Account) as held, _meant(held, what) as meant:
        return _today(held, meant, what, seen_before)


@contextmanager
def _meant(access: Access, what: Shown) -> Iterator[Access]:
    """For questions about the customers on show alone."""
    if not what.rule:
        yield access
        return
    with access.holding(access.of(Account).filter(what.rule.q(Standpoint.of(access)))) as held:
        yield held


def _today(access: Access, meant: Access, what: Shown, seen_before: datetime | None) -> Today:
    standpoint = Standpoint.of(access)
    since, is_visit = news_since(access, standpoint.today, seen_before)
    asked, of = Asked(meant, standpoint, cause=what.cause), meant.of
    return Today(
        shown=what,
        standpoint=standpoint,
        has_customers=access.of(Account).exists(),
        is_scored=access.of(Standing).filter(band__gt="").exists(),
        worklist=warnings.worklist(asked, what.most),
        news=news(of, standpoint, since),
        news_since=since,
        is_visit=is_visit,
        waiting=touchpoints.waiting(access),
        renewals=renewals(of, standpoint.today),
        book=book(of, standpoint.today, is_everybody=not (access.is_narrowed or what.rule)),
        checked=warnings.checked(access, standpoint.today),
    )


def pooled(access: Access, what: Shown, cause: str) -> list[str]:
    """The small customers whom a cause leads, of those on show."""
    asked = Asked(access, Standpoint.of(access), what.rule, cause)
    return list(asked.places.filter(is_small__in=[True]).values_list("pk", flat=True))


def news_since(access: Access, today: date, seen_before: datetime | None) -> tuple[date, bool]:
    """The first day of the news, and whether it is the one of the caller's last visit."""
    yesterday = today - timedelta(days=1)
    if seen_before is None:
        return yesterday, False
    seen = seen_before.astimezone(ZoneInfo(access.workspace.zone)).date()
    return max(min(seen, yesterday), today - timedelta(days=MOST_AWAY)), seen < yesterday


def news(of: Of, standpoint: Standpoint, since: date) -> list[News]:
    """What happened from a day on: health first, then contracts, then first use."""
    found = [
        *_bands(of, since),
        *_contracts(of, since, standpoint),
        *_first_use(of, since),
    ]
    return found[:NEWS]


def _bands(of: Of, since: date) -> Iterator[News]:
    """Customers whose band of health changed."""
    rows = of(BandChange).filter(changed_on__gte=since)
    ordered = rows.order_by(F("account__standing__arr_minor").desc(nulls_last=True), "account__name")
    for key, name, before, after, low, high in ordered.values_list(
        "account_id", "account__name", "before", "after", "score_before", "score_after"
    )[:NEWS]:
        verb = "fell" if f"{before} {after}" in _WORSE else "rose"
        yield News(key, name, after, f"{verb} to {after}", f"{low:.0f} → {high:.0f}", "score")


def _contracts(of: Of, since: date, standpoint: Standpoint) -> Iterator[News]:
    """Contracts that began, went on, or ended: those of the customers who pay most first."""
    days = (since, standpoint.today)
    current = of(Term).filter(superseded_at=None)
    began = of(RunningTerm).filter(starts_on__range=days).values("pk")
    moved = current.filter(Q(pk__in=began) | Q(ends_on__range=days))
    largest = moved.order_by(F("account__standing__arr_minor").desc(nulls_last=True), "starts_on", "pk")
    chains: dict[str, list[Term]] = {
        one: [] for one in largest.values_list("subscription", flat=True)[:_MOVED]
    }
    terms = list(
        current.filter(subscription__in=chains).select_related("account__standing").order_by("starts_on")
    )
    for term in terms:
        chains[term.subscription_id].append(term)
    running = dict(of(RunningTerm).filter(pk__in=[one.pk for one in terms]).values_list("pk", "runs_until"))
    for chain in chains.values():
        told = _told(chain, days, running)
        if told:
            account = chain[-1].account
            standing = getattr(account, "standing", None)
            yield News(account.pk, account.name, standing.band if standing else "", *told, "arr")


def _told(
    chain: list[Term], days: tuple[date, date], running: Mapping[str, date | None]
) -> tuple[str, str] | None:
    """What happened to a subscription, and what is paid for it a year."""
    last = chain[-1]
    since, until = days
    if since <= last.starts_on <= until:
        before = chain[-2] if len(chain) > 1 and chain[-2].ends_on == last.starts_on else None
        return _began(before, last), words.money(yearly(last), last.currency)
    if last.ends_on and since <= last.ends_on <= until:
        what = _came_to(last, running)
        return what, words.money(yearly(last), last.currency)
    return None


def _came_to(last: Term, running: Mapping[str, date | None]) -> str:
    """What a contract's end came to, by what counts today."""
    if last.pk not in running:
        return "contract ended"
    return "renewed by itself" if last.auto_renew else "contract past due"


def _began(before: Term | None, now: Term) -> str:
    """`renewed, up 12 %`, or `new contract` where nothing went before."""
    if before is None:
        return "new contract"
    change = yearly(now) / yearly(before) - 1 if yearly(before) else 0.0
    if abs(change) < 0.005 or before.currency != now.currency:
        return "renewed"
    return f"renewed, {'up' if change > 0 else 'down'} {words.percent(abs(change))}"


def yearly(term: Term) -> float:
    """What a contract brings in a year, in minor units of its currency."""
    return term.amount_minor * Term.INTERVALS[term.interval] * 12


def _first_use(of: Of, since: date) -> Iterator[News]:
    """New customers who were silent and have begun."""
    rows = of(EarlyWarning).filter(
        cause="onboarding_silent",
        closed_on__gte=since,
        account__standing__last_active_on__isnull=False,
    )
    for key, name, band, facts in rows.values_list(
        "account_id", "account__name", "account__standing__band", "facts"
    )[:NEWS]:
        yield News(
            key,
            name,
            band,
            "used for the first time",
            f"day {facts.get('days', 0) + 1}",
            "time_to_first_value",
        )


def renewals(of: Of, today: date) -> Renewals:
    """Contracts that end within 60 days; what is past due comes first."""
    soon = (today - timedelta(days=GRACE), today + timedelta(days=RENEWAL_DAYS))
    rows = of(Standing).filter(renews_on__range=soon)
    total = rows.aggregate(count=Count("pk"), arr_minor=Sum("arr_minor"))
    columns = ("pk", "account__name", "band", "renews_on", "arr_minor")
    first = rows.order_by("renews_on", "pk").values_list(*columns)[:RENEWALS]
    return Renewals(RENEWAL_DAYS, [Renewal(*row) for row in first], **total)


def book(of: Of, today: date, *, is_everybody: bool) -> Book:
    """The customers on show in figures: of everybody three sums, each out of one index; else one pass."""
    rows = of(Standing).order_by()
    soon = Q(renews_on__range=(today, today + timedelta(days=_BOOK_DAYS)))
    if not is_everybody:
        return _book_in_one_pass(rows, soon)
    bands = dict(rows.values_list("band").annotate(count=Count("*")))
    paying = rows.filter(arr_minor__gt=0).aggregate(paying=Count("*"), arr_minor=Sum("arr_minor"))
    renewing = rows.filter(soon).aggregate(
        renewing_minor=Sum("arr_minor"), renewing_good_minor=Sum("arr_minor", filter=Q(band="good"))
    )
    by_band = {band: bands.get(band, 0) for band in _BANDS}
    return Book(customers=sum(bands.values()), by_band=by_band, **paying, **renewing)


def _book_in_one_pass(rows: QuerySet[Standing], soon: Q) -> Book:
    """The same of some customers, who are looked up one by one whatever is asked of them."""
    pays = Q(arr_minor__gt=0)
    found = {
        band: sums
        for band, *sums in rows.values_list(Unindexed("band")).annotate(  # the index of bands lacks the rest
            count=Count("*"),
            paying=Count("pk", filter=pays),
            arr=Sum("arr_minor", filter=pays),
            renewing=Sum("arr_minor", filter=soon),
        )
    }
    counts, paying, arr, renewing = (
        {band: sums[place] for band, sums in found.items()} for place in range(4)
    )
    return Book(
        customers=sum(counts.values()),
        paying=sum(paying.values()),
        arr_minor=_sum(arr.values()),
        by_band={band: counts.get(band, 0) for band in _BANDS},
        renewing_minor=_sum(renewing.values()),
        renewing_good_minor=renewing.get("good"),
    )


def _sum(values: Iterable[int | None]) -> int | None:
    """The sum of what is known; None if nothing is."""
    known = [one for one in values if one is not None]
    return sum(known) if known else None
