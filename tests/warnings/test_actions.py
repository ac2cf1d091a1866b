"""Warnings open, reword, close, and are quiet after somebody acted."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext

from tenure.accounts.models import Account
from tenure.health.models import Standing
from tenure.kit.models import Live
from tenure.metrics.models import MetricValue
from tenure.touchpoints import queries as touchpoints
from tenure.warnings import actions, queries
from tenure.warnings.models import BandChange, EarlyWarning, LossRate
from tenure.workspaces.access import Access
from tenure.workspaces.roles import Role
from tests import cast
from tests.warnings import scene
from tests.warnings.scene import ago, today

Cast = dict[str, Account]


@pytest.fixture
def customers(access: Access) -> Cast:
    """The cast's customers, with their warnings as of today."""
    found = scene.customers(access)
    actions.refresh(access.workspace)
    return found


@pytest.fixture
def dana(access: Access) -> Access:
    return cast.member(access, "Dana", Role.MANAGER)


def open_causes(access: Access) -> set[tuple[str, str]]:
    rows = access.of(EarlyWarning).filter(closed_on=None)
    return set(rows.values_list("account__name", "cause"))


def causes_of(access: Access, account: Account) -> list[str]:
    return [reason.cause for reason in queries.of_account(access, account.pk, today())]


def test_each_of_the_cast_is_warned_of_for_what_it_is(access: Access, customers: Cast) -> None:
    assert open_causes(access) == {
        ("Acme", "seats_full"),
        ("Borealis", "renewal_near"),
        ("Borealis", "falling"),
        ("Borealis", "seats_unused"),
        ("Cinder", "onboarding_silent"),
    }


def test_a_second_refresh_changes_nothing(access: Access, customers: Cast) -> None:
    before = list(EarlyWarning.objects.order_by("pk").values())
    assert actions.refresh(access.workspace) == actions.Refreshed()
    assert list(EarlyWarning.objects.order_by("pk").values()) == before


def test_a_warning_is_reworded_when_its_figures_move_and_closed_when_its_cause_goes(
    access: Access, customers: Cast
) -> None:
    borealis = customers["borealis"]
    seats = access.of(MetricValue).filter(account=borealis, metric="seat_use")
    seats.update(value=0.2)
    assert actions.refresh(access.workspace, [borealis.pk]) == actions.Refreshed(updated=1)
    assert "Only 20\u00a0%" in access.of(EarlyWarning).get(account=borealis, cause="seats_unused").says
    seats.update(value=0.8)
    assert actions.refresh(access.workspace, [borealis.pk]) == actions.Refreshed(closed=1)
    assert causes_of(access, borealis) == ["renewal_near", "falling"]
    assert access.of(EarlyWarning).get(cause="seats_unused").closed_on == today()


def test_refreshing_some_leaves_the_others_alone(access: Access, customers: Cast) -> None:
    access.of(Standing).update(renews_on=None)
    actions.refresh(access.workspace, [customers["acme"].pk])
    assert ("Borealis", "renewal_near") in open_causes(access)
    actions.refresh(access.workspace)
    assert ("Borealis", "renewal_near") not in open_causes(access)


def test_a_refresh_takes_as_many_queries_for_forty_accounts_as_for_four(access: Access) -> None:
    scene.customers(access)
    with CaptureQueriesContext(connection) as few:
        actions.refresh(access.workspace)
    for number in range(40):
        scene.account(access, f"More {number}", 1000, score=30, band="poor", renews_on=ago(-9))
    with CaptureQueriesContext(connection) as many:
        assert actions.refresh(access.workspace).opened == 40
    assert len(many) <= len(few)


def test_an_unhappy_answer_names_who_gave_it(access: Access, customers: Cast) -> None:
    acme = customers["acme"]
    scene.answer(access, acme, 9, 1, "Bo")
    scene.answer(access, acme, 3, 4, "<b>Ann</b>")
    scene.answer(access, acme, 0, 15, "Cy")
    actions.refresh(access.workspace, [acme.pk])
    found = access.of(EarlyWarning).get(account=acme, cause="detractor")
    assert found.says.startswith("<b>Ann</b> answered 3 of 10")  # escaped where it is shown


def test_a_fall_is_seen_in_the_score_history(access: Access, customers: Cast) -> None:
    borealis = customers["borealis"]
    scene.scored(
        access,
        (borealis.pk, ago(20), 66.0, "both"),
        (borealis.pk, ago(4), 61.0, "both"),
        (borealis.pk, ago(3), 38.0, "both"),
        (borealis.pk, ago(0), 38.0, "both"),
    )
    actions.refresh(access.workspace, [borealis.pk])
    change = access.of(BandChange).get()
    assert (change.before, change.after, change.changed_on) == ("fair", "poor", ago(3))
    fell = access.of(EarlyWarning).get(cause="fell")
    assert fell.says == "Health fell from fair to poor 3 days ago, the score from 61 to 38."


def test_a_slow_slide_is_told_from_its_top(access: Access, customers: Cast) -> None:
    """A point a day over the line: the last step is one point, the fortnight's fall is fourteen."""
    acme = customers["acme"]
    scene.scored(access, *((acme.pk, ago(days), 69.0 + days, "both") for days in range(27, -1, -1)))
    access.of(Standing).filter(account=acme).update(band="fair", score=69.0)
    actions.refresh(access.workspace, [acme.pk])
    fell = access.of(EarlyWarning).get(cause="fell")
    assert "from good to fair today, the score from 83 to 69." in fell.says


def test_history_that_is_computed_anew_takes_the_change_back(access: Access, customers: Cast) -> None:
    acme = customers["acme"]
    scene.scored(access, (acme.pk, ago(1), 50.0, "both"), (acme.pk, ago(0), 90.0, "both"))
    actions.refresh(access.workspace, [acme.pk])
    assert access.of(BandChange).get().after == "good"
    scene.scored(access, (acme.pk, ago(1), 88.0, "both"))
    actions.refresh(access.workspace, [acme.pk])
    assert not access.of(BandChange).exists()


def test_losses_are_counted_from_the_history_of_those_who_pay(access: Access, customers: Cast) -> None:
    """Looks 90 and 120 days back: Borealis was poor both times and stayed, Dune was poor and left."""
    borealis, dune = customers["borealis"].pk, customers["dune"].pk
    free = scene.account(access, "Free", None)
    scene.scored(
        access,
        (borealis, ago(120), 30.0, "both"),
        (borealis, ago(90), 30.0, "both"),
        (borealis, ago(30), 30.0, "both"),
        (borealis, ago(0), 30.0, "both"),
        (dune, ago(121), 10.0, "both"),  # not a day that is looked at
        (dune, ago(120), 10.0, "both"),
        (dune, ago(30), None, "former"),
        (free.pk, ago(120), 10.0, "both"),  # never paid, so cannot be lost
        (free.pk, ago(30), 10.0, "both"),
    )
    actions.refresh(access.workspace)
    assert list(access.of(LossRate).order_by("band").values_list("band", "lost", "seen")) == [
        ("fair", 0, 0),
        ("good", 0, 0),
        ("poor", 1, 3),
    ]


def test_what_dana_did_is_quiet_noted_and_told(access: Access, customers: Cast, dana: Access) -> None:
    borealis = customers["borealis"]
    handled = actions.done(dana, borealis.pk, " Talked to Ida, she is back on Monday. ")
    assert causes_of(access, borealis) == []
    assert len(handled.warning_ids) == 3
    note = touchpoints.notes(access, borealis.pk)[0]
    assert note.author == "dana@example.test"
    assert note.text == "Done: Call the sponsor. Talked to Ida, she is back on Monday."
    assert Live.objects.latest("pk").ids == [borealis.pk]


def test_done_twice_is_done_once(access: Access, customers: Cast, dana: Access) -> None:
    borealis = customers["borealis"]
    actions.done(dana, borealis.pk)
    assert actions.done(dana, borealis.pk).warning_ids == ()
    assert len(touchpoints.notes(access, borealis.pk)) == 1


def test_a_cause_that_stays_speaks_again_after_its_quiet_days(
    access: Access, customers: Cast, dana: Access
) -> None:
    cinder = customers["cinder"]
    actions.done(dana, cinder.pk)
    week = today() + timedelta(days=7)
    assert queries.of_account(access, cinder.pk, week - timedelta(days=1)) == []
    assert [one.cause for one in queries.of_account(access, cinder.pk, week)] == ["onboarding_silent"]


def test_a_cause_that_flickers_stays_as_quiet_as_it_was(
    access: Access, customers: Cast, dana: Access
) -> None:
    borealis = customers["borealis"]
    actions.done(dana, borealis.pk)
    seats = access.of(MetricValue).filter(account=borealis, metric="seat_use")
    for share in (0.8, 0.3):
        seats.update(value=share)
        actions.refresh(access.workspace, [borealis.pk])
    assert causes_of(access, borealis) == []


def test_a_new_cause_speaks_although_the_others_are_quiet(
    access: Access, customers: Cast, dana: Access
) -> None:
    borealis = customers["borealis"]
    actions.snooze(dana, borealis.pk, ago(-7))
    scene.answer(access, borealis, 2, 0)
    actions.refresh(access.workspace, [borealis.pk])
    assert causes_of(access, borealis) == ["detractor"]


def test_undo_brings_back_what_was_made_quiet_and_takes_the_note_back(
    access: Access, customers: Cast, dana: Access
) -> None:
    borealis = customers["borealis"]
    before = causes_of(access, borealis)
    handled = actions.done(dana, borealis.pk)
    actions.undo(dana, borealis.pk, handled.warning_ids, handled.note_id)
    assert causes_of(access, borealis) == before
    assert touchpoints.notes(access, borealis.pk) == []
    later = actions.snooze(dana, borealis.pk, ago(-1))
    assert causes_of(access, borealis) == []
    actions.undo(dana, borealis.pk, later.warning_ids)
    assert causes_of(access, borealis) == before


@pytest.mark.parametrize("until", [ago(0), ago(3), ago(-367), date.max])
def test_a_warning_is_put_off_to_a_day_that_makes_sense(customers: Cast, dana: Access, until: date) -> None:
    with pytest.raises(ValueError, match="after today and within a year"):
        actions.snooze(dana, customers["borealis"].pk, until)


def test_a_viewer_changes_nothing(access: Access, customers: Cast) -> None:
    vic = cast.member(access, "Vic", Role.VIEWER)
    borealis = customers["borealis"].pk
    for attempt in (
        lambda: actions.done(vic, borealis),
        lambda: actions.snooze(vic, borealis, ago(-1)),
        lambda: actions.undo(vic, borealis, []),
    ):
        with pytest.raises(PermissionDenied):
            attempt()


def test_a_neighbour_finds_nothing_to_change(access: Access, neighbour: Access, customers: Cast) -> None:
    borealis = customers["borealis"]
    ids = [reason.id for reason in queries.of_account(access, borealis.pk, today())]
    otherco = scene.account(neighbour, "Otherco", 1000)
    with pytest.raises(Http404):
        actions.done(neighbour, borealis.pk)
    actions.snooze(access, borealis.pk, ago(-1))
    actions.undo(neighbour, otherco.pk, ids)
    assert causes_of(access, borealis) == []
    assert queries.of_account(neighbour, borealis.pk, today()) == []
