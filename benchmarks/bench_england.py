"""England at the pace of a county: every layer, sizes, memory, and the map.

Run with ``python -m benchmarks.bench_england`` for this checkout, or with ``FOLDER``, another checkout, for
both in turn in one run. Each builds its made-up England of 33,755 areas (``england.py``) by itself, or opens
``--data`` and ``--other-data``. ``--only answers`` or ``map`` leaves out the rest.

*Answer* is the processor's time for a complete answer to a question that was not asked before, *page* that
with all that the page shows, written and compressed, *sent* its bytes. Memory is what a server holds after
all of it. The map is measured in Chromium, which draws by software: *drawn* when its pixels are there after
the address was entered, with an empty cache; *click* from the press of the mouse on a filter to the last
change of the page; *renderer* the memory of the process that draws it.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LAYERS = (
    "measure quintile significance local_moran getis_ord agreement confidence imd bivariate excess change "
    "emerging"
).split()
QUESTIONS = 6
"""Of each layer, the first of them to warm up."""
WHOSE, RATIO = ("this", "other"), ("other / this",)
"""Heads of the columns, and of what compares them."""


# ---------------------------------------------------------------- one checkout


def held() -> dict[str, float]:
    """Megabytes that this process holds, and the most that it did."""
    lines = dict(
        line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines() if ":" in line
    )
    return {name: int(lines[key].split()[0]) / 1024 for name, key in (("now", "VmRSS"), ("most", "VmHWM"))}


def work(folder: str) -> None:
    """Answer lines of JSON from standard input, each with what a question took."""
    rooms = (Path.cwd() / "geo" / "answer").is_dir()  # else a checkout from before geo/ had rooms
    import_module("app")  # what a server of it sets before it begins
    room: Any = import_module("geo.data.room") if rooms else None
    if room:
        room.share_room()
    began, wall = time.process_time(), time.perf_counter()
    Atlas = import_module("geo.answer.atlas" if rooms else "geo.atlas").Atlas
    Query = import_module("geo.ask.query" if rooms else "geo.query").Query
    if not any(Path(folder).glob("*")):
        import_module("benchmarks.england").build(Path(folder))
        began, wall = time.process_time(), time.perf_counter()
    atlas = Atlas.open(folder)
    opened = {"cpu": time.process_time() - began, "wall": time.perf_counter() - wall}
    view = import_module("dashboard.view")
    app = import_module("dashboard").create_app(atlas)
    atlas.answer(Query())
    print(json.dumps({"opened": opened, "held": held(), "layers": list(atlas.catalogue.layers)}), flush=True)
    to_json = import_module("dash._utils").to_json
    for line in sys.stdin:
        asked = json.loads(line)
        if asked == "held":
            if room:
                room.give_back()  # as its server does every half minute
            print(json.dumps(held()), flush=True)
            continue
        query = Query(layer=asked["layer"]).replace(month=tuple(asked["month"]))
        start = time.process_time()
        atlas.answer(query)
        middle = time.process_time()
        text = to_json(view.page(atlas, query.to_search())).encode()
        packed = gzip.compress(text, 1, mtime=0)
        took = 1000 * (middle - start), 1000 * (time.process_time() - start)
        print(json.dumps({"answer": took[0], "page": took[1], "sent": len(packed) / 1000}), flush=True)
    del app


class Checkout:
    """A checkout that answers in a process of its own."""

    def __init__(self, root: Path, data: str) -> None:
        from benchmarks.viewer import python_of

        environment = os.environ | {"PYTHONPATH": str(root), "OPENBLAS_NUM_THREADS": "1"}
        command = [python_of(root), str(Path(__file__).resolve()), "--work", data]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(
            command, cwd=root, env=environment, stdin=pipe, stdout=pipe, text=True
        )
        self.began = self._read(root)

    def _read(self, what: object) -> dict[str, Any]:
        assert self._process.stdout is not None
        while line := self._process.stdout.readline():
            if line.startswith("{"):
                return dict(json.loads(line))
        sys.exit(f"{what} could not be answered; the lines above say why.")

    def ask(self, what: object) -> dict[str, Any]:
        """What one question took."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()
        return self._read(what)

    def stop(self) -> None:
        """End it."""
        with self._process:
            self._process.terminate()


# ---------------------------------------------------------------- answers


def answers(asked: list[tuple[Path, str]]) -> None:
    """Ask every layer of each checkout, in turn."""
    from benchmarks.told import Table

    both = [Checkout(*one) for one in asked]
    whose = WHOSE[: len(both)]
    opened = Table("England opened, seconds", "", *whose)
    for name in ("cpu", "wall"):
        opened.row(name, *(one.began["opened"][name] for one in both))
    heads = ("answer", "page", "sent")
    named = [f"{who}: {what}" for who in whose for what in ("answer, ms", "page, ms", "sent, kB")]
    table = Table("A new question of each layer (medians)", "layer", *named, *RATIO[: len(both) - 1])
    months = ((first, first % 12 + 1, (first + 1) % 12 + 1) for _ in range(99) for first in range(1, 13))
    for layer in LAYERS:
        found: list[dict[str, list[float]]] = [{head: [] for head in heads} for _ in both]
        for number in range(QUESTIONS):
            month = next(months)
            for place, one in enumerate(both):
                took = one.ask({"layer": layer, "month": month})
                for head in heads:
                    if number:
                        found[place][head].append(took[head])
        cells = [[statistics.median(each[head]) for head in heads] for each in found]
        table.row(layer, *(cell for each in cells for cell in each), *_ratio([each[0] for each in cells]))
    held = Table("Memory after all of these, MB", "", *whose)
    for name in ("now", "most"):
        held.row(name, *(one.ask("held")[name] for one in both))
    for one in both:
        one.stop()


def _ratio(cells: list[float]) -> list[str]:
    """How many times what this checkout took the other did, where there is another."""
    return [f"{cells[1] / cells[0]:.1f} ×"] if len(cells) > 1 else []


# ---------------------------------------------------------------- the map


def mapped(asked: list[tuple[Path, str]], visits: int) -> None:
    """Open the page of each checkout with an empty cache, and press a filter."""
    from playwright.sync_api import sync_playwright

    from benchmarks import bench_page
    from benchmarks.told import Table
    from tests.support.browser import FLAGS, installed

    path = installed()
    if path is None:
        print("There is no Chromium on this machine (on Debian: apt install chromium): no map is measured.")
        return
    with sync_playwright() as playwright:
        checkouts = [bench_page.Checkout(*one) for one in asked]
        try:
            for _ in range(visits):
                for one in checkouts:
                    browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
                    page = bench_page.visit(browser, one)
                    page.wait_for_function("() => benchmark.drawn > 0")  # it may come last
                    one.figures["map drawn"][-1] = page.evaluate("benchmark.drawn")
                    for number in range(3):
                        bench_page.click(page, one, number)
                    one.note("renderer, MB", _renderer(browser))
                    browser.close()
        finally:
            for one in checkouts:
                one.stop()
    whose = WHOSE[: len(checkouts)]
    table = Table("The map (medians)", "", *whose, *RATIO[: len(checkouts) - 1])
    for name in checkouts[0].figures:
        cells = [statistics.median(one.figures[name]) for one in checkouts]
        table.row(name, *cells, *_ratio(cells))


def _renderer(browser: Any) -> float:
    """Memory of the largest process that draws a page, MB."""
    processes = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    pids = [int(one["id"]) for one in processes if one["type"] == "renderer"]
    sizes = []
    for pid in pids:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        sizes += [int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")]
    return max(sizes, default=float("nan"))


def main() -> None:
    """Measure one checkout, or two in turn."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("other", nargs="?", type=Path, help="another checkout")
    parser.add_argument("--quick", action="store_true", help="visit once")
    parser.add_argument("--data", help="data folder of this checkout")
    parser.add_argument("--other-data", help="data folder of the other checkout")
    parser.add_argument("--only", choices=("answers", "map"), help="leave out the rest")
    parser.add_argument("--work", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.work:
        sys.path.insert(0, os.getcwd())
        work(given.work)
        return
    with tempfile.TemporaryDirectory() as folder:
        asked = [(ROOT, given.data or f"{folder}/this")]
        if given.other:
            asked.append((given.other.resolve(), given.other_data or f"{folder}/other"))
        for _, each in asked:
            Path(each).mkdir(exist_ok=True)
        if given.only in (None, "answers"):
            answers(asked)
        if given.only in (None, "map"):
            mapped(asked, 1 if given.quick else 3)


if __name__ == "__main__":
    main()
