"""Files are picked up by the clock, as the first one was understood; what fails is said and tried again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from tenure.accounts.models import Account
from tenure.kit import clock, crypto, outbox
from tenure.kit.facts import PickupSetUp
from tenure.sources.actions import answer, choose, discard, request_import
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
    run = first(access, "exports/*.csv")
    choose(access, run.pk, "accounts", Options({"account_id": "Customer", "name": "Label"}))
    request_import(access, run.pk)
    run_import(run.pk)
    return Pickup.objects.get()


def first(access, where: str, headers: str = "", policy: Policy | None = None) -> ImportRun | None:
    """Sets a pick-up up, and does what the worker does then."""
    return actions.fetch_first(actions.set_up(access, where, 60, headers).pk, policy)


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


def test_a_file_that_cannot_be_read_keeps_no_other_and_is_said_until_it_changes(access, place, pickup):
    (place / "exports" / "two.csv").write_text("colour\nred\n")
    looked = due(pickup)
    assert looked.last_failed
    assert looked.last_says.startswith("exports/two.csv has no column")
    assert looked.next_at < clock.now() + timedelta(minutes=61)  # the others come as ever
    (place / "exports" / "three.csv").write_text("Customer,Label\ndune,Dune\n")
    looked = due(pickup)
    assert (looked.last_failed, access.of(Account).count()) == (True, 2)
    assert looked.last_says.endswith("three.csv: 1 row: 1 added")
    assert ImportRun.objects.filter(status=ImportRun.FAILED).count() == 1  # not tried again in vain
    (place / "exports" / "two.csv").write_text("Customer,Label\nelm,Elm\n")
    assert (due(pickup).last_failed, access.of(Account).count()) == (False, 3)


def test_a_folder_that_is_not_there_is_tried_again_later_and_later(access, place, pickup, monkeypatch):
    monkeypatch.setenv("TENURE_PICKUP", str(place / "gone"))
    assert due(pickup).next_at > clock.now() + timedelta(minutes=118)
    assert due(pickup).failures == 2


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
    run = first(access, "one.csv")
    discard(access, run.pk)
    assert not Pickup.objects.exists()


def test_headers_are_kept_encrypted(access, place, monkeypatch):
    def fetch(url, headers, etag, modified, target, policy):
        target.write_text(FIRST)
        asked.append(headers)
        return actions.fetching.Fetched(True, "a.csv", "v1", "")

    asked: list[dict[str, str]] = []
    monkeypatch.setattr(actions.fetching, "fetch", fetch)
    first(access, "https://files.example/a.csv", "Authorization: Bearer secret\nX-Key: k")
    stored = Pickup.objects.get().headers
    assert "secret" not in stored
    assert crypto.decrypt("headers of pick-ups", stored) == '{"Authorization": "Bearer secret", "X-Key": "k"}'
    assert asked == [{"Authorization": "Bearer secret", "X-Key": "k"}]


@pytest.mark.parametrize("headers", ["nonsense", "Host: other", "X: a\x00b", "Bad Name: x"])
def test_headers_that_are_none_are_refused(access, headers):
    with pytest.raises(Refused, match="header"):
        actions.set_up(access, "https://files.example/a.csv", 60, headers)


INSIDE = Policy(lambda host, port: ["169.254.169.254"])


def test_an_address_inside_is_refused_by_the_worker_who_says_so(access):
    assert first(access, "https://metadata.example/", policy=INSIDE) is None
    pickup = Pickup.objects.get()
    assert (pickup.failures, pickup.last_failed, pickup.is_on) == (1, True, False)
    assert "only public addresses" in pickup.last_says
    assert actions.look_after() == 0


def test_a_first_file_that_failed_is_fetched_again_when_somebody_asks(access, monkeypatch):
    assert first(access, "https://files.example/a.csv", policy=INSIDE) is None
    pickup = Pickup.objects.get()
    monkeypatch.setattr(actions.fetching, "fetch", fetched)
    actions.try_again(access, pickup.pk, pickup.where)
    asked = [one.fact for one in outbox.read("test") if isinstance(one.fact, PickupSetUp)]
    assert [one.attempt for one in asked] == [1, 2]
    run = actions.fetch_first(pickup.pk)
    assert (run.pickup_id, run.status, run.filename) == (pickup.pk, ImportRun.DRAFT, "a.csv")
    assert actions.fetch_first(pickup.pk) is None  # done once, however often it is asked for
    with pytest.raises(Http404):
        actions.try_again(access, pickup.pk, pickup.where)


def test_a_place_that_failed_is_mended_and_its_secrets_go_to_no_other_server(access, place):
    first(access, "https://files.example/a.csv", "X-Key: k", INSIDE)
    pickup = Pickup.objects.get()
    assert actions.try_again(access, pickup.pk, "https://files.example/b.csv").headers == pickup.headers
    assert actions.fetch_first(pickup.pk, INSIDE) is None
    with pytest.raises(Refused, match="not an https"):
        actions.try_again(access, pickup.pk, "http://files.example/c.csv")
    assert Pickup.objects.get().where == "https://files.example/b.csv"
    assert actions.try_again(access, pickup.pk, "https://other.example/b.csv").headers == ""
    assert "b.csv → https://other.example/b.csv" in AuditEntry.objects.latest("id").what


def test_a_place_that_is_tried_again_and_again_is_in_the_list_once(access, neighbour):
    for who in (access, access, neighbour):
        first(who, "https://files.example/a.csv", policy=INSIDE)
    assert access.of(Pickup).count() == neighbour.of(Pickup).count() == 1


def fetched(url, headers, etag, modified, target, policy):
    target.write_text(FIRST)
    return actions.fetching.Fetched(True, "a.csv", "v1", "")


def test_what_is_picked_up_may_ask_something_and_the_answer_counts_for_the_next(access, place):
    (place / "one.csv").write_text("subscription_id,account_id,amount,start\ns1,acme,5,2026-01-01\n")
    run = first(access, "*.csv")
    request_import(access, run.pk)
    run_import(run.pk)
    (place / "two.csv").write_text("subscription_id,account_id,amount,start\ns2,acme,5,03/04/2026\n")
    looked = due(Pickup.objects.get())
    assert not looked.last_failed
    assert "two.csv asks something before it goes in" in looked.last_says
    asking = ImportRun.objects.get(status=ImportRun.ASKING)
    answer(access, asking.pk, {"dates": "day-first"})
    assert run_import(asking.pk).says == "1 row: 1 added"
    (place / "three.csv").write_text("subscription_id,account_id,amount,start\ns3,acme,5,03/04/2026\n")
    assert "three.csv: 1 row: 1 added" in due(Pickup.objects.get()).last_says
