"""One event's way through every room: from HTTP to the Account page, and to the pages that are open.

client → collector → intake → drain → lake → metrics → health → warnings → live bus → page
"""

from __future__ import annotations

import json
from datetime import timedelta

from django.test import Client
from django.urls import reverse

from tenure.accounts.models import Account, Person
from tenure.events import drain, views
from tenure.health.models import Standing
from tenure.jobs import refresh
from tenure.kit import clock, outbox
from tenure.kit.facts import EventsArrived
from tenure.kit.models import Live
from tenure.metrics.models import MetricValue
from tenure.workspaces.access import Access
from tenure.workspaces.roles import Role
from tests import cast
from tests.collector.conftest import (  # noqa: F401  (fixtures)
    Running,
    collector,
    key,
    loop,
    stored,
    web_socket,
)


def test_the_route_of_one_event(access: Access, neighbour: Access, collector: Running, key: str) -> None:  # noqa: F811
    yesterday = clock.now() - timedelta(days=1)
    event = {
        "type": "track",
        "event": "Books closed",
        "userId": "ann",
        "context": {"groupId": "acme"},
        "messageId": "m-1",
        "timestamp": yesterday.isoformat(),
    }

    # The front door: durable before it is answered, and not yet looked into.
    answer = collector.ask("POST", "/v1/batch", {"batch": [event]}, key=key)
    assert (answer.status, answer.json) == (200, {"success": True})
    (row,) = stored()
    assert (row.workspace_id, row.path) == (access.workspace.id, "batch")
    assert json.loads(row.body)["batch"][0]["messageId"] == "m-1"

    # The drain: who it is, once, into the lake; the intake forgets it, a fact remembers it.
    assert drain.run_once().events == 1
    assert stored() == []
    acme, ann = access.of(Account).get(external_id="acme"), access.of(Person).get(external_id="ann")
    assert ann.account == acme
    with views.connect(access.workspace) as lake:
        found = lake.sql("SELECT account_id, person_id, event FROM events").fetchall()
    assert found == [(acme.pk, ann.pk, "Books closed")]
    (arrived,) = [one.fact for one in outbox.read("test") if isinstance(one.fact, EventsArrived)]
    assert arrived.account_ids == (acme.pk,)

    # The same message again, as SDKs do that did not hear the answer: nothing comes of it.
    collector.ask("POST", "/v1/batch", {"batch": [event]}, key=key)
    assert drain.run_once().events == 0

    # Understanding: metrics, score, and word to the pages that are open.
    while refresh.turn():
        pass
    values = dict(access.of(MetricValue).filter(account=acme).values_list("metric", "value"))
    assert values["active_people"] == 1
    standing = access.of(Standing).get(account=acme)
    assert standing.last_active_on == yesterday.date()
    assert standing.score is not None
    told = Live.objects.filter(workspace_id=access.workspace.id, topic=refresh.LIVE_TOPIC).last()
    assert told is not None
    assert told.ids in ([acme.pk], [])

    # The page: the event, folded into its day, seen by Dana and by nobody of another workspace.
    dana, client = cast.member(access, "Dana", Role.MANAGER), Client()
    assert dana.user is not None
    client.force_login(dana.user, "tenure.web.recognising.Members")
    header = client.get(reverse("account", args=[acme.pk])).content.decode()
    happened = client.get(reverse("account-happened", args=[acme.pk])).content.decode()
    assert "1 active" in header
    assert "Books closed" in happened

    stranger = cast.member(neighbour, "Mallory", Role.OWNER)
    assert stranger.user is not None
    client.force_login(stranger.user, "tenure.web.recognising.Members")
    for name in ("account", "account-happened"):
        assert client.get(reverse(name, args=[acme.pk])).status_code == 404
