"""The dark theme as people meet it: by key and by link, kept, drawn everywhere, light on paper."""

import io
import re
from collections.abc import Iterator

import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from geo.answer.colours import SEQUENTIAL
from tests.support.browser import (
    CONTRAST,
    LAPTOP,
    Held,
    address_of,
    barriers,
    draw,
    go,
    load,
    rest,
    shows,
    visit,
)

ANSWERS = "/answer"
SELECTED = "E01035001"
DARKEST = "#0e161d"
STATES = (
    "",
    "?layer=local_moran&overlay=imd",
    f"?area={SELECTED}",
    "?view=compare",
    "?view=present",
    "?view=assess",
)


def theme_of(page: Page) -> list[str | None]:
    """Theme of the page, of its controls, and what its button says."""
    root = page.locator("html")
    button = page.locator("[data-act=theme]")
    return [
        root.get_attribute("data-theme"),
        root.get_attribute("data-mantine-color-scheme"),
        button.get_attribute("aria-pressed"),
    ]


DARK, LIGHT = ["dark", "dark", "true"], ["light", "light", "false"]


@pytest.fixture
def dark(page: Page, address: str) -> Iterator[Page]:
    """The page turned dark as by its reader, and light again for the next."""
    visit(page, address)
    page.keyboard.press("d")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    yield page
    page.locator("body").press("d")


def ground(page: Page) -> tuple[int, ...]:
    """Colour of the map's top left corner, below the tools."""
    shot = Image.open(io.BytesIO(page.locator("#map").screenshot())).convert("RGB")
    return shot.getpixel((6, shot.height - 6))


def rgb(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))


# ---------------------------------------------------------------- by key, by link, kept


def test_a_key_turns_it_dark_and_this_computer_remembers(page: Page, address: str):
    seen = load(page, address, "?level=ward")
    assert theme_of(page) == LIGHT
    page.keyboard.press("d")
    expect(page).to_have_url(re.compile(r"\?level=ward&theme=dark$"))
    assert theme_of(page) == DARK
    expect(page.locator("#months .bar").first).to_have_css("fill", f"rgb{rgb('#7ab8ea')}")
    draw(page)
    assert ground(page) == rgb(DARKEST)
    assert seen.count(ANSWERS) == 1  # no second answer for other colours
    page.reload()
    expect(page.locator("body")).to_have_attribute("data-state", "ready")
    assert theme_of(page) == DARK
    load(page, address)  # a plain address, on a computer that remembers
    assert theme_of(page) == DARK
    page.locator("[data-act=theme]").click()
    assert theme_of(page) == LIGHT
    assert "theme" not in address_of(page)
    page.reload()
    expect(page.locator("body")).to_have_attribute("data-state", "ready")
    assert theme_of(page) == LIGHT
    assert not seen.complaints


def test_a_link_opens_dark_and_stays_so_without_being_remembered(page: Page, address: str):
    seen = load(page, address, "?theme=dark&layer=local_moran")
    assert theme_of(page) == DARK
    page.locator("#filter-hour").get_by_role("option", name="19:00 to 19:59").click()
    expect(page).to_have_url(re.compile(r"layer=local_moran&hour=19&theme=dark$"))
    shows(page, "?layer=local_moran&hour=19")
    page.go_back()
    shows(page, "?layer=local_moran")
    expect(page).to_have_url(re.compile("theme=dark"))
    page.locator("#present").click()
    expect(page.locator("body")).to_have_attribute("data-view", "present")
    expect(page).to_have_url(re.compile("view=present&theme=dark"))
    page.keyboard.press("d")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    assert not seen.complaints

    page.evaluate("localStorage.removeItem('hotspots.theme')")
    load(page, address)
    assert theme_of(page) == LIGHT


def test_links_to_the_pages_beside_it_have_the_theme_of_the_address(page: Page, address: str):
    load(page, address, "?level=ward&theme=dark")
    loaded, patrols = page.get_by_role("link", name="What is loaded"), page.locator("#patrols")
    expect(loaded).to_have_attribute("href", "data?theme=dark")
    expect(patrols).to_have_attribute("href", re.compile(r"^patrol\?level=ward.*&theme=dark$"))
    page.locator("#filter-hour").get_by_role("option", name="19:00 to 19:59").click()
    expect(patrols).to_have_attribute("href", re.compile("hour=19.*&theme=dark$"))
    page.locator("[data-act=theme]").click()
    expect(loaded).to_have_attribute("href", "data")
    expect(patrols).to_have_attribute("href", re.compile("hour=19(?!.*theme)"))
    page.evaluate("localStorage.removeItem('hotspots.theme')")


def test_a_theme_that_does_not_exist_is_said(page: Page, address: str):
    load(page, address, "?theme=purple")
    expect(page.locator("#notices")).to_contain_text("“purple” is not a theme that this page has")
    expect(page).to_have_url(re.compile("layer=getis_ord&cold=off$"))  # the first picture's own


def test_the_wrong_theme_never_flashes(new_tab: Page, address: str):
    """The theme is set before the first element of the body is there, and the controls never have another."""
    page = new_tab
    page.add_init_script("""
      window.flashes = [];
      new MutationObserver(() => {
        const { theme, mantineColorScheme } = document.documentElement.dataset;
        if (document.body && theme !== "dark") window.flashes.push(theme);
      }).observe(document, { subtree: true, childList: true, attributes: true });
    """)
    load(page, address, "?theme=dark")
    assert page.evaluate("flashes") == []
    assert theme_of(page) == DARK


def test_a_map_that_is_there_before_its_style_sheet_is_dark_too(new_tab: Page, address: str):
    """The script may come first: the map then read its colours from a page without any."""
    sheet = Held(new_tab, "**/one/page.css")
    new_tab.goto(f"{address}/?view=present&layer=local_moran&theme=dark", wait_until="commit")
    expect(new_tab.locator("#early-map > .map")).to_be_attached()
    sheet[0].continue_()
    rest(new_tab)
    draw(new_tab)
    assert ground(new_tab) == (0, 0, 0)


# ---------------------------------------------------------------- what is drawn


def test_the_swatches_the_map_and_the_charts_are_of_one_theme(dark: Page):
    page = dark
    go(page, "?layer=quintile")
    rest(page)
    draw(page)
    swatches = page.locator(".legend .swatch-plain")
    shown = [swatches.nth(i).evaluate("it => getComputedStyle(it).backgroundColor") for i in range(5)]
    assert shown == [f"rgb{rgb(colour)}" for colour in reversed(SEQUENTIAL.dark)]
    shot = Image.open(io.BytesIO(page.locator("#map").screenshot())).convert("RGB")
    painted = {colour for _, colour in shot.getcolors(10**6)}
    assert {rgb(colour) for colour in SEQUENTIAL.dark} <= painted
    assert rgb("#b30000") not in painted
    expect(page.locator("#gradient .bar").first).to_have_css("fill", f"rgb{rgb('#f4eaff')}")


def test_nothing_of_it_reaches_paper(dark: Page):
    page = dark
    page.emulate_media(media="print")
    ink = page.locator("h1#headline").evaluate("it => getComputedStyle(it).color")
    assert ink == f"rgb{rgb('#17222b')}"
    page.emulate_media(media="screen")
    fills = page.evaluate("""async () => {
      dispatchEvent(new Event("beforeprint"));
      await new Promise((done) => setTimeout(done));
      const fill = () => getComputedStyle(document.querySelector("#months .bar")).fill;
      const printed = [document.documentElement.dataset.theme, fill()];
      dispatchEvent(new Event("afterprint"));
      return printed;
    }""")
    assert fills == ["light", f"rgb{rgb('#1d5b8f')}"]
    assert theme_of(page) == DARK
    paper = PdfReader(io.BytesIO(page.pdf(print_background=True)))
    assert "offences" in paper.pages[0].extract_text().lower()


# ---------------------------------------------------------------- for everyone


def test_no_barrier_that_axe_can_find_in_the_dark(dark: Page):
    """On the narrow page where it is its plainest."""
    found = {}
    for width, states in ((390, STATES[:1]), (LAPTOP["width"], STATES)):
        dark.set_viewport_size({"width": width, "height": 768})
        for search in states:
            go(dark, search)
            rest(dark)
            assert theme_of(dark) == DARK
            found[width, search] = barriers(dark, CONTRAST)
    assert not any(found.values()), found
    go(dark, "")
    rest(dark)


def test_high_contrast_keeps_focus_and_what_is_chosen(page: Page, address: str):
    """Where the system sets the colours: chosen cells and the segment in use differ, focus is outlined."""
    page.emulate_media(forced_colors="active")
    visit(page, address, "?hour=19")

    def look(selector: str, what: str) -> str:
        return page.locator(selector).first.evaluate(f"it => getComputedStyle(it).{what}")

    chosen, other = "#filter-hour [aria-selected=true]", "#filter-hour [aria-selected=false]"
    assert look(chosen, "backgroundColor") != look(other, "backgroundColor")
    assert look(chosen, "color") != look(chosen, "backgroundColor")
    active = "#filter-level .mantine-SegmentedControl-label[data-active]"
    assert look(active, "backgroundColor") != look(
        "#filter-level label:not([data-active])", "backgroundColor"
    )
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    focused = page.locator(":focus-visible")
    assert focused.evaluate("it => getComputedStyle(it).outlineStyle") == "solid"
    assert focused.evaluate("it => parseFloat(getComputedStyle(it).outlineWidth)") >= 2
