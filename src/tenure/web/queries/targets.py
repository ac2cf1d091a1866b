"""What the figures of a quarter should be: read for the page, written from its form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tenure.kit import words
from tenure.kit.money import Money
from tenure.renewals import calls
from tenure.renewals.calls import Aim
from tenure.renewals.targets import FIGURES, Aimed
from tenure.revenue.movements import KINDS
from tenure.web import formats
from tenure.web.queries import owned
from tenure.web.queries.owned import TEAM
from tenure.workspaces.access import Access

# The figures of Renewals and of Portfolio that carry a target, by what explains them.
RENEWALS = {
    "rate_count": "rate.count",
    "rate_gross": "rate.gross",
    "rate_net": "rate.net",
    "churn_cost": "churn_cost_qtd",
    "unit_churn": "unit_churn_qtd",
    "subscriptions_lost": "unit_churn_qtd.subscriptions",
    "partial": "partial_churn_qtd",
    "contraction": "contraction_qtd",
    "forecast": "forecast_churn_cost.expected",
    "at_risk": "at_risk_arr",
    "good_health": "good_health_share",
    "on_time": "on_time_rate",
    "days_late": "median_days_late",
}
PORTFOLIO = {
    "arr": "end_mrr",
    "start": "start_mrr",
    **{figure: figure for figure in ("grr", "nrr", "logo_churn", "quick_ratio")},
    **{kind: f"movements.{kind}" for kind in KINDS},
}

EQUITY = {"equity": "customer_equity"}


@dataclass(frozen=True)
class Line:
    """A target in force."""

    aim: Aim
    title: str
    says: str
    typed: str  # as its field takes it
    whose: str


def lines(access: Access, quarter: str) -> list[Line]:
    """The targets of a quarter."""
    currency = access.workspace.currency
    found = [one for one in calls.targets(access, quarter) if one.figure in FIGURES]
    return [
        Line(
            one,
            FIGURES[one.figure].title,
            says(FIGURES[one.figure], one.value, currency),
            typed(FIGURES[one.figure], one.value, currency),
            _whose(one),
        )
        for one in found
    ]


def shown(access: Access, quarter: str, owner: str, names: Mapping[str, str]) -> dict[str, str]:
    """The targets beside a page's figures (`names`): of the owner or team on show, else of everybody."""
    aims, found = calls.targets(access, quarter), {}
    team = owner.removeprefix(TEAM) if owner.startswith(TEAM) else ""
    for figure, name in names.items():
        value = calls.target_of(aims, name, "" if team else owner, team)
        if value is not None:
            found[figure] = says(FIGURES[name], value, access.workspace.currency)
    return found


def says(figure: Aimed, value: float, currency: str) -> str:
    """A target as it is written."""
    if figure.unit == "share":
        return formats.share(value, 1) if round(value * 100, 6) % 1 else formats.share(value)
    if figure.unit == "money":
        return words.money(value, currency)
    return formats.number(value, 0 if value == int(value) else 2)


def typed(figure: Aimed, value: float, currency: str) -> str:
    """A target as somebody would type it: shares in per cent, money in major units."""
    if figure.unit == "share":
        return f"{value * 100:g}"
    return str(Money(round(value), currency).amount) if figure.unit == "money" else f"{value:g}"


def read(figure: str, text: str, currency: str) -> float | None:
    """What somebody typed; None for nothing, which takes a target away. ValueError for what is no number."""
    plain = text.strip().removesuffix("%").replace(",", "").strip()
    if not plain:
        return None
    try:
        value = float(plain)
    except ValueError:
        raise ValueError(f"{text!r} is no number: write 90 for 90 %, or 120000 for money") from None
    unit = FIGURES[figure].unit if figure in FIGURES else ""
    if unit == "money":
        return float(Money.of(plain, currency).minor)
    return value / 100 if unit == "share" else value


def whom(access: Access) -> list[tuple[str, str]]:
    """Whose target it can be."""
    return [("", "everybody"), *owned.owners(access)]


def split(owner: str) -> Mapping[str, str]:
    """An owner or a team, as the form names them, for the action."""
    return {"team": owner.removeprefix(TEAM)} if owner.startswith(TEAM) else {"owner": owner}


def _whose(one: Aim) -> str:
    return one.owner or (f"team of {one.team}" if one.team else "everybody")
