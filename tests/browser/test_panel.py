"""What comes after the map: the panel at once and then whole, the evidence when it is opened; never late."""

import contextlib
import re

import pytest
from playwright.sync_api import Error, Page, expect

from geo.answer.atlas import Atlas
from geo.ask.query import Query
from tests.support.browser import CONTRAST, TARGETS, Held, barriers, go, rest, shows, visit
from tests.support.small_county import CODES

HERE, THERE = CODES[0], CODES[7]
PANEL = "[data-panel=area]"


def told(page: Page) -> None:
    """Wait until the panel is whole."""
    expect(page.locator(f"{PANEL} .fold").first).to_be_visible()


def test_the_head_comes_at_once_and_only_the_newest_panel_stays(page: Page, address: str, small_atlas: Atlas):
    panels = Held(page, "**/piece/panel*")
    visit(page, address)
    row = small_atlas.answer(Query()).table.loc[HERE]
    page.locator(f".row[data-code={HERE}]").click()
    expect(page.locator(f"{PANEL} h2")).to_have_text("Square 00")
    expect(page.locator(f"{PANEL} .selected-line")).to_contain_text(
        f"Rank {row['rank']} of 36 · {row['count']} off"
    )
    shows(page, f"?area={HERE}")
    expect(page.locator("#selected")).to_have_attribute("aria-busy", "true")
    go(page, f"?area={THERE}")
    expect(page.locator(f"{PANEL} h2")).to_have_text("Square 11")
    shows(page, f"?area={THERE}")
    expect(page.locator("#selected")).to_have_attribute("aria-busy", "true")
    panels[1].continue_()
    told(page)
    expect(page.locator("#selected")).not_to_have_attribute("aria-busy", "true")
    expect(page.locator("#panel-said")).to_contain_text("Square 11 has")
    with contextlib.suppress(Error):  # the page has given it up
        panels[0].continue_()
    rest(page)
    expect(page.locator(f"{PANEL} h2")).to_have_text("Square 11")


def test_the_last_panel_stays_and_what_failed_is_tried_again(page: Page, address: str):
    visit(page, address, f"?area={HERE}")
    told(page)
    page.locator(f"{PANEL} summary", has_text="Neighbours").click()
    page.locator(f"{PANEL} [data-add]").focus()
    page.route("**/piece/panel*", lambda route: route.abort())
    go(page, f"?area={HERE}&hour=22")
    expect(page.locator("#selected [role=alert]")).to_contain_text("could not be worked out")
    expect(page.locator(f"{PANEL} .fold").first).to_be_visible()
    page.unroute("**/piece/panel*")
    page.locator("#selected").get_by_role("button", name="Try again").click()
    expect(page.locator("#selected [role=alert]")).to_have_count(0)
    expect(page.locator(f"{PANEL} .neighbours")).to_be_visible()  # as the reader left it
    go(page, f"?area={HERE}&hour=23")
    page.locator(f"{PANEL} [data-add]").focus()
    with page.expect_response(re.compile("piece/panel.*hour=22-23")):
        go(page, f"?area={HERE}&hour=22,23")
    expect(page.locator(f"{PANEL} [data-add]")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#selected")).to_be_hidden()


@pytest.mark.parametrize("width", [1366, 390])
def test_the_evidence_comes_when_it_is_opened(page: Page, address: str, small_atlas: Atlas, width: int):
    page.set_viewport_size({"width": width, "height": 768})
    seen = visit(page, address, f"?layer=significance&area={HERE}")
    told(page)
    assert not seen.count("/piece/evidence")
    page.locator("#evidence > summary").click()
    plot = page.locator(".evidence-plot.js-plotly-plot")
    expect(plot).to_be_visible()
    expect(plot.locator(".annotation-text")).to_have_text("Square 00")
    page.evaluate(
        """code => {
        const box = document.querySelector(".evidence-plot");
        box.emit("plotly_click", { points: [{ customdata: code }] });
    }""",
        THERE,
    )
    shows(page, f"?layer=significance&area={THERE}")
    expect(page.locator(f"{PANEL} h2")).to_have_text("Square 11")
    expect(plot.locator(".annotation-text")).to_have_text("Square 11")
    assert seen.count("/piece/evidence") == 1
    told(page)
    colours = () if width > 1000 else (CONTRAST,)
    page.evaluate("document.querySelectorAll('details:not(.menu)').forEach((fold) => { fold.open = true; })")
    assert not barriers(page, but=colours)
    page.locator("details.menu").evaluate_all("menus => menus.forEach((menu) => { menu.open = true; })")
    assert not barriers(page, but=(TARGETS, *colours)), "a menu lies over what can be pressed without it"
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    go(page, f"?area={THERE}")
    expect(page.locator("#evidence-body h3").first).to_have_text("Concentration")
    assert not seen.complaints


@pytest.mark.parametrize(
    ("search", "piece", "part"),
    [
        (f"?source=ae&set={','.join(CODES[:4])}", "**/piece/panel*", "#selected"),
        ("?view=assess&sources=ae", "**/assessment/page*", "#assess"),
    ],
    ids=["the panel of a set", "the assessment"],
)
def test_what_is_no_longer_true_is_muted_and_can_be_read(
    page: Page, address: str, search: str, piece: str, part: str
):
    visit(page, address, search)
    held = Held(page, piece)
    go(page, f"{search}&hour=22")
    expect(page.locator(part)).to_have_attribute("aria-busy", "true")
    assert not barriers(page)
    held[0].continue_()
    expect(page.locator(part)).not_to_have_attribute("aria-busy", "true")


def test_the_table_is_where_it_was_before_an_area_was_opened(page: Page, address: str, small_atlas: Atlas):
    """It stood at the area's rank after that was left."""
    ranked = small_atlas.answer(Query()).ranked.index
    visit(page, address)
    table = page.locator("#table")
    scrolled = "table => table.scrollTop"
    for away, kept in ((0, True), (40, False)):
        table.evaluate("table => { table.scrollTop = 0; }")
        go(page, f"?area={ranked[-1]}")
        shows(page, f"?area={ranked[-1]}")
        low = table.evaluate(scrolled)
        assert low > 100
        table.evaluate("(table, away) => { table.scrollTop -= away; }", away)
        rest(page)
        go(page, "?")
        shows(page, "")
        assert table.evaluate(scrolled) == (0 if kept else low - away)
