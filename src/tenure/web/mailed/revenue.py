"""What the pages about revenue say in a mail: renewals and the portfolio."""

from __future__ import annotations

from django.http import QueryDict

from tenure.kit import words
from tenure.mailing.models import Mailing
from tenure.revenue.quarters import Quarter
from tenure.web import formats
from tenure.web.exporting import Table
from tenure.web.mailed.report import Figure, Part, Report, path_of, there, whose
from tenure.web.pages import portfolio as portfolio_page
from tenure.web.pages import renewals as renewals_page
from tenure.web.queries import portfolio, portfolio_files, portfolio_scope, renewals, renewals_files
from tenure.web.queries.renewals import TITLES
from tenure.workspaces.access import Access


def renewals_report(mailing: Mailing, access: Access) -> Report:
    """Renewals of a quarter: what is due, what was lost, what is expected."""
    asked = renewals.asked_of(access, QueryDict(mailing.query).dict())
    board = renewals.board(access, asked)
    found, before, currency = board.found, board.before, access.workspace.currency
    due, lost = renewals_files.table(access, asked, "due"), renewals_files.table(access, asked, "losses")
    status = [one.name for one in due.fields].index("status")
    order = list(TITLES)  # what is open comes first
    named = [
        [TITLES.get(str(value), value) if at == status else value for at, value in enumerate(row)]
        for row in sorted(due.rows, key=lambda row: order.index(str(row[status])))
    ]
    money = formats.money
    return Report(
        title=f"Renewals, {_quarter_name(asked.quarter)}",
        lead=whose(
            access,
            f"{words.count(found.all_due.count, 'term')} due, worth "
            f"{money(found.all_due.arr_minor, currency)} a year",
            as_of=True,
        ),
        path=path_of("renewals", asked.query),
        figures=[
            Figure(
                "Renewed, of ARR decided",
                formats.share(found.rate_gross.closed_only, 1),
                f"{formats.share(found.rate_gross.everything, 1)} of all due",
            ),
            Figure(
                "Churn cost to date",
                money(found.churn_cost, currency),
                f"last year {money(found.same_quarter[1], currency)}",
            ),
            Figure(
                "Forecast to quarter end",
                money(found.expected, currency),
                f"{money(found.low, currency)} to {money(found.high, currency)}",
            ),
            Figure(
                "At risk",
                money(found.at_risk_arr, currency),
                f"last year {money(before.at_risk_arr, currency)}",
            ),
            Figure(
                "In good health, of open ARR",
                formats.share(found.good_health_share),
                f"last year {formats.share(before.good_health_share)}",
            ),
        ],
        charts=[renewals_page.curve(board, currency)] if board.has_terms else [],
        parts=there(
            Part(
                "Due",
                Table(due.title, due.fields, named),
                {"account": "Customer", "status": "Status", "ends": "Ends", "arr": "ARR", "health": "Health"},
                name="due",
            ),
            Part(
                "Losses",
                lost,
                {"account": "Customer", "kind": "What", "lost": "Lost", "arr": "ARR", "reason": "Reason"},
                name="losses",
            ),
        ),
        empty="" if board.has_terms else "No contracts are known yet.",
    )


def _quarter_name(quarter: Quarter) -> str:
    """`Q4 2026`."""
    return f"Q{quarter.number} {quarter.year}"


def portfolio_report(mailing: Mailing, access: Access) -> Report:
    """What became of the contracts from the start to the end, and what moved since."""
    told = QueryDict(mailing.query).dict()
    told.pop("since", "")  # what moved since a Monday is since the last one before it is sent
    asked = portfolio_scope.asked_of(access, told)
    found = portfolio.portfolio(access, asked)
    movements, before, currency = found.movements, found.year_before, access.workspace.currency
    charts = portfolio_page.charts(found, currency)

    def share(title: str, name: str) -> Figure:
        then = getattr(before, name)
        note = f"{formats.share(then, 1)} a year before" if then is not None else "nobody paid a year before"
        return Figure(title, formats.share(getattr(movements, name), 1), note)

    return Report(
        title="Portfolio",
        lead=whose(access, f"{formats.day(asked.period.first)} to {formats.day(asked.period.last)}"),
        path=path_of("portfolio", asked.query),
        figures=[
            Figure(
                "ARR at the end",
                formats.money(movements.end_arr, currency),
                f"{formats.money(movements.start_arr, currency)} at the start",
            ),
            share("Net retention", "nrr"),
            share("Gross retention", "grr"),
            share("Logo churn", "logo_churn"),
        ],
        charts=[charts["trend"], charts["waterfall"], charts["health"]] if found.trend else [],
        parts=there(
            Part(
                "From the start to the end",
                portfolio_files.table(access, asked, "bridge"),
                {"step": "Step", "arr": "ARR"},
                name="bridge",
            ),
            Part(
                f"What moved since {formats.day(asked.since)}",
                portfolio_files.table(access, asked, "since"),
                {"account": "Customer", "movement": "What", "change": "ARR", "reason": "Reason"},
                name="moved",
            ),
        ),
        empty="" if found.scope.has_terms else "No contracts are known yet.",
    )
