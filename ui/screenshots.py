"""Pictures of the pages of a running Tenure, for looking at and for the README.

    python ui/screenshots.py 'http://127.0.0.1:8000/welcome/…' pictures/ [page…]

The link is a sign-in link as `tenure up` prints it; it is used up. Each page is taken at 1440 and 390 pixels,
light and dark: today, customers, account (of the first customer), renewals, portfolio, data, settings.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, expect, sync_playwright

CHROMIUM = os.environ.get("TENURE_CHROMIUM", "/usr/bin/chromium")
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --hide-scrollbars"
).split()
PAGES = {
    "today": "/",
    "customers": "/customers",
    "account": "",
    "renewals": "/renewals",
    "portfolio": "/portfolio",
    "insights": "/insights",
    "data": "/data",
    "settings": "/settings",
}
SIZES = {1440: 1000, 390: 844}
THEMES = ("light", "dark")


def main() -> None:
    """Sign in, take the pictures."""
    asked = _arguments()
    asked.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        state = sign_in(browser, asked.link)
        for name in asked.pages or PAGES:
            for width in SIZES:
                for theme in THEMES:
                    page = _open(browser, asked.link, state, width, theme)
                    take(page, name, asked.out / f"{name}-{theme}-{width}.png", whole=asked.whole)
                    page.context.close()
        browser.close()


def sign_in(browser: Browser, link: str) -> Path:
    """Press the button behind the link; gives a file of the session's cookies."""
    page = browser.new_page()
    page.goto(link)
    page.locator("main form button").click()
    page.wait_for_url(lambda url: urlsplit(url).path == "/")
    state = Path(tempfile.mkdtemp(prefix="tenure-")) / "session.json"
    page.context.storage_state(path=state)
    page.context.close()
    return state


def take(page: Page, name: str, file: Path, *, whole: bool) -> None:
    """Go to a page and take it once it is whole: parts loaded, charts drawn, its font there."""
    page.goto(PAGES[name] or _first_account(page))
    expect(page.locator("main .skeleton")).to_have_count(0, timeout=30_000)
    expect(page.locator("[data-canvas]:not(:has(svg))")).to_have_count(0, timeout=30_000)
    page.evaluate("document.fonts.ready")
    page.screenshot(path=file, full_page=whole)
    print(file)  # noqa: T201


def _first_account(page: Page) -> str:
    page.goto(PAGES["customers"])
    return page.locator("[data-row] a[href^='/customers/']").first.get_attribute("href") or "/customers"


def _open(browser: Browser, link: str, state: Path, width: int, theme: str) -> Page:
    context = browser.new_context(
        base_url=link,
        storage_state=state,
        viewport={"width": width, "height": SIZES[width]},
        color_scheme=theme,  # type: ignore[arg-type]
        reduced_motion="reduce",
    )
    return context.new_page()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("link", help="a sign-in link as `tenure up` prints it")
    parser.add_argument("out", type=Path, help="the folder to put them into")
    parser.add_argument("pages", nargs="*", metavar="page", help=f"only these of {', '.join(PAGES)}")
    parser.add_argument("--whole", action="store_true", help="the whole length of each page")
    asked = parser.parse_args()
    if unknown := set(asked.pages) - set(PAGES):
        parser.error(f"there is no page {', '.join(sorted(unknown))}; there are {', '.join(PAGES)}")
    return asked


if __name__ == "__main__":
    main()
