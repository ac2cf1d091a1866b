"""Facts that several rooms of the record announce in the same shape."""

from __future__ import annotations

from tenure.kit.outbox import Fact, fact


@fact
class EventsArrived(Fact, frozen=True, kw_only=True):
    """Events were appended to the lake. No `account_ids` means: too many to list, refresh all."""

    account_ids: tuple[str, ...] = ()
    first_day: str  # ISO date of the earliest of them, UTC
    count: int


@fact
class EventsStored(Fact, frozen=True, kw_only=True):
    """Events were appended to the lake, whoever they are of: also of people whose account nobody knows."""

    count: int


@fact
class RecordsChanged(Fact, frozen=True, kw_only=True):
    """Rows of a record table changed (account, person, term, response). No `account_ids`: many."""

    table: str
    account_ids: tuple[str, ...] = ()
    first_day: str  # ISO date of the earliest day whose figures may differ


@fact
class HealthChanged(Fact, frozen=True, kw_only=True):
    """Accounts were rescored. No `account_ids`: all."""

    account_ids: tuple[str, ...] = ()


@fact
class AttributeRulesChanged(Fact, frozen=True, kw_only=True):
    """Somebody said of what type attributes are, or whose word counts most. No `names`: of everything."""

    names: tuple[str, ...] = ()


@fact
class DuplicatesRequested(Fact, frozen=True, kw_only=True):
    """Somebody asked to look for duplicates among very many."""


@fact
class ImportRequested(Fact, frozen=True, kw_only=True):
    """Somebody uploaded a file and pressed Import, or answered what the import asked."""

    run_id: str
    answered: str = ""  # about what; each answer has it go on once

    @property
    def key(self) -> str:
        """What tells it from the same import asked for at another time."""
        return f"{self.run_id}-{self.answered}" if self.answered else self.run_id


@fact
class PickupSetUp(Fact, frozen=True, kw_only=True):
    """Somebody said where files are to be fetched from; the first is to be looked at."""

    pickup_id: str
    attempt: int


@fact
class ExportRequested(Fact, frozen=True, kw_only=True):
    """Somebody asked for everything as files."""

    run_id: str


@fact
class AuditRequested(Fact, frozen=True, kw_only=True):
    """Somebody asked which metrics tell what becomes of customers."""

    run_id: str


@fact
class MailDue(Fact, frozen=True, kw_only=True):
    """A mail is to be sent, or tried again after so many attempts."""

    posting_id: str
    attempt: int


@fact
class MendingRequested(Fact, frozen=True, kw_only=True):
    """Somebody had all rejected events of a reason put through again."""

    run_id: str


@fact
class ImportUndoRequested(Fact, frozen=True, kw_only=True):
    """Somebody asked to take back what an import did."""

    run_id: str
    who: str


@fact
class DemoRemovalRequested(Fact, frozen=True, kw_only=True):
    """Somebody had enough of the demo, which is this workspace."""
