"""Notes: written in one's own name, read newest first, taken back by their author alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from tenure.accounts.models import Account
from tenure.kit import clock
from tenure.touchpoints import actions, queries
from tenure.workspaces.access import Access
from tenure.workspaces.roles import Role
from tests import cast


@pytest.fixture
def acme(access: Access) -> Account:
    return Account.objects.create(workspace=access.workspace, external_id="acme", name="Acme")


def test_notes_are_read_newest_first_and_name_their_author(access: Access, acme: Account) -> None:
    dana = cast.member(access, "Dana", Role.MANAGER)
    yesterday = clock.now() - timedelta(days=1)
    actions.write_note(dana, acme.pk, "  Called Ann.  ")
    actions.write_note(access, acme.pk, "Met at the fair.", happened_at=yesterday)
    found = queries.notes(dana, acme.pk)
    assert [(note.author, note.text) for note in found] == [
        ("dana@example.test", "Called Ann."),
        ("command line", "Met at the fair."),
    ]


@pytest.mark.parametrize("text", ["", "   ", "x" * 10_001])
def test_a_note_says_something_and_not_a_book(access: Access, acme: Account, text: str) -> None:
    with pytest.raises(ValueError, match="1 to 10,000 letters"):
        actions.write_note(access, acme.pk, text)


def test_only_its_author_takes_a_note_back(access: Access, acme: Account) -> None:
    dana, max_ = (cast.member(access, name, Role.MANAGER) for name in ("Dana", "Max"))
    note = actions.write_note(dana, acme.pk, "Called Ann.")
    actions.remove_note(max_, note.pk)
    assert len(queries.notes(access, acme.pk)) == 1
    actions.remove_note(dana, note.pk)
    assert queries.notes(access, acme.pk) == []


def test_a_viewer_writes_nothing_and_a_neighbour_sees_nothing(
    access: Access, neighbour: Access, acme: Account
) -> None:
    actions.write_note(access, acme.pk, "Ours.")
    with pytest.raises(PermissionDenied):
        actions.write_note(cast.member(access, "Vic", Role.VIEWER), acme.pk, "Theirs.")
    with pytest.raises(Http404):
        actions.write_note(neighbour, acme.pk, "Theirs.")
    assert queries.notes(neighbour, acme.pk) == []
