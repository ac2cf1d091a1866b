"""A size that no index shall lead by is compared as ever, and found by another's index."""

from __future__ import annotations

from django.db import connection
from django.db.models import Q

from tenure.accounts.models import Account
from tenure.kit.unled import unled
from tenure.workspaces.access import Access
from tests.warnings import scene
from tests.warnings.scene import ago, today


def soon() -> Q:
    return Q(standing__renews_on__range=(today(), ago(-30))) & Q(standing__band__in=("poor",))


def test_the_same_rows_are_found(access: Access) -> None:
    for days in (3, 30, 31):
        scene.account(access, f"C{days}", days, score=10.0, band="poor", renews_on=ago(-days))
    for conditions in (soon(), ~soon(), soon() | Q(standing__arr_minor__gte=3100)):
        rows = Account.objects.filter(workspace=access.workspace)
        asked = rows.filter(unled(conditions, "standing__", but=""))
        assert set(asked) == set(rows.filter(conditions))


def test_no_index_leads_by_it_but_by_the_one_that_is_meant(access: Access) -> None:
    rows = Account.objects.filter(standing__workspace=access.workspace).order_by("standing__renews_on")
    for but, leads in (("", False), ("standing__renews_on", True)):
        asked = rows.filter(unled(soon(), "standing__", but=but))
        assert ('+"standing"."renews_on" BETWEEN' in str(asked.query)) is not leads
        assert ("renews_on>?" in asked.explain()) is leads or connection.vendor != "sqlite"
