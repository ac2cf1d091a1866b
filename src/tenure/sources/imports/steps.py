"""The statement that checks a whole file: text becomes values, then faults, then verdicts, a step at a time.

Words of the file get into SQL as literals, its columns as positions: `c0`, `c1`, ….
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import duckdb

from tenure.sources.imports.file import LARGEST_CELL
from tenure.sources.imports.judging import Cells
from tenure.sources.imports.kind import Check, Column, Kind
from tenure.sources.imports.mapping import Columns
from tenure.sources.imports.sql import identifier, literal


def json_columns(connection: duckdb.DuckDBPyConnection, columns: Columns) -> dict[str, str]:
    """Further columns and the SQL of their values as JSON: numbers if all are, truth values if all are."""
    said = {name: _trimmed(columns, name) for name in columns.further}
    if not said:
        return {}
    tests = ", ".join(
        f"bool_and(regexp_full_match({cell}, '-?(0|[1-9]\\d{{0,14}})(\\.\\d{{1,12}})?')), "
        f"bool_and(lower({cell}) in ('true', 'false'))"
        for cell in said.values()
    )
    [found] = connection.execute(f"select {tests} from given").fetchall()  # noqa: S608
    return {
        name: _json_value(cell, bool(found[2 * i]), bool(found[2 * i + 1]))
        for i, (name, cell) in enumerate(said.items())
    }


def _json_value(cell: str, is_number: bool, is_truth: bool) -> str:
    return f"{cell}::json" if is_number else f"lower({cell})::json" if is_truth else f"to_json({cell})"


def cells(columns: Columns) -> list[Cells]:
    """The columns whose manner is to be judged."""
    return [
        Cells(one.name, one.form.manner, columns.called(one.name), _text(columns, one))
        for one in columns.kind.columns
        if one.form.manner and one.name in columns.sources
    ]


def checking_sql(columns: Columns, further: Mapping[str, str], manners: Mapping[str, str]) -> str:
    """The statement that makes the table `checked` of `given` and `ragged`: a chain of queries.

    `manners`: how the cells of canonical columns are written, where that is open.
    """
    kind = columns.kind
    printed = _printed([identifier(one.name) for one in kind.columns])
    key = ", ".join(kind.key)
    steps = {
        "texts": f"line, {_cells(columns)} as cells, {_json(further)} as further, {_texts(columns)} "
        "from given",
        "typed": f"line, cells, further, {_values(kind, manners)}, {_misread(columns, manners)} as misread "
        "from texts",
        "whole": f"* replace ({_replaced(kind.computed)}) from typed",
        "tested": f"*, list_filter(list_concat(misread, {_tests(columns)}), lambda one: one is not null) "
        "as faults from whole",
        "digested": f"*, len(faults) = 0 as is_good, md5(concat_ws(chr(31), further, {printed})) as digest "
        "from tested",
        "numbered": "*, row_number() over (partition by digest, is_good order by line) as occurrence "
        "from digested",
        "keyed": f"* replace ({_replaced(kind.late)}) from numbered",
        "compared": "*, first_value(line) over same as first_line, "
        "first_value(digest) over same as first_digest "
        f"from keyed window same as (partition by {key}, is_good order by line)",
        "repeated": f"*, is_good and first_line < line as is_again, {_same(kind)} as is_alike from compared",
        "judged": "* exclude (misread, faults, is_good, first_line, first_digest, is_again, is_alike), "
        "is_again and is_alike as is_repeat, case when not is_good then faults "
        f"when is_again and not is_alike then [{_contradicts(columns)}] end as wrong from repeated",
        "ragged_too": f"line, cells, [{_misfit(len(columns.names))}] as wrong, false as is_repeat "
        "from ragged",
    }
    chain = ",\n".join(f"{name} as (select {step})" for name, step in steps.items())
    together = "from judged union all by name from ragged_too"
    return (
        f"create table checked as with {chain} "  # noqa: S608 (our own words, and literals)
        f"select row_number() over (order by line) as ordinal, * from ({together}) order by line"
    )


def _replaced(expressions: Mapping[str, str]) -> str:
    """Computed columns for SELECT * REPLACE, which wants at least one."""
    computed = expressions or {"line": "line"}
    return ", ".join(f"{sql} as {identifier(name)}" for name, sql in computed.items())


def _cells(columns: Columns) -> str:
    return f"[{', '.join(f'c{i}' for i in range(len(columns.names)))}]"


def _json(further: Mapping[str, str]) -> str:
    """Further columns as one JSON object, without those that say nothing in a row."""
    said = ", ".join(f"{literal(name)}, {value}" for name, value in further.items())
    return f"json_merge_patch('{{}}', json_object({said}))::varchar" if said else "'{}'"


def _texts(columns: Columns) -> str:
    """Every canonical column's trimmed text, null where there is none."""
    return ", ".join(f"{_text(columns, one)} as {_raw(one)}" for one in columns.kind.columns)


def _text(columns: Columns, column: Column) -> str:
    source = columns.sources.get(column.name)
    said = f"said_currency({_text(columns, columns.kind.column(column.within))})" if column.within else ""
    if source is None:
        return said or "null::varchar"
    text = (
        _trimmed(columns, source.theirs) if source.theirs else f"nullif({literal(source.value.strip())}, '')"
    )
    return f"coalesce({text}, {said})" if said else text


def _trimmed(columns: Columns, theirs: str) -> str:
    """A cell of the file without the blanks around it, null if nothing else is there."""
    return f"nullif(trim(c{columns.names.index(theirs)}, ' \t\r\n\u00a0'), '')"


def _raw(column: Column) -> str:
    return identifier(f"text of {column.name}")


def _values(kind: Kind, manners: Mapping[str, str]) -> str:
    return ", ".join(f"{_value(one, manners)} as {identifier(one.name)}" for one in kind.columns)


def _value(column: Column, manners: Mapping[str, str]) -> str:
    return column.form.value(_raw(column), manners.get(column.name, ""))


def _misread(columns: Columns, manners: Mapping[str, str]) -> str:
    """What is wrong with the cells one by one."""
    faults = [fault for one in columns.kind.columns for fault in _faults(columns, one, manners)]
    return f"[{', '.join([*faults, _overlong(len(columns.names))])}]"


def _overlong(width: int) -> str:
    """A quotation mark that is never closed swallows all that follows."""
    longest = f"greatest({', '.join(f'length(cells[{i + 1}])' for i in range(width))}, 0)"
    says = f"'the row has a cell of ' || {longest} || ' characters; at most {LARGEST_CELL:,} are kept'"
    return _fault("", f"{longest} > {LARGEST_CELL}", says)


def _faults(columns: Columns, column: Column, manners: Mapping[str, str]) -> Iterator[str]:
    text, called = _raw(column), columns.called(column.name)
    said = f"'''' || left({text}, 60) || ''' ' || {column.form.says(text)}"
    yield _fault(called, f"{text} is not null and {_value(column, manners)} is null", said)
    if column.within:
        within = f"said_currency({_raw(columns.kind.column(column.within))})"
        says = f"'''' || {text} || ''' is not the currency that the amount says, ' || {within}"
        yield _fault(called, f"{within} <> upper({text})", says)
    if column.required:
        yield _fault(
            called, f"{text} is null", f"'is empty; every row needs it: ' || {literal(column.means)}"
        )
    if column.form.longest:
        longest = column.form.longest
        yield _fault(
            called,
            f"length({text}) > {longest}",
            f"'has ' || length({text}) || ' characters; it may have {longest}'",
        )


def _fault(called: str, wrong: str, says: str) -> str:
    return f"case when {wrong} then {{'field': {literal(called)}, 'says': {says}}} end"


def _tests(columns: Columns) -> str:
    tests = [_test(columns, one) for one in columns.kind.checks]
    return f"[{', '.join(tests)}]" if tests else "[]"


def _test(columns: Columns, check: Check) -> str:
    """A check of a column that could be read; what it says begins with the value at fault."""
    called = columns.called(check.column)
    unread = f"list_contains(list_transform(misread, lambda one: one.field), {literal(called)})"
    value = f"coalesce('''' || left({_given(columns, check.column)}, 60) || ''' ', '')"
    return _fault(called, f"({check.wrong}) and not coalesce({unread}, false)", f"{value} || {check.says}")


def _given(columns: Columns, ours: str) -> str:
    """What the file says for a column, as it stands there."""
    source = columns.sources.get(ours)
    if source is None:
        return "null"
    if not source.theirs:
        return literal(source.value)
    return f"nullif(trim(cells[{columns.names.index(source.theirs) + 1}]), '')"


def _printed(names: Sequence[str]) -> str:
    return ", ".join(f"coalesce({name}::varchar, '')" for name in names)


def _same(kind: Kind) -> str:
    return "true" if kind.repeats_are_same else "digest = first_digest"


def _contradicts(columns: Columns) -> str:
    called = columns.called(columns.kind.columns[0].name)
    says = "'stands on line ' || first_line || ' already, with other values; keep one of the two'"
    return f"{{'field': {literal(called)}, 'says': {says}}}"


def _misfit(width: int) -> str:
    says = (
        f"'the row has ' || len(cells) || ' cells where the header has {width}; "
        "quote cells that contain the separator'"
    )
    return f"{{'field': '', 'says': coalesce(nullif(says, ''), {says})}}"
