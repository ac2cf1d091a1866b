"""What the API gives of the record and the figures, and what can be done through it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tenure.accounts.models import Account
from tenure.health import actions as health
from tenure.kit import clock
from tenure.revenue.actions import TermRow, upsert_terms
from tenure.warnings import actions as warnings
from tenure.workspaces.access import Access
from tests.events.sending import drain_all, send_events, track
from tests.web.api.conftest import ApiClient, Asks


@pytest.fixture
def api(asks: Asks, access: Access) -> ApiClient:
    return asks(access)


@pytest.fixture
def borealis(api: ApiClient, access: Access) -> str:
    """Silent for a month, with a contract, while Acme goes on: its id."""
    today = clock.today("UTC")
    upsert_terms(
        access.workspace, [TermRow("s1", "borealis", 1200_00, "USD", "year", today - timedelta(days=300))]
    )
    at = [clock.now() - timedelta(days=40 + day) for day in range(9)]
    silent = [
        track("ida", "Signed In", context={"groupId": "borealis"}, timestamp=one.isoformat()) for one in at
    ]
    lively = track("ann", "Signed In", context={"groupId": "acme"}, timestamp=clock.now().isoformat())
    send_events(access, *silent, lively, at=clock.now())
    drain_all()
    health.refresh(access.workspace)
    warnings.refresh(access.workspace)
    return Account.objects.get(external_id="borealis").pk


def test_money_and_figures(api: ApiClient, borealis: str) -> None:
    [term] = api.get("subscriptions", account=borealis)["items"]
    assert (term["amount"], term["ends_on"]) == ({"amount": "1200.00", "currency": "USD"}, None)
    found = {one["id"]: one["values"] for one in api.get("metrics/values", metric=["arr", "nps"])["items"]}
    assert found[borealis] == {"arr": 1200.0, "nps": None}
    assert len(found) == 2
    one = api.get(f"accounts/{borealis}")
    assert one["arr"] == {"amount": "1200.00", "currency": "USD"}
    assert one["health"]["basis"] == "outcomes"
    names = {each["name"] for each in api.get("metrics")}
    assert {"arr", "nps"} <= names
    assert api.get("metrics/values", metric="colour", status=422)["errors"][0]["field"] == "query.metric"


def test_a_score_explains_itself_and_its_change(api: ApiClient, borealis: str) -> None:
    whole = api.get(f"accounts/{borealis}/health")
    known = [part["change"] for part in whole["parts"] if part["change"] is not None]
    assert whole["change"] is not None
    assert sum(known) == pytest.approx(whole["change"])
    listed = api.get("health")["items"]
    assert {name: value for name, value in whole.items() if name != "parts"} in listed
    tomorrow = clock.today("UTC") + timedelta(days=1)
    assert api.get("health", as_of=tomorrow.isoformat(), status=422)["errors"][0]["field"] == "query.as_of"
    api.get(f"accounts/{borealis}/health", as_of="2026-01-01", since="2026-01-02", status=422)
    assert isinstance(api.get(f"accounts/{borealis}/health/history"), list)


def test_warnings_are_seen_and_dealt_with(api: ApiClient, borealis: str) -> None:
    causes = {one["cause"] for one in api.get("warnings", account=borealis)["items"]}
    assert "silent" in causes
    too_late = api.post(f"accounts/{borealis}/later", {"until": "2020-01-01"}, status=422)
    assert too_late["errors"][0]["field"] == "body.until"
    done = api.post(f"accounts/{borealis}/done", {"note": "Called Ida."})
    assert date.fromisoformat(done["until"]) > clock.today("UTC")
    assert api.get("warnings", account=borealis)["items"] == []
    assert [one["text"] for one in api.get("notes", account=borealis)["items"]] == [
        "Done: Ask what happened. Called Ida."
    ]


def test_events_come_newest_first_in_pages(api: ApiClient, borealis: str) -> None:
    first = api.get("events", account=borealis, limit=5)
    rest = api.get("events", account=borealis, limit=5, after=first["next"])
    times = [one["occurred_at"] for one in (*first["items"], *rest["items"])]
    assert times == sorted(times, reverse=True)
    assert len(set(times)) == 9
    assert rest["next"] is None
    assert first["items"][0]["event"] == "Signed In"
    assert api.get("events", limit=1)["items"][0]["account_ref"] == "acme"
    api.get("events", after="bm90aGluZw", status=422)


def test_answers_go_in_and_correct_themselves(api: ApiClient) -> None:
    answer = {
        "account_id": "acme",
        "person_id": "ann",
        "survey": "nps",
        "score": 9,
        "timestamp": "2026-03-01T10:00:00Z",
    }
    assert api.post("responses", {"responses": [answer]})["added"] == 1
    assert api.post("responses", {"responses": [answer | {"score": 6}]})["changed"] == 1
    [one] = api.get("responses", survey="nps")["items"]
    assert one["score"] == 6
    for wrong in ({"score": 11}, {"timestamp": "2026-03-01T10:00:00"}, {"timestamp": "2999-01-01T00:00:00Z"}):
        assert (
            "body.responses"
            in api.post("responses", {"responses": [answer | wrong]}, status=422)["errors"][0]["field"]
        )


def test_the_workspace_of_a_key(api: ApiClient, access: Access) -> None:
    about = api.get("workspace")
    assert (about["id"], about["currency"]) == (access.workspace.id, "USD")
    assert "read" in about["rights"]
    assert api.get("imports")["items"] == []
    assert api.get("audit")["items"][0]["did"] == "created key"


def test_a_neighbour_reaches_nothing(borealis: str, asks: Asks, neighbour: Access) -> None:
    other = asks(neighbour)
    for path in ("subscriptions", "responses", "tickets", "notes", "warnings", "events"):
        assert other.get(path)["items"] == []
        other.get(path, account=borealis, status=404)
    other.get(f"accounts/{borealis}/health", status=404)
    other.get(f"accounts/{borealis}/health/history", status=404)
    other.post(f"accounts/{borealis}/done", {}, status=404)
    other.post("notes", {"account": borealis, "text": "Hello"}, status=404)
