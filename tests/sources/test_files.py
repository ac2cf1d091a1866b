"""Files are opened by what they contain, and every row keeps its line."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tenure.sources.imports.files import FileProblem, Ragged, Reading, open_file


def rows(path) -> tuple[list[dict[str, object]], list[Ragged]]:
    """The file's rows by the file's column names, and those that do not fit."""
    file, ragged = open_file(path), []
    batches = [batch for one in file.read(ragged) for batch in one.to_pylist()]
    cells = [
        {"line": row["line"]} | {name: row[f"c{i}"] for i, name in enumerate(file.names)} for row in batches
    ]
    return cells, ragged


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separators_are_found(write, separator):
    path = write(f"id{separator}name\n1{separator}Acme\n")
    assert rows(path) == ([{"line": 2, "id": "1", "name": "Acme"}], [])


def test_a_comma_in_quotes_is_no_separator(write):
    path = write('name;note\n"Acme, Inc.";"a, b, c"\n"Dune, Ltd";x\n')
    assert [row["name"] for row in rows(path)[0]] == ["Acme, Inc.", "Dune, Ltd"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le"])
def test_encodings_are_found(write, encoding):
    path = write("id,name\n1,Bäckerei Groß\n".encode(encoding))
    assert rows(path)[0] == [{"line": 2, "id": "1", "name": "Bäckerei Groß"}]


def test_gzipped_is_the_same_as_plain(write):
    path = write(gzip.compress(b"id,name\n1,Acme\n"), "anything.dat")
    assert rows(path)[0] == [{"line": 2, "id": "1", "name": "Acme"}]
    assert open_file(path).says.endswith("gzipped")


def test_lines_are_those_of_a_spreadsheet(write):
    path = write('id,name\n1,Acme\n2,"two\nlines"\n3\n\n4,a,b\n5,Dune\n')
    found, ragged = rows(path)
    assert [(row["line"], row["id"]) for row in found] == [(2, "1"), (3, "2"), (7, "5")]
    assert ragged == [Ragged(4, ("3",)), Ragged(6, ("4", "a", "b"))]


def test_nameless_and_repeated_columns_get_names_of_their_own(write):
    assert open_file(write("id,,id\n1,2,3\n")).names == ("id", "column 2", "id (3)")


def test_a_header_alone_is_a_file_without_rows(write):
    assert rows(write("id,name\n")) == ([], [])


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"PK\x03\x04rest of a workbook", "save it as CSV"),
        (b'[{"id": 1}]', "is a JSON list; write one object a line"),
        (b"id,name\n1,A\x00cme\n", "NUL bytes"),
        (",".join(f"c{n}" for n in range(5000)).encode(), "has 5,000 columns; at most 2,000"),
        (b"id," + b"x" * 2_000_000, "first line of more than"),
        (b'id,name\n1,"never closed\n' + b"2,x\n" * 4_500_000, "a quotation mark that is never closed"),
        (gzip.compress(b"\x20" * 120_000_000), "unpacks to more than 200 times"),
        (b"%PDF-1.7", "is a PDF"),
        (b"PAR1 but not really", "damaged Parquet"),
        (gzip.compress(b"id\n" + b"1\n" * 100_000)[:-20], "export it again"),
    ],
)
def test_what_cannot_be_read_says_so_and_what_would_help(write, content, says):
    with pytest.raises(FileProblem, match=says):
        rows(write(content))


def test_a_missing_file_says_so(tmp_path):
    with pytest.raises(FileProblem, match="cannot be opened"):
        open_file(tmp_path / "nothing.csv")


def test_parquet_reads_like_the_text_a_person_would_write_but_for_instants(tmp_path):
    table = pa.table(
        {
            "id": pa.array([1.0, 2.0, None]),
            "amount": pa.array([Decimal("29.85"), None, Decimal("0.50")]),
            "day": pa.array([date(2026, 4, 3)] * 3),
            "at": pa.array([datetime(2026, 4, 3, 10, 30, tzinfo=UTC)] * 3, pa.timestamp("ms", "UTC")),
            "ok": pa.array([True, False, None]),
            "tags": pa.array([["a", "b"], None, []]),
            "word": pa.array(["x", "", "z"]).dictionary_encode(),
        }
    )
    pq.write_table(table, tmp_path / "file.parquet")
    found, _ = rows(tmp_path / "file.parquet")
    assert found[0] == {
        "line": 2,
        "id": "1",
        "amount": "29.85",
        "day": "2026-04-03",
        "at": datetime(2026, 4, 3, 10, 30, tzinfo=UTC),
        "ok": "true",
        "tags": '["a","b"]',
        "word": "x",
    }
    assert [row["id"] for row in found] == ["1", "2", None]
    assert found[1]["word"] is None


cells = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r\ufeff"), max_size=12)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.lists(st.tuples(cells, cells, cells), max_size=12))
@example([("'=1+1", "''-x", "'t"), ("'", " '=", "'\u2212")])
def test_whatever_the_cells_say_comes_out_without_the_blanks_around_it(tmp_path, table):
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerows([("a", "b", "c"), *table])
    path = tmp_path / "file.csv"
    path.write_text(text.getvalue(), encoding="utf-8", newline="")
    found, ragged = rows(path)
    assert ragged == []
    said = [[as_meant(cell).strip(" \t\r\n\u00a0") or None for cell in row] for row in table]
    wanted = [{"line": line, "a": a, "b": b, "c": c} for line, (a, b, c) in enumerate(said, 2) if a or b or c]
    assert found == wanted


def as_meant(cell: str) -> str:
    """Without the apostrophe before what a spreadsheet would take for a formula: exports put it there."""
    is_guarded = cell.startswith("'") and cell.lstrip("'")[:1] in tuple("=+-@\t\r")
    return cell[1:] if is_guarded else cell


def test_what_was_assumed_about_a_file_is_said_and_can_be_said_otherwise(write):
    cyrillic = "имя,город\nАкме,Москва и вся Россия\nБореалис,Санкт-Петербург\n".encode("cp1251")
    path = write(cyrillic)
    file = open_file(path)
    assert (file.says, file.names) == (
        "CSV, comma-separated, Windows-1251 (Cyrillic) (assumed)",
        ("имя", "город"),
    )
    as_said = open_file(path, Reading(encoding="latin-1", delimiter=";"))
    assert as_said.says == "CSV, semicolon-separated, Latin-1 (ISO 8859-1)"
    assert as_said.names == (cyrillic.decode("latin-1").split("\n")[0],)


def json_lines(*lines: str) -> bytes:
    return "\n".join(lines).encode()


def test_json_lines_have_fields_as_columns_and_keep_every_digit(write):
    text = json_lines(
        '{"id": 12345678901234567890, "name": "Acme", "tags": ["a"]}', "", '{"ok": true, "id": 0.10}'
    )
    for content in (text, gzip.compress(text)):
        found, ragged = rows(write(content))
        assert ragged == []
        assert found == [
            {"line": 1, "id": "12345678901234567890", "name": "Acme", "tags": '["a"]', "ok": None},
            {"line": 3, "id": "0.10", "name": None, "tags": None, "ok": "true"},
        ]


def test_lines_that_are_no_objects_are_set_aside_alone(write):
    found, ragged = rows(write(json_lines('{"id": 1}', "[1]", '{"id": ', '{"id": 2}')))
    assert [row["id"] for row in found] == ["1", "2"]
    assert [(one.line, one.cells, one.says) for one in ragged] == [
        (2, ("[1]",), "is not a JSON object; each line must be one"),
        (3, ('{"id":',), "is not a JSON object; each line must be one"),
    ]


def workbook(path, *sheets: tuple[str, list[list[object]]]):
    with xlsxwriter.Workbook(path, {"remove_timezone": True}) as book:
        a_day, an_instant = (book.add_format({"num_format": f"dd.mm.yyyy{time}"}) for time in ("", " hh:mm"))
        forms = {date: a_day, datetime: an_instant}
        for name, table in sheets:
            sheet = book.add_worksheet(name)
            for line, row in enumerate(table):
                for column, cell in enumerate(row):
                    sheet.write(line, column, cell, forms.get(type(cell)))
    return path


WORKBOOK_ROW = {"since": "2026-04-03", "seen": None, "ok": "true"}


def test_a_workbook_s_table_is_found_below_its_title_with_real_days_and_numbers(tmp_path):
    path = workbook(
        tmp_path / "book.xlsx",
        ("About", [["Exported for Dana"]]),
        (
            "Customers",
            [
                ["Customers of 2026"],
                [],
                ["id", "since", "seen", "amount", "ok"],
                ["007", date(2026, 4, 3), datetime(2026, 4, 3, 10, 30, tzinfo=UTC), 1234.5, True],
                [],
                [8, date(2026, 12, 31), None, 3.0, False],
            ],
        ),
    )
    file = open_file(path)
    assert (file.says, file.sheets) == ("Excel, sheet Customers, header in row 3", ("About", "Customers"))
    assert rows(path) == (
        [
            {
                "line": 4,
                "id": "007",
                "since": "2026-04-03",
                "seen": "2026-04-03 10:30:00",
                "amount": "1234.5",
                "ok": "true",
            },
            {"line": 6, "id": "8", "since": "2026-12-31", "seen": None, "amount": "3", "ok": "false"},
        ],
        [],
    )
    assert open_file(path, Reading(sheet="About")).names == ("Exported for Dana",)


def test_formulas_of_a_workbook_are_what_they_came_to(tmp_path):
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["id", "sum"])
        sheet.write(1, 0, "acme")
        sheet.write_formula(1, 1, "=1+1", None, 2)
    assert rows(path)[0] == [{"line": 2, "id": "acme", "sum": "2"}]


def test_a_workbook_that_asks_for_all_the_room_there_is_is_refused(tmp_path):
    far = workbook(tmp_path / "far.xlsx", ("Far", [["id"]]))
    swap(far, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b'r="A1"', b'r="XFD1048576"'))
    with pytest.raises(FileProblem, match="uses 1,048,576 rows and 16,384 columns; delete what is empty"):
        open_file(far)
    bomb = workbook(tmp_path / "bomb.xlsx", ("Bomb", [["id"]]))
    swap(bomb, "xl/sharedStrings.xml", lambda xml: xml + b" " * 50_000_000)
    with pytest.raises(FileProblem, match="unpacks to far more than its size"):
        open_file(bomb)


def swap(path, part: str, change) -> None:
    """Change a part of a workbook."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, change(content) if name == part else content)


WHOLE: dict[str, bytes] = {}  # the same each time: a workbook says when it was made


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.sampled_from(["csv", "xlsx", "parquet", "jsonl", "gz"]), st.data())
def test_damaged_files_of_every_format_say_so_and_nothing_else_happens(tmp_path, form, data):
    content = bytearray(WHOLE.setdefault(form, whole(tmp_path, form)))
    cut = data.draw(st.integers(0, len(content)))
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=8)):
        content[place] = data.draw(st.integers(0, 255))
    path = tmp_path / "damaged"
    path.write_bytes(bytes(content[:cut]))
    with suppress(FileProblem):
        rows(path)


def whole(tmp_path, form: str) -> bytes:
    """A good file of a format."""
    table = [{"id": n, "name": f"customer {n}"} for n in range(30)]
    text = "id,name\n" + "".join(f"{row['id']},{row['name']}\n" for row in table)
    if form == "xlsx":
        return workbook(
            tmp_path / "w.xlsx", ("S", [["id", "name"], *(list(row.values()) for row in table)])
        ).read_bytes()
    if form == "parquet":
        pq.write_table(pa.Table.from_pylist(table), tmp_path / "w.parquet")
        return (tmp_path / "w.parquet").read_bytes()
    if form == "jsonl":
        return json_lines(*(json.dumps(row) for row in table))
    return gzip.compress(text.encode()) if form == "gz" else text.encode()
