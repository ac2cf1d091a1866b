"""Ids read as one row are those of the rows."""

from __future__ import annotations

from tenure.accounts.models import Account
from tenure.kit import rows
from tenure.workspaces.access import Access


def test_ids_are_those_of_the_rows(access: Access) -> None:
    made = [
        Account.objects.create(workspace=access.workspace, external_id=f"a{number}", name=str(number))
        for number in range(5)
    ]
    everyone = access.of(Account)
    assert sorted(rows.ids(everyone)) == sorted(row.pk for row in made)
    assert len(rows.ids(everyone[:3])) == 3
    assert rows.ids(everyone.order_by("name")[:2]) == [made[0].pk, made[1].pk]
    assert rows.ids(everyone.none()) == []
    assert rows.ids(everyone.filter(name="none of them")) == []
    assert rows.ids(everyone.filter(pk__in=[])) == []
