"""What a kind of import is: its columns, its checks, and how a checked batch is written."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

import pyarrow as pa
from django.db.models import Model, QuerySet

from tenure.kit.registry import Registry
from tenure.sources.imports.forms import Form
from tenure.workspaces.models import Workspace

LARGEST_AMOUNT = 10**13  # of a currency's units: what remains a whole number of cents in every store


@dataclass(frozen=True)
class Column:
    """A canonical column.

    `also`: other names it is known by, in lower case without punctuation, the surest first. `looks`: what its
    cells look like (a name of looks.LOOKS), where its form does not say. `stands_in`: our column that is used
    where the file has none for this one. `within`: our column whose cells may say this currency too ("5 €").
    """

    name: str
    form: Form
    means: str
    required: bool = False
    also: str = ""
    looks: str = ""
    stands_in: str = ""
    within: str = ""

    @property
    def synonyms(self) -> list[str]:
        """The other names."""
        return self.also.split()


@dataclass(frozen=True)
class Check:
    """A check over a row's values, in SQL: when `wrong` is true, `column` is at fault, as `says` says."""

    column: str
    wrong: str
    says: str


@dataclass(frozen=True)
class Load:
    """Where a batch goes, and what is known beside its rows."""

    workspace: Workspace
    run_id: str
    as_of: date
    started_at: datetime
    position: int = 0  # the number of the batch's last row in its file


@dataclass(frozen=True)
class Written:
    """What became of a batch's rows."""

    added: int = 0
    changed: int = 0
    same: int = 0

    def __add__(self, other: Written) -> Written:
        return Written(self.added + other.added, self.changed + other.changed, self.same + other.same)


class Rows(Protocol):
    """All rows of a file, as far as a hint needs them."""

    def values_of(self, ours: str) -> list[Any]:
        """The distinct values of a canonical column, nulls left out."""
        ...


def no_hint(rows: Rows, workspace: Workspace) -> str:
    """Nothing to say about the file as a whole."""
    return ""


@dataclass(frozen=True)
class Told:
    """Rows of a table that a batch tells of, where their keys are known without asking for the rows."""

    model: type[Model]
    keys: Collection[str]


def about_nothing(load: Load, batch: pa.Table) -> Sequence[QuerySet[Any] | Told]:
    """Nothing on record is told of."""
    return ()


def no_implications(columns: Mapping[str, str]) -> Mapping[str, str]:
    """Nothing follows from the names of the columns."""
    return {}


@dataclass(frozen=True)
class Kind:
    """A kind of import.

    - `further`: what columns that are not canonical become (`attributes`, `properties`; empty: left out)
    - `computed`: SQL of columns worked out from the others before the checks; `late` of columns where the
      row has none, after the checks: from `digest` (of its content) and `occurrence` (among equal rows)
    - `numbers`: which of `digest` and `occurrence` the batches given to `write` have beside the columns
    - `key`: SQL expressions that tell rows apart; `repeats_are_same`: rows of one key count once, whatever
      else stands in them. Otherwise a row that says something else than the first of its key is rejected
    - `tree`: the columns of a record and of what it stands below, where no circle may be closed
    - `imply`: constants that follow from the names of the mapped columns (ours → theirs)
    - `hint`: what would help many rows at once, looking at all of them
    - `write`: writes checked rows; `batch_rows` of them at a time; `is_record`: into the app database, in
      the transaction that counts them. Otherwise `would` says what writing would do
    - `about`: the rows on record that a batch tells of, so that they stay when another import that told of
      them too is undone
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    write: Callable[[Load, pa.Table], Written]
    key: tuple[str, ...]
    checks: tuple[Check, ...] = ()
    further: str = ""
    computed: Mapping[str, str] = field(default_factory=dict)
    late: Mapping[str, str] = field(default_factory=dict)
    numbers: tuple[str, ...] = ()
    repeats_are_same: bool = False
    tree: tuple[str, str] | None = None
    imply: Callable[[Mapping[str, str]], Mapping[str, str]] = no_implications
    hint: Callable[[Rows, Workspace], str] = no_hint
    batch_rows: int = 2000
    is_record: bool = True
    would: Callable[[Load, pa.Table], Written] | None = None
    about: Callable[[Load, pa.Table], Sequence[QuerySet[Any] | Told]] = about_nothing

    def column(self, name: str) -> Column:
        """One of the columns."""
        return next(one for one in self.columns if one.name == name)

    @property
    def names(self) -> tuple[str, ...]:
        """The canonical columns' names."""
        return tuple(one.name for one in self.columns)

    @property
    def passed(self) -> tuple[str, ...]:
        """The columns of the batches given to `write`; `further` is JSON text."""
        return (*self.names, *(["further"] if self.further else []), *self.numbers)


KINDS: Registry[Kind] = Registry("tenure.imports")
