"""One headless Chromium for the tests that drive the page, and a server for them to drive.

Tests in ``tests/browser`` are skipped, saying why, where there is no Chromium; ``HOTSPOTS_CHROMIUM`` names
one that is not on the path.
"""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Error, Page, Request, Route, expect, sync_playwright

from dashboard.link import PLAIN
from tests.support.listening import listening

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--use-angle=swiftshader --no-sandbox --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
QUICK = ("--disable-gpu-compositing",)
"""Draws the page around the map without WebGL, which without a graphics card is the slower way."""
PATIENCE_MS = 30_000
LAPTOP = {"width": 1366, "height": 768}

STILL = """() => document.body?.dataset.shows !== undefined && document.body.dataset.state !== "waiting"
  && !document.querySelector("[aria-busy=true], .dash-graph--pending")"""
MAP_SETTLED = """async () => {
  const { parts: { "map/map.mjs": map } } = await import(document.getElementById("_dash-renderer").src);
  await map.settled();
}"""
OPEN = """([address, search]) => location.origin === address && location.pathname === "/"
  && document.body.dataset.state === "ready" && !/theme=/.test(location.search)
  && (/view=assess/.test(search) || !document.querySelector("#assess-body article"))
  ? location.search : null"""
"""At which question the page of an address is open, if it is, sound, in its first theme, and without an
assessment that was left: thousands of elements that nobody sees, and everything goes through.
"""
ELSEWHERE = ("?level=borough&hour=1", "?level=borough&hour=2")
TIDY = """() => {
  document.querySelectorAll("dialog[open]").forEach((dialog) => dialog.close());
  document.querySelectorAll("details[open]:not(#selected *)").forEach((fold) => { fold.open = false; });
  document.querySelectorAll("*").forEach((part) => { if (part.scrollTop) part.scrollTop = 0; });
  document.querySelectorAll("#toast").forEach((said) => { said.textContent = ""; });
  document.body.tabIndex = -1;
  document.body.focus();
  document.body.removeAttribute("tabindex");
  localStorage.clear();
  sessionStorage.clear();
}"""
ON, OFF = {"enabled": True}, {"enabled": False}
FRAMES = """() => Promise.race([
  new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)))),
  new Promise((done) => setTimeout(done, 5000)),
])"""
"""Two frames; a browser that draws none for five seconds is not waited for."""
TURN = "() => new Promise((done) => setTimeout(done))"
"""Of a page that may not draw yet."""

under_way: WeakKeyDictionary[Page, set[Request]] = WeakKeyDictionary()
"""What each tab has asked for and not yet got."""
begun: list[Callable[[], None]] = []
"""How to end what a test began: what it listens to, what it keeps from its answer."""


def address_of(page: Page) -> str:
    """Where a page says that it is; the driver hears of an address that changed in place somewhat later."""
    return str(page.evaluate("location.href"))


def installed() -> str | None:
    """Path of the Chromium of this machine."""
    return os.environ.get("HOTSPOTS_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


# ---------------------------------------------------------------- fixtures


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser of the whole run."""
    path = installed()
    if path is None:
        pytest.skip("no Chromium: install Debian's chromium, or name one in HOTSPOTS_CHROMIUM")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*FLAGS, *QUICK])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def laptop(chromium: Browser) -> Iterator[BrowserContext]:
    """A laptop, whose owner asked for little motion and lets the page copy; its cache lasts."""
    context = chromium.new_context(
        viewport=LAPTOP, reduced_motion="reduce", permissions=["clipboard-read", "clipboard-write"]
    )
    context.set_default_timeout(PATIENCE_MS)
    context.on("page", follow)
    yield context
    context.close()


@pytest.fixture
def page(laptop: BrowserContext) -> Iterator[Page]:
    """The tab that tests use one after another; what one changes of it is put back for the next."""
    tab = laptop.pages[0] if laptop.pages else laptop.new_page()
    yield tab
    try:
        put_back(tab)
    except Error:
        tab.close()  # the next test opens another


@pytest.fixture
def new_tab(laptop: BrowserContext) -> Iterator[Page]:
    """A tab of its own, for what cannot be put back: scripts and functions that outlast a page."""
    tab = laptop.new_page()
    yield tab
    with suppress(Error):
        put_back(tab)
    tab.close()


def put_back(tab: Page) -> None:
    """Leave a tab as it was found: nothing remembered, listened to, or held up."""
    while begun:
        begun.pop()()
    for key in ("Shift", "Control", "Alt", "Meta"):
        tab.keyboard.up(key)
    tab.mouse.up()
    tab.mouse.move(0, 0)
    tab.unroute_all(behavior="ignoreErrors")
    tab.evaluate(TIDY)
    tab.emulate_media(media="screen", reduced_motion="reduce", forced_colors="none")
    tab.set_viewport_size(LAPTOP)


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[[Flask], str]]:
    """Serve apps on free ports of this machine until the run ends; gives the address of each."""
    with ExitStack() as stack:
        yield lambda app: stack.enter_context(listening(app))


# ---------------------------------------------------------------- what a page asks, and when it rests


@dataclass
class Watch:
    """What a page asked for and complained of."""

    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def count(self, part: str) -> int:
        """Number of requests whose address holds a text."""
        return sum(part in request for request in self.requests)


class Held:
    """Requests of a page to an address, each kept from its answer until a test lets it go.

    The page may say that it waits before the test has heard of what it asks for.
    """

    def __init__(self, page: Page, address: str | re.Pattern[str]) -> None:
        self._page, self._routes, self._free = page, list[Route](), False
        page.route(address, self._hold)
        begun.append(self.let_go)

    def _hold(self, route: Route) -> None:
        if self._free:
            route.continue_()
        else:
            self._routes.append(route)

    def __getitem__(self, number: int) -> Route:
        """One of them, as soon as it is made."""
        for _ in range(PATIENCE_MS // 5):
            if number < len(self._routes):
                return self._routes[number]
            self._page.evaluate(TURN)
        raise AssertionError(f"only {len(self._routes)} requests of what was held back")

    def let_go(self) -> None:
        """All of them that still wait, and whatever is asked for from now on."""
        self._free = True
        for route in self._routes:
            with suppress(Error):  # a test has let it go, or the page has given it up
                route.continue_()


def leave(page: Page) -> None:
    """Leave the page that a test before this one left in the tab: from now on it asks for nothing."""
    page.goto("about:blank")


def watch(page: Page) -> Watch:
    """Note every request, error and warning of a page from now on."""
    seen = Watch()
    hear(page, "request", lambda request: seen.requests.append(request.url))
    hear(page, "pageerror", lambda error: seen.complaints.append(str(error)))
    hear(page, "console", lambda said: said.type == "error" and seen.complaints.append(said.text))
    return seen


def hear(page: Page, event: str, tell: Callable[..., object]) -> None:
    """Listen to a page until the test is over."""
    page.on(event, tell)
    begun.append(lambda: page.remove_listener(event, tell))


def follow(page: Page) -> None:
    """Know from now on what a tab has asked for and not yet got."""
    asked = under_way.setdefault(page, set())

    def begun(request: Request) -> None:
        asked.add(request)

    def ended(request: Request) -> None:
        asked.discard(request)

    page.on("request", begun)
    page.on("requestfinished", ended)
    page.on("requestfailed", ended)


def rest(page: Page) -> None:
    """Wait until nothing of a page is on its way: no answer, no request, no muted part.

    A request is not asked for its response, which without one would be waited for without end.
    """
    for _ in range(PATIENCE_MS // 30):  # two frames take longer
        page.wait_for_function(STILL)
        page.evaluate(FRAMES)
        if not under_way[page] and page.evaluate(STILL):
            return
    raise AssertionError(f"never at rest: {[request.url for request in under_way[page]]}")


def draw(page: Page) -> None:
    """Wait until the map shows what it was last told, and nothing of it moves."""
    page.evaluate(FRAMES)
    page.evaluate(MAP_SETTLED)


def load(page: Page, address: str, search: str = "") -> Watch:
    """Open the page anew at a query string and wait until all of it is there."""
    seen = watch(page)
    page.goto(f"{address}/{search or PLAIN}")
    rest(page)
    return seen


def visit(page: Page, address: str, search: str = "") -> Watch:
    """Come to a query string and wait until all of it is there: as by a link, where the page is open.

    Its address is the only state of the page, so it need not be opened anew (which takes ten times as long)
    but by tests of how it starts.
    """
    here = page.evaluate(OPEN, [address, search])
    if here is None or "theme=" in search:
        return load(page, address, search)
    if here == (search or PLAIN):  # what it shows already it would not ask for
        _turn(page, ELSEWHERE[search == ELSEWHERE[0]])
    seen = watch(page)
    _turn(page, search)
    return seen


def _turn(page: Page, search: str) -> None:
    page.evaluate("delete document.body.dataset.shows")
    go(page, search)
    rest(page)


CONTRAST = "color-contrast"
"""The rule of axe that takes as long as all others together; and the only one that a theme can break.

No colour but that of the filters' sheet and of what opens it depends on the width of a page.
"""


TARGETS = "target-size"
"""The rule of WCAG 2.2 on how large what one presses is, or how far apart: axe leaves it out unless asked."""
BRIEF = {"resultTypes": ["violations"], "selectors": False, "iframes": False, "preload": False}
"""What is told of a page by its elements alone: it has no frames, and no rule reads its style sheets."""


def barriers(page: Page, *rules: str, but: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """What axe finds to bar people from a page, by some of its rules or by all: the rule, and the element."""
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE_SCRIPT)
    options: dict[str, object] = {**BRIEF, "rules": {TARGETS: ON, **dict.fromkeys(but, OFF)}}
    if rules:
        options["runOnly"] = rules
    found = page.evaluate("options => axe.run(options)", options)["violations"]
    return [(barrier["id"], node["html"]) for barrier in found for node in barrier["nodes"]]


def go(page: Page, search: str) -> None:
    """Ask for a query string, as a link on the page does."""
    page.evaluate(
        "href => { const link = Object.assign(document.createElement('a'), { href });"
        "document.body.append(link); link.click(); link.remove(); }",
        search or "?",
    )


SHOWS = {
    str: "it => document.body?.dataset.shows === it",
    re.Pattern: "it => new RegExp(it).test(document.body?.dataset.shows ?? '-')",
}


def shows(page: Page, search: str | re.Pattern[str]) -> None:
    """Wait until the answer to a query string, or to one like a pattern, is on the page: not a frame longer.

    An expectation looks again after a tenth of a second, a quarter, a half and a whole one.
    """
    asked = search if isinstance(search, str) else search.pattern
    page.wait_for_function(SHOWS[type(search)], arg=asked)
