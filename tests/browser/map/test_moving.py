"""The map is led by mouse, wheel, fingers and buttons; it is sharp on a dense screen."""

import numpy as np
import pytest
from playwright.sync_api import Browser, CDPSession

from tests.support.browser import follow
from tests.support.map_page import CANVAS, COLOURS, IDS, MapPage, N


def under(it: MapPage, x: float, y: float) -> str | None:
    """The area that a click at a point of the screen chooses."""
    it.page.mouse.click(x, y)
    ((code, _),) = it.news()
    it.page.keyboard.press("Escape")
    it.news()
    return code


def test_a_drag_moves_the_map_and_is_no_click(county: MapPage) -> None:
    county.paint(IDS % 5)
    county.look_at("A00137")
    mouse = county.page.mouse
    mouse.move(683, 384)
    mouse.down()
    mouse.move(783, 434, steps=4)
    mouse.up()
    county.settle()
    assert county.news() == []
    assert under(county, 783, 434) == "A00137"


def test_the_wheel_zooms_about_the_pointer(county: MapPage) -> None:
    county.paint(IDS % 5)
    code = under(county, 500, 300)
    scale = county.page.locator(".map-scale")
    before = scale.inner_text()
    county.page.mouse.wheel(0, -600)
    county.settle()
    assert under(county, 500, 300) == code
    assert scale.inner_text() != before


def test_the_buttons_zoom_about_the_middle_and_lead_home(county: MapPage) -> None:
    county.paint(IDS % 5)
    whole = county.shot()
    code = under(county, 683, 384)
    county.page.get_by_role("button", name="Zoom in").click()
    county.settle()
    assert under(county, 683, 384) == code
    county.page.get_by_role("button", name="Show the whole map").click()
    county.page.mouse.move(2, 700)
    county.settle()
    assert (np.asarray(county.shot())[60:] == np.asarray(whole)[60:]).all()


def fingers(session: CDPSession, kind: str, *points: tuple[float, float]) -> None:
    touched = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(points)]
    session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touched})


@pytest.mark.parametrize("width", [1366, 390])
def test_two_fingers_zoom_and_one_scrolls_a_narrow_page(chromium: Browser, address: str, width: int) -> None:
    context = chromium.new_context(
        viewport={"width": width, "height": 768}, has_touch=True, reduced_motion="reduce"
    )
    context.on("page", follow)
    page = context.new_page()
    it = MapPage(page, address, insets=0)
    it.paint(IDS % 5)
    it.look_at("A00137")
    session = context.new_cdp_session(page)
    x, y = width / 2, 384
    scale = it.page.locator(".map-scale")
    before = scale.inner_text()
    fingers(session, "touchStart", (x, y))
    fingers(session, "touchMove", (x, y - 60))
    hint = page.locator(".map-hint").inner_text()
    fingers(session, "touchEnd")
    it.settle()
    assert ("two fingers" in hint) is (width == 390)
    fingers(session, "touchStart", (x - 30, y), (x + 30, y))
    for reach in (60, 90, 120):
        fingers(session, "touchMove", (x - reach, y), (x + reach, y))
    fingers(session, "touchEnd")
    it.settle()
    assert scale.inner_text() != before
    assert it.news() == [], "none of it chose an area"
    context.close()


def test_a_dense_screen_has_a_pixel_of_the_map_for_each_of_its_own(chromium: Browser, address: str) -> None:
    context = chromium.new_context(
        viewport={"width": 800, "height": 600}, device_scale_factor=2, reduced_motion="reduce"
    )
    context.on("page", follow)
    it = MapPage(context.new_page(), address, insets=0)
    it.paint(np.full(N, 4))
    it.look_at("A00137")
    size = "canvas => [canvas.width, canvas.height]"
    assert it.page.locator(CANVAS).evaluate(size) == [1600, 1200]
    assert it.middle() == COLOURS[4]
    context.close()
