"""The shipped causes, one file each, in order of urgency. Importing this package registers them."""

from tenure.warnings.causes import (  # isort: skip
    renewal_near,
    silent,
    onboarding_silent,
    champion_gone,
    fell,
    detractor,
    falling,
    single_threaded,
    seats_unused,
    seats_full,
)

__all__ = [
    "champion_gone",
    "detractor",
    "falling",
    "fell",
    "onboarding_silent",
    "renewal_near",
    "seats_full",
    "seats_unused",
    "silent",
    "single_threaded",
]
