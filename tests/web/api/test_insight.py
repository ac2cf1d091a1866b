"""What the API gives of audits and calibrations: the newest one made, nothing before anybody asked."""

from __future__ import annotations

from tenure.workspaces.access import Access
from tests.web import test_calibration, test_insights
from tests.web.api.conftest import Asks


def test_an_audit_that_was_made(access: Access, asks: Asks) -> None:
    api = asks(access)
    assert api.get("metrics/audit") == {"as_of": None, "made_at": None, "found": None, "changed": []}
    run = test_insights.kept(access)
    found = api.get("metrics/audit", outcome="churn", horizon=90)
    assert found["as_of"] == run.as_of.isoformat()
    assert found["found"]["judged"][0]["metric"] == "seat_use"
    assert found["found"]["says"][0].startswith("Seat use and CES tell you most")
    assert api.get("metrics/audit", outcome="expansion")["found"] is None
    assert "outcome" in str(api.get("metrics/audit", status=422, outcome="riches"))
    assert "horizon" in str(api.get("metrics/audit", status=422, horizon=1))


def test_a_calibration_that_was_made(access: Access, neighbour: Access, asks: Asks) -> None:
    api = asks(access)
    assert api.get("health/calibration")["found"] is None
    api.get("health/default/calibration", status=404)
    test_calibration.kept(access)
    [one] = api.get("health/calibration")["found"]["profiles"]
    assert one["profile"] == "default"
    assert api.get("health/default/calibration")["found"] == one
    api.get("health/none/calibration", status=404)
    assert asks(neighbour).get("health/calibration")["found"] is None
    asks(neighbour).get("health/default/calibration", status=404)
