"""The shipped causes, one file each, in order of urgency. Importing this package registers them."""

from tenure.warnings.causes import (  # isort: skip
    renewal_near,
    silent,
    onboarding_silent,
    fell,
    detractor,
    falling,
    seats_unused,
    seats_full,
)

__all__ = [
    "detractor",
    "falling",
    "fell",
    "onboarding_silent",
    "renewal_near",
    "seats_full",
    "seats_unused",
    "silent",
]
