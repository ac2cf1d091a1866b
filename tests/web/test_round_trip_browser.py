"""Data in is data out: a company leaves as files, another renames their columns, they come in again.

A newcomer brings them in through the pages and mends what was guessed wrong; health and Today are as before.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from playwright.sync_api import Page, expect

from tenure.demo import loading
from tenure.jobs import refresh
from tenure.sources.exports import folder, restoring
from tenure.sources.imports import run_import
from tenure.sources.models import ImportRun
from tenure.workspaces.access import Access, access_for_machine
from tenure.workspaces.models import User
from tenure.workspaces.roles import Role
from tests import cast
from tests.browser import OpenPage, exchanged
from tests.sources.test_exports import facts, places, scores

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

# What the columns are called where the files come from; the others keep their names.
FOREIGN = {
    "accounts": "account_id=Customer ID|name=Company|domain=Website|owner=CSM|segment=Klasse",
    "people": "person_id=User ID|email=Mail|name=Full name|account_id=Customer ID|role=Aufgabe",
    "subscriptions": "subscription_id=Contract ID|account_id=Customer ID|product=Plan name|amount=Betrag|"
    "seats=Licences|currency=Currency code|interval=Turnus|start=Start date|end=End date",
    "deals": "deal_id=Opportunity ID|account_id=Customer|amount=Volumen|closed_at=Close date",
    "goals": "goal_id=Goal|account_id=Customer|start_value=Baseline|target_value=Target|value=Istwert",
    "tickets": "ticket_id=Case Number|account_id=Customer ID|person_id=Requester|subject=Betreff",
    "responses": "timestamp=Submitted at|account_id=Customer|person_id=Who|survey=Umfrage|score=Rating",
    "notes": "timestamp=Written at|account_id=Customer|author=Created by|text=Gesagt",
    "events": "timestamp=Time|account_id=tenant_ref|person_id=User ID|event=Action|message_id=UUID",
}


def theirs(kind: str) -> dict[str, str]:
    """Ours → what the old tool calls it."""
    return dict(pair.split("=", 1) for pair in FOREIGN[kind].split("|"))


@pytest.fixture
def demo(transactional_db: None) -> Access:
    """The demo, small, scored."""
    workspace = loading.load(4)
    refresh.catch_up()
    return access_for_machine(workspace)


def renamed(out: Path, kind: str) -> Path:
    """A table of the export as the old tool would have written it, in its names and its country's ways."""
    table = pq.read_table(out / f"{kind}.parquet")
    table = table.rename_columns([theirs(kind).get(name, name) for name in table.column_names])
    path = out / f"{kind} of the old tool.csv"
    lines = [";".join(table.column_names)]
    lines += [";".join(map(_foreign, row.values())) for row in table.to_pylist()]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def _foreign(value: Any) -> str:
    """A date as 31.12.2026, a number as 1234,5, text in quotation marks."""
    if value is None:
        return ""
    if isinstance(value, str):
        return '"' + value.replace('"', '""') + '"'
    if isinstance(value, bool):
        return "yes" if value else "no"
    if hasattr(value, "hour"):
        return str(value.strftime("%Y-%m-%dT%H:%M:%S.%fZ"))
    if hasattr(value, "year"):
        return str(value.strftime("%d.%m.%Y"))
    return str(value).replace(".", ",") if "." in str(value) else str(value)


def bring_in(page: Page, path: Path, kind: str, columns: dict[str, str], access: Access) -> int:
    """Upload a file, mend what was guessed wrong, import it; gives how many columns had to be mended."""
    page.goto("/data")
    page.set_input_files("#file", path)
    page.wait_for_url("**/data/imports/*")
    if page.locator("#f-kind").input_value() != kind:
        _choose(page, "#f-kind", kind)
    mended = 0
    for ours in page.locator("select[id^=map-]").evaluate_all("all => all.map(one => one.id)"):
        wanted = columns.get(ours.removeprefix("map-"), "")
        if page.locator(f"#{ours}").input_value() != wanted:
            _choose(page, f"#{ours}", wanted)
            mended += 1
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_text("Waiting for its turn")).to_be_visible()
    run = run_import(access.of(ImportRun).latest("created_at").pk)
    assert (run.status, run.rows_rejected) == ("done", 0), run.says
    expect(page.get_by_role("link", name="Undo this import")).to_be_visible()
    return mended


def _choose(page: Page, field: str, value: str) -> None:
    """Choose in the form, and wait until the page has been understood anew."""
    page.locator("#preview details").evaluate_all("all => all.forEach(one => one.open = true)")
    with exchanged(page, "#preview"):
        page.locator(field).select_option(value)
    expect(page.locator(field)).to_have_value(value)


def names_on_today(page: Page) -> list[str]:
    """The customers who need somebody, in order."""
    page.goto("/?book=all&every=1")
    return page.locator("[data-row] a.name").all_inner_texts()


def test_a_company_moves_in_through_the_pages_and_finds_itself(
    open_page: OpenPage, demo: Access, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    manifest = folder.write(demo, out, ["parquet"])
    second = cast.workspace("The second home")
    olga = cast.member(second, "Olga", Role.OWNER)
    restoring.restore_settings(second, out)
    page = open_page("/data", olga)
    mended = 0
    for kind in FOREIGN:
        names = pq.read_schema(out / f"{kind}.parquet").names
        columns = {name: theirs(kind).get(name, name) for name in names}
        mended += bring_in(page, renamed(out, kind), kind, columns, second)
        assert second.of(ImportRun).latest("created_at").rows_read == manifest.tables[kind].rows
    assert mended > 0, "nothing was left to mend: call the columns something stranger"
    refresh.catch_up()
    assert facts(second) == facts(demo)
    assert scores(second) == scores(demo)
    assert places(second) == places(demo)
    before = names_on_today(open_page("/", _owner(demo)))
    assert names_on_today(page) == before != []


def _owner(access: Access) -> Access:
    user = User.objects.get(memberships__workspace=access.workspace, memberships__role=Role.OWNER)
    return Access(access.workspace, Role.OWNER, user)
