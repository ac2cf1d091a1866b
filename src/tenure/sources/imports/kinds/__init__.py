"""The kinds of import, one file each. To add one, add a file."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from tenure.sources.imports.kind import KINDS

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")

__all__ = ["KINDS"]
