"""`tenure clv`: what customers are worth, in all and one by one, what changed it, and who fits poorly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from tenure.cli.base import Json, WorkspaceOption, app, console, fail, open_workspace, print_json
from tenure.cli.metrics import AsOf, chosen_day

if TYPE_CHECKING:
    from tenure.insight.clv_queries import Change, PoorFits
    from tenure.insight.clv_rows import Equity, Worth
    from tenure.insight.clv_survival import Force

_SHOWN = 20  # customers on a terminal

clv_app = typer.Typer(invoke_without_command=True, no_args_is_help=False)
app.add_typer(clv_app, name="clv")


@clv_app.callback()
def clv(
    context: typer.Context,
    as_of: AsOf = None,
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Also what changed equity since this day, in exact parts."),
    ] = None,
    poor_fit: Annotated[
        bool, typer.Option("--poor-fit", help="Also who costs more to keep than it is worth, and why.")
    ] = False,
    out: Annotated[
        list[Path] | None,
        typer.Option(help="Write the customers (.csv) or the survival curves (.svg, .png); several times."),
    ] = None,
    workspace: WorkspaceOption = "",
    json: Json = False,
) -> None:
    """Lifetime value of every customer as of a day, from what was known then, and customer equity."""
    if context.invoked_subcommand:
        return
    access = open_workspace(workspace, for_reading=True)
    from tenure.insight import clv_queries

    day = chosen_day(access, as_of)
    try:
        changed = clv_queries.change(access, since.date(), day) if since else None
    except ValueError as error:
        fail(str(error))
    found = clv_queries.equity(access, day)
    poor = clv_queries.poor_fits(access, day) if poor_fit else None
    for path in out or []:
        _write(found, path)
    if json:
        print_json(_as_json(found, changed, poor))
        return
    _print(found)
    if changed:
        _print_change(changed)
    if poor:
        _print_poor(poor)


@clv_app.command("assume")
def assume(
    gross_margin: Annotated[float | None, typer.Option(help="Gross margin, a share: 0.75.")] = None,
    discount: Annotated[float | None, typer.Option(help="By which a year later counts less: 0.1.")] = None,
    hourly: Annotated[float | None, typer.Option(help="What an hour of work costs, all included.")] = None,
    workspace: WorkspaceOption = "",
    json: Json = False,
) -> None:
    """Say what lifetime values rest on; without options, show it."""
    access = open_workspace(workspace)
    from tenure.insight import actions, clv_costs
    from tenure.kit.money import digits

    unit = 10 ** digits(access.workspace.currency)
    try:
        if any(one is not None for one in (gross_margin, discount, hourly)):
            hourly_minor = None if hourly is None else round(hourly * unit)
            actions.set_economics(access, gross_margin, discount, hourly_minor)
    except ValueError as error:
        fail(str(error))
    terms = clv_costs.terms_of(access)
    told = {
        "gross_margin": terms.gross_margin,
        "discount": terms.discount,
        "hourly": terms.hourly_minor / unit,
        "assumed": sorted(terms.assumed),
    }
    if json:
        print_json(told)
        return
    for name, value in told.items():
        if name != "assumed":
            is_assumed = name in terms.assumed or f"{name}_minor" in terms.assumed
            console.print(
                f"{name.replace('_', ' ')}: {value}{' (assumed)' if is_assumed else ''}", highlight=False
            )


def _print(found: Equity) -> None:
    from tenure.kit import words

    currency = found.currency
    if not len(found):
        console.print("No customer pays on that day. `tenure import subscriptions FILE` brings contracts.")
        return
    total = words.money(found.value_minor, currency)
    console.print(
        f"[bold]Customer equity {total}[/bold]{_between(found.low_minor, found.high_minor, currency)}, as of "
        f"{found.as_of}: {words.count(len(found), 'customer')}, "
        f"{words.money(found.expansion_minor, currency)} of it is expected expansion",
        highlight=False,
    )
    table = Table(header_style="bold", box=None, pad_edge=False)
    table.add_column("Customer", no_wrap=True)
    for title in ("ARR", "Survived", "Years to come", "Expansion", "Value", "80 % interval"):
        table.add_column(title, justify="right", no_wrap=True)
    for one in found.first(_SHOWN):
        table.add_row(
            one.name,
            words.money(one.arr_minor, currency),
            words.count(one.survived, one.clock),
            f"{one.years:.1f}",
            words.money(one.expansion_minor, currency),
            words.money(one.value_minor, currency),
            _between(one.low_minor, one.high_minor, currency).removeprefix(", "),
        )
    console.print(table)
    if len(found) > _SHOWN:
        more = len(found) - _SHOWN
        console.print(f"and {more:,} more; --json and --out have all", highlight=False)
    for says in (*found.rests_on, found.says):
        console.print(says, highlight=False, markup=False)
    for pk, why in found.left_out.items():
        console.print(f"Left out {pk}: {why}", highlight=False, markup=False)


def _between(low: float | None, high: float | None, currency: str) -> str:
    from tenure.kit import words

    if low is None or high is None:
        return ""
    return f", {words.money(low, currency)} to {words.money(high, currency)}"


def _print_change(one: Change) -> None:
    from tenure.kit import words

    before, after = (words.money(minor, one.currency) for minor in (one.before_minor, one.after_minor))
    console.print(f"\nFrom {before} on {one.since} to {after}:", highlight=False)
    for part in one.parts:
        sign = "+" if part.minor >= 0 else ""
        console.print(
            f"  {sign}{words.money(part.minor, one.currency)}  {part.says} ({part.accounts:,})",
            highlight=False,
        )


def _print_poor(found: PoorFits) -> None:
    from tenure.kit import words

    console.print(f"\n{words.count(len(found.accounts), 'poor fit')}. {found.says}", highlight=False)
    for one in found.accounts[:_SHOWN]:
        console.print(f"  {one.name}: {'; '.join(one.reasons)}", highlight=False, markup=False)


def _as_json(found: Equity, changed: Change | None, poor: PoorFits | None) -> dict[str, Any]:
    """Money in major units."""
    from tenure.kit.money import digits

    unit = 10 ** digits(found.currency)
    told: dict[str, Any] = {
        "as_of": found.as_of,
        "currency": found.currency,
        "equity": _major(
            {
                "value": found.value_minor,
                "low": found.low_minor,
                "high": found.high_minor,
                "expansion": found.expansion_minor,
            },
            unit,
        ),
        "assumptions": {
            "gross_margin": found.terms.gross_margin,
            "discount": found.terms.discount,
            "hourly": found.terms.hourly_minor / unit,
            "assumed": sorted(found.terms.assumed),
        },
        "models": [_model(one) for one in found.models],
        "growth": [asdict(one) for one in found.growths],
        "accounts": [_worth(one, unit) for one in found.accounts],
        "left_out": found.left_out,
    }
    if changed:
        told["change"] = {
            "since": changed.since,
            **_major({"before": changed.before_minor, "after": changed.after_minor}, unit),
            "parts": {
                one.name: {"amount": one.minor / unit, "accounts": one.accounts, "says": one.says}
                for one in changed.parts
            },
        }
    if poor:
        told["poor_fit"] = {
            "accounts": [
                {
                    "account_id": one.account_id,
                    "name": one.name,
                    "reasons": one.reasons,
                    **_major(
                        {
                            "value": one.value_minor,
                            "cost_to_retain": one.retain_minor,
                            "cost_to_acquire_a_good_fit": one.compared_minor,
                        },
                        unit,
                    ),
                }
                for one in poor.accounts
            ],
            "cost_to_acquire_a_good_fit": _major(poor.typical, unit),
            "says": poor.says,
        }
    return told


def _major(minor: Mapping[str, float | None], unit: int) -> dict[str, float | None]:
    return {name: None if value is None else value / unit for name, value in minor.items()}


def _model(one: Force) -> dict[str, Any]:
    return {
        "clock": one.clock,
        "segment": one.segment,
        "model": one.name,
        "params": dict(one.estimate.params) if one.estimate else None,
        "renewals": one.renewals,
        "lost": one.lost,
        "back_test": one.tested,
        "says": one.says,
    }


def _worth(one: Worth, unit: int) -> dict[str, Any]:
    return {
        "account_id": one.account_id,
        "name": one.name,
        "segment": one.segment,
        **_major(
            {
                "clv": one.value_minor,
                "low": one.low_minor,
                "high": one.high_minor,
                "arr": one.arr_minor,
                "margin": one.margin_minor,
                "cost_to_serve": one.serve_minor,
                "cost_to_retain": one.retain_minor,
                "expansion": one.expansion_minor,
            },
            unit,
        ),
        "survived": one.survived,
        "clock": one.clock,
        "years": one.years,
        "ends_on": one.ends_on,
        "model": one.model,
        "says": one.says,
    }


def _write(found: Equity, path: Path) -> None:
    from tenure.cli import plots
    from tenure.kit.money import digits

    unit = 10 ** digits(found.currency)
    try:
        if path.suffix == ".csv":
            plots.write_rows([_worth(one, unit) for one in found.accounts], path)
        else:
            plots.draw(_curves(found.models, found.as_of), path)
    except plots.NotWritten as problem:
        fail(str(problem))
    except OSError as error:
        fail(f"{path} cannot be written: {error.strerror}")


def _curves(models: tuple[Force, ...], day: date) -> Any:
    """Survival by years of the models in force."""
    import numpy as np

    from tenure.insight.clv_survival import PERIOD_DAYS
    from tenure.insight.fits import Line, Picture
    from tenure.insight.retention.remaining import survival

    lines = []
    for one in models:
        share = PERIOD_DAYS[one.clock] / PERIOD_DAYS["year"]
        periods = np.arange(0.0, 10 / share + 1)
        name = f"{one.segment or 'all'}, by the {one.clock}"
        lines.append(
            Line(name, (periods * share).tolist(), survival(one.model, periods).tolist(), steps=True)
        )
    return Picture(f"How long customers stay, as of {day}", "Years", "Share still there", lines)
