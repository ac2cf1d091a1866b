"""The lists of the Renewals page as files."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tenure.kit.money import Money
from tenure.renewals.figures import Renewals
from tenure.renewals.rows import DueRow
from tenure.web.exporting import Field, Table, Value
from tenure.web.queries.renewals import Asked, figures
from tenure.workspaces.access import Access


def table(access: Access, asked: Asked, name: str) -> Table:
    """One of `TABLES`. KeyError for another."""
    return TABLES[name](figures(access, asked))


def _due(found: Renewals) -> Table:
    return _terms("Due", found, found.due)


def _added(found: Renewals) -> Table:
    return _terms("Added later", found, found.added)


def _terms(title: str, found: Renewals, rows: Sequence[DueRow]) -> Table:
    fields = [
        *(Field(name) for name in ("account_id", "account", "owner", "subscription_id", "product", "status")),
        *(Field(name, "day") for name in ("starts", "ends", "renewed")),
        Field("arr", "money"),
        Field("new_arr", "money"),
        Field("health"),
        Field("p_not_renewed", "number"),
        Field("call"),
        Field("called_by"),
        Field("why"),
    ]
    return Table(title, fields, [_term(found, one) for one in rows])


def _term(found: Renewals, one: DueRow) -> list[Value]:
    due = one.due
    return [
        *(one.who.external_id, one.who.name, one.who.owner, due.subscription_id, due.product, one.status),
        *(due.starts_on, due.ends_on, due.renewed_on),
        _money(found, one.arr_minor),
        _money(found, due.new_arr),
        one.band,
        one.chance.p if one.chance else None,
        *((one.called.call, one.called.who) if one.called else (None, None)),
        "; ".join(one.why) or due.said,
    ]


def _losses(found: Renewals) -> Table:
    names = ("account_id", "account", "owner", "kind")
    fields = [*(Field(name) for name in names), Field("lost", "day"), Field("arr", "money")]
    fields += [Field("reason"), Field("note"), Field("came_back")]
    rows = [
        (
            *(one.who.external_id, one.who.name, one.who.owner, one.loss.kind, one.loss.lost_on),
            _money(found, one.arr_minor),
            *(one.code, one.note, "yes" if one.loss.came_back else "no"),
        )
        for one in found.losses
    ]
    return Table("Losses", fields, rows)


def _at_stake(found: Renewals) -> Table:
    fields = [*(Field(name) for name in ("account_id", "account", "owner")), Field("arr", "money")]
    fields += [*(Field(name, "number") for name in ("p_lost", "low", "high")), Field("call"), Field("why")]
    rows = [
        (
            *(one.who.external_id, one.who.name, one.who.owner, _money(found, one.arr_minor)),
            *(one.chance.p, one.chance.low, one.chance.high),
            one.called.call if one.called else None,
            "; ".join(one.chance.reasons),
        )
        for one in found.at_stake
    ]
    return Table("At stake", fields, rows)


def _money(found: Renewals, minor: int | None) -> Value:
    return None if minor is None else Money(minor, found.currency).amount


TABLES: dict[str, Callable[[Renewals], Table]] = {
    "due": _due,
    "added": _added,
    "losses": _losses,
    "at_stake": _at_stake,
}
