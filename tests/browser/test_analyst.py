"""The analyst's tools as people use them: by mouse, by keys, on a laptop and on a phone."""

import json
import re
from pathlib import Path

from playwright.sync_api import Page, Route, expect
from pptx import Presentation

from geo.answer.atlas import Atlas
from geo.ask.query import Query
from tests.support.browser import CONTRAST, LAPTOP, Held, address_of, barriers, go, load, rest, shows, visit
from tests.support.small_county import CODES

ANSWERS = "/answer"
HERE, THERE = CODES[0], CODES[7]
SEEN = "chosen=offences:2023-01..2023-12"


# ---------------------------------------------------------------- find, look, move on


def test_a_place_is_found_and_left_by_keyboard_alone(page: Page, address: str):
    seen = visit(page, address)
    page.keyboard.press("/")
    expect(page.locator("#find")).to_be_focused()
    page.keyboard.type("square 11")
    option = page.get_by_role("option", name="Square 11 · Ward 00 · Westshire")
    expect(option).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    shows(page, f"?area={THERE}")
    heading = page.locator("[data-panel=area] h2")
    expect(heading).to_have_text("Square 11")
    expect(heading).to_be_focused()
    expect(page.locator("#find")).to_have_value("")
    page.keyboard.press("Escape")
    shows(page, "")
    expect(page.locator("#selected")).to_be_hidden()
    assert seen.count(ANSWERS) == 3
    assert not seen.complaints


def test_enter_takes_what_is_listed_first_and_a_second_escape_leaves_the_box(page: Page, address: str):
    visit(page, address)
    page.keyboard.press("/")
    page.keyboard.type("square 11")
    page.keyboard.press("Enter")
    shows(page, f"?area={THERE}")
    expect(page.locator("[data-panel=area] h2")).to_be_focused()
    page.keyboard.press("/")
    page.keyboard.type("square 1")
    option = page.get_by_role("option", name="Square 11 · Ward 00 · Westshire")
    expect(option).to_be_visible()
    page.keyboard.press("Escape")
    expect(option).to_be_hidden()
    expect(page.locator("#find")).to_have_value("square 1")
    page.keyboard.press("Escape")
    expect(page.locator("#find")).to_have_value("")
    page.keyboard.press("a")
    draws = page.locator("[data-act=lasso]")
    expect(draws).to_have_attribute("aria-pressed", "true")
    assert f"area={THERE}" in address_of(page), "Escape left the box, not the area"
    page.keyboard.press("Escape")
    expect(draws).to_have_attribute("aria-pressed", "false")


def test_enter_takes_the_category_that_is_listed_first_and_takes_it_once(page: Page, address: str):
    visit(page, address)
    page.locator("#filter-category").click()
    page.keyboard.type("robb")
    page.keyboard.press("Enter")
    shows(page, "?category=robbery")
    expect(page.locator("#filter-category")).to_have_value("")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator("#filter-category")).not_to_be_focused()
    assert "category=robbery" in address_of(page)
    assert page.locator("#row-category .mantine-Pill-root").count() == 1


def test_enter_takes_what_it_was_pressed_for_when_the_places_come(new_tab: Page, address: str):
    page = new_tab
    held = Held(page, "**/piece/places")
    visit(page, address)
    page.keyboard.press("/")
    page.keyboard.type("square 11")
    page.keyboard.press("Enter")
    held[0].continue_()
    shows(page, f"?area={THERE}")


def test_what_is_typed_before_the_places_are_there_finds_them(new_tab: Page, address: str):
    page = new_tab
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/piece/places", hold)
    visit(page, address)
    assert not held, "they are asked for when somebody turns to the box"
    page.keyboard.press("/")
    page.keyboard.type("square 11")
    expect(page.get_by_text("Loading the places…")).to_be_visible()
    held[0].continue_()
    expect(page.get_by_role("option", name="Square 11 · Ward 00 · Westshire")).to_be_visible()
    expect(page.locator("#find")).to_have_value("square 11")
    page.keyboard.type(" nowhere")
    expect(page.get_by_text("No area of that name, ward or code")).to_be_visible()


def test_a_ward_is_found_by_its_code_and_the_map_goes_to_its_level(page: Page, address: str):
    visit(page, address)
    page.locator("#find").fill("E05000101")
    page.get_by_role("option", name="Ward 01").click()
    shows(page, "?level=ward&area=E05000101")
    expect(page.locator("[data-panel=area]")).to_contain_text("Ward 01")


def test_from_neighbour_to_neighbour_and_back(page: Page, address: str):
    seen = load(page, address, f"?area={HERE}")
    page.locator("[data-panel=area]").get_by_role("heading", name="Neighbours").click()
    page.locator("[data-panel=area]").get_by_role("link", name="Square 11").click()
    shows(page, f"?area={THERE}")
    expect(page.locator("[data-panel=area] h2")).to_have_text("Square 11")
    expect(page.locator(f".row[data-code={THERE}]")).to_have_attribute("aria-selected", "true")
    page.go_back()
    shows(page, f"?area={HERE}")
    expect(page.locator("[data-panel=area] h2")).to_have_text("Square 00")
    assert seen.count(ANSWERS) == 3
    assert seen.count("/geometry/") == 3


def test_numbers_are_copied_where_they_stand(page: Page, address: str, small_atlas: Atlas):
    visit(page, address, f"?area={HERE}")
    page.locator("[data-panel=area]").get_by_role("heading", name="By month").click()
    page.locator("[data-panel=area]").get_by_role("button", name="Copy as a table: By month").click()
    expect(page.locator("#toast")).to_contain_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()").split("\n")
    assert copied[0] == "month\tcount"
    assert len(copied) == 13
    page.locator("#toast").evaluate("said => { said.textContent = ''; }")
    page.get_by_role("button", name="Copy the ranked table").click()
    expect(page.locator("#toast")).to_contain_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()").split("\n")
    assert copied[0].startswith("Code\tRank\tArea\tWard\tCount")
    assert len(copied) == 37


# ---------------------------------------------------------------- tiles, two maps


def test_one_key_lays_the_areas_out_as_tiles(page: Page, address: str):
    seen = load(page, address, f"?area={HERE}")
    page.keyboard.press("t")
    shows(page, f"?area={HERE}&layout=tiles")
    rest(page)
    assert seen.count("/geometry/tiles-lsoa-") == 1
    expect(page.get_by_role("button", name="Tiles")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[data-panel=area] h2")).to_have_text("Square 00")
    page.keyboard.press("t")
    shows(page, f"?area={HERE}")
    page.keyboard.press("t")
    shows(page, f"?area={HERE}&layout=tiles")
    rest(page)
    assert seen.count("/geometry/tiles-lsoa-") == 1
    assert not seen.complaints


def test_a_link_to_tiles_opens_tiles(page: Page, address: str):
    seen = load(page, address, "?layout=tiles&level=ward")
    assert seen.count("/geometry/tiles-ward-") == 1


def test_two_maps_one_request_one_legend_one_camera(page: Page, address: str):
    seen = visit(page, address, "?from=2023-07&view=compare")
    expect(page.locator(".map")).to_have_attribute("data-mode", "side")
    expect(page.locator(".map-title")).to_have_text(["July to December 2023", "January to June 2023"])
    assert page.locator(".legend-title").count() == 1
    assert seen.count(ANSWERS) == 1
    page.locator("#filter-hour").get_by_role("option", name="19:00 to 19:59").click()
    shows(page, "?from=2023-07&view=compare&hour=19")
    assert seen.count(ANSWERS) == 2
    page.keyboard.press("s")
    expect(page.locator(".map")).to_have_attribute("data-mode", "swipe")
    expect(page.get_by_role("slider", name="Divider between the two maps")).to_be_visible()
    page.get_by_role("link", name="Explore").click()
    shows(page, "?from=2023-07&hour=19")
    expect(page.locator(".map")).to_have_attribute("data-mode", "one")
    assert not seen.complaints


def test_the_other_map_is_chosen_and_kept(page: Page, address: str):
    visit(page, address, "?from=2023-07&view=compare")
    page.locator("#filter-compare").click()
    page.get_by_role("option", name="A&E attendances").click()
    shows(page, "?from=2023-07&view=compare&compare=ae")
    expect(page.locator(".map-title")).to_have_text(["Police offences", "A&E attendances"])
    page.locator("#filter-layer").click()
    page.get_by_role("option", name="Fifths of areas").click()
    shows(page, "?from=2023-07&view=compare&compare=ae&layer=quintile")


def test_two_sources_are_read_by_their_own_classes_or_by_the_same_numbers(page: Page, address: str):
    visit(page, address, "?view=compare&compare=ae")
    expect(page.locator(".legend-title")).to_have_text("Each map in its own classes")
    page.get_by_role("link", name="Same numbers on both maps").click()
    shows(page, "?compare=ae&view=compare&legend=common")
    expect(page.locator(".legend-title")).to_have_text("One legend for both maps")
    page.get_by_role("link", name="Own classes of each map").click()
    shows(page, "?compare=ae&view=compare")


def test_a_phone_reaches_all_views_and_has_one_map_above_the_other(page: Page, address: str):
    page.set_viewport_size({"width": 390, "height": 844})
    load(page, address)
    for name in ("Assessment", "Explore", "Compare"):
        link = page.get_by_role("navigation", name="Views").get_by_role("link", name=name)
        link.click()
        expect(link).to_have_attribute("aria-current", "page")
    expect(page.locator(".map-pane")).to_have_count(2)
    upper, lower = (pane.bounding_box() for pane in page.locator(".map-pane").all())
    assert upper and lower
    assert upper["width"] == lower["width"] == 390
    assert upper["y"] + upper["height"] <= lower["y"] + 1


def test_both_maps_are_painted_by_one_change(page: Page, address: str):
    visit(page, address, "?from=2023-07&view=compare")
    page.evaluate(
        "window.painted = []; window.both = new Promise((done) => addEventListener('hotspots:painted', "
        "({ detail: { query } }) => query.includes('hour=3') && painted.push(query) === 2 && done(painted)));"
        "0"  # a promise would be waited for here
    )
    page.locator("#filter-hour").get_by_role("option", name="03:00 to 03:59").click()
    assert set(page.evaluate("both")) == {"?from=2023-07&view=compare&hour=3"}


# ---------------------------------------------------------------- sets


def middle(page: Page) -> tuple[float, float]:
    box = page.locator(".map-pane").first.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_set_is_drawn_on_the_map(page: Page, address: str):
    visit(page, address)
    page.keyboard.press("a")
    expect(page.get_by_role("button", name="Select")).to_have_attribute("aria-pressed", "true")
    x, y = middle(page)
    page.mouse.move(x - 60, y - 60)
    page.mouse.down()
    for dx, dy in ((60, -60), (60, 60), (-60, 60), (-60, -58)):
        page.mouse.move(x + dx, y + dy, steps=4)
    page.mouse.up()
    page.wait_for_url(re.compile(r"set=E\d{8}(,E\d{8})*&chosen=offences:2023-01\.\.2023-12$"))
    expect(page.locator("[data-panel=set] h2")).to_have_text(re.compile(r"Set of \d+ areas?"))
    expect(page.get_by_role("button", name="Select")).to_have_attribute("aria-pressed", "false")


def test_a_set_is_gathered_by_keyboard(page: Page, address: str, small_atlas: Atlas):
    visit(page, address, f"?area={HERE}")
    page.locator("[data-panel=area] [data-add]").focus()
    page.keyboard.press("Enter")
    shows(page, f"?area={HERE}&set={HERE}&{SEEN}")
    page.locator("[data-panel=area]").get_by_role("heading", name="Neighbours").click()
    page.locator("[data-panel=area]").get_by_role("link", name="Square 11").click()
    expect(page.locator("[data-panel=area] h2")).to_have_text("Square 11")
    page.locator("[data-panel=area] [data-add]").click()
    shows(page, f"?area={THERE}&set={HERE},{THERE}&{SEEN}")
    count = small_atlas.answer(Query()).table.loc[[HERE, THERE], "count"].sum()
    expect(page.locator("[data-panel=set]")).to_contain_text(f"{count:,} offences")
    page.get_by_role("link", name="Take Square 00 out of the set").click()
    shows(page, f"?area={THERE}&set={THERE}")
    page.locator("body").press("Escape")
    shows(page, f"?set={THERE}")
    page.locator("body").press("Escape")
    shows(page, "")


def test_views_and_sets_are_saved_taken_out_and_brought_back(page: Page, address: str, tmp_path: Path):
    visit(page, address, f"?set={HERE},{THERE}&layer=quintile")
    page.get_by_role("button", name="Save this set").click()
    expect(page.locator("#saved-kind")).to_have_value("set")
    page.keyboard.type("Corner")
    page.keyboard.press("Enter")
    page.locator("#saved-name").fill("Fifths")
    page.locator("#saved-kind").select_option("view")
    page.keyboard.press("Enter")
    page.locator("#saved-name").press("Enter")
    expect(page.locator("#saved-list li")).to_have_count(2)
    with page.expect_download() as slides:
        page.get_by_role("link", name="a slide for each view").click()
    [slide] = Presentation(slides.value.path()).slides
    assert "fifth of areas" in " ".join(s.text_frame.text for s in slide.shapes if s.has_text_frame)
    with page.expect_download() as download:
        page.get_by_role("button", name="Export as a file").click()
    file = tmp_path / "saved.json"
    download.value.save_as(file)
    assert [one["name"] for one in json.loads(file.read_text())] == ["Corner", "Fifths"]
    page.evaluate("localStorage.clear()")
    load(page, address)
    page.keyboard.press("v")
    expect(page.locator("#saved-list")).to_contain_text("Nothing is saved yet")
    page.locator("#saved input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Corner", exact=True).click()
    page.wait_for_url(re.compile(f"set={HERE},{THERE}"))
    expect(page.locator("[data-panel=set] h2")).to_have_text("Set of 2 areas")


# ---------------------------------------------------------------- play, help, classes


def test_play_goes_month_by_month_and_stops_at_the_end(page: Page, address: str):
    page.emulate_media(reduced_motion="no-preference")
    seen = visit(page, address, "?from=2023-11&to=2023-11")
    page.keyboard.press("k")
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    shows(page, "?from=2023-12&to=2023-12")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    page.go_back()
    shows(page, "?from=2023-11&to=2023-11")
    assert seen.count(ANSWERS) == 3


def test_where_little_motion_is_asked_for_play_steps_once(page: Page, address: str):
    seen = visit(page, address, "?from=2023-03&to=2023-03")
    page.get_by_role("button", name="Play").click()
    shows(page, "?from=2023-04&to=2023-04")
    rest(page)
    assert seen.count(ANSWERS) == 2


def test_help_opens_and_closes_by_key(page: Page, address: str):
    visit(page, address)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Help and definitions")).to_contain_text("Getis-Ord Gi*")
    page.keyboard.press("t")
    page.keyboard.press("Escape")
    expect(page.locator("#help")).to_be_hidden()
    assert address_of(page) == f"{address}/?level=lsoa"


def test_classes_and_colours_are_chosen(page: Page, address: str):
    visit(page, address)
    before = page.locator(".legend-list, .legend").first.inner_text()
    page.locator("#detail summary").click()
    page.locator("#filter-breaks").click()
    page.get_by_role("option", name="Equal steps").click()
    shows(page, "?breaks=equal")
    expect(page.locator(".legend")).not_to_have_text(before)
    page.locator("#filter-palette").click()
    page.get_by_role("option", name="Blues").click()
    shows(page, "?breaks=equal&palette=blues")


# ---------------------------------------------------------------- for everyone

STATES = {
    "area": f"?area={HERE}",
    "area of a controlled source": f"?source=ae&area={CODES[35]}",
    "ward": "?level=ward&area=E05000001",
    "set": f"?set={','.join(CODES[:4])}",
    "set of a controlled source": f"?source=ae&set={','.join(CODES[:4])}",
    "tiles": "?layout=tiles&layer=local_moran",
    "marked": "?layer=bivariate&mark=class:9,1",
    "marked decile, own classes": "?breaks=own&edges=10,50&mark=decile:1",
    "compare": "?view=compare&from=2023-07",
    "compare layers": "?view=compare&compare=local_moran",
    "compare sources": "?view=compare&compare=ae",
}


NARROW = ("area", "set", "tiles", "compare", "#help", "#saved")
"""States that a narrow page lays out in its own way; each other differs from one of them in what is told."""


def test_no_barrier_that_axe_can_find(page: Page, address: str):
    seen = visit(page, address)
    found = {}

    def look(name: str) -> None:
        """At both widths."""
        for width in (390, LAPTOP["width"]):
            page.set_viewport_size({"width": width, "height": 768})
            rest(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, name
            if width > 1000 or name in NARROW:
                found[name, width] = barriers(page, but=() if width > 1000 else (CONTRAST,))

    for name, search in STATES.items():
        go(page, search)
        shows(page, search)
        look(name)
    for key, dialog in (("?", "#help"), ("v", "#saved")):
        page.locator("body").press(key)
        expect(page.locator(dialog)).to_be_visible()
        look(dialog)
        page.keyboard.press("Escape")
    assert len(found) == len(STATES) + 2 + len(NARROW)
    assert not any(found.values()), found
    assert not seen.complaints
