"""Headless Chromium for the tests marked ``browser``: import the fixtures that you use.

``from tests.browser import browser, page  # noqa: F401``
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
FLAGS = [
    "--use-angle=swiftshader",
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> str | None:
    """Path of the Chromium of this machine, or of the one that HOTSPOTS_CHROMIUM names."""
    return os.environ.get("HOTSPOTS_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One headless Chromium for all tests; they are skipped, saying why, where there is none."""
    path = chromium()
    if path is None:
        pytest.skip("no Chromium on this machine (on Debian: apt install chromium)")
    if not (ROOT / "assets" / "vendor" / "maplibre-gl" / "LOCK").is_file():
        pytest.skip("the map library is not installed: python tools/vendor.py")
    with sync_playwright() as playwright:
        chrome = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chrome
        chrome.close()


class Watched:
    """A page with what it asked for and what went wrong on it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.requests: list[str] = []
        self.wrong: list[str] = []
        page.on("request", self._asked)
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("console", lambda line: self.wrong.append(line.text) if line.type == "error" else None)

    def _asked(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("blob", "data"):
            return
        self.requests.append(request.url)
        if address.hostname != "127.0.0.1":
            self.wrong.append(f"a request left the machine: {request.url}")

    def count(self, ending: str) -> int:
        """How many requests there were to addresses with this ending."""
        return sum(address.endswith(ending) for address in self.requests)


@pytest.fixture
def watched(browser: Browser) -> Iterator[Watched]:
    """A fresh page of a laptop with reduced motion; the test fails where the page reports any error."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, reduced_motion="reduce")
    it = Watched(context.new_page())
    yield it
    context.close()
    assert not it.wrong
