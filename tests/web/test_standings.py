"""Figures of a large set by its standings alone are those of its accounts."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db.models import Q

from tenure.accounts.models import Account
from tenure.metrics.catalogue import shipped
from tenure.segments.fields import fields_of
from tenure.segments.rules import Rule
from tenure.web.queries import customers, scattered
from tenure.web.queries.customers import Total
from tenure.web.queries.standings import standings
from tenure.web.queries.wanted import Wanted
from tenure.workspaces.access import Access
from tests.warnings import scene


@pytest.fixture
def crowd(access: Access, neighbour: Access) -> Access:
    scene.account(access, "Acme", 100, score=10, band="poor", outcomes=1, experience=2)
    scene.account(access, "Borealis", 200, score=50, band="fair", outcomes=40)
    scene.account(access, "Cinder", score=90, band="good", outcomes=90, experience=90)
    Account.objects.create(workspace=access.workspace, external_id="d", name="Unscored")
    scene.account(neighbour, "Next door", 500, score=10, band="poor", outcomes=1, experience=2)
    return access


@pytest.mark.parametrize(
    ("texts", "alone", "total"),
    [
        (["arr.at_least.50"], True, Total(2, 2, 30_000)),
        (["score.at_least.20", "score.at_most.95"], True, Total(2, 1, 20_000)),
        (["arr.is_missing"], False, Total(2, 0, None)),
        (["name.contains.b"], False, Total(1, 1, 20_000)),
        ([], False, Total(4, 2, 30_000)),
    ],
)
def test_a_large_set_has_the_same_figures(crowd: Access, texts: list[str], alone: bool, total: Total) -> None:
    rule = Rule.of(texts, fields_of(shipped()))
    found = customers.everyone(crowd, replace(Wanted(), rule=rule))
    assert (standings(found) is not None) == alone
    assert customers.total(found) == total
    ids = list(found.accounts().values_list("pk", flat=True))
    few = replace(found, conditions=Q(pk__in=ids), count=len(ids))
    assert scattered.marks(found) == scattered.marks(few)
