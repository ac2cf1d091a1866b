"""Sets of customers that were found to be large: taken to be so for a minute.

Finding out takes longer than a page of them, and whoever filters looks at the next page and at another
order. That a set is large says how it is read, and that it is not counted while the page waits; which
customers are on the page depends on what is true now, whatever was found before.
"""

from __future__ import annotations

import hashlib

from django.core.cache import caches

from tenure.workspaces.access import Access

KEPT = 60  # seconds


def is_known(access: Access, *what: object) -> bool:
    """Whether this set of the caller's was found to be large a moment ago; `what` says all that makes it."""
    return bool(caches["near"].get(_key(access, what)))


def keep(access: Access, *what: object) -> None:
    """It was found to be large."""
    caches["near"].set(_key(access, what), True, KEPT)


def _key(access: Access, what: tuple[object, ...]) -> str:
    """Whoever sees other customers, or is somebody else to a rule that says "me", has sets of their own."""
    owners = access.owners if access.is_narrowed else None
    told = repr((access.workspace.id, owners, access.user and access.user.pk, what))
    return "large-" + hashlib.sha256(told.encode()).hexdigest()
