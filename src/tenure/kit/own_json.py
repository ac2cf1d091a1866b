"""JSON that nobody but us writes."""

from __future__ import annotations

from typing import Any

from django.db import models


class OwnJSON(models.JSONField):
    """A JSON field whose texts SQLite takes as they are.

    Usually it reads each once more to see that it is JSON: of an account's four that is a twentieth of what
    an import of it costs. Every text is made by Django or `kit/bulk.py`.
    """

    def db_check(self, connection: Any) -> None:
        """Nothing is checked."""
