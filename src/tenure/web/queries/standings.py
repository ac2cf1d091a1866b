"""A large set of customers by their standings alone: figures of it need no look at each account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from tenure.health.models import Standing

if TYPE_CHECKING:
    from tenure.web.queries.customers import Found

_PATH = "standing__"


def standings(found: Found) -> QuerySet[Standing] | None:
    """The standings of a large set's customers; None where its conditions are about anything else.

    Joining the accounts would take longer than all else: their rows lie wherever they were written.
    """
    if found.is_few or found.is_rolled:
        return None
    condition = _alone(found.conditions)
    if condition is None:
        return None
    return Standing.objects.filter(condition, workspace=found.workspace)


def _alone(condition: Q) -> Q | None:
    """The same condition on the standing itself; None for one that an account without a standing may meet."""
    if condition.negated or not condition.children:
        return None
    parts = [_part(child) for child in condition.children]
    if any(part is None for part in parts):
        return None
    return Q(*(part for part in parts if part is not None), _connector=condition.connector)


def _part(child: object) -> Q | None:
    if isinstance(child, Q):
        return _alone(child)
    if not isinstance(child, tuple):
        return None
    name, value = child
    if not name.startswith(_PATH) or name.endswith("__isnull"):
        return None
    return Q(**{name.removeprefix(_PATH): value})
