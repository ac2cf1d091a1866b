"""Paging by the last row seen: every order, both ways, over ties and gaps, loses and doubles nobody."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from django.http import QueryDict

from tenure.accounts.models import Account
from tenure.health.models import Standing
from tenure.kit import clock
from tenure.metrics.catalogue import shipped
from tenure.metrics.models import MetricValue
from tenure.segments.fields import FIELDS, MetricColumn
from tenure.segments.kinds import Text
from tenure.web.queries import customers, keyset, large
from tenure.web.queries.customers import FEW, Found
from tenure.web.queries.orders import SORTS
from tenure.web.queries.wanted import Wanted
from tenure.workspaces.access import Access
from tests.warnings.scene import today

SIZE = 4


@pytest.fixture
def crowd(access: Access) -> list[Account]:
    """Twenty-six customers with few different figures, some without one, some not yet scored."""
    chance = random.Random(7)
    rows = [
        Account.objects.create(
            workspace=access.workspace,
            external_id=f"c{number}",
            name=chance.choice(["Acme", "Borealis", "Cinder"]),
            segment=chance.choice(["", "Large", "Small"]),
            owner=chance.choice(["", "dana@example.test"]),
        )
        for number in range(26)
    ]
    for row in rows[:20]:
        figure = chance.choice([None, 12.5, 40.0, 40.0, 90.1])
        day = chance.choice([None, today(), today() + timedelta(days=3)])
        Standing.objects.create(
            account=row,
            workspace=access.workspace,
            as_of=today(),
            score=figure,
            outcomes=figure,
            experience=chance.choice([None, 3.3]),
            arr_minor=chance.choice([None, 100, 2**53 + 1]),
            renews_on=day,
            last_active_on=day,
        )
        if chance.random() < 0.5:
            MetricValue.objects.create(
                workspace=access.workspace,
                account=row,
                metric="seat_use",
                value=chance.choice([0.1, 1 / 3]),
                as_of=today(),
            )
    return rows


def forward(found: Found, wanted: Wanted) -> Iterator[list[str]]:
    """Every page from the first on."""
    page = customers.page(found, wanted, SIZE)[1]
    yield [row["id"] for row in page.rows]
    while page.after:
        page = customers.page(found, wanted.behind(page.after), SIZE)[1]
        yield [row["id"] for row in page.rows]


def backward(found: Found, wanted: Wanted) -> Iterator[list[str]]:
    """Every page from the last back."""
    page = customers.page(found, wanted.ahead_of(keyset.END), SIZE)[1]
    yield [row["id"] for row in page.rows]
    while page.before:
        page = customers.page(found, wanted.ahead_of(page.before), SIZE)[1]
        yield [row["id"] for row in page.rows]


def expected(access: Access, order: str) -> list[str]:
    """The same order, sorted in Python: by value then id, those without a value last, by id."""
    rows = Account.objects.filter(workspace=access.workspace).select_related("standing")
    seats = dict(MetricValue.objects.values_list("account_id", "value"))
    name = order.removeprefix("-")
    known = [(value, row.pk) for row in rows if (value := _value(row, name, seats)) not in (None, "")]
    known.sort(reverse=order.startswith("-"))
    scored = set(Standing.objects.values_list("pk", flat=True))
    is_of_standing = name not in ("name", "segment", "owner", "seat_use")
    rest = sorted({row.pk for row in rows} - {pk for _, pk in known})
    return [pk for _, pk in known] + sorted(rest, key=lambda pk: (is_of_standing and pk not in scored, pk))


def _value(row: Account, name: str, seats: dict[str, float]) -> Any:
    if name in ("name", "segment", "owner"):
        return getattr(row, name)
    if name == "seat_use":
        return seats.get(row.pk)
    columns = {
        "success": "score",
        "arr": "arr_minor",
        "renewal": "renews_on",
        "last_active": "last_active_on",
    }
    return getattr(getattr(row, "standing", None), columns.get(name, name), None)


@pytest.mark.parametrize("order", [sign + name for name in SORTS for sign in ("", "-")])
def test_every_order_pages_both_ways(access: Access, crowd: list[Account], order: str) -> None:
    wanted = Wanted.of(QueryDict(f"sort={order}"), shipped())
    right = expected(access, order)
    for found in (customers.find(access, wanted), customers.everyone(access, wanted)):
        pages = list(forward(found, wanted))
        assert [one for page in pages for one in page] == right
        assert all(len(page) == SIZE for page in pages[:-1])
        back = list(backward(found, wanted))
        assert [one for page in reversed(back) for one in page] == right
    assert found.count > FEW


def test_a_page_knows_its_neighbours(access: Access, crowd: list[Account]) -> None:
    wanted = Wanted.of(QueryDict("sort=-success"), shipped())
    found = customers.find(access, wanted)
    rows, first = customers.page(found, wanted, SIZE)
    assert not first.before
    _, second = customers.page(found, wanted.behind(first.after), SIZE)
    again, third = customers.page(found, wanted.ahead_of(second.before), SIZE)
    assert again == rows
    assert third.after == first.after
    assert not third.before


@pytest.mark.parametrize(
    "mark", ["x", "9~a~1", "0~a~never", "²~a~1", "-1~a~1", "0", "0~~nan", "1e9~~", "0~a~1~2"]
)
@pytest.mark.parametrize("way", ["after", "before"])
def test_a_mark_that_is_none_is_the_first_page_or_an_empty_one(
    access: Access, crowd: list[Account], mark: str, way: str
) -> None:
    wanted = Wanted.of(QueryDict(urlencode({way: mark})), shipped())
    rows, _ = customers.page(customers.find(access, wanted), wanted, SIZE)
    first, _ = customers.page(customers.find(access, Wanted()), Wanted(), SIZE)
    assert rows in (first, [])


def test_rows_that_vanish_between_pages_cost_nobody_else(access: Access, crowd: list[Account]) -> None:
    wanted = Wanted.of(QueryDict("sort=name"), shipped())
    found = customers.everyone(access, wanted)
    rows, first = customers.page(found, wanted, SIZE)
    right = expected(access, "name")[SIZE : 2 * SIZE]
    Account.objects.filter(pk=rows[-1].id).delete()
    after, _ = customers.page(found, wanted.behind(first.after), SIZE)
    assert [row.id for row in after] == right


def test_a_set_found_to_be_large_is_taken_to_be_so_for_a_moment_and_its_page_is_true(
    access: Access, crowd: list[Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(customers, "FEW", 5)
    wanted = Wanted.of(QueryDict("where=segment.is.Large&sort=name"), shipped())
    assert not customers.find(access, wanted).is_few
    many = [one.pk for one in sorted(crowd, key=lambda one: (one.name, one.pk)) if one.segment == "Large"]
    Account.objects.filter(pk__in=many[3:]).delete()

    found = customers.find(access, wanted)
    assert not found.is_few
    assert [row.id for row in customers.page(found, wanted)[0]] == many[:3]
    other = Wanted.of(QueryDict("where=segment.is.Large&where=owner.is.nobody@example.test"), shipped())
    assert customers.find(access, other).is_few
    assert customers.find(replace(access, owners=("dana@example.test",)), wanted).is_few
    Account.objects.filter(segment="Small").delete()
    wider = Wanted.of(QueryDict("where=segment.is.Large|Small"), shipped())
    assert not customers.find(access, wider).is_few
    with time_machine.travel(clock.now() + large.KEPT, tick=False):
        assert customers.find(access, wanted).count == 3


VALUES = {"days ahead": ("0", "3"), "days ago": ("0", "9"), "person": ("me", "dana@example.test|x")}
WORDS = {"band": ("poor", "good|fair"), "weakest": ("seat_use", "arr|mrr")}
ASKED = [
    (field, operator)
    for field in FIELDS
    for operator in field.operators
    if not isinstance(field.column, MetricColumn)
]


def test_a_rule_of_other_values_asks_as_one_that_is_put_together_anew(
    access: Access, crowd: list[Account]
) -> None:
    for field, operator in ASKED:
        usual = ("Large", "Small|Acme") if isinstance(field.kind, Text) else ("20", "0.1")
        given = WORDS.get(field.name) or VALUES.get(field.kind.name) or usual
        for value in given if operator.takes_value else ("",):
            texts = [f"{field.name}.{operator.name}.{value}", "arr.at_most.1000"]
            wanted = Wanted.of(QueryDict(urlencode([("where", text) for text in texts])), shipped())
            assert not wanted.rule.problems or field.kind.is_closed, wanted.rule.problems
            found = customers.everyone(access, wanted)
            stretches = wanted.sort.order.stretches(found, False)
            anew = [row["id"] for one in stretches for row in one.walk(None, None, False)]
            assert [row.id for row in customers.page(found, wanted)[0]] == anew, texts


def test_few_are_asked_for_as_few_were_before(
    access: Access, crowd: list[Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    for query in ("q=acme", "where=segment.is.Large", "where=segment.is.Small&after=0~0~0"):
        wanted = Wanted.of(QueryDict(query), shipped())
        found = customers.find(access, wanted)
        assert found.is_few
        right = customers.page(found, wanted)[0]
        assert right
        with monkeypatch.context() as only_once:
            only_once.setattr(keyset.Stretch, "walk", None)  # nothing is put together again
            assert customers.page(found, wanted)[0] == right
