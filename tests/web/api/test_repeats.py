"""A write that names itself is done once."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from tenure.kit import clock
from tenure.touchpoints.models import Note
from tenure.web.api import repeats
from tenure.web.models import KeptAnswer
from tenure.workspaces.access import Access
from tests.web.api.conftest import ApiClient, Asks

NAMED = {"Idempotency-Key": "note-1"}


@pytest.fixture
def api(asks: Asks, access: Access) -> ApiClient:
    return asks(access)


@pytest.fixture
def note(api: ApiClient) -> dict[str, str]:
    ids = api.post("accounts", {"accounts": [{"account_id": "acme"}]})["ids"]
    return {"account": ids["acme"], "text": "They called."}


def test_sent_twice_it_is_done_once_and_answered_alike(api: ApiClient, note: dict[str, str]) -> None:
    first = api.post("notes", note, status=201, **NAMED)
    assert api.post("notes", note, status=201, **NAMED) == first
    assert api.last.headers["Idempotency-Replayed"] == "true"
    assert Note.objects.count() == 1
    api.post("notes", note, status=201)  # without a name it is another
    assert Note.objects.count() == 2


def test_a_name_is_of_one_request_and_of_one_key(
    api: ApiClient, note: dict[str, str], asks: Asks, access: Access
) -> None:
    api.post("notes", note, status=201, **NAMED)
    wrong = api.post("notes", note | {"text": "Something else."}, status=422, **NAMED)
    assert wrong["errors"][0]["field"] == "header.Idempotency-Key"
    asks(access).post("notes", note, status=201, **NAMED)
    assert Note.objects.count() == 2


def test_one_that_is_being_worked_on_is_not_done_beside_itself(api: ApiClient, note: dict[str, str]) -> None:
    api.post("notes", note, status=201, **NAMED)
    KeptAnswer.objects.update(status=None)
    assert api.post("notes", note, status=409, **NAMED)["status"] == 409
    with time_machine.travel(clock.now() + repeats.GIVEN_UP + timedelta(seconds=1)):
        api.post("notes", note, status=201, **NAMED)  # it died: whoever asks again has it done


def test_answers_are_kept_for_a_day(api: ApiClient, note: dict[str, str]) -> None:
    api.post("notes", note, status=201, **NAMED)
    with time_machine.travel(clock.now() + repeats.KEPT + timedelta(seconds=1)):
        repeats.forget_old()
    assert KeptAnswer.objects.count() == 0


def test_a_name_that_cannot_be_one_is_refused(api: ApiClient, note: dict[str, str]) -> None:
    for name in ("", "two words", "x" * 201):
        api.post("notes", note, status=422, **{"Idempotency-Key": name})
    assert Note.objects.count() == 0
