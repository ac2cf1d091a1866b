"""Text inside SQL: other people's words as literals, names as identifiers."""

from __future__ import annotations


def literal(text: str) -> str:
    """Any text as an SQL string."""
    return "'" + text.replace("'", "''").replace("\x00", "") + "'"


def identifier(name: str) -> str:
    """Any name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'
