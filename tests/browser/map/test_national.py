"""More areas than a county has: which is under each pixel is found once; they are told when pointed at."""

import json
from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from playwright.sync_api import Page

from geo.data import ground
from tests.support import map_county
from tests.support.map_county import frame
from tests.support.map_page import COLOURS, MapPage

SIDE = 60
IDS = np.arange(SIDE * SIDE)
COUNTRY = {"geometry": {"lsoa": "/lsoa.bin"}, "names": {"lsoa": "/names.json"}, "tiles": {}, "places": None}
NEAR = {"near": {"lsoa": {"begins": "/near-", "files": 2}}}
MIDDLE = SIDE * SIDE // 2 + SIDE // 2


@pytest.fixture(scope="module")
def country_address() -> Iterator[str]:
    """A server of squares of 10 km that a country's map is drawn from."""
    row, column = np.divmod(IDS, SIDE)
    west, south = 100_000 + 10_000 * column, 10_000 * row
    shapes = gpd.GeoDataFrame(geometry=shapely.box(west, south, west + 10_000, south + 10_000), crs=27700)
    called = pd.DataFrame({"name": [f"Area {i}" for i in IDS], "ward": "W", "borough": "B"})
    called.index = pd.Index([f"A{i:05}" for i in IDS])
    tips = {"columns": ["Offences"], "rows": [[f"{i} of them"] for i in range(256)]}
    files = {"lsoa.bin": ground.pack(shapes), "names.json": json.loads(ground.names(called)), "tips": tips}
    moved = shapes.set_geometry(shapes.translate(10_000))  # so that a test sees which are drawn
    half = len(IDS) // 2
    files |= {f"near-{k}.bin": ground.pack(moved[k * half : (k + 1) * half]) for k in range(2)}
    with map_county.serve(files) as address:
        yield address


@pytest.fixture
def country(page: Page, country_address: str) -> Iterator[MapPage]:
    """The map as a country has it; the test fails where the page complains or asks elsewhere."""
    it = MapPage(page, country_address, insets=0, **COUNTRY)
    yield it
    assert it.complaints() == []


def test_a_country_is_coloured_and_recoloured_and_tells_of_an_area(country: MapPage) -> None:
    country.paint(IDS % 5, values=None, tips="/tips?level=lsoa", each=256)
    seen = np.asarray(country.shot())
    wanted = {tuple(colour) for colour in COLOURS}
    assert wanted <= {tuple(colour) for colour in seen.reshape(-1, 3).tolist()}, (
        "every class, in its own colour"
    )
    country.paint(np.full(len(IDS), 4), values=None, tips="/tips?level=lsoa", each=256)
    assert country.middle() == COLOURS[4]
    country.page.mouse.move(683, 384)
    country.page.wait_for_selector(".map-tip-values dd")
    code = country.page.locator(".map-tip-name").text_content().removeprefix("Area ")
    assert country.page.locator(".map-tip-values dd").text_content() == f"{int(code) % 256} of them"
    country.page.mouse.click(683, 384)
    assert country.news() == [[f"A{int(code):05}", False]]


def test_what_is_told_late_of_an_area_stands_inside_the_map(country: MapPage) -> None:
    country.paint(IDS % 5, values=None, tips="/tips?level=lsoa", each=256)
    country.look_at(f"A{MIDDLE:05}")
    country.page.mouse.move(683, 760)
    country.page.wait_for_selector(".map-tip-values dd")
    box = country.page.locator(".map-tip").bounding_box()
    assert box and box["y"] + box["height"] <= 768


def test_near_by_its_areas_are_drawn_as_those_of_a_county(country: MapPage) -> None:
    country.paint(IDS % 5, values=None)
    country.look_at(f"A{MIDDLE:05}")
    assert country.middle() == COLOURS[MIDDLE % 5]


def test_near_by_they_have_the_shapes_of_near_by_as_soon_as_these_come(
    page: Page, country_address: str
) -> None:
    it = MapPage(page, country_address, insets=0, **COUNTRY, **NEAR)
    it.paint(IDS % 5, values=None)
    near = [f"{country_address}near-{k}.bin" for k in range(2)]
    assert not set(near) & set(it.seen.requests), "from afar nothing more is fetched"
    it.look_at(f"A{MIDDLE:05}")
    assert it.middle() == COLOURS[(MIDDLE - 1) % 5]
    assert it.seen.requests.count(near[1]) == 1
    page.mouse.click(683, 384)
    assert it.news() == [[f"A{MIDDLE - 1:05}", False]]
    assert it.complaints() == []


def test_what_is_hidden_is_hatched_from_afar_too(country: MapPage) -> None:
    hidden = {"colour": "#ffffff", "label": "Suppressed", "pattern": "suppressed"}
    country.paint(np.zeros(len(IDS)), values=None, palette=[hidden])
    shot = np.asarray(country.shot(), int)
    assert {0xFFFFFF, 0x7B8893} <= set(np.unique(shot @ [0x10000, 0x100, 1]).tolist())


def test_no_crack_is_between_its_areas(country: MapPage) -> None:
    country.paint(np.full(len(IDS), 4), values=None)
    shot = np.asarray(country.shot())
    inside = shot[334:434, 633:733].reshape(-1, 3)
    assert (inside == COLOURS[4]).all()


def test_two_maps_of_a_country_share_one_camera(country: MapPage) -> None:
    country.paint(np.full(len(IDS), 4), values=None)
    country.do("compare", frame(np.full(len(IDS), 1)))
    assert country.middle(".map-pane >> nth=0") == COLOURS[4]
    assert country.middle(".map-pane >> nth=1") == COLOURS[1]
