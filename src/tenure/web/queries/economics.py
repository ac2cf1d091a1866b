"""What lifetime values rest on, as the settings show it: said or assumed, and who said what."""

from __future__ import annotations

from dataclasses import dataclass

from tenure.insight.actions import CHANGED, WITHIN
from tenure.insight.clv_costs import terms_of
from tenure.kit.money import digits
from tenure.workspaces.access import Access
from tenure.workspaces.models import AuditEntry

CHANGES = 10


@dataclass(frozen=True)
class Assumption:
    """A figure as it is typed: per cent, or units of the currency. `usual`: what counts until it is said."""

    name: str
    title: str
    unit: str
    value: str
    usual: str
    is_assumed: bool
    means: str


_ABOUT = {
    "gross_margin": ("Gross margin", "What is left of revenue after the cost of delivering it."),
    "discount": ("Discount rate, a year", "By how much money counts less that comes a year later."),
    "hourly_minor": ("Cost of an hour of work", "All included; booked hours and handled tickets cost it."),
}


def assumptions(access: Access) -> list[Assumption]:
    """All of them."""
    terms, usual = terms_of(access), terms_of(access, usual=True)
    return [
        Assumption(
            name,
            title,
            _unit(access, name),
            typed(access, name, getattr(terms, name)),
            typed(access, name, getattr(usual, name)),
            name in terms.assumed,
            means,
        )
        for name, (title, means) in _ABOUT.items()
    ]


def changes(access: Access) -> list[AuditEntry]:
    """Who changed them, newest first."""
    return list(access.of(AuditEntry).filter(did=CHANGED).order_by("-pk")[:CHANGES])


def read(access: Access, told: dict[str, str]) -> tuple[dict[str, float | None], dict[str, str]]:
    """What was typed, by name (None: nothing), and what is wrong with it."""
    found: dict[str, float | None] = {}
    wrong = {}
    for name in _ABOUT:
        text = told.get(name, "").strip().removesuffix("%").strip()
        try:
            value = float(text) * _scale(access, name) if text else None
            low, high = WITHIN[name]
            if value is not None and not low <= value <= high:
                raise ValueError
            found[name] = value if value is None or name != "hourly_minor" else round(value)
        except ValueError:
            wrong[name] = _right(access, name)
    return found, wrong


def typed(access: Access, name: str, value: float) -> str:
    """As people write it."""
    return f"{value / _scale(access, name):.4f}".rstrip("0").rstrip(".")


def _scale(access: Access, name: str) -> float:
    return 10.0 ** digits(access.workspace.currency) if name == "hourly_minor" else 0.01


def _unit(access: Access, name: str) -> str:
    return access.workspace.currency if name == "hourly_minor" else "%"


def _right(access: Access, name: str) -> str:
    low, high = (typed(access, name, end) for end in WITHIN[name])
    return f"A number from {low} to {high}, in {_unit(access, name)}; empty: it is assumed."
