"""Photograph the page of a submission for ``docs/``: wide and on a phone, light and dark.

Usage: ``mebench report submissions/casme-sq-twin/sample.csv -d casme-sq-twin --html page.html``, then
``python tools/submission_screenshots.py page.html docs/images``. Needs playwright and Chromium.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

from screenshots import LARGEST, NAMES, PHONE, WIDE

CHOSEN = 4
"""The timeline that is looked into."""


def top(page: Any) -> None:
    """Leave the page as it opens."""


def chosen(page: Any) -> None:
    """Go through the intervals of a timeline, and come closer."""
    page.evaluate("document.getElementById('timeline').scrollIntoView()")
    timeline = page.locator(".timeline").nth(CHOSEN)
    timeline.focus()
    for key in ["ArrowRight"] * 12 + ["+"] * 2 + ["ArrowRight"]:
        page.keyboard.press(key)


def errors(page: Any) -> None:
    """Scroll to the kinds of error and the curve."""
    page.evaluate("document.getElementById('errors').scrollIntoView()")


SHOTS: dict[str, Any] = {
    "wide-light": (WIDE, "light", top),
    "wide-dark": (WIDE, "dark", chosen),
    "phone-light": (PHONE, "light", top),
    "phone-dark": (PHONE, "dark", chosen),
    "errors": (WIDE, "light", errors),
}


def photograph(path: Path, folder: Path) -> list[Path]:
    """Write the pictures of a page; return their paths."""
    from playwright.sync_api import sync_playwright

    browser_path = next(filter(None, map(shutil.which, NAMES)), None)
    made = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        for name, ((width, height), scheme, act) in SHOTS.items():
            page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
            page.goto(path.resolve().as_uri())
            page.locator(".timeline rect.mark").first.wait_for()
            act(page)
            page.wait_for_timeout(200)  # timelines are drawn when they come near
            made.append(folder / f"submission-{name}.png")
            page.screenshot(path=made[-1], animations="disabled")
            page.close()
        browser.close()
    return made


def main() -> None:
    """Photograph the page that the command line names."""
    path, folder = Path(sys.argv[1]), Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    for made in photograph(path, folder):
        size = made.stat().st_size
        sys.stdout.write(f"{made}: {size / 1000:.0f} kB{' TOO LARGE' if size > LARGEST else ''}\n")


if __name__ == "__main__":
    main()
