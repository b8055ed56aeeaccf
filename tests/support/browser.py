"""One headless Chromium for the tests that drive the page, and a server for them to drive.

``conftest.py`` offers the fixtures to every test. Tests marked ``browser`` are skipped, saying why, where
there is no Chromium; ``HOTSPOTS_CHROMIUM`` names one that is not on the path.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect, sync_playwright
from werkzeug.serving import make_server

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--use-angle=swiftshader --no-sandbox --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
PATIENCE_MS = 30_000
MAP_LIBRARY = Path(__file__).resolve().parents[2] / "assets" / "vendor" / "maplibre-gl" / "maplibre-gl.mjs"


def installed() -> str | None:
    """Path of the Chromium of this machine."""
    return os.environ.get("HOTSPOTS_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser of the whole run."""
    path = installed()
    if path is None:
        pytest.skip("no Chromium: install Debian's chromium, or name one in HOTSPOTS_CHROMIUM")
    if not MAP_LIBRARY.is_file():
        pytest.skip("the map library is not installed: run python tools/vendor.py")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[[Flask], str]]:
    """Serve apps on free ports of this machine until the run ends; gives the address of each."""
    servers = []

    def start(app: Flask) -> str:
        server = make_server("127.0.0.1", 0, app, threaded=True)
        servers.append(server)
        Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@dataclass
class Watch:
    """What a page asked for and complained of."""

    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def count(self, part: str) -> int:
        """Number of requests whose address holds a text."""
        return sum(part in request for request in self.requests)


def watch(page: Page) -> Watch:
    """Note every request, error and warning of a page from now on."""
    seen = Watch()
    page.on("request", lambda request: seen.requests.append(request.url))
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    page.on("console", lambda said: said.type == "error" and seen.complaints.append(said.text))
    return seen


def visit(page: Page, address: str, search: str = "") -> Watch:
    """Open the page at a query string and wait until all of it is there."""
    seen = watch(page)
    page.goto(f"{address}/{search}")
    shows(page, search)
    expect(page.locator(".ag-row").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    return seen


def go(page: Page, search: str) -> None:
    """Ask for a query string, as a link on the page does."""
    page.evaluate(
        "href => { const link = Object.assign(document.createElement('a'), { href });"
        "document.body.append(link); link.click(); link.remove(); }",
        search or "?",
    )


def shows(page: Page, search: str) -> None:
    """Wait until the answer to a query string is on the page."""
    expect(page.locator("body")).to_have_attribute("data-shows", search)
