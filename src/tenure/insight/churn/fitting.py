"""Fits a churn model to a table of customers, and judges it by rows it has not seen: `tenure fit churn`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tenure.insight.churn import blending, columns, figures, learners, target, telling
from tenure.insight.churn.blending import Blend
from tenure.insight.churn.columns import Column, Ints
from tenure.insight.churn.figures import Bin, Quality
from tenure.insight.churn.target import CannotFit, Target
from tenure.insight.churn.telling import Feature
from tenure.kit import words

Floats = NDArray[np.float64]

FOLDS = 10
FEW = 50  # rows; what fewer say is said with a warning
MOST = 40_000  # rows that are learnt from
_SHUFFLED_FOLDS = 3  # in which columns are shuffled to see what they are worth


@dataclass(frozen=True)
class Scores:
    """Each row's chance of leaving, in the file's order, told by a model that was fitted without it.

    `left` is None where the file does not say.
    """

    ids: list[str]
    left: list[bool | None]
    chance: Floats


@dataclass(frozen=True)
class Fitted:
    """A churn model's figures, out of fold. `n` rows it learnt from, of which `left` left.

    `models`: the same figures of each learner by itself; `quality`, `calibration` and `scores` are of the one
    chosen, called `model`. `columns`: what was done with each, where that does not go without saying.
    """

    target: str
    positive: str
    n: int
    left: int
    folds: int
    model: str
    quality: Quality
    models: dict[str, Quality]
    calibration: list[Bin]
    features: list[Feature]
    columns: dict[str, str]
    notes: list[str]
    suspects: list[str]
    scores: Scores
    blend: Blend = field(repr=False)

    @property
    def base_rate(self) -> float:
        """The share that left."""
        return self.left / self.n


@dataclass(frozen=True)
class Judged:
    """Chances of rows by models fitted to other rows, of the blend and of each learner; and, per column, how
    much AUC was lost when it was shuffled."""

    chances: dict[str, Floats]
    lost: Floats
    mixes: list[float]


def fit(
    table: pa.Table,
    target_name: str,
    id_name: str = "",
    drop: Collection[str] = (),
    positive: str = "",
    seed: int = 0,
) -> Fitted:
    """Fit and judge. Raises CannotFit, naming column and remedy, when there is nothing to learn from."""
    for name in (target_name, *filter(None, [id_name]), *drop):
        _require(table, name)
    who = target.read(target_name, table[target_name].combine_chunks(), positive)
    rows = _rows(who, seed)
    _require_both(target_name, who, rows)
    dropped = {target_name, *drop}
    read = [
        columns.read(name, table[name].combine_chunks(), id_name)
        for name in table.column_names
        if name not in dropped
    ]
    used = [one for one in read if one.is_used]
    if not used:
        raise CannotFit(f"no column tells anything ({_why_none(read)}); add some in which customers differ")
    with learners.one_thread():
        return _fit(table, target_name, id_name, who, rows, read, used, seed)


def _fit(
    table: pa.Table,
    target_name: str,
    id_name: str,
    who: Target,
    rows: Ints,
    read: Sequence[Column],
    used: Sequence[Column],
    seed: int,
) -> Fitted:
    left = who.left[rows]
    seen = [one.taken(rows) for one in used]
    number = min(FOLDS, int(min(left.sum(), (~left).sum())))
    judged = judge(seen, left, number, seed)
    final = blending.fit(seen, left, seed)
    chosen = judged.chances["blend"]
    alone = [telling.auc_alone(one, left) for one in seen]
    suspects = telling.suspects(seen, alone, len(left))
    return Fitted(
        target=target_name,
        positive=who.positive,
        n=len(left),
        left=int(left.sum()),
        folds=number,
        model=_model_name(final),
        quality=figures.quality(left, chosen),
        models={_NAMES[name]: figures.quality(left, chance) for name, chance in judged.chances.items()},
        calibration=figures.calibration(left, chosen),
        features=telling.features(seen, left, alone, judged.lost),
        columns={one.name: one.says for one in read if one.says},
        notes=[*who.says, *_notes(left, who, number)],
        suspects=suspects,
        scores=_scores(table, id_name, read, who, rows, used, final, chosen),
        blend=final,
    )


_NAMES = {"blend": "chosen", "linear": "logistic regression", "trees": "gradient boosting"}


def _model_name(blend: Blend) -> str:
    if blend.trees is None or not blend.mix:
        return "logistic regression"
    if blend.mix == 1:
        return "gradient boosting"
    shares = f"{words.percent(1 - blend.mix)} to {words.percent(blend.mix)}"
    return f"logistic regression and gradient boosting, {shares}"


def _require(table: pa.Table, name: str) -> None:
    if name not in table.column_names:
        shown = words.listing(table.column_names[:30]) + (", …" if table.num_columns > 30 else "")
        raise CannotFit(f"there is no column {name!r}; the file has {shown}")


def _why_none(read: Sequence[Column]) -> str:
    return (
        "; ".join(f"{one.name}: {one.says.removeprefix('left out: ')}" for one in read[:6])
        or "there is no other"
    )


def _require_both(name: str, who: Target, rows: Ints) -> None:
    left = int(who.left[rows].sum())
    for number, which in ((left, f"left ({name} is {who.positive!r})"), (len(rows) - left, "stayed")):
        if number < 2:
            raise CannotFit(
                f"only {words.count(number, 'customer')} {which}; a model needs at least 2 to be judged, "
                "and some dozens to say much: add rows"
            )


def _rows(who: Target, seed: int) -> Ints:
    """The rows to learn from: those that say who left, or a sample of them."""
    known = np.flatnonzero(who.known)
    if len(known) <= MOST:
        return known
    return np.sort(np.random.default_rng(seed).permutation(known)[:MOST])


def _notes(left: NDArray[np.bool_], who: Target, number: int) -> list[str]:
    said = []
    if len(left) < FEW:
        said.append(
            f"only {len(left)} rows: the figures are uncertain, and gradient boosting was not tried; "
            f"a model wants {FEW} and more"
        )
    elif min(left.sum(), (~left).sum()) < 20:
        said.append(
            f"only {int(min(left.sum(), (~left).sum()))} rows of one outcome: the figures are uncertain"
        )
    if number < FOLDS:
        said.append(f"{number} folds instead of {FOLDS}, so that each has both outcomes")
    if len(left) < who.known.sum():
        said.append(f"learnt and judged by a random {len(left):,} of {int(who.known.sum()):,} rows")
    return said


def judge(seen: Sequence[Column], left: NDArray[np.bool_], number: int, seed: int = 0) -> Judged:
    """Each row's chance by models that were chosen, fitted and calibrated without it."""
    chances = {name: np.full(len(left), np.nan) for name in _NAMES}
    lost, mixes = np.zeros(len(seen)), []
    for fold, (learn, rest) in enumerate(blending.folds(left, number, seed)):
        model = blending.fit([one.taken(learn) for one in seen], left[learn], seed)
        unseen = [one.taken(rest) for one in seen]
        chances["blend"][rest] = model.chance(unseen)
        chances["linear"][rest] = model.linear.chance(unseen)
        if model.trees is not None:
            chances["trees"][rest] = model.trees.chance(unseen)
        mixes.append(model.mix)
        if fold < _SHUFFLED_FOLDS:
            lost += _lost(model, unseen, left[rest], seed) / min(number, _SHUFFLED_FOLDS)
    whole = {name: chance for name, chance in chances.items() if not np.isnan(chance).any()}
    return Judged(whole, lost, mixes)


def _lost(model: Blend, unseen: Sequence[Column], left: NDArray[np.bool_], seed: int) -> Floats:
    """AUC lost when each column is shuffled among rows (Breiman 2001); 0 where an outcome is missing."""
    whole = figures.auc(left, model.chance(unseen))
    if np.isnan(whole):
        return np.zeros(len(unseen))
    order = np.random.default_rng(seed).permutation(len(left))
    found = []
    for place, one in enumerate(unseen):
        shuffled = [*unseen[:place], one.taken(order), *unseen[place + 1 :]]
        found.append(whole - figures.auc(left, model.chance(shuffled)))
    return np.array(found)


def _scores(
    table: pa.Table,
    id_name: str,
    read: Sequence[Column],
    who: Target,
    rows: Ints,
    used: Sequence[Column],
    final: Blend,
    out_of_fold: Floats,
) -> Scores:
    """Out of fold where a row was learnt from; else by the model of all rows."""
    chance = final.chance(used)
    chance[rows] = out_of_fold
    name = id_name or next(
        (one.name for one in read if one.says.startswith("left out: looks like an id")), ""
    )
    ids = table[name].cast(pa.string()).to_pylist() if name else [str(row + 1) for row in range(len(chance))]
    left = [bool(gone) if known else None for gone, known in zip(who.left, who.known, strict=True)]
    return Scores([one or "" for one in ids], left, chance)
