"""In which manner a column is written: judged over all its cells, and asked where they leave it open.

`03/04/2026` alone can be read two ways; in a column in which `31/12/2026` stands too, only one. What a column
leaves open, the file's other columns of its sort may settle. What nobody has settled is a question.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import duckdb

from tenure.sources.imports.forms import MANNERS, POINT, Shape

# In the order of MANNERS: what tells them apart, and how an open cell reads in each: SQL over the text {x}.
_TESTS = {
    "dates": ("is_day_first({x})", "is_month_first({x})", "is_ambiguous_day({x})"),
    "numbers": ("is_comma({x})", "is_point({x})", "is_ambiguous_number({x})"),
}
_READINGS = {
    "dates": ("strftime(as_day_first({x}), '%-d %B %Y')", "strftime(as_month_first({x}), '%-d %B %Y')"),
    "numbers": ("plain_number(as_comma({x}))", "plain_number(as_point({x}))"),
}
# What a cell has that can be told apart at all: most have not, and patterns are dear.
_WORTH_A_LOOK = {
    "dates": "x[2] in ('.', '/', '-') or x[3] in ('.', '/', '-')",
    "numbers": "contains(x, '.') or contains(x, ',')",
}
FURTHER = "further "  # before the name of a column that is none of ours
_EXAMPLES = 2
_LOOKED_AT = 50  # open cells among which they are found


@dataclass(frozen=True)
class Example:
    """A cell that can be read two ways, and both readings, in the order of MANNERS."""

    text: str
    readings: tuple[str, str]


@dataclass(frozen=True)
class Question:
    """What a column leaves open: how its `dates` or `numbers` are meant, with cells of its own."""

    about: str
    column: str
    examples: tuple[Example, ...]

    @property
    def says(self) -> str:
        """The question in words."""
        first = self.examples[0]
        return (
            f"has {self.about} in {self.column!r} that can be read two ways: {first.text} is "
            f"{first.readings[0]} or {first.readings[1]}"
        )


@dataclass(frozen=True)
class Judged:
    """The manner of each column, and the questions that are left, one for each sort.

    Ours go by their name, others by theirs after `FURTHER`. `shapes`: of columns all of whose cells are
    written in one shape, which.
    """

    manners: Mapping[str, str] = field(default_factory=dict)
    questions: tuple[Question, ...] = ()
    shapes: Mapping[str, Shape] = field(default_factory=dict)


@dataclass(frozen=True)
class Cells:
    """A column to be judged: ours, what its manner is about, the file's name for it, SQL of its text.

    `shapes`: in which it may be written that leave nothing open.
    """

    ours: str
    about: str
    called: str
    text: str
    shapes: tuple[Shape, ...] = ()


@dataclass(frozen=True)
class _Found:
    cells: Cells
    first: int
    second: int
    open: int
    examples: tuple[Example, ...]

    @property
    def manner(self) -> str:
        """What the column's own cells say, if they agree."""
        return _one_sided(self.cells.about, self.first, self.second)


def judge(
    connection: duckdb.DuckDBPyConnection, columns: list[Cells], said: Mapping[str, str], has_types: bool
) -> Judged:
    """Judge the columns of the table `given`. `said`: manners by what they are about.

    Where `has_types`, numbers are numbers: open ones among texts have a point.
    """
    shapes = _shapes(connection, columns)
    found = [_evident(connection, one, shapes) for one in columns]
    manners: dict[str, str] = {}
    questions: dict[str, Question] = {}
    for one in found:
        about = one.cells.about
        manner = said.get(about) or one.manner or _of_others(one, found)
        if not manner and about == "numbers" and has_types:
            manner = POINT
        manners[one.cells.ours] = manner
        if one.open and not manner:
            questions.setdefault(about, Question(about, one.cells.called, one.examples))
    return Judged(manners, tuple(questions.values()), {ours: shape for ours, (shape, _) in shapes.items()})


def _shapes(connection: duckdb.DuckDBPyConnection, columns: list[Cells]) -> dict[str, tuple[Shape, bool]]:
    """The columns that are written in one shape throughout: which, and whether any cell has a point.

    All are looked at in one pass, since most files have no others.
    """
    asked = [one for one in columns if one.shapes]
    if not asked:
        return {}
    texts = ", ".join(f"{one.text} as x{i}" for i, one in enumerate(asked))
    tests = ", ".join(_shaped(one, f"x{i}") for i, one in enumerate(asked))
    [found] = connection.execute(f"select {tests} from (select {texts} from given)").fetchall()  # noqa: S608
    judged: dict[str, tuple[Shape, bool]] = {}
    for i, one in enumerate(asked):
        first, last, has_point = found[3 * i : 3 * i + 3]
        if first == last and first != len(one.shapes):  # also where no cell says anything
            judged[one.ours] = one.shapes[first or 0], bool(has_point)
    return judged


def _shaped(cells: Cells, x: str) -> str:
    """SQL of the least and the greatest number of a shape that a cell has, and whether one has a point."""
    tests = " ".join(f"when {one.test.replace('{x}', x)} then {i}" for i, one in enumerate(cells.shapes))
    number = f"case when {x} is null then null {tests} else {len(cells.shapes)} end"
    return f"min({number}), max({number}), bool_or(contains({x}, '.'))"


def _evident(
    connection: duckdb.DuckDBPyConnection, cells: Cells, shapes: Mapping[str, tuple[Shape, bool]]
) -> _Found:
    """What a column's cells say of their manner; in one shape, only numbers with a point say anything."""
    if cells.ours not in shapes:
        return _found(connection, cells)
    _, has_point = shapes[cells.ours]
    return _Found(cells, 0, int(has_point and cells.about == "numbers"), 0, ())


def _found(connection: duckdb.DuckDBPyConnection, cells: Cells) -> _Found:
    tests = [test.replace("{x}", "x") for test in _TESTS[cells.about]]
    counts = ", ".join(f"count(*) filter ({test})" for test in tests)
    sql = (
        f"select {counts}, arg_min(x, line, {_LOOKED_AT}) filter ({tests[2]}) "  # noqa: S608
        f"from (select line, {cells.text} as x from given) where {_WORTH_A_LOOK[cells.about]}"
    )
    [(first, second, open_, texts)] = connection.execute(sql).fetchall()
    return _Found(
        cells,
        first,
        second,
        open_,
        tuple(_example(connection, cells, one) for one in _different(texts or ())),
    )


def _different(texts: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(texts))[:_EXAMPLES]


def _example(connection: duckdb.DuckDBPyConnection, cells: Cells, text: str) -> Example:
    readings = ", ".join(one.replace("{x}", "x") for one in _READINGS[cells.about])
    [(first, second)] = connection.execute(
        f"select {readings} from (select $1::varchar as x)",  # noqa: S608
        [text],
    ).fetchall()
    return Example(text[:60], (first, second))


def _of_others(one: _Found, found: list[_Found]) -> str:
    """What the other columns of its sort say, for a column whose own cells say nothing."""
    if one.first or one.second:  # they say different things: no other column settles that
        return ""
    alike = [other for other in found if other.cells.about == one.cells.about]
    return _one_sided(
        one.cells.about, sum(other.first for other in alike), sum(other.second for other in alike)
    )


def _one_sided(about: str, first: int, second: int) -> str:
    if bool(first) == bool(second):
        return ""
    return MANNERS[about][0] if first else MANNERS[about][1]
