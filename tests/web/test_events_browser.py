"""Pages about events in a real browser: the stream filtered, paused and live; axe is content."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tenure.accounts.actions import AccountRow, upsert_accounts
from tenure.events import jobs, names, rejected
from tenure.events.mending import read
from tenure.kit import clock
from tenure.workspaces.access import Access
from tests.browser import DESKTOP, PHONE, OpenPage, axe_violations, sideways_scroll
from tests.events.sending import drain_all, send_events, track

pytestmark = pytest.mark.browser

LONG = "The quarterly compliance report of all subsidiaries was exported by an administrator"


@pytest.fixture
def arrived(access: Access) -> list[names.Name]:
    """Weeks of use that stopped, long names, bots, and events that could not be understood."""
    upsert_accounts(access.workspace, [AccountRow("acme", "Acme Instruments and Measurement GmbH & Co. KG")])
    now = clock.now()
    for day in range(5, 40):
        at = now - timedelta(days=day)
        some = [
            track(who, "Report viewed", timestamp=at.isoformat(), messageId=f"{who}{day}", **_context("acme"))
            for who in ("ann", "bo")
        ]
        send_events(access, *some, at=at)
    properties = {"format": "pdf", "rows": 12, "shared": True, "email": "ann@acme.example", LONG: {"a": 1}}
    send_events(
        access,
        *[track(who, LONG, properties=properties, **_context("acme")) for who in ("ann", "bo")],
        {"type": "page", "anonymousId": "b1", "name": "Pricing"},
        track("bot", context={"userAgent": "Googlebot/2.1"}),
        *[{"type": "track", "usr": f"p{n}", "event": "Login", "properties": {"n": n}} for n in range(12)],
        at=now,
    )
    drain_all()
    jobs.follow_arrivals()
    run = rejected.request_mending(access, "no_event", read("set event Login"), is_kept=True)
    jobs.run_mending(run.pk)
    return names.names(access)


def _context(account: str) -> dict[str, object]:
    return {"context": {"groupId": account}}


def test_the_stream_is_filtered_followed_and_paused(
    open_page: OpenPage, access: Access, arrived: list[names.Name], vic: Access
) -> None:
    page = open_page("/data", vic)
    stream = page.locator("#stream")
    expect(stream.get_by_text("Pricing")).to_be_visible()
    stream.get_by_label("Kind").select_option("page")
    page.wait_for_url("**/data?*kind=page*")
    expect(stream.get_by_text("Report viewed")).to_have_count(0)
    expect(stream.get_by_text("Pricing")).to_be_visible()
    send_events(access, {"type": "page", "anonymousId": "b2", "name": "Imprint"}, at=clock.now())
    drain_all()
    page.evaluate("document.body.dispatchEvent(new CustomEvent('live-events', {detail: {ids: []}}))")
    expect(stream.get_by_text("Imprint")).to_be_visible()
    stream.get_by_role("link", name="Pause").click()
    page.wait_for_url("**/data?*paused=1*")
    expect(stream.get_by_role("link", name="Resume")).to_be_visible()
    stream.get_by_label("Show").select_option("rejected")
    expect(stream.get_by_text("there is nobody in it").first).to_be_visible()
    page.reload()
    expect(stream.get_by_text("there is nobody in it").first).to_be_visible()


def test_a_rule_is_previewed_and_applied(
    open_page: OpenPage, access: Access, arrived: list[names.Name], dana: Access
) -> None:
    page = open_page("/data/rejected?reason=nobody", dana)
    page.get_by_label("Field").fill("usr")
    page.get_by_label("New name, value").fill("userId")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("12 of 12 would go through")).to_be_visible()
    page.get_by_role("button", name="Mend 12 and put them through").click()
    expect(page.get_by_text("12 events will be put through").first).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_overflows_and_axe_is_content(
    open_page: OpenPage, access: Access, arrived: list[names.Name], olga: Access, theme: str
) -> None:
    one = next(name for name in arrived if name.event == LONG)
    gone = next(name for name in arrived if name.event == "Report viewed")
    rule = "/data/rejected?reason=nobody&verb=rename&field=usr&value=userId"
    paths = [
        *(
            "/data",
            "/data/events",
            f"/data/events/{one.id}",
            f"/data/events/{gone.id}",
            "/data/events/keeping",
        ),
        *(rule, "/data/rejected?reason=nobody&verb=cut&field=usr&value=x"),
    ]
    for size in (DESKTOP, PHONE):
        for path in paths:
            page = open_page(path, olga, theme, size)
            page.wait_for_load_state("networkidle")
            _keep_picture(page, f"{path.strip('/').replace('/', '-')[:30]}-{theme}-{size[0]}")
            assert sideways_scroll(page) == 0, path
            assert axe_violations(page) == [], path
            page.close()


def _keep_picture(page: Page, name: str) -> None:
    """For looking at: where TENURE_SCREENSHOTS says so."""
    if folder := os.environ.get("TENURE_SCREENSHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)
