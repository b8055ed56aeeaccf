"""Three people's work from beginning to end, once by mouse and once by keyboard alone."""

import re
import shutil
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Download, Locator, Page, expect
from pypdf import PdfReader

from dashboard import create_app
from geo.answer.atlas import Atlas
from geo.ask.query import Query
from geo.stats.patrol_record import Record
from tests.support.browser import shows, visit

MOST_TABS = 100
"""Stops of the Tab key after which a control counts as out of reach."""


class Mouse:
    """A hand that only points and clicks."""

    def use(self, page: Page, control: Locator) -> None:
        """Press a button or follow a link."""
        control.click()

    def choose(self, page: Page, control: Locator, option: str) -> None:
        """Choose from a list that opens."""
        control.click()
        page.get_by_role("option", name=option, exact=True).click()

    def pick(self, page: Page, cells: Locator, name: str) -> None:
        """Choose one of some cells or radio buttons."""
        cells.get_by_text(name, exact=True).click()

    def row(self, page: Page, number: int) -> None:
        """Choose a row of the ranked table."""
        page.locator(f'.row[data-row="{number}"] .cell').nth(1).click()


class Keys:
    """A hand that has the keyboard alone: it comes to a control by the Tab key or not at all."""

    def reach(self, page: Page, control: Locator) -> None:
        """Move the focus to a control, or into it."""
        for _ in range(MOST_TABS):
            if control.evaluate("(e) => e.contains(document.activeElement)"):
                assert page.evaluate("document.activeElement.matches(':focus-visible')")
                return
            page.keyboard.press("Tab")
        raise AssertionError(f"no way to {control} by the Tab key")

    def use(self, page: Page, control: Locator) -> None:
        """Press a button or follow a link."""
        self.reach(page, control)
        page.keyboard.press("Enter")

    def choose(self, page: Page, control: Locator, option: str) -> None:
        """Choose from a list that opens."""
        self.reach(page, control)
        page.keyboard.press("ArrowDown")
        wanted = page.get_by_role("option", name=option, exact=True)
        expect(wanted).to_be_visible()
        for _ in range(40):
            if wanted.get_attribute("data-combobox-selected") == "true":
                break
            page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")

    def pick(self, page: Page, cells: Locator, name: str) -> None:
        """Choose one of some cells or radio buttons."""
        self.reach(page, cells)
        for _ in range(30):
            said = "(e => (e.labels?.[0] ?? e).textContent)(document.activeElement)"
            if page.evaluate(said) == name:
                break
            page.keyboard.press("ArrowRight")
        if page.evaluate("document.activeElement.getAttribute('role')") == "option":
            page.keyboard.press("Space")

    def row(self, page: Page, number: int) -> None:
        """Choose a row of the ranked table."""
        self.reach(page, page.locator("#table"))
        for _ in range(5):
            if page.evaluate("document.activeElement.matches('.cell')"):
                break
            page.keyboard.press("ArrowDown")
        here = int(page.evaluate("+document.activeElement.closest('.row').dataset.row"))
        for _ in range(number - here):
            page.keyboard.press("ArrowDown")
        page.keyboard.press("Space")


Hand = Mouse | Keys
HANDS = pytest.mark.parametrize("hand", [Mouse(), Keys()], ids=["by mouse", "by keyboard alone"])


@pytest.fixture(scope="module")
def folder(small_county: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the small county's data, to make notes in."""
    return Path(shutil.copytree(small_county, tmp_path_factory.mktemp("journeys") / "data"))


@pytest.fixture(scope="module")
def atlas(folder: Path) -> Atlas:
    return Atlas.open(folder)


@pytest.fixture(scope="module")
def address(atlas: Atlas, serve) -> str:
    return serve(create_app(atlas).server)


def arrive(page: Page, part: str) -> None:
    """Wait until the answer to an address with this part is on the page."""
    shows(page, re.compile(part))


def shown(page: Page) -> Query:
    """The question whose answer is on the page."""
    return Query.parse(page.locator("body").get_attribute("data-shows") or "")[0]


def content(download: Download) -> bytes:
    return Path(download.path()).read_bytes()


# ---------------------------------------------------------------- an analyst explores


@HANDS
def test_an_analyst_finds_a_hotspot_and_asks_how_sure_it_is(
    page: Page, address: str, atlas: Atlas, hand: Hand
):
    seen = visit(page, address)
    hand.choose(page, page.locator("#filter-category"), "Violence and sexual offences")
    arrive(page, "category=violence-and-sexual-offences")
    page.keyboard.press("Escape")
    hand.choose(page, page.locator("#filter-layer"), "Hotspots, outliers (Moran's I)")
    arrive(page, "layer=local_moran")
    hand.pick(page, page.locator("#filter-day"), "Fri")
    arrive(page, "day=fri")
    answer = atlas.answer(shown(page))
    expect(page.locator("h1#headline")).to_have_text(answer.headline)
    hand.row(page, 1)
    second = answer.ranked.index[1]
    arrive(page, f"area={second}")
    expect(page.locator("[data-panel=area] h2")).to_have_text(answer.table.at[second, "name"])
    hand.use(page, page.get_by_role("link", name="Clear all"))
    arrive(page, "^(?!.*day=)")
    page.go_back()
    arrive(page, f"day=fri.*area={second}")
    assert not seen.complaints


# ---------------------------------------------------------------- a meeting decides


@HANDS
def test_a_meeting_goes_through_the_areas_and_keeps_what_it_decides(page: Page, address: str, hand: Hand):
    seen = visit(page, address)
    if isinstance(hand, Mouse):
        hand.use(page, page.get_by_role("link", name=re.compile("^Present")))
        arrive(page, "view=present")
        hand.use(page, page.locator(".present-row").nth(1))
    else:
        page.keyboard.press("p")
        arrive(page, "view=present")
        page.keyboard.press("ArrowDown")
        arrive(page, "area=")
        page.keyboard.press("ArrowDown")
    second = page.locator(".present-row").nth(1)
    expect(second).to_have_attribute("aria-current", re.compile("."))
    expect(page.locator("#map canvas").first).to_be_visible()
    said = f"Street lighting, decided {type(hand).__name__}"
    page.keyboard.press("n")
    page.keyboard.type(said)
    page.keyboard.press("Tab")
    page.keyboard.type("C. Dee")
    page.keyboard.press("Enter")
    expect(page.locator(".present-details")).to_contain_text(f"{said} (C. Dee)")
    if isinstance(hand, Mouse):
        hand.use(page, page.get_by_role("link", name=re.compile("^Leave")))
    else:
        page.keyboard.press("Escape")
    arrive(page, "^(?!.*view=)")
    expect(page.locator("#filters")).to_be_visible()
    assert not seen.complaints


# ---------------------------------------------------------------- an officer takes a ward home


@HANDS
def test_an_officer_exports_wards_as_a_workbook_and_one_as_a_pack(
    page: Page, address: str, atlas: Atlas, hand: Hand
):
    seen = visit(page, address)
    hand.pick(page, page.get_by_role("radiogroup").filter(has_text="Ward"), "Ward")
    arrive(page, "level=ward")
    hand.row(page, 0)
    arrive(page, "level=ward.*area=|area=.*level=ward")
    answer = atlas.answer(shown(page))
    menu = page.locator("summary", has_text="Export")
    hand.use(page, menu)
    with page.expect_download() as workbook:
        hand.use(page, page.locator("#export-xlsx"))
    sheets = openpyxl.load_workbook(BytesIO(content(workbook.value)))
    rows = list(sheets.worksheets[0].iter_rows(values_only=True))
    assert rows[0][0] == answer.table.index.name
    assert {row[0] for row in rows[1:]} == set(answer.table.index)
    assert sum(row[rows[0].index("count")] for row in rows[1:]) == answer.table["count"].sum()
    if not page.locator("#export-pack").is_visible():
        hand.use(page, menu)
    with page.expect_download(timeout=120_000) as pack:
        hand.use(page, page.locator("#export-pack"))
    reader = PdfReader(BytesIO(content(pack.value)))
    assert len(reader.pages) == 2
    assert answer.table.at[answer.query.area, "name"] in reader.pages[0].extract_text()
    assert not seen.complaints


# ---------------------------------------------------------------- an officer goes there


def test_a_hotspot_becomes_duty_sheets_and_an_evaluation_by_keyboard_alone(
    page: Page, address: str, tmp_path: Path
):
    hand = Keys()
    seen = visit(page, address)
    hand.choose(page, page.locator("#filter-layer"), "Hotspots, outliers (Moran's I)")
    arrive(page, "layer=local_moran")
    hand.pick(page, page.locator(".bar-views"), "Patrols")
    page.keyboard.press("Enter")
    page.wait_for_url("**/patrol?*layer=local_moran*")
    for name, value in (("areas", "6"), ("a_day", "2"), ("tiers", "2"), ("days", "28")):
        hand.reach(page, page.locator(f"#patrol-{name}"))
        page.keyboard.press("ControlOrMeta+A")
        page.keyboard.type(value)
    hand.reach(page, page.locator("#patrol-first"))
    page.keyboard.type("11062023")
    hand.use(page, page.get_by_role("button", name="Plan and draw"))
    page.wait_for_url("**first=2023-11-06*")
    files = {}
    for label in ("Duty sheets", "Sealed record"):
        with page.expect_download(timeout=120_000) as file:
            hand.use(page, page.get_by_role("link", name=label))
        files[label] = content(file.value)
    record = tmp_path / "record.json"
    record.write_bytes(files["Sealed record"])
    areas = Record.from_json(files["Sealed record"].decode()).design.areas
    sheets = PdfReader(BytesIO(files["Duty sheets"])).pages
    assert len(sheets) == len(areas) == 6
    assert all(code in sheet.extract_text() for code, sheet in zip(areas, sheets, strict=True))
    assert {tuple(map(round, sheet.mediabox.upper_right)) for sheet in sheets} == {(595, 842)}  # A4, to print
    hand.use(page, page.get_by_role("link", name="A trial under way or over"))
    with page.expect_file_chooser() as chooser:
        hand.use(page, page.locator("#patrol-record"))
    chooser.value.set_files(record)
    hand.use(page, page.get_by_role("button", name="Judge"))
    expect(page.locator("#judged")).to_contain_text("6 areas")
    assert not seen.complaints
