"""People of whom a client says step by step who they are, for `bench kill`; and what is known in the end."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from tenure.accounts.rules import ANONYMOUS
from tenure.kit.ids import new_id

Event = dict[str, object]


@dataclass
class Persona:
    """Somebody who is first a visitor, then signs in, joins an account, and had another id before."""

    id: str = field(default_factory=lambda: new_id()[-20:])
    said: int = 0  # how many of the steps were acknowledged

    @property
    def user(self) -> str:
        """The id they have in the end."""
        return f"user-{self.id}"

    @property
    def account(self) -> str:
        """Whose they are."""
        return f"group-{self.id[-3:]}"

    def steps(self) -> Iterator[Event]:
        """What the client sends, each after the answer to the one before."""
        visitor, former = f"visitor-{self.id}", f"former-{self.id}"
        steps: list[Event] = [
            {"type": "page", "anonymousId": visitor, "name": "Pricing"},
            {"type": "identify", "userId": self.user, "anonymousId": visitor, "traits": {"name": self.id}},
            {"type": "group", "userId": self.user, "groupId": self.account, "traits": {"name": self.account}},
            {"type": "track", "userId": former, "event": "Report opened"},
            {"type": "alias", "userId": self.user, "previousId": former},
            {"type": "track", "userId": self.user, "event": "Report opened"},
        ]
        yield from ({**step, "messageId": new_id()} for step in steps)

    def meanings(self) -> list[tuple[str, str]]:
        """What must be known by now: (observed id, the id it means the same as)."""
        known = [(2, f"{ANONYMOUS}visitor-{self.id}"), (5, f"former-{self.id}")]
        return [(observed, self.user) for step, observed in known if self.said >= step]


@dataclass(frozen=True)
class Known:
    """The record at the end: whom observed ids mean, and whose people are."""

    people: dict[str, str]
    accounts: dict[str, str]
    account_of: dict[str, str | None]

    @classmethod
    def read(cls, app_db: Path, workspace_id: str) -> Known:
        """From the application's database."""
        with closing(sqlite3.connect(app_db)) as db:
            meant = "SELECT observed, target_id FROM identity WHERE workspace_id = ? AND kind = ?"
            return cls(
                dict(db.execute(meant, (workspace_id, "person")).fetchall()),
                dict(db.execute(meant, (workspace_id, "account")).fetchall()),
                dict(db.execute("SELECT id, account_id FROM person WHERE workspace_id = ?", (workspace_id,))),
            )

    def judge(self, persona: Persona) -> tuple[int, int]:
        """How much must be known of somebody, and how much of it is not so."""
        meanings = persona.meanings()
        wrong = sum(
            observed not in self.people or self.people[observed] != self.people.get(same)
            for observed, same in meanings
        )
        if persona.said < 3:
            return len(meanings), wrong
        account = self.account_of.get(self.people.get(persona.user, ""))
        is_wrong = account is None or account != self.accounts.get(persona.account)
        return len(meanings) + 1, wrong + is_wrong
