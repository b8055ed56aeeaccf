"""The map in headless Chromium, on a made-up county: colours, marks, selection, keys, and what goes wrong."""

import numpy as np
import pytest
from playwright.sync_api import Page

from tests.support.map_county import CONFIG, frame
from tests.support.map_page import CANVAS, COLOURS, IDS, MapPage, N


def test_a_frame_colours_every_area_and_the_next_one_recolours_without_fetching(county: MapPage) -> None:
    county.paint(IDS % 5, query="?first")
    for id_ in (137, 233):
        county.look_at(f"A{id_:05}")
        assert county.middle() == COLOURS[id_ % 5]
    county.paint((IDS + 1) % 5, query="?second")
    assert county.middle() == COLOURS[(233 + 1) % 5]
    assert [detail["query"] for detail in county.page.evaluate("painted")] == ["?first", "?second"]
    assert [county.seen.count(name) for name in CONFIG["geometry"].values()] == [1, 1, 1]


def test_areas_outside_the_filter_fade_into_the_ground(county: MapPage) -> None:
    county.paint(np.where(IDS < 200, 255, 4))
    county.look_at("A00137")
    assert county.middle() not in COLOURS
    county.look_at("A00233")
    assert county.middle() == COLOURS[4]


def test_a_frame_overtaken_while_its_shapes_load_is_not_painted(county: MapPage) -> None:
    late = frame(np.zeros(16), level="ward", query="?late")
    early = frame(np.full(N, 3), query="?early")
    both = "([late, early]) => Promise.all([hotspotsMap.paint(late), hotspotsMap.paint(early)])"
    county.page.evaluate(both, [late, early])
    assert [detail["query"] for detail in county.page.evaluate("painted")] == ["?early"]
    county.look_at("A00233")
    assert county.middle() == COLOURS[3]


def test_another_level_shows_its_own_areas(county: MapPage) -> None:
    county.paint(np.zeros(N))
    county.paint(np.full(16, 4), level="ward")
    county.do("flyTo", "ward-Ward 11")
    county.page.mouse.click(683, 384)
    assert county.news() == [["ward-Ward 11", False]]
    county.paint(np.full(N, 1))
    assert county.middle() == COLOURS[1]


def test_hatchings_differ_from_each_other_and_from_plain(county: MapPage) -> None:
    palette = [
        {"colour": "#ffffff", "label": "No data", "pattern": "nodata"},
        {"colour": "#ffffff", "label": "Suppressed", "pattern": "suppressed"},
        {"colour": "#ffffff", "label": "Less", "lines": "#4393c3"},
        {"colour": "#ffffff", "label": "Low"},
    ]
    inked = []
    for k in range(4):
        county.paint(np.full(N, k), palette=palette)
        county.look_at("A00233")
        pixels = np.asarray(county.shot())[374:394, 673:693]
        inked.append((pixels.min(axis=2) < 200).mean())
    nodata, suppressed, lined, plain = inked
    assert plain == 0 < nodata < suppressed < 0.5
    assert 0.1 < lined < 0.3


def test_the_overlay_lies_over_the_colours(county: MapPage) -> None:
    purple = {"colour": "#54278f", "label": "Most deprived"}
    overlay = frame(np.where(IDS == 233, 0, 255))["classes"]
    county.paint(np.full(N, 4), overlay={"classes": overlay, "palette": [purple]})
    for id_, dotted in ((233, True), (137, False)):
        county.look_at(f"A{id_:05}")
        pixels = np.asarray(county.shot())[364:404, 663:703].reshape(-1, 3)
        assert ((84, 39, 143) in set(map(tuple, pixels.tolist()))) is dotted


def test_clicking_selects_and_clicking_again_or_escape_clears(county: MapPage) -> None:
    county.paint(np.zeros(N))
    county.look_at("A00137")
    plain = county.shot()
    county.page.mouse.click(683, 384)
    county.settle()
    assert county.news() == [["A00137", False]]
    county.page.mouse.move(1, 400)
    county.settle()
    assert county.shot() != plain, "the selected area has an outline"
    county.page.mouse.click(683, 384)
    assert county.news() == [[None, False]]
    county.page.mouse.click(683, 384)
    county.page.keyboard.press("Escape")
    assert county.news() == [["A00137", False], [None, False]]
    county.page.keyboard.down("Shift")
    county.page.mouse.click(683, 384)
    assert county.news() == [["A00137", True]], "with Shift the page gathers a set"


@pytest.mark.parametrize("k", range(5))
def test_what_is_marked_has_a_dark_and_a_light_line_on_every_colour(county: MapPage, k: int) -> None:
    county.paint(np.full(N, k))
    county.look_at("A00137")

    def lines() -> set[int]:
        return set(np.unique(np.asarray(county.shot(), int) @ [0x10000, 0x100, 1]).tolist())

    dark, yellow, white = 0x0B0C0C, 0xFFDD00, 0xFFFFFF
    assert not lines() & {dark, yellow}
    county.do("highlight", ["A00137", "A00138"])
    assert lines() >= {dark, white}
    county.do("highlight", [])
    county.do("select", "A00137")
    assert lines() >= {dark, yellow}


def test_the_tooltip_names_the_area_and_its_numbers(county: MapPage) -> None:
    county.paint(IDS % 5)
    county.look_at("A00137")
    county.page.mouse.move(683, 384)
    tip = county.page.locator(".map-tip")
    assert tip.inner_text().split("\n") == ["Area 137", "Ward 13 · South", "Offences", "2"]
    county.paint((IDS + 1) % 5)
    assert tip.inner_text().endswith("3"), "it follows the numbers while the pointer rests"
    county.paint(np.zeros(16), level="ward")
    assert tip.is_hidden()
    county.paint(IDS % 5)
    county.page.mouse.move(684, 384)
    assert tip.is_visible()
    county.page.keyboard.press("Escape")
    county.page.locator(CANVAS).focus()
    county.page.keyboard.press("Escape")
    assert tip.is_hidden()
    county.page.evaluate("hotspotsMap.point('A00137')")
    county.paint((IDS + 2) % 5)
    assert tip.is_hidden(), "what a list points at is drawn, not described"


def test_the_map_works_by_keyboard(county: MapPage) -> None:
    county.paint(IDS % 5)
    county.look_at("A00137")
    canvas = county.page.locator(CANVAS)
    assert "Arrow keys" in (canvas.get_attribute("aria-label") or "")
    canvas.focus()
    county.page.keyboard.press("Enter")
    assert county.news() == [["A00137", False]]
    for _ in range(3):
        county.page.keyboard.press("ArrowUp")
        county.settle()
    county.page.keyboard.press("Enter")
    ((code, _),) = county.news()
    assert code > "A00137", "further north"
    assert county.page.locator(".map-tip-name").inner_text() == f"Area {int(code[1:])}"
    county.page.keyboard.press("Tab")
    focused = "document.activeElement.getAttribute('aria-label')"
    assert county.page.evaluate(focused) == "Zoom in"


def test_a_stroke_gathers_the_areas_inside(county: MapPage) -> None:
    county.paint(np.zeros(N))
    county.do("setLasso", True)
    mouse = county.page.mouse
    mouse.move(420, 100)
    mouse.down()
    for x, y in ((940, 100), (940, 380), (420, 380)):
        mouse.move(x, y, steps=20)
    mouse.up()
    ((*codes,),) = county.news()
    assert 100 < len(codes) < 250
    assert min(codes) >= "A00150", "only the north"
    county.do("setLasso", False)
    mouse.click(683, 200)
    assert len(county.news()) == 1


def test_the_last_good_map_stays_when_shapes_cannot_be_had(page: Page, address: str) -> None:
    geometry = {**CONFIG["geometry"], "oa": "/nowhere.json"}
    it = MapPage(page, address, geometry=geometry, insets=0)
    it.paint(np.full(N, 4))
    it.look_at("A00137")
    it.paint([0], level="oa")
    assert "Reload" in it.page.get_by_role("alert").inner_text()
    assert it.complaints()
    it.paint(np.full(N, 3))
    assert it.page.get_by_role("alert").count() == 0
    assert it.middle() == COLOURS[3]
