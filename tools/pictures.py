"""Make the pictures of the README anew, from the demonstration county, in headless Chromium.

``python tools/pictures.py [DATA]`` writes ``docs/pictures/*.png``. It needs the libraries of the tests,
Chromium, and a data folder that holds the demonstration county (``hotspots demo``).
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from threading import Thread

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import sync_playwright  # noqa: E402
from werkzeug.serving import make_server  # noqa: E402

from dashboard import create_app  # noqa: E402
from geo.atlas import Atlas  # noqa: E402
from tests.browser import FLAGS, installed  # noqa: E402

VIOLENCE = "category=violence-and-sexual-offences&from=2023-01"
PICTURES = {
    "explore": ((1440, 810), f"/?{VIOLENCE}&layer=local_moran"),
    "present": ((1440, 810), f"/?{VIOLENCE}&layer=local_moran&view=present"),
    "compare": ((1440, 810), "/?layer=getis_ord&view=compare&compare=ambulance&from=2022-01"),
    "protected": ((1440, 810), "/?source=ae&measure=rate"),
    "assessment": ((1440, 810), f"/?{VIOLENCE}&view=assess"),
    "phone": ((390, 844), f"/?{VIOLENCE}&layer=local_moran"),
}
"""Name of each picture to the size of its window and its address."""
PATIENCE_MS = 120_000
NOTE_PAINT = """addEventListener("hotspots:painted", () => {
  document.documentElement.dataset.painted = "yes";
});"""


def main(data: str = "data") -> None:
    """Take every picture."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, create_app(Atlas.open(data)).server, threaded=True)
    Thread(target=server.serve_forever, daemon=True).start()
    folder = ROOT / "docs" / "pictures"
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


if __name__ == "__main__":
    main(*sys.argv[1:])
