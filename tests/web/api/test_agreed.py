"""Goals, deals, costs, changes, the dictionary and scores set by hand, through the API."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from tenure.accounts.actions import AccountRow, upsert_accounts
from tenure.accounts.models import Account
from tenure.events import dictionary
from tenure.health.models import HealthOverride
from tenure.kit import clock
from tenure.plans.actions import GoalRow, upsert_goal_columns
from tenure.revenue.models import Cost, Deal
from tenure.workspaces.access import Access
from tests.columns import in_columns
from tests.events.sending import drain_all, send_events, track
from tests.web.api.conftest import Asks

THEN = datetime(2026, 3, 1, tzinfo=UTC)


def test_what_was_agreed_and_cost(asks: Asks, access: Access, neighbour: Access) -> None:
    goal = GoalRow("acme", "Close faster", 5.0, THEN.date(), start_value=10, value=7, goal_id="g-1")
    upsert_goal_columns(access.workspace, in_columns([goal]))
    row = access.of(Account).get(external_id="acme")
    common = {"workspace": access.workspace, "account": row, "currency": "USD", "amount_minor": 500_00}
    Deal.objects.create(external_id="d-1", opened_at=THEN, stage="offered", **common)
    Cost.objects.create(external_id="c-1", category="credit", spent_on=THEN.date(), **common)
    api = asks(access)
    [told] = api.get("goals", account=row.pk)["items"]
    assert (told["goal_id"], told["value"], told["measured_on"]) == ("g-1", 7, "2026-03-01")
    [deal] = api.get("deals", account=row.pk)["items"]
    assert (deal["won"], deal["amount"]) == (None, {"amount": "500.00", "currency": "USD"})
    [cost] = api.get("costs")["items"]
    assert (cost["account"], cost["category"], cost["hours"]) == (row.pk, "credit", None)
    other = asks(neighbour)
    for name in ("goals", "deals", "costs"):
        assert other.get(name)["items"] == []
        other.get(name, status=404, account=row.pk)


def test_how_an_attribute_changed(asks: Asks, access: Access, neighbour: Access) -> None:
    for plan, day in (("free", date(2026, 3, 1)), ("Team", date(2026, 4, 1))):
        upsert_accounts(access.workspace, [AccountRow("acme", attributes={"plan": plan})], effective_on=day)
    row = access.of(Account).get(external_id="acme")
    found = asks(access).get(f"accounts/{row.pk}/changes")
    assert [one["value"] for one in found if one["field"] == ".plan"] == ["Team", "free"]
    asks(neighbour).get(f"accounts/{row.pk}/changes", status=404)


def test_the_dictionary_of_events(asks: Asks, access: Access, neighbour: Access) -> None:
    send_events(access, track(event="Opened", properties={"color": "red"}), at=clock.now())
    drain_all()
    dictionary.refresh(access.workspace)
    [one] = asks(access).get("events/names", search="open")
    assert (one["event"], one["events"], one["has_stopped"]) == ("Opened", 1, False)
    assert [(each["name"], each["share"]) for each in one["properties"]] == [("color", 1.0)]
    assert asks(access).get("events/names", search="nothing") == []
    assert asks(neighbour).get("events/names") == []


def test_a_score_set_by_hand_and_taken_back(asks: Asks, access: Access, neighbour: Access) -> None:
    upsert_accounts(access.workspace, [AccountRow("acme")])
    row = access.of(Account).get(external_id="acme")
    until = clock.today("UTC") + timedelta(days=30)
    said = {"score": 20, "reason": "the sponsor left", "until": until.isoformat()}
    api, where = asks(access), f"accounts/{row.pk}/override"
    assert api.post(where, said)["until"] == until.isoformat()
    assert access.of(HealthOverride).get().reason == "the sponsor left"
    wrong = api.post(where, said | {"until": "2020-01-01"}, status=422)
    assert wrong["errors"] == [
        {"field": "body.until", "says": "choose a day from today on and within a year"}
    ]
    asks(neighbour).post(where, said, status=404)
    assert api.post(f"{where}/end", {})["ended"]
    assert not api.post(f"{where}/end", {})["ended"]
