"""Cells are read only where there is one way to read them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenure.sources.imports import forms
from tenure.sources.imports.spellings import SPELLINGS


@pytest.fixture(scope="module")
def read():
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'; set variable zone = 'Europe/Berlin'")
        connection.execute(forms.MACROS)

        def _read(form: forms.Form, text: str, manner: str = "") -> object:
            [value] = connection.execute(f"select {form.value('$1', manner)}::varchar", [text]).fetchone()
            return value

        def _says(form: forms.Form, text: str) -> str:
            [says] = connection.execute(f"select {form.says('$1')}, $1", [text]).fetchone()[:1]
            return says

        def _ask(sql: str, text: str) -> tuple[object, ...]:
            return connection.execute(f"select {sql.replace('{x}', '$1::varchar')}", [text]).fetchone()

        _read.says, _read.ask = _says, _ask
        yield _read


@pytest.mark.parametrize(
    "text",
    [
        "2026-04-03",
        "2026/4/3",
        "2026.04.03",
        "20260403",
        "3 Apr 2026",
        "3 April 2026",
        "Apr 3, 2026",
        "April 3 2026",
        "03-Apr-2026",
        "2026-04-03T22:30:00+02:00",
        "2026-04-02T23:30:00Z",
        "2026-04-03 00:00:00",
    ],
)
def test_unambiguous_days(read, text):
    assert read(forms.DATE, text) == "2026-04-03"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("13/04/2026", "2026-04-13"),
        ("04/13/2026", "2026-04-13"),
        ("3.3.2026", "2026-03-03"),
        ("31-12-2026", "2026-12-31"),
        ("31.12.26", "2026-12-31"),
        ("45000", "2023-03-15"),
    ],
)
def test_numeric_days_of_which_one_reading_is_no_date(read, text, day):
    assert read(forms.DATE, text) == day


@pytest.mark.parametrize("text", ["03/04/2026", "3.4.2026", "12-11-2026"])
def test_ambiguous_days_are_not_guessed_and_both_readings_are_named(read, text):
    assert read(forms.DATE, text) is None
    assert read(forms.INSTANT, text) is None
    first, second = (int(part) for part in text.replace(".", "/").replace("-", "/").split("/")[:2])
    says = read.says(forms.DATE, text)
    assert f"2026-{first:02d}-{second:02d}" in says
    assert f"2026-{second:02d}-{first:02d}" in says


def test_a_column_s_manner_settles_what_a_cell_leaves_open_and_nothing_else(read):
    assert read(forms.DATE, "03/04/2026", forms.DAY_FIRST) == "2026-04-03"
    assert read(forms.DATE, "03.04.26", forms.MONTH_FIRST) == "2026-03-04"
    assert read(forms.DATE, "12/31/2026", forms.DAY_FIRST) == "2026-12-31"
    assert read(forms.DATE, "31/31/2026", forms.DAY_FIRST) is None
    assert read(forms.INSTANT, "03/04/2026 2:30 PM", forms.MONTH_FIRST) == "2026-03-04 13:30:00+00"
    assert read(forms.NUMBER, "1.234", forms.COMMA) == "1234.0000000000"
    assert read(forms.NUMBER, "1.234", forms.POINT) == "1.2340000000"
    assert read(forms.WHOLE, "1.234", forms.COMMA) == "1234"
    assert read(forms.WHOLE, "1.234", forms.POINT) is None


@given(st.dates(date(1970, 1, 1), date(2199, 12, 31)), st.sampled_from("./-"))
@settings(max_examples=50)
def test_national_days_read_back_in_their_manner(read, day, separator):
    for manner, written in ((forms.DAY_FIRST, "%d-%m-%Y"), (forms.MONTH_FIRST, "%m-%d-%Y")):
        assert read(forms.DATE, day.strftime(written).replace("-", separator), manner) == day.isoformat()


@given(
    st.decimals(-(10**9), 10**9, places=2),
    st.sampled_from([(",", "."), (".", ","), (" ", ","), ("\u202f", ","), ("'", "."), ("", ","), ("", ".")]),
    st.sampled_from(["{}", "€{}", "{} €", "EUR {}", "{} usd", "$ {}"]),
)
@settings(max_examples=150)
def test_national_numbers_read_back_without_a_question(read, number, marks, around):
    thousands, point = marks
    text = f"{number:,.2f}".replace(",", "t").replace(".", point).replace("t", thousands)
    assert Decimal(read(forms.NUMBER, around.format(text))) == number


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-30",
        "2026-13-01",
        "31/31/2026",
        "0026-04-03",
        "26-04-03",
        "soon",
        "32 Jan 2026",
    ],
)
def test_what_is_no_day_is_told_how_to_write_one(read, text):
    assert read(forms.DATE, text) is None
    assert "2026-04-03" in read.says(forms.DATE, text)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-04-03T10:30:00Z", "2026-04-03 10:30:00+00"),
        ("2026-04-03 10:30:00.25 UTC", "2026-04-03 10:30:00.25+00"),
        ("2026-04-03T10:30:00+02:00", "2026-04-03 08:30:00+00"),
        ("2026-04-03T10:30:00-0330", "2026-04-03 14:00:00+00"),
        ("2026-04-03 10:30", "2026-04-03 08:30:00+00"),  # in the workspace's zone
        ("2026-01-03 10:30", "2026-01-03 09:30:00+00"),
        ("2026-04-03", "2026-04-02 22:00:00+00"),
        ("1775212200", "2026-04-03 10:30:00+00"),
        ("1775212200500", "2026-04-03 10:30:00.5+00"),
    ],
)
def test_instants(read, text, instant):
    assert read(forms.INSTANT, text) == instant


@given(st.integers(10**9, 7 * 10**9), st.integers(-14 * 60, 14 * 60))
@settings(max_examples=50)
def test_an_instant_with_a_zone_is_the_same_instant_whatever_the_zone(read, seconds, minutes):
    at = datetime.fromtimestamp(seconds, UTC)
    text = at.astimezone(timezone(timedelta(minutes=minutes))).isoformat()
    assert datetime.fromisoformat(str(read(forms.INSTANT, text))) == at


@given(st.dates(date(1970, 1, 1), date(2199, 12, 31)))
@settings(max_examples=50)
def test_every_day_reads_back_however_it_is_written(read, day):
    for written in ("%Y-%m-%d", "%Y%m%d", "%d %B %Y", "%b %d, %Y"):
        text = day.strftime(written)
        if written == "%Y%m%d" and day.year >= 2100:
            continue
        assert read(forms.DATE, text) == day.isoformat()


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("29.85", "29.85"),
        ("-3", "-3"),
        ("1,234.50", "1234.5"),
        ("1,234,567", "1234567"),
        ("1e3", "1000"),
        (".5", "0.5"),
        ("29,85", "29.85"),
        ("1.234.567", "1234567"),
        ("1.234,5", "1234.5"),
        ("12,5 %", "0.125"),
        ("(5.00)", "-5"),
        ("\u22125 kr", "-5"),
    ],
)
def test_numbers(read, text, number):
    assert Decimal(read(forms.NUMBER, text)) == Decimal(number)


@pytest.mark.parametrize(
    "text", ["1,234", "1.234", "5 pcs", "12 34", "abc", "1.23.456", "nan", "inf", "--1", "1e999"]
)
def test_what_could_be_two_numbers_or_none_is_not_read(read, text):
    assert read(forms.NUMBER, text) is None


@given(st.decimals(-(10**12), 10**12, places=4))
@settings(max_examples=50)
def test_plain_numbers_keep_every_digit(read, number):
    assert Decimal(read(forms.NUMBER, f"{number:f}")) == number


def test_yes_and_no_in_their_spellings(read):
    assert [read(forms.YES_NO, text) for text in ("Yes", "TRUE", "1", "no", "0", "F", "perhaps")] == [
        "true", "true", "true", "false", "false", "false", None
    ]  # fmt: skip
    elsewhere = ("Ja", "nein", "OUI", "Sí", "não", "WAHR")
    assert [read(forms.YES_NO, text) for text in elsewhere] == [
        "true", "false", "true", "true", "false", "true"
    ]  # fmt: skip


def test_intervals_in_their_spellings(read):
    given_as = ("monthly", "Annual", "Quarterly", "1 week", "fortnight")
    assert [read(forms.INTERVAL, text) for text in given_as] == ["month", "year", "quarter", "week", None]
    elsewhere = ("Monatlich", "JÄHRLICH", "trimestriel", "settimanale", "år")
    assert [read(forms.INTERVAL, text) for text in elsewhere] == ["month", "year", "quarter", "week", "year"]


def test_no_word_has_two_meanings():
    for names in (("yes", "no"), ("week", "month", "quarter", "year")):
        words = [one for name in names for one in SPELLINGS[name]]
        assert len(words) == len(set(words))
        assert all(one == one.lower() and "'" not in one for one in words)


moments = st.integers(-(10**9) // 3, 7 * 10**9 + 6 * 10**8).map(
    lambda second: datetime.fromtimestamp(second, UTC).replace(tzinfo=None)
)


@pytest.mark.parametrize("form", [forms.DATE, forms.INSTANT, forms.NUMBER, forms.WHOLE])
@given(
    text=st.one_of(
        moments.map(str),
        moments.map(lambda at: f"{at:%Y-%m-%dT%H:%M:%S}+02"),
        st.dates(date(1960, 1, 1), date(2210, 1, 1)).map(str),
        st.decimals(-(10**16), 10**16, allow_nan=False, places=4).map(lambda n: f"{n:f}".rstrip("0")),
        st.integers(-(10**18), 10**18).map(str),
        st.from_regex(r"[+-]?[0-9.]{1,8}|[0-9]{4}-[0-9]{2}-[0-9]{2}( [0-9]{2}:[0-9]{2}Z?)?", fullmatch=True),
    )
)
@settings(max_examples=120)
def test_what_is_read_by_its_shape_is_what_the_macro_reads(read, form, text):
    for shape in form.shapes:
        [is_so] = read.ask(shape.test, text)
        if is_so:
            assert read.ask(f"{shape.value}::varchar", text) == (read(form, text),)


def test_most_cells_of_most_files_have_a_shape(read):
    for form, text in (
        (forms.DATE, "2026-04-03"),
        (forms.DATE, "2026-04-03 00:00:00"),
        (forms.INSTANT, "2026-04-03T10:30:00.25Z"),
        (forms.INSTANT, "2026-04-03 10:30:00"),
        (forms.NUMBER, "1299.5"),
        (forms.NUMBER, "0.914"),
        (forms.WHOLE, "12"),
    ):
        assert any(read.ask(shape.test, text) == (True,) for shape in form.shapes), text
    assert not any(read.ask(shape.test, "1.234") == (True,) for shape in forms.NUMBER.shapes)
