"""What comes before all of the page is there: its question, its map and its finding, or word of why not."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.support.browser import visit


def test_the_map_and_the_finding_come_before_the_library_of_the_page(new_tab: Page, address: str):
    page = new_tab
    held: list[Route] | None = []

    def hold(route: Route) -> None:
        if held is None:
            route.continue_()
        else:
            held.append(route)

    page.route("**/_dash-component-suites/**", hold)
    page.goto(address, wait_until="commit")
    early = page.locator("#early")
    expect(early.locator("[data-early='headline.children']")).to_contain_text("offences")
    expect(early.locator(".legend li").first).to_be_visible()
    expect(early.locator(".map-scale")).to_have_text(re.compile(r"^\d{1,2} km$"))
    expect(page.locator("#page")).to_have_count(0)
    late, held = held, None
    for route in late:
        route.continue_()
    page.wait_for_function("() => document.body.dataset.state === 'ready'")
    expect(early).to_have_count(0)
    expect(page.locator("#map canvas").first).to_be_visible()
    expect(page.locator(".map-scale")).to_have_text(re.compile(r"^\d{1,2} km$"))


@pytest.mark.parametrize("search", ["", "?layer=measure", "?level=lsoa&theme=dark"])
def test_the_first_question_is_asked_once_before_any_script(new_tab: Page, address: str, search: str):
    page, asked = new_tab, []
    page.on("request", lambda request: asked.append(request.url) if "/answer" in request.url else None)
    page.route("**/one/page.mjs", lambda route: route.abort())
    page.goto(f"{address}{search}")
    assert len(asked) == 1
    page.unroute("**/one/page.mjs")
    asked.clear()
    visit(page, address, search)
    assert len(asked) == 1


def test_no_first_answer_is_said_on_the_page(new_tab: Page, address: str):
    page = new_tab
    said = {"status": 503, "body": "Try again in a while.", "content_type": "text/plain"}
    page.route("**/answer*", lambda route: route.fulfill(**said))
    page.goto(address)
    expect(page.locator("#trouble-text")).to_contain_text("Try again in a while.")
    page.unroute("**/answer*")
    page.get_by_role("button", name="Try again").click()
    page.wait_for_function("() => document.body.dataset.state === 'ready'")
