"""A meeting by keyboard alone: steps through areas and months, blanking, notes, and back to work."""

import json
import re
import shutil
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from dashboard import create_app
from geo.answer.atlas import Atlas
from geo.ask.words import month_number
from geo.tell.meeting import Notes, note
from tests.support.browser import CONTRAST, FRAMES, address_of, barriers, draw, load, shows, visit

ANSWERS = "/answer"
MEETING = "?view=present"
SIZES = ((1024, 768), (1366, 768), (1920, 1080))


@pytest.fixture(scope="module")
def folder(small_county: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the small county's data, to make notes in."""
    return Path(shutil.copytree(small_county, tmp_path_factory.mktemp("meeting") / "data"))


@pytest.fixture(scope="module")
def address(folder: Path, serve) -> str:
    """Where the copy is served."""
    return serve(create_app(Atlas.open(folder)).server)


@pytest.fixture
def page(page: Page) -> Page:
    """A small projector."""
    page.set_viewport_size({"width": 1024, "height": 768})
    return page


def arrive(page: Page, expected: str) -> None:
    """Wait until the page shows the answer to an address like the expected one."""
    page.wait_for_url(re.compile(expected))
    search = address_of(page).partition("?")[2].removeprefix("level=lsoa")
    shows(page, f"?{search}" if search else "")


def press(page: Page, key: str, expected: str) -> None:
    """Press a key and see where it leads."""
    page.keyboard.press(key)
    arrive(page, expected)


def here(page: Page) -> str:
    """Code of the area that is chosen in the list."""
    return page.locator(".present-row[aria-current]").get_attribute("data-code") or ""


def codes(page: Page) -> list[str]:
    rows = page.locator(".present-row")
    return [rows.nth(i).get_attribute("data-code") or "" for i in range(rows.count())]


def test_a_meeting_by_keyboard_alone(page: Page, address: str):
    seen = visit(page, address, "?source=ae&layer=local_moran")
    press(page, "p", "view=present")
    expect(page.locator("h1#headline")).to_be_hidden()
    expect(page.locator("#map canvas").first).to_be_visible()
    listed = codes(page)
    asked = seen.count(ANSWERS)
    steps = {"ArrowDown": listed[0], "5": listed[4], "ArrowUp": listed[3]}
    for key, code in steps.items():
        press(page, key, f"area={code}")
        assert here(page) == code
        asked += 1
        assert seen.count(ANSWERS) == asked
    expect(page.locator("#present-said")).to_contain_text(f"4 of {len(listed)}")
    press(page, "m", "from=2023-12")
    press(page, "ArrowLeft", "from=2023-11&to=2023-11")
    press(page, "ArrowRight", r"from=2023-12&")
    press(page, "m", "view=present")
    press(page, "0", "^(?!.*area=)")
    page.keyboard.press("Escape")
    page.wait_for_url(re.compile("^(?!.*view=)"))
    expect(page.locator("h1#headline")).to_be_visible()
    assert "source=ae" in address_of(page)
    assert "layer=local_moran" in address_of(page)
    assert not seen.complaints


def test_the_numbers_of_the_map_are_those_of_the_list(page: Page, address: str):
    visit(page, address, MEETING)
    ranks = page.locator("#present-list .present-rank").all_inner_texts()
    assert len(ranks) >= 6
    badges = page.locator("#map .map-badge")
    expect(badges.first).to_be_visible()
    assert set(badges.all_inner_texts()) == set(ranks)


def test_the_map_goes_to_the_area_and_home_again(page: Page, address: str):
    visit(page, address, MEETING)
    frame = page.locator("#map")
    draw(page)
    home = frame.screenshot()
    press(page, "1", "area=")
    draw(page)
    assert frame.screenshot() != home


def test_back_undoes_a_step_and_a_pasted_link_restores_it(page: Page, address: str):
    visit(page, address, MEETING)
    press(page, "2", "area=")
    link, code = address_of(page), here(page)
    press(page, "3", f"area=(?!{code})")
    page.go_back()
    page.wait_for_url(link)
    expect(page.locator(f".present-row[data-code={code}]")).to_have_attribute("aria-current", "true")
    load(page, address, link.removeprefix(f"{address}/"))
    assert here(page) == code


def test_without_a_server_what_is_said_covers_no_row_and_escape_leaves(page: Page, address: str):
    visit(page, address, MEETING)
    page.route(f"**{ANSWERS}*", lambda route: route.abort())
    page.keyboard.press("ArrowDown")
    trouble = page.locator("#trouble")
    expect(trouble).to_contain_text("does not answer")
    boxes = "parts => parts.map((part) => part.getBoundingClientRect())"
    said, seen = (page.locator(part).evaluate_all(boxes)[0] for part in ("#trouble", "#map"))
    assert seen["left"] <= said["left"]
    assert said["right"] <= seen["right"]
    assert seen["top"] <= said["top"]
    assert said["bottom"] <= seen["bottom"]
    page.keyboard.press("Escape")
    expect(page.locator("h1#headline")).to_be_visible()
    expect(page.locator("#present-list")).to_be_hidden()
    assert "view=" not in address_of(page)
    expect(trouble).to_contain_text("does not answer")
    page.go_back()
    expect(page.locator("#present-list")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("h1#headline")).to_be_visible()
    page.unroute(f"**{ANSWERS}*")
    trouble.get_by_role("button", name="Try again").click()
    shows(page, re.compile("area="))
    expect(trouble).to_be_hidden()
    expect(page.locator("h1#headline")).to_be_visible()


def test_b_blanks_and_the_next_key_only_brings_the_screen_back(page: Page, address: str):
    visit(page, address, MEETING)
    page.keyboard.press("b")
    expect(page.locator("#present-blank")).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#present-blank")).to_be_hidden()
    assert "area=" not in address_of(page)


def test_a_question_mark_shows_the_keys_and_escape_only_closes_them(page: Page, address: str):
    visit(page, address, MEETING)
    page.keyboard.press("?")
    keys = page.locator("#present-keys")
    expect(keys).to_contain_text("black screen")
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    assert "view=present" in address_of(page)


def test_a_decision_is_kept_and_typing_it_fires_no_keys(page: Page, address: str, folder: Path):
    visit(page, address, MEETING)
    page.keyboard.press("n")
    expect(page.locator("#toast")).to_contain_text("Choose an area first")
    press(page, "2", "area=")
    code = here(page)
    page.keyboard.press("n")
    expect(page.locator("#present-text")).to_be_focused()
    page.keyboard.type("Patrol by bus stop, 22 to 01? p 0")
    page.keyboard.press("Tab")
    page.keyboard.type("A. Bee")
    page.keyboard.press("Enter")
    expect(page.locator("#present-note")).to_be_hidden()
    expect(page.locator(".present-details")).to_contain_text("Patrol by bus stop, 22 to 01? p 0 (A. Bee)")
    assert here(page) == code
    kept = json.loads((folder / "notes.jsonl").read_text(encoding="utf-8").splitlines()[-1])
    assert (kept["area"], kept["author"]) == (code, "A. Bee")
    assert "Bee" not in address_of(page)


def test_long_decisions_leave_whole_rows_and_the_latest_in_sight(page: Page, address: str, folder: Path):
    visit(page, address, f"{MEETING}&layer=local_moran")
    code, notes = codes(page)[-1], Notes(folder)
    for text in ("Earlier " * 70, "Later still " * 48):
        day = date(2024, 2, 6)
        notes.add(note(code, "A. Bee", text, day=day, source="offences", seen=month_number("2023-12")))
    visit(page, address, f"{MEETING}&layer=local_moran&area={code}")
    expect(page.locator(".present-details")).to_contain_text("Later still")
    for width, height in ((1024, 768), (1280, 720)):
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate(FRAMES)
        decisions_are_whole(page)


def decisions_are_whole(page: Page) -> None:
    """The latest, in type that a room can read, and every row that is not left out."""
    shown = page.evaluate(
        """() => {
          const side = document.querySelector(".present-side"), floor = side.getBoundingClientRect().bottom;
          const seen = [...document.querySelectorAll(".present-list li, .present-details dd")]
            .filter((e) => e.checkVisibility()).map((e) => e.getBoundingClientRect());
          return { cut: seen.filter(({ bottom }) => bottom > floor + 1).length, rows: seen.length,
            type: parseFloat(getComputedStyle(document.querySelector(".present-details dd")).fontSize),
            hidden: side.scrollHeight - side.clientHeight };
        }"""
    )
    assert shown["rows"] > 3
    assert shown["type"] >= 16
    assert (shown["cut"], shown["hidden"]) == (0, 0)
    expect(page.get_by_text("Later still").first).to_be_in_viewport(ratio=1)
    expect(page.get_by_text("Earlier Earlier").first).to_be_hidden()


def test_buttons_do_what_the_keys_do(page: Page, address: str):
    visit(page, address, "?from=2023-02&to=2023-02&view=present")
    page.get_by_role("link", name="Later: March 2023").click()
    arrive(page, "from=2023-03")
    page.locator(".present-row").nth(1).click()
    arrive(page, "area=")
    page.get_by_role("link", name="Leave").click()
    arrive(page, "^(?!.*view=)")


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize(
    "search",
    [
        "?view=present&layer=local_moran",
        "?view=present&source=ae&area=E01035001",
        "?view=present&category=robbery&hour=4&day=tue&from=2023-02&to=2023-02&borough=E06000002",
    ],
    ids=["clusters", "controlled, one chosen", "nothing matches"],
)
def test_a_room_sees_everything_at_once_in_large_type(
    page: Page, address: str, width: int, height: int, search: str
):
    page.set_viewport_size({"width": width, "height": height})
    visit(page, address, search)
    found = barriers(page, but=() if (width, height) == SIZES[0] else (CONTRAST,))
    measured = page.evaluate(
        """() => {
          const side = document.querySelector(".present-side");
          const small = [...document.querySelectorAll("[class|=present] *, .legend *")]
            .filter((e) => e.checkVisibility() && e.id !== "present-said"
              && [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
            .map((e) => parseFloat(getComputedStyle(e).fontSize));
          return { hidden: side.scrollHeight - side.clientHeight, smallest: Math.min(...small),
            sideways: document.documentElement.scrollWidth - innerWidth };
        }"""
    )
    assert not found
    assert measured["sideways"] <= 0
    assert measured["hidden"] <= 1
    assert measured["smallest"] >= (24 if height > 1000 else 15)


APART = """() => [...document.querySelectorAll(".present-row")].map((row) => {
  const [found, value] = [".present-found", ".present-value"].map((it) => row.querySelector(it));
  return value.getBoundingClientRect().left - found.getBoundingClientRect().right;
})"""
"""Pixels between what was found of each area listed and its number."""


@pytest.mark.parametrize(
    "search", ["&layer=colocation&compare=ae", "&layer=emerging", "&source=ae&layer=change"]
)
def test_what_was_found_of_an_area_keeps_clear_of_its_number(page: Page, address: str, search: str):
    visit(page, address, f"{MEETING}{search}")
    apart = page.evaluate(APART)
    assert apart and min(apart) >= 0
    longest = "consecutive: hot for the last months running, side by side"
    page.locator(".present-found").first.evaluate("(it, words) => (it.textContent = words)", longest)
    assert min(page.evaluate(APART)) >= 0
