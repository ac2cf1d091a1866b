"""Revenue: what a customer pays, and until when."""

from __future__ import annotations

from tenure.metrics.definition import METRICS, Example, Metric, Side, Unit
from tenure.metrics.measures import Count, DaysUntil, Sum

NEEDS_TERMS = "A subscription of this account: import subscriptions or connect billing."
NEEDS_CURRENCY = (
    f"{NEEDS_TERMS} Amounts in another currency than the workspace's need its rate: import rates."
)

# Borealis's contract ended on 6 February and nobody has decided: it counts for thirty days, past due.
_TERMS = (
    ("acme", "2026-01-01", "2027-01-01", 1200_00, "year", 10),
    ("acme", "2026-02-01", None, 3_00, "week", None),
    ("borealis", "2026-01-01", "2026-02-06", 50_00, "month", 5),
    ("cinder", "2026-03-08", None, 90_00, "quarter", 5),
    ("dune", "2026-03-09", None, 10_00, "month", 5),
)

METRICS.add(
    Metric(
        name="mrr",
        title="MRR",
        means="Monthly recurring revenue: what their live contracts bring in a month. One whose end has "
        "passed undecided counts for thirty days, one that renews by itself until somebody ends it.",
        unit=Unit.MONEY,
        better="up",
        leading=False,
        side=Side.OUTCOME,
        measures={"yearly": Sum("subscriptions.yearly_minor", complete=True)},
        value=lambda m: m.yearly / 12,
        formula="yearly / 12",
        example=Example(
            terms=_TERMS,
            as_of="2026-03-08",
            gives={"acme": 113_00, "borealis": 0, "cinder": 30_00, "dune": None},
        ),
        missing=NEEDS_CURRENCY,
    )
)

METRICS.add(
    Metric(
        name="arr",
        title="ARR",
        means="Annual recurring revenue: twelve times what their live contracts bring in a month. One whose "
        "end has passed undecided counts for thirty days, one that renews by itself until somebody ends it.",
        unit=Unit.MONEY,
        better="up",
        leading=False,
        side=Side.OUTCOME,
        measures={"yearly": Sum("subscriptions.yearly_minor", complete=True)},
        value=lambda m: m.yearly,
        formula="yearly",
        example=Example(
            terms=_TERMS,
            as_of="2026-03-07",
            gives={"acme": 1356_00, "borealis": 600_00, "cinder": None, "dune": None},
        ),
        missing=NEEDS_CURRENCY,
    )
)

METRICS.add(
    Metric(
        name="live_terms",
        title="Live contracts",
        means="How many contracts run today. 0 for a customer that has left.",
        unit=Unit.COUNT,
        better=None,
        leading=False,
        side=Side.OUTCOME,
        measures={"terms": Count("subscriptions.term_id")},
        value=lambda m: m.terms,
        formula="terms",
        example=Example(
            terms=_TERMS,
            as_of="2026-03-08",
            gives={"acme": 2, "borealis": 0, "cinder": 1, "dune": None},
        ),
        missing=NEEDS_TERMS,
    )
)

METRICS.add(
    Metric(
        name="days_to_renewal",
        title="Days to renewal",
        means="Days until the next of their live contracts is to be decided; below 0 it is past due. What "
        "renews by itself comes up each time; what is open-ended or shorter than a quarter never does.",
        unit=Unit.DAYS,
        better=None,
        leading=False,
        side=Side.OUTCOME,
        measures={"days": DaysUntil("subscriptions.due_on")},
        value=lambda m: m.days,
        formula="first end of a live contract that is not renewed − as of",
        example=Example(
            terms=(*_TERMS[:2], ("borealis", "2025-03-02", "2026-03-02", 50_00, "month", 5), _TERMS[3]),
            as_of="2026-03-07",
            gives={"acme": 300, "borealis": -5, "cinder": None},
        ),
        missing="A live subscription with an end.",
    )
)
