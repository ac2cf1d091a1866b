"""The invented company whose customers the demo shows: Brightbook, software for closing the books.

Every name here is made up. Domains end in `.example`, which nobody can own.
"""

from __future__ import annotations

from dataclasses import dataclass

NAME = "Brightbook (invented demo company)"
ZONE = "Europe/Oslo"
CURRENCY = "USD"
OWN_DOMAIN = "brightbook.example"


@dataclass(frozen=True)
class Plan:
    """What a seat costs a year, in whole dollars."""

    name: str
    seat_price: int


@dataclass(frozen=True)
class Goal:
    """What a customer wants to reach, from where to where."""

    title: str
    start: float
    target: float


PLANS = (Plan("Starter", 540), Plan("Team", 900), Plan("Business", 1320))

# Events of the product. The key ones are what customers buy it for.
KEY_FEATURES = ("Books closed", "Approval given", "Bank feed synced", "Report exported", "Entry matched")
FIRST_STEPS = ("Company set up", "Bank connected", "Colleague invited", "First books closed")
FIRST_VALUE = FIRST_STEPS[-1]
EVERYDAY = ("Signed in", "Entry posted", "Dashboard viewed", "Comment added", "Task completed")

MANAGERS = tuple(f"{name}@{OWN_DOMAIN}" for name in ("dana", "miro", "jo", "noor", "eli"))

FIRST_WORDS = (
    "Alder Amber Anker Argon Aurora Basalt Beacon Birch Bramble Breeze Cedar Cobalt Copper Coral "
    "Crane Dahlia Delta Drift Ember Fable Falcon Fjord Flint Garnet Glade Granite Harbor Hazel Heron "
    "Indigo Iris Ivory Juniper Kestrel Lagoon Lantern Larch Linden Lumen Maple Marble Meadow Mercury "
    "Mistral Moss Nimbus Nordic Oak Onyx Opal Orchid Osprey Pebble Pine Poplar Prairie Quartz Raven "
    "Reed Ridge Rowan Sable Saffron Sequoia Silver Slate Sorrel Sparrow Summit Tamarack Tern Thistle "
    "Timber Topaz Umber Vale Velvet Vesper Willow Wren"
).split()
SECOND_WORDS = (
    "Analytics Bakeries Biotech Books Brewing Capital Clinics Components Couriers Dental Design "
    "Energy Foods Freight Furniture Gardens Group Health Holdings Hotels Insurance Labs Legal "
    "Logistics Media Mobility Motors Optics Outdoor Packaging Partners Pharma Press Robotics Schools "
    "Security Shipping Software Solar Sports Studios Supply Systems Textiles Tools Travel Ventures "
    "Water Works Yachts"
).split()
GIVEN_NAMES = (
    "Ada Aino Alma Amir Anika Arlo Asta Bela Bram Cara Cleo Dag Daria Dina Eben Edda Elio Emre Enzo "
    "Esra Faye Finn Frida Gita Gus Hana Hedda Hugo Ida Ilan Ines Isak Jana Jens Juno Kaia Karim Kira "
    "Lars Lea Lena Levi Lina Lior Mads Maja Malik Mara Mila Nils Nina Noor Odd Olin Oona Otto Pia "
    "Quin Rafi Rhea Rosa Runa Sami Sanna Selma Sven Tara Teo Thea Tor Uma Vera Vik Wanda Yara Yngve "
    "Zara Zeno"
).split()
FAMILY_NAMES = (
    "Aasen Abel Bakke Berg Blom Brandt Carver Dahl Dorn Eide Falk Fields Frost Gran Hagen Hale Holm "
    "Iversen Jarl Keller Kline Krog Lind Lorentz Lund Marsh Moe Moen Nash Nord Olsen Oster Park Petri "
    "Quist Rask Reed Rud Sand Skog Stone Strand Sund Thorn Tveit Ulven Vik Vinter Wold Young Zander"
).split()
ROLES = ("finance director", "controller", "accountant", "accountant", "bookkeeper", "auditor")
INDUSTRIES = ("Retail", "Manufacturing", "Services", "Healthcare", "Logistics")
REGIONS = ("North", "South", "East", "West")

COMMENTS = {
    "happy": (
        "We close in four days now, it used to be nine.",
        "Bank feeds just work, my team stopped asking me about them.",
        "Support answered within the hour and knew what they were talking about.",
        "Approvals on the phone saved our month end.",
    ),
    "mixed": (
        "Good once it is set up, but the set-up took us weeks.",
        "Exports are fine. I wish reports loaded faster.",
        "Does the job. We use perhaps half of it.",
    ),
    "unhappy": (
        "Third time the bank feed broke at month end and nobody told us.",
        "I waited two days for an answer and then got a link to an article.",
        "My people went back to spreadsheets.",
        "We pay for seats that nobody uses.",
    ),
}

TICKET_SUBJECTS = (
    "Bank feed stopped",
    "Cannot close the month",
    "Report shows the wrong period",
    "How do I add an approver?",
    "Invoice was matched twice",
    "Export to the auditor fails",
    "Single sign-on does not work",
    "Slow at month end",
    "Question about our invoice",
    "Remove a user who left",
)
GOALS = (
    Goal("Close the books in five working days", 9, 5),
    Goal("Match nine in ten entries without hands", 40, 90),
    Goal("Hours a month spent on approvals", 60, 20),
    Goal("Findings in the yearly audit", 14, 3),
    Goal("Share of the team that works in Brightbook", 20, 80),
)
NOTES = {
    "friction": (
        "Call with their controller: tired of chasing support about the bank feed. Promised an update.",
        "They asked for a named contact. Escalated inside.",
        "Tense call. Two open questions from last month are still not answered.",
    ),
    "low": (
        "Only a few of them work in it. Offered a training for the accountants.",
        "Their sponsor has moved on; nobody has taken over yet.",
        "They still close in spreadsheets and copy over. Agreed on a plan for the next close.",
    ),
    "steady": (
        "Monthly check-in, nothing pressing. They will try approvals on the phone.",
        "Went through the roadmap. Interested in matching rules.",
        "Quarterly review held; goals confirmed.",
    ),
    "high": (
        "Closed two days faster than last quarter. Happy to talk to others about it.",
        "New team joins next month, they will need seats.",
        "Showed us their own dashboard. Asked whether they may speak at the user day.",
    ),
}
