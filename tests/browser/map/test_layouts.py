"""What the map is set out as: towns magnified, tiles, two frames, and room for what lies over it."""

import itertools
from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.support.map_county import INSETS, frame
from tests.support.map_page import COLOURS, IDS, MapPage, N, in_towns


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
    assert it.complaints() == []


THIRD = {"name": "Eastville", "box": [-0.245, 52.072, -0.155, 52.128]}


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (390, 844)])
def test_a_third_town_is_magnified_beside_the_two(
    page: Page, address: str, files: dict[str, Any], width: int, height: int
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    it = MapPage(page, address)
    it.paint(np.zeros(N), ranked=in_towns(files), insets=[*INSETS, THIRD])
    captions = it.page.locator(".map-caption:visible")
    assert captions.all_inner_texts() == ["Northtown", "Southtown", "Eastville"]
    boxes = [inset.bounding_box() for inset in it.page.locator(".map-inset").all()]
    for box in boxes:
        assert box["x"] >= 0 and box["x"] + box["width"] <= width
        assert box["y"] >= 0 and box["y"] + box["height"] <= height
    for one, other in itertools.pairwise(boxes):
        apart = one["x"] + one["width"] < other["x"], one["y"] + one["height"] < other["y"]
        assert apart == (width < 480, width >= 480)
    it.paint(np.zeros(N), ranked=in_towns(files), insets=INSETS)
    assert captions.all_inner_texts() == ["Northtown", "Southtown"]
    assert it.complaints() == []


def test_above_a_high_legend_the_towns_are_magnified_beside_each_other(
    page: Page, address: str, files: dict[str, Any]
) -> None:
    page.set_viewport_size({"width": 592, "height": 540})
    it = MapPage(page, address)
    page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', `<div class='legend' style='position: fixed; "
        "right: 12px; bottom: 12px; width: 280px; height: 260px'></div>`)"
    )
    it.do("move", "map")
    it.paint(np.zeros(N), ranked=in_towns(files), insets=INSETS)
    it.do("move", "map")
    legend = page.locator(".legend").bounding_box()
    one, other = (inset.bounding_box() for inset in page.locator(".map-inset").all())
    assert legend and one and other
    assert one["y"] == other["y"] and one["x"] + one["width"] < other["x"]
    assert min(one["width"], one["height"]) >= 96 and one["y"] + one["height"] <= legend["y"]


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


def test_a_narrow_page_has_its_insets_in_a_row(page: Page, address: str, files: dict[str, Any]) -> None:
    page.set_viewport_size({"width": 390, "height": 700})
    it = MapPage(page, address)
    it.paint(np.zeros(N), ranked=in_towns(files), insets=INSETS)
    one, other = (inset.bounding_box() for inset in it.page.locator(".map-inset").all())
    assert one["y"] == other["y"] and one["x"] + one["width"] < other["x"]
    assert it.page.locator(".map-inset .map-badge:visible").count() == 8
    page.set_viewport_size({"width": 1366, "height": 768})
    it.settle()
    one, other = (inset.bounding_box() for inset in it.page.locator(".map-inset").all())
    assert one["x"] == other["x"] and one["y"] + one["height"] < other["y"]


def test_both_maps_of_a_comparison_magnify_the_same_towns(
    page: Page, address: str, files: dict[str, Any]
) -> None:
    county = MapPage(page, address)
    ranked = in_towns(files)
    county.paint(np.zeros(N), ranked=ranked, insets=INSETS)
    county.do("compare", frame(np.full(N, 1), ranked=ranked, insets=INSETS))
    names = county.page.locator(".map-caption:visible").all_inner_texts()
    assert names == ["Northtown", "Southtown"] * 2
    assert county.page.locator(".map-insets-second .map-badge:visible").count() == 8
    county.do("compare", None)
    assert county.page.locator(".map-insets-second").count() == 0


@pytest.mark.parametrize(("size", "beside"), [((700, 700), False), ((1200, 520), True)])
def test_insets_of_two_maps_stand_where_these_are_larger_for_it(
    page: Page, address: str, files: dict[str, Any], size: tuple[int, int], *, beside: bool
) -> None:
    """Below high maps, beside wide ones: below they left the county a quarter of its pane."""
    page.set_viewport_size({"width": size[0], "height": size[1]})
    county = MapPage(page, address)
    ranked = in_towns(files)
    county.paint(np.zeros(N), ranked=ranked, insets=INSETS)
    county.do("compare", frame(np.full(N, 1), ranked=ranked, insets=INSETS))
    county.settle()
    boxes = [inset.bounding_box() for inset in county.page.locator(".map-inset:visible").all()]
    assert len(boxes) == 4
    for pair, (left, right) in zip(
        (boxes[:2], boxes[2:]), ((0, size[0] / 2), (size[0] / 2, size[0])), strict=True
    ):
        one, other = pair
        assert all(left <= box["x"] and box["x"] + box["width"] <= right for box in pair)
        if beside:
            assert one["x"] == other["x"] and one["y"] + one["height"] < other["y"]
        else:
            assert one["y"] == other["y"] and one["x"] + one["width"] < other["x"]
    county.do("compare", None)


def test_tiles_show_the_same_colours_and_selection(county: MapPage) -> None:
    county.paint(IDS % 5, selected="A00137")
    county.paint(IDS % 5, selected="A00137", layout="tiles")
    county.look_at("A00233")
    assert county.middle() == COLOURS[233 % 5]
    assert county.page.locator(".map-place").all_inner_texts() == ["South", "North"]
    county.page.mouse.click(683, 384)
    assert county.news() == [["A00233", False]]
    county.paint(IDS % 5)
    county.look_at("A00137")
    assert county.middle() == COLOURS[137 % 5]
    assert county.seen.count("/lsoa-tiles.json") == county.seen.count("/lsoa.json") == 1


def test_a_frame_that_waits_for_its_shapes_is_not_lost_where_the_page_changes_its_colours(
    county: MapPage,
) -> None:
    county.paint(np.zeros(N))
    tiled = frame(np.full(N, 4), query="?tiled", layout="tiles")
    county.page.evaluate("(tiled) => Promise.all([hotspotsMap.paint(tiled), hotspotsMap.restyle()])", tiled)
    county.settle()
    assert county.page.evaluate("painted.at(-1).query") == "?tiled"
    assert county.page.locator(".map-place").all_inner_texts() == ["South", "North"]


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


def with_legend(page: Page, width: int, height: int) -> Page:
    """A tab whose page lays a legend over the corner at the bottom on the left."""
    style = f"position: absolute; left: 0; bottom: 0; width: {width}px; height: {height}px; opacity: 0"
    page.add_init_script(
        f"""addEventListener("DOMContentLoaded", () => {{
            const legend = document.createElement("div");
            legend.className = "legend";
            legend.style = "{style}";
            document.body.append(legend);
        }})"""
    )
    return page


@pytest.mark.parametrize("insets", [0, 2])
@pytest.mark.parametrize("width", [400, 1366])
def test_the_scale_bar_stands_beside_or_above_the_legend(
    new_tab: Page, address: str, width: int, insets: int
) -> None:
    """It was hidden behind one that takes both corners."""
    it = MapPage(with_legend(new_tab, width, 100), address, insets=insets)
    it.paint(np.full(N, 4))
    bar, legend = (new_tab.locator(part).bounding_box() for part in (".map-scale", ".legend"))
    assert bar and legend
    beside = bar["x"] >= legend["x"] + legend["width"]
    assert beside if width == 400 else bar["y"] + bar["height"] <= legend["y"]


def test_the_areas_give_way_to_a_legend_that_grows(new_tab: Page, address: str) -> None:
    page = with_legend(new_tab, 1366, 0)
    it = MapPage(page, address, insets=0)
    it.paint(np.full(N, 4))
    under = slice(468, 768), slice(0, 900)
    assert (np.asarray(it.shot())[under] == COLOURS[4]).all(axis=2).any()
    page.evaluate("document.querySelector('.legend').style.height = '300px'")
    it.settle()
    assert not (np.asarray(it.shot())[under] == COLOURS[4]).all(axis=2).any()
    page.evaluate("document.querySelector('.legend').style.height = '0'")
    it.settle()
    assert (np.asarray(it.shot())[under] == COLOURS[4]).all(axis=2).any(), "and take its room again"


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
        assert 51 <= box["width"] <= 129
        assert bar.evaluate("it => it.scrollWidth <= it.clientWidth"), "its words are within it"
        # The county is 0.5 degrees wide at 52 degrees north: 34 km.
        if zoom == "zoom out":
            lit = (np.asarray(county.shot()) == COLOURS[0]).all(axis=2).any(axis=0)
            wide = np.flatnonzero(lit)[-1] - np.flatnonzero(lit)[0]
            assert 34_250 / wide == pytest.approx(metres[0] / box["width"], rel=0.05)
    assert metres[0] > metres[1]
    assert {m // 10 ** (len(str(m)) - 1) for m in metres} <= {1, 2, 5}
    county.paint(np.zeros(N), layout="tiles")
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
