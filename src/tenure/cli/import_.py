"""`tenure import KIND FILE…`: bring files in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from tenure.cli import folders, imports
from tenure.cli.base import Json, WorkspaceOption, app, console, errors, fail, open_workspace, print_json

if TYPE_CHECKING:
    from tenure.sources.imports import Preview
    from tenure.sources.imports.checking import Rejected
    from tenure.sources.imports.judging import Question
    from tenure.sources.imports.options import Options
    from tenure.sources.queries import Problem, Run
    from tenure.workspaces.access import Access

_COUNTS = ("rows_read", "rows_added", "rows_changed", "rows_same", "rows_rejected")
_SHOWN_REJECTS = 10

Said = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="OURS=THEIRS",
        help="Which column of the file is which of ours: account_id=customerID. May be given several times; "
        "one of theirs may serve several of ours; `OURS=` alone leaves ours empty. Others are found by name.",
    ),
]
Values = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="OURS=VALUE", help="One value for all rows: currency=USD, survey=nps."),
]
AsOf = Annotated[
    str,
    typer.Option(
        metavar="DAY", help="The day that months and churned are counted to, like 2026-03-31; today."
    ),
]
Dates = Annotated[
    str, typer.Option(help="How 03/04/2026 is meant where the file leaves it open: day-first or month-first.")
]
Numbers = Annotated[
    str, typer.Option(help="The decimal mark, where the file leaves 1.234 open: comma or point.")
]
Encoding = Annotated[str, typer.Option(help="The encoding of a CSV that is not UTF-8, like cp1252.")]
Delimiter = Annotated[str, typer.Option(help="The separator of a CSV: comma, semicolon, tab or bar.")]
Sheet = Annotated[str, typer.Option(help="The sheet of a workbook; the one with most in it.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would happen, and change nothing.")]


@app.command("import")
def import_(
    kind: Annotated[
        str,
        typer.Argument(
            help="accounts, people, subscriptions, events, responses, …; or: list, undo, settings, or the "
            "folder of an export."
        ),
    ],
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE…", help="CSV, XLSX, Parquet or JSON Lines; after undo: ids of imports."),
    ] = None,
    said: Said = None,
    values: Values = None,
    as_of: AsOf = "",
    dates: Dates = "",
    numbers: Numbers = "",
    encoding: Encoding = "",
    delimiter: Delimiter = "",
    sheet: Sheet = "",
    dry_run: DryRun = False,
    workspace: WorkspaceOption = "",
    json: Json = False,
) -> None:
    """Bring customers' data in from files.

    Rows that cannot be taken are set aside with the reason, the others go in; the same file twice changes
    nothing. Ends with 1 if a file, or every row of it, could not be taken. `tenure import list` shows what
    was imported, `tenure import undo RUN` takes it back. `tenure import DIR` brings in all that `tenure
    export` wrote there, `tenure import settings DIR` only its settings.
    """
    access = _ready(workspace)
    if kind == "list":
        imports.show_list(access, json)
        return
    if kind == "undo":
        imports.undo(access, [str(one) for one in files or []], json)
        return
    if kind == "settings":
        folders.bring_settings(access, files or [], json)
        return
    if Path(kind).is_dir():
        folders.bring_in(access, Path(kind), json)
        return
    _check_kind(kind)
    if not files:
        fail("say which files: tenure import KIND FILE…")
    how = _Said(said or [], values or [], as_of, dates, numbers, encoding, delimiter, sheet)
    done = [_one(access, kind, file, how, dry_run, json) for file in files]
    if json:
        print_json(_as_json(done, dry_run))
    if any(_is_lost(one) for one in done):
        raise typer.Exit(1)


def _ready(workspace: str) -> Access:
    """The workspace to import into; a new data folder gets its first one."""
    from tenure.jobs.setup import NotReady, prepare

    try:
        prepare()
    except NotReady as problem:
        fail(str(problem))
    return open_workspace(workspace)


def _check_kind(kind: str) -> None:
    from tenure.sources.imports.kinds import KINDS

    if kind not in KINDS:
        fail(f"no kind {kind!r}; there are: {', '.join(one.name for one in KINDS)}")


@dataclass(frozen=True)
class _Said:
    """What the command says about its files."""

    map: list[str]
    set: list[str]
    as_of: str
    dates: str
    numbers: str
    encoding: str
    delimiter: str
    sheet: str


def _one(access: Access, kind: str, file: Path, said: _Said, dry_run: bool, json: bool) -> dict[str, Any]:
    """Import or preview one file, and show what came of it unless JSON is asked for."""
    from tenure.sources.imports.files import FileProblem

    try:
        options = _options(kind, file, said)
    except FileProblem as problem:
        says = str(problem)
        return _unreadable(kind, file, says if says.startswith("--") else f"{file.name} {says}", json)
    if dry_run:
        return _preview(access, kind, file, options, json)
    return _import(access, kind, file, options, json)


def _options(kind: str, file: Path, said: _Said) -> Options:
    from tenure.kit.words import listing
    from tenure.sources.imports.files import FileProblem, open_file
    from tenure.sources.imports.kinds import KINDS
    from tenure.sources.imports.mapping import constants, pairs
    from tenure.sources.imports.options import Options, manners, parse_day, parse_reading

    reading = parse_reading(said.encoding, said.delimiter, said.sheet)
    opened = open_file(file, reading)
    if said.sheet and said.sheet not in opened.sheets:
        raise FileProblem(f"--sheet {said.sheet}: it has {listing(opened.sheets) or 'no sheets'}")
    return Options(
        pairs(KINDS[kind], opened.names, said.map),
        constants(KINDS[kind], said.set),
        parse_day(said.as_of),
        manners(said.dates, said.numbers),
        reading,
    )


def _unreadable(kind: str, file: Path, says: str, json: bool) -> dict[str, Any]:
    if not json:
        errors.print(f"[red]error[/red]: {escape(says)}", highlight=False, soft_wrap=True)
    return {"kind": kind, "filename": file.name, "status": "failed", "says": says}


def _preview(access: Access, kind: str, file: Path, options: Options, json: bool) -> dict[str, Any]:
    from tenure.sources.actions import draft_of
    from tenure.sources.imports import preview

    with _progress(file.name, json) as progress:
        found = preview(draft_of(access, kind, file, options), progress=progress)
    if found.problem:
        return _unreadable(kind, file, found.problem, json)
    if not json:
        _show_preview(found)
    return {"status": "preview", **asdict(found)}


def _import(access: Access, kind: str, file: Path, options: Options, json: bool) -> dict[str, Any]:
    from tenure.sources import queries
    from tenure.sources.actions import draft_of, import_file
    from tenure.sources.imports import columns_of

    columns = columns_of(draft_of(access, kind, file, options))
    if not json and not columns.problem:
        _show_columns(columns)
    with _progress(file.name, json) as progress:
        run = queries.run_of(access, import_file(access, kind, file, options, progress).pk)
    if run.status == "failed":
        return _unreadable(kind, file, run.says, json)
    problems = queries.problems_of(access, run.id, _SHOWN_REJECTS)
    path = queries.rejected_path(access, run.id)
    if not json:
        _show_run(run, problems, path)
    return {
        **{name: getattr(run, name) for name in ("id", "kind", "filename", "status", "says", *_COUNTS)},
        "columns": columns.columns,
        "rejects": problems,
        "rejected_file": str(path) if path else None,
    }


def _is_lost(done: Mapping[str, Any]) -> bool:
    """Whether nothing of a file could be taken."""
    rows, rejected = (
        (done.get("total"), done.get("rejected"))
        if "would" in done
        else (done.get("rows_read"), done.get("rows_rejected"))
    )
    return done["status"] == "failed" or (bool(rows) and rows == rejected)


def _as_json(done: Sequence[Mapping[str, Any]], dry_run: bool) -> dict[str, Any]:
    """All files, and their counts together."""
    sums = {} if dry_run else {name: sum(one.get(name, 0) for one in done) for name in _COUNTS}
    return {**sums, "files": done}


@contextmanager
def _progress(name: str, json: bool) -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal; nothing where somebody else reads along."""
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=errors,
        transient=True,
        disable=json or not errors.is_terminal,
    )
    with bar:
        task = bar.add_task(escape(name), total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _show_run(run: Run, problems: Sequence[Problem], path: Path | None) -> None:
    console.print(f"[bold]{escape(run.filename)}[/bold]: {escape(run.says)}", highlight=False, soft_wrap=True)
    _show_rejects(problems, run.rows_rejected)
    if path:
        console.print(
            f"All rejected rows, with reasons, to be mended and imported again: {path}", soft_wrap=True
        )


def _show_preview(found: Preview) -> None:
    console.print(
        f"[bold]{escape(found.filename)}[/bold]: {found.says}, {found.total:,} rows as {found.kind}, "
        f"as of {found.as_of}",
        highlight=False,
        soft_wrap=True,
    )
    _show_columns(found)
    _show_rows(found)
    _show_rejects(found.rejects, found.rejected)
    for question in found.questions:
        console.print(f"[yellow]It {escape(question.says)}.[/yellow] {_remedy(question)}", soft_wrap=True)
    if found.hint:
        console.print(escape(found.hint), soft_wrap=True)
    if found.would:
        console.print(
            f"It would add {found.would.added:,} rows, change {found.would.changed:,}, "
            f"leave {found.would.same:,} as they are, and reject {found.rejected:,}. Nothing was changed.",
            highlight=False,
            soft_wrap=True,
        )


def _show_columns(found: Preview) -> None:
    table = Table("ours", "from", "why", "like", box=None, pad_edge=False, header_style="bold")
    for one in found.columns:
        if one.theirs or one.value:
            value = escape(one.theirs) if one.theirs else f"always {escape(one.value)!r}"
            like = ", ".join(found.samples.get(one.theirs, ()))
            table.add_row(one.ours, value, f"{one.how}, {one.confidence:.0%} sure", escape(like))
    console.print(table)
    for names, says in ((found.further, "kept as they are"), (found.left_out, "left out")):
        if names:
            console.print(
                f"Further columns, {says}: {escape(', '.join(names))}", highlight=False, soft_wrap=True
            )


def _remedy(question: Question) -> str:
    from tenure.sources.imports.forms import MANNERS

    manners = " or ".join(f"--{question.about} {one}" for one in MANNERS[question.about])
    return f"Say which with {manners}; without, nothing is imported."


def _show_rows(found: Preview) -> None:
    for row in found.rows[:3]:
        said = ", ".join(f"{name}={value}" for name, value in row.items() if value is not None)
        console.print(f"  {escape(said)}", highlight=False, soft_wrap=True)


def _show_rejects(problems: Sequence[Problem] | Sequence[Rejected], count: int) -> None:
    for one in problems[:_SHOWN_REJECTS]:
        console.print(
            f"  [yellow]line {one.line}[/yellow]: {escape(one.says)}", highlight=False, soft_wrap=True
        )
    if count > _SHOWN_REJECTS:
        console.print(f"  … and {count - _SHOWN_REJECTS:,} more")
