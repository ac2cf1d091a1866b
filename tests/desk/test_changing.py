"""Many customers changed at once, and back: only what is the caller's, only what nobody touched since."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from tenure.accounts.models import Account
from tenure.desk import changing
from tenure.desk.models import Change
from tenure.kit.models import OutboxFact
from tenure.touchpoints.models import Note
from tenure.warnings import actions as warnings
from tenure.warnings.models import EarlyWarning, Priority
from tenure.workspaces.access import Access
from tenure.workspaces.models import AuditEntry
from tenure.workspaces.roles import Role
from tests import cast
from tests.warnings import scene
from tests.warnings.scene import today

Cast = dict[str, Account]


@pytest.fixture
def customers(access: Access) -> Cast:
    found = scene.customers(access)
    warnings.refresh(access.workspace)
    return found


@pytest.fixture
def dana(access: Access) -> Access:
    return cast.member(access, "Dana", Role.MANAGER)


def owners(access: Access) -> dict[str, str]:
    return dict(access.of(Account).values_list("name", "owner"))


def everyone(access: Access) -> changing.QuerySet[Account]:
    return access.of(Account)


def test_all_get_a_new_owner_and_each_gets_back_the_one_it_had(dana: Access, customers: Cast) -> None:
    before = owners(dana)
    change = changing.set_column(dana, everyone(dana), "owner", "  Max ")
    assert (change.count, set(owners(dana).values())) == (3, {"Max"})  # Cinder was his already
    assert (change.rows.count(), change.value) == (3, "Max")
    assert AuditEntry.objects.filter(did="set the owner", what="Max: 3 customers", who=dana.who).exists()
    assert OutboxFact.objects.filter(kind="RecordsChanged").exists()
    changing.undo(dana, change.pk)
    changing.undo(dana, change.pk)  # pressed twice
    assert owners(dana) == before


def test_what_somebody_changed_since_stays(dana: Access, customers: Cast) -> None:
    change = changing.set_column(dana, everyone(dana), "segment", "Large")
    Account.objects.filter(pk=customers["acme"].pk).update(segment="Huge")
    changing.undo(dana, change.pk)
    assert set(dana.of(Account).values_list("name", "segment")) == {
        ("Acme", "Huge"), ("Borealis", ""), ("Cinder", ""), ("Dune", "")
    }  # fmt: skip


def test_a_change_of_nothing_is_none(dana: Access, customers: Cast) -> None:
    one = everyone(dana).filter(name="Cinder")
    assert changing.set_column(dana, one, "owner", "Max").count == 0
    assert not Change.objects.exists()


@pytest.mark.parametrize(
    ("column", "text", "says"),
    [("name", " ", "1 to 200 letters"), ("domain", "no domain", "looks like acme.example")],
)
def test_a_wrong_value_is_named(dana: Access, customers: Cast, column: str, text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        changing.set_column(dana, everyone(dana), column, text)


def test_warnings_are_put_off_together_and_come_back(dana: Access, customers: Cast) -> None:
    loud = set(Priority.objects.filter(visible_from__lte=today()).values_list("account_id", flat=True))
    assert loud
    change = changing.snooze(dana, everyone(dana), today() + timedelta(days=7))
    assert change.count == len(loud)
    assert not Priority.objects.filter(visible_from__lte=today()).exists()
    first = EarlyWarning.objects.filter(closed_on=None).first()
    assert first is not None
    EarlyWarning.objects.filter(pk=first.pk).update(snoozed_until=today() + timedelta(days=30))
    changing.undo(dana, change.pk)
    quiet = EarlyWarning.objects.filter(snoozed_until__isnull=False).values_list("pk", flat=True)
    assert list(quiet) == [first.pk]


def test_the_same_note_about_each_is_taken_back_from_each(dana: Access, customers: Cast) -> None:
    change = changing.write_notes(dana, everyone(dana).filter(owner="Dana"), " Asked about the roadmap. ")
    assert set(Note.objects.values_list("account__name", "text")) == {
        (name, "Asked about the roadmap.") for name in ("Acme", "Borealis", "Dune")
    }
    changing.undo(dana, change.pk)
    assert not Note.objects.exists()


def test_neighbours_strangers_and_lesser_roles_change_nothing(
    access: Access, neighbour: Access, dana: Access, customers: Cast
) -> None:
    other = scene.account(neighbour, "Otherco", 1)
    assert changing.set_column(dana, Account.objects.filter(pk=other.pk), "owner", "Eve").count == 0
    change = changing.set_column(dana, everyone(dana), "owner", "Max")
    with pytest.raises(PermissionDenied):
        changing.set_column(cast.member(access, "Vic", Role.VIEWER), everyone(access), "owner", "Vic")
    with pytest.raises(Http404):
        changing.undo(neighbour, change.pk)
    with pytest.raises(PermissionDenied):
        changing.undo(cast.member(access, "Tor", Role.MANAGER), change.pk)
    changing.undo(access, change.pk)  # the owner may
    assert Account.objects.get(pk=other.pk).owner == "Dana"
