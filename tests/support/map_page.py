"""The map alone on a page: what a test does to it and sees of it."""

import io
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Page

from tests.support import map_county
from tests.support.browser import FRAMES, leave, watch
from tests.support.map_county import CONFIG, PALETTE, frame

N = 400
IDS = np.arange(N)
CANVAS = ".map-pane:not(.map-second) canvas"
COLOURS = [tuple(int(entry["colour"][i : i + 2], 16) for i in (1, 3, 5)) for entry in PALETTE]


class MapPage:
    """The page with the map: what a test does to it and sees of it."""

    def __init__(self, page: Page, address: str, **config: Any) -> None:
        self.page, self.address = page, address
        leave(self.page)
        self.seen = watch(page)
        self.page.goto(address)
        self.page.evaluate(
            """async (config) => {
                window.hotspotsMap = await import("/assets/map/map.mjs");
                window.news = [];
                hotspotsMap.onSelect((code, how) => news.push([code, how.additive]));
                hotspotsMap.onLasso((codes) => news.push(codes));
                window.painted = [];
                addEventListener("hotspots:painted", (event) => painted.push(event.detail));
                await hotspotsMap.mount("map", config);
            }""",
            {**CONFIG, **config},
        )

    def paint(self, classes: Any, **more: Any) -> None:
        """Paint a frame and wait until all of it, insets too, is on the screen."""
        self.do("paint", frame(classes, **more))

    def do(self, name: str, *arguments: Any) -> None:
        script = "async ([name, given]) => { await hotspotsMap[name](...given); }"
        self.page.evaluate(script, [name, list(arguments)])
        self.settle()

    def settle(self) -> None:
        """Wait until nothing is left to load or to move."""
        self.page.evaluate(FRAMES)
        self.page.evaluate("hotspotsMap.settled()")

    def shot(self, selector: str = "#map") -> Image.Image:
        return Image.open(io.BytesIO(self.page.locator(selector).screenshot())).convert("RGB")

    def middle(self, selector: str = "#map") -> tuple[int, ...]:
        """Colour in the middle of an element."""
        image = self.shot(selector)
        pixel = image.getpixel((image.width // 2, image.height // 2))
        assert isinstance(pixel, tuple)
        return pixel

    def look_at(self, code: str) -> None:
        self.do("flyTo", code)

    def complaints(self) -> list[str]:
        """Errors of the page since the last asking, and requests that left this server."""
        asked = [url for url in self.seen.requests if not url.startswith((self.address, "blob:", "data:"))]
        found = [*self.seen.complaints, *asked]
        self.seen.complaints.clear()
        return found

    def news(self) -> list[Any]:
        """What the callbacks were told since the last asking."""
        return self.page.evaluate("news.splice(0)")


def in_towns(files: dict[str, Any]) -> list[int]:
    """Ids of the four areas nearest to each town."""
    shapes = [np.mean(f["geometry"]["coordinates"][0][:4], axis=0) for f in files["lsoa.json"]["features"]]
    towns = map_county.TOWNS.values()
    return [int(i) for t in towns for i in np.argsort(np.hypot(*(np.array(shapes) - t).T))[:4]]
