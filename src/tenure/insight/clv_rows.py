"""What customers are worth, as typed rows: one by one, and in all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from functools import cached_property

import numpy as np

from tenure.insight.clv import Terms
from tenure.insight.clv_growth import Growth
from tenure.insight.clv_state import State
from tenure.insight.clv_survival import Force, Ints
from tenure.kit import words
from tenure.revenue.columns import EPOCH

_NEAR = "The hazard of the day, fading month by month into: "
_NOTICE = "Notice was given: paid until {day}, and nothing after that counts"


@dataclass(frozen=True)
class Worth:
    """What an account is worth: margin a year × years still to come, discounted, and the expansion expected
    in them. Money in minor units.

    `survived` periods of its `clock` (year, month) so far; `low` and `high` of an 80 % interval, None where
    the rate of loss is assumed. `serve_minor` and `retain_minor` are a year's. `rests_on` names the survival
    model, `grows_by` what expansion rests on; `ends_on`: the first day it is known to pay no more.
    """

    id: str
    account_id: str
    name: str
    segment: str
    arr_minor: int
    serve_minor: float
    retain_minor: float
    margin_minor: float
    clock: str
    survived: int
    years: float
    expansion_minor: float
    value_minor: float
    low_minor: float | None
    high_minor: float | None
    model: str
    rests_on: str
    grows_by: str
    ends_on: date | None

    @property
    def says(self) -> str:
        """The value in words."""
        so_far = words.count(self.survived, self.clock)
        more = f" {self.grows_by}." if self.grows_by else ""
        return f"{so_far} survived, {self.years:.1f} discounted years still to come. {self.rests_on}.{more}"


@dataclass(frozen=True)
class Sums:
    """The worth of those who pay on a day, in all. Money in minor units.

    `low` and `high` of an 80 % interval, None where every rate is assumed. `expansion_minor` is the part of
    the value that is there because those who stay are expected to pay more. `left_out`: accounts whose
    amounts cannot be counted, with why.
    """

    as_of: date
    currency: str
    value_minor: float
    expansion_minor: float
    low_minor: float | None
    high_minor: float | None
    models: tuple[Force, ...]
    growths: tuple[Growth, ...]
    terms: Terms
    left_out: Mapping[str, str]
    rests_on: list[str]

    @property
    def says(self) -> str:
        """What it rests on that nobody has said."""
        return assumed(self.terms, self.currency)


@dataclass(frozen=True)
class Equity(Sums):
    """The same with the customers, who are read from `state`."""

    state: State

    @property
    def sums(self) -> Sums:
        """What is to be kept for long."""
        return Sums(**{one.name: getattr(self, one.name) for one in fields(Sums)})

    def __len__(self) -> int:
        return len(self.state.side.payers)

    @cached_property
    def accounts(self) -> tuple[Worth, ...]:
        """All customers, the most valuable first."""
        return tuple(rows(self.state, self.order))

    @cached_property
    def order(self) -> Ints:
        """Their places in the state, the most valuable first."""
        return np.lexsort((self.state.side.payers.ids, -self.state.side.values.value))

    def first(self, most: int) -> list[Worth]:
        """The most valuable ones."""
        return list(rows(self.state, self.order[:most]))

    def after(self, value: float, account_id: str, most: int) -> list[Worth]:
        """Those who follow a customer of such a value in that order."""
        values, ids = self.state.side.values.value, self.state.side.payers.ids
        follows = (values < value) | ((values == value) & (ids > account_id))
        return list(rows(self.state, self.order[follows[self.order]][:most]))


def assumed(terms: Terms, currency: str) -> str:
    """Of what values rest on, what nobody has said."""
    named = {
        "gross_margin": f"a gross margin of {words.percent(terms.gross_margin)}",
        "discount": f"a discount of {words.percent(terms.discount)} a year",
        "hourly_minor": f"{words.money(terms.hourly_minor, currency)} for an hour of work",
    }
    found = [says for name, says in named.items() if name in terms.assumed]
    return f"Assumed, until you say: {words.listing(found)}." if found else ""


def used(state: State) -> list[str]:
    """The models of those who are in it, in words."""
    values = state.side.values
    used = [(values.models.forces, values.force), (values.models.growths, values.growth)]
    return [some[place].says for some, places in used for place in np.unique(places).tolist()]


def rows(state: State, places: Ints) -> Iterator[Worth]:
    """Those of some places."""
    payers, values = state.side.payers.only(places), state.side.values.only(places)
    refs, names, retain, low, high, has_own = (
        one[places] for one in (state.refs, state.names, state.retain, state.low, state.high, state.has_own)
    )
    years, value, expansion = values.years, values.value, values.expansion
    for i, pk in enumerate(payers.ids.tolist()):
        force, growth = values.models.forces[values.force[i]], values.models.growths[values.growth[i]]
        ends_on = date_of(int(payers.end[i])) if values.is_known[i] else None
        model, rests_on = _rests_on(force, bool(has_own[i]), ends_on)
        yield Worth(
            id=pk,
            account_id=str(refs[i]),
            name=str(names[i]),
            segment=str(payers.segment[i]),
            arr_minor=int(payers.arr[i]),
            serve_minor=float(payers.serve[i]),
            retain_minor=float(retain[i]),
            margin_minor=float(values.margin[i]),
            clock=str(payers.clock[i]),
            survived=int(values.survived[i]),
            years=float(years[i]),
            expansion_minor=float(expansion[i]),
            value_minor=float(value[i]),
            low_minor=None if np.isnan(low[i]) else float(low[i]),
            high_minor=None if np.isnan(high[i]) else float(high[i]),
            model=model,
            rests_on=rests_on,
            grows_by="" if ends_on else growth.says,
            ends_on=ends_on,
        )


def _rests_on(force: Force, has_own: bool, ends_on: date | None) -> tuple[str, str]:
    """The model's name, and what it rests on."""
    if ends_on:
        return "notice given", _NOTICE.format(day=_long(ends_on - timedelta(days=1)))
    return (f"hazard, then {force.name}", f"{_NEAR}{force.says}") if has_own else (force.name, force.says)


def _long(day: date) -> str:
    return f"{day:%-d %B %Y}"


def date_of(day: int) -> date:
    """A day from its number."""
    return EPOCH + timedelta(days=day)
