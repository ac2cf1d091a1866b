"""The building holds: storeys, purity, one way to fetch, names that never appear."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from importlinter import cli as import_linter

SOURCE = Path(__file__).parents[1] / "src" / "tenure"
NEVER = {"utils", "util", "helpers", "services", "managers", "common", "misc"}


def test_imports_go_downwards_and_rules_are_pure(capsys: pytest.CaptureFixture[str]) -> None:
    kept = import_linter.lint_imports(cache_dir=None, no_cache=True) == import_linter.EXIT_STATUS_SUCCESS
    assert kept, capsys.readouterr().out


# What answers people fetches through an Access, never from a table.
ARGUED = {  # how often a module may all the same, and why
    "web/pages/signin.py": 2,  # somebody joins: a user belongs to no workspace yet
    "web/queries/customers.py": 1,  # joined to rows that were fetched through an Access
    "web/queries/lines.py": 1,  # the same
    "web/queries/orders.py": 1,  # the same
    "web/queries/attributes.py": 1,  # the same
    "web/queries/scattered.py": 1,  # the same
    "web/queries/standings.py": 1,  # of a whole workspace only: a book's condition is about accounts
}
SHOWING = [
    path for room in ("web/pages", "web/queries", "cli") for path in sorted((SOURCE / room).rglob("*.py"))
]


@pytest.mark.parametrize("path", SHOWING, ids=lambda path: str(path.relative_to(SOURCE)))
def test_pages_and_commands_never_use_a_tables_own_manager(path: Path) -> None:
    used = [
        f"line {node.lineno}: .{node.attr}"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in ("objects", "_default_manager", "_base_manager")
    ]
    allowed = ARGUED.get(str(path.relative_to(SOURCE)), 0)
    assert len(used) <= allowed, f"fetch through access.of(Model) or access.get(Model, id): {used}"


def test_every_module_opens_with_a_sentence() -> None:
    silent = [
        str(path.relative_to(SOURCE))
        for path in SOURCE.rglob("*.py")
        if "migrations" not in path.parts and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert not silent, "say in one sentence what the module is for"


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert not [path for path in SOURCE.rglob("*.py") if path.stem in NEVER or path.parent.name in NEVER]
