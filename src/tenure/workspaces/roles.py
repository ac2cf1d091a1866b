"""Roles and what each may do."""

from __future__ import annotations

from enum import StrEnum


class Right(StrEnum):
    """What a page or command may ask for."""

    READ = "read"
    WORK = "work"  # handle warnings, write notes
    LOAD = "load"  # import files, mend and replay rejected records
    ADMINISTER = "administer"  # people, keys, settings


class Role(StrEnum):
    """A person's part in a workspace."""

    OWNER = "owner"
    MANAGER = "manager"
    VIEWER = "viewer"

    @property
    def rights(self) -> frozenset[Right]:
        """Everything this role may do."""
        return _RIGHTS[self]


_RIGHTS = {
    Role.OWNER: frozenset(Right),
    Role.MANAGER: frozenset({Right.READ, Right.WORK, Right.LOAD}),
    Role.VIEWER: frozenset({Right.READ}),
}
