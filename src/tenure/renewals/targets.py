"""Which figures can have a target, and what each is measured in. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf


@dataclass(frozen=True)
class Aimed:
    """A figure that can have a target, and which way is better: up or down.

    `unit` is share, money (a year's), count, ratio or days.
    """

    title: str
    unit: str
    better: str
    most: float = 1.0  # the highest value that makes sense


FIGURES = {
    "good_health_share": Aimed("Renewal opportunity in good health", "share", "up"),
    "rate.count": Aimed("Renewal rate by count, of terms due", "share", "up"),
    "rate.gross": Aimed("Gross renewal rate, of ARR due", "share", "up"),
    "rate.net": Aimed("Net renewal rate, of ARR due", "share", "up", 5.0),
    "churn_cost_qtd": Aimed("Churn cost of the quarter", "money", "down", inf),
    "unit_churn_qtd": Aimed("Customers lost in the quarter", "count", "down", inf),
    "unit_churn_qtd.subscriptions": Aimed("Subscriptions lost in the quarter", "count", "down", inf),
    "partial_churn_qtd": Aimed("Partial churn of the quarter", "money", "down", inf),
    "contraction_qtd": Aimed("Contraction of the quarter", "money", "down", inf),
    "forecast_churn_cost.expected": Aimed("Forecast churn cost to the quarter's end", "money", "down", inf),
    "at_risk_arr": Aimed("Cost of renewals at risk", "money", "down", inf),
    "on_time_rate": Aimed("Renewed on time, of renewed", "share", "up"),
    "median_days_late": Aimed("Median days late", "days", "down", inf),
    "grr": Aimed("Gross revenue retention", "share", "up"),
    "nrr": Aimed("Net revenue retention", "share", "up", 5.0),
    "logo_churn": Aimed("Logo churn, of accounts paying at the start", "share", "down"),
    "quick_ratio": Aimed("Quick ratio", "ratio", "up", inf),
    "customer_equity": Aimed("Customer equity", "money", "up", inf),
    "start_mrr": Aimed("ARR at the start (MRR × 12)", "money", "up", inf),
    "end_mrr": Aimed("ARR at the end (MRR × 12)", "money", "up", inf),
    "movements.new": Aimed("New ARR", "money", "up", inf),
    "movements.expansion": Aimed("Expansion", "money", "up", inf),
    "movements.reactivation": Aimed("Reactivation", "money", "up", inf),
    "movements.contraction": Aimed("Contraction", "money", "down", inf),
    "movements.churn": Aimed("Churn", "money", "down", inf),
}
