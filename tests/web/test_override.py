"""A score set by hand on the account's page: marked everywhere, undone, refused to those who may not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tenure.accounts.models import Account
from tenure.health import outlook, overrides
from tenure.health.models import BandFlow, HealthOverride, Outlook, Standing
from tenure.workspaces.access import Access
from tests.browser import PHONE, OpenPage, axe_violations, sideways_scroll
from tests.health.scene import known
from tests.metrics.telling import ago, today
from tests.web import story
from tests.web.conftest import Visit
from tests.web.reading import text


@pytest.fixture
def acme(access: Access) -> Account:
    return known(access, "Acme", seat_use=1.0)


def form(**changed: str) -> dict[str, str]:
    until = (today() + timedelta(days=9)).isoformat()
    return {"band": "poor", "score": "", "reason": "Their champion left", "until": until} | changed


def test_dana_sets_a_score_and_takes_it_back(acme: Account, dana: Access, visit: Visit) -> None:
    client = visit(dana)
    assert "Computed now" in client.get(f"/customers/{acme.pk}/override").text
    assert client.post(f"/customers/{acme.pk}/override", form()).status_code == 303
    page = text(client.get(f"/customers/{acme.pk}").content)
    assert "Success 20 poor" in page
    assert "set by hand computed 100" in page
    assert "a person set this score" in client.get("/customers").text
    why = client.get(f"/customers/{acme.pk}/why").text
    for said in ("Their champion left", "dana@example.test", "Let the computed score count again"):
        assert said in why
    assert "Their champion left" in client.get(f"/explain/score/{acme.pk}").text
    assert client.post(f"/customers/{acme.pk}/override/end").status_code == 303
    assert Standing.objects.get(account=acme).score == pytest.approx(100)
    assert "a person set this score" not in client.get("/customers").text
    assert client.post(f"/customers/{acme.pk}/override/end").status_code == 303  # pressed twice


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"reason": " "}, "Say why"),
        ({"until": "2001-01-01"}, "Choose a day from today on"),
        ({"until": "soon"}, "Choose a day"),
        ({"score": "99"}, "99 is good, not poor"),
        ({"band": "", "score": ""}, "Choose good, fair or poor"),
        ({"score": "<b>"}, "Give a number from 0 to 100"),
    ],
)
def test_what_is_wrong_stands_beside_the_field(
    acme: Account, dana: Access, visit: Visit, changed: dict[str, str], says: str
) -> None:
    answer = visit(dana).post(f"/customers/{acme.pk}/override", form(**changed))
    assert (answer.status_code, says in answer.text) == (422, True)
    assert not HealthOverride.objects.exists()


def test_who_may_only_look_sets_nothing(acme: Account, vic: Access, visit: Visit) -> None:
    client = visit(vic)
    assert client.get(f"/customers/{acme.pk}/override").status_code == 403
    assert client.post(f"/customers/{acme.pk}/override", form()).status_code == 403
    assert client.post(f"/customers/{acme.pk}/override/end").status_code == 403
    assert "Set the score by hand" not in client.get(f"/customers/{acme.pk}/why").text


def test_a_neighbours_account_cannot_be_set(dana: Access, neighbour: Access, visit: Visit) -> None:
    otherco = known(neighbour, "Otherco", seat_use=0.2)
    overrides.set_override(neighbour, otherco.pk, 90, "Ours", today())
    client = visit(dana)
    assert client.get(f"/customers/{otherco.pk}/override").status_code == 404
    assert client.post(f"/customers/{otherco.pk}/override", form()).status_code == 404
    assert client.post(f"/customers/{otherco.pk}/override/end").status_code == 404
    assert HealthOverride.objects.get().ended_by == ""


def test_the_change_between_any_two_days(access: Access, dana: Access, visit: Visit) -> None:
    row = story.borealis(access, is_scored=True)
    client = visit(dana)
    near, far = ago(10).isoformat(), ago(90).isoformat()
    part = text(client.get(f"/customers/{row.pk}/why?since={far}&as_of={near}").content)
    assert "Scored by the profile Default, version 1" in part
    assert f'value="{far}"' in client.get(f"/customers/{row.pk}/why?since={far}&as_of={near}").text
    assert (
        "a change goes from an earlier day"
        in client.get(f"/customers/{row.pk}/why?since={near}&as_of={far}").text
    )
    for odd in ("0001-01-01", "9999-12-31", "x", ""):
        assert client.get(f"/customers/{row.pk}/why?since={odd}&as_of={odd}").status_code == 200


def test_where_it_is_heading_is_said_with_what_it_rests_on(acme: Account, dana: Access, visit: Visit) -> None:
    client = visit(dana)
    part = text(client.get(f"/customers/{acme.pk}/why").content)
    assert "it takes 14 days with a score" in part
    assert "too few were seen" in client.get(f"/customers/{acme.pk}/why").text
    workspace = dana.workspace
    Outlook.objects.create(account=acme, workspace=workspace, as_of=today(), trend=-3.2, days=80)
    BandFlow.objects.create(
        workspace=workspace, horizon=30, before="good", after="fair", count=10, computed_on=today()
    )
    BandFlow.objects.create(
        workspace=workspace, horizon=30, before="good", after="good", count=30, computed_on=today()
    )
    part = text(client.get(f"/customers/{acme.pk}/why").content)
    assert "Trend: −3.2 points a month, over the 80 days with a score" in part
    assert "30 days 75\u00a0% 30 25\u00a0% 10 0\u00a0% 0 0\u00a0% 0 40" in part
    assert outlook.ENOUGH == 30


@pytest.mark.browser
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_is_accessible(open_page: OpenPage, acme: Account, dana: Access, theme: str) -> None:
    overrides.set_override(dana, acme.pk, 20, "Their champion left", today())
    for path in (f"/customers/{acme.pk}/override", f"/customers/{acme.pk}/why", f"/explain/score/{acme.pk}"):
        page = open_page(path, dana, theme=theme)
        expect(page.locator("html[data-ready]")).to_be_attached()
        assert axe_violations(page) == [], path
        page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        assert sideways_scroll(page) == 0, path
