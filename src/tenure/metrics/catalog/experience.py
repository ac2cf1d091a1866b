"""Experience: what customers say when asked."""

from __future__ import annotations

from tenure.metrics.definition import METRICS, Example, LastWithin, Metric, Side, Unit, Where

WINDOW = 180  # days an answer counts: customers are asked about twice a year

nps = Where("NPS answers", lambda rows: rows.survey == "nps")
csat = Where("CSAT answers", lambda rows: rows.survey == "csat")

METRICS.add(
    Metric(
        name="nps",
        title="NPS",
        means="Net promoter score: share of people who answered 9 or 10 less share of those who answered "
        "0 to 6, from −100 to 100. Each person's last answer in 180 days counts.",
        unit=Unit.POINTS,
        better="up",
        leading=True,
        side=Side.EXPERIENCE,
        measures={
            "promoters": LastWithin("responses.score", WINDOW, where=nps, lowest=9),
            "detractors": LastWithin("responses.score", WINDOW, where=nps, highest=6),
            "answers": LastWithin("responses.score", WINDOW, where=nps),
        },
        value=lambda m: 100 * (m.promoters - m.detractors) / m.answers,
        formula="100 × (promoters − detractors) / answers",
        example=Example(
            responses=(
                ("acme", "ann", "nps", 3, "2026-02-01"),
                ("acme", "ann", "nps", 9, "2026-03-01"),
                ("acme", "bo", "nps", 10, "2026-03-02"),
                ("acme", "cy", "nps", 8, "2026-03-02"),
                ("acme", "eve", "nps", 6, "2026-03-08"),
                ("acme", "eve", "csat", 5, "2026-03-08"),
                ("borealis", "ida", "nps", 10, "2025-09-09"),
                ("borealis", "ida", "nps", 0, "2026-03-09"),
            ),
            as_of="2026-03-08",
            gives={"acme": 25, "borealis": None},
        ),
        missing="An answer to an NPS survey within 180 days: import responses.",
    )
)

METRICS.add(
    Metric(
        name="csat",
        title="CSAT",
        means="Share of people who answered 4 or 5 on a scale of 1 to 5. "
        "Each person's last answer in 180 days counts.",
        unit=Unit.SHARE,
        better="up",
        leading=True,
        side=Side.EXPERIENCE,
        measures={
            "content": LastWithin("responses.score", WINDOW, where=csat, lowest=4),
            "answers": LastWithin("responses.score", WINDOW, where=csat),
        },
        value=lambda m: m.content / m.answers,
        formula="content / answers",
        example=Example(
            responses=(
                ("acme", "ann", "csat", 5, "2026-03-01"),
                ("acme", "bo", "csat", 4, "2026-03-02"),
                ("acme", "cy", "csat", 3, "2026-03-02"),
                ("acme", "cy", "nps", 9, "2026-03-02"),
                ("acme", "eve", "csat", 1, "2026-03-03"),
            ),
            seats={"borealis": 3},
            as_of="2026-03-08",
            gives={"acme": 0.5, "borealis": None},
        ),
        missing="An answer to a CSAT survey within 180 days: import responses.",
    )
)
