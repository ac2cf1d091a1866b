"""Files are opened by what they contain, and every row keeps its line."""

from __future__ import annotations

import csv
import gzip
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenure.sources.imports.files import FileProblem, Ragged, open_file


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


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
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


def test_parquet_reads_like_the_text_a_person_would_write(tmp_path):
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
        "at": "2026-04-03 10:30:00.000Z",
        "ok": "true",
        "tags": '["a","b"]',
        "word": "x",
    }
    assert [row["id"] for row in found] == ["1", "2", None]
    assert found[1]["word"] is None


cells = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r\ufeff"), max_size=12)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.lists(st.tuples(cells, cells, cells), max_size=12))
def test_whatever_the_cells_say_comes_out_as_it_went_in(tmp_path, table):
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerows([("a", "b", "c"), *table])
    path = tmp_path / "file.csv"
    path.write_text(text.getvalue(), encoding="utf-8", newline="")
    found, ragged = rows(path)
    assert ragged == []
    wanted = [
        {"line": line, "a": a or None, "b": b or None, "c": c or None}
        for line, (a, b, c) in enumerate(table, 2)
        if a or b or c
    ]
    assert found == wanted
