"""Health profiles in Settings: looked at, tried, saved, gone back to; by those who may, of their own."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from tenure.health import editing
from tenure.health import profile as profiles
from tenure.health.models import HealthProfile
from tenure.metrics import actions as own_metrics
from tenure.metrics.own import OwnMetric
from tenure.workspaces.access import Access
from tenure.workspaces.roles import Role
from tests import cast
from tests.health.scene import known, only
from tests.web.conftest import Visit


@pytest.fixture
def three(access: Access) -> Access:
    known(access, "Acme", seat_use=1.0)
    known(access, "Borealis", segment="Large", seat_use=0.2)
    known(access, "Cinder")
    return access


def form_of(page: str) -> dict[str, list[str]]:
    """The editor's fields as a browser without scripts would send them; buttons aside."""
    form = page[page.index('class="stack loose profile"') :].partition("</form>")[0]
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>|<select.*?</select>", form, re.S):
        name = re.search(r'name="([^"]+)"', tag)
        assert name
        chosen = re.search(r'<option value="([^"]*)" selected', tag) or re.search(r'value="([^"]*)"', tag)
        found.setdefault(name[1], []).append(chosen[1] if chosen else "")
    return {name: values for name, values in found.items() if name != "csrfmiddlewaretoken"}


def sent(client: Client, name: str, form: dict[str, Any], do: str) -> Any:
    return client.post(f"/settings/health/{name}", form | {"do": do})


def test_the_default_is_there_at_once_and_everybody_may_look(
    three: Access, vic: Access, visit: Visit
) -> None:
    client = visit(vic)
    page = client.get("/settings/health").text
    assert "Default" in page
    assert "as shipped" in page
    assert "Only leaders, admins and owners change these." in page
    editor = client.get("/settings/health/default").text
    assert "Share of the seats" in editor
    assert 'fieldset class="stack loose" disabled' in editor
    assert "What has no data is left out" in editor
    assert 'value="save"' not in editor


def test_a_form_that_nobody_touched_means_the_same_profile(three: Access, olga: Access, visit: Visit) -> None:
    client = visit(olga)
    form = form_of(client.get("/settings/health/default").text)
    page = sent(client, "default", form, "preview").text
    assert "Nothing: every customer keeps score and band." in page
    assert sent(client, "default", form, "save").status_code == 303
    saved = HealthProfile.objects.get()
    assert profiles.body_of(profiles.read(saved.body)) == profiles.body_of(profiles.default())


def test_an_owner_tries_a_change_and_saves_it_with_a_comment(
    three: Access, olga: Access, visit: Visit
) -> None:
    client = visit(olga)
    form = form_of(client.get("/settings/health/default").text)
    form |= {"weight-seat_use": ["6"], "points-seat_use": ["0", "90", "90", "90", "100", ""]}
    page = sent(client, "default", form, "preview").text
    assert "1 of 3 customers would be in another band" in page
    assert "Borealis" in page
    assert not HealthProfile.objects.exists()
    done = sent(client, "default", form | {"comment": "Seats matter"}, "save")
    assert (done.status_code, done.headers["Location"]) == (303, "/settings/health/default/versions")
    shown = client.get("/settings/health/default/versions").text
    for said in (
        "Seats matter",
        "olga@example.test",
        "Seat use: weight 6 instead of 3",
        "Version 1",
        "Tenure",
    ):
        assert said in shown


def test_what_cannot_be_is_said_beside_what_was_typed(three: Access, olga: Access, visit: Visit) -> None:
    client = visit(olga)
    form = form_of(client.get("/settings/health/default").text)
    wrong = form | {"weight-seat_use": ["lots<b>"], "good": ["20"]}
    answer = sent(client, "default", wrong, "save")
    assert answer.status_code == 422
    assert "Seat use, weight “lots&lt;b&gt;”: give a number" in answer.text
    assert 'value="lots&lt;b&gt;"' in answer.text
    answer = sent(client, "default", form | {"good": ["20"]}, "preview")
    assert "bands: 0 &lt;= fair &lt; good &lt;= 100" in answer.text
    answer = sent(client, "default", form | {"value-seat_use": ["0", "0", "50", "75", "100", ""]}, "save")
    assert "Seat use: a curve needs two or more pairs, values rising" in answer.text
    assert not HealthProfile.objects.exists()


def test_measures_are_added_and_taken_out_without_scripts(three: Access, olga: Access, visit: Visit) -> None:
    client = visit(olga)
    form = form_of(client.get("/settings/health/default").text)
    more = sent(client, "default", form | {"add": "active_people"}, "add").text
    assert "weight-active_people" in more
    less = sent(client, "default", form_of(more), "drop:seat_use").text
    assert "weight-seat_use" not in less
    assert sent(client, "default", form_of(less), "save").status_code == 303
    names = [part.metric.name for part in profiles.read(HealthProfile.objects.get().body).parts]
    assert "active_people" in names
    assert "seat_use" not in names


def test_a_profile_for_some_customers(three: Access, olga: Access, visit: Visit) -> None:
    client = visit(olga)
    form = form_of(client.get("/settings/health/new").text)
    form |= {"name": ["Large ones!"], "where-field": ["segment"]}
    looked = form_of(sent(client, "new", form, "look").text)
    assert looked["where-operator"] == ["is", ""]
    looked["where-value"] = ["Large", ""]
    assert "1 of 3" not in sent(client, "new", looked, "preview").text
    assert sent(client, "new", looked, "save").status_code == 303
    page = client.get("/settings/health").text
    assert "Customers in segment Large" in page
    again = sent(client, "new", looked, "save")
    assert (again.status_code, "There is a profile “Large ones” already" in again.text) == (422, True)


def test_two_who_edit_at_once_do_not_overwrite_each_other(three: Access, olga: Access, visit: Visit) -> None:
    client = visit(olga)
    form = form_of(client.get("/settings/health/default").text)
    editing.save(three, only("seat_use", 0.5))
    answer = sent(client, "default", form, "save")
    assert answer.status_code == 422
    assert "version 2 of Default was saved meanwhile" in answer.text


def test_going_back_makes_a_new_version_equal_to_the_old_one(
    three: Access, olga: Access, visit: Visit
) -> None:
    editing.save(three, only("seat_use", 0.5), "Only seats")
    client = visit(olga)
    page = client.get("/settings/health/default?version=1").text
    assert "What it would change" in page
    form = form_of(page)
    assert form["comment"] == ["Back to version 1"]
    sent(client, "default", form, "save")
    newest = HealthProfile.objects.get(version=3)
    assert profiles.body_of(profiles.read(newest.body)) == profiles.body_of(profiles.default())


def test_order_file_and_removal(three: Access, olga: Access, visit: Visit) -> None:
    for place, name in enumerate(("large", "small"), start=1):
        editing.save(three, only("seat_use", 1, name=name, accounts=[f"segment.is.{name}"], place=place))
    client = visit(olga)
    assert client.post("/settings/health/small/move", {"to": "earlier"}).status_code == 303
    page = client.get("/settings/health").text
    assert page.index(">Small<") < page.index(">Large<") < page.index(">Default<")
    answer = client.get("/settings/health/small/file")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="small.yaml"'
    assert "accounts: [segment.is.small]" in answer.text
    assert "Its customers go to the next profile" in client.get("/settings/health/small/remove").text
    assert client.post("/settings/health/small/remove").status_code == 303
    assert client.get("/settings/health/small").status_code == 404
    assert "removed" in client.get("/settings/audit").text


@pytest.mark.parametrize("role", [Role.MANAGER, Role.AGENT, Role.VIEWER])
def test_only_who_defines_changes_profiles(three: Access, visit: Visit, role: Role) -> None:
    editing.save(three, only("seat_use", 1, name="large", accounts=["segment.is.Large"], place=1))
    client = visit(cast.member(three, "Dana", role))
    form = form_of(client.get("/settings/health/default").text)
    tried = [
        sent(client, "default", form, "save"),
        sent(client, "default", form, "preview"),
        client.get("/settings/health/new"),
        client.post("/settings/health/large/move", {"to": "later"}),
        client.get("/settings/health/large/remove"),
        client.post("/settings/health/large/remove"),
    ]
    assert [answer.status_code for answer in tried] == [403] * len(tried)
    assert HealthProfile.objects.count() == 1


def test_a_neighbours_profiles_do_not_exist(
    three: Access, olga: Access, neighbour: Access, visit: Visit
) -> None:
    known(neighbour, "Otherco", seat_use=0.2)
    editing.save(neighbour, only("seat_use", 1, name="theirs", accounts=["segment.is.Large"], place=1))
    client = visit(olga)
    paths = ["", "/versions", "/file", "/remove"]
    assert [client.get(f"/settings/health/theirs{path}").status_code for path in paths] == [404] * 4
    posts = ["", "/move", "/remove"]
    assert [client.post(f"/settings/health/theirs{path}").status_code for path in posts] == [404] * 3
    for path in ("/settings/health", "/settings/health/default", "/settings/health/default?version=1"):
        page = client.get(path).text
        assert "Otherco" not in page
        assert "health/theirs" not in page
    assert client.get("/settings/health/default?version=99").status_code == 404
    assert client.get("/settings/health/default?version=x").status_code == 404


def test_a_metric_of_ones_own_is_added_weighed_and_saved(three: Access, olga: Access, visit: Visit) -> None:
    own_metrics.save_metrics(olga, [OwnMetric("exports", "Exports", "count", event="Exported")])
    client = visit(olga)
    page = client.get("/settings/health/default").text
    assert '<option value="exports"' in page
    added = sent(client, "default", form_of(page) | {"add": "exports"}, "add").text
    form = form_of(added)
    assert "exports" in form["measure"]
    assert sent(client, "default", form, "save").status_code == 303
    assert "Exports added" in client.get("/settings/health/default/versions").text
    assert "health profile Default" in client.get("/data/metrics/exports").text
    stays = client.post("/data/metrics/exports/remove", follow=True).text
    assert "Exports is used by health profile Default. Take it out there first." in stays
    changed = client.post(
        "/data/metrics/exports/edit",
        {"title": "Exports", "kind": "count", "event": "Printed", "days": "28", "unit": "count"},
    )
    assert changed.status_code == 422
    assert "Save it under another name" in changed.text
