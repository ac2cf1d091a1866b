"""Reads about what customers pay."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tenure.accounts.models import Account
from tenure.kit import changes, clock, records
from tenure.revenue import known, rules
from tenure.revenue.columns import day_of
from tenure.revenue.converting import Rates
from tenure.revenue.ledger import Ledger
from tenure.revenue.models import Rate, Term
from tenure.revenue.running import RUNNING, running
from tenure.revenue.turns import due_days
from tenure.workspaces.access import Access
from tenure.workspaces.models import Workspace


@dataclass(frozen=True)
class TermLine:
    """One term on an account's page, by the id of its version; amounts in minor units of `currency`.

    `yearly_minor` is in the workspace's, None without a rate. It counts until before `runs_until` (None: no
    end is known), and its renewal is decided on `due_on` (None: it rolls on).
    """

    term_id: str
    subscription: str
    product: str
    amount_minor: int
    currency: str
    interval: str
    monthly_minor: float
    yearly_minor: int | None
    seats: int | None
    starts_on: date
    ends_on: date | None
    runs_until: date | None
    due_on: date | None
    auto_renew: bool
    reason: str
    is_live: bool
    is_past_due: bool
    is_rolling: bool

    @property
    def goes_on(self) -> bool:
        """Whether it renewed by itself, or will: it counts beyond its end, and waits for nobody."""
        if self.ends_on is None or self.is_past_due or not self.auto_renew:
            return False
        return self.runs_until is None or self.runs_until > self.ends_on


@dataclass(frozen=True)
class AccountMoney:
    """What an account pays as of a day: its terms, newest first, and their sums in minor units.

    `mrr_minor` is None where nothing is known of any subscription, and 0 where all have ended.
    """

    as_of: date
    currency: str
    terms: tuple[TermLine, ...]
    mrr_minor: float | None
    renews_on: date | None

    @property
    def arr_minor(self) -> float | None:
        """ARR = 12 × MRR."""
        return None if self.mrr_minor is None else 12 * self.mrr_minor


def money_of(access: Access, account_id: str, as_of: date | None = None) -> AccountMoney:
    """An account's terms and sums as of a day (today), as corrected since. Http404 for a stranger's."""
    account = access.get(Account, account_id)
    today = clock.today(access.workspace.zone)
    day = as_of or today
    versions = _versions_of(access.workspace, [account.pk])
    told = known.priced(known.known_then(known.dated(versions, access.workspace.zone), None), _rates(access))
    is_lacking = told.filter(pc.equal(told["account_id"], account.pk))["arr_minor"].null_count > 0
    ledger = Ledger.of(known.counted(told), today)
    standing = _standing(ledger, told, day)
    rows = access.of(Term).filter(account=account, superseded_at=None).select_related("subscription")
    ordered = rows.order_by("-starts_on", "subscription__external_id")
    terms = tuple(_line(term, standing.get(term.pk, _NEVER)) for term in ordered)
    arr = sum(one.yearly_minor or 0 for one in terms if one.is_live)
    return AccountMoney(
        as_of=day,
        currency=access.workspace.currency,
        terms=terms,
        mrr_minor=None if is_lacking or not terms else arr / 12,
        renews_on=min((one.due_on for one in terms if one.is_live and one.due_on), default=None),
    )


@dataclass(frozen=True)
class _Standing:
    """How a term stands: whether it counts on a day, and until when; when its renewal is decided."""

    is_live: bool
    is_past_due: bool
    runs_until: date | None
    due_on: date | None
    yearly_minor: int | None


_NEVER = _Standing(False, False, date.min, None, 0)  # cut to nothing by the next


def _standing(ledger: Ledger, told: pa.Table, day: date) -> dict[str, _Standing]:
    yearly = dict(zip(told["term_id"].to_pylist(), told["arr_minor"].to_pylist(), strict=True))
    ids = ledger.terms.table["term_id"].to_pylist()
    rows = zip(
        ids,
        ledger.is_live(day),
        ledger.is_past_due,
        ledger.until.tolist(),
        due_days(ledger, day),
        strict=True,
    )
    return {
        key: _Standing(bool(is_live), bool(is_past_due), day_of(until), due_on, yearly[key])
        for key, is_live, is_past_due, until, due_on in rows
    }


def ledger_of(access: Access, account_id: str) -> Ledger:
    """An account's own ledger, as corrected since: from its rows, without the copy of everybody's."""
    versions = known.dated(_versions_of(access.workspace, [account_id]), access.workspace.zone)
    own = versions.filter(pc.equal(versions["account_id"], account_id))
    rows, left_out = known.as_known(own, _rates(access), None)
    return Ledger.of(rows, clock.today(access.workspace.zone), left_out)


def _versions_of(workspace: Workspace, account_ids: Collection[str]) -> pa.Table:
    """Rows of `known.VERSIONS` of a few accounts, with what names a contract of theirs or is named by one."""
    terms = Term.objects.filter(workspace=workspace)
    own = terms.filter(account__in=account_ids)
    names = set(own.values_list("subscription__external_id", flat=True))
    named = set(own.exclude(renews="").values_list("renews", flat=True)) - names
    columns = [own.values_list(*_VERSION)]
    columns.append(
        terms.filter(renews__in=names)
        .exclude(renews="")
        .exclude(account__in=account_ids)
        .values_list(*_VERSION)
    )
    if named:
        theirs = terms.filter(subscription__external_id__in=named).exclude(account__in=account_ids)
        columns.append(theirs.values_list(*_VERSION))
    rows = {row[2]: row for some in columns for row in some}
    told = [dict(zip(known.VERSIONS.names, row, strict=True)) for row in rows.values()]
    for row in told:
        for name in ("recorded_at", "superseded_at"):
            row[name] = row[name] and row[name].astimezone(UTC).replace(tzinfo=None)
    return pa.Table.from_pylist(told, known.VERSIONS)


_OTHERWISE = {
    "subscription_id": "subscription__external_id",
    "term_id": "pk",
    "product": "subscription__product",
}
_VERSION = tuple(_OTHERWISE.get(name, name) for name in known.VERSIONS.names)


def _rates(access: Access) -> Rates:
    return _rates_of(access.workspace)


def _rates_of(workspace: Workspace) -> Rates:
    rows = Rate.objects.filter(workspace=workspace)
    return Rates.of(workspace.currency, rows.values_list("currency", "day", "rate"))


def ledger(access: Access, known_on: date | None = None) -> Ledger:
    """What the caller's customers pay: as known at the end of a day, or (None) as corrected since.

    A customer with an amount in a currency of which no rate is known for its day is left out, and named.
    """
    accounts = access.of(Account)  # asks for the right to read
    ids = list(accounts.values_list("pk", flat=True)) if access.is_narrowed else None
    rows, left_out = known.terms(access.workspace, _rates(access), known_on, ids)
    return Ledger.of(rows, known_on or clock.today(access.workspace.zone), left_out)


def known_by(access: Access, day: date) -> str:
    """A word for all that was known of the caller's contracts at the end of a day, and of rates today.

    It is another as soon as anything is known otherwise of that day; what became known later changes nothing.
    """
    accounts = access.of(Account)  # asks for the right to read
    ids = list(accounts.values_list("pk", flat=True)) if access.is_narrowed else None
    rates = changes.counts(access.workspace.id).get("rate", 0)
    return f"{known.digest(access.workspace, day, ids)}-{rates}"


def running_file(workspace: Workspace) -> Path:
    """The file of everybody's rows of `running.RUNNING`, made anew when contracts or rates moved."""
    path = _running_place(workspace)
    return records.made(path, lambda: _running(workspace, pq.read_table(known.copied(workspace))))


def running_of(workspace: Workspace, account_ids: Collection[str]) -> pa.Table:
    """The rows of a few accounts: without making everybody's anew where these moved."""
    wanted = pa.array(account_ids, pa.string())
    path = _running_place(workspace)
    if path.exists():
        return pq.read_table(path, filters=pc.field("account_id").isin(wanted))
    found = _running(workspace, _concerned(pq.read_table(known.copied(workspace)), wanted))
    return found.filter(pc.is_in(found["account_id"], wanted))


def _concerned(versions: pa.Table, account_ids: pa.Array) -> pa.Table:
    """The accounts' own versions, and all that name a subscription of theirs or are named by one."""
    own = versions.filter(pc.is_in(versions["account_id"], account_ids))
    named = pc.is_in(versions["subscription_id"], own["renews"].combine_chunks())
    naming = pc.is_in(versions["renews"], own["subscription_id"].combine_chunks())
    theirs = pc.is_in(versions["account_id"], account_ids)
    return versions.filter(pc.or_(theirs, pc.or_(named, naming)))


def _running_place(workspace: Workspace) -> Path:
    what = f"{RUNNING}{workspace.zone}{workspace.currency}{_horizon(workspace)}"
    return records.place("running", what, ("term", "subscription", "rate"), workspace.id)


def _running(workspace: Workspace, versions: pa.Table) -> pa.Table:
    told = known.with_first_words(known.dated(versions, workspace.zone))
    return running(known.priced(told, _rates_of(workspace)), _horizon(workspace))


def _horizon(workspace: Workspace) -> date:
    """Two months ahead: until then it is told when what renews by itself is due."""
    today = clock.today(workspace.zone)
    months = today.year * 12 + today.month + 1
    return date(months // 12, months % 12 + 1, 1)


def has_terms(access: Access) -> bool:
    """Whether anything is known of what customers pay."""
    return access.of(Term).exists()


def _line(term: Term, standing: _Standing) -> TermLine:
    return TermLine(
        term_id=term.pk,
        subscription=term.subscription.external_id,
        product=term.subscription.product,
        amount_minor=term.amount_minor,
        currency=term.currency,
        interval=term.interval,
        monthly_minor=rules.monthly(term),
        yearly_minor=standing.yearly_minor,
        seats=term.seats,
        starts_on=term.starts_on,
        ends_on=term.ends_on,
        runs_until=standing.runs_until,
        due_on=standing.due_on,
        auto_renew=term.auto_renew,
        reason=term.reason,
        is_live=standing.is_live,
        is_past_due=standing.is_past_due,
        is_rolling=rules.is_rolling(term),
    )
