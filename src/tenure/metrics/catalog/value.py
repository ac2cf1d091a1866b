"""Value in use: how soon they got something out of it, and how far they are with what they wanted."""

from __future__ import annotations

from tenure.metrics.definition import METRICS, Example, Measured, Metric, Side, Unit, Waiting, Where
from tenure.metrics.inputs import Inputs
from tenure.metrics.measures import Attribute, Count, DaysSince, DaysSinceFirst, Reached, Sum

NEEDS_FIRST_VALUE = (
    "The first contract of this account, and the event that means first value, named under Settings."
)

first_value = Where("the first-value event", lambda rows: rows.is_first_value)
step = Where("required steps only", lambda rows: rows.is_step)

_NAMED = Inputs(first_value_event="Report Shared", onboarding_steps=("Data Connected", "Team Invited"))
_TERMS = (
    ("acme", "2026-01-01", "2026-02-01", 50_00, "month", None),
    ("acme", "2026-02-01", None, 60_00, "month", None),
    ("borealis", "2026-02-01", None, 50_00, "month", None),
    ("cinder", "2026-03-01", None, 50_00, "month", None),
)
_USE = (
    ("acme", "ann", "2026-01-11", "Report Shared"),
    ("acme", "bo", "2026-01-05", "Opened"),
    ("acme", "bo", "2026-02-11", "Report Shared"),
    ("borealis", "ida", "2026-01-20", "Report Shared"),
    ("borealis", "ida", "2026-03-09", "Report Shared"),
    ("cinder", "dee", "2026-03-02", "Opened"),
    ("dune", "eve", "2026-03-02", "Report Shared"),
)


def _waited(m: Measured) -> object:
    """Who tried it before their first contract waited no time."""
    days = m.live - m.first
    return (days < 0).ifelse(0, days)


METRICS.add(
    Metric(
        name="time_to_first_value",
        title="Time to first value",
        means="Days from the first day of their first contract to the first time they did what you named as "
        "first value. Whoever has not yet done so has no such time; their waiting is a figure of its own.",
        unit=Unit.DAYS,
        better="down",
        leading=True,
        side=Side.OUTCOME,
        measures={
            "live": DaysSinceFirst("contracts.starts_on"),
            "first": DaysSinceFirst("milestones.day", where=first_value),
        },
        value=_waited,
        formula="day of the first-value event − first day of the first contract, at least 0",
        example=Example(
            inputs=_NAMED,
            terms=_TERMS,
            use=_USE,
            as_of="2026-03-08",
            gives={"acme": 10, "borealis": 0, "cinder": None, "dune": None},
        ),
        missing=f"{NEEDS_FIRST_VALUE} Until the event has happened there is no time to it.",
        waiting=Waiting("waiting_for_first_value", "live", "the first contract", "first value"),
    )
)

METRICS.add(
    Metric(
        name="waiting_for_first_value",
        title="Waiting for first value",
        means="Days since the first day of their first contract, of customers who have not yet done what you "
        "named as first value.",
        unit=Unit.DAYS,
        better="down",
        leading=True,
        side=Side.OUTCOME,
        measures={
            "live": DaysSinceFirst("contracts.starts_on"),
            "first": DaysSinceFirst("milestones.day", where=first_value),
            "named": Attribute("accounts.first_value_events"),
        },
        value=lambda m: (m.first.isnull() & m.named.notnull()).ifelse(m.live, None),
        formula="as of − first day of the first contract, until the first-value event",
        example=Example(
            inputs=_NAMED,
            terms=_TERMS,
            use=_USE,
            as_of="2026-03-08",
            gives={"acme": None, "borealis": None, "cinder": 7, "dune": None},
        ),
        missing=f"{NEEDS_FIRST_VALUE} Once the event has happened nobody waits any more.",
    )
)

METRICS.add(
    Metric(
        name="onboarding_progress",
        title="Onboarding progress",
        means="Share of the required onboarding steps that somebody of theirs has done at least once.",
        unit=Unit.SHARE,
        better="up",
        leading=True,
        side=Side.OUTCOME,
        measures={
            "done": Count("milestones.event", where=step),
            "steps": Attribute("accounts.onboarding_steps"),
            "live": DaysSinceFirst("contracts.starts_on"),
            "used": DaysSince("use_daily.day"),
        },
        value=lambda m: (m.live.notnull() | m.used.notnull()).ifelse(m.done.fill_null(0), None) / m.steps,
        formula="done / steps, of customers with a contract or any use",
        example=Example(
            inputs=_NAMED,
            terms=(("cinder", "2026-03-01", None, 50_00, "month", None),),
            use=(
                ("acme", "ann", "2026-01-11", "Data Connected"),
                ("acme", "bo", "2026-01-12", "Data Connected"),
                ("acme", "bo", "2026-03-09", "Team Invited"),
                ("borealis", "ida", "2026-01-12", "Data Connected"),
                ("borealis", "ida", "2026-03-08", "Team Invited"),
            ),
            responses=(("dune", "eve", "nps", 9, "2026-03-01"),),
            as_of="2026-03-08",
            gives={"acme": 0.5, "borealis": 1, "cinder": 0, "dune": None},
        ),
        missing="The required onboarding steps, named under Settings, and a contract or product events.",
    )
)

METRICS.add(
    Metric(
        name="goal_attainment",
        title="Goal attainment",
        means="How far their goals are reached, from 0 to 100 %, weighted. A goal to keep a level scores the "
        "share of time it was held; a dropped goal keeps its last value unless the customer agreed.",
        unit=Unit.SHARE,
        better="up",
        leading=True,
        side=Side.OUTCOME,
        measures={"reached": Reached("goals.weight"), "weights": Sum("goals.weight")},
        value=lambda m: m.reached / m.weights,
        formula="Σ weight × share reached / Σ weight",
        example=Example(
            goals=(
                # Twice as heavy and three quarters of the way from 20 down to 10.
                ("acme", "reports", "2026-01-01", 20, {"start": 20, "target": 10, "weight": 2}),
                ("acme", "reports", "2026-03-01", 12.5, {"start": 20, "target": 10, "weight": 2}),
                # Held on 5 of the 10 days until as_of.
                ("acme", "uptime", "2026-02-27", 99.9, {"target": 99.5, "aim": "keep"}),
                ("acme", "uptime", "2026-03-04", 98.0, {"target": 99.5, "aim": "keep"}),
                # Dropped, though the customer did not agree: it keeps what it was.
                ("borealis", "seats", "2026-01-01", 5, {"start": 0, "target": 10}),
                ("borealis", "seats", "2026-02-01", 5, {"start": 0, "target": 10, "status": "dropped"}),
                # No longer wanted, and not measured: neither counts.
                ("borealis", "leads", "2026-01-01", 5, {"start": 0, "target": 10, "status": "agreed"}),
                ("cinder", "leads", "2026-01-01", None, {"start": 0, "target": 10}),
                ("dune", "leads", "2026-03-09", 9, {"start": 0, "target": 10}),
            ),
            as_of="2026-03-08",
            gives={"acme": 2 / 3, "borealis": 0.5, "cinder": None, "dune": None},
        ),
        missing="A goal of this account with a value: import goals.",
    )
)
