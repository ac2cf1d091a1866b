"""A prepared query gives what its queryset would, for other values each time."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.test.utils import CaptureQueriesContext

from tenure.accounts.models import Account
from tenure.health.models import Standing
from tenure.kit import clock
from tenure.kit.prepared import Prepared
from tenure.workspaces.access import Access


@pytest.fixture
def accounts(access: Access, neighbour: Access) -> list[Account]:
    rows = [("acme", access, "Enterprise"), ("borealis", access, "SMB"), ("acme", neighbour, "Enterprise")]
    return [
        Account.objects.create(workspace=of.workspace, external_id=ref, name=ref.title(), segment=segment)
        for ref, of, segment in rows
    ]


def by_segment(workspace_id: str, segment: str) -> QuerySet[Account]:
    rows = Account.objects.filter(workspace_id=workspace_id, segment=segment).exclude(external_id="")
    return rows.select_related("workspace").annotate(people_count=Count("people")).order_by("name")


def test_it_gives_rows_of_other_values_each_time(access: Access, accounts: list[Account]) -> None:
    prepared = Prepared(Account, by_segment)
    acme, borealis, _ = accounts
    ws = access.workspace.id
    assert prepared(ws, "Enterprise") == [acme]
    assert prepared(ws, "SMB") == [borealis]
    assert prepared(ws, "'; DROP TABLE account --") == []
    assert prepared(ws, "Enterprise") == [acme]


def test_rows_are_as_the_queryset_gives_them(access: Access, accounts: list[Account]) -> None:
    prepared = Prepared(Account, by_segment)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        row = prepared(access.workspace.id, "SMB")[0]
        assert row.workspace == access.workspace
        assert vars(row)["people_count"] == 0
    assert len(asked) == 1
    row.name = "Changed"
    assert prepared(access.workspace.id, "SMB")[0].name == "Borealis"  # nobody's copy is another's


def test_values_and_days_are_open_too(access: Access, accounts: list[Account]) -> None:
    today = clock.today()
    for row, days in zip(accounts, (3, 10, 3), strict=True):
        last = today - timedelta(days=days)
        Standing.objects.create(
            account=row, workspace=row.workspace, as_of=today, band="", basis="none", last_active_on=last
        )

    def since(workspace_id: str, day: date) -> QuerySet[Standing, str]:
        rows = Standing.objects.filter(workspace_id=workspace_id, last_active_on__gte=day)
        return rows.order_by("account__name").values_list("account__name", flat=True)

    prepared = Prepared(Standing, since)
    assert prepared(access.workspace.id, today - timedelta(days=5)) == ["Acme"]
    assert prepared(access.workspace.id, today - timedelta(days=10)) == ["Acme", "Borealis"]


def test_a_value_that_is_no_parameter_is_refused() -> None:
    prepared = Prepared(Account, lambda workspace_id, ref: Account.objects.filter(workspace_id=workspace_id))
    with pytest.raises(ValueError, match="value 1 is no parameter"):
        prepared("w", "acme")


def test_a_value_that_is_changed_on_its_way_is_refused(access: Access, accounts: list[Account]) -> None:
    prepared = Prepared(
        Account,
        lambda workspace_id, text: Account.objects.filter(
            Q(name=text) | Q(domain__contains=text), workspace_id=workspace_id
        ),
    )
    with pytest.raises(ValueError, match="is made of a value"):
        prepared(access.workspace.id, "acme")


def test_none_is_another_question(access: Access) -> None:
    prepared = Prepared(Account, by_segment)
    with pytest.raises(ValueError, match="this is none"):
        prepared(access.workspace.id, None)  # type: ignore[arg-type]


def test_it_keeps_no_connection(access: Access, accounts: list[Account]) -> None:
    prepared = Prepared(Account, by_segment)
    assert prepared(access.workspace.id, "SMB")
    assert prepared._statement is not None
    assert prepared._statement.compiler.connection is None


def test_numbers_are_open_too(access: Access, accounts: list[Account]) -> None:
    for row, (score, arr) in zip(accounts, ((40.0, 100), (60.0, 2**53 + 1), (40.0, 100)), strict=True):
        Standing.objects.create(
            account=row, workspace=row.workspace, as_of=clock.today(), score=score, arr_minor=arr
        )

    def at_least(workspace_id: str, score: float, arr: int) -> QuerySet[Standing]:
        return Standing.objects.filter(workspace=workspace_id, score__gte=score, arr_minor__gte=arr)

    prepared, ws = Prepared(Standing, at_least), access.workspace.id
    for score, arr, count in ((40.0, 100, 2), (40.5, 100, 1), (40.0, 2**53 + 1, 1), (60.1, 0, 0)):
        assert len(prepared(ws, score, arr)) == count
