"""Figures as the command line and the API tell them: the same names, money in major units. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tenure.kit.money import digits
from tenure.renewals import explaining
from tenure.renewals.beyond import Beyond
from tenure.renewals.cohort import Rates, Tally, in_good_health, share
from tenure.renewals.explaining import Explained, Part
from tenure.renewals.figures import ALL, NOT_SAID, Renewals
from tenure.renewals.moving import Moved, Revenue
from tenure.renewals.rows import RENEWED, DueRow, LossRow, StakeRow
from tenure.renewals.since import Change
from tenure.revenue.movements import CHURN, CONTRACTION, KINDS

Json = dict[str, Any]

REVENUE_DENOMINATORS = {
    "grr": "MRR at the start of the accounts paying then",
    "nrr": "MRR at the start of the accounts paying then",
    "logo_churn": "accounts paying at the start",
    "quick_ratio": "contraction + churn",
}
RENEWAL_DENOMINATORS = {
    "rate.count": "terms due (closed only: renewed or churned)",
    "rate.gross": "ARR due (closed only: of what is renewed or churned)",
    "rate.net": "ARR due (closed only: of what is renewed or churned)",
    "at_risk_share": "ARR due",
    "on_time_rate": "renewed terms",
    "good_health_share": "ARR of the open terms",
    "next_90_days.good_health_share": "ARR of the open terms that end in the next 90 days",
}


class Scale:
    """Minor units a year as major units: ARR, or MRR, which is a twelfth of it."""

    def __init__(self, currency: str) -> None:
        self.units: int = 10 ** digits(currency)

    def arr(self, minor: float | None) -> float | None:
        """A year's."""
        return None if minor is None else minor / self.units

    def mrr(self, minor: int) -> float:
        """A month's."""
        return minor / (12 * self.units)


def revenue(found: Revenue) -> Json:
    """The figures of `tenure revenue`."""
    moved, scale = found.movements, Scale(found.currency)
    told = {
        "from": found.a,
        "to": found.b,
        "known_on": found.known_on,
        "rolled_up": found.is_rolled_up,
        "currency": found.currency,
        "start_mrr": scale.mrr(moved.start_arr),
        "end_mrr": scale.mrr(moved.end_arr),
        "movements": {kind: scale.mrr(_size(kind, total)) for kind, total in moved.totals.items()},
        "grr": moved.grr,
        "nrr": moved.nrr,
        "logo_churn": moved.logo_churn,
        "quick_ratio": moved.quick_ratio,
        "accounts": {
            "start": int(moved.paying.sum()),
            "end": int((moved.after > 0).sum()),
            **{kind: len(found.of_kind(kind)) for kind in KINDS},
        },
        "denominators": REVENUE_DENOMINATORS,
        "missing": moved.missing,
        "left_out": found.left_out,
    }
    return told if moved.is_known else _emptied(told, ("start_mrr", "end_mrr", "movements"))


def _emptied(told: Json, names: Iterable[str]) -> Json:
    """The same with no data in these figures: of nothing known nothing is 0."""
    return told | {name: _nothing(told[name]) for name in names}


def _nothing(value: Any) -> Any:
    return {name: _nothing(one) for name, one in value.items()} if isinstance(value, dict) else None


def _size(kind: str, signed: int) -> int:
    """What was lost is told as what it is, without a sign."""
    return -signed if kind in (CHURN, CONTRACTION) else signed


def by_account(found: Revenue) -> list[Json]:
    """The accounts that moved, the largest changes first."""
    scale = Scale(found.currency)
    return [
        {
            "account_id": one.who.external_id,
            "name": one.who.name,
            "owner": one.who.owner,
            "kind": one.kind,
            "before_mrr": scale.mrr(one.before_minor),
            "after_mrr": scale.mrr(one.after_minor),
            "change_mrr": scale.mrr(one.change_minor),
            "reason": one.code,
            "note": one.note,
        }
        for one in found.rows
    ]


def by_reason(found: Revenue) -> list[Json]:
    """Movements by kind and reason; of losses without one it is `not said`."""
    scale = Scale(found.currency)
    return [
        {
            "kind": kind,
            "reason": code or (NOT_SAID if kind in (CHURN, CONTRACTION) else None),
            "accounts": len(rows),
            "mrr": scale.mrr(_size(kind, _sum(rows))),
        }
        for (kind, code), rows in found.by_reason().items()
    ]


def _sum(rows: Iterable[Moved]) -> int:
    return sum(one.change_minor for one in rows)


def renewals(found: Renewals) -> Json:
    """The figures of `tenure renewals`."""
    scale = Scale(found.currency)
    told = {
        "quarter": str(found.quarter),
        "first_day": found.quarter.first,
        "last_day": found.quarter.last,
        "as_of": found.as_of,
        "currency": found.currency,
        **_due(found, scale),
        **_losses(found, scale),
        **_forecast(found, scale),
        **_health(found, scale),
        "denominators": RENEWAL_DENOMINATORS,
        "missing": found.missing,
        "left_out": found.left_out,
    }
    countable = set(ALL) - {"last_year_quarters"}
    return told if found.is_known else _emptied(told, countable)


def _due(found: Renewals, scale: Scale) -> Json:
    by_status: Json = {name: _tally(one, scale) for name, one in found.by_status.items()}
    by_status[RENEWED] |= {name: _tally(one, scale) for name, one in found.by_direction.items()}
    return {
        "due": _tally(found.all_due, scale),
        "by_status": by_status,
        "rate": {
            "count": _rates(found.rate_by_count),
            "gross": _rates(found.rate_gross),
            "net": _rates(found.rate_net),
        },
        "added_later": _tally(Tally.of(found.added), scale),
        "rolling": _tally(found.rolling, scale),
    }


def _losses(found: Renewals, scale: Scale) -> Json:
    full, to_date = found.same_quarter
    return {
        "churn_cost_qtd": scale.arr(found.churn_cost),
        "partial_churn_qtd": scale.arr(Tally.of(found.partial).arr_minor),
        "contraction_qtd": scale.arr(Tally.of(found.contracted).arr_minor),
        "unit_churn_qtd": {"customers": len(found.churned), "subscriptions": found.subscriptions_lost},
        "recovered_qtd": _tally(Tally.of(found.recovered), scale),
        "churn_by_reason": {name: _tally(one, scale) for name, one in found.by_reason.items()},
        "same_quarter_last_year": {"full": scale.arr(full), "to_date": scale.arr(to_date)},
        "last_year_quarters": [scale.arr(one) for one in found.last_year.values()],
    }


def _forecast(found: Renewals, scale: Scale) -> Json:
    return {
        "forecast_churn_cost": {
            "expected": scale.arr(found.expected),
            "low": scale.arr(found.low),
            "high": scale.arr(found.high),
            "called": scale.arr(found.called),
            "worst": scale.arr(found.worst),
        },
        "forecast_rests_on": found.model,
        "forecast_assumed": found.assumed,
    }


def _health(found: Renewals, scale: Scale) -> Json:
    ahead = [one for one in found.next_90_days if one.is_open]
    return {
        "at_risk_arr": scale.arr(found.at_risk_arr),
        "at_risk_share": found.at_risk_share,
        "on_time_rate": found.on_time_rate,
        "median_days_late": found.median_days_late,
        "good_health_share": found.good_health_share,
        "good_health_target": found.target,
        "next_90_days": {**_tally(Tally.of(ahead), scale), "good_health_share": in_good_health(ahead)},
        "bridge": {
            "churn_by_opening_arr": share(found.churn_cost, found.opening_arr),
            "churn_by_due_arr": share(found.churn_cost, found.all_due.arr_minor),
            "churn_by_arr_now": share(found.churn_cost, found.arr_now),
            "opening_arr": scale.arr(found.opening_arr),
            "due_arr": scale.arr(found.all_due.arr_minor),
            "arr_now": scale.arr(found.arr_now),
        },
    }


def _tally(one: Tally, scale: Scale) -> Json:
    return {"count": one.count, "arr": scale.arr(one.arr_minor)}


def _rates(one: Rates) -> Json:
    return {"all": one.everything, "closed_only": one.closed_only}


def due_rows(rows: Iterable[DueRow], scale: Scale) -> list[Json]:
    """The due terms, one by one."""
    return [
        {
            **_named(one),
            "subscription_id": one.due.subscription_id,
            "product": one.due.product,
            "starts_on": one.due.starts_on,
            "ends_on": one.due.ends_on,
            "arr": scale.arr(one.arr_minor),
            "status": one.status,
            "direction": one.due.direction if one.status == RENEWED else None,
            "new_arr": scale.arr(one.due.new_arr),
            "renewed_on": one.due.renewed_on,
            "lost_on": one.due.lost_on,
            "health": one.band,
            "p_not_renewed": one.chance.p if one.chance else None,
            "call": one.called.call if one.called else None,
            "why": list(one.why),
        }
        for one in rows
    ]


def loss_rows(rows: Iterable[LossRow], scale: Scale) -> list[Json]:
    """The losses, one by one."""
    return [
        {
            **_named(one),
            "kind": one.loss.kind,
            "lost_on": one.loss.lost_on,
            "arr": scale.arr(one.arr_minor),
            "reason": one.code,
            "note": one.note,
            "came_back": one.loss.came_back,
        }
        for one in rows
    ]


def stake_rows(rows: Iterable[StakeRow], scale: Scale) -> list[Json]:
    """The accounts at stake, one by one."""
    return [
        {
            **_named(one),
            "arr": scale.arr(one.arr_minor),
            "p_lost": one.chance.p,
            "low": one.chance.low,
            "high": one.chance.high,
            "call": one.called.call if one.called else None,
            "is_at_risk": one.is_at_risk,
            "why": list(one.chance.reasons),
        }
        for one in rows
    ]


def _named(one: DueRow | LossRow | StakeRow | Part) -> Mapping[str, str]:
    return {"account_id": one.who.external_id, "name": one.who.name, "owner": one.who.owner}


def rows_of(found: Renewals, which: str) -> list[Json]:
    """The rows behind the figures: `due`, `added`, `losses` or `at_stake`."""
    scale = Scale(found.currency)
    if which == "losses":
        return loss_rows(found.losses, scale)
    if which == "at_stake":
        return stake_rows(found.at_stake, scale)
    return due_rows(found.due if which == "due" else found.added, scale)


def explanation(found: Renewals, key: str, beyond: Beyond) -> Json:
    """A figure by its key: what it is, what it is divided by, and the rows that make it.

    `adds_up` is what the rows make: the figure itself, or null where `but` says why they make none. KeyError
    for a key that there is not.
    """
    said, scale = explaining.explained(key, found), Scale(found.currency)
    parts = explaining.in_whole_units(said, list(said.parts(found, beyond))) if found.is_known else []
    made = explaining.total(said, parts) if found.is_known else None
    return {
        "key": key,
        "value": _at(renewals(found), key),
        "unit": said.unit,
        "means": said.means,
        "denominator": said.of,
        "how": said.how,
        "adds_up": scale.arr(made) if said.unit == explaining.MONEY else made,
        "but": said.but,
        "missing": _why_missing(found, key),
        "rows": [_part(one, said, scale) for one in parts],
    }


def _part(one: Part, said: Explained, scale: Scale) -> Json:
    """A row; of what is divided, `of` is its part of the denominator, in the same unit as `amount`."""
    units = scale.units if said.is_money else 1
    told: Json = {**_named(one), "amount": one.amount / units, "says": one.says}
    return told | ({"of": (one.whole or 0) / units} if said.how == explaining.DIVIDED else {})


def _at(told: Json, key: str) -> Any:
    """A figure by its key."""
    found: Any = told
    for name in key.split("."):
        found = found[int(name)] if isinstance(found, list) else found[name]
    return found


def _why_missing(found: Renewals, key: str) -> str:
    """Why a figure is not there, as it is called or all that it belongs to."""
    names = [key, *(key.rsplit(".", cut)[0] for cut in range(1, key.count(".") + 1))]
    return next((found.missing[name] for name in names if name in found.missing), "")


def moved_rows(changes: Iterable[Change], currency: str) -> list[Json]:
    """What moved, one by one."""
    scale = Scale(currency)
    return [
        {
            "account_id": one.who.external_id,
            "name": one.who.name,
            "owner": one.who.owner,
            "what": one.what,
            "before": one.before,
            "after": one.after,
            "arr": scale.arr(one.arr_minor),
            "why": one.why,
        }
        for one in changes
    ]
