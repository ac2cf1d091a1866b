"""Subscriptions: one row per term, with start and end, or counted in months as of a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import repeat
from typing import Any

import pyarrow as pa
from django.db.models import QuerySet

from tenure.kit.columns import Columns
from tenure.kit.upserts import among, under
from tenure.revenue.actions import TermRow, upsert_term_columns
from tenure.revenue.models import Subscription, Term
from tenure.sources.imports.batches import column, minor, texts
from tenure.sources.imports.forms import CURRENCY, DATE, INTERVAL, NUMBER, WHOLE, YES_NO, text
from tenure.sources.imports.headers import plain
from tenure.sources.imports.kind import KINDS, LARGEST_AMOUNT, Check, Column, Kind, Load, Rows, Written
from tenure.sources.imports.kinds.accounts import ACCOUNT_ID
from tenure.workspaces.models import Workspace

# Words within the name of an amount, as headers.plain writes them, that say of what it is.
_HINTS = {
    "week": ("week", "woch", "woech", "hebdo", "seman", "settiman"),
    "quarter": ("quarter", "quartal", "trimest", "kwarta"),
    "year": ("year", "annual", "arr", "jahr", "jaehr", "annu", "anual", "jaar"),
    "month": ("month", "mrr"),
}
_ROLLING = ("week", "month")
_MOST_MONTHS = 1200
_MONTHS = f"(case when months between 0 and {_MOST_MONTHS} then months::integer end)"


def write(load: Load, batch: pa.Table) -> Written:
    """Write down what the rows say about terms."""
    done = upsert_term_columns(load.workspace, _columns(batch, load))
    return Written(done.added, done.changed, done.same)


def about(load: Load, batch: pa.Table) -> Sequence[QuerySet[Any]]:
    """What is on record of the rows."""
    subscriptions = under(Subscription, load.workspace.id, texts(batch, "subscription_id"))
    stated = Term.objects.filter(subscription__in=subscriptions, superseded_at=None)
    days = {one.isoformat() for one in column(batch, "start")}
    return subscriptions, stated.filter(starts_on__in=among(days))


def _columns(batch: pa.Table, load: Load) -> Columns[TermRow]:
    currencies = [one or load.workspace.currency for one in column(batch, "currency")]
    renews_itself = list(map(bool, column(batch, "auto_renew")))
    intervals, said_ends = column(batch, "interval"), column(batch, "end")
    ended = [load.as_of if one else None for one in column(batch, "churned")]
    known = map(_end_known_on, said_ends, ended, renews_itself, intervals, repeat(load.as_of))
    said: dict[str, Sequence[Any]] = {
        **{
            name: texts(batch, name)
            for name in ("subscription_id", "account_id", "product", "renews", "reason")
        },
        "amount_minor": minor(batch, currencies),
        "currency": currencies,
        "interval": intervals,
        "starts_on": column(batch, "start"),
        "ends_on": [end or other for end, other in zip(said_ends, ended, strict=True)],
        "seats": column(batch, "seats"),
        "auto_renew": renews_itself,
        "end_known_on": list(known),
        "counted_on": [None if one is None else load.as_of for one in column(batch, "months")],
    }
    return Columns(TermRow, said)


def _end_known_on(
    end: date | None, ended: date | None, renews_itself: bool, interval: str, as_of: date
) -> date | None:
    """When an end became known: a contract's is agreed at its start (None), but nobody knows beforehand
    when what rolls on from month to month will end."""
    if end is None:
        return ended
    rolls_on = renews_itself and interval in _ROLLING
    return end if rolls_on and end <= as_of else None


def imply(columns: Mapping[str, str]) -> Mapping[str, str]:
    """The interval that the amount's name speaks of ("MonthlyCharges"); without a word, a month."""
    name = plain(columns.get("amount", ""))
    return {
        "interval": next((one for one, hints in _HINTS.items() if any(h in name for h in hints)), "month")
    }


def hint(rows: Rows, workspace: Workspace) -> str:
    """Before the first subscription, a file in another currency is a reason to change the workspace's."""
    currencies = rows.values_of("currency")
    if currencies in ([], [workspace.currency]) or len(currencies) > 1:
        return ""
    if Term.objects.filter(workspace=workspace).exists():
        return ""
    [currency] = currencies
    return (
        f"All amounts are in {currency}, but this workspace counts in {workspace.currency}. It has no "
        f"subscriptions yet: set its currency in Settings, or with `tenure workspace --currency {currency}`, "
        "and import again"
    )


KINDS.add(
    Kind(
        name="subscriptions",
        title="Subscriptions",
        columns=(
            Column(
                "subscription_id",
                text(200),
                "your own id of the subscription",
                True,
                "subscription subscriptionid subid subscriptionexternalid contractid contractnumber id",
                stands_in="account_id",
            ),
            Column("account_id", text(200), "your id of the customer", True, ACCOUNT_ID),
            Column(
                "product",
                text(120),
                "what they subscribe to",
                also="plan planname productname planid sku package",
            ),
            Column(
                "amount",
                NUMBER,
                "what is paid per interval",
                True,
                "mrr arr price fee charges monthlycharges monthlycharge monthlyamount monthlyfee "
                "monthlyprice monthlyrevenue annualamount yearlyamount recurringamount "
                "unitamount planamount amountpaid total",
            ),
            Column(
                "currency",
                CURRENCY,
                "three letters; the workspace's own if left out",
                also="currencycode ccy amountcurrency plancurrency",
                within="amount",
            ),
            Column(
                "interval",
                INTERVAL,
                "week, month, quarter or year",
                True,
                "billinginterval billingperiod billingfrequency billingcycle period frequency planinterval",
            ),
            Column(
                "seats",
                WHOLE,
                "how many may use it",
                also="seat seatcount licenses licences quantity qty",
            ),
            Column(
                "start",
                DATE,
                "the first day it runs",
                also="startdate startson starts startedat startedon begin beginson validfrom contractstart "
                "subscriptionstart servicestart currentperiodstart",
            ),
            Column(
                "end",
                DATE,
                "the first day it no longer runs; empty: open",
                also="enddate endson ends endedat endedon validto validuntil contractend subscriptionend "
                "serviceend canceledat cancelledat currentperiodend",
            ),
            Column(
                "auto_renew",
                YES_NO,
                "whether it renews by itself",
                also="autorenewal autorenews renewsautomatically",
            ),
            Column("renews", text(200), "the subscription that it renews"),
            Column(
                "reason",
                text(200),
                "why it ended",
                also="churnreason cancelreason cancellationreason lossreason",
            ),
            Column(
                "months",
                WHOLE,
                "how many months it has run, in place of start",
                also="tenure tenuremonths tenureinmonths monthsactive",
            ),
            Column(
                "churned",
                YES_NO,
                "whether it has ended, in place of end",
                also="churn ischurned haschurned cancelled canceled",
            ),
        ),
        checks=(
            Check(
                "amount",
                f"amount < 0 or amount > {LARGEST_AMOUNT}",
                "'is out of range; an amount is at least 0, take discounts off the term they belong to'",
            ),
            Check(
                "currency",
                "currency <> getvariable('currency') and not list_contains(getvariable('rated'), currency)",
                "'has no exchange rate: import rates first, or give amounts in ' || getvariable('currency')",
            ),
            Check("seats", "seats < 0 or seats > 2000000000", "'is out of range; seats are 0 or more'"),
            Check(
                "months", f"months < 0 or months > {_MOST_MONTHS}", "'is out of range; months are 0 or more'"
            ),
            Check(
                "start",
                '"start" is null and months is null',
                "'is missing; give the first day, or the number of months it has run'",
            ),
            Check(
                "end",
                '"end" <= "start"',
                "'is not after the start, ' || \"start\" || '; it is the first day no longer live'",
            ),
            Check(
                "churned",
                'churned and "end" is null and "start" > getvariable(\'as_of\')',
                "'says yes, but it starts only on ' || \"start\" || ', after ' || getvariable('as_of')",
            ),
        ),
        computed={
            # Only rows that have no start of their own are counted in months.
            "months": 'case when "start" is null then months end',
            "start": f"coalesce(\"start\", (getvariable('as_of') - to_months{_MONTHS})::date)",
        },
        key=("subscription_id", 'case when months is null then "start" end'),
        imply=imply,
        hint=hint,
        write=write,
        about=about,
    )
)
