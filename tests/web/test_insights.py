"""Insights: the metric audit is asked for, made by the worker, read by everybody who sees all customers."""

from __future__ import annotations

import csv
import io
import os

import msgspec
import pytest

from tenure.insight.audit import actions
from tenure.insight.audit.found import Outcomes
from tenure.insight.audit.judging import judge
from tenure.insight.audit.sentences import says
from tenure.insight.models import AuditRun
from tenure.jobs.reactions import REACTIONS
from tenure.kit import clock, outbox
from tenure.kit.facts import AuditRequested
from tenure.workspaces.access import Access
from tenure.workspaces.roles import Role
from tests import cast
from tests.browser import DESKTOP, PHONE, OpenPage, axe_violations, sideways_scroll
from tests.insight.test_judging import company
from tests.metrics.telling import ago, customer, pays
from tests.web.conftest import Visit


def worker() -> None:
    """What the worker does about audits that were asked for."""
    waiting = outbox.read("test", 100, kinds=(AuditRequested,))
    [reaction] = REACTIONS[AuditRequested]
    reaction.act([one.fact for one in waiting])


def kept(access: Access) -> AuditRun:
    """An audit of the simulated company, as if this workspace's."""
    found = judge(company(), Outcomes.CHURN, 90, {"depth": {"Default": 0.2}})
    return AuditRun.objects.create(
        workspace=access.workspace,
        about="churn",
        horizon=90,
        as_of=found.as_of,
        status=AuditRun.DONE,
        found=msgspec.to_builtins(msgspec.structs.replace(found, says=says(found))),
        asked_by="olga@example.test",
        finished_at=clock.now(),
    )


def test_it_is_asked_for_made_and_dated(olga: Access, visit: Visit) -> None:
    customer(olga, "Acme")
    pays(olga, "acme", 100_00, ago(700))
    client = visit(olga)
    assert "Not found out yet" in client.get("/insights").text
    client.post("/insights", {"outcome": "churn", "horizon": "90"})
    client.post("/insights", {"outcome": "churn", "horizon": "90"})
    assert olga.of(AuditRun).count() == 1, "one that waits already is what is meant"
    assert "Waiting for its turn" in client.get("/insights").text
    worker()
    worker()
    run = olga.of(AuditRun).get()
    assert (run.status, run.done) == (AuditRun.DONE, run.total)
    page = client.get("/insights").text
    assert "Too little has happened to judge by: 0 customers of 1 left" in page
    assert "Find out anew" in page
    assert "Not found out yet" in client.get("/insights?outcome=expansion").text
    assert client.get("/insights/progress", HTTP_HX_REQUEST="true").status_code == 204


def test_it_says_what_earns_its_place_and_what_was_tried(olga: Access, visit: Visit) -> None:
    kept(olga)
    client = visit(olga)
    page = client.get("/insights").text
    assert "Seat use and CES tell you most about churn within 90 days." in page
    assert "7 metrics tried" in page
    assert "left out: known only as of today" in page
    why = client.get("/insights/metric/seat_use?horizon=90").text
    assert "How early it tells" in why
    assert "20 % of the score" in client.get("/insights/metric/depth").text.replace("\u00a0", " ")
    assert client.get("/insights/metric/none").status_code == 404
    rows = list(csv.DictReader(io.StringIO(client.get("/insights/audit.csv").text)))
    assert rows[0]["metric"] == "seat_use"
    assert rows[0]["verdict"] == "earns its place"


def test_nonsense_in_the_address_is_the_usual_question(olga: Access, visit: Visit) -> None:
    for query in ("outcome=riches&horizon=-1", "horizon=9999", "horizon=ninety", "horizon=0"):
        assert visit(olga).get(f"/insights?{query}").status_code == 200


def test_a_run_that_failed_says_why(olga: Access, visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    run = actions.request_audit(olga, Outcomes.CHURN, 90)
    AuditRun.objects.filter(pk=run.pk).update(horizon=1)
    actions.run_audit(run.pk)
    AuditRun.objects.filter(pk=run.pk).update(horizon=90)
    assert "It could not be found out: 1 days: say from 7 to 365" in visit(olga).get("/insights").text


def test_who_may_look_and_who_may_ask(olga: Access, neighbour: Access, visit: Visit) -> None:
    kept(olga)
    vic = visit(cast.member(olga, "Vera", Role.VIEWER))
    assert "tell you most" in vic.get("/insights").text
    assert vic.post("/insights").status_code == 403
    assert vic.get("/insights/audit.csv").status_code == 403
    held = visit(cast.member(olga, "Max", Role.MANAGER, sees_all=False))
    assert held.get("/insights").status_code == 403
    assert "Insights" not in held.get("/customers").text
    other = visit(cast.member(neighbour, "Nick", Role.OWNER))
    assert "Bring subscriptions in" in other.get("/insights").text
    assert other.get("/insights/metric/seat_use").status_code == 404


@pytest.mark.browser
@pytest.mark.parametrize("size", [DESKTOP, PHONE])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_is_accessible_and_fits(
    olga: Access, open_page: OpenPage, size: tuple[int, int], theme: str
) -> None:
    kept(olga)
    page = open_page("/insights", olga, theme=theme, size=size)
    if folder := os.environ.get("TENURE_SCREENSHOTS"):
        page.screenshot(path=f"{folder}/insights-{theme}-{size[0]}.png", full_page=True)
    assert axe_violations(page) == []
    assert sideways_scroll(page) == 0
