"""The forms in which a cell may be written: text in, typed value out, as DuckDB macros.

Most cells can be read one way only, in whatever country they were written. `03/04/2026` and `1.234` can be
read two ways: a form gets the manner of its column, as it was judged over all cells or said by somebody
(see judging.py), and without one gives null. What cannot be read is null, and the row is told what would be
right. Macros get trimmed text, null where the cell is empty; times without a zone are in the variable
`zone`.
"""

from __future__ import annotations

from dataclasses import dataclass

from tenure.sources.imports.spellings import SPELLINGS, in_sql

DAY_FIRST, MONTH_FIRST = "day-first", "month-first"
COMMA, POINT = "comma", "point"  # the decimal mark
MANNERS = {"dates": (DAY_FIRST, MONTH_FIRST), "numbers": (COMMA, POINT)}

_CODES = (
    "usd eur gbp chf jpy cny inr krw brl sek nok dkk isk pln czk huf ron bgn try rub uah aud cad nzd sgd hkd "
    "twd mxn ars clp cop pen zar ngn kes egp ils aed sar qar thb idr myr php vnd"
).replace(" ", "|")
_SIGNS = r"US\$|CA\$|C\$|AU\$|A\$|NZ\$|S\$|HK\$|R\$|[$€£¥₹₩₽₺₴₫₱₦]|kr\.?|zł|Fr\."

_NUMBERS = (
    r"""
-- A number without what stands around it: spaces of all kinds, the currency, parentheses for minus.
create macro _even(x) as regexp_replace(
    regexp_replace(translate(x, '−’{spaces}', '-''   '), '^\((.+)\)$', '-\1'), ' ?%$', '');
create macro _bare(x) as regexp_replace(regexp_replace(_even(x),
    '^([+-]?) ?(?i:{codes}|{signs}) ?', '\1'), ' ?(?i:{codes}|{signs})$', '');
create macro _point(b) as regexp_full_match(b,
    '[+-]?(\d{1,3}([, '']\d{3})+\.\d+|\d{1,3}(,\d{3}){2,}|\d*\.\d{1,2}'
    '|\d*\.\d{4,}|0*\.\d+|\d{4,}\.\d*|\d+\.|(\d+\.?\d*|\.\d+)[eE][+-]?\d{1,3})');
create macro _comma(b) as regexp_full_match(b,
    '[+-]?(\d{1,3}([. '']\d{3})+,\d+|\d{1,3}(\.\d{3}){2,}|\d*,\d{1,2}'
    '|\d*,\d{4,}|0*,\d+|\d{4,},\d+)');
create macro _open(b) as regexp_full_match(b, '[+-]?[1-9]\d{0,2}[.,]\d{3}');
create macro _as_point(b) as try_cast(translate(b, ', ''', '') as decimal(28, 10));
create macro _as_comma(b) as try_cast(replace(translate(b, '. ''', ''), ',', '.') as decimal(28, 10));
create macro is_point(x) as _point(_bare(x));
create macro is_comma(x) as _comma(_bare(x));
create macro is_ambiguous_number(x) as _open(_bare(x));
create macro as_point(x) as _as_point(_bare(x));
create macro as_comma(x) as _as_comma(_bare(x));
-- The lambda takes what is dear to compile and to work out once, however often it is asked for.
create macro _number(x, mark) as list_transform([_bare(x)], lambda b: case
    when _point(b) or (mark = 'point' and _open(b)) then _as_point(b)
    when _comma(b) or (mark = 'comma' and _open(b)) then _as_comma(b)
    when regexp_full_match(b, '[+-]?(\d+|\d{1,3}([ '']\d{3})+)') then _as_point(b) end)[1];
create macro read_number(x, mark) as list_transform([_number(x, mark)], lambda n:
    case when ends_with(x, '%') then (n * 0.01)::decimal(28, 10) else n end)[1];
create macro read_whole(x, mark) as list_transform([_number(x, mark)], lambda n:
    case when n = trunc(n) and not ends_with(x, '%') then try_cast(n as bigint) end)[1];
create macro plain_number(n) as regexp_replace(n::varchar, '\.?0+$', '');
create macro wrong_number(x) as case when is_ambiguous_number(x)
    then format('could be {} or {}; write the one that is meant, or say which the file means',
        plain_number(as_point(x)), plain_number(as_comma(x)))
    else 'is not a number; write it like 29.85' end;
-- What a number says of its currency; $ and kr are those of many countries, and say nothing.
create macro said_currency(x) as case
    when regexp_matches(x, '(?i)(^|[^a-z])({codes})([^a-z]|$)')
        then upper(regexp_extract(x, '(?i)(?:^|[^a-z])({codes})(?:[^a-z]|$)', 1))
    when x like '%€%' then 'EUR' when x like '%£%' then 'GBP' when x like '%₹%' then 'INR'
    when x like '%₩%' then 'KRW' when x like '%₽%' then 'RUB' when x like '%₺%' then 'TRY'
    when x like '%₴%' then 'UAH' when x like '%zł%' then 'PLN' when x like '%US$%' then 'USD'
    when x like '%R$%' then 'BRL' end;
""".replace("{codes}", _CODES)
    .replace("{signs}", _SIGNS)
    .replace("{spaces}", "\u00a0\u202f\u2009")
)

_WORDS = r"""
create macro read_text(x) as x;
create macro read_email(x) as case when regexp_full_match(x, '[^@\s]+@[^@\s]+') then lower(x) end;
create macro read_yes_no(x) as case
    when lower(x) in ({yes}) then true when lower(x) in ({no}) then false end;
create macro read_interval(x) as case
    when lower(x) in ({week}) then 'week' when lower(x) in ({month}) then 'month'
    when lower(x) in ({quarter}) then 'quarter' when lower(x) in ({year}) then 'year' end;
create macro read_currency(x) as
    case when regexp_full_match(x, '[A-Za-z]{3}') then upper(x) else said_currency(x) end;
"""
for _name in SPELLINGS:
    _WORDS = _WORDS.replace(f"{{{_name}}}", in_sql(_name))

_TIMES = r"""
-- The numeric day at the beginning of a text, with or without a time behind it.
create macro _national(x) as regexp_extract(x,
    '^(\d{1,2}[./-]\d{1,2}[./-]\d{4}|\d{1,2}[./]\d{1,2}[./]\d{2})([, T]+\d{1,2}:.*)?$', 1);
-- Its three numbers, in the order in which they stand; null if there is none.
create macro _parts(x) as try_cast(string_split(translate(_national(x), './', '--'), '-') as integer[]);
create macro _year(p) as p[3] + case when p[3] < 70 then 2000 when p[3] < 100 then 1900 else 0 end;
create macro _ymd(year, month, day) as
    try_strptime(year::varchar || '-' || month::varchar || '-' || day::varchar, '%Y-%m-%d');
-- 3/4/2026 is in March or in April, depending on whom one asks.
create macro _open_day(p) as coalesce(
    p[1] <> p[2] and p[1] between 1 and 12 and p[2] between 1 and 12, false);
create macro _month_first(p) as coalesce(p[2] between 13 and 31 and p[1] between 1 and 12, false);
create macro is_ambiguous_day(x) as _open_day(_parts(x));
create macro is_day_first(x) as list_transform([_parts(x)], lambda p:
    coalesce(p[1] between 13 and 31 and p[2] between 1 and 12, false))[1];
create macro is_month_first(x) as _month_first(_parts(x));
create macro as_day_first(x) as list_transform([_parts(x)], lambda p: _ymd(_year(p), p[2], p[1]))[1];
create macro as_month_first(x) as list_transform([_parts(x)], lambda p: _ymd(_year(p), p[1], p[2]))[1];
create macro _numeric(x, first) as list_transform([_parts(x)], lambda p: case
    when _open_day(p) and first not in ('day-first', 'month-first') then null
    when _month_first(p) or (_open_day(p) and first = 'month-first') then _ymd(_year(p), p[1], p[2])
    else _ymd(_year(p), p[2], p[1]) end)[1];
-- A spreadsheet's number of a day.
create macro _serial(x) as case when regexp_full_match(x, '[2-7]\d{4}(\.\d+)?')
    then timestamp '1899-12-30' + to_seconds(round(x::double * 86400)) end;
create macro _day(x, first) as case
    when regexp_full_match(x, '\d{4}[./-]\d{1,2}[./-]\d{1,2}')
        then try_strptime(regexp_replace(x, '[./]', '-', 'g'), '%Y-%m-%d')
    when regexp_full_match(x, '(19|20)\d{6}') then try_strptime(x, '%Y%m%d')
    when _national(x) = x then _numeric(x, first)
    when regexp_matches(x, '[A-Za-z]{3}.*\d{4}$')
        then try_strptime(x, ['%d %b %Y', '%d %B %Y', '%d-%b-%Y', '%d-%B-%Y',
                              '%b %d, %Y', '%B %d, %Y', '%b %d %Y', '%B %d %Y']) end;
create macro _clock(x) as try_strptime(
    upper(regexp_extract(x, '[, T]+(\d{1,2}:\d{2}(:\d{2})?( ?[AaPp][Mm])?)$', 1)),
    ['%H:%M', '%H:%M:%S', '%I:%M %p', '%I:%M:%S %p', '%I:%M%p', '%I:%M:%S%p']) - timestamp '1900-01-01';
create macro _local(x, first) as case
    when regexp_full_match(x, '\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?')
        then try_cast(replace(x, ',', '.') as timestamp)
    when _national(x) not in ('', x) then _numeric(x, first) + _clock(x)
    else _serial(x) end;
create macro _moment(x, first) as case
    when regexp_full_match(x,
        '\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)? ?(Z|UTC|[+-]\d{2}(:?\d{2})?)')
        then try_cast(x as timestamptz)
    when regexp_full_match(x, '\d{10}(\.\d+)?') then to_timestamp(x::double)
    when regexp_full_match(x, '\d{13}') then to_timestamp(x::bigint / 1000.0)
    else timezone(getvariable('zone'), _local(x, first)) end;
create macro _within(day) as
    case when day between timestamp '1970-01-01' and timestamp '2199-12-31' then day end;
create macro read_date(x, first) as _within(coalesce(_day(x, first),
    date_trunc('day', timezone(getvariable('zone'), _moment(x, first)))))::date;
create macro read_instant(x, first) as timezone('UTC', _within(timezone('UTC',
    coalesce(_moment(x, first), timezone(getvariable('zone'), _day(x, first))))));
create macro wrong_day(x) as case when is_ambiguous_day(x)
    then format('could be {2}-{1:02d}-{0:02d} or {2}-{0:02d}-{1:02d}; write the one that is meant, '
        'or say which the file means', _parts(x)[1], _parts(x)[2], _year(_parts(x)))
    else 'is not a date this version reads; write it like 2026-04-03' end;
"""

MACROS = _NUMBERS + _WORDS + _TIMES


@dataclass(frozen=True)
class Shape:
    """A way of writing a cell that has one reading everywhere: SQL over its text `{x}`.

    `test`: whether the text is so written, and its value in range; only then `value` may be asked.
    """

    test: str
    value: str


@dataclass(frozen=True)
class Form:
    """How text becomes a value: the macro that reads it, and SQL that says what is wrong with text `{x}`.

    Without such words every text is right.
    `shapes`: how most files write it. What is written so is read at a fraction of what the macro costs,
    to compile and to run, with the same result.
    """

    name: str
    wrong: str
    longest: int = 0  # characters; 0: no limit
    manner: str = ""  # of what: a key of MANNERS
    shapes: tuple[Shape, ...] = ()

    def value(self, x: str, manner: str = "") -> str:
        """SQL of the value of the text `x` written in a manner, null where it cannot be read."""
        return f"read_{self.name}({x}, '{manner}')" if self.manner else f"read_{self.name}({x})"

    def says(self, x: str) -> str:
        """SQL of what is wrong with the text `x`, and what would be right."""
        return self.wrong.replace("{x}", x) if "{x}" in self.wrong else f"'{self.wrong}'"


def text(longest: int) -> Form:
    """Any text up to a length."""
    return Form("text", "", longest)


_DAYS = "between date '1970-01-01' and date '2199-12-31'"
_INSTANTS = "between timestamptz '1970-01-01 00:00:00+00' and timestamptz '2199-12-31 00:00:00+00'"
_DAY = r"\d{4}-\d{2}-\d{2}"
_TIME = _DAY + r"[ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?"


def _shape(written: str, value: str, within: str) -> Shape:
    """Text of a pattern, read by casts that become null where they cannot be done, within bounds."""
    test = f"regexp_full_match({{x}}, '{written}') and {value.replace('cast(', 'try_cast(')} {within}"
    return Shape(test, value)


_DAY_ALONE = _shape(_DAY, "cast({x} as date)", _DAYS)
_AT_A_TIME = _shape(_TIME, "cast({x} as timestamp)::date", _DAYS)
_ZONED = _shape(_TIME + " ?(Z|UTC|[+-]\\d{2}(:?\\d{2})?)", "cast({x} as timestamptz)", _INSTANTS)
_LOCAL = _shape(_TIME, "timezone(getvariable('zone'), cast({x} as timestamp))", _INSTANTS)
_WHOLE = Shape("regexp_full_match({x}, '[+-]?\\d{1,18}')", "cast({x} as bigint)")
# Three decimals might be thousands, but in files whose numbers are numbers.
_PLAIN = Shape(
    "regexp_full_match({x}, "
    r"'[+-]?(\d{1,17}(\.(\d{1,2}|\d{4,15}))?|0\.\d{1,17}|\d{4,17}\.\d{1,17})')",
    "{x}::decimal(28, 10)",
)
TYPED = Shape("regexp_full_match({x}, '[+-]?\\d{1,17}(\\.\\d{1,17})?')", _PLAIN.value)

EMAIL = Form("email", "is not an e-mail address; write it like ann@acme.example", 254)
NUMBER = Form("number", "wrong_number({x})", manner="numbers", shapes=(_PLAIN,))
WHOLE = Form(
    "whole",
    "replace(wrong_number({x}), 'a number; write it like 29.85', 'a whole number; write it like 12')",
    manner="numbers",
    shapes=(_WHOLE,),
)
YES_NO = Form("yes_no", "is neither yes nor no; write yes or no")
INTERVAL = Form("interval", "is no interval; write week, month, quarter or year")
CURRENCY = Form("currency", "is not a currency; write its three letters, like USD")
DATE = Form("date", "wrong_day({x})", manner="dates", shapes=(_DAY_ALONE, _AT_A_TIME))
INSTANT = Form(
    "instant",
    "replace(wrong_day({x}), '2026-04-03', '2026-04-03T14:30:00Z')",
    manner="dates",
    shapes=(
        _ZONED,
        _LOCAL,
        _shape(_DAY, "timezone(getvariable('zone'), cast({x} as date)::timestamp)", _INSTANTS),
    ),
)
