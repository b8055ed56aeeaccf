"""The map in headless Chromium, on a made-up county: colours, marks, insets, layouts, keys and failures."""

import io
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, Page

from tests.support import map_county
from tests.support.browser import watch
from tests.support.map_county import CONFIG, INSETS, PALETTE, frame

pytestmark = pytest.mark.browser

N = 400
IDS = np.arange(N)
CANVAS = ".map-pane:not(.map-second) canvas"
COLOURS = [tuple(int(entry["colour"][i : i + 2], 16) for i in (1, 3, 5)) for entry in PALETTE]


@pytest.fixture(scope="module")
def files() -> dict[str, Any]:
    return map_county.county()


@pytest.fixture(scope="module")
def address(files: dict[str, Any]) -> Iterator[str]:
    with map_county.serve(files) as url:
        yield url


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """An empty page of a laptop that asks for reduced motion."""
    context = chromium.new_context(viewport={"width": 1366, "height": 768}, reduced_motion="reduce")
    yield context.new_page()
    context.close()


class MapPage:
    """The page with the map: what a test does to it and sees of it."""

    def __init__(self, page: Page, address: str, **config: Any) -> None:
        self.page, self.address = page, address
        self.seen = watch(page)
        self.page.goto(address)
        self.page.evaluate(
            """async (config) => {
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


@pytest.fixture
def county(page: Page, address: str) -> Iterator[MapPage]:
    """The map without insets; the test fails where the page complains or asks elsewhere."""
    it = MapPage(page, address, insets=False)
    yield it
    assert it.complaints() == []


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


def test_an_answer_to_an_older_question_is_not_painted(county: MapPage) -> None:
    county.do("expect", "?new")
    county.paint(np.full(N, 4), query="?new")
    county.paint(np.full(N, 0), query="?old")
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
        {"colour": "#ffffff", "label": "Low"},
    ]
    inked = []
    for k in range(3):
        county.paint(np.full(N, k), palette=palette)
        county.look_at("A00233")
        pixels = np.asarray(county.shot())[374:394, 673:693]
        inked.append((pixels.min(axis=2) < 200).mean())
    nodata, suppressed, plain = inked
    assert plain == 0 < nodata < suppressed < 0.5


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

    def lines() -> set[tuple[int, ...]]:
        return set(map(tuple, np.asarray(county.shot()).reshape(-1, 3)[::2].tolist()))

    dark, yellow, white = (0x0B, 0x0C, 0x0C), (0xFF, 0xDD, 0x00), (255, 255, 255)
    assert not lines() & {dark, yellow}
    county.do("highlight", ["A00137", "A00138"])
    assert lines() >= {dark, white}
    county.do("highlight", [])
    county.do("select", "A00137")
    assert lines() >= {dark, yellow}


def test_a_set_has_one_line_around_it(county: MapPage, files: dict[str, Any]) -> None:
    segments = county.page.evaluate(
        """async (geojson) => {
            const { Shapes } = await import("/assets/map/shapes.mjs");
            const shapes = new Shapes("x", geojson);
            return [[0], [0, 1], [0, 1, 20, 21], [0, 3]].map((ids) => shapes.around(ids).length);
        }""",
        files["lsoa.json"],
    )
    assert segments == [4, 6, 8, 8]


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


# ---------------------------------------------------------------- insets


def in_towns(files: dict[str, Any]) -> list[int]:
    """Ids of the four areas nearest to each town."""
    shapes = [np.mean(f["geometry"]["coordinates"][0][:4], axis=0) for f in files["lsoa.json"]["features"]]
    towns = map_county.TOWNS.values()
    return [int(i) for t in towns for i in np.argsort(np.hypot(*(np.array(shapes) - t).T))[:4]]


def test_towns_are_framed_and_magnified(
    page: Page,
    address: str,
    files: dict[str, Any],
) -> None:
    it = MapPage(page, address)
    ranked = in_towns(files)
    classes = np.zeros(N)
    classes[ranked] = 4
    it.paint(classes, ranked=ranked, insets=INSETS)
    captions = it.page.locator(".map-caption")
    assert captions.all_inner_texts() == ["Northtown", "Southtown"]
    assert it.page.locator(".map-frame").all_inner_texts() == ["Northtown", "Southtown"]
    inset = it.page.locator(".map-inset").first
    assert sorted(inset.locator(".map-badge").all_inner_texts()) == ["1", "2", "3", "4"]
    share = (np.asarray(it.shot(".map-inset >> nth=0")) == COLOURS[4]).all(axis=2).mean()
    assert share > 0.01, "the inset has the colours of the map, larger"
    main_badges = it.page.locator(".map-pane .map-badge:visible")
    assert main_badges.count() == 0, "the numbers stand where there is room for them"

    box = inset.bounding_box()
    assert box
    it.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    ((code, _),) = it.news()
    assert code in {f"A{i:05}" for i in range(N)}
    classes[ranked] = 2
    it.paint(classes, ranked=ranked, insets=INSETS)
    assert (np.asarray(it.shot(".map-inset >> nth=0")) == COLOURS[2]).all(axis=2).mean() > 0.01

    assert Axe().run(page, context="#map").response["violations"] == []

    captions.first.click()
    it.settle()
    assert main_badges.count() == 4, "looked at closely, the main map has the numbers"
    it.do("setInsets", False)
    assert it.page.locator(".map-inset:visible").count() == 0
    assert it.complaints() == []


def test_an_inset_shows_the_areas_of_its_window(page: Page, address: str) -> None:
    it = MapPage(page, address)
    it.paint(IDS % 5, insets=[{**INSETS[1], "name": "The quay"}])
    assert it.page.locator(".map-caption").all_inner_texts() == ["The quay"]
    it.page.locator(".map-inset canvas").click()
    assert len(it.news()) == 1
    assert it.page.locator(".map-tip-where").inner_text().endswith("South")


def test_frames_in_quick_succession_leave_the_insets_of_the_last(
    page: Page,
    address: str,
    files: dict[str, Any],
) -> None:
    it = MapPage(page, address)
    ranked = in_towns(files)
    both = [
        frame(IDS % 5, ranked=ranked, insets=some, query=f"?{len(some)}") for some in (INSETS, INSETS[:1])
    ]
    page.evaluate("(frames) => Promise.all(frames.map((frame) => hotspotsMap.paint(frame)))", both)
    it.settle()
    assert it.page.locator(".map-caption:visible").all_inner_texts() == ["Northtown"]
    it.paint(IDS % 5, ranked=ranked, insets=INSETS)
    assert it.page.locator(".map-caption:visible").all_inner_texts() == ["Northtown", "Southtown"]
    assert it.complaints() == []


def test_a_narrow_page_has_no_insets(page: Page, address: str, files: dict[str, Any]) -> None:
    page.set_viewport_size({"width": 390, "height": 700})
    it = MapPage(page, address)
    it.paint(np.zeros(N), ranked=in_towns(files), insets=INSETS)
    assert it.page.locator(".map-inset").count() == 0
    assert it.page.locator(".map-pane .map-badge:visible").count() == 8
    page.set_viewport_size({"width": 1366, "height": 768})
    page.wait_for_selector(".map-inset >> nth=1")


# ---------------------------------------------------------------- layouts and comparison


def test_tiles_show_the_same_colours_and_selection(county: MapPage) -> None:
    county.paint(IDS % 5, selected="A00137")
    county.do("setLayout", "tiles")
    county.look_at("A00233")
    assert county.middle() == COLOURS[233 % 5]
    assert county.page.locator(".map-place").all_inner_texts() == ["South", "North"]
    county.page.mouse.click(683, 384)
    assert county.news() == [["A00233", False]]
    county.do("setLayout", "geo")
    county.look_at("A00137")
    assert county.middle() == COLOURS[137 % 5]
    assert county.seen.count("/lsoa-tiles.json") == county.seen.count("/lsoa.json") == 1


def test_outlines_of_tiles_run_where_wards_and_boroughs_meet(county: MapPage, files: dict[str, Any]) -> None:
    edges = county.page.evaluate(
        """async (geojson) => {
            const { Shapes, outlinesBetween } = await import("/assets/map/shapes.mjs");
            const found = outlinesBetween(new Shapes("x", geojson));
            return found.map(({ properties, geometry }) => [properties.kind, geometry.coordinates.length]);
        }""",
        files["lsoa-tiles.json"],
    )
    assert edges == [["ward", 80 + 6 * 20], ["borough", 80 + 20]]


def test_two_frames_side_by_side_share_one_camera(county: MapPage) -> None:
    county.paint(np.full(N, 4), title="This year")
    county.do("compare", frame(np.full(N, 1), title="Last year"))
    assert county.page.locator(".map-title").all_inner_texts() == ["This year", "Last year"]
    county.look_at("A00137")
    left, right = ".map-pane >> nth=0", ".map-pane >> nth=1"
    assert county.middle(left) == COLOURS[4]
    assert county.middle(right) == COLOURS[1]
    for x in (341, 1024):
        county.page.mouse.click(x, 384)
    assert county.news() == [["A00137", False], [None, False]], "the same area in the middle of both"
    county.do("compare", None)
    assert county.page.locator(".map-pane").count() == 1


def test_a_divider_uncovers_one_map_or_the_other(county: MapPage) -> None:
    county.paint(np.full(N, 4))
    county.do("compare", frame(np.full(N, 1)), "swipe")
    county.look_at("A00137")
    divider = county.page.get_by_role("slider", name="Divider between the two maps")
    divider.focus()
    for key, colour in (("Home", COLOURS[1]), ("End", COLOURS[4])):
        county.page.keyboard.press(key)
        assert county.middle() == colour


def test_the_map_takes_the_colours_of_the_page(county: MapPage) -> None:
    county.paint(np.where(IDS < 200, 255, 4))
    county.page.add_style_tag(
        content=":root { --map-water: rgb(10 20 30); --map-outside: #123; --map-hair: #abc }"
    )
    county.do("restyle")
    assert county.shot().getpixel((5, 400)) == (10, 20, 30)
    county.look_at("A00137")
    assert county.middle() == (0x11, 0x22, 0x33)


# ---------------------------------------------------------------- what goes wrong


def test_without_webgl_the_page_says_so(page: Page, address: str) -> None:
    page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null;")
    it = MapPage(page, address)
    it.paint(np.zeros(N))
    assert "WebGL" in it.page.get_by_role("alert").inner_text()
    assert "table" in it.page.get_by_role("alert").inner_text()


def test_without_the_library_the_page_names_the_remedy(page: Page, address: str) -> None:
    it = MapPage(page, address, vendor="/assets/nowhere/")
    assert "tools/vendor.py" in it.page.get_by_role("alert").inner_text()
    assert it.complaints()


def test_the_last_good_map_stays_when_shapes_cannot_be_had(page: Page, address: str) -> None:
    geometry = {**CONFIG["geometry"], "oa": "/nowhere.json"}
    it = MapPage(page, address, geometry=geometry, insets=False)
    it.paint(np.full(N, 4))
    it.look_at("A00137")
    it.paint([0], level="oa")
    assert "Reload" in it.page.get_by_role("alert").inner_text()
    assert it.complaints()
    it.paint(np.full(N, 3))
    assert it.page.get_by_role("alert").count() == 0
    assert it.middle() == COLOURS[3]


def test_the_county_keeps_clear_of_what_lies_over_the_map(county: MapPage) -> None:
    around = [
        [-0.6, 51.8],
        [-0.2, 52.0],
        [-0.2, 52.3],
        [-0.3, 52.3],
        [-0.6, 51.85],
    ]  # nothing in the north-west
    script = """async ([points, size, boxes]) => {
        const { fitAround } = await import("/assets/map/fit.mjs");
        return fitAround(points, size, boxes);
    }"""
    hidden = county.page.evaluate(script, [around, {"width": 0, "height": 0}, []])
    assert np.isfinite([hidden["zoom"], *hidden["center"]]).all()
    size = {"width": 800, "height": 800}
    free, beside, beneath = (
        county.page.evaluate(script, [around, size, boxes])
        for boxes in (
            [],
            [{"left": 0, "top": 0, "right": 200, "bottom": 200}],
            [{"left": 0, "top": 600, "right": 700, "bottom": 800}],
        )
    )
    assert beside == free, "an obstacle in an empty corner costs nothing"
    assert beneath["zoom"] < free["zoom"]


def test_the_areas_give_way_to_a_legend_that_grows(page: Page, address: str) -> None:
    page.add_init_script(
        """addEventListener("DOMContentLoaded", () => {
            const legend = document.createElement("div");
            legend.className = "legend";
            legend.style = "position: absolute; left: 0; bottom: 0; width: 900px; height: 0; opacity: 0";
            document.body.append(legend);
        })"""
    )
    it = MapPage(page, address, insets=False)
    it.paint(np.full(N, 4))
    under = slice(468, 768), slice(0, 900)
    assert (np.asarray(it.shot())[under] == COLOURS[4]).all(axis=2).any()
    page.evaluate("document.querySelector('.legend').style.height = '300px'")
    page.wait_for_timeout(100)
    it.settle()
    assert not (np.asarray(it.shot())[under] == COLOURS[4]).all(axis=2).any()


def test_the_scale_bar_is_a_round_distance_as_long_as_it_says(county: MapPage) -> None:
    county.paint(np.zeros(N))
    bar = county.page.locator(".map-scale")
    metres = []
    for zoom in ("zoom out", "fly"):
        if zoom == "fly":
            county.look_at("A00137")
        number, unit = bar.inner_text().split()
        metres.append(int(number) * (1000 if unit == "km" else 1))
        box = bar.bounding_box()
        assert box
        assert 40 <= box["width"] <= 111
        # The county is 0.5 degrees wide at 52 degrees north: 34 km.
        if zoom == "zoom out":
            lit = (np.asarray(county.shot()) == COLOURS[0]).all(axis=2).any(axis=0)
            wide = np.flatnonzero(lit)[-1] - np.flatnonzero(lit)[0]
            assert 34_250 / wide == pytest.approx(metres[0] / box["width"], rel=0.05)
    assert metres[0] > metres[1]
    assert {m // 10 ** (len(str(m)) - 1) for m in metres} <= {1, 2, 5}
    county.do("setLayout", "tiles")
    assert bar.is_hidden(), "tiles are not to scale"


def test_a_tooltip_is_never_cut_off(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 390, "height": 700})
    it = MapPage(page, address)
    it.paint(IDS % 5)
    it.look_at("A00137")
    for x, y in ((2, 2), (388, 2), (2, 698), (388, 698), (195, 350)):
        it.page.mouse.move(x, y)
        tip = it.page.locator(".map-tip")
        if tip.is_hidden():
            continue
        box = tip.bounding_box()
        assert box
        assert box["x"] >= 0 <= box["y"]
        assert box["x"] + box["width"] <= 390
        assert box["y"] + box["height"] <= 700
    assert it.page.locator(".map-tip").is_visible()


def test_crowded_numbers_are_moved_apart(county: MapPage) -> None:
    points = [[100, 100], [100, 100], [104, 100], [300, 300]]
    script = "async (p) => (await import('/assets/map/marks.mjs')).spread(p, [12, 12, 12, 12])"
    moved = np.array(county.page.evaluate(script, points))
    gaps = np.hypot(*(moved[:, None] - moved[None]).transpose(2, 0, 1))[np.triu_indices(4, 1)]
    assert gaps.min() >= 23.5
    assert moved[3].tolist() == [300, 300]


def test_numbers_leave_small_areas_free(page: Page, address: str, files: dict[str, Any]) -> None:
    page.set_viewport_size({"width": 700, "height": 500})
    it = MapPage(page, address)
    it.paint(np.zeros(N), ranked=in_towns(files), insets=INSETS)
    inset = it.page.locator(".map-inset").first
    assert inset.locator(".map-badge").count() == inset.locator("circle").count() == 4
    frame_box = inset.bounding_box()
    assert frame_box
    dots = [
        (
            frame_box["x"] + 2 + float(dot.get_attribute("cx") or 0),
            frame_box["y"] + 2 + float(dot.get_attribute("cy") or 0),
        )
        for dot in inset.locator("circle").all()
    ]
    for badge in inset.locator(".map-badge").all():
        box = badge.bounding_box()
        assert box
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        assert min(np.hypot(x - dot[0], y - dot[1]) for dot in dots) >= box["height"] / 2
