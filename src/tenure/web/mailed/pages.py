"""What each page says in a mail: read anew when it is sent, with the addressee's own access."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import Q
from django.http import QueryDict
from django.urls import reverse

from tenure.accounts.models import Account
from tenure.desk.models import SavedView
from tenure.kit import words
from tenure.kit.money import Money
from tenure.mailing.models import Mailing
from tenure.metrics.catalogue import metrics_of
from tenure.segments.standpoint import Standpoint
from tenure.warnings.rules import CAUSES
from tenure.web import formats
from tenure.web.exporting import Field, Table, Value
from tenure.web.mailed.report import MOST_ROWS, Figure, Part, Report, path_of, there, whose
from tenure.web.mailed.revenue import portfolio_report, renewals_report
from tenure.web.pages import account as account_page
from tenure.web.pages import customers as customers_page
from tenure.web.pages import insights as insights_page
from tenure.web.queries import account as account_queries
from tenure.web.queries import (
    customers,
    exports,
    insights,
    today,
)
from tenure.web.queries.timeline import timeline
from tenure.web.queries.wanted import Wanted
from tenure.workspaces.access import Access
from tenure.workspaces.models import User

NEEDS = 50


def read(mailing: Mailing, access: Access) -> Report:
    """The page of a mailing for somebody, now. PermissionDenied or Http404 where it is not theirs to see."""
    return PAGES[mailing.page](mailing, access)


def _today(mailing: Mailing, access: Access) -> Report:
    asked = QueryDict(mailing.query)
    shown = today.shown(access, asked.get("book", ""), asked.get("cause", ""), "1")
    found, currency = today.today(access, shown), access.workspace.currency
    book, total = found.book, found.worklist.total
    fields = [Field("customer"), Field("why"), Field("step"), Field("health"), Field("owner")]
    rows: list[list[Value]] = [
        [
            one.name,
            " ".join(reason.says for reason in one.reasons),
            CAUSES[one.reasons[0].cause].step,
            one.band or "no data",
            one.owner,
            _major(one.arr_minor, currency),
        ]
        for one in found.worklist.needs[:NEEDS]
    ]
    news: list[list[Value]] = [[one.name, one.says, one.figure] for one in found.news]
    due: list[list[Value]] = [
        [one.name, one.renews_on, one.band or "no data", _major(one.arr_minor, currency)]
        for one in found.renewals.next
    ]
    return Report(
        title=found.headline,
        lead=whose(access, "your own customers" if shown.book == today.MINE else "all customers"),
        path=reverse("today") + shown.query,
        figures=[
            Figure("Need you", formats.number(total.count), f"of {words.count(book.customers, 'customer')}"),
            Figure("ARR", formats.money(book.arr_minor, currency), f"{formats.number(book.paying)} pay"),
            Figure(
                f"Renew within {found.renewals.days} days",
                formats.money(found.renewals.arr_minor, currency),
                words.count(found.renewals.count, "customer"),
            ),
            Figure(
                "In good health, of what renews", formats.share(book.good_share), "within 90 days, by ARR"
            ),
        ],
        parts=there(
            Part(
                "Who needs you",
                Table("Needs", [*fields, Field("arr", "money")], rows),
                {"customer": "Customer", "why": "Why", "step": "Next step", "arr": "ARR"},
                name="needs",
            ),
            Part(
                "What changed",
                Table("News", [Field("customer"), Field("what"), Field("figure")], news),
                {"customer": "Customer", "what": "What", "figure": ""},
                says=f"Since {formats.day(found.news_since)}.",
                name="news",
            ),
            Part(
                "Renewals near",
                Table(
                    "Renewals",
                    [Field("customer"), Field("renews", "day"), Field("health"), Field("arr", "money")],
                    due,
                ),
                {"customer": "Customer", "renews": "Renews", "health": "Health", "arr": "ARR"},
                name="renewals",
            ),
        ),
        empty="" if found.has_customers else "There are no customers yet.",
    )


def _customers(mailing: Mailing, access: Access) -> Report:
    metrics = metrics_of(access.workspace)
    wanted, view = Wanted.of(QueryDict(mailing.query), metrics), _view_of(mailing)
    if view is not None:
        wanted = Wanted.of(QueryDict(view.query), metrics).viewing(view.pk)
    found = customers.find(access, wanted)
    total, currency = customers.total(found), access.workspace.currency
    fields = exports.fields(wanted)
    rows = [row for row, _ in zip(exports.lines(found, wanted), range(MOST_ROWS), strict=False)]
    shown = {"name": "Customer", "health": "Health", "score": "Score", "arr": "ARR", "renews_on": "Renews"}
    picture = customers_page.drawn(access, found)["chart"] if total.count else None
    return Report(
        title=view.name if view else "Customers",
        lead=whose(access, wanted.rule.says(Standpoint.of(access))),
        path=path_of("customers", wanted.behind("").query_string),
        figures=[
            Figure("Customers", formats.number(total.count)),
            Figure("ARR", formats.money(total.arr_minor, currency), f"of {formats.number(total.with_arr)}"),
        ],
        charts=[picture] if picture and not picture.is_empty else [],
        parts=there(Part("Customers", Table("Customers", fields, rows), shown, name="customers")),
        empty="" if total.count else "No customer is like this today.",
    )


def _view_of(mailing: Mailing) -> SavedView | None:
    """The saved view it was made from, as it is now, if its owner still has it."""
    pk = QueryDict(mailing.query).get("view", "")
    owner = mailing.owner.email if mailing.owner else ""
    rows = SavedView.objects.filter(Q(made_by=owner) | Q(is_shared=True), pk=pk[:32], removed_at=None)
    return rows.filter(workspace=mailing.workspace).first() if pk else None


def _account(mailing: Mailing, access: Access) -> Report:
    strip = account_queries.strip(access, mailing.about_id or "")
    account, standing, currency = strip.account, strip.standing, access.workspace.currency
    overview = account_queries.overview(access, account.pk)
    why = account_queries.why(access, account.pk)
    moments: list[list[Value]] = [
        [one.day, one.title, one.says or one.quote] for one in timeline(access, account.pk).moments
    ]
    facts: list[list[Value]] = [[name, str(one.text)] for name, one in overview.facts]
    need = overview.need
    return Report(
        title=account.name,
        lead=whose(access, f"owned by {account.owner}" if account.owner else "no owner"),
        path=reverse("account", args=[account.pk]),
        figures=[
            Figure(
                "Success",
                formats.number(standing.score if standing else None),
                strip.moved if standing and standing.score is not None else "not scored",
            ),
            Figure("ARR", formats.money(standing.arr_minor if standing else None, currency)),
            Figure("Renews", formats.day_short(standing.renews_on if standing else None)),
            Figure("Last active", formats.day_short(standing.last_active_on if standing else None)),
        ],
        says=[f"{words.capital(reason.says)}" for reason in need.reasons] if need else [],
        charts=[account_page.history(why)],
        parts=there(
            Part(
                "What happened",
                Table("Timeline", [Field("day", "day"), Field("what"), Field("more")], moments),
                {"day": "Day", "what": "What", "more": ""},
                name="timeline",
            ),
            Part(
                "What is known",
                Table("Facts", [Field("attribute"), Field("value")], facts),
                {"attribute": "", "value": ""},
                name="facts",
            ),
        ),
    )


def _insights(mailing: Mailing, access: Access) -> Report:
    asked = insights_page.asked_of(QueryDict(mailing.query))
    found = insights.found(access, asked)
    audit = found.audit
    path = f"{reverse('insights')}?{asked.query}"
    if audit is None:
        return Report("Which metrics earn their place", "", path, empty="No audit has been made yet.")
    fields = [Field("metric"), Field("auc", "number"), Field("low", "number"), Field("high", "number")]
    rows: list[list[Value]] = [
        [
            row.one.title,
            *((row.one.auc.value, row.one.auc.low, row.one.auc.high) if row.one.auc else (None, None, None)),
            row.one.coverage,
            row.one.verdict.says,
            row.says,
        ]
        for group in found.groups
        for row in group.rows
    ]
    return Report(
        title="Which metrics earn their place",
        lead=f"Judged by {insights.TITLES[asked.outcome].lower()} within {asked.horizon} days, "
        f"as of {formats.day(audit.as_of)}.",
        path=path,
        figures=[
            Figure("Metrics tried", formats.number(audit.tried)),
            Figure("Customers", formats.number(audit.accounts), f"{formats.number(audit.rows)} looks"),
            Figure(audit.outcome.did.capitalize(), formats.number(audit.accounts_happened), "customers"),
        ],
        says=[*audit.says, *found.changed],
        charts=[found.leads] if found.leads else [],
        parts=there(
            Part(
                "Every metric",
                Table("Audit", [*fields, Field("coverage", "number"), Field("verdict"), Field("why")], rows),
                {"metric": "Metric", "auc": "AUC", "verdict": "Verdict", "why": "Why"},
                name="audit",
            )
        ),
    )


def _major(minor: int | None, currency: str) -> Value:
    return None if minor is None else Money(minor, currency).amount


def name_of(page: str, access: Access, about: str, query: str, owner: User | None) -> str:
    """What a mail of a page is called at first."""
    if page == "account":
        return str(access.get(Account, about).name)
    if page == "customers" and (pk := QueryDict(query).get("view", "")):
        who = owner.email if owner else ""
        rows = access.of(SavedView).filter(Q(made_by=who) | Q(is_shared=True), pk=pk[:32], removed_at=None)
        return rows.values_list("name", flat=True).first() or "Customers"
    return {"today": "Today", "insights": "Which metrics earn their place"}.get(page, page.capitalize())


PAGES: dict[str, Callable[[Mailing, Access], Report]] = {
    "today": _today,
    "customers": _customers,
    "account": _account,
    "renewals": renewals_report,
    "portfolio": portfolio_report,
    "insights": _insights,
}
