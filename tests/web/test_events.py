"""Pages about events: the stream as it is wanted, the dictionary, rules for mending, what is kept."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tenure.accounts.actions import AccountRow, upsert_accounts
from tenure.events import jobs, names, rejected, retention
from tenure.events.mending import read
from tenure.events.models import EventPolicy, MendingRule, MendingRun
from tests.events.sending import drain_all, send_events, track

ACME = {"context": {"groupId": "acme"}}
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def arrived(access):
    """Ann and Bo at Acme, a visitor, a bot, and two events that nobody could understand."""
    upsert_accounts(access.workspace, [AccountRow("acme", "Acme"), AccountRow("borealis", "Borealis")])
    send_events(
        access,
        track("ann", "Report exported", properties={"format": "pdf", "email": "ann@acme.example"}, **ACME),
        track("bo", "Report exported", properties={"format": "pdf"}, **ACME),
        track("cy", HOSTILE, properties={HOSTILE: HOSTILE}, context={"groupId": "borealis"}),
        {"type": "page", "anonymousId": "b1", "name": "Pricing"},
        track("bot", context={"userAgent": "Googlebot/2.1"}),
        {"type": "track", "usr": "ann", "event": "Login"},
        {"type": "track", "userId": "ann"},
    )
    drain_all()
    jobs.follow_arrivals()
    return {one.event: one for one in names.names(access)}


class TestStream:
    @pytest.mark.parametrize(
        ("query", "seen", "unseen"),
        [
            ("", ["Report exported", "Pricing", "4 events in all"], []),
            ("event=Report+exported", ["Report exported", "2 events of this kind"], ["Pricing"]),
            ("account=Acme", ["Report exported", "2 events"], ["Pricing", "Borealis"]),
            ("person=bo", ["Report exported", "1 events"], ["Pricing"]),
            ("person=b1&kind=page", ["Pricing"], ["Report exported"]),
            ("kind=identify", ["No such events"], ["Pricing"]),
            ("account=Nobody", ["There is no customer “Nobody”"], ["Pricing"]),
            ("only=rejected", ["there is nobody in it", "a track call needs the name"], ["Pricing"]),
            ("kind='+OR+1=1", ["Pricing"], []),
        ],
    )
    def test_it_shows_what_is_wanted(self, arrived, vic, visit, query, seen, unseen):
        shown = visit(vic).get(f"/data/incoming?{query}").content.decode()
        assert [one for one in seen if one not in shown] == []
        assert [one for one in unseen if one in shown] == []
        assert HOSTILE not in shown

    def test_the_address_holds_what_is_wanted_and_a_paused_one_does_not_listen(self, access, vic, visit):
        page = visit(vic).get("/data?event=Login&only=rejected").content.decode()
        assert "/data/incoming?event=Login&amp;only=rejected" in page
        assert "live-events" in page
        assert "/data?event=Login&amp;only=rejected&amp;paused=1" in page
        paused = visit(vic).get("/data?event=Login&paused=1").content.decode()
        assert "live-events" not in paused
        assert "Resume" in paused

    def test_what_was_left_out_and_what_stopped_stands_beside_it(self, arrived, access, vic, visit):
        page = visit(vic).get("/data").content.decode()
        assert "Bots" in page
        assert "A message counts once within 7 days; raw events are kept for ever" in page


class TestDictionary:
    def test_it_lists_names_and_finds_them(self, arrived, vic, visit):
        client = visit(vic)
        page = client.get("/data/events").content.decode()
        assert "Report exported" in page
        assert "Pricing" in page
        assert HOSTILE not in page
        found = client.get("/data/events?q=pric&sort=name").content.decode()
        assert "Pricing" in found
        assert "Report exported" not in found
        assert "No such event" in client.get("/data/events?q=nothing").content.decode()

    def test_an_empty_one_says_what_to_do(self, vic, visit):
        assert "How to send events" in visit(vic).get("/data/events").content.decode()

    def test_a_name_shows_its_properties_but_nothing_personal(self, arrived, vic, visit):
        page = visit(vic).get(f"/data/events/{arrived['Report exported'].id}").content.decode()
        assert "pdf" in page
        assert "ann@acme.example" not in page
        assert "not shown: may be personal" in page
        assert "In your words" not in page
        hostile = next(one for name, one in arrived.items() if name.startswith("<"))
        assert HOSTILE not in visit(vic).get(f"/data/events/{hostile.id}").content.decode()

    def test_it_is_described_by_those_who_may(self, arrived, dana, vic, visit):
        where = reverse("data-describe", args=[arrived["Pricing"].id])
        assert visit(vic).post(where, {"description": "x"}).status_code == 403
        assert visit(dana).post(where, {"description": "Prices <b>looked at</b>"}).status_code == 302
        page = visit(dana).get(reverse("data-event", args=[arrived["Pricing"].id])).content.decode()
        assert "Prices &lt;b&gt;looked at" in page
        assert "dana@example.test" in page


class TestRules:
    def test_a_rule_is_seen_before_it_is_done_and_then_done(self, arrived, access, dana, visit):
        client = visit(dana)
        asked = "reason=nobody&verb=rename&field=usr&value=userId"
        preview = client.get(f"/data/rejected?{asked}").content.decode()
        assert "Rename “usr” to “userId”" in preview
        assert "would go through" in preview
        assert MendingRun.objects.count() == 0
        form = {"reason": "nobody", "verb": "rename", "field": "usr", "value": "userId", "keep": "on"}
        assert client.post("/data/rejected/mend", form).status_code == 302
        run = MendingRun.objects.get()
        assert "0 of 1" in client.get("/data/rejected/runs").content.decode()
        jobs.run_mending(run.pk)
        page = client.get("/data/rejected").content.decode()
        assert "1 of 1 went through" in page
        assert "Rules for what arrives" in page
        stop = reverse("data-stop-rule", args=[MendingRule.objects.get().pk])
        assert client.post(stop).status_code == 302
        assert rejected.kept_rules(access.workspace) == {}

    def test_a_rule_that_cannot_be_is_told_so_and_nothing_is_done(self, arrived, dana, visit):
        client = visit(dana)
        page = client.get("/data/rejected?reason=nobody&verb=cut&field=usr&value=long").content.decode()
        assert "is no length" in page
        client.post("/data/rejected/mend", {"reason": "nobody", "verb": "cut", "field": "usr", "value": "x"})
        assert MendingRun.objects.count() == 0

    def test_a_rule_begins_as_it_usually_is(self, arrived, dana, visit):
        page = visit(dana).get("/data/rejected?reason=nobody").content.decode()
        assert 'value="userId"' in page
        assert visit(dana).get("/data/rejected?reason=wrong_time").status_code == 200

    def test_who_may_only_look_is_offered_nothing(self, arrived, access, vic, visit):
        client = visit(vic)
        assert "Mend all of this kind" not in client.get("/data/rejected?reason=nobody").content.decode()
        assert client.post("/data/rejected/mend", {"reason": "nobody"}).status_code == 403
        rejected.request_mending(access, "nobody", read("drop usr"), is_kept=True)
        stop = reverse("data-stop-rule", args=[MendingRule.objects.get().pk])
        assert client.post(stop).status_code == 403


class TestKeeping:
    def test_owners_change_it_and_are_told_what_follows(self, olga, visit):
        client = visit(olga)
        assert "Figures look back" in client.get("/data/events/keeping").content.decode()
        wrong = client.post("/data/events/keeping", {"window_days": "0", "keep_months": "many"})
        assert wrong.status_code == 422
        assert "From 1 to 90 days." in wrong.content.decode()
        answer = client.post("/data/events/keeping", {"window_days": "14", "keep_months": "1"})
        assert answer.status_code == 302
        assert EventPolicy.objects.get().keep_months == 1
        assert (
            "would be computed from part of their days" in client.get("/data/events/keeping").content.decode()
        )
        client.post("/data/events/keeping", {"window_days": "14", "keep_months": ""})
        assert EventPolicy.objects.get().keep_months is None

    def test_others_only_look(self, dana, visit):
        client = visit(dana)
        assert "Only owners change these." in client.get("/data/events/keeping").content.decode()
        assert client.post("/data/events/keeping", {"window_days": "1"}).status_code == 403


class TestNeighbours:
    def test_nothing_of_theirs_exists(self, neighbour, dana, visit):
        send_events(neighbour, track("spy", "Spied"), {"type": "track", "userId": "spy"})
        drain_all()
        jobs.follow_arrivals()
        rejected.request_mending(neighbour, "no_event", read("set event Spied"), is_kept=True)
        retention.change_policy(neighbour, 3, 3)
        [theirs] = names.names(neighbour)
        client = visit(dana)
        for path in ("/data", "/data/events", "/data/rejected", "/data/rejected/runs", "/data/incoming"):
            assert "Spied" not in client.get(path).content.decode()
        assert "3 months" not in client.get("/data").content.decode()
        assert client.get(f"/data/events/{theirs.id}").status_code == 404
        assert client.post(f"/data/events/{theirs.id}/describe", {"description": "x"}).status_code == 404
        stop = reverse("data-stop-rule", args=[MendingRule.objects.get().pk])
        assert client.post(stop).status_code == 404
        assert MendingRule.objects.count() == 1

    @pytest.mark.parametrize(
        "path", ["/data/events", "/data/events/keeping", "/data/events/1", "/data/rejected/runs"]
    )
    def test_strangers_are_sent_to_sign_in(self, client, transactional_db, path):
        assert client.get(path).headers["Location"].startswith("/sign-in")
