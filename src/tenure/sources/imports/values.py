"""From a file's cells to the values of our columns, as SQL, and what can be wrong with a cell by itself.

Words of the file get into SQL as literals, its columns as positions: `c0`, `c1`, …, whose cells are trimmed,
null where nothing stands in them.
"""

# ruff: noqa: S608 (our own words, and literals)

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import duckdb

from tenure.sources.imports.file import LARGEST_CELL
from tenure.sources.imports.forms import COMMA, DATE, NUMBER, TYPED
from tenure.sources.imports.judging import FURTHER, Cells, Judged
from tenure.sources.imports.kind import Column, Kind
from tenure.sources.imports.mapping import Columns
from tenure.sources.imports.sql import identifier, literal

_SAMPLED = 10_000  # rows after which most columns are known not to be all numbers
_NUMBERS = r"regexp_full_match({x}, '-?(0|[1-9]\d{0,14})(\.\d{1,12})?')"
_WHOLE = "not contains({x}, '.')"
_OPEN = rf"case when {_WHOLE} then true else regexp_full_match({{x}}, '-?[1-9]\d{{0,2}}\.\d{{3}}') end"
# A number with thousands set apart, or a decimal comma. In one of two manners every cell has to be one.
_GROUPED = (
    r"regexp_full_match({x}, '-?(0|[1-9]\d{0,14}|[1-9]\d{0,2}(\.\d{3}){1,4})(,\d{1,10})?')",
    r"regexp_full_match({x}, '-?(0|[1-9]\d{0,14}|[1-9]\d{0,2}(,\d{3}){1,4})(\.\d{1,10})?')",
)
_TRUTHS = "lower({x}) in ('true', 'false')"
# A day with its whole year: `1.10.12` may be a version. In one of the two manners every cell has to be a day.
_NATIONAL = r"regexp_full_match({x}, '\d{1,2}[./-]\d{1,2}[./-]\d{4}')"
_ONE_MANNER = ("as_day_first({x}) is not null", "as_month_first({x}) is not null")


@dataclass(frozen=True)
class Fault:
    """What can be wrong with a row, in SQL: when, in which of the file's columns, and what is said of it."""

    wrong: str
    called: str
    says: str

    @property
    def said(self) -> str:
        """SQL of the fault, null where there is none."""
        return f"case when {self.wrong} then {{'field': {literal(self.called)}, 'says': {self.says}}} end"


@dataclass(frozen=True)
class Values:
    """The columns of a file that is understood and judged. `further`: SQL of JSON texts, by name."""

    columns: Columns
    judged: Judged = field(default_factory=Judged)
    further: Mapping[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> Kind:
        """What the rows are."""
        return self.columns.kind

    def texts(self, rows: str) -> str:
        """Every canonical column's text, null where there is none; `further` as JSON; for rows of `given`."""
        texts = ", ".join(f"{self._text(one)} as {raw(one)}" for one in self.kind.columns)
        return f"select *, {json_object(self.further)} as further, {texts} from {rows}"

    def typed(self, rows: str) -> str:
        """The texts of some rows with every canonical column's value."""
        values = ", ".join(f"{self._value(one)} as {identifier(one.name)}" for one in self.kind.columns)
        return f"select *, {values} from ({self.texts(rows)})"

    def _text(self, column: Column) -> str:
        """An amount that is a bare number says nothing of its currency."""
        is_bare = column.within in self.judged.shapes
        return text(self.columns, column) if not is_bare else _own_text(self.columns, column)

    def _value(self, column: Column) -> str:
        text, form = raw(column), column.form
        if shape := self.judged.shapes.get(column.name):
            return shape.value.replace("{x}", text)
        read = form.value(text, self.judged.manners.get(column.name, ""))
        shaped = " ".join(f"when {one.test} then {one.value}".replace("{x}", text) for one in form.shapes)
        return f"case {shaped} else {read} end" if shaped else read

    def faults(self) -> Iterator[Fault]:
        """What can be wrong with the cells one by one, over `typed`."""
        for column in self.kind.columns:
            yield from self._faults_of(column)
        longest = f"greatest({', '.join(f'length(c{i})' for i in range(len(self.columns.names)))}, 0)"
        # A quotation mark that is never closed swallows all that follows.
        says = f"'the row has a cell of ' || {longest} || ' characters; at most {LARGEST_CELL:,} are kept'"
        yield Fault(f"{longest} > {LARGEST_CELL}", "", says)

    def _faults_of(self, column: Column) -> Iterator[Fault]:
        text, value, called = raw(column), identifier(column.name), self.columns.called(column.name)
        if column.form.wrong and column.name not in self.judged.shapes:
            says = f"'''' || left({text}, 60) || ''' ' || {column.form.says(text)}"
            yield Fault(f"{text} is not null and {value} is null", called, says)
        if column.within and column.within not in self.judged.shapes:
            within = f"said_currency({raw(self.kind.column(column.within))})"
            says = f"'''' || {text} || ''' is not the currency that the amount says, ' || {within}"
            yield Fault(f"{within} <> upper({text})", called, says)
        if column.required:
            says = f"'is empty; every row needs it: ' || {literal(column.means)}"
            yield Fault(f"{text} is null", called, says)
        if longest := column.form.longest:
            says = f"'has ' || length({text}) || ' characters; it may have {longest}'"
            yield Fault(f"length({text}) > {longest}", called, says)

    def digest(self) -> str:
        """SQL of a digest of what a row says."""
        printed = ", ".join(f"coalesce({identifier(one)}::varchar, '')" for one in self.kind.names)
        return f"md5(concat_ws(chr(31), further, {printed}))"


def raw(column: Column) -> str:
    """The name of a column's text."""
    return identifier(f"text of {column.name}")


def text(columns: Columns, column: Column) -> str:
    """SQL of a canonical column's text; a currency that has none of its own may stand in the amount."""
    own = _own_text(columns, column)
    if not column.within:
        return own
    return f"coalesce({own}, said_currency({text(columns, columns.kind.column(column.within))}))"


def _own_text(columns: Columns, column: Column) -> str:
    source = columns.sources.get(column.name)
    if source is None:
        return "null::varchar"
    return cell(columns, source.theirs) if source.theirs else f"nullif({literal(source.value.strip())}, '')"


def cell(columns: Columns, theirs: str) -> str:
    """SQL of a cell of the file."""
    return f"c{columns.names.index(theirs)}"


def cells(columns: Columns, said: Mapping[str, str], has_types: bool) -> list[Cells]:
    """The columns whose manner is to be judged. `said`: manners by what they are about."""

    def of(column: Column) -> Cells:
        is_typed = column.form is NUMBER and has_types and "numbers" not in said
        shapes = (TYPED,) if is_typed else column.form.shapes
        called = columns.called(column.name)
        return Cells(column.name, column.form.manner, called, text(columns, column), shapes)

    return [of(one) for one in columns.kind.columns if one.form.manner and one.name in columns.sources]


def json_object(further: Mapping[str, str]) -> str:
    """SQL of the further columns as one JSON object, without those that say nothing in a row.

    Spaced as Python spaces it, so that most objects go to the database as they are (batches.plain).
    """
    members = (
        f"case when {value} is not null then {literal(json.dumps(name) + ': ')} || {value} end"
        for name, value in further.items()
    )
    return f"'{{' || concat_ws(', ', {', '.join(members)}) || '}}'" if further else "'{}'"


def number_columns(connection: duckdb.DuckDBPyConnection, columns: Columns) -> dict[str, str]:
    """The further columns all of whose cells are numbers, if their points are decimal ones; SQL of each."""
    return dict(_all(connection, _NUMBERS, {name: cell(columns, name) for name in columns.further}))


def open_columns(connection: duckdb.DuckDBPyConnection, numbers: Mapping[str, str]) -> list[Cells]:
    """Of these, those whose points may also be between thousands: `1.200`, and none `1.5`."""
    found = _all(connection, _OPEN, numbers)
    whole = _all(connection, _WHOLE, found)
    return [Cells(f"{FURTHER}{name}", "numbers", name, found[name]) for name in found if name not in whole]


def grouped_columns(
    connection: duckdb.DuckDBPyConnection, columns: Columns, numbers: Mapping[str, str]
) -> list[Cells]:
    """The further columns, none of `numbers`, all of whose cells are like `1.980,50`, or `1,980.50`."""
    said = {name: cell(columns, name) for name in columns.further if name not in numbers}
    found = {name: one for test in _GROUPED for name, one in _all(connection, test, said).items()}
    return [Cells(f"{FURTHER}{name}", "numbers", name, one) for name, one in found.items()]


def date_columns(connection: duckdb.DuckDBPyConnection, columns: Columns) -> list[Cells]:
    """The further columns all of whose cells are days as some country writes them: `31.12.2026`."""
    national = _all(connection, _NATIONAL, {name: cell(columns, name) for name in columns.further})
    days = {name for manner in _ONE_MANNER for name in _all(connection, manner, national)}
    return [Cells(f"{FURTHER}{name}", "dates", name, one) for name, one in national.items() if name in days]


def json_columns(
    connection: duckdb.DuckDBPyConnection,
    columns: Columns,
    numbers: Mapping[str, str],
    asked: Iterable[Cells],
    manners: Mapping[str, str],
) -> dict[str, str]:
    """Further columns and the SQL of their values as JSON: numbers, days or truth values if all are.

    `numbers`: the columns that are; `asked`: those that are judged, with their `manners`.
    """
    about = {one.called: one.about for one in asked}
    said = {name: cell(columns, name) for name in columns.further}
    truths = _all(connection, _TRUTHS, {name: one for name, one in said.items() if name not in numbers})

    def of(name: str, one: str) -> str:
        manner, text = manners.get(f"{FURTHER}{name}", ""), f"to_json({one})::varchar"
        if name in numbers:
            return f"replace({one}, '.', '')" if manner == COMMA else one
        if about.get(name) == "numbers":
            return f"coalesce(plain_number({NUMBER.value(one, manner)}), {text})"
        if name in about:
            return f"to_json(coalesce({DATE.value(one, manner)}::varchar, {one}))::varchar"
        return f"lower({one})" if name in truths else text

    return {name: of(name, one) for name, one in said.items()}


def _all(connection: duckdb.DuckDBPyConnection, test: str, said: Mapping[str, str]) -> Mapping[str, str]:
    """The columns all of whose cells that say anything pass a test; a beginning tells of most that do not."""
    sampled = _passing(connection, f"(from given limit {_SAMPLED})", test, said)
    likely = {name: one for name, one in said.items() if sampled[name] is not False}
    passing = _passing(connection, "given", test, likely)
    return {name: one for name, one in likely.items() if passing[name]}


def _passing(
    connection: duckdb.DuckDBPyConnection, rows: str, test: str, said: Mapping[str, str]
) -> dict[str, bool | None]:
    """Whether all cells pass a test, by column; None where no cell says anything."""
    if not said:
        return {}
    tests = ", ".join(f"bool_and({test.replace('{x}', one)})" for one in said.values())
    [found] = connection.execute(f"select {tests} from {rows}").fetchall()
    return dict(zip(said, found, strict=True))
