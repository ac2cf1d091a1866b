"""Keeps values of a day, until anything that they rest on moves: in files, so that every process has them."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tenure.insight import clv_costs, clv_state
from tenure.insight.clv import DRAWN, PER_PAYER, Drawn, Models, Payers, Terms, Values
from tenure.insight.clv_change import Side
from tenure.insight.clv_growth import Growth
from tenure.insight.clv_spells import text
from tenure.insight.clv_state import COLUMNS, State
from tenure.insight.clv_survival import DRAWS, MODELS, Force, Ints, assumed
from tenure.insight.hazard import queries as hazards
from tenure.insight.likelihood import Estimate, Floats
from tenure.kit import changes, home
from tenure.kit.ids import new_id
from tenure.workspaces.access import access_for_machine
from tenure.workspaces.models import Workspace

_TABLES = ("account", "cost", "rate", "subscription", "term", "ticket")  # what values rest on
_SHAPE = 1  # of the files; another one has another name
_DAYS = 16  # that are kept of a workspace
_READERS_ARE_DONE_AFTER = 900  # seconds
_TEXTS, _PAYER = ("ids", "clock", "segment"), ("start", "end", "arr", "serve")
_TOGETHER = 10_000  # rows that are read for one


def state(workspace: Workspace, day: date, ids: Collection[str] | None = None) -> State:
    """What a workspace's customers are worth, all or some, as known on a day; made now if it is not kept."""
    everybody = access_for_machine(workspace)
    terms = clv_costs.terms_of(everybody)
    path = _folder(workspace) / f"{stamp(workspace, day)}-{day}.parquet"
    if not (path.exists() and _drawn(path).exists()):
        made = clv_state.made(everybody, day, terms)
        _write(made, path)
        _forget(path)
        return made if ids is None else made.only(set(ids))
    return _read(path, terms, ids)


def stamp(workspace: Workspace, day: date) -> str:
    """What changes as soon as values of a day may."""
    everybody, counts = access_for_machine(workspace), changes.counts(workspace.id)
    terms = clv_costs.terms_of(everybody)
    rests_on = (
        _SHAPE,
        workspace.currency,
        workspace.zone,
        [counts.get(one, 0) for one in _TABLES],
        (terms.gross_margin, terms.discount, terms.hourly_minor, sorted(terms.assumed)),
    )
    return f"{_digest(rests_on)}-{_digest(hazards.stamp(everybody, day))}"


def _digest(some: object) -> str:
    return hashlib.sha256(repr(some).encode()).hexdigest()[:16]


def _folder(workspace: Workspace) -> Path:
    return home.lake(workspace.id) / "records" / "values"


def _drawn(path: Path) -> Path:
    return path.with_suffix(".draws")


def _write(made: State, path: Path) -> None:
    """Two files: a row for each payer, and the draws of customers alike; the first one comes last."""
    payers, values = made.side.payers, made.side.values
    rows = {name: _packed(getattr(payers, name)) for name in (*_TEXTS, *_PAYER)}
    rows |= {name: _packed(getattr(made, name)) for name in COLUMNS}
    rows |= {f"value_{name}": pa.array(getattr(values, name)) for name in PER_PAYER}
    rows["row"] = pa.array(values.drawn.row)
    about = {
        "day": payers.day,
        "forces": [_of_force(one) for one in values.models.forces],
        "growths": [asdict(one) for one in values.models.growths],
        "left_out": dict(made.left_out),
    }
    table = pa.table(rows).replace_schema_metadata({"about": json.dumps(about)})
    draws = pa.table({name: pa.array(getattr(values.drawn, name).ravel()) for name in DRAWN})
    path.parent.mkdir(parents=True, exist_ok=True)
    _whole(_drawn(path), lambda place: pq.write_table(draws, place, compression="zstd"))
    _whole(path, lambda place: pq.write_table(table, place, compression="zstd", row_group_size=_TOGETHER))


def _whole(path: Path, write: Callable[[Path], None]) -> None:
    """Readers see the whole file or none."""
    unfinished = path.with_name(f".{new_id()}.tmp")
    write(unfinished)
    os.replace(unfinished, path)


def _read(path: Path, terms: Terms, ids: Collection[str] | None) -> State:
    wanted = None if ids is None else pc.field("ids").isin(pa.array(ids, pa.string()))
    table = pq.read_table(path, filters=wanted)
    about = json.loads(table.schema.metadata[b"about"])
    column = {name: _unpacked(table[name]) for name in table.column_names}
    payers = Payers(day=about["day"], **{name: column[name] for name in (*_TEXTS, *_PAYER)})
    models = Models([_force(one) for one in about["forces"]], [Growth(**one) for one in about["growths"]])
    values = Values(
        models=models,
        draw=lambda: _drawn_of(path, column["row"]),
        **{name: column[f"value_{name}"] for name in PER_PAYER},
    )
    beside = {name: column[name] for name in COLUMNS}
    return State(side=Side(payers, terms, values), left_out=about["left_out"], **beside)


def _drawn_of(path: Path, row: Ints) -> Drawn:
    draws = pq.read_table(_drawn(path))
    return Drawn(row, **{name: np.asarray(draws[name]).reshape(-1, DRAWS) for name in DRAWN})


def _packed(column: Any) -> pa.Array:
    return pa.array(column.tolist(), pa.string()) if column.dtype.kind == "U" else pa.array(column)


def _unpacked(column: pa.ChunkedArray) -> Any:
    return text(column) if pa.types.is_string(column.type) else np.asarray(column)


def _of_force(one: Force) -> dict[str, Any]:
    """As JSON holds it."""
    estimate = one.estimate and {
        "params": dict(one.estimate.params),
        "errors": dict(one.estimate.errors),
        "log_likelihood": one.estimate.log_likelihood,
        "count": one.estimate.count,
        "spread": _lists(one.estimate.spread),
        "remarks": one.estimate.remarks,
    }
    told = {name: getattr(one, name) for name in ("clock", "segment", "name", "renewals", "lost", "says")}
    return told | {"tested": dict(one.tested), "draws": _lists(one.draws), "estimate": estimate}


def _force(told: Mapping[str, Any]) -> Force:
    if told["estimate"] is None:
        return assumed(told["clock"])
    about = dict(told["estimate"])
    estimate = Estimate(**about | {"spread": _matrix(about["spread"]), "remarks": tuple(about["remarks"])})
    model = MODELS[told["name"]].of(*estimate.values.tolist())
    return Force(**dict(told) | {"model": model, "estimate": estimate, "draws": _matrix(told["draws"])})


def _lists(some: Floats | None) -> list[Any] | None:
    return None if some is None else list(some.tolist())


def _matrix(some: list[Any] | None) -> Floats | None:
    return None if some is None else np.array(some)


def _forget(path: Path) -> None:
    """What nobody asks for any more: days of another state of the records, and all but the newest days."""
    state, _, _ = path.name.partition("-")
    files = sorted(path.parent.glob("*.parquet"), key=lambda one: one.stat().st_mtime, reverse=True)
    for place, one in enumerate(files):
        is_done = time.time() - one.stat().st_mtime > _READERS_ARE_DONE_AFTER
        if is_done and (place >= _DAYS or not one.name.startswith(state)):
            one.unlink(missing_ok=True)
            _drawn(one).unlink(missing_ok=True)
