"""Time by keys: months and hours are played, and chosen on their charts, without a mouse."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import address_of, barriers, shows, visit

REMEMBER = """
window.remembered = [];
document.addEventListener("DOMContentLoaded", () => new MutationObserver(() => {
  const legend = [...document.querySelectorAll(".legend-label")].map((label) => label.textContent).join();
  const { shows } = document.body.dataset;
  if (shows !== window.remembered.at(-1)?.[0]) window.remembered.push([shows, legend]);
}).observe(document.body, { attributeFilter: ["data-shows"] }));
"""
"""Every address whose answer was shown, and the classes that were then in the legend."""


@pytest.fixture
def page(page: Page) -> Page:
    """The tab of someone who does not mind motion."""
    page.emulate_media(reduced_motion="no-preference")
    return page


def test_hours_are_played_in_order_with_fixed_classes_and_go_on_where_they_stopped(
    new_tab: Page, address: str
) -> None:
    page = new_tab
    page.emulate_media(reduced_motion="no-preference")
    page.add_init_script(REMEMBER)
    page.clock.install()
    seen = visit(page, address, "?from=2023-03&to=2023-05&hour=20-1")
    page.locator("#play-by").select_option("hours")
    page.keyboard.press("k")
    expect(page.locator("#play-at")).to_have_text(re.compile(r"\d\d:00 to \d\d:59"))
    expect(page.locator("#finding-said")).to_have_attribute("aria-live", "off")
    page.keyboard.press("Escape")
    expect(page.locator("#toast")).to_contain_text("Stopped at ")
    expect(page.locator("#finding-said")).to_have_attribute("aria-live", "polite")
    shows(page, f"?{address_of(page).partition('?')[2]}")
    page.keyboard.press("k")
    for _ in range(200):
        page.clock.fast_forward(500)
        if "Played" in page.locator("#toast").inner_text():
            break
    expect(page.locator("#toast")).to_contain_text("Played to the end: 01:00 to 01:59")
    page.clock.fast_forward(4000)
    expect(page.locator("#toast")).to_be_empty()
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    remembered = page.evaluate("window.remembered")
    hours = [search.partition("hour=")[2] for search, _ in remembered]
    assert hours == ["20-1", "20", "21", "22", "23", "0", "1"]
    assert len({legend for _, legend in remembered[2:]}) == 1, "the classes moved while the hours were played"
    assert not seen.complaints


def test_months_are_chosen_on_their_chart_by_keys(page: Page, address: str) -> None:
    seen = visit(page, address)
    cursor = page.get_by_role("slider", name="Choose months")
    cursor.focus()
    expect(cursor).to_have_attribute("aria-valuetext", re.compile(r"^December 2023: \d+ offences$"))
    cursor.press("ArrowLeft")
    cursor.press("ArrowLeft")
    expect(page.locator("#months-cursor .cursor-said")).to_have_text(re.compile("^October 2023: "))
    cursor.press("Enter")
    shows(page, "?from=2023-10&to=2023-10")
    cursor.press("Shift+ArrowLeft")
    cursor.press("Shift+ArrowLeft")
    expect(cursor).to_have_attribute("aria-valuetext", "August 2023 to October 2023: 3 months")
    assert not barriers(page)
    cursor.press("Enter")
    shows(page, "?from=2023-08&to=2023-10")
    assert not seen.complaints


def test_hours_are_chosen_on_the_heat_map_by_keys(page: Page, address: str) -> None:
    seen = visit(page, address)
    cursor = page.get_by_role("slider", name="Choose hours")
    cursor.focus()
    cursor.press("ArrowDown")
    cursor.press("End")
    expect(cursor).to_have_attribute("aria-valuetext", re.compile("^Tuesday 23:00 to 23:59: "))
    expect(cursor).to_have_attribute("aria-valuenow", "48")
    cursor.press("Enter")
    shows(page, "?day=tue&hour=23")
    cursor.press("Enter")
    shows(page, "")
    cursor.press("Shift+ArrowLeft")
    cursor.press("Shift+ArrowDown")
    expect(cursor).to_have_attribute("aria-valuetext", "Tuesday to Wednesday, 22:00 to 23:59")
    cursor.press("Escape")
    expect(cursor).to_have_attribute("aria-valuetext", re.compile("^Wednesday 22:00"))
    cursor.press("Shift+ArrowUp")
    cursor.press("Enter")
    shows(page, "?hour=22&day=tue,wed")
    assert not seen.complaints


def test_the_clock_is_chosen_and_its_share_without_a_time_is_said(page: Page, address: str) -> None:
    visit(page, address)
    options = page.locator("#filter-clock input")
    expect(options.nth(2)).to_be_disabled()
    note = page.locator("#note-clock")
    expect(note).to_contain_text("of offences have no known time")
    expect(note).to_contain_text("No “spread evenly”: the files loaded give no ranges of time.")
