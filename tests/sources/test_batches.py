"""What a batch says goes to the database as Python would have written it, and comes back as it was."""

from __future__ import annotations

import json

import duckdb
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from tenure.kit import bulk
from tenure.sources.imports.batches import plain
from tenure.sources.imports.packing import pack, unpack
from tenure.sources.imports.values import json_object

numbers = st.from_regex(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,12})?", fullmatch=True)
odd = st.sampled_from(["a: 1.50}", 'say "x"', "back\\slash", "Ulm", "Köln"])
cells = st.one_of(numbers, st.text(max_size=8), odd)
values = st.one_of(st.none(), st.booleans(), st.integers(-9, 1 << 40), st.floats(allow_nan=False), st.text())
columns_of = st.integers(1, 5).flatmap(
    lambda rows: st.lists(st.lists(values, min_size=rows, max_size=rows), min_size=1)
)
said = st.tuples(st.sampled_from(["", "a", 'b"', "ü%s"]), st.text(max_size=3))
many = settings(deadline=None)


@many
@given(st.lists(st.tuples(numbers, cells), min_size=1, max_size=4))
def test_json_is_as_python_writes_it_whatever_the_check_of_a_file_wrote(rows):
    texts = [
        "{" + ", ".join([f'"seats": {number}', f'"city": {json.dumps(cell, ensure_ascii=False)}']) + "}"
        for number, cell in rows
    ]
    wanted = [bulk.as_json(json.loads(one)) for one in texts]
    assert plain(pa.chunked_array([pa.array(texts, pa.string())])) == wanted


def test_json_of_a_file_is_spaced_as_python_spaces_it():
    said = json_object({"seats": "'5'", "city": "to_json('Ulm')::varchar", "none": "null"})
    [(found,)] = duckdb.sql(f"select {said}").fetchall()
    assert found == json.dumps({"seats": 5, "city": "Ulm"})


@many
@given(columns_of)
def test_what_is_packed_comes_back(columns):
    named = {f"c{at}": values for at, values in enumerate(columns)}
    assert unpack(pack(named)) == named


@many
@given(st.lists(said, min_size=1, max_size=6))
def test_objects_are_as_python_writes_them(rows):
    columns = {"50 % of": [one for one, _ in rows], "other": [one for _, one in rows]}
    wanted = [json.dumps({key: one for key, one in zip(columns, row, strict=True) if one}) for row in rows]
    assert bulk.objects(columns) == wanted
