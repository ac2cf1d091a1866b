"""The audit log and the keys as pages: chosen by person, deed and day, taken out as CSV."""

from __future__ import annotations

import csv
import re
from datetime import timedelta

import pytest

from tenure.jobs import schedule
from tenure.kit import clock
from tenure.workspaces import actions
from tenure.workspaces.access import Access, access_for_key
from tenure.workspaces.models import AuditEntry, Key
from tests.browser import PHONE, OpenPage, axe_violations, sideways_scroll
from tests.web.conftest import Visit
from tests.web.reading import text

DAY = timedelta(days=1)


@pytest.fixture
def log(olga: Access, dana: Access, neighbour: Access) -> Access:
    """What two people did on three days."""
    now = clock.now()
    AuditEntry.objects.bulk_create(
        AuditEntry(
            workspace=olga.workspace, who=who, did=did, what=what, recorded_at=now - timedelta(days=days)
        )
        for who, did, what, days in (
            ("dana@example.test", "imported", "accounts from march.csv", 9),
            ("olga@example.test", "changed settings", "name: A → B", 5),
            ("dana@example.test", "wrote", '=HYPERLINK("evil")', 1),
        )
    )
    neighbour.log("did something secret")
    return olga


def shown(page: str) -> list[str]:
    return re.findall(r'<td class="wrap muted">(.*?)</td>', page)


def test_it_is_chosen_by_person_deed_and_day(log: Access, visit: Visit) -> None:
    client = visit(log)
    today = clock.today("UTC")
    assert len(shown(client.get("/settings/audit").text)) == 3
    assert shown(client.get("/settings/audit?did=imported").text) == ["accounts from march.csv"]
    assert len(shown(client.get("/settings/audit?who=dana@example.test").text)) == 2
    days = {"since": str(today - timedelta(days=6)), "until": str(today - timedelta(days=4))}
    assert shown(client.get("/settings/audit", days).text) == ["name: A → B"]
    assert len(shown(client.get("/settings/audit?since=never&until=%00").text)) == 3
    assert "Nothing like that" in client.get("/settings/audit?did=flew").text
    assert "secret" not in client.get("/settings/audit").text


def test_it_is_taken_out_as_csv_with_no_formulas_and_that_is_written_down(log: Access, visit: Visit) -> None:
    answer = visit(log).get("/settings/audit.csv?who=dana@example.test")
    rows = list(csv.reader(answer.getvalue().decode().splitlines()))  # type: ignore[attr-defined]
    assert [row[1:3] for row in rows] == [
        ["who", "did"],
        ["dana@example.test", "wrote"],
        ["dana@example.test", "imported"],
    ]
    assert rows[1][3] == '\'=HYPERLINK("evil")'
    assert AuditEntry.objects.filter(workspace=log.workspace).latest("pk").did == "exported audit log"


def test_it_is_kept_for_as_long_as_the_workspace_says(log: Access, visit: Visit) -> None:
    client = visit(log)
    short = client.post("/settings/security", {"audit_days": "3"})
    assert (short.status_code, "30 to 36,500 days" in short.text) == (422, True)
    client.post("/settings/security", {"audit_days": "30"})
    AuditEntry.objects.filter(did="imported").update(recorded_at=clock.now() - timedelta(days=31))
    schedule.prune()
    assert not AuditEntry.objects.filter(did="imported").exists()
    assert AuditEntry.objects.filter(did="did something secret").exists()
    said = AuditEntry.objects.get(did="changed security").what
    assert said == "audit days: 1095 → 30"


def test_an_api_key_is_made_with_its_scopes_and_shown_once(olga: Access, visit: Visit) -> None:
    client = visit(olga)
    form = {"kind": "api", "name": "Warehouse", "scopes": ["work", "load"], "days": "90"}
    page = client.post("/settings/keys", form)
    token = re.findall(r"<code data-copy-text[^>]*>(.*?)</code>", page.text)[0]
    found = access_for_key(token)
    assert found is not None
    assert {right.value for right in found.rights} == {"read", "work", "load"}
    listed = text(client.get("/settings/keys").content)
    assert "read, work, load" in listed
    assert token not in listed
    assert client.post("/settings/keys", {**form, "scopes": ["own"]}).text.count("data-copy-text") == 0
    assert Key.objects.count() == 1


@pytest.mark.browser
def test_keys_security_and_the_audit_log_in_a_browser(open_page: OpenPage, log: Access) -> None:
    actions.create_key(log, Key.API, "Warehouse", ["work"], 90)
    for path in ("/settings/keys", "/settings/security", "/settings/audit"):
        for theme, size in (("light", (1440, 1000)), ("dark", PHONE)):
            page = open_page(path, log, theme=theme, size=size)
            assert axe_violations(page) == []
            assert sideways_scroll(page) == 0
