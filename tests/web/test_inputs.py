"""What figures rest on: named with a click, by owners only, each with its worth."""

from __future__ import annotations

import pytest

from tenure.health import actions as health
from tenure.health import editing
from tenure.health.models import Standing
from tenure.metrics.models import MetricValue
from tenure.web.queries.inputs import inputs_page
from tenure.workspaces.access import Access
from tenure.workspaces.models import Workspace
from tests.health.scene import known, only
from tests.metrics.telling import ago, customer, today, used
from tests.web.conftest import Visit


def test_a_new_workspace_is_told_what_to_bring_first(olga: Access, visit: Visit) -> None:
    page = visit(olga).get("/settings/inputs")
    assert page.status_code == 200
    assert "No customers yet" in page.text
    assert "Not named yet." in page.text


def test_what_is_proposed_is_used_with_a_click_and_moves_the_figures(olga: Access, visit: Visit) -> None:
    acme, client = customer(olga, "Acme"), visit(olga)
    used(olga, "acme", "ann", today(), ago(1), event="Report Shared")
    health.refresh(olga.workspace)
    page = client.get("/settings/inputs").text
    assert "Report Shared" in page
    assert "Key features" in page.partition("What would add most")[2].partition("</table>")[0]
    answer = client.post("/settings/inputs/key_features/name", {"value": "Report Shared"}, follow=True)
    assert "counts from now on" in answer.text
    health.refresh(Workspace.objects.get(pk=olga.workspace.pk))
    assert MetricValue.objects.get(account=acme, metric="breadth").value == 1
    answer = client.post("/settings/inputs/key_features/forget", {"value": "Report Shared"}, follow=True)
    assert "no longer counts" in answer.text
    assert Workspace.objects.get(pk=olga.workspace.pk).key_features == []


def test_business_hours_are_saved_and_wrong_ones_told(olga: Access, visit: Visit) -> None:
    client = visit(olga)
    form = {"days": ["0", "2"], "opens": "08:30", "closes": "00:00", "country": "DE"}
    assert client.post("/settings/inputs/hours", form).status_code == 302
    saved = Workspace.objects.get(pk=olga.workspace.pk).business_hours
    assert saved == {"days": [0, 2], "opens": 510, "closes": 1440, "country": "DE"}
    for wrong, says in (
        ({"opens": "18:00", "closes": "09:00"}, "end after it begins"),
        ({"opens": "soon"}, "Write times like 09:00"),
        ({"days": []}, "at least one weekday"),
        ({"country": "ZZ"}, "no holidays known"),
    ):
        answer = client.post("/settings/inputs/hours", form | wrong)
        assert answer.status_code == 422
        assert says in answer.text


def test_a_name_that_cannot_be_one_is_told_on_the_page(olga: Access, visit: Visit) -> None:
    client = visit(olga)
    answer = client.post("/settings/inputs/key_features/name", {"value": ""})
    assert (answer.status_code, "Say which event." in answer.text) == (422, True)
    assert client.post("/settings/inputs/karma/name", {"value": "x"}).status_code == 404


def test_only_who_defines_figures_has_them_and_hostile_names_are_only_text(
    olga: Access, dana: Access, vic: Access, visit: Visit
) -> None:
    hostile = "<script>alert(1)</script>'; drop table account;--"
    assert visit(olga).post("/settings/inputs/key_features/name", {"value": hostile}).status_code == 302
    for who in (dana, vic):
        client = visit(who)
        for path in ("key_features/name", "key_features/forget", "hours"):
            assert client.post(f"/settings/inputs/{path}", {"value": "x"}).status_code == 403
        assert client.get("/settings/inputs").status_code == 403
    assert "<script>alert" not in visit(olga).get("/settings/inputs").text
    assert Workspace.objects.get(pk=olga.workspace.pk).key_features == [hostile]


def test_what_would_add_most_counts_every_profile_by_its_customers(olga: Access, visit: Visit) -> None:
    """Four large customers are measured by answers, which lack at three; one other by seats, which lack."""
    large = only("nps", 100, name="large", accounts=["segment.is.Large"], place=1)
    editing.save(olga, large)
    editing.save(olga, only("seat_use", 1))
    for number in range(4):
        known(olga, f"Large {number}", segment="Large", **({"nps": 50.0} if number == 0 else {}))
    Standing.objects.update(profile="large")
    known(olga, "Small")
    known(olga, "Gone", live_terms=0)
    found = inputs_page(olga)
    assert found.coverage == pytest.approx(1 - (0.6 * 3 + 0.6 * 1) / 5 - 0.4)
    told = [(gain.title, gain.accounts, pytest.approx(gain.share)) for gain in found.gains]
    assert told == [("Survey responses", 3, 0.36), ("Product events", 1, 0.12)]
    assert "36" in visit(olga).get("/settings/inputs").text
