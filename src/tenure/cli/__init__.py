"""The command line, one module per command.

A module here adds its command to `base.app`; its heavy imports stay inside the command, so that
`tenure --help` answers at once.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from tenure.cli.base import app


def main() -> None:
    """The `tenure` command."""
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
    app(prog_name="tenure")
