"""Photograph a leaderboard page for ``docs/``: wide and on a phone, light and dark.

Usage: ``python tools/screenshots.py leaderboard/index.html docs/images``. Needs playwright and Chromium.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

LARGEST = 250_000
"""Bytes of one picture."""
NAMES = ("chromium", "chromium-browser", "google-chrome")
VIEW = "section[role=tabpanel]:not([hidden])"
WIDE, PHONE = (1400, 1180), (390, 1160)


def compared(page: Any) -> None:
    """Select the first row and the fourth, and show what is said of them."""
    picks = page.locator(f"{VIEW} .pick input")
    picks.nth(0).check()
    picks.nth(min(3, picks.count() - 1)).check()
    page.locator(f"{VIEW} .compare").scroll_into_view_if_needed()


def opened(page: Any) -> None:
    """Open the second row."""
    page.locator(f"{VIEW} .opener").nth(1).click()


def nothing(page: Any) -> None:
    """Leave the page as it opens."""


SHOTS: dict[str, Any] = {
    "wide-light": ("twins", WIDE, "light", nothing),
    "wide-dark": ("twins", WIDE, "dark", opened),
    "phone-light": ("twins", PHONE, "light", nothing),
    "phone-dark": ("twins", PHONE, "dark", compared),
    "compared": ("twins", WIDE, "light", compared),
    "published": ("published", WIDE, "light", nothing),
}


def photograph(path: Path, folder: Path) -> list[Path]:
    """Write the pictures of a page; return their paths."""
    from playwright.sync_api import sync_playwright

    browser_path = next(filter(None, map(shutil.which, NAMES)), None)
    made = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        for name, (view, (width, height), scheme, act) in SHOTS.items():
            page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
            page.goto(f"{path.resolve().as_uri()}#view={view}")
            act(page)
            made.append(folder / f"leaderboard-{name}.png")
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
