"""Pages in Chromium, opened from disk: the requests that they make, what they say on the console, and axe-core."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")


def executable() -> str:
    """Path of Chromium; without one the test is left out, or fails where MEBENCH_BROWSER is ``required``."""
    for module in ("playwright.sync_api", "axe_playwright_python"):
        if os.environ.get("MEBENCH_BROWSER") != "required":
            pytest.importorskip(module, reason=f"{module} is not installed")
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        if os.environ.get("MEBENCH_BROWSER") == "required":
            pytest.fail(f"no browser: none of {', '.join(NAMES)} is on the path")
        pytest.skip(f"no browser: none of {', '.join(NAMES)} is on the path")
    return found


def expect(locator: Any) -> Any:
    """Playwright's assertions, which wait until they hold."""
    from playwright.sync_api import expect as wait_for

    return wait_for(locator)


@contextmanager
def chromium() -> Iterator[Any]:
    """A running browser."""
    path = executable()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@dataclass
class Opened:
    """A page from disk, and all that it did: requests beyond its own file, dialogs, errors."""

    page: Any
    requests: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def quiet(self) -> None:
        """Assert that the page asked for nothing, opened no dialog, and met no error."""
        assert self.requests == []
        assert self.dialogs == []
        assert self.errors == []

    def violations(self) -> list[str]:
        """Serious and critical findings of axe-core."""
        from axe_playwright_python.sync_playwright import Axe

        found = Axe().run(self.page).response["violations"]
        return [
            f"{one['id']}: {node['target']} {node['failureSummary']}"
            for one in found
            if one["impact"] in ("serious", "critical")
            for node in one["nodes"]
        ]


@contextmanager
def opened(
    browser: Any, path: Path, *, fragment: str = "", width: int = 1400, height: int = 900, dark: bool = False
) -> Iterator[Opened]:
    """Open a file of this disk."""
    address = path.resolve().as_uri()
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light", accept_downloads=True
    )
    page = context.new_page()
    seen = Opened(page)
    page.on("request", lambda request: _note(seen.requests, request.url, address))
    page.on("dialog", lambda dialog: _dismiss(seen.dialogs, dialog))
    page.on("pageerror", lambda error: seen.errors.append(str(error)))
    page.on("console", lambda said: seen.errors.append(said.text) if said.type == "error" else None)
    page.goto(address + fragment)
    yield seen
    context.close()


def _dismiss(dialogs: list[str], dialog: Any) -> None:
    dialogs.append(dialog.message)
    dialog.dismiss()


def _note(requests: list[str], url: str, own: str) -> None:
    # What a page makes for itself (the empty icon, a file to save) never leaves it.
    if url.split("#")[0] != own and not url.startswith(("data:", "blob:")):
        requests.append(url)
