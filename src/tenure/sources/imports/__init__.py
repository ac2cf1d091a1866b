"""Files in: read, understood by column names, checked row by row, written once however often they come."""

from tenure.sources.imports.previewing import Preview, columns_of, preview
from tenure.sources.imports.running import run_import

__all__ = ["Preview", "columns_of", "preview", "run_import"]
