"""What a workspace names for its metrics: which events mean what, where seats come from, when it works."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tenure.kit.business import Calendar

if TYPE_CHECKING:
    from tenure.workspaces.models import Workspace


@dataclass(frozen=True)
class Inputs:
    """The names that metrics need. Empty: not named, and what rests on it has no data.

    `plan_features`: a product and its key features, where they are not those of all. `seats_from`: the
    attribute of accounts that holds their seats; empty: the seats of their subscriptions.
    """

    zone: str = "UTC"
    currency: str = "USD"
    key_features: tuple[str, ...] = ()
    plan_features: tuple[tuple[str, tuple[str, ...]], ...] = ()
    first_value_event: str = ""
    onboarding_steps: tuple[str, ...] = ()
    seats_from: str = ""
    calendar: Calendar = field(default_factory=Calendar)

    @property
    def all_features(self) -> tuple[str, ...]:
        """Every event that is a key feature of some plan."""
        planned = (feature for _, features in self.plan_features for feature in features)
        return tuple(sorted({*self.key_features, *planned}))


def inputs_of(workspace: Workspace) -> Inputs:
    """What a workspace has named."""
    return Inputs(
        zone=workspace.zone,
        currency=workspace.currency,
        key_features=tuple(sorted(set(workspace.key_features))),
        plan_features=tuple(
            (plan, tuple(sorted(set(features)))) for plan, features in sorted(workspace.plan_features.items())
        ),
        first_value_event=workspace.first_value_event,
        onboarding_steps=tuple(sorted(set(workspace.onboarding_steps))),
        seats_from=workspace.seats_from,
        calendar=Calendar.read(workspace.business_hours),
    )
