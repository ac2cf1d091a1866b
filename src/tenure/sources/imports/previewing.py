"""What an import would do, without doing it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.db import transaction

from tenure.sources.imports.checking import Batch, CheckedFile, Rejected, further
from tenure.sources.imports.file import FileProblem, Reading, SourceFile
from tenure.sources.imports.forms import MANNERS
from tenure.sources.imports.judging import Question
from tenure.sources.imports.kind import Column, Kind, Load, Written
from tenure.sources.imports.looks import first_cells
from tenure.sources.imports.mapping import Columns, Source
from tenure.sources.imports.options import Options
from tenure.sources.imports.running import Progress, load_of, opened, understood
from tenure.sources.models import ImportRun

_NOWHERE = Source(how="", confidence=0)
_ROWS = 10
_ERRORS = 20


@dataclass(frozen=True)
class ColumnGuess:
    """A canonical column and where its values come from; no `theirs` and no `value`: from nowhere."""

    ours: str
    means: str
    required: bool
    theirs: str
    value: str
    how: str
    confidence: float


@dataclass(frozen=True)
class Preview:
    """How a file is understood, and its first rows and rejected rows.

    `shown`: the canonical columns in which any of the first `rows` has a value. `problem`: why it cannot be
    imported as it is; then at most its columns are known. `would`: what importing it now would do, if that
    was asked for. `is_whole`: whether that is about all rows. `missing`: the columns that are needed and
    have no source; `twins`: those that several of the file's could be. `samples`: a few cells of each of
    the file's columns. `hint`: what would help many of its rows at once. `questions`: what its cells leave
    open; `manners`: how its dates and numbers are written, as judged or said; `reading`: encoding,
    separator and sheet, found out or said; `sheets`: all it has.
    """

    kind: str
    filename: str
    says: str = ""
    problem: str = ""
    columns: tuple[ColumnGuess, ...] = ()
    missing: tuple[str, ...] = ()
    twins: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    further: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    samples: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    as_of: str = ""
    shown: tuple[str, ...] = ()
    rows: tuple[dict[str, Any], ...] = ()
    total: int = 0
    is_whole: bool = True
    rejected: int = 0
    rejects: tuple[Rejected, ...] = ()
    would: Written | None = None
    hint: str = ""
    questions: tuple[Question, ...] = ()
    manners: Mapping[str, str] = field(default_factory=dict)
    reading: Reading = field(default_factory=Reading)
    sheets: tuple[str, ...] = ()


def preview(
    run: ImportRun, *, count: bool = True, most: int | None = None, progress: Progress | None = None
) -> Preview:
    """Read and check a run's whole file, or about `most` rows of it; with `count`, also try every batch."""
    found = Preview(run.kind, run.filename)
    try:
        file, columns = understood(run)
        found = _with_columns(run, found, file, columns)
        with opened(run, most) as checked:
            found = _with_rows(run, found, checked)
            return replace(found, would=_would(run, checked, progress) if count else None)
    except FileProblem as problem:
        return replace(found, problem=f"{run.filename} {problem}")


def columns_of(run: ImportRun) -> Preview:
    """How a run's columns are understood, without reading its rows."""
    found = Preview(run.kind, run.filename)
    try:
        return _with_columns(run, found, *understood(run))
    except FileProblem as problem:
        return replace(found, problem=f"{run.filename} {problem}")


def _with_columns(run: ImportRun, found: Preview, file: SourceFile, columns: Columns) -> Preview:
    return replace(
        found,
        says=file.says,
        reading=file.reading,
        sheets=file.sheets,
        names=file.names,
        samples=_samples(file),
        columns=tuple(_guess(one, columns.sources.get(one.name, _NOWHERE)) for one in columns.kind.columns),
        missing=columns.missing,
        twins=columns.twins,
        further=columns.further,
        left_out=columns.left_out,
        as_of=Options.read(run.options).terms(run.workspace).as_of.isoformat(),
    )


def _samples(file: SourceFile) -> dict[str, tuple[str, ...]]:
    cells = first_cells(file)
    return {name: cells.samples(name) for name in file.names}


def _guess(column: Column, source: Source) -> ColumnGuess:
    return ColumnGuess(column.name, column.means, column.required, **asdict(source))


def _with_rows(run: ImportRun, found: Preview, checked: CheckedFile) -> Preview:
    rows = checked.first_rows(_ROWS)
    return replace(
        found,
        shown=tuple(name for name in checked.kind.names if any(row[name] is not None for row in rows)),
        rows=tuple(_row(row, checked.kind.names) for row in rows),
        total=checked.total,
        is_whole=checked.is_whole,
        rejected=checked.rejected,
        rejects=tuple(checked.rejects(_ERRORS)),
        hint=checked.kind.hint(checked, run.workspace),
        questions=checked.judged.questions,
        manners=_manners(checked),
    )


def _row(row: dict[str, Any], ours: Sequence[str]) -> dict[str, Any]:
    """Our columns, then the file's further ones; called as exports do where one has the name of ours."""
    beside = {f"{name} (further)" if name in ours else name: value for name, value in further(row).items()}
    return {name: _short(row[name]) for name in ours} | beside


def _manners(checked: CheckedFile) -> dict[str, str]:
    """What the columns' manners come to for the whole file, where they agree."""
    found: dict[str, set[str]] = {about: set() for about in MANNERS}
    about = {manner: about for about, manners in MANNERS.items() for manner in manners}
    for manner in filter(None, checked.judged.manners.values()):
        found[about[manner]].add(manner)
    return {about: min(manners) for about, manners in found.items() if len(manners) == 1}


def _short(value: Any) -> Any:
    """A value without the zeros that only its type asks for."""
    return float(value) if isinstance(value, Decimal) else value


def _would(run: ImportRun, checked: CheckedFile, progress: Progress | None) -> Written:
    """Try every batch alone, and take it back, so that nobody waits long for the database."""
    load, total = load_of(run, checked), Written()
    for batch in checked.batches():
        total += _tried(checked.kind, replace(load, position=batch.last), batch) + Written(same=batch.repeats)
        if progress:
            progress(batch.last, checked.total)
    return total


def _tried(kind: Kind, load: Load, batch: Batch) -> Written:
    if kind.would:
        return kind.would(load, batch.rows)
    with transaction.atomic():
        written = kind.write(load, batch.rows)
        transaction.set_rollback(True)
    return written
