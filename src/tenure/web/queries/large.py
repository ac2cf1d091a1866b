"""Sets of customers that were found to be large: taken to be so for a minute.

Finding out takes longer than a page of them, and whoever filters looks at the next page, at another order,
and at a condition more or less. That a set is large says how it is read, and that it is not counted while
the page waits; which customers are on the page depends on what is true now, whatever was found before.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from datetime import datetime, timedelta
from threading import Lock
from typing import NamedTuple

from django.core.cache import caches

from tenure.kit import clock
from tenure.segments.rules import Rule
from tenure.workspaces.access import Access

KEPT = timedelta(minutes=1)
MOST_RULES = 32  # of one that asks
MOST_ASKING = 500


class _Large(NamedTuple):
    """A rule that was found to mean many, and until when it is taken to."""

    rule: Rule
    until: datetime


_RULES: OrderedDict[str, tuple[_Large, ...]] = OrderedDict()
_ADDING = Lock()


def is_known(access: Access, *what: object) -> bool:
    """Whether this set of the caller's was found to be large a moment ago; `what` says all that makes it."""
    return bool(caches["near"].get(_key(access, what)))


def keep(access: Access, *what: object) -> None:
    """It was found to be large."""
    caches["near"].set(_key(access, what), True, KEPT.total_seconds())


def is_known_of(access: Access, rule: Rule, *what: object) -> bool:
    """The same of a rule: it, or one that means fewer, was found to mean many a moment ago."""
    now = clock.now()
    return any(one.until > now and rule.includes(one.rule) for one in _RULES.get(_key(access, what), ()))


def keep_of(access: Access, rule: Rule, *what: object) -> None:
    """It means many. Those that mean as many or more need not be kept beside it."""
    key, now = _key(access, what), clock.now()
    with _ADDING:
        others = (one for one in _RULES.pop(key, ()) if one.until > now and not one.rule.includes(rule))
        _RULES[key] = (*others, _Large(rule, now + KEPT))[-MOST_RULES:]
        while len(_RULES) > MOST_ASKING:
            _RULES.popitem(last=False)


def _key(access: Access, what: tuple[object, ...]) -> str:
    """Whoever sees other customers, or is somebody else to a rule that says "me", has sets of their own."""
    owners = access.owners if access.is_narrowed else None
    told = repr((access.workspace.id, owners, access.user and access.user.pk, what))
    return "large-" + hashlib.sha256(told.encode()).hexdigest()
