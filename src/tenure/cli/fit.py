"""`tenure fit MODEL FILE`: fit a model of retention, purchases or survival to a table."""

from __future__ import annotations

import typer

from tenure.cli.base import app

fit_app = typer.Typer(no_args_is_help=True, help="Fit a model to a table of customers: what will they do?")
app.add_typer(fit_app, name="fit")
