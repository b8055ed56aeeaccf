"""From a click to the settled page, and from an empty browser to the map; another checkout beside this one.

Run with ``python benchmarks/bench_page.py`` (``--quick`` visits once), or with ``FOLDER``, another checkout
(an earlier commit, say), to measure both in turn in one run. Each has a server of its own, with the libraries
in its own ``.venv`` where it has one, and builds its demonstration county by itself (or opens ``--data`` and
``--other-data``). Chromium draws by software.

A visit begins with an empty cache. *Drawn* is when the pixels of the map were there, *ready* when the page
said so, *settled* its last change. A click is a real one, on an hour of the filters, and lasts from the press
of the mouse to the last change of the page: of its elements, or of the pixels of its map. Milliseconds.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from itertools import product
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, os.getcwd() if "--serve" in sys.argv else str(ROOT))
VISITS = 5
CLICKS = 12
QUIET_MS = 800
"""A page that has not changed for so long has settled."""
VIEW = {"width": 1366, "height": 768}
NOTE = """(() => {
  const seen = window.benchmark = { drawn: 0, last: 0, pressed: 0, pending: false };
  const channel = new MessageChannel();
  channel.port1.onmessage = () => { seen.pending = false; seen.last = performance.now(); };
  const note = () => {
    if (seen.pending) return;
    seen.pending = true;
    requestAnimationFrame(() => channel.port2.postMessage(0));
  };
  const finish = (canvas) => {
    const gl = canvas.getContext("webgl2");
    if (gl) gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));
    else if (canvas.width) canvas.getContext("2d").getImageData(0, 0, 1, 1);
  };
  addEventListener("hotspots:painted", () => {
    document.querySelectorAll("#map canvas").forEach(finish);
    seen.drawn ||= performance.now();
    note();
  });
  addEventListener("pointerdown", (event) => { seen.pressed = event.timeStamp; }, true);
  new MutationObserver(note).observe(document, {
    subtree: true, childList: true, attributes: true, characterData: true,
  });
})()"""
SETTLED = f"""() => document.body?.dataset.shows !== undefined && document.body.dataset.state === "ready"
  && benchmark.last > benchmark.pressed && !benchmark.pending
  && performance.now() - benchmark.last > {QUIET_MS}"""


# ---------------------------------------------------------------- one checkout


def serve(folder: str) -> None:
    """Serve a data folder on a free port, and print that."""
    import logging
    from importlib import import_module

    from werkzeug.serving import make_server

    from dashboard import create_app
    from geo import demo

    rooms = (Path.cwd() / "geo" / "answer").is_dir()  # else a checkout from before geo/ had rooms
    Atlas = import_module("geo.answer.atlas" if rooms else "geo.atlas").Atlas

    if not any(Path(folder).glob("*")):
        demo.build(Path(folder))
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, create_app(Atlas.open(folder)).server, threaded=True)
    print(server.server_port, flush=True)
    server.serve_forever()


class Checkout:
    """A checkout that serves its page in a process of its own, and what was measured of it."""

    def __init__(self, root: Path, data: str) -> None:
        environment = os.environ | {"PYTHONPATH": str(root), "OPENBLAS_NUM_THREADS": "1"}
        own = root / ".venv/bin/python"  # an earlier commit may need other libraries
        python = str(own) if own.exists() else sys.executable
        command = [python, str(Path(__file__).resolve()), "--serve", data]
        self._process = subprocess.Popen(
            command, cwd=root, env=environment, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline().strip()
        if not line:
            sys.exit(f"{root} could not be opened; the lines above say why.")
        self.address = f"http://127.0.0.1:{line}/"
        self.figures: dict[str, list[float]] = {}

    def note(self, name: str, value: float) -> None:
        """Keep a figure."""
        self.figures.setdefault(name, []).append(value)

    def stop(self) -> None:
        """End the server."""
        self._process.terminate()
        self._process.wait()


# ---------------------------------------------------------------- visits and clicks


def visit(browser: Browser, checkout: Checkout) -> Page:
    """Open the page with an empty cache and note how that went."""
    page = browser.new_context(viewport=VIEW, reduced_motion="reduce").new_page()
    page.set_default_timeout(120_000)
    page.add_init_script(NOTE)
    network: CDPSession = page.context.new_cdp_session(page)
    network.send("Network.enable")
    bytes_: list[float] = []

    def arrived(event: dict[str, Any]) -> None:
        bytes_.append(event["encodedDataLength"])

    network.on("Network.loadingFinished", arrived)
    page.goto(checkout.address)
    page.wait_for_function("() => document.body?.dataset.shows !== undefined")
    ready = page.evaluate("() => performance.now()")
    page.wait_for_function(SETTLED)
    checkout.note("first visit, MB", sum(bytes_) / 1e6)
    checkout.note("map drawn", page.evaluate("benchmark.drawn"))
    checkout.note("page ready", ready)
    checkout.note("page settled", page.evaluate("benchmark.last"))
    return page


def click(page: Page, checkout: Checkout, number: int) -> None:
    """Choose an hour, or take it back, with the mouse."""
    option = page.locator("#filter-hour [role=option]").nth(number)
    option.scroll_into_view_if_needed()
    box = option.bounding_box()
    assert box
    page.mouse.move(box["x"] + 4, box["y"] + 4)
    page.wait_for_function(SETTLED)
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_function(SETTLED)
    checkout.note("click settled", page.evaluate("benchmark.last - benchmark.pressed"))


def main() -> None:
    """Measure one checkout, or two in turn."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("other", nargs="?", type=Path, help="another checkout")
    parser.add_argument("--quick", action="store_true", help="visit once")
    parser.add_argument("--data", help="data folder of this checkout")
    parser.add_argument("--other-data", help="data folder of the other checkout")
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        serve(given.serve)
        return
    from benchmarks.told import Table
    from tests.support.browser import FLAGS, installed

    path = installed()
    if path is None:
        sys.exit("There is no Chromium on this machine (on Debian: apt install chromium).")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        asked = [(ROOT, given.data or f"{folder}/this")]
        if given.other:
            asked.append((given.other.resolve(), given.other_data or f"{folder}/other"))
        for _, each in asked:
            Path(each).mkdir(exist_ok=True)
        checkouts = [Checkout(root, each) for root, each in asked]
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            for _, checkout in product(range(1 if given.quick else VISITS), checkouts):
                visit(browser, checkout).context.close()
            pages = [(visit(browser, checkout), checkout) for checkout in checkouts]
            for number, (page, checkout) in product(range(CLICKS), pages):
                page.bring_to_front()
                click(page, checkout, number)
        finally:
            browser.close()
            for checkout in checkouts:
                checkout.stop()
    heads = ["this", "worst"] + (["other", "worst", "times"] if given.other else [])
    table = Table("Page, map and a click, milliseconds (medians)", "", *heads)
    for name in checkouts[0].figures:
        cells = [cell for one in checkouts for cell in _median_and_worst(one.figures[name])]
        if given.other:
            cells.append(cells[2] / cells[0])
        table.row(name, *cells)


def _median_and_worst(figures: list[float]) -> list[float]:
    return [statistics.median(figures), max(figures)]


if __name__ == "__main__":
    main()
