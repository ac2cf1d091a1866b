"""Which of a file's columns is which of ours: as said, else guessed, and how sure the guess is.

Names come first, and cells are held against them: a column that is named like ours and does not look like it
is a poor guess. What no name settles, cells may: the only column of e-mail addresses is the e-mail address.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from tenure.kit.words import listing
from tenure.sources.imports.files import FileProblem
from tenure.sources.imports.headers import known, plain
from tenure.sources.imports.kind import Column, Kind
from tenure.sources.imports.looks import LOOKS, Cells, look_of

SET_ASIDE = "rejected_"  # columns so named are ours, in a file of rejected rows that comes back mended
_SIMILAR = 0.92
_LOOKS_SO = 0.9  # share of the cells
_HARDLY = 0.5
_TELLING = ("email", "domain")  # looks that nothing else has
_BY_CELLS = ("time", "currency", "interval")  # a number may be anything

_Guess = tuple[Column, str, float, str]  # ours, theirs, how sure, by what
_SURE = 0.98  # of a name that needs no second look


@dataclass(frozen=True)
class Source:
    """Where a canonical column's values come from: a column of the file, or one value for all rows."""

    theirs: str = ""
    value: str = ""
    how: str = "as said"
    confidence: float = 1.0


@dataclass(frozen=True)
class Columns:
    """How a file is understood. `missing`: canonical columns that are needed and have no source.

    `twins`: canonical columns that several of the file's, called the same but for case and blanks, could be;
    somebody has to say which.
    """

    kind: Kind
    names: tuple[str, ...]
    sources: Mapping[str, Source]
    further: tuple[str, ...]
    left_out: tuple[str, ...]
    missing: tuple[str, ...]
    twins: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def called(self, ours: str) -> str:
        """A canonical column as the file calls it."""
        source = self.sources.get(ours)
        return source.theirs if source and source.theirs else ours

    def require(self) -> None:
        """Raise FileProblem unless every needed column has a source, and none has several."""
        for ours, theirs in self.twins.items():
            raise FileProblem(
                f"has {len(theirs)} columns that could be {ours}: {listing([repr(one) for one in theirs])}. "
                f"Say which with --map {ours}={theirs[0]!r}, or --map {ours}= for none of them; nothing was "
                "imported"
            )
        if self.missing:
            first = self.missing[0]
            raise FileProblem(
                f"has no column for {listing(self.missing)}; it has {listing(self.names)}. Say which it is "
                f"with --map {first}=COLUMN, or give one value to all rows with --set {first}=VALUE"
            )


def understand(
    kind: Kind,
    names: Sequence[str],
    said: Mapping[str, str],
    values: Mapping[str, str],
    cells: Callable[[], Cells] = Cells,
) -> Columns:
    """Map a file's columns: `said` is ours → theirs (empty: none), `values` is ours → one for all rows.

    `cells` gives the first of them, and is only asked where names leave anything open. Raises FileProblem if
    either of the first two names a column that is not there.
    """
    _check(kind, names, said, values)
    sources = {ours: Source(theirs) for ours, theirs in said.items() if theirs}
    sources |= {ours: Source(value=value) for ours, value in values.items()}
    taken = {source.theirs for source in sources.values()}
    open_columns = [one for one in kind.columns if one.name not in said and one.name not in values]
    sources |= _guessed(kind.name, open_columns, [name for name in names if name not in taken], cells)
    sources |= _standing_in(open_columns, sources)
    sources |= _implied(kind, open_columns, sources)
    twins = _twins({one.name for one in open_columns}, sources, names)
    sources = {ours: source for ours, source in sources.items() if ours not in twins}
    used = {source.theirs for source in sources.values()}
    rest = tuple(name for name in names if name not in used and not name.startswith(SET_ASIDE))
    return Columns(
        kind=kind,
        names=tuple(names),
        sources={ours: sources[ours] for ours in kind.names if ours in sources},
        further=rest if kind.further else (),
        left_out=() if kind.further else rest,
        missing=tuple(
            one.name
            for one in kind.columns
            if one.required and one.name not in sources and one.name not in twins
        ),
        twins=twins,
    )


def likeliest(kinds: Iterable[Kind], names: Sequence[str]) -> Kind:
    """The kind whose columns a file has most of by name, and most surely."""

    def fit(kind: Kind) -> tuple[int, float]:
        columns = understand(kind, names, {}, {})
        found = [one.confidence for one in columns.sources.values() if one.theirs]
        return -len(columns.missing), sum(found) + _SURE * len(columns.twins)

    return max(kinds, key=fit)


def _check(kind: Kind, names: Sequence[str], said: Mapping[str, str], values: Mapping[str, str]) -> None:
    for ours in (*said, *values):
        if ours not in kind.names:
            raise FileProblem(f"{kind.name} have no column {ours!r}; there are {listing(kind.names)}")
    for theirs in said.values():
        if theirs and theirs not in names:
            raise FileProblem(f"has no column {theirs!r}; it has {listing(list(names))}")


def _guessed(
    kind: str, columns: Sequence[Column], names: Sequence[str], cells: Callable[[], Cells]
) -> dict[str, Source]:
    """The likeliest pairs first, each column on either side once; what is left over by its cells."""
    candidates = [(column, name, *_likeness(kind, column, name)) for column in columns for name in names]
    sure = {column.name for column, _, confidence, _ in candidates if confidence >= _SURE}
    is_open = len(sure) < min(len(columns), len(names))
    looked = cells() if is_open else Cells()
    telling = _telling([one for one in columns if one.name not in sure], names, looked)
    found: dict[str, Source] = {}
    taken: set[str] = set()
    held = [_held_against(one, looked, telling) for one in candidates]
    for column, theirs, confidence, how in sorted(held, key=lambda one: -one[2]):
        if confidence and column.name not in found and theirs not in taken:
            found[column.name] = Source(theirs, how=how, confidence=round(confidence, 2))
            taken.add(theirs)
    if is_open:
        found |= _by_cells(columns, [name for name in names if name not in taken], found, looked)
    return found


def _telling(columns: Sequence[Column], names: Sequence[str], cells: Cells) -> dict[str, str]:
    """The columns that are the only ones of a telling look, which one of ours still lacks."""
    found = {}
    for look in _TELLING:
        alike = [name for name in names if (cells.share(name, look) or 0) >= _LOOKS_SO]
        if len(alike) == 1 and any(look_of(one) == look for one in columns):
            found[alike[0]] = look
    return found


def _held_against(candidate: _Guess, cells: Cells, telling: Mapping[str, str]) -> _Guess:
    """A guess by name, less sure where the cells do not look like it; our own names are beyond doubt.

    A column of addresses is the address we look for, even if it is called Contact, and no id.
    """
    column, name, confidence, how = candidate
    look = look_of(column)
    if name == column.name:
        return candidate
    if not look and confidence:
        return column, name, confidence * (0.6 if name in telling else 1), how
    share = cells.share(name, look) if look else None
    if share is None:
        return candidate
    if not confidence and telling.get(name) == look:
        return column, name, 0.6, _looks(look)
    if confidence and share < _HARDLY:
        return column, name, 0.3 * confidence, f"{how}, but few cells look like {LOOKS[look][0]}"
    return candidate


def _looks(look: str) -> str:
    return f"its cells look like {LOOKS[look][0]}"


def _by_cells(
    columns: Sequence[Column], names: Sequence[str], found: Mapping[str, Source], cells: Cells
) -> dict[str, Source]:
    """The first of ours of a look that no column has by name, if just one column left over looks so."""
    guessed: dict[str, Source] = {}
    for look in _BY_CELLS:
        ours = [one for one in columns if look_of(one) == look]
        left = [name for name in names if name not in {one.theirs for one in guessed.values()}]
        alike = [name for name in left if (cells.share(name, look) or 0) >= _LOOKS_SO]
        is_open = ours and not any(one.name in found for one in ours)
        if is_open and len(alike) == 1:
            guessed[ours[0].name] = Source(alike[0], how=_looks(look), confidence=0.6)
    return guessed | _by_being_distinct(columns, names, {**found, **guessed}, cells)


def _by_being_distinct(
    columns: Sequence[Column], names: Sequence[str], found: Mapping[str, Source], cells: Cells
) -> dict[str, Source]:
    """A needed id by the only column left over whose cells all differ."""
    taken = {one.theirs for one in found.values()}
    distinct = [name for name in names if name not in taken and cells.are_distinct(name)]
    first = next((one for one in columns if one.required and one.name.endswith("_id")), None)
    if first is None or first.name in found or first.stands_in in found or len(distinct) != 1:
        return {}
    return {first.name: Source(distinct[0], how="different in every row", confidence=0.5)}


def _likeness(kind: str, column: Column, name: str) -> tuple[float, str]:
    """How sure it is that a file's column is this one of ours, and by what."""
    if name == column.name:
        return 1.0, "same name"
    called, ours = plain(name), plain(column.name)
    if called == ours:
        return 0.98, "same name"
    names = known(kind, column.name, tuple(column.synonyms))
    if called in names:
        return names[called], "known name"
    # Words of other languages are too near to each other for this: a contrat is no contract.
    closest = max(_alike(called, one) for one in (ours, *column.synonyms))
    return (0.6 * closest, "similar name") if closest >= _SIMILAR and len(called) > 4 else (0.0, "")


def _alike(one: str, other: str) -> float:
    """How alike two names are, up to 1; 0 where their lengths alone keep them from being enough so."""
    both = len(one) + len(other)
    could_be = 2 * min(len(one), len(other)) >= _SIMILAR * both
    return SequenceMatcher(None, one, other).ratio() if could_be else 0.0


def _twins(
    guessed: Iterable[str], sources: Mapping[str, Source], names: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """The columns of ours whose guess is called as others of the file that nothing else takes."""
    taken = {source.theirs for source in sources.values()}
    free: dict[str, list[str]] = {}
    for name in names:
        if name not in taken:
            free.setdefault(plain(_before_numbering(name, names)), []).append(name)
    return {
        ours: tuple(one for one in names if one == theirs or one in alike)
        for ours in sources
        if ours in guessed
        and (theirs := sources[ours].theirs)
        and (alike := free.get(plain(_before_numbering(theirs, names))))
    }


def _before_numbering(name: str, names: Sequence[str]) -> str:
    """What a column was called before it got a number because an earlier one has the same name."""
    first = re.sub(r" \(\d+\)$", "", name)
    return first if first in names else name


def _standing_in(columns: Sequence[Column], sources: Mapping[str, Source]) -> dict[str, Source]:
    return {
        one.name: Source(sources[one.stands_in].theirs, how=f"same as {one.stands_in}", confidence=0.8)
        for one in columns
        if one.name not in sources and one.stands_in in sources and sources[one.stands_in].theirs
    }


def _implied(kind: Kind, columns: Sequence[Column], sources: Mapping[str, Source]) -> dict[str, Source]:
    theirs = {ours: source.theirs for ours, source in sources.items() if source.theirs}
    names = {one.name for one in columns} - sources.keys()
    return {
        ours: Source(value=value, how="assumed", confidence=0.5)
        for ours, value in kind.imply(theirs).items()
        if ours in names
    }


def pairs(kind: Kind, names: Sequence[str], texts: Iterable[str]) -> dict[str, str]:
    """`ours=theirs` as typed, the other way round where only that makes sense. Raises FileProblem."""
    return dict(_pair(kind, names, text) for text in texts)


def _pair(kind: Kind, names: Sequence[str], text: str) -> tuple[str, str]:
    """One pair: of all ways to read it the first in which one side is ours and the other in the file."""
    sides = list(_splits(text))
    readings = [*sides, *((right, left) for left, right in sides)]
    for ours, theirs in readings:
        if ours in kind.names and (theirs in names or not theirs):
            return ours, theirs
    if not sides:
        raise FileProblem(f"--map {text}: write it as OURS=THEIRS, like account_id=customerID")
    if any(ours in kind.names for ours, _ in readings):
        raise FileProblem(f"--map {text}: the file has no such column; it has {listing(list(names))}")
    raise FileProblem(f"--map {text}: {kind.name} have no such column; there are {listing(kind.names)}")


def _splits(text: str) -> Iterator[tuple[str, str]]:
    """Every way to split at an equals sign: a file's column may have one in its name."""
    for found in re.finditer("=", text):
        yield text[: found.start()].strip(), text[found.end() :].strip()


def constants(kind: Kind, texts: Iterable[str]) -> dict[str, str]:
    """`ours=value` as typed. Raises FileProblem."""
    found = {}
    for text in texts:
        ours, equals, value = text.partition("=")
        if not equals or ours not in kind.names:
            raise FileProblem(
                f"--set {text}: write it as COLUMN=VALUE, like currency=USD; "
                f"columns are {listing(kind.names)}"
            )
        found[ours] = value
    return found
