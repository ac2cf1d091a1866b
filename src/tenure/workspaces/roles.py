"""Roles and what each may do: the one table that pages, commands and the guide read."""

from __future__ import annotations

from enum import StrEnum


class Right(StrEnum):
    """What a page or command may ask for."""

    READ = "read"
    WORK = "work"
    EXPORT = "export"
    LOAD = "load"
    DEFINE = "define"
    ADMINISTER = "administer"
    OWN = "own"

    @property
    def means(self) -> str:
        """What it lets somebody do."""
        return _MEANS[self]


class Role(StrEnum):
    """A person's part in a workspace, the most powerful first."""

    OWNER = "owner"
    ADMIN = "admin"
    LEADER = "leader"
    MANAGER = "manager"
    REPRESENTATIVE = "representative"
    AGENT = "agent"
    VIEWER = "viewer"

    @property
    def rights(self) -> frozenset[Right]:
        """Everything this role may do where it sees every customer."""
        return _RIGHTS[self]

    @property
    def who(self) -> str:
        """Whom it is meant for."""
        return _WHO[self]

    @property
    def may_be_narrowed(self) -> bool:
        """Whether its bearer can be held to some books: not who runs the workspace."""
        return Right.ADMINISTER not in self.rights


# These reach every customer, so whoever is held to some books does not have them.
OF_ALL = frozenset({Right.LOAD, Right.DEFINE, Right.ADMINISTER, Right.OWN})

_MEANS = {
    Right.READ: "look at customers and their figures",
    Right.WORK: "handle warnings, write notes, change what is known of a customer",
    Right.EXPORT: "take lists of customers out as files",
    Right.LOAD: "import files, mend and replay what was set aside",
    Right.DEFINE: "say how figures are computed: key features, health, metrics",
    Right.ADMINISTER: "people, keys, settings, security, the audit log",
    Right.OWN: "name owners and admins, make more workspaces",
}

_WHO = {
    Role.OWNER: "answers for the workspace",
    Role.ADMIN: "runs it from day to day",
    Role.LEADER: "leads customer success",
    Role.MANAGER: "manages a book of customers",
    Role.REPRESENTATIVE: "sells to customers or helps a manager",
    Role.AGENT: "answers customers' questions",
    Role.VIEWER: "looks on",
}

_LOOK = frozenset({Right.READ})
_WORK = _LOOK | {Right.WORK}
_RIGHTS = {
    Role.OWNER: frozenset(Right),
    Role.ADMIN: frozenset(Right) - {Right.OWN},
    Role.LEADER: _WORK | {Right.EXPORT, Right.LOAD, Right.DEFINE},
    Role.MANAGER: _WORK | {Right.EXPORT, Right.LOAD},
    Role.REPRESENTATIVE: _WORK | {Right.EXPORT},
    Role.AGENT: _WORK,
    Role.VIEWER: _LOOK,
}


def a(role: Role) -> str:
    """`a viewer`, `an owner`."""
    return f"{'an' if role[0] in 'aeiou' else 'a'} {role}"
