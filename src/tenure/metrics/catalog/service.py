"""Service: how quickly and how well requests for help are answered. Hours are the team's working hours."""

from __future__ import annotations

from tenure.metrics.definition import METRICS, Example, Metric, Side, Unit, Where
from tenure.metrics.measures import Count, Distinct, Mean, Quantile

WINDOW = 90  # days a ticket counts, from when what is told of it happened
NEEDS_TICKETS = "Tickets of this account within 90 days: import tickets."
NEEDS_REPLIES = "Tickets of this account that say when they were first answered, within 90 days."
NEEDS_SOLUTIONS = "Tickets of this account that say when they were solved, within 90 days."

once = Where(
    "one reply, no reopening, nothing asked again within 7 days",
    lambda rows: (rows.replies == 1) & (rows.reopens == 0) & ~rows.came_back,
)
counted = Where("replies and reopenings known", lambda rows: rows.replies.notnull() & rows.reopens.notnull())
reopened = Where("opened again", lambda rows: rows.reopens > 0)
for_good = Where("never opened again", lambda rows: rows.reopens == 0)
reopens_known = Where("reopenings known", lambda rows: rows.reopens.notnull())

_TICKETS = (
    # Asked on a Friday at four, answered on Monday at ten: 2 working hours. Solved on Tuesday at nine: 9.
    ("acme", "ann", "2026-02-20 16:00", "2026-02-23 10:00", "2026-02-24 09:00", 1, 0, 10.0),
    # The same person asks again a day later: the ticket before was not the last contact.
    ("acme", "ann", "2026-02-25 09:00", "2026-02-25 10:00", "2026-02-25 12:00", 1, 0, 20.0),
    ("acme", "bo", "2026-02-25 09:00", "2026-02-25 15:00", "2026-02-27 12:00", 4, 1, None),
    # Solved less than a week ago: nobody knows yet whether it was for good.
    ("acme", "cy", "2026-03-05 09:00", "2026-03-05 09:30", "2026-03-05 10:00", 1, 0, None),
    ("borealis", "ida", "2026-03-06 09:00", None, None, None, None, None),
    ("cinder", "dee", "2025-06-02 09:00", "2025-06-02 10:00", "2025-06-02 11:00", 1, 0, 5.0),
    ("dune", "eve", "2026-03-09 09:00", "2026-03-09 10:00", "2026-03-09 11:00", 1, 0, 5.0),
)


def _example(**gives: float | None) -> Example:
    return Example(tickets=_TICKETS, as_of="2026-03-08", gives={"dune": None, **gives})


for share, name, title, of_them, answered, solved in (
    (0.5, "", "", "half", 1.5, 6),
    (0.9, "_p90", ", 90th percentile", "nine of ten", 4.8, 16),
):
    METRICS.add(
        Metric(
            name=f"first_response{name}",
            title=f"First response{title}",
            means=f"Working hours within which {of_them} of their tickets were first answered by a person, "
            "of those answered in the last 90 days. Bots and automatic replies do not count.",
            unit=Unit.HOURS,
            better="down",
            leading=True,
            side=Side.EXPERIENCE,
            measures={"hours": Quantile("replies.hours", WINDOW, share=share)},
            value=lambda m: m.hours,
            formula="hours",
            example=_example(acme=answered, borealis=None, cinder=None),
            missing=NEEDS_REPLIES,
        )
    )
    METRICS.add(
        Metric(
            name=f"resolution_time{name}",
            title=f"Resolution time{title}",
            means=f"Working hours within which {of_them} of their tickets were solved, of those solved in "
            "the last 90 days; one that was opened again counts until it was solved for the last time.",
            unit=Unit.HOURS,
            better="down",
            leading=True,
            side=Side.EXPERIENCE,
            measures={"hours": Quantile("solutions.hours", WINDOW, share=share)},
            value=lambda m: m.hours,
            formula="hours",
            example=_example(acme=solved, borealis=None, cinder=None),
            missing=NEEDS_SOLUTIONS,
        )
    )

METRICS.add(
    Metric(
        name="response_consistency",
        title="Response consistency",
        means="How many times longer the slow answers take (the 90th percentile) than the usual ones (the "
        "median). 1 is always alike; people forgive slow sooner than unpredictable.",
        unit=Unit.RATIO,
        better="down",
        leading=True,
        side=Side.EXPERIENCE,
        measures={
            "slow": Quantile("replies.hours", WINDOW, share=0.9),
            "usual": Quantile("replies.hours", WINDOW, share=0.5),
        },
        value=lambda m: m.slow / m.usual,
        formula="slow / usual",
        example=_example(acme=3.2, borealis=None, cinder=None),
        missing=NEEDS_REPLIES,
    )
)

METRICS.add(
    Metric(
        name="first_contact_resolution",
        title="First contact resolution",
        means="Share of tickets settled by one reply of a person: not opened again, and whoever asked did "
        "not ask anything else within 7 days. Counted once the 7 days are over, for 90 days.",
        unit=Unit.SHARE,
        better="up",
        leading=True,
        side=Side.EXPERIENCE,
        measures={
            "once": Count("settled.ticket_id", WINDOW, where=once),
            "tickets": Count("settled.ticket_id", WINDOW, where=counted),
        },
        value=lambda m: m.once / m.tickets,
        formula="once / tickets",
        example=_example(acme=1 / 3, borealis=None, cinder=None),
        missing="Tickets solved more than 7 days ago that say how many replies and reopenings they had.",
    )
)

METRICS.add(
    Metric(
        name="first_contact_resolution_loose",
        title="First contact resolution, loose",
        means="Share of tickets that were not opened again, a week after they were solved, over 90 days. "
        "The strict figure beside it also asks for a single reply and no other question.",
        unit=Unit.SHARE,
        better="up",
        leading=True,
        side=Side.EXPERIENCE,
        measures={
            "for_good": Count("settled.ticket_id", WINDOW, where=for_good),
            "tickets": Count("settled.ticket_id", WINDOW, where=reopens_known),
        },
        value=lambda m: m.for_good / m.tickets,
        formula="for good / tickets",
        example=_example(acme=2 / 3, borealis=None, cinder=None),
        missing="Tickets solved more than 7 days ago that say how often they were opened again.",
    )
)

METRICS.add(
    Metric(
        name="reopened",
        title="Reopened tickets",
        means="Share of the tickets solved in the last 90 days that had to be opened again.",
        unit=Unit.SHARE,
        better="down",
        leading=True,
        side=Side.EXPERIENCE,
        measures={
            "reopened": Count("solutions.ticket_id", WINDOW, where=reopened),
            "tickets": Count("solutions.ticket_id", WINDOW, where=reopens_known),
        },
        value=lambda m: m.reopened / m.tickets,
        formula="reopened / tickets",
        example=_example(acme=0.25, borealis=None, cinder=None),
        missing="Tickets solved within 90 days that say how often they were opened again.",
    )
)

METRICS.add(
    Metric(
        name="average_handle_time",
        title="Average handle time",
        means="Minutes that somebody had a ticket in hand, on average over those solved in the last 90 days.",
        unit=Unit.MINUTES,
        better="down",
        leading=True,
        side=Side.EXPERIENCE,
        measures={"minutes": Mean("solutions.handle_minutes", WINDOW)},
        value=lambda m: m.minutes,
        formula="Σ minutes / tickets whose minutes are known",
        example=_example(acme=15, borealis=None, cinder=None),
        missing="Tickets solved within 90 days that say how many minutes somebody worked on them.",
    )
)

METRICS.add(
    Metric(
        name="contacts",
        title="Contacts",
        means="How many tickets they opened in the last 28 days.",
        unit=Unit.COUNT,
        better="down",
        leading=True,
        side=Side.EXPERIENCE,
        measures={"tickets": Count("contacts.ticket_id", 28)},
        value=lambda m: m.tickets,
        formula="tickets",
        example=_example(acme=4, borealis=1, cinder=0),
        missing="A ticket of this account: import tickets.",
    )
)

METRICS.add(
    Metric(
        name="contacts_per_100",
        title="Contacts per 100 active people",
        means="Tickets opened in the last 28 days for every 100 people who used the product in that time.",
        unit=Unit.COUNT,
        better="down",
        leading=True,
        side=Side.EXPERIENCE,
        measures={
            "tickets": Count("contacts.ticket_id", 28),
            "people": Distinct("use_daily.person_id", days=28),
        },
        value=lambda m: 100 * m.tickets / m.people,
        formula="100 × tickets / people",
        example=Example(
            tickets=_TICKETS,
            use=(
                *(("acme", f"p{number}", "2026-03-01") for number in range(16)),
                ("cinder", "dee", "2026-03-02"),
            ),
            as_of="2026-03-08",
            gives={"acme": 25, "borealis": None, "cinder": 0},
        ),
        missing="A ticket of this account, and people who used the product in the last 28 days.",
    )
)

METRICS.add(
    Metric(
        name="open_tickets",
        title="Open tickets",
        means="How many of their tickets are not solved.",
        unit=Unit.COUNT,
        better="down",
        leading=True,
        side=Side.EXPERIENCE,
        measures={"tickets": Count("tickets.ticket_id")},
        value=lambda m: m.tickets,
        formula="tickets",
        example=_example(acme=0, borealis=1, cinder=0),
        missing="A ticket of this account: import tickets.",
    )
)
