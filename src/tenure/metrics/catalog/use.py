"""Value-in-use and adoption: who uses the product, how much of it, and which way it goes."""

from __future__ import annotations

from tenure.metrics.definition import METRICS, Example, Measured, Metric, Side, Unit, Where
from tenure.metrics.inputs import Inputs
from tenure.metrics.measures import Attribute, DaysOf, DaysSince, Distinct, Sum

NEEDS_EVENTS = "Product events of this account: connect an SDK or import events."

key_feature = Where("key features only", lambda rows: rows.is_key_feature)
known_people = Where("people known by name", lambda rows: rows.person_id.notnull(), reads=("person_id",))

METRICS.add(
    Metric(
        name="active_people",
        title="Active people",
        means="How many different people used the product in the last 28 days.",
        unit=Unit.COUNT,
        better="up",
        leading=True,
        side=Side.OUTCOME,
        measures={"people": Distinct("use_daily.person_id", days=28)},
        value=lambda m: m.people,
        formula="people",
        example=Example(
            use=(
                ("acme", "ann", "2026-03-08"),
                ("acme", "ann", "2026-03-01"),
                ("acme", "bo", "2026-02-09"),
                ("acme", "cy", "2026-02-08"),
                ("cinder", "dee", "2026-01-02"),
            ),
            terms=(("borealis", "2026-01-01", None, 100_00, "month", None),),
            as_of="2026-03-08",
            gives={"acme": 2, "cinder": 0, "borealis": None},
        ),
        missing=NEEDS_EVENTS,
    )
)

for days in (7, 90):
    METRICS.add(
        Metric(
            name=f"active_people_{days}",
            title=f"Active people, {days} days",
            means=f"How many different people used the product in the last {days} days.",
            unit=Unit.COUNT,
            better="up",
            leading=True,
            side=Side.OUTCOME,
            measures={"people": Distinct("use_daily.person_id", days=days)},
            value=lambda m: m.people,
            formula="people",
            example=Example(
                use=(
                    ("acme", "ann", "2026-03-08"),
                    ("acme", "bo", "2026-03-02"),
                    ("acme", "cy", "2026-03-01"),
                    ("acme", "dee", "2025-12-09"),
                    ("acme", "eve", "2025-12-08"),
                    ("cinder", "fay", "2025-01-02"),
                ),
                seats={"borealis": 4},
                as_of="2026-03-08",
                gives={"acme": 2 if days == 7 else 4, "cinder": 0, "borealis": None},
            ),
            missing=NEEDS_EVENTS,
        )
    )

METRICS.add(
    Metric(
        name="seat_use",
        title="Seat use",
        means="Share of the seats they pay for that somebody used in the last 28 days. "
        "Above 100 % where more people than seats were active.",
        unit=Unit.SHARE,
        better="up",
        leading=True,
        side=Side.OUTCOME,
        measures={
            "people": Distinct("use_daily.person_id", days=28),
            "seats": Sum("subscriptions.seats"),
            "named": Attribute("accounts.seats"),
        },
        value=lambda m: m.people / m.named.fill_null(m.seats),
        formula="people / seats of their contracts, or of the attribute named under Settings",
        example=Example(
            seats={"acme": 4, "borealis": 10},
            use=(
                ("acme", "ann", "2026-03-07"),
                ("acme", "bo", "2026-02-20"),
                ("acme", "cy", "2026-01-01"),
                ("cinder", "dee", "2026-03-01"),
            ),
            as_of="2026-03-08",
            gives={"acme": 0.5, "borealis": None, "cinder": None},
        ),
        missing="Product events of this account, and a live subscription that says how many seats it has, or "
        "an attribute that does, named under Settings.",
    )
)

METRICS.add(
    Metric(
        name="activity_trend",
        title="Activity trend",
        means="Product events of the last 28 days as a multiple of the 28 days before. "
        "1 is steady; missing while the earlier 28 days are empty.",
        unit=Unit.RATIO,
        better="up",
        leading=True,
        side=Side.OUTCOME,
        measures={
            "now": Sum("use_daily.events", days=28),
            "before": Sum("use_daily.events", days=28, offset=28),
        },
        value=lambda m: m.now / m.before,
        formula="now / before",
        example=Example(
            use=(
                ("acme", "ann", "2026-03-08"),
                ("acme", "ann", "2026-02-09"),
                ("acme", "bo", "2026-02-10"),
                ("acme", "ann", "2026-02-08"),
                ("acme", "ann", "2026-01-12"),
                ("acme", "ann", "2026-01-11"),
                ("borealis", "ida", "2026-02-01"),
                ("cinder", "dee", "2026-03-01"),
            ),
            as_of="2026-03-08",
            gives={"acme": 1.5, "borealis": 0, "cinder": None},
        ),
        missing="Product events at least 28 days back: the trend compares two periods of 28 days.",
    )
)

METRICS.add(
    Metric(
        name="people_trend",
        title="Trend of active people",
        means="People active in the last 28 days as a multiple of those of the 28 days before. "
        "1 is steady; missing while nobody was active in the earlier 28 days.",
        unit=Unit.RATIO,
        better="up",
        leading=True,
        side=Side.OUTCOME,
        measures={
            "now": Distinct("use_daily.person_id", days=28),
            "before": Distinct("use_daily.person_id", days=28, offset=28),
        },
        value=lambda m: m.now / m.before,
        formula="now / before",
        example=Example(
            use=(
                ("acme", "ann", "2026-03-08"),
                ("acme", "ann", "2026-02-08"),
                ("acme", "bo", "2026-02-01"),
                ("borealis", "ida", "2026-02-01"),
                ("cinder", "dee", "2026-03-01"),
            ),
            as_of="2026-03-08",
            gives={"acme": 0.5, "borealis": 0, "cinder": None},
        ),
        missing="People active at least 28 days back: the trend compares two periods of 28 days.",
    )
)

METRICS.add(
    Metric(
        name="stickiness",
        title="Stickiness",
        means="On how many days of the last 28 a person who used the product at all used it, as a share. "
        "14 % is one day a week.",
        unit=Unit.SHARE,
        better="up",
        leading=True,
        side=Side.OUTCOME,
        measures={
            "person_days": DaysOf("use_daily.person_id", days=28),
            "people": Distinct("use_daily.person_id", days=28),
        },
        value=lambda m: m.person_days / 28 / m.people,
        formula="(person days / 28) / people",
        example=Example(
            use=(
                ("acme", "ann", "2026-03-08"),
                ("acme", "ann", "2026-03-08", "Exported"),
                ("acme", "ann", "2026-03-07"),
                *(("acme", "bo", f"2026-03-0{day}") for day in range(1, 6)),
                ("acme", "bo", "2026-02-08"),
                ("borealis", "ida", "2026-02-01"),
            ),
            as_of="2026-03-08",
            gives={"acme": 0.125, "borealis": None},
        ),
        missing="Somebody who used the product in the last 28 days and is known by an id.",
    )
)

METRICS.add(
    Metric(
        name="depth",
        title="Depth of use",
        means="How many product events a person makes on a day on which they use the product, over 28 days.",
        unit=Unit.COUNT,
        better="up",
        leading=True,
        side=Side.OUTCOME,
        measures={
            "events": Sum("use_daily.events", days=28, where=known_people),
            "person_days": DaysOf("use_daily.person_id", days=28),
        },
        value=lambda m: m.events / m.person_days,
        formula="events / person days",
        example=Example(
            use=(
                ("acme", "ann", "2026-03-08"),
                ("acme", "ann", "2026-03-08", "Exported"),
                ("acme", "ann", "2026-03-08", "Exported"),
                ("acme", "bo", "2026-03-01"),
                ("borealis", "ida", "2026-02-01"),
            ),
            as_of="2026-03-08",
            gives={"acme": 2, "borealis": None},
        ),
        missing="Somebody who used the product in the last 28 days and is known by an id.",
    )
)

METRICS.add(
    Metric(
        name="days_since_last_activity",
        title="Days since last activity",
        means="Days that passed since anybody last used the product.",
        unit=Unit.DAYS,
        better="down",
        leading=True,
        side=Side.OUTCOME,
        measures={"days": DaysSince("use_daily.day")},
        value=lambda m: m.days,
        formula="as of − day of the last product event",
        example=Example(
            use=(
                ("acme", "ann", "2026-03-08"),
                ("borealis", "ida", "2025-03-08"),
                ("borealis", "ida", "2026-03-09"),
                ("cinder", "dee", "2026-03-10"),
            ),
            as_of="2026-03-08",
            gives={"acme": 0, "borealis": 365, "cinder": None},
        ),
        missing=NEEDS_EVENTS,
    )
)


def _share_of_features(m: Measured) -> object:
    """Features outside their plan do not make more than all of it."""
    included = m.planned.nullif(0).fill_null(m.features)
    share = m.used / included
    return (share > 1).ifelse(1, share)


METRICS.add(
    Metric(
        name="breadth",
        title="Key features used",
        means="Share of the key features, those of their plan where it has its own, that they used in the "
        "last 28 days.",
        unit=Unit.SHARE,
        better="up",
        leading=True,
        side=Side.OUTCOME,
        measures={
            "used": Distinct("use_daily.event", days=28, where=key_feature),
            "planned": Distinct("plan_features.feature"),
            "features": Attribute("accounts.key_features"),
        },
        value=_share_of_features,
        formula="used / features of their plan, or of all plans",
        example=Example(
            inputs=Inputs(key_features=("Report Exported", "Alert Created")),
            use=(
                ("acme", "ann", "2026-03-08", "Report Exported"),
                ("acme", "bo", "2026-03-07", "Report Exported"),
                ("acme", "bo", "2026-03-07", "Signed In"),
                ("acme", "bo", "2026-01-07", "Alert Created"),
                ("borealis", "ida", "2026-03-01", "Signed In"),
            ),
            seats={"cinder": 3},
            as_of="2026-03-08",
            gives={"acme": 0.5, "borealis": 0, "cinder": None},
        ),
        missing="Product events of this account, and the names of the key features under Settings.",
    )
)
