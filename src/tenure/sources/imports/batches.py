"""The rows of a batch as Python values: Arrow itself takes a hundred times as long over days and instants."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from tenure.kit import bulk
from tenure.kit.money import Money, digits


def column(batch: pa.Table, name: str) -> list[Any]:
    """A column's values, None where there is none."""
    cells, kind = batch[name], batch.schema.field(name).type
    if pa.types.is_date(kind):
        return list(cells.to_numpy().tolist())
    return list(cells.to_pylist())


def instants(batch: pa.Table, name: str) -> bulk.Instants:
    """A column of instants as they are kept."""
    said = batch[name].cast(pa.timestamp("us")).cast(pa.string())
    return bulk.Instants(pc.replace_substring_regex(said, r"\.0+$", "").to_pylist())


def floats(batch: pa.Table, name: str) -> list[float | None]:
    """A column of decimal numbers as the nearest ones that a computer reckons with."""
    return [None if one is None else float(one) for one in batch[name].cast(pa.string()).to_pylist()]


def texts(batch: pa.Table, name: str) -> list[str]:
    """A column of texts, empty where there is none."""
    return [one or "" for one in batch[name].to_pylist()]


def plain(objects: pa.ChunkedArray) -> bulk.Texts:
    """A column of JSON objects as they are kept: as the check of a file writes nearly all of them."""
    texts = bulk.Texts(objects.to_pylist())
    if _is_plain("".join(texts)):
        return texts
    decode = msgspec.json.Decoder().decode
    return bulk.Texts(one if _is_plain(one) else bulk.as_json(decode(one)) for one in texts)


# What Python would write otherwise: escapes, and numbers that have more than one form.
_OTHERWISE = re.compile(r": (?:-0[,}]|-?(?:\d{16}|0\.000|\d{10,}\.|\d+\.(?!\d{0,5}[1-9][,}])))")


def _is_plain(text: str) -> bool:
    return text.isascii() and "\\" not in text and _OTHERWISE.search(text) is None


def minor(batch: pa.Table, currencies: Sequence[str], amount: str = "amount") -> list[int | None]:
    """A column of amounts in whole minor units of these currencies, as `Money.of` has them."""
    places = {digits(one) for one in set(currencies)}
    if len(places) > 1:
        amounts = zip(column(batch, amount), currencies, strict=True)
        return [None if one is None else Money.of(one, currency).minor for one, currency in amounts]
    times = pa.scalar(10 ** max(places, default=0), pa.decimal128(4, 0))
    scaled = pc.multiply(batch[amount].cast(pa.decimal128(28, 10)), times)
    return list(pc.round(scaled, round_mode="half_to_even").cast(pa.int64()).to_pylist())
