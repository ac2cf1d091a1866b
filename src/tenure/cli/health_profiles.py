"""`tenure health profiles`: health profiles as files, with what a file would change before it does."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from tenure.cli.base import Json, WorkspaceOption, console, fail, open_workspace, print_json
from tenure.cli.health import NOTHING, health_app

if TYPE_CHECKING:
    from tenure.health.preview import Preview
    from tenure.health.profile import Profile

profiles_app = typer.Typer(no_args_is_help=True, help="Health profiles as YAML files.")
health_app.add_typer(profiles_app, name="profiles")

BANDS = ("good", "fair", "poor", "")
SHOWN = 20


@profiles_app.command("export")
def export(
    folder: Annotated[Path, typer.Argument(help="The folder to write to.")],
    workspace: WorkspaceOption = "",
    json: Json = False,
) -> None:
    """Write each profile in force as a YAML file."""
    access = open_workspace(workspace)
    from tenure.health import files
    from tenure.health.versions import versions_of
    from tenure.kit import clock, words

    found = versions_of(access.workspace).in_force(clock.today(access.workspace.zone))
    paths = [folder / f"{one.name}.yaml" for one in found]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, one in zip(paths, found, strict=True):
            path.write_text(files.write(one), "utf-8")
    except OSError as error:
        fail(f"{folder}: cannot be written: {error.strerror}")
    if json:
        print_json([{"name": one.name, "file": str(path)} for one, path in zip(found, paths, strict=True)])
    else:
        console.print(f"{words.count(len(found), 'profile')} in {folder}", highlight=False, soft_wrap=True)


@profiles_app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="A profile's YAML file.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, save nothing.")] = False,
    comment: Annotated[str, typer.Option(help="Why; stays with the version.")] = "",
    workspace: WorkspaceOption = "",
    json: Json = False,
) -> None:
    """Save a profile from its file as the next version, after showing what that changes."""
    access = open_workspace(workspace)
    from tenure.health import editing, files, preview
    from tenure.health.differences import differences
    from tenure.health.profile import ProfileError
    from tenure.health.versions import versions_of
    from tenure.kit import clock
    from tenure.metrics.catalogue import metrics_of
    from tenure.segments.standpoint import Standpoint

    saved = None
    try:
        draft = files.read_file(file, metrics_of(access.workspace))
        told = preview.preview(access, draft)
        before = versions_of(access.workspace).on(draft.name, clock.today(access.workspace.zone))
        said = differences(before, draft, Standpoint.of(access)) if before.name == draft.name else None
        if not dry_run and said != []:
            saved = editing.save(access, draft, comment).version
    except (ProfileError, editing.Outdated) as error:
        fail(str(error))
    if json:
        print_json(_as_json(draft, said, told, saved))
    else:
        _print(draft, said, told, saved, dry_run=dry_run)


def _print(
    draft: Profile, said: list[str] | None, told: Preview, saved: int | None, *, dry_run: bool
) -> None:
    says = ["A new profile"] if said is None else said or ["Nothing would change: it is as it is in force"]
    for one in says:
        console.print(f"{draft.title}: {one}", highlight=False, markup=False, soft_wrap=True)
    console.print(_flows(told))
    console.print(
        f"{told.change_band:,} of {told.accounts:,} in another band, {told.rescored:,} with another score; "
        f"coverage {_share(told.coverage_before)} now, {_share(told.coverage)} then.",
        highlight=False,
        soft_wrap=True,
    )
    if told.moved:
        console.print(_moved(told))
    if saved:
        console.print(f"Saved as version {saved}; a running worker scores everybody anew.", highlight=False)
    elif dry_run:
        console.print("Nothing is saved: this was a dry run.")


def _flows(told: Preview) -> Table:
    table = Table("Now, then", *(band or "no data" for band in BANDS), header_style="bold")
    for before in BANDS:
        counts = [str(told.flows.get((before, after), 0) or NOTHING) for after in BANDS]
        table.add_row(before or "no data", *counts)
    return table


def _moved(told: Preview) -> Table:
    from rich.text import Text

    table = Table("Customer", "Now", "Then", "Moved most by", header_style="bold")
    for one in told.moved[:SHOWN]:
        now = f"{_score(one.before)} {one.band_before}"
        then = f"{_score(one.after)} {one.band}"
        table.add_row(Text(one.name), now, then, Text(one.part))
    if (more := told.touched - SHOWN) > 0:
        table.caption = f"and {more:,} more"
    return table


def _score(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.0f}"


def _share(value: float | None) -> str:
    from tenure.kit import words

    return "no data" if value is None else words.percent(value)


def _as_json(draft: Profile, said: list[str] | None, told: Preview, saved: int | None) -> dict[str, Any]:
    flows = [
        {"before": before or None, "after": after or None, "accounts": count}
        for (before, after), count in sorted(told.flows.items())
    ]
    return {
        "name": draft.name,
        "saved": saved,
        "differences": said,
        "accounts": told.accounts,
        "change_band": told.change_band,
        "rescored": told.rescored,
        "coverage_before": told.coverage_before,
        "coverage": told.coverage,
        "flows": flows,
        "moved": told.moved,
    }
