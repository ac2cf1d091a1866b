"""Files are picked up by the clock, as the first one was understood; what fails is said and tried again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from tenure.accounts.models import Account
from tenure.kit import clock, crypto
from tenure.sources.actions import choose, discard, request_import
from tenure.sources.imports.options import Options
from tenure.sources.imports.running import run_import
from tenure.sources.models import ImportRun, Pickup
from tenure.sources.pickups import actions
from tenure.sources.pickups.fetching import Policy
from tenure.sources.pickups.rules import Refused
from tenure.workspaces.models import AuditEntry
from tenure.workspaces.roles import Role
from tests import cast

FIRST = "Customer,Label\nacme,Acme\n"


@pytest.fixture
def place(tmp_path, monkeypatch):
    """The folder that the operator allows."""
    folder = tmp_path / "allowed"
    (folder / "exports").mkdir(parents=True)
    monkeypatch.setenv("TENURE_PICKUP", str(folder))
    return folder


@pytest.fixture
def pickup(access, place):
    """A pick-up of a folder whose first file was corrected and imported."""
    (place / "exports" / "one.csv").write_text(FIRST)
    run = actions.set_up(access, "exports/*.csv", 60)
    choose(access, run.pk, "accounts", Options({"account_id": "Customer", "name": "Label"}))
    request_import(access, run.pk)
    run_import(run.pk)
    return Pickup.objects.get()


def due(pickup) -> Pickup:
    Pickup.objects.filter(pk=pickup.pk).update(next_at=clock.now() - timedelta(seconds=1))
    actions.look_after()
    return Pickup.objects.get(pk=pickup.pk)


def test_new_files_are_imported_as_the_first_one_was(access, place, pickup):
    assert (pickup.kind, pickup.is_on) == ("accounts", True)
    assert actions.look_after() == 0  # not due yet
    (place / "exports" / "two.csv").write_text("Customer,Label\ndune,Dune\n")
    looked = due(pickup)
    assert sorted(access.of(Account).values_list("external_id", "name")) == [
        ("acme", "Acme"),
        ("dune", "Dune"),
    ]
    assert "two.csv: 1 row: 1 added" in looked.last_says
    assert looked.next_at > clock.now() + timedelta(minutes=58)
    assert due(pickup).last_says == "nothing new"
    assert (place / "exports" / "two.csv").exists()


def test_a_file_that_cannot_be_read_is_said_and_tried_again_later_and_later(access, place, pickup):
    (place / "exports" / "two.csv").write_text("colour\nred\n")
    looked = due(pickup)
    assert looked.last_failed
    assert "has no column" in looked.last_says
    assert looked.next_at > clock.now() + timedelta(minutes=118)
    (place / "exports" / "two.csv").write_text("Customer,Label\ndune,Dune\n")
    assert (due(pickup).failures, access.of(Account).count()) == (0, 2)


@pytest.mark.parametrize("pattern", ["../*.csv", "/etc/*", "a/../../b.csv", "**/*.csv", "", "a\\b"])
def test_nothing_outside_the_folder_is_reached(access, place, pattern):
    with pytest.raises(Refused, match="leaves the pick-up folder"):
        actions.set_up(access, pattern, 60)
    assert not Pickup.objects.exists()


def test_links_that_lead_out_of_the_folder_are_not_followed(access, place, tmp_path):
    secret = tmp_path / "secret.csv"
    secret.write_text(FIRST)
    (place / "link.csv").symlink_to(secret)
    with pytest.raises(Refused, match="matches no file"):
        actions.set_up(access, "*.csv", 60)


def test_without_an_allowed_folder_there_is_none(access, monkeypatch):
    monkeypatch.delenv("TENURE_PICKUP", raising=False)
    with pytest.raises(Refused, match="TENURE_PICKUP"):
        actions.set_up(access, "a.csv", 60)


def test_a_pick_up_is_switched_off_and_removed_and_all_of_it_is_logged(access, neighbour, place, pickup):
    for act in (
        lambda: actions.switch(neighbour, pickup.pk, True),
        lambda: actions.remove(neighbour, pickup.pk),
    ):
        with pytest.raises(Http404):
            act()
    vic = cast.member(access, "Vic", Role.VIEWER)
    with pytest.raises(PermissionDenied):
        actions.switch(vic, pickup.pk, False)
    actions.switch(access, pickup.pk, False)
    assert actions.look_after() == 0
    actions.remove(access, pickup.pk)
    assert ImportRun.objects.filter(kind="accounts").exists()
    did = AuditEntry.objects.filter(did__contains="pick-up").order_by("pk").values_list("did", flat=True)
    assert list(did) == ["set up a pick-up", "switched a pick-up off", "removed a pick-up"]


def test_a_set_up_that_is_thrown_away_leaves_nothing(access, place):
    (place / "one.csv").write_text(FIRST)
    run = actions.set_up(access, "one.csv", 60)
    discard(access, run.pk)
    assert not Pickup.objects.exists()


def test_headers_are_kept_encrypted(access, place, monkeypatch):
    def fetch(url, headers, etag, modified, target, policy):
        target.write_text(FIRST)
        asked.append(headers)
        return actions.fetching.Fetched(True, "a.csv", "v1", "")

    asked: list[dict[str, str]] = []
    monkeypatch.setattr(actions.fetching, "fetch", fetch)
    actions.set_up(access, "https://files.example/a.csv", 60, "Authorization: Bearer secret\nX-Key: k")
    stored = Pickup.objects.get().headers
    assert "secret" not in stored
    assert crypto.decrypt("headers of pick-ups", stored) == '{"Authorization": "Bearer secret", "X-Key": "k"}'
    assert asked == [{"Authorization": "Bearer secret", "X-Key": "k"}]


@pytest.mark.parametrize("headers", ["nonsense", "Host: other", "X: a\x00b", "Bad Name: x"])
def test_headers_that_are_none_are_refused(access, headers):
    with pytest.raises(Refused, match="header"):
        actions.set_up(access, "https://files.example/a.csv", 60, headers)


def test_an_address_inside_is_refused_before_anything_is_kept(access):
    with pytest.raises(Refused, match="only public addresses"):
        actions.set_up(
            access, "https://metadata.example/", 60, policy=Policy(lambda host, port: ["169.254.169.254"])
        )
    assert not Pickup.objects.exists()
