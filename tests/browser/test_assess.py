"""The assessment as a browser meets it: opened, followed, drawn, mended."""

import re

from playwright.sync_api import Page, Route, expect

from tests.support.browser import LAPTOP, Held, address_of, barriers, go, leave, rest, shows, visit, watch


def test_the_view_opens_follows_a_filter_and_returns(page: Page, address: str) -> None:
    leave(page)
    seen = watch(page)
    page.goto(f"{address}/?sources=offences")
    expect(page.locator(".row").first).to_be_visible()
    assert not seen.count("/assessment"), "the map must not pay for the assessment"

    page.get_by_role("link", name="Assessment", exact=True).click()
    expect(page.locator("#assess-body h1")).to_have_text("Needs assessment of violence: Squareshire")
    expect(page.locator(".map-area")).to_be_hidden()
    assert seen.count("/assessment/page") == 1

    page.locator("#filter-month").get_by_role("option", name="July", exact=True).click()
    expect(page.locator("#assess-body")).to_contain_text("July only")
    assert "month=7" in address_of(page) and "view=assess" in address_of(page)

    page.get_by_role("link", name="Explore", exact=True).click()
    expect(page.locator(".map-area")).to_be_visible()
    expect(page.locator("#assess-body")).to_be_hidden()
    assert not seen.complaints


def test_the_page_has_one_first_heading_while_it_is_counted_too(page: Page, address: str) -> None:
    heading = page.get_by_role("heading", level=1)
    meanwhile: list[str] = []

    def count(route: Route) -> None:
        meanwhile.append(heading.inner_text())
        route.continue_()

    page.route("**/assessment/page*", count)
    page.goto(f"{address}/?sources=offences")
    expect(page.locator(".row").first).to_be_visible()
    expect(page.locator("h1")).to_have_id("headline")
    page.get_by_role("link", name="Assessment", exact=True).click()
    expect(heading).to_have_text("Needs assessment of violence: Squareshire")
    assert meanwhile == ["Assessment"]


ASSESSED = "?view=assess&sources=offences&day=fri"
"""Asked by one test alone, so that no picture of it has been fetched before."""
DRAWN = """() => new Promise((done) => requestIdleCallback(
  () => done(document.querySelectorAll(".assess-plot svg.main-svg:first-of-type").length)))"""


def test_charts_are_drawn_without_being_scrolled_to_and_never_out_of_sight(page: Page, address: str) -> None:
    """What waits is filled one by one, so what comes after a picture that is on its way is not drawn yet."""
    visit(page, address)
    pictures = Held(page, re.compile("/assessment/figure"))
    go(page, ASSESSED)
    shows(page, ASSESSED)
    assert pictures[0]
    drawn = []
    for search in ("", "?level=ward"):
        go(page, search)
        shows(page, search)
        if not drawn:
            pictures.let_go()
        rest(page)
        drawn.append(page.evaluate(DRAWN))
    plots = page.locator(".assess-plot")
    assert drawn[0] == drawn[1] < plots.count(), "not while another view is shown"
    go(page, ASSESSED)
    expect(plots.last.locator("svg.main-svg").first).to_be_attached()
    assert page.locator("#assess").evaluate("it => it.scrollTop") == 0


CUT = """() => [...document.querySelectorAll(".assess-plot")].flatMap((box) => {
  const { left, right } = box.getBoundingClientRect();
  return [...box.querySelectorAll("text")].filter((text) => {
    const at = text.getBoundingClientRect();
    return at.width && (at.left < left - 1 || at.right > right + 1);
  }).map((text) => text.textContent);
})"""


HEIGHTS = """() => [...document.querySelectorAll(".assess-plot")].map((box) => box.layout.height)"""
FITTED = """() => [...document.querySelectorAll(".assess-plot")]
  .every((box) => box.layout?.width === box.clientWidth)"""
"""Every chart is drawn for the width that its box has by now."""


def test_on_a_phone_every_word_of_a_chart_is_inside_it(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{address}/?view=assess&sources=offences")
    expect(page.locator(".assess-plot").last.locator("svg.main-svg").first).to_be_attached()
    assert page.evaluate(CUT) == []


def test_charts_follow_a_page_that_is_made_narrow_and_wide_again(page: Page, address: str) -> None:
    """They kept the layout of the width at which they were drawn, with titles of axes cut."""
    visit(page, address, "?view=assess&sources=offences")
    expect(page.locator(".assess-plot").last.locator("svg.main-svg").first).to_be_attached()
    page.wait_for_function(FITTED)
    wide = page.evaluate(HEIGHTS)
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function(FITTED)
    assert page.evaluate(HEIGHTS) != wide
    assert page.evaluate(CUT) == []
    page.set_viewport_size(LAPTOP)
    page.wait_for_function(FITTED)
    assert page.evaluate(HEIGHTS) == wide
    assert page.evaluate(CUT) == []


def test_nothing_bars_a_reader_who_cannot_see_or_point(page: Page, address: str) -> None:
    visit(page, address, "?view=assess&sources=ae")
    expect(page.locator("#assess-body article").first).to_be_visible()
    assert not barriers(page)


def test_a_failure_is_said_and_can_be_mended(page: Page, address: str) -> None:
    page.route("**/assessment/page*", lambda route: route.abort())
    page.goto(f"{address}/?view=assess&sources=offences")
    expect(page.locator("#assess-body")).to_contain_text("The assessment could not be made")
    page.unroute("**/assessment/page*")
    page.locator("#filter-month").get_by_role("option", name="July", exact=True).click()
    expect(page.locator("#assess-body")).to_contain_text("July only")
