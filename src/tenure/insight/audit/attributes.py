"""Reads attributes of accounts as they were known on each look of a panel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import numpy as np

from tenure.accounts import attributes as types
from tenure.accounts.attribute_rules import Attribute, attributes_of
from tenure.accounts.models import Statement
from tenure.accounts.queries import in_chunks
from tenure.accounts.statements import Order, shown
from tenure.insight.audit.encoding import Column, pooled
from tenure.insight.audit.found import AuditProblem
from tenure.insight.audit.separation import Floats
from tenure.insight.panel import Panel
from tenure.workspaces.access import Access

MOST = 20  # attributes at once: each that is tried makes every other one harder to tell from chance
NUMBERS = (types.NUMBER, types.AMOUNT, types.YES_NO)
KINDS = (types.CHOICE, types.TEXT)
NO_FIGURE = "days and addresses are not compared"
BEYOND_MOST = f"more than {MOST} attributes at once; name those that matter"
NEVER = "nobody had said it by then of any look"


@dataclass
class _Reading:
    """One attribute while it is read: its values by row, and the kinds met so far."""

    of: Attribute
    values: Floats
    kinds: dict[str, int] = field(default_factory=dict)

    def put(self, rows: slice, value: Any) -> None:
        """What a source said holds from there on."""
        self.values[rows] = self._code(value)

    def _code(self, value: Any) -> float:
        if not types.is_known(value):
            return float("nan")
        read = self.of.typed.read(value)
        if self.of.typed.kind in NUMBERS:
            return float("nan") if read is None else float(read)
        return float(self.kinds.setdefault(str(value if read is None else read), len(self.kinds)))

    @property
    def column(self) -> Column:
        """As it is judged."""
        is_number = self.of.typed.kind in NUMBERS
        return Column(self.of.name, self.values, None if is_number else tuple(self.kinds))


def columns(
    access: Access, panel: Panel, names: Sequence[str] | None = None
) -> tuple[list[Column], dict[str, str]]:
    """Attributes by row of a panel, as known then, and why others are left out.

    `names`: None for all that have a type, set or guessed; AuditProblem for one that nobody has. One query
    for each thousand accounts.
    """
    chosen, left_out = _chosen(access, names)
    if not chosen:
        return [], left_out
    read = {one.name: _Reading(one, np.full(len(panel), np.nan)) for one in chosen}
    _read(access, panel, read)
    found = []
    for name, one in read.items():
        column = NEVER if np.isnan(one.values).all() else pooled(one.column, panel.account)
        if isinstance(column, str):
            left_out[name] = column
        else:
            found.append(column)
    return found, left_out


def _chosen(access: Access, names: Sequence[str] | None) -> tuple[list[Attribute], dict[str, str]]:
    there = attributes_of(access)
    if unknown := [name for name in names or () if name not in there]:
        some = ", ".join(list(there)[:MOST]) or "none"
        raise AuditProblem(f"there is no attribute {unknown[0]!r}; there are: {some}")
    wanted = [one for one in there.values() if names is None or one.name in names]
    fit = [one for one in wanted if one.typed.kind in (*NUMBERS, *KINDS)]
    fit.sort(key=lambda one: -(one.seen.accounts if one.seen else 0))
    left_out = {one.name: NO_FIGURE for one in wanted if one not in fit}
    return fit[:MOST], left_out | {one.name: BEYOND_MOST for one in fit[MOST:]}


def _read(access: Access, panel: Panel, read: Mapping[str, _Reading]) -> None:
    """Each statement from its day on, in the order in which they took effect."""
    order = Order.of(access.workspace)
    places = np.unique(panel.account)
    ids = {panel.account_ids[place]: int(place) for place in places}
    for chunk in in_chunks(ids):
        rows = access.of(Statement).filter(account_id__in=chunk, effective_on__lte=panel.days[-1])
        ordered = rows.order_by("account_id", "effective_on", "recorded_at", "pk").iterator()
        for account_id, versions in groupby(ordered, key=lambda one: one.account_id):
            _tell(panel, ids[account_id], versions, order, read)


def _tell(panel: Panel, place: int, versions: Any, order: Order, read: Mapping[str, _Reading]) -> None:
    first, last = np.searchsorted(panel.account, (place, place + 1))
    by_source: dict[str, Statement] = {}
    for one in versions:
        by_source[one.source] = one
        said = shown(by_source.values(), order)
        since = sum(day < one.effective_on for day in panel.days)
        begins = int(first) + int(np.searchsorted(panel.day[first:last], since))
        for name, reading in read.items():
            reading.put(slice(begins, int(last)), said.get(f".{name}"))
