"""Make the pictures of the documents anew, from the demonstration county.

``python tools/pictures.py [DATA]`` writes ``docs/pictures/*.png``, the pages of the README as headless
Chromium shows them, and ``docs/figures.md`` with a picture of every layer of the map and every figure of an
assessment. It needs the libraries of the tests, Chromium, and a data folder that holds the demonstration
county (``hotspots demo``).
"""

from __future__ import annotations

import logging
import shutil
import sys
from collections.abc import Iterator
from datetime import date
from io import BytesIO
from pathlib import Path
from threading import Thread

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from PIL import Image  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402
from werkzeug.serving import make_server  # noqa: E402

from dashboard import create_app  # noqa: E402
from geo.answer.atlas import Atlas  # noqa: E402
from geo.answer.layers import LAYERS  # noqa: E402
from geo.ask.query import Query  # noqa: E402
from geo.out.charts import picture  # noqa: E402
from geo.out.drawing import drawing  # noqa: E402
from geo.out.printed_map import poster  # noqa: E402
from geo.out.provenance import sheet  # noqa: E402
from geo.tell.assessment import assess  # noqa: E402
from tests.support.browser import FLAGS, installed  # noqa: E402

VIOLENCE = "category=violence-and-sexual-offences"
PICTURES = {
    "explore": ((1440, 810), "/"),
    "present": ((1440, 810), f"/?{VIOLENCE}&layer=local_moran&view=present"),
    "compare": ((1440, 810), "/?layer=getis_ord&view=compare&compare=ambulance&from=2022-01"),
    "dark": ((1440, 810), f"/?{VIOLENCE}&layer=getis_ord&theme=dark"),
    "protected": ((1440, 810), "/?source=ae&measure=rate"),
    "assessment": ((1440, 810), f"/?{VIOLENCE}&view=assess"),
    "phone": ((390, 844), "/"),
}
"""Name of each picture to the size of its window and its address."""
PATIENCE_MS = 120_000
NOTE_PAINT = """addEventListener("hotspots:painted", () => {
  document.documentElement.dataset.painted = "yes";
});"""


FIGURES_HEAD = """# Every layer of the map, every figure of an assessment

All pictures show the made-up demonstration county; `python tools/pictures.py` makes them anew. What each
statistic means, and when not to use it, is in [methods](methods/README.md).
"""
MADE = date(2024, 1, 31)
"""Date on the figures, so that they change only where their content does."""
WIDTH = 900
"""Pixels of a figure."""


def main(data: str = "data") -> None:
    """Take every picture."""
    atlas = Atlas.open(data)
    take_pages(atlas, ROOT / "docs" / "pictures")
    draw_figures(atlas, ROOT / "docs")


# ---------------------------------------------------------------- the pages


def take_pages(atlas: Atlas, folder: Path) -> None:
    """Take the pages of :data:`PICTURES` as a browser shows them."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, create_app(atlas).server, threaded=True)
    Thread(target=server.serve_forever, daemon=True).start()
    folder.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed(), args=FLAGS)
        for name, ((width, height), address) in PICTURES.items():
            page = browser.new_page(viewport={"width": width, "height": height})
            page.set_default_timeout(PATIENCE_MS)
            page.add_init_script(NOTE_PAINT)
            page.goto(f"http://127.0.0.1:{server.server_port}{address}")
            if "view=assess" in address:
                page.get_by_role("heading", name="Findings").wait_for()
            else:
                page.locator("html[data-painted]").wait_for()
            page.wait_for_load_state("networkidle")
            page.wait_for_timeout(3_000)  # town windows draw after the county
            page.screenshot(path=folder / f"{name}.png")
            page.close()
            print(folder / f"{name}.png")
        browser.close()
    server.shutdown()


# ---------------------------------------------------------------- the figures


def draw_figures(atlas: Atlas, docs: Path) -> None:
    """Draw every layer and every figure of an assessment, with a page that shows them all."""
    folder = docs / "pictures" / "figures"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    lines = [FIGURES_HEAD]
    for heading, drawn in (("The layers of the map", _layers(atlas)), ("The figures", _exhibits(atlas))):
        lines.append(f"## {heading}\n")
        for name, title, words, png in drawn:
            _small(png, folder / f"{name}.png")
            print(folder / f"{name}.png")
            lines.append(f"### {title}\n\n{words}\n\n![{title}](pictures/figures/{name}.png)\n")
    (docs / "figures.md").write_text("\n".join(lines), encoding="utf-8")


def _layers(atlas: Atlas) -> Iterator[tuple[str, str, str, bytes]]:
    """Name, title, words and picture of every layer."""
    query, _ = Query.parse(f"{VIOLENCE}&from=2023-01", atlas.catalogue)
    for key, layer in LAYERS.items():
        answer = atlas.answer(query.replace(layer=key))
        with drawing():
            png = poster(sheet(atlas, answer.query, made=MADE)).png(110, {})
        yield f"layer-{key}", layer.label, f"{layer.explanation} *{answer.headline}*", png


def _exhibits(atlas: Atlas) -> Iterator[tuple[str, str, str, bytes]]:
    """Name, title, words and picture of every figure of an assessment; one of each kind."""
    seen = set()
    for name, exhibit in assess(atlas, Query(), made=MADE).exhibits.items():
        if exhibit.chart is not None and exhibit.key not in seen:
            seen.add(exhibit.key)
            png, _, _ = picture(exhibit, atlas, MADE)
            yield name.replace("/", "-").replace("_", "-"), exhibit.title, exhibit.finding, png


def _small(png: bytes, path: Path) -> None:
    """Write a picture at the width of a page, in 128 colours."""
    image = Image.open(BytesIO(png)).convert("RGB")
    image = image.resize((WIDTH, round(image.height * WIDTH / image.width)), Image.Resampling.LANCZOS)
    image.quantize(128, dither=Image.Dither.NONE).save(path, optimize=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
