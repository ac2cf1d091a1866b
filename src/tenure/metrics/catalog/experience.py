"""Experience: what customers say when asked."""

from __future__ import annotations

from tenure.metrics.definition import METRICS, Example, Measured, Metric, Side, Unit, Where
from tenure.metrics.measures import LastMean, LastWithin

WINDOW = 180  # days an answer counts: customers are asked about twice a year
Z = 1.959964  # of a 95 % interval

nps = Where("NPS answers", lambda rows: rows.survey == "nps")
csat = Where("CSAT answers", lambda rows: rows.survey == "csat")
ces = Where("CES answers", lambda rows: rows.survey == "ces")


def _margin_of_nps(m: Measured) -> tuple[object, object]:
    """The normal interval of a mean of +1, 0 and −1, each person's part in the score."""
    up, down = m.promoters / m.answers, m.detractors / m.answers
    score, margin = up - down, Z * ((up + down - (up - down) ** 2) / m.answers) ** 0.5
    lowest, highest = score - margin, score + margin
    return 100 * (lowest < -1).ifelse(-1, lowest), 100 * (highest > 1).ifelse(1, highest)


def _wilson(m: Measured) -> tuple[object, object]:
    """Wilson's interval of a share (1927): it never leaves 0 to 1, and is honest about few answers."""
    share, n = m.content / m.answers, m.answers
    middle = (share + Z**2 / (2 * n)) / (1 + Z**2 / n)
    margin = Z / (1 + Z**2 / n) * (share * (1 - share) / n + Z**2 / (4 * n**2)) ** 0.5
    return middle - margin, middle + margin


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
        interval=_margin_of_nps,
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
        interval=_wilson,
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

_EFFORT = (
    ("acme", "ann", "ces", 7, "2026-03-01"),
    ("acme", "bo", "ces", 5, "2026-03-02"),
    ("acme", "cy", "ces", 2, "2026-03-02"),
    ("acme", "dee", "ces", 4, "2026-03-02"),
    ("acme", "dee", "csat", 5, "2026-03-03"),
    ("borealis", "ida", "ces", 7, "2025-08-03"),
)
NEEDS_EFFORT = "An answer to a CES survey within 180 days: import responses."

METRICS.add(
    Metric(
        name="ces",
        title="CES",
        means="Customer effort score 2.0: share of people who agree that it was made easy for them, 5 to 7 "
        "on a scale of 1 to 7. Each person's last answer in 180 days counts.",
        unit=Unit.SHARE,
        better="up",
        leading=True,
        side=Side.EXPERIENCE,
        measures={
            "content": LastWithin("responses.score", WINDOW, where=ces, lowest=5),
            "answers": LastWithin("responses.score", WINDOW, where=ces),
        },
        value=lambda m: m.content / m.answers,
        formula="content / answers",
        interval=_wilson,
        example=Example(responses=_EFFORT, as_of="2026-03-08", gives={"acme": 0.5, "borealis": None}),
        missing=NEEDS_EFFORT,
    )
)

METRICS.add(
    Metric(
        name="ces_mean",
        title="CES, mean",
        means="Mean agreement that it was made easy for them, from 1 to 7. Each person's last answer in 180 "
        "days counts.",
        unit=Unit.SCORE,
        better="up",
        leading=True,
        side=Side.EXPERIENCE,
        measures={"mean": LastMean("responses.score", WINDOW, where=ces)},
        value=lambda m: m.mean,
        formula="mean",
        example=Example(responses=_EFFORT, as_of="2026-03-08", gives={"acme": 4.5, "borealis": None}),
        missing=NEEDS_EFFORT,
    )
)

for survey, where in (("nps", nps), ("csat", csat), ("ces", ces)):
    METRICS.add(
        Metric(
            name=f"{survey}_answers",
            title=f"{survey.upper()} answers",
            means=f"How many people's answers the {survey.upper()} of this customer rests on: each person's "
            "last in 180 days.",
            unit=Unit.COUNT,
            better=None,
            leading=False,
            side=Side.EXPERIENCE,
            measures={"answers": LastWithin("responses.score", WINDOW, where=where)},
            value=lambda m: m.answers,
            formula="answers",
            example=Example(
                responses=(
                    ("acme", "ann", survey, 1, "2026-03-01"),
                    ("acme", "ann", survey, 5, "2026-03-05"),
                    ("acme", "bo", survey, 5, "2026-03-05"),
                    ("borealis", "ida", survey, 3, "2025-03-05"),
                ),
                seats={"cinder": 3},
                as_of="2026-03-08",
                gives={"acme": 2, "borealis": 0, "cinder": None},
            ),
            missing="An answer of anybody of this account to any survey: import responses.",
        )
    )
