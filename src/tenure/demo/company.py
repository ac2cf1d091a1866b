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


PLANS = (Plan("Starter", 540), Plan("Team", 900), Plan("Business", 1320))

# Events of the product. The key ones are what customers buy it for.
KEY_FEATURES = ("Books closed", "Approval given", "Bank feed synced", "Report exported", "Entry matched")
EVERYDAY = ("Signed in", "Entry posted", "Dashboard viewed", "Comment added", "Task completed")

MANAGERS = ("dana@brightbook.example", "miro@brightbook.example", "jo@brightbook.example")

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
