"""The one file that is taken along, opened from a disk: no server, no network, no WebGL."""

from pathlib import Path

from playwright.sync_api import Browser, expect

from dashboard.take_along import write_html
from geo.answer.atlas import Atlas
from geo.ask.query import Query
from geo.ask.words import month_number
from tests.support.browser import LAPTOP, barriers, leave, watch

NO_WEBGL = """
const get = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...how) {
  return kind.startsWith("webgl") ? null : get.call(this, kind, ...how);
};
"""
QUERY = Query(source="offences", layer="getis_ord", last=month_number("2023-02"))
COLOURS = """() => {
  const canvas = document.querySelector("#map canvas");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return new Set(new Uint32Array(data.buffer)).size;
}"""


def test_the_file_shows_map_list_and_steps_from_a_disk(chromium: Browser, small_atlas: Atlas, tmp_path: Path):
    file = tmp_path / "along.html"
    file.write_bytes(write_html(small_atlas, QUERY))
    context = chromium.new_context(offline=True, viewport=LAPTOP, reduced_motion="reduce")
    context.add_init_script(NO_WEBGL)
    page = context.new_page()
    leave(page)
    seen = watch(page)
    page.goto(file.as_uri())
    expect(page.locator("body")).to_have_attribute("data-shows", "")
    assert page.evaluate(COLOURS) > 3
    title = page.locator("#present-title")
    expect(title).to_have_text("All police offences in Squareshire, January to February 2023")
    expect(page.locator("#present-list li")).to_have_count(6)
    for width in (1366, 1024):
        page.set_viewport_size({"width": width, "height": 768})
        assert page.locator(".present-side").evaluate("side => side.scrollHeight <= side.clientHeight")
    page.set_viewport_size(LAPTOP)
    assert barriers(page) == []
    page.keyboard.press("ArrowRight")
    expect(title).to_contain_text("January 2023")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#present-list .present-here dt").first).to_be_visible()
    page.keyboard.press("l")
    expect(page.locator("#present-list strong").first).to_contain_text("Ward")
    page.keyboard.press("m")
    expect(title).to_contain_text("06:00 to 11:59")
    assert {request.partition(":")[0] for request in seen.requests} <= {"file", "blob", "data"}
    assert not seen.complaints
    context.close()
