"""Reads all that values on a day are made of, of a whole workspace, with what they come to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tenure.insight import clv, clv_costs, clv_spells
from tenure.insight.clv import Models, Payers, Terms
from tenure.insight.clv_change import Side
from tenure.insight.clv_costs import Costs
from tenure.insight.clv_near import Own
from tenure.insight.clv_spells import Stretches, text
from tenure.insight.clv_survival import Ints, in_force
from tenure.insight.hazard import queries as hazards
from tenure.insight.likelihood import Floats
from tenure.revenue.columns import number, numbers
from tenure.workspaces.access import Access

Texts = NDArray[np.str_]


@dataclass(frozen=True)
class State:
    """Values on a day, and beside each payer what else is told of it, in their order.

    `refs` and `names` of the accounts; `retain`, a year's cost in minor units; `acquire`, NaN where none is
    booked; `low` and `high` of an 80 % interval, NaN where there is none; `has_own`: a hazard says something
    of it. `left_out`: accounts whose amounts cannot be counted, with why.
    """

    side: Side
    refs: Texts
    names: Texts
    retain: Floats
    acquire: Floats
    low: Floats
    high: Floats
    has_own: NDArray[np.bool_]
    left_out: Mapping[str, str]

    def only(self, ids: set[str]) -> State:
        """Of some accounts alone."""
        places = np.flatnonzero(np.isin(self.side.payers.ids, list(ids)))
        side = replace(self.side, payers=self.side.payers.only(places), values=self.side.values.only(places))
        left_out = {pk: why for pk, why in self.left_out.items() if pk in ids}
        return replace(
            self, side=side, left_out=left_out, **{name: getattr(self, name)[places] for name in COLUMNS}
        )


COLUMNS = ("refs", "names", "retain", "acquire", "low", "high", "has_own")


def made(everybody: Access, day: date, terms: Terms) -> State:
    """Of all accounts of a workspace, which `everybody` may see, from what was known on a day."""
    found = clv_spells.stretches(everybody, day)
    accounts = found.accounts
    payers = _payers(found, day)
    costs = clv_costs.costs_of(everybody, day)
    there = (payers.day - payers.start).astype(np.int64)
    place = {pk: row for row, pk in enumerate(payers.ids.tolist())} if costs else {}
    hours, retain, acquire = _costs(costs, place, len(payers))
    payers = replace(payers, serve=clv_costs.a_year(hours * terms.hourly_minor, there))
    models = Models(in_force(found.spells, number(day)), clv_spells.grown(found, day))
    own = _own(everybody, day, payers.ids)
    values = clv.values(payers, models, terms, own)
    low, high = values.interval
    rows = pc.index_in(pa.array(payers.ids.tolist(), pa.string()), accounts["id"])
    return State(
        Side(payers, terms, values),
        text(accounts["ref"].take(rows)),
        text(accounts["name"].take(rows)),
        clv_costs.a_year(retain, there),
        acquire,
        low,
        high,
        np.zeros(len(payers), bool) if own is None else ~np.isnan(own.near) & ~values.is_known,
        {one.account_id: one.why for one in found.ledger.left_out},
    )


def _payers(found: Stretches, day: date) -> Payers:
    """The accounts that pay on a day, by id."""
    at, spells, ledger = number(day), found.spells, found.ledger
    arr = ledger.arr(day)
    account = np.asarray(pc.index_in(found.account_ids, ledger.terms.accounts)).astype(np.int64)
    there = np.asarray(pc.is_in(found.account_ids, found.accounts["id"].combine_chunks()))
    now = np.flatnonzero((spells.start <= at) & (spells.end > at) & there & (arr[account] > 0))
    ids = found.account_ids.take(pa.array(now))
    order = np.asarray(pc.sort_indices(ids))
    now, ids = now[order], ids.take(pa.array(order))
    ends = found.known_ends["ends_on"].take(pc.index_in(ids, found.known_ends["account_id"]))
    return Payers(
        day=at,
        ids=text(ids),
        start=spells.start[now],
        end=numbers(ends),
        arr=arr[account[now]],
        serve=np.zeros(len(now)),
        clock=spells.clock[now],
        segment=spells.segment[now],
    )


def _costs(costs: Mapping[str, Costs], place: Mapping[str, int], many: int) -> tuple[Floats, Floats, Floats]:
    """Hours, cost to retain, and cost to acquire (NaN: none booked), of payers by their place."""
    hours, retain, acquire = np.zeros(many), np.zeros(many), np.full(many, np.nan)
    for pk, one in costs.items():
        row = place.get(pk)
        if row is not None:
            hours[row], retain[row] = one.hours, one.retain
            acquire[row] = np.nan if one.acquire is None else one.acquire
    return hours, retain, acquire


def _own(everybody: Access, day: date, ids: Texts) -> Own | None:
    """What the hazard in force says of payers."""
    learnt = hazards.nearness(everybody, day)
    if learnt is None:
        return None
    rows: Ints = np.asarray(
        pc.fill_null(pc.index_in(pa.array(ids.tolist(), pa.string()), learnt.account_ids), -1)
    ).astype(np.int64)
    near, error = (np.append(one, blank)[rows] for one, blank in ((learnt.near, np.nan), (learnt.error, 0.0)))
    return Own(near, error, learnt.fading)
