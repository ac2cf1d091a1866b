"""The forms in which a cell may be written: text in, typed value out, as DuckDB macros.

A form reads only what is unambiguous. What it cannot read is null, and the row is told what would be
right. Macros get trimmed text, null where the cell is empty; times without a zone are in the variable
`zone`.
"""

from __future__ import annotations

from dataclasses import dataclass

MACROS = r"""
create macro read_text(x) as x;
create macro read_email(x) as case when regexp_full_match(x, '[^@\s]+@[^@\s]+') then lower(x) end;
create macro read_number(x) as case
    when regexp_full_match(x, '[+-]?\d{1,3}(,\d{3})+\.\d+|[+-]?\d{1,3}(,\d{3}){2,}')
        then try_cast(replace(x, ',', '') as decimal(28, 10))
    when regexp_full_match(x, '[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?')
        then try_cast(x as decimal(28, 10)) end;
create macro read_whole(x) as case
    when regexp_full_match(x, '[+-]?\d{1,18}(\.0*)?') then try_cast(x as bigint) end;
create macro read_yes_no(x) as case
    when lower(x) in ('yes', 'y', 'true', 't', '1', 'on') then true
    when lower(x) in ('no', 'n', 'false', 'f', '0', 'off') then false end;
create macro read_interval(x) as case
    when lower(x) in ('week', 'weekly', 'w', '1 week', 'per week') then 'week'
    when lower(x) in ('month', 'monthly', 'm', 'mo', '1 month', 'per month') then 'month'
    when lower(x) in ('quarter', 'quarterly', 'q', '3 months', 'per quarter') then 'quarter'
    when lower(x) in ('year', 'yearly', 'y', 'annual', 'annually', '1 year', '12 months', 'per year')
        then 'year' end;
create macro read_currency(x) as case when regexp_full_match(x, '[A-Za-z]{3}') then upper(x) end;

-- 3/4/2026 is in March or in April, depending on whom one asks: read only where one reading is no date.
create macro _numeric(x) as regexp_full_match(x, '\d{1,2}[./-]\d{1,2}[./-]\d{4}');
create macro _part(x, n) as
    try_cast(regexp_extract(x, '^(\d{1,2})[./-](\d{1,2})[./-](\d{4})$', n) as integer);
create macro _ymd(year, month, day) as
    try_strptime(year::varchar || '-' || month::varchar || '-' || day::varchar, '%Y-%m-%d');
create macro is_ambiguous_day(x) as _numeric(x) and _part(x, 1) <> _part(x, 2)
    and _part(x, 1) between 1 and 12 and _part(x, 2) between 1 and 12;
create macro _day(x) as case
    when regexp_full_match(x, '\d{4}[./-]\d{1,2}[./-]\d{1,2}')
        then try_strptime(regexp_replace(x, '[./]', '-', 'g'), '%Y-%m-%d')
    when regexp_full_match(x, '(19|20)\d{6}') then try_strptime(x, '%Y%m%d')
    when is_ambiguous_day(x) then null
    when _numeric(x) and _part(x, 2) > 12 then _ymd(_part(x, 3), _part(x, 1), _part(x, 2))
    when _numeric(x) then _ymd(_part(x, 3), _part(x, 2), _part(x, 1))
    when regexp_matches(x, '[A-Za-z]{3}.*\d{4}$')
        then try_strptime(x, ['%d %b %Y', '%d %B %Y', '%d-%b-%Y', '%d-%B-%Y',
                              '%b %d, %Y', '%B %d, %Y', '%b %d %Y', '%B %d %Y']) end;
create macro _moment(x) as case
    when regexp_full_match(x, '\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?')
        then timezone(getvariable('zone'), try_cast(replace(x, ',', '.') as timestamp))
    when regexp_full_match(x,
        '\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)? ?(Z|UTC|[+-]\d{2}(:?\d{2})?)')
        then try_cast(x as timestamptz)
    when regexp_full_match(x, '\d{10}(\.\d+)?') then to_timestamp(x::double)
    when regexp_full_match(x, '\d{13}') then to_timestamp(x::bigint / 1000.0) end;
create macro _within(day) as
    case when day between timestamp '1970-01-01' and timestamp '2199-12-31' then day end;
create macro read_date(x) as
    _within(coalesce(_day(x), date_trunc('day', timezone(getvariable('zone'), _moment(x)))))::date;
create macro read_instant(x) as
    timezone('UTC', _within(timezone('UTC', coalesce(_moment(x), timezone(getvariable('zone'), _day(x))))));

create macro wrong_day(x) as case when is_ambiguous_day(x) then
    format('could be {2}-{1:02d}-{0:02d} or {2}-{0:02d}-{1:02d}; write the one that is meant',
        _part(x, 1), _part(x, 2), _part(x, 3))
    else 'is not a date this version reads; write it like 2026-04-03' end;
"""


@dataclass(frozen=True)
class Form:
    """How text becomes a value: the macro that reads it, and SQL that says what is wrong with text `{x}`."""

    name: str
    wrong: str
    longest: int = 0  # characters; 0: no limit

    def value(self, x: str) -> str:
        """SQL of the value of the text `x`, null where it cannot be read."""
        return f"read_{self.name}({x})"

    def says(self, x: str) -> str:
        """SQL of what is wrong with the text `x`, and what would be right."""
        return self.wrong.replace("{x}", x) if "{x}" in self.wrong else f"'{self.wrong}'"


def text(longest: int) -> Form:
    """Any text up to a length."""
    return Form("text", "is not text", longest)


EMAIL = Form("email", "is not an e-mail address; write it like ann@acme.example", 254)
NUMBER = Form("number", "is not a number; write it like 29.85, without currency sign or thousands separators")
WHOLE = Form("whole", "is not a whole number; write it like 12")
YES_NO = Form("yes_no", "is neither yes nor no; write yes or no")
INTERVAL = Form("interval", "is no interval; write week, month, quarter or year")
CURRENCY = Form("currency", "is not a currency; write its three letters, like USD")
DATE = Form("date", "wrong_day({x})")
INSTANT = Form("instant", "replace(wrong_day({x}), '2026-04-03', '2026-04-03T14:30:00Z')")
