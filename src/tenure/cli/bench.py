"""`tenure bench NAME`: measure ratios against a baseline in one run."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import Annotated

import typer

import tenure.bench
from tenure.cli.base import Json, app, console, fail, print_json, start_django


@app.command()
def bench(
    name: Annotated[str, typer.Argument(help="Which one; without a name, lists them.")] = "",
    rounds: Annotated[int | None, typer.Option(help="How often, where a benchmark repeats.")] = None,
    json: Json = False,
) -> None:
    """Measure Tenure on this machine, as ratios against a named baseline."""
    names = sorted(module.name for module in iter_modules(tenure.bench.__path__) if module.name[0] != "_")
    if name not in names:
        fail(f"no benchmark {name!r}; there are: {', '.join(names)}")
    start_django()
    result = import_module(f"tenure.bench.{name}").run(rounds)
    if json:
        print_json(result)
        return
    console.print(f"[bold]{result.name}[/bold] against {result.baseline}")
    for key, value in {**result.ratios, **result.figures}.items():
        console.print(f"  {key:<40} {value if isinstance(value, str) else f'{value:,.3f}'}")
