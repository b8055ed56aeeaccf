"""Does the page fit its window? Narrow, zoomed, and under a long stamp."""

import io
from itertools import pairwise

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page

from tests.support.browser import FRAMES, LAPTOP, visit

WITHIN = """(it) => {
  const [chart, box] = [it, it.querySelector(".cursor-box")].map((one) => one.getBoundingClientRect());
  return box.width ? box.left >= chart.left - 1 && box.right <= chart.right + 1 : null;
}"""
"""Whether a cursor stands on its chart; null where none is shown."""


@pytest.mark.parametrize("width", [320, 683, 1024])
def test_narrow_and_zoomed_pages_do_not_scroll_sideways(page: Page, address: str, width: int):
    page.set_viewport_size({"width": width, "height": 700})
    visit(page, address, "?layer=local_moran")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("name", ["Choose months", "Choose hours"])
def test_a_cursor_that_was_left_does_not_widen_a_page_that_is_narrowed(page: Page, address: str, name: str):
    """Hidden, it stood where it had been drawn: a page of 320 pixels scrolled to 520."""
    visit(page, address, "?layer=local_moran")
    cursor = page.get_by_role("slider", name=name)
    for focused in (True, False):
        cursor.press("End")
        if not focused:
            cursor.evaluate("it => it.blur()")
        page.set_viewport_size({"width": 320, "height": 700})
        page.evaluate(FRAMES)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, focused
        inside = cursor.evaluate(WITHIN)
        assert inside if focused else inside is None
        page.set_viewport_size(LAPTOP)


def test_a_finding_is_whole_under_many_notes(page: Page, address: str):
    """It was cut in half where several parts of an address could not be taken."""
    visit(page, address, "?source=foo&layer=bar&from=2030-01&to=2031-01&area=E01&measure=x&level=y&mark=z")
    assert page.locator(".notices > p").count() >= 5
    for height in (768, 600, 1080):
        page.set_viewport_size({"width": 1366, "height": height})
        finding, said = (page.locator(part).bounding_box() for part in (".finding", "#finding-said"))
        assert finding and said
        assert finding["y"] <= said["y"], height
        assert said["y"] + said["height"] <= finding["y"] + finding["height"], height
        ranked = page.locator(".ranking h2").bounding_box()
        assert ranked and ranked["y"] >= said["y"] + said["height"], height


def test_two_maps_without_magnified_towns_have_the_room(page: Page, address: str):
    """Beneath both a row was kept free for windows that a map of boroughs has none of."""
    visit(page, address, "?view=compare&compare=ae&level=borough")
    assert not page.locator(".map-inset:visible").count()
    pane = page.locator(".map-pane").first
    one, other = (badge.bounding_box() for badge in pane.locator(".map-badge").all())
    around = pane.bounding_box()
    assert one and other and around
    assert abs(one["x"] - other["x"]) > 0.36 * around["width"]


def test_a_long_borough_has_two_lines_where_the_table_is_narrow(page: Page, address: str):
    """ "Central Bedfordshire" was "Central Bedfordsh…" beside numbers of six figures."""
    page.set_viewport_size({"width": 1024, "height": 768})
    visit(page, address, "?layer=agreement&level=borough")
    row = page.locator("#table .row").first
    name = row.locator(".cell-start")
    name.evaluate("it => { it.textContent = 'Central Bedfordshire and Milton Keynes'; }")
    assert name.evaluate("it => it.scrollWidth <= it.clientWidth && it.scrollHeight <= it.clientHeight")
    inside, around = name.bounding_box(), row.bounding_box()
    assert inside and around and inside["height"] <= around["height"]


def test_a_long_stamp_gives_way_to_the_buttons(page: Page, address: str):
    visit(page, address)
    stamp = page.locator(".bar > .badge")
    stamp.evaluate("(badge) => { badge.textContent = 'Official-sensitive: true small numbers'; }")
    for width in (1366, 1280, 1110):
        page.set_viewport_size({"width": width, "height": 700})
        bar = page.locator(".page > .bar").bounding_box()
        for part in page.locator(".bar > :is(.badge, .bar-action, .menu)").all():
            box = part.bounding_box()
            if box:
                assert box["x"] + box["width"] <= width and box["height"] <= bar["height"]


def test_the_head_of_the_months_has_room_at_every_width(page: Page, address: str):
    visit(page, address)
    for width in (1366, 1182, 1110, 1024):
        page.set_viewport_size({"width": width, "height": 768})
        parts = [one.bounding_box() for one in page.locator(".months-head > *:not(.note)").all()]
        boxes = [box for box in parts if box]
        assert len(boxes) > 3
        for one, after in pairwise(boxes):
            assert one["x"] + one["width"] <= after["x"], width


CAPTION_STAYS = """boxes => boxes.map(box => {
  box.style.width = "120px";
  box.scrollLeft = 60;
  const [caption, around] = [box.querySelector("caption"), box].map(one => one.getBoundingClientRect());
  return box.scrollLeft > 0 && Math.abs(caption.left - around.left) < 1 && caption.right <= around.right + 1;
})"""
"""Of tables that scroll in a narrow box: whether the caption stays in it."""


@pytest.mark.parametrize("path", ["data", "patrol", "patrol?areas=9&a_day=3&days=90", "indicators"])
def test_the_pages_beside_the_dashboard_do_not_scroll_sideways_on_a_phone(
    page: Page, address: str, path: str
):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{address}/{path}")
    back = page.get_by_role("navigation", name="Back").bounding_box()
    assert back and back["x"] + back["width"] <= 390
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert all(page.locator(".patrol-table .scroll:has(caption)").evaluate_all(CAPTION_STAYS))


def edges(box: Locator) -> tuple[bool, bool]:
    """Whether a table is in shade at its left and at its right edge, beneath its last line of text."""
    shot = Image.open(io.BytesIO(box.screenshot())).convert("L")
    left, right = (shot.getpixel((x, shot.height - 3)) < 250 for x in (0, shot.width - 1))
    return left, right


def test_a_table_wider_than_its_place_has_a_shade_where_more_of_it_lies(page: Page, address: str):
    """Where it happens to be cut between two columns nothing else tells that there are more."""
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{address}/patrol?areas=9&a_day=3&days=90")
    box = page.locator(".patrol-scroll")
    assert edges(box) == (False, True)
    box.evaluate("box => box.scrollTo(box.scrollWidth, 0)")
    assert edges(box) == (True, False)
    page.set_viewport_size({"width": 1366, "height": 768})
    assert edges(box) == (False, False)
