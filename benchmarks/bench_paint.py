"""From a click to the picture: how fast the map recolours in headless Chromium.

Run with ``python benchmarks/bench_paint.py`` (``--quick`` leaves out the largest). It draws made-up counties
with the page's security policy and software rendering. Each figure runs from the event of a real mouse click
to the moment when the new colours have been read back from the drawing buffer, so the graphics work is done;
every map on the page (insets, the second of a comparison) counts. Shapes are loaded before.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Browser, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks.told import Table
from tests.support.browser import FLAGS, installed
from tests.support.map_county import CONFIG, INSETS, county, frame, serve

SIZES = {"417 areas": (21, 20), "6,800 areas": (85, 80), "33,800 areas": (169, 200)}
CLICKS = 15
MOUNT = """async ([config, frames, seconds]) => {
  Object.assign(window, { frames, seconds, times: [], turn: 0 });
  window.hotspotsMap = await import("/assets/map/map.mjs");
  await hotspotsMap.mount("map", config);
  await hotspotsMap.paint(frames[0]);
  if (seconds) await hotspotsMap.compare(seconds[0], "side");
  await hotspotsMap.settled();
  const finish = (canvas) => {
    const gl = canvas.getContext("webgl2");
    if (gl) gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));
    else canvas.getContext("2d").getImageData(0, 0, 1, 1);
  };
  const button = document.createElement("button");
  button.textContent = "Next frame";
  button.style = "position: fixed; left: 0; top: 0; z-index: 9";
  button.addEventListener("click", async (event) => {
    window.turn += 1;
    const k = window.turn % window.frames.length;
    const shown = [hotspotsMap.paint(window.frames[k])];
    if (window.seconds) shown.push(hotspotsMap.compare(window.seconds[k], "side"));
    await Promise.all(shown);
    document.querySelectorAll("#map canvas").forEach(finish);
    window.times.push(performance.now() - event.timeStamp);
  });
  document.body.append(button);
}"""


def frames(columns: int, rows: int) -> list[dict[str, Any]]:
    """Frames in which four areas of five change their class, and the same eight are ranked in two towns."""
    n = columns * rows
    rng = np.random.default_rng(1)
    near = [int((0.28 + 0.46 * town) * rows) * columns + int((0.6 - 0.2 * town) * columns) for town in (0, 1)]
    ranked = [start + step for start in near for step in range(4)]
    return [frame(rng.integers(0, 5, n), query=f"?{k}", ranked=ranked, insets=INSETS) for k in range(5)]


def measure(browser: Browser, columns: int, rows: int, *, insets: bool, compare: bool) -> np.ndarray:
    """Milliseconds from click to picture, of repeated clicks after three to warm up: (CLICKS,)."""
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    page.set_default_timeout(120_000)
    with serve(county(columns, rows)) as address:
        page.goto(address)
        given = frames(columns, rows)
        page.evaluate(
            MOUNT, [{**CONFIG, "insets": insets}, given, given[1:] + given[:1] if compare else None]
        )
        for turn in range(CLICKS + 3):
            page.click("text=Next frame")
            while page.evaluate("times.length") <= turn:
                page.wait_for_timeout(20)
        times = page.evaluate("times")
        page.close()
    return np.array(times[3:])


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="leave out the largest county")
    sizes = list(SIZES.items())[: 2 if parser.parse_args().quick else 3]
    path = installed()
    if path is None:
        sys.exit("There is no Chromium on this machine (on Debian: apt install chromium).")
    table = Table("Click to picture, ms (median / worst)", "", "one map", "with insets", "two maps")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        for name, (columns, rows) in sizes:
            cells = []
            for insets, compare in ((False, False), (True, False), (False, True)):
                times = measure(browser, columns, rows, insets=insets, compare=compare)
                cells.append(f"{np.median(times):.0f} / {times.max():.0f}")
            table.row(name, *cells)
        browser.close()


if __name__ == "__main__":
    main()
