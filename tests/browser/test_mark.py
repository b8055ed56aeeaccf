"""Marking areas as people do it: by mouse, by keys, seen everywhere, cleared again."""

import re

import pytest
from playwright.sync_api import Page, expect

from geo.answer.atlas import Atlas
from geo.ask.query import Query
from tests.support.browser import address_of, barriers, draw, load, shows, visit
from tests.support.small_county import CODES


@pytest.fixture
def page(page: Page) -> Page:
    """A higher screen: the chart by deprivation is on it."""
    page.set_viewport_size({"width": 1366, "height": 900})
    return page


def test_a_class_is_marked_by_mouse_and_seen_everywhere(page: Page, address: str, small_atlas: Atlas):
    seen = visit(page, address, "?layer=quintile")
    button = page.locator("#legend").get_by_role("button", name="Highest fifth of areas")
    button.click()
    shows(page, "?layer=quintile&mark=class:5")
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(button).to_be_focused()  # it is the same button, drawn again
    number = small_atlas.answer(Query(layer="quintile")).classes.counts[4]
    said = page.get_by_role("status").filter(has_text="are marked")
    expect(said).to_contain_text(f"{number} small areas in the class “Highest fifth of areas” are marked")
    expect(page.locator("#table-title")).to_contain_text(f"{number} marked of 36")
    expect(page.locator(".row").first).not_to_have_class(re.compile("row-muted"))
    expect(page.locator(".row[data-row='7']")).to_have_class(re.compile("row-muted"))
    assert not barriers(page)
    page.get_by_role("link", name="Look at these areas together").click()
    expect(page.locator("[data-panel=set] h2")).to_have_text(f"Set of {number} areas")
    expect(page.locator("#marked")).to_be_empty()
    page.go_back()
    shows(page, "?layer=quintile&mark=class:5")
    page.get_by_role("link", name="Clear the mark").click()
    shows(page, "?layer=quintile")
    expect(page.locator("#headline")).to_be_focused()
    assert not seen.complaints


def click_bar(page: Page, decile: int) -> None:
    """Click near the foot of a bar."""
    box = page.locator("#gradient .bar").nth(decile - 1).bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] - 6)
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] - 4)


def test_a_bar_marks_its_decile_by_mouse(page: Page, address: str):
    visit(page, address)
    page.locator("#gradient-part").scroll_into_view_if_needed()
    click_bar(page, 3)
    shows(page, "?mark=decile:3")
    page.locator("#gradient-deciles").get_by_role("button", name="Decile 5:").click(modifiers=["Shift"])
    shows(page, "?mark=decile:3,5")
    click_bar(page, 1)
    shows(page, "?mark=decile:1")
    page.reload()
    expect(page.locator("#marked")).to_contain_text("small areas in decile 1 are marked")


def test_classes_and_deciles_are_marked_by_keyboard_alone(page: Page, address: str):
    seen = visit(page, address, "?layer=quintile")
    page.locator("#legend button").first.focus()
    page.keyboard.press("Enter")
    shows(page, "?layer=quintile&mark=class:5")
    expect(page.locator("#legend button").first).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+Enter")
    shows(page, "?layer=quintile&mark=class:5,4")
    expect(page.locator("#legend button").nth(1)).to_be_focused()
    page.keyboard.press("Escape")
    shows(page, "?layer=quintile")
    decile = page.locator("#gradient-deciles").get_by_role("button", name="Decile 10, the least deprived")
    decile.focus()
    page.keyboard.press("Space")
    shows(page, "?layer=quintile&mark=decile:10")
    expect(decile).to_have_attribute("aria-pressed", "true")
    expect(decile).to_be_focused()
    page.keyboard.press("Space")
    shows(page, "?layer=quintile")
    assert not seen.complaints


def test_a_mark_stays_while_filters_change_and_goes_with_its_legend(page: Page, address: str):
    visit(page, address, "?layer=quintile&mark=class:5")
    page.locator("#filter-hour").get_by_role("option", name="19:00 to 19:59").click()
    shows(page, "?layer=quintile&mark=class:5&hour=19")
    page.locator("#filter-layer").click()
    page.get_by_role("option", name="Deprivation (decile)").click()
    shows(page, "?layer=imd&hour=19")
    expect(page.locator("#notices")).to_be_empty()


# ---------------------------------------------------------------- pointing


def drawn(page: Page) -> bytes:
    """What the map shows when nothing of it moves any more."""
    draw(page)
    return page.locator(".map-pane canvas").first.screenshot()


def test_an_area_pointed_at_in_a_list_and_on_the_map_is_marked_in_the_other(page: Page, address: str):
    visit(page, address, f"?set={CODES[14]},{CODES[15]}")
    plain = drawn(page)
    page.get_by_role("link", name="Square 22", exact=True).hover()
    first_area = drawn(page)
    page.get_by_role("link", name="Square 23", exact=True).focus()
    second_area = drawn(page)
    page.locator("#headline").hover()
    assert drawn(page) == plain
    assert len({plain, first_area, second_area}) == 3
    first = page.locator(".map-pane .map-badge", has_text=re.compile("^1$")).bounding_box()
    assert first
    page.mouse.move(first["x"] + first["width"] / 2 + 3, first["y"] + first["height"] / 2 + 3)
    page.mouse.move(first["x"] + first["width"] / 2, first["y"] + first["height"] / 2)
    expect(page.locator(".row.pointed")).to_contain_text("Square 01")


# ---------------------------------------------------------------- own classes


def test_own_classes_begin_with_the_bounds_in_force_and_are_written_by_keyboard(page: Page, address: str):
    seen = visit(page, address, "?breaks=equal")
    box = page.locator("#filter-edges")
    page.locator("#detail summary").click()
    expect(box).to_be_hidden()
    labels = page.locator("#legend .legend-label").all_inner_texts()
    page.locator("#filter-breaks").click()
    page.get_by_role("option", name="Own", exact=True).click()
    expect(box).to_be_visible()
    page.wait_for_url(re.compile(r"breaks=own&edges=\d+(,\d+){3}$"))
    assert box.input_value() == address_of(page).partition("edges=")[2]
    assert page.locator("#legend .legend-label").all_inner_texts() == labels
    box.fill("50, 100")
    page.keyboard.press("Enter")
    shows(page, "?breaks=own&edges=50,100")
    expect(page.locator("#legend .legend-label")).to_have_text(["100 or more", "50 to 99", "0 to 49"])
    expect(box).to_have_value("50,100")
    box.fill("100,50")
    page.keyboard.press("Enter")
    expect(page.locator("#notices")).to_contain_text("go up from one number to the next")
    page.go_back()
    expect(box).to_have_value("50,100")
    page.locator("#filter-breaks").click()
    page.get_by_role("option", name="Quantiles").click()
    shows(page, "")
    assert not seen.complaints


# ---------------------------------------------------------------- kept by name


def test_a_view_with_a_mark_and_own_classes_is_kept_by_keyboard_and_survives_a_reload(
    page: Page, address: str
):
    view = "?breaks=own&edges=50,100&mark=class:2"
    seen = visit(page, address, view)
    page.keyboard.press("v")
    expect(page.locator("#saved-name")).to_be_focused()
    page.keyboard.type("Over a hundred")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(page.locator("#saved")).to_be_hidden()
    load(page, address)
    shows(page, "")
    page.keyboard.press("v")
    kept = page.get_by_role("button", name="Over a hundred", exact=True)
    kept.focus()
    page.keyboard.press("Enter")
    shows(page, view)
    expect(page.locator("#saved")).to_be_hidden()
    expect(page.locator("#marked")).to_contain_text("in the class “100 or more”")
    expect(page.locator("#filter-edges")).to_have_value("50,100")
    page.keyboard.press("v")
    page.get_by_role("button", name="Delete Over a hundred").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#saved-list")).to_contain_text("Nothing is saved yet")
    expect(page.locator("#saved-name")).to_be_focused()
    assert not seen.complaints
