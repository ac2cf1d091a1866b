"""How dates and numbers are meant is judged over a whole column, asked where it is open, never guessed."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenure.accounts.models import AccountAttributes
from tenure.revenue.models import Term
from tenure.sources.imports import forms
from tenure.sources.imports.judging import Cells, judge
from tenure.sources.models import ImportRun
from tests.sources.conftest import counts

HEADER = "subscription_id,account_id,amount,start,end\n"


@pytest.fixture(scope="module")
def connection():
    with duckdb.connect() as opened:
        opened.execute("set TimeZone = 'UTC'; set variable zone = 'UTC'")
        opened.execute(forms.MACROS)
        yield opened


def judged(connection, columns: dict[str, tuple[str, list[str]]], said=None, has_types=False):
    """Judges columns: ours → what they are about, and their cells."""
    cells = {f"c{i}": texts for i, (_, texts) in enumerate(columns.values())}
    rows = list(zip(*cells.values(), strict=True))
    connection.execute(
        f"create or replace table given (line bigint, {', '.join(f'{c} varchar' for c in cells)})"
    )
    marks = ", ".join("?" * len(cells))
    connection.executemany(
        f"insert into given values (?, {marks})", [(n, *row) for n, row in enumerate(rows, 2)]
    )
    asked = [
        Cells(ours, about, ours, c) for c, (ours, (about, _)) in zip(cells, columns.items(), strict=True)
    ]
    return judge(connection, asked, said or {}, has_types)


def test_one_cell_that_can_be_read_one_way_settles_its_column(connection):
    found = judged(connection, {"start": ("dates", ["03/04/2026", "31/12/2026"])})
    assert (found.manners, found.questions) == ({"start": "day-first"}, ())


def test_a_column_that_says_nothing_is_settled_by_its_neighbour(connection):
    found = judged(connection, {"start": ("dates", ["03/04/2026"]), "end": ("dates", ["04/28/2027"])})
    assert found.manners == {"start": "month-first", "end": "month-first"}


def test_what_nobody_settles_is_asked_once_with_two_of_its_own_cells(connection):
    found = judged(
        connection,
        {
            "start": ("dates", ["03/04/2026", "05/06/2026", "07/08/2026"]),
            "end": ("dates", ["01/02/2026"] * 3),
        },
    )
    [question] = found.questions
    assert (question.about, question.column) == ("dates", "start")
    assert [(one.text, one.readings) for one in question.examples] == [
        ("03/04/2026", ("3 April 2026", "4 March 2026")),
        ("05/06/2026", ("5 June 2026", "6 May 2026")),
    ]
    answered = judged(connection, {"start": ("dates", ["03/04/2026"])}, {"dates": "day-first"})
    assert (answered.manners, answered.questions) == ({"start": "day-first"}, ())


def test_cells_that_contradict_each_other_settle_nothing(connection):
    found = judged(connection, {"start": ("dates", ["31/12/2026", "12/31/2026", "03/04/2026"])})
    assert found.manners == {"start": ""}
    assert len(found.questions) == 1
    assert judged(connection, {"start": ("dates", ["31/12/2026", "12/31/2026"])}).questions == ()


def test_numbers_of_a_typed_file_have_a_point_and_are_not_asked_about(connection):
    assert judged(connection, {"amount": ("numbers", ["1.234"])}, has_types=True).manners == {
        "amount": "point"
    }
    [question] = judged(connection, {"amount": ("numbers", ["1.234", "5"])}).questions
    assert question.examples[0].readings == ("1234", "1.234")


@given(st.lists(st.dates(date(1971, 1, 1), date(2199, 12, 30)), min_size=1, max_size=8), st.booleans())
@settings(max_examples=60)
def test_a_column_of_days_is_read_as_written_or_asked_about(connection, days, day_first):
    texts = [day.strftime("%d/%m/%Y" if day_first else "%m/%d/%Y") for day in days]
    found = judged(connection, {"start": ("dates", texts)})
    is_open = all(day.day <= 12 for day in days) and any(day.day != day.month for day in days)
    assert bool(found.questions) == is_open
    if not is_open:
        manner = found.manners["start"]
        read = [
            connection.execute(f"select {forms.DATE.value('$1', manner)}", [text]).fetchone()[0]
            for text in texts
        ]
        assert read == days


def test_a_file_that_leaves_its_dates_open_is_not_imported_until_somebody_says(access, load):
    text = HEADER + "S1,acme,5,03/04/2026,04/05/2027\n"
    run = load("subscriptions", text)
    assert run.status == ImportRun.FAILED
    assert "03/04/2026 is 3 April 2026 or 4 March 2026. Say which with --dates day-first or" in run.says
    assert not access.of(Term).exists()
    assert counts(load("subscriptions", text, manners={"dates": "month-first"})) == (1, 0, 0, 0)
    assert access.of(Term).get().starts_on == date(2026, 3, 4)


def test_a_european_file_goes_in_as_it_is(access, load):
    access.workspace.currency = "EUR"
    access.workspace.save()
    text = HEADER.replace(",", ";") + "S1;acme;1.234,50 €;01.02.2026;31.12.2026\nS2;dune;99 EUR;15.02.2026;\n"
    assert counts(load("subscriptions", text.encode("cp1252"))) == (2, 0, 0, 0)
    term = access.of(Term).get(subscription__external_id="S1")
    assert (term.amount_minor, term.currency) == (123_450, "EUR")
    assert (term.starts_on, term.ends_on) == (date(2026, 2, 1), date(2026, 12, 31))


def test_an_amount_in_another_currency_than_is_said_is_set_aside(access, load):
    run = load(
        "subscriptions", "account_id,amount,currency,start\nacme,€5,USD,2026-01-01\ndune,£5,,2026-01-01\n"
    )
    assert counts(run) == (0, 0, 0, 2)
    says = [row.says for row in run.rejected.order_by("line")]
    assert says[0] == "currency 'USD' is not the currency that the amount says, EUR"
    assert "has no exchange rate: import rates first, or give amounts in USD" in says[1]


def test_numbers_of_further_columns_are_asked_about_too(access, load, look):
    text = "account_id,staff,score\nacme,1.200,1.5\nelm,12,2.250\n"
    [question] = look("accounts", text).questions
    assert (question.about, question.column) == ("numbers", "staff")
    assert question.examples[0].readings == ("1200", "1.2")
    assert load("accounts", text).status == ImportRun.FAILED
    assert load("accounts", text, manners={"numbers": "comma"}).status == ImportRun.DONE
    data = access.of(AccountAttributes).get(account__external_id="acme").data
    assert data == {"staff": 1200, "score": 1.5}
    found = look("accounts", text, manners={"numbers": "point"})
    assert (found.rows[0]["staff"], found.manners["numbers"]) == (1.2, "point")


def test_decimal_commas_and_thousands_of_further_columns_are_numbers(access, load, look):
    text = (
        "account_id;sales;staff;list;share;version\n"
        "acme;1.980,50;1.200;1,2,3;12,5 %;1.2.3\n"
        "elm;-980,00;12;4,5;3;2.0\n"
        "dune;0;;6;;\n"
    )
    looked = look("accounts", text)
    assert (looked.questions, looked.manners) == ((), {"numbers": "comma"})
    assert load("accounts", text).status == ImportRun.DONE
    data = {
        one.account.external_id: one.data for one in access.of(AccountAttributes).select_related("account")
    }
    assert data == {
        "acme": {"sales": 1980.5, "staff": 1200, "list": "1,2,3", "share": "12,5 %", "version": "1.2.3"},
        "elm": {"sales": -980, "staff": 12, "list": "4,5", "share": "3", "version": "2.0"},
        "dune": {"sales": 0, "list": "6"},
    }


def test_english_thousands_of_further_columns_are_numbers_and_open_ones_are_asked_about(look):
    cells = ('"1,234"', '"12,500.75"', '"1,234.5"')
    [first, second, _] = cells
    found = look("accounts", f"account_id,sales\nacme,{first}\nelm,{second}\n")
    assert (found.questions, [row["sales"] for row in found.rows]) == ((), [1234, 12500.75])
    [question] = look("accounts", f"account_id,sales\nacme,{first}\nelm,12\n").questions
    assert question.examples[0].readings == ("1.234", "1234")
    said = look("accounts", f"account_id,sales\nacme,{first}\nelm,12\n", manners={"numbers": "point"})
    assert [row["sales"] for row in said.rows] == [1234, 12]


@pytest.mark.parametrize("cells", [("1.234,50", "1,234.50"), ("1,5", "01"), ("1,5", "twelve")])
def test_texts_that_are_numbers_in_no_one_manner_stay_texts(look, cells):
    found = look("accounts", f"account_id;sales\nacme;{cells[0]}\nelm;{cells[1]}\n")
    assert (found.questions, [row["sales"] for row in found.rows]) == ((), list(cells))


def test_days_of_further_columns_are_asked_about_and_kept_as_days(access, load, look):
    text = (
        "account_id,since,seen,left,version,slogan,mixed\n"
        "acme,03/04/2026,31.12.2025,,1.10.12,call 03/04/2026,01/02/2026\n"
        "elm,05/06/2026,1.2.2026,,2.4.12,none,soon\n"
    )
    looked = look("accounts", text)
    assert looked.questions == ()  # 31.12.2025 says how this file means its days
    assert looked.rows[0]["since"] == "2026-04-03"
    open_text = text.replace("31.12", "11.12")
    [question] = look("accounts", open_text).questions
    assert (question.about, question.column) == ("dates", "since")
    assert question.examples[0].readings == ("3 April 2026", "4 March 2026")
    assert load("accounts", open_text).status == ImportRun.FAILED
    assert load("accounts", open_text, manners={"dates": "month-first"}).status == ImportRun.DONE
    assert access.of(AccountAttributes).get(account__external_id="acme").data == {
        "since": "2026-03-04",
        "seen": "2025-11-12",
        "version": "1.10.12",
        "slogan": "call 03/04/2026",
        "mixed": "01/02/2026",
    }


@pytest.mark.parametrize("cells", [("31/12/2026", "12/31/2026"), ("31/02/2026", "01/02/2026")])
def test_texts_that_are_days_in_no_one_manner_stay_texts(look, cells):
    found = look("accounts", f"account_id,since\nacme,{cells[0]}\nelm,{cells[1]}\n")
    assert (found.questions, [row["since"] for row in found.rows]) == ((), list(cells))


def test_properties_of_events_are_asked_about_as_well(load):
    events = "timestamp,event,person_id,price\n2026-01-01T10:00:00Z,bought,ann,1.299\n"
    run = load("events", events)
    assert run.status == ImportRun.FAILED
    assert "'price' that can be read two ways: 1.299 is 1299 or 1.299" in run.says
