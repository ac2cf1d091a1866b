"""The calibration of a health profile on its page, and weights from outcomes tried before they are saved."""

from __future__ import annotations

import os

import msgspec
import pytest

from tenure.health import profile as profiles
from tenure.health.models import HealthProfile
from tenure.insight.calibration.calibrating import calibrate
from tenure.insight.calibration.found import Calibrations
from tenure.insight.calibration.sentences import says
from tenure.insight.models import AuditRun
from tenure.kit import clock
from tenure.workspaces.access import Access
from tenure.workspaces.roles import Role
from tests import cast
from tests.browser import DESKTOP, PHONE, OpenPage, axe_violations, sideways_scroll
from tests.health.scene import known
from tests.insight.test_calibration import decided, profile, scored
from tests.web.conftest import Visit
from tests.web.test_insights import worker

PAGE = "/settings/health/default/calibration"


def kept(access: Access) -> None:
    """A calibration of the simulated company, as if by this workspace's profile."""
    by = profile()
    HealthProfile.objects.create(workspace=access.workspace, version=2, body=profiles.body_of(by))
    found = msgspec.structs.replace(calibrate(scored(decided(), by), by), version=2)
    found = msgspec.structs.replace(found, says=says(found))
    AuditRun.objects.create(
        workspace=access.workspace,
        about=AuditRun.HEALTH,
        horizon=90,
        as_of=clock.today(access.workspace.zone),
        status=AuditRun.DONE,
        found=msgspec.to_builtins(Calibrations(clock.today(), 90, (found,))),
        asked_by="olga@example.test",
        finished_at=clock.now(),
    )


def test_it_is_asked_for_and_made(olga: Access, visit: Visit) -> None:
    client = visit(olga)
    assert "Find out" in client.get(PAGE).text
    client.post(PAGE)
    assert "Waiting for its turn" in client.get(PAGE).text
    worker()
    page = client.get(PAGE).text
    assert "Too few renewals were decided" in page
    assert client.get(f"{PAGE}/progress", HTTP_HX_REQUEST="true").status_code == 204
    assert client.get("/settings/health/none/calibration").status_code == 404


def test_weights_are_tried_on_everybody_and_nothing_is_saved(olga: Access, visit: Visit) -> None:
    kept(olga)
    known(olga, "Acme", seat_use=0.9, ces=0.2)
    client = visit(olga)
    page = client.get(PAGE).text
    assert "Does a higher score renew more often?" in page
    assert "Weights from outcomes would tell better" in page
    tried = client.get("/settings/health/default?weights=outcomes").text
    assert "What it would change" in tried
    assert "Weights from outcomes" in tried
    assert olga.of(HealthProfile).count() == 1


def test_without_a_calibration_there_are_no_weights_to_try(olga: Access, visit: Visit) -> None:
    assert visit(olga).get("/settings/health/default?weights=outcomes").status_code == 404


def test_a_book_does_not_see_what_is_about_everybody(olga: Access, visit: Visit) -> None:
    held = visit(cast.member(olga, "Max", Role.MANAGER, sees_all=False))
    assert held.get(PAGE).status_code == 403
    assert "Calibration" not in held.get("/settings/health/default").text


@pytest.mark.browser
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_page_is_accessible_and_fits(
    olga: Access, open_page: OpenPage, theme: str, size: tuple[int, int]
) -> None:
    kept(olga)
    page = open_page(PAGE, olga, theme=theme, size=size)
    if folder := os.environ.get("TENURE_SCREENSHOTS"):
        page.screenshot(path=f"{folder}/calibration-{theme}-{size[0]}.png", full_page=True)
    assert axe_violations(page) == []
    assert sideways_scroll(page) == 0
