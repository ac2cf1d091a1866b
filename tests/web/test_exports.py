"""Settings → Export: asked for by who runs the workspace, made by the worker, downloaded, forgotten."""

from __future__ import annotations

import io
import json
import os
import zipfile
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tenure.accounts.actions import AccountRow, upsert_accounts
from tenure.jobs.reactions import REACTIONS
from tenure.kit import clock, outbox
from tenure.kit.facts import ExportRequested
from tenure.sources.exports import asking
from tenure.sources.models import ExportRun
from tenure.workspaces.access import Access
from tenure.workspaces.models import AuditEntry
from tenure.workspaces.roles import Role
from tests import cast
from tests.browser import DESKTOP, PHONE, OpenPage, axe_violations, sideways_scroll
from tests.web.conftest import Visit


def worker() -> None:
    """What the worker does about exports that were asked for."""
    waiting = outbox.read("test", 100, kinds=(ExportRequested,))
    [reaction] = REACTIONS[ExportRequested]
    reaction.act([one.fact for one in waiting])


def test_everything_is_asked_for_made_and_downloaded(olga: Access, visit: Visit) -> None:
    upsert_accounts(olga.workspace, [AccountRow("acme", "Acme")])
    client = visit(olga)
    assert "None yet" in client.get("/settings/export").text
    client.post("/settings/export", {"format": ["csv", "parquet"]})
    client.post("/settings/export", {"format": ["csv"]})
    assert olga.of(ExportRun).count() == 1, "one that waits already is what is meant"
    assert "Waiting for its turn" in client.get("/settings/export").text
    worker()
    worker()
    run = olga.of(ExportRun).get()
    assert (run.status, run.rows) == ("done", 1)
    assert "hx-trigger" not in client.get("/settings/export/progress").text
    answer = client.get(f"/settings/export/{run.pk}")
    assert answer["Content-Disposition"].startswith('attachment; filename="tenure-')
    with zipfile.ZipFile(io.BytesIO(b"".join(answer))) as packed:  # type: ignore[arg-type]
        names = set(packed.namelist())
        assert {"manifest.json", "accounts.csv", "accounts.parquet", "config/workspace.yaml"} <= names
        assert json.loads(packed.read("manifest.json"))["tables"]["accounts"]["rows"] == 1
    answer.close()
    did = set(olga.of(AuditEntry).filter(who="olga@example.test").values_list("did", flat=True))
    assert {"asked for an export", "downloaded an export"} <= did
    assert [one.name for one in asking.file_of(run).parent.iterdir()] == [f"{run.pk}.zip"]


def test_nothing_chosen_is_said(olga: Access, visit: Visit) -> None:
    answer = visit(olga).post("/settings/export", follow=True)
    assert "Choose at least one of parquet, csv, jsonl." in answer.text
    assert not olga.of(ExportRun).exists()


def test_who_does_not_run_the_workspace_is_refused(dana: Access, visit: Visit) -> None:
    client = visit(dana)
    assert client.get("/settings/export").status_code == 403
    assert client.post("/settings/export", {"format": "csv"}).status_code == 403


def test_anothers_export_does_not_exist(olga: Access, neighbour: Access, visit: Visit) -> None:
    run = asking.request_export(neighbour, ["csv"])
    asking.run_export(run.pk)
    assert visit(olga).get(f"/settings/export/{run.pk}").status_code == 404
    owner = cast.member(neighbour, "Otto", Role.OWNER)
    answer = visit(owner).get(f"/settings/export/{run.pk}")
    assert answer.status_code == 200
    answer.close()


def test_it_is_forgotten_after_two_days(olga: Access, visit: Visit) -> None:
    run = asking.request_export(olga, ["csv"])
    asking.run_export(run.pk)
    asking.forget_old()
    assert asking.file_of(run).exists()
    ExportRun.objects.update(asked_at=clock.now() - timedelta(days=3))
    asking.forget_old()
    assert not asking.file_of(run).exists()
    assert visit(olga).get(f"/settings/export/{run.pk}").status_code == 404


def test_one_that_was_broken_off_is_begun_anew(olga: Access) -> None:
    run = asking.request_export(olga, ["csv"])
    place = asking.file_of(run).with_suffix("")
    place.mkdir(parents=True)
    (place / "accounts.csv").write_text("half of it")
    ExportRun.objects.update(status=ExportRun.RUNNING)
    done = asking.run_export(run.pk)
    assert done is not None
    assert done.status == "done"
    assert not place.exists()


@pytest.mark.browser
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_page_is_accessible_and_fits(
    open_page: OpenPage, olga: Access, theme: str, size: tuple[int, int]
) -> None:
    asking.run_export(asking.request_export(olga, ["csv", "parquet"]).pk)
    asking.request_export(olga, ["csv"])
    page = open_page("/settings/export", olga, theme=theme, size=size)
    expect(page.locator(".tabs [aria-current]")).to_be_in_viewport()  # of a row wider than a phone
    if folder := os.environ.get("TENURE_SCREENSHOTS"):
        page.screenshot(path=f"{folder}/export-{theme}-{size[0]}.png", full_page=True)
    assert sideways_scroll(page) == 0
    assert axe_violations(page) == []
