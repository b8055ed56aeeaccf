"""More areas than a county has: the map library draws them, or the page itself where that cannot."""

from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Page

from tests.support.map_county import frame
from tests.support.map_page import COLOURS, IDS, MapPage, N

LIBRARY = "maplibre-gl.mjs"
NO_WEBGL = """const made = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...how) {
  return kind.startsWith("webgl") ? null : made.call(this, kind, ...how);
};"""


@pytest.fixture
def country(page: Page, address: str) -> Iterator[MapPage]:
    """The map as a country has it; the test fails where the page complains or asks elsewhere."""
    it = MapPage(page, address, insets=0, national=True)
    yield it
    assert it.complaints() == []


def test_the_library_draws_recolours_and_tells_of_a_click(country: MapPage) -> None:
    country.paint(IDS % 5)
    country.look_at("A00137")
    assert country.seen.count(LIBRARY) == 1
    assert country.middle() == COLOURS[137 % 5]
    country.page.mouse.click(683, 384)
    assert country.news() == [["A00137", False]]
    country.paint(np.full(16, 4), level="ward")
    country.paint((IDS + 1) % 5)
    assert country.middle() == COLOURS[(137 + 1) % 5]


def test_the_library_draws_hatchings_dots_and_lines_around_what_is_marked(country: MapPage) -> None:
    dots = {
        "classes": frame(np.where(IDS == 137, 0, 255))["classes"],
        "palette": [{"colour": "#54278f", "label": "Most deprived"}],
    }
    hidden = {"colour": "#ffffff", "label": "Suppressed", "pattern": "suppressed"}
    lined = {"colour": "#cfe1ef", "label": "Less", "lines": "#4393c3"}
    country.paint(IDS % 2, palette=[hidden, lined], overlay=dots, selected="A00137")
    country.look_at("A00137")
    shot = np.asarray(country.shot(), int)
    assert {0x54278F, 0xFFDD00, 0x7B8893} <= set(np.unique(shot @ [0x10000, 0x100, 1]).tolist())
    line = np.abs(shot - (0x43, 0x93, 0xC3)).sum(axis=2)
    assert line.min() < 40, "thin, and so a little softer"


def test_two_maps_of_the_library_share_one_camera(country: MapPage) -> None:
    country.paint(np.full(N, 4))
    country.do("compare", frame(np.full(N, 1)))
    country.look_at("A00137")
    assert country.middle(".map-pane >> nth=0") == COLOURS[4]
    assert country.middle(".map-pane >> nth=1") == COLOURS[1]
    for x in (341, 1024):
        country.page.mouse.click(x, 384)
    assert country.news() == [["A00137", False], [None, False]], "the same area in the middle of both"


@pytest.mark.parametrize("lacking", ["webgl", "library"])
def test_without_webgl_or_the_library_the_page_draws_the_map_itself(
    new_tab: Page, address: str, lacking: str
) -> None:
    if lacking == "webgl":
        new_tab.add_init_script(NO_WEBGL)
    more = {"vendor": f"{address}assets/nowhere/"} if lacking == "library" else {}
    it = MapPage(new_tab, address, insets=0, national=True, **more)
    it.paint(IDS % 5)
    it.look_at("A00137")
    assert it.middle() == COLOURS[137 % 5]


def test_a_county_does_not_ask_for_the_library(page: Page, address: str) -> None:
    it = MapPage(page, address, insets=0)
    it.paint(IDS % 5)
    assert it.seen.count(LIBRARY) == 0
