"""What the pages about events show: the stream as it is wanted, what waits to be mended, the dictionary."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from functools import partial
from itertools import islice
from urllib.parse import urlencode

from tenure.accounts.queries import find_account, find_person
from tenure.events import actions, leftout, mending, names, queries, retention
from tenure.events.leftout import LeftOut
from tenure.events.mending import AnyRule
from tenure.events.models import EventPolicy, MendingRule, MendingRun, RejectedEvent
from tenure.events.names import Name
from tenure.events.queries import EventFilter, EventRow
from tenure.events.unpack import KINDS
from tenure.kit import clock, words
from tenure.metrics import queries as metrics
from tenure.metrics.queries import Reach
from tenure.workspaces.access import Access

MOST_EVENTS = 15
MOST_ASIDE = 50
MOST_TRIED = 5_000  # a preview does not keep somebody waiting
MOST_NAMES = 200
MOST_RUNS = 5
SAMPLES = 2  # shown before and after

# What each reason is called; see events.unpack.Reason.
REASONS: Mapping[str, str] = {
    "unreadable": "Not readable",
    "not_an_object": "Not an object",
    "too_large": "Too large",
    "unknown_type": "Of an unknown type",
    "wrong_field": "With a wrong field",
    "wrong_time": "With an impossible time",
    "nobody": "Of nobody",
    "no_event": "Without a name",
    "no_group": "Without an account",
    "no_previous": "Without a former id",
    "failed": "Failed on our side",
}
DROPS: Mapping[str, str] = {"bot": "Bots", "duplicate": "Duplicates"}
ORDERS = (("events", "most events"), ("last", "seen last"), ("new", "newest"), ("name", "name"))
VERBS = (
    ("rename", "Rename a field"),
    ("set", "Set a field"),
    ("drop", "Drop a field"),
    ("parse", "Read a time by its format"),
    ("cut", "Cut a text to a length"),
)
# What usually mends events of a reason: the rule, its field, its value; to begin from.
USUAL: Mapping[str, tuple[str, str, str]] = {
    "wrong_time": ("parse", "timestamp", ""),
    "no_event": ("set", "event", ""),
    "unknown_type": ("set", "type", "track"),
    "nobody": ("rename", "", "userId"),
    "no_group": ("rename", "", "groupId"),
    "no_previous": ("rename", "", "previousId"),
    "too_large": ("drop", "", ""),
}


@dataclass(frozen=True)
class Wanted:
    """Which events somebody wants to see coming in; empty: all of them."""

    event: str = ""
    account: str = ""
    person: str = ""
    kind: str = ""
    only: str = ""  # "rejected"
    paused: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Wanted:
        """From a page's address."""
        return cls(**{name: query.get(name, "").strip()[:200] for name in cls.__dataclass_fields__})

    @property
    def is_filtered(self) -> bool:
        """Whether it is not simply all."""
        return any((self.event, self.account, self.person, self.kind, self.only))

    def query_string(self, **changed: str) -> str:
        """As a page's address, with some of it changed."""
        return urlencode({name: value for name, value in (asdict(self) | changed).items() if value})


@dataclass(frozen=True)
class Waiting:
    """An event that waits to be mended; `body` is indented JSON where it is JSON."""

    id: int
    says: str
    body: str
    received_at: datetime
    is_part_mended: bool = False

    @property
    def start(self) -> str:
        """How the body begins, on one line."""
        return " ".join(self.body.split())[:160]


@dataclass(frozen=True)
class Incoming:
    """The events that came in last of those wanted; of rejected ones what is wrong with them."""

    total: int
    events: Sequence[EventRow]
    rejected: Sequence[Waiting]
    problem: str = ""


@dataclass(frozen=True)
class Aside:
    """Events set aside for one reason, and how many."""

    reason: str
    title: str
    count: int


@dataclass(frozen=True)
class Side:
    """What stands beside the stream: the dictionary, what was left out and what is kept."""

    names: int
    stopped: Sequence[Name]
    left_out: Sequence[tuple[str, LeftOut]]
    policy: EventPolicy


@dataclass(frozen=True)
class Preview:
    """What a rule would do: of the newest `looked_at` of `total`, so many would go through."""

    rule: AnyRule | None
    total: int
    looked_at: int
    would_go: int
    still: Sequence[tuple[str, int]]
    samples: Sequence[tuple[str, str]]  # before and after, of the first it changes


def incoming(access: Access, wanted: Wanted) -> Incoming:
    """The newest events, or the newest that were set aside."""
    if wanted.only == "rejected":
        rows = queries.rejected(access, MOST_EVENTS)
        return Incoming(sum(queries.count_rejected(access).values()), (), [_waiting(row) for row in rows])
    try:
        chosen = _filter(access, wanted)
    except LookupError as problem:
        return Incoming(0, (), (), str(problem))
    return Incoming(queries.count(access, chosen), queries.recent(access, MOST_EVENTS, chosen), ())


def kinds() -> list[tuple[str, str]]:
    """The kinds of event, for choosing."""
    return [("", "Any kind"), *((kind, words.capital(kind)) for kind in KINDS)]


def _filter(access: Access, wanted: Wanted) -> EventFilter:
    """What is wanted, by our ids. LookupError for a customer nobody knows."""
    account = find_account(access, wanted.account) if wanted.account else None
    if wanted.account and account is None:
        raise LookupError(f"There is no customer “{wanted.account}”, or several have that name; give the id.")
    person = find_person(access, wanted.person) if wanted.person else None
    return EventFilter(
        account_id=account.pk if account else "",
        person_id=person.pk if person else "",
        person_ref=wanted.person if person is None else "",
        name=wanted.event,
        kind=wanted.kind if wanted.kind in KINDS else "",
    )


def side(access: Access) -> Side:
    """What stands beside the stream."""
    return Side(
        names.count(access),
        names.stopped(access),
        [(DROPS[one.reason], one) for one in leftout.recent(access)],
        retention.policy_for(access),
    )


def aside(access: Access) -> list[Aside]:
    """What waits to be mended, by reason."""
    return [
        Aside(reason, title_of(reason), count) for reason, count in queries.count_rejected(access).items()
    ]


def title_of(reason: str) -> str:
    """What a reason is called."""
    return REASONS.get(reason, words.capital(reason.replace("_", " ")))


def set_aside(access: Access, reason: str) -> list[Waiting]:
    """The newest that wait for one reason, or for any."""
    rows = access.of(RejectedEvent).filter(replayed_at=None)
    if reason:
        rows = rows.filter(reason=reason)
    return [_waiting(row) for row in rows.order_by("-rejected_at", "-pk")[:MOST_ASIDE]]


def _waiting(row: RejectedEvent) -> Waiting:
    return Waiting(row.pk, row.says, _indented(row.latest), row.received_at, bool(row.mended))


def _indented(body: str) -> str:
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return body


def preview(access: Access, reason: str, rule: AnyRule | None) -> Preview:
    """What putting all of a reason through, mended by a rule, would do; nothing is written."""
    waiting = access.of(RejectedEvent).filter(replayed_at=None, reason=reason)
    rows = list(waiting.order_by("-pk")[:MOST_TRIED])
    mend = partial(mending.mend_text, one=rule)
    left = actions.would_go(access.workspace, rows, mend)
    still = Counter(title_of(one.reason.value) for one in left.values())
    changed = ((row.latest, after) for row in rows if (after := mend(row.latest)) != row.latest)
    samples = [(_indented(before), _indented(after)) for before, after in islice(changed, SAMPLES)]
    return Preview(rule, waiting.count(), len(rows), len(rows) - len(left), still.most_common(), samples)


def mending_runs(access: Access) -> list[tuple[MendingRun, str, str]]:
    """The newest runs: each with its rule and its reason in words."""
    rows = access.of(MendingRun).order_by("-asked_at")[:MOST_RUNS]
    return [(row, _in_words(row.rule), title_of(row.reason)) for row in rows]


def kept_rules(access: Access) -> list[tuple[MendingRule, str, str]]:
    """The rules for what arrives, with their rule and reason in words."""
    rows = access.of(MendingRule).order_by("pk")
    return [(row, _in_words(row.rule), title_of(row.reason)) for row in rows]


def _in_words(rule: object) -> str:
    return str(mending.restored(rule) or "as they came")


@dataclass(frozen=True)
class Keeping:
    """How long is kept what, and what of the figures looks back further than that."""

    policy: EventPolicy
    reach: Reach
    first_kept: date | None
    is_too_short: bool


def keeping(access: Access, policy: EventPolicy) -> Keeping:
    """A policy and what follows from it."""
    reach, today = metrics.reach(), clock.today(access.workspace.zone)
    first = retention.first_kept(today, policy.keep_months) if policy.keep_months else None
    too_short = first is not None and first > today - timedelta(days=reach.days)
    return Keeping(policy, reach, first, too_short)
