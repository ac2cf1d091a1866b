"""The statements that check a whole file: text becomes values, values get a verdict, faults are put in words.

Most rows of most files are clean, so a row is first only found good or bad; what is wrong is worked out in a
statement of its own, over the bad rows alone. They lead from the tables `given` (ordinal, line, c0, c1, …)
and `ragged` (ordinal, line, cells, says) to

- `rows`: the canonical columns of each row, `further`, `is_good`, and a `digest` where one is asked for
- `again(ordinal, occurrence)`: rows of one digest, where there are several
- `numbered`: a view of `rows` with `occurrence` and the columns that are worked out late
- `repeats(ordinal, first, is_alike)`: good rows whose key another has already
- `faults(ordinal, line, cells, wrong)`: the rows that are set aside, and why
"""

# ruff: noqa: S608 (our own words, and literals)

from __future__ import annotations

from collections.abc import Mapping

from tenure.sources.imports.kind import Check, Kind
from tenure.sources.imports.mapping import Columns
from tenure.sources.imports.sql import identifier, literal
from tenure.sources.imports.values import Fault, Values


def rows(values: Values) -> str:
    """The statement that makes `rows`."""
    kind = values.kind
    tested = " or ".join(f"coalesce({one.wrong}, false)" for one in values.faults())
    typed = f"select *, {tested} as is_bad from ({values.typed('given')})"
    whole = f"select * replace ({_replaced(kind.computed)}) from ({typed})"
    checks = "".join(f" or coalesce({one.wrong}, false)" for one in kind.checks)
    passed = ", ".join(["ordinal", *(identifier(one) for one in kind.names), "further"])
    judged = f"select {passed}, not (is_bad{checks}) as is_good from ({whole})"
    return f"create temp table rows as select *, {_digest(values)} as digest from ({judged})"


def _digest(values: Values) -> str:
    """A digest of the rows that need one; where it helps to work out a column, of those without that."""
    if not is_digested(values.kind):
        return "null::varchar"
    lacks = " or ".join(f"{identifier(name)} is null" for name in values.kind.late) or "true"
    return f"case when is_good and ({lacks}) then {values.digest()} end"


def is_digested(kind: Kind) -> bool:
    """Whether rows of a kind are told apart by all they say."""
    return "digest" in " ".join(kind.key) or bool(kind.late or kind.numbers)


def again(kind: Kind) -> str:
    """The statement that makes `again`."""
    if not is_digested(kind):
        return "create temp table again (ordinal bigint, occurrence bigint)"
    several = "select digest from rows where digest is not null group by digest having count(*) > 1"
    return (
        "create temp table again as select ordinal, "
        "row_number() over (partition by digest order by ordinal) as occurrence "
        f"from rows where digest in ({several})"
    )


def numbered(kind: Kind) -> str:
    """The statement that makes `numbered`."""
    if not is_digested(kind):
        return "create temp view numbered as select *, 1 as occurrence from rows"
    counted = (
        "select rows.*, coalesce(again.occurrence, 1) as occurrence from rows left join again using (ordinal)"
    )
    late = {name: f"coalesce({identifier(name)}, {sql})" for name, sql in kind.late.items()}
    return f"create temp view numbered as select * replace ({_replaced(late)}) from ({counted})"


def repeats(values: Values) -> str:
    """The statement that makes `repeats`: keys are compared only where their hashes agree."""
    kind, key = values.kind, ", ".join(values.kind.key)
    several = f"select hash({key}) from numbered where is_good group by 1 having count(*) > 1"
    said = values.digest()
    alike = "true" if kind.repeats_are_same else f"{said} = first_value({said}) over same"
    compared = (
        f"select ordinal, first_value(ordinal) over same as first, {alike} as is_alike from numbered "
        f"where is_good and hash({key}) in ({several}) window same as (partition by {key} order by ordinal)"
    )
    return f"create temp table repeats as select * from ({compared}) where ordinal > first"


def faults(values: Values, is_clean: bool) -> str:
    """The statement that makes `faults`. `is_clean`: only ragged rows are to be set aside."""
    ragged = f"select ordinal, line, cells, [{_misfit(len(values.columns.names))}] as wrong from ragged"
    columns = values.columns
    bad = (_bad(values), _contradicting(columns), _circling(columns))
    rest = "" if is_clean else "".join(f"{one} union all " for one in bad)
    return f"create temp table faults as {rest}{ragged}"


def _bad(values: Values) -> str:
    """The bad rows, with all that is wrong with each."""
    some = "(from given where ordinal in (select ordinal from rows where not is_good) "
    some += "and ordinal not in (select ordinal from circles))"
    alone = ", ".join(one.said for one in values.faults())
    misread = f"select *, {_listed(alone)} as misread from ({values.typed(some)})"
    whole = f"select * replace ({_replaced(values.kind.computed)}) from ({misread})"
    tests = ", ".join(_test(values.columns, one).said for one in values.kind.checks)
    wrong = f"list_concat(misread, {_listed(tests)})" if tests else "misread"
    return f"select ordinal, line, {_cells(values.columns)} as cells, {wrong} as wrong from ({whole})"


def _listed(faults: str) -> str:
    return f"list_filter([{faults}], lambda one: one is not null)"


def _test(columns: Columns, check: Check) -> Fault:
    """A check of a column that could be read; what it says begins with the value at fault."""
    called = columns.called(check.column)
    unread = f"list_contains(list_transform(misread, lambda one: one.field), {literal(called)})"
    value = f"coalesce('''' || left({_given(columns, check.column)}, 60) || ''' ', '')"
    return Fault(f"({check.wrong}) and not coalesce({unread}, false)", called, f"{value} || {check.says}")


def _given(columns: Columns, ours: str) -> str:
    """What the file says for a column, as it stands there."""
    source = columns.sources.get(ours)
    if source is None:
        return "null"
    return f"c{columns.names.index(source.theirs)}" if source.theirs else literal(source.value)


def _contradicting(columns: Columns) -> str:
    """Rows that say something else than the first of their key."""
    called = columns.called(columns.kind.columns[0].name)
    says = "'stands on line ' || earlier.line || ' already, with other values; keep one of the two'"
    wrong = Fault("true", called, says).said
    return (
        f"select ordinal, given.line, {_cells(columns, 'given.')} as cells, [{wrong}] as wrong "
        "from repeats join given using (ordinal) join given earlier on earlier.ordinal = repeats.first "
        "where not is_alike"
    )


def _circling(columns: Columns) -> str:
    """Rows that put a record below itself."""
    called = columns.called(columns.kind.tree[1]) if columns.kind.tree else ""
    wrong = Fault("true", called, "circles.says").said
    return (
        f"select ordinal, given.line, {_cells(columns, 'given.')} as cells, [{wrong}] as wrong "
        "from circles join given using (ordinal)"
    )


def _cells(columns: Columns, of: str = "") -> str:
    return f"[{', '.join(f'{of}c{i}' for i in range(len(columns.names)))}]"


def _misfit(width: int) -> str:
    says = (
        f"'the row has ' || len(cells) || ' cells where the header has {width}; "
        "quote cells that contain the separator'"
    )
    return Fault("true", "", f"coalesce(nullif(says, ''), {says})").said


def _replaced(expressions: Mapping[str, str]) -> str:
    """Columns for SELECT * REPLACE, which wants at least one."""
    replaced = expressions or {"ordinal": "ordinal"}
    return ", ".join(f"{sql} as {identifier(name)}" for name, sql in replaced.items())
