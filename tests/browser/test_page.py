"""The page as people meet it: one request a change, the address as the only state, keys, trouble."""

import contextlib
import re

from playwright.sync_api import Error, Page, Route, expect

from dashboard import create_app
from dashboard.link import PLAIN
from geo.answer.atlas import Atlas
from tests.support.browser import CONTRAST, LAPTOP, address_of, barriers, go, load, rest, shows, visit

ANSWERS = "/answer"
SELECTED = "E01035001"


def settle(page: Page) -> None:
    """Wait until the page shows the answer to its address."""
    search = search_of(page).removeprefix("level=lsoa")
    shows(page, f"?{search}" if search else "")


def search_of(page: Page) -> str:
    """Query string in the address bar."""
    return address_of(page).partition("?")[2]


def cell(page: Page, strip: str, name: str):
    """One cell of a strip."""
    return page.locator(f"#filter-{strip}").get_by_role("option", name=name, exact=True)


def chosen(page: Page, strip: str) -> list[str]:
    """Values of the chosen cells of a strip."""
    cells = page.locator(f"#filter-{strip} [aria-selected=true]")
    return [cells.nth(i).get_attribute("data-value") or "" for i in range(cells.count())]


# ---------------------------------------------------------------- one question, one answer


def test_each_change_asks_once_and_shapes_come_once(page: Page, address: str):
    seen = load(page, address)
    assert seen.count(ANSWERS) == 1
    changes = [
        (lambda: cell(page, "hour", "19:00 to 19:59").click(), "hour=19"),
        (lambda: choose(page, "measure", re.compile("^Rate")), "measure=rate"),
        (lambda: choose(page, "layer", "Hotspots, outliers (Moran's I)"), "layer=local_moran"),
        (
            lambda: (
                page.locator("#detail summary").click()
                or page.get_by_role("switch", name="Allow for many areas (FDR)").click()
            ),
            "fdr=off",
        ),
        (lambda: page.locator("#filter-level").get_by_text("Ward", exact=True).click(), "level=ward"),
        (lambda: page.locator("#filter-level").get_by_text("LSOA", exact=True).click(), "fdr=off$"),
        (lambda: choose(page, "from", "Mar 2023"), "from=2023-03"),
        (lambda: choose(page, "source", "A&E attendances"), "source=ae"),
        (lambda: cell(page, "borough", "Eastshire").click(), "borough=E06000002"),
    ]
    for number, (change, expected) in enumerate(changes, start=2):
        change()
        page.wait_for_url(re.compile(expected))
        settle(page)
        assert seen.count(ANSWERS) == number, expected
    geometry = [request for request in seen.requests if "/geometry/" in request]
    assert len(geometry) == len(set(geometry)) == 3
    assert not seen.complaints


def choose(page: Page, control: str, option: str | re.Pattern[str]) -> None:
    page.locator(f"#filter-{control}").click()
    page.get_by_role("option", name=option, exact=True).click()


def test_measures_are_chosen_by_key_and_say_what_they_are_or_why_not(page: Page, address: str):
    visit(page, address, "?source=ae")
    control = page.locator("#filter-measure")
    control.focus()
    page.keyboard.press("Enter")
    options = page.get_by_role("option").filter(has=page.locator(".choice"))
    expect(options).to_have_count(7)
    expect(options.last).to_have_attribute("data-combobox-disabled", "true")
    expect(options.last).to_contain_text("Not here: harm is not weighed for controlled sources.")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("measure=rate"))
    settle(page)
    expect(control).to_have_value("Rate")
    expect(page.locator("#note-measure")).to_contain_text("town centres have few residents")
    expect(page.get_by_role("group", name="Measure")).to_have_accessible_description(
        re.compile("town centres .* Not possible: Harm, because")
    )


def test_nothing_leaves_the_machine(page: Page, address: str):
    seen = load(page, address, "?layer=getis_ord&overlay=imd")
    foreign = [request for request in seen.requests if not request.startswith((address, "data:", "blob:"))]
    assert not foreign
    assert not seen.complaints


def test_a_pasted_link_restores_everything(page: Page, address: str):
    when = "from=2023-02&to=2023-11&month=3,4&hour=19-6&day=fri,sat"
    how = "measure=rate&layer=quintile&overlay=imd"
    link = f"?category=robbery,drugs&{when}&borough=E06000001&{how}&area={SELECTED}"
    load(page, address, link)
    assert chosen(page, "hour") == [*map(str, range(7)), *map(str, range(19, 24))]
    assert chosen(page, "day") == ["fri", "sat"]
    assert chosen(page, "month") == ["3", "4"]
    assert chosen(page, "borough") == ["E06000001"]
    expect(page.locator("#filter-from")).to_have_value("Feb 2023")
    expect(page.locator("#filter-to")).to_have_value("Nov 2023")
    expect(page.locator("#filter-layer")).to_have_value("Fifths of areas")
    expect(page.locator("#filter-measure")).to_have_value("Rate")
    expect(page.locator("#row-category")).to_contain_text("Robbery")
    expect(page.locator("#row-category")).to_contain_text("Drugs")
    expect(page.locator("#selected")).to_contain_text("Square 00")
    expect(page.locator("#description")).to_contain_text("19:00 to 06:59")
    expect(page).to_have_title(re.compile("Robbery and drugs in Westshire.* · Hotspots"))


def test_back_undoes_a_change_and_the_controls_follow(page: Page, address: str):
    visit(page, address)
    headline = page.locator("h1#headline").inner_text()
    cell(page, "hour", "03:00 to 03:59").click()
    expect(page.locator("h1#headline")).not_to_have_text(headline)
    cell(page, "day", "Friday").click()
    page.wait_for_url(re.compile("day=fri"))
    settle(page)
    page.go_back()
    page.wait_for_url(lambda url: "day" not in url)
    settle(page)
    assert (chosen(page, "hour"), chosen(page, "day")) == (["3"], [])
    page.go_back()
    page.wait_for_url(lambda url: "hour" not in url)
    settle(page)
    assert f"?{search_of(page)}" == PLAIN
    assert chosen(page, "hour") == []
    expect(page.locator("h1#headline")).to_have_text(headline)


def test_nonsense_in_a_link_is_said_and_the_rest_works(page: Page, address: str):
    seen = visit(page, address, "?hour=22-1,77&colour=red&level=ward&category=murder")
    notices = page.locator("#notices")
    expect(notices).to_contain_text("“77” is not an hour from 0 to 23")
    expect(notices).to_contain_text("“colour”")
    expect(notices).to_contain_text("no category “murder”")
    assert chosen(page, "hour") == ["0", "1", "22", "23"]
    assert search_of(page) == "level=ward&hour=22-1"
    assert seen.count(ANSWERS) == 1


def test_a_late_answer_never_overwrites_a_newer_one(page: Page, address: str):
    visit(page, address)
    held: list[Route] = []

    def hold_first(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)

    page.route(f"**{ANSWERS}*", hold_first)
    cell(page, "hour", "03:00 to 03:59").click()
    expect(page.locator("body")).to_have_attribute("data-state", "waiting")  # the sign after 200 ms
    cell(page, "hour", "03:00 to 03:59").click()
    cell(page, "day", "Monday").click()
    expect(page.locator("#description")).to_contain_text("Mondays")
    with contextlib.suppress(Error):  # the page has given it up
        held[0].continue_()
    rest(page)
    expect(page.locator("#description")).not_to_contain_text("03:00")
    assert (chosen(page, "hour"), chosen(page, "day")) == ([], ["mon"])


def test_when_the_server_is_gone_the_page_says_so_keeps_the_map_and_tries_again(page: Page, address: str):
    visit(page, address)
    headline = page.locator("h1#headline").inner_text()
    page.route(f"**{ANSWERS}*", lambda route: route.abort())
    cell(page, "hour", "03:00 to 03:59").click()
    trouble = page.get_by_role("alert").filter(has_text="does not answer")
    expect(trouble).to_contain_text("See that it is still running")
    expect(page.locator("h1#headline")).to_have_text(headline)
    page.unroute(f"**{ANSWERS}*")
    trouble.get_by_role("button", name="Try again").click()
    expect(page.locator("#description")).to_contain_text("03:00 to 03:59")
    expect(page.locator("#trouble")).to_be_hidden()


def test_a_fault_of_the_server_is_a_sentence_not_a_blank_page(
    small_atlas: Atlas, serve, page: Page, monkeypatch
):
    app = create_app(small_atlas)
    visit(page, serve(app.server))
    monkeypatch.setattr(type(small_atlas), "answer", lambda self, query: 1 / 0)
    cell(page, "hour", "03:00 to 03:59").click()
    expect(page.locator("#trouble")).to_contain_text("could not work this out")
    expect(page.locator(".row").first).to_be_visible()


# ---------------------------------------------------------------- the linked parts


def test_a_row_selects_on_the_map_and_the_map_selects_the_row(page: Page, address: str):
    visit(page, address)
    page.locator(".row").nth(2).click()
    page.wait_for_url(re.compile("area="))
    settle(page)
    code = search_of(page).removeprefix("area=")
    expect(page.locator("#selected")).to_contain_text(code)
    expect(page.locator(f".row[data-code={code}]")).to_have_attribute("aria-selected", "true")
    box = page.locator("#map canvas").first.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.5)
    page.wait_for_url(lambda url: "area=" in url and code not in url)
    settle(page)
    other = search_of(page).removeprefix("area=")
    expect(page.locator(f".row[data-code={other}]")).to_have_attribute("aria-selected", "true")
    expect(page.locator(".legend-current")).to_have_count(1)
    page.get_by_role("link", name=re.compile("^Close")).click()
    page.wait_for_url(lambda url: "area=" not in url)
    expect(page.locator("#selected")).to_be_hidden()


def test_months_are_chosen_on_their_chart_by_click_and_by_brush(page: Page, address: str):
    visit(page, address)
    bars = [bar.bounding_box() for bar in page.locator("#months .bar").all()]
    left, right, y = bars[0]["x"], bars[-1]["x"] + bars[-1]["width"], bars[0]["y"] + bars[0]["height"] / 2
    month = (right - left) / 12
    page.mouse.click(left + 3.5 * month, y)
    page.wait_for_url(re.compile("from=2023-04&to=2023-04"))
    settle(page)
    page.mouse.click(left + 3.5 * month, y)  # the only one again: all
    page.wait_for_url(lambda url: "from=" not in url)
    settle(page)
    page.mouse.move(left + 1.2 * month, y)
    page.mouse.down()
    page.mouse.move(left + 4.8 * month, y + 4, steps=6)
    page.mouse.up()
    page.wait_for_url(re.compile("from=2023-02&to=2023-05"))
    settle(page)
    expect(page.locator("#filter-to")).to_have_value("May 2023")


def test_an_hour_of_a_day_is_chosen_on_the_clock(page: Page, address: str):
    visit(page, address, "?night=fri")
    page.locator("#clock").scroll_into_view_if_needed()
    box = page.locator("#clock .chart-trace").first.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] * 20.5 / 24, box["y"] + box["height"] * 5.5 / 7)
    page.wait_for_url(re.compile("day=sat&hour=20$"))
    settle(page)
    assert (chosen(page, "day"), chosen(page, "hour"), chosen(page, "night")) == (["sat"], ["20"], [])


def test_hours_are_painted_by_dragging_and_wrap_midnight(page: Page, address: str):
    seen = visit(page, address)
    for first, last in (("22:00 to 22:59", "23:00 to 23:59"), ("00:00 to 00:59", "02:00 to 02:59")):
        cell(page, "hour", first).hover()
        page.mouse.down()
        cell(page, "hour", last).hover()
        page.mouse.up()
        settle(page)
    assert search_of(page) == "hour=22-2"
    assert seen.count(ANSWERS) == 3
    page.get_by_role("link", name="Clear: Hours").click()
    page.wait_for_url(lambda url: "hour" not in url)


def test_swatches_of_the_table_follow_the_map(page: Page, address: str):
    visit(page, address)
    choose(page, "layer", "Deprivation (decile)")
    page.wait_for_url(re.compile("layer=imd"))
    settle(page)
    row = page.locator(".row[data-row='0']")
    decile = row.locator(".cell").last.inner_text()
    swatch = page.locator(f".legend-item[data-class='{int(decile) - 1}'] .swatch").get_attribute("style")
    expect(row.locator(".swatch")).to_have_attribute("style", swatch)


def test_export_links_ask_what_the_page_shows(page: Page, address: str):
    visit(page, address, "?level=ward&category=robbery")
    page.locator("summary", has_text="Export").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Table (CSV)").click()
    text = download.value.path().read_text(encoding="utf-8")
    assert text.startswith("wd24cd,name,borough,count,")
    assert len(text.splitlines()) == 10


# ---------------------------------------------------------------- by keyboard


def test_a_strip_is_one_stop_of_the_tab_key_and_works_by_arrows(page: Page, address: str):
    visit(page, address)
    first = cell(page, "hour", "00:00 to 00:59")
    first.focus()
    page.keyboard.press("ArrowDown")
    expect(cell(page, "hour", "08:00 to 08:59")).to_be_focused()
    page.keyboard.press("Space")
    page.wait_for_url(re.compile("hour=8$"))
    page.keyboard.press("Shift+ArrowRight")
    page.wait_for_url(re.compile("hour=8-9$"))
    page.keyboard.press("End")
    expect(cell(page, "hour", "23:00 to 23:59")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#filter-hour :focus")).to_have_count(0)


def test_skip_links_lead_to_the_parts(page: Page, address: str):
    visit(page, address)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to finding")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("h1#headline")).to_be_focused()


def test_p_presents_and_escape_leaves(page: Page, address: str):
    visit(page, address, "?level=ward")
    page.keyboard.press("p")
    page.wait_for_url(re.compile("view=present"))
    expect(page.locator(".present-title")).to_contain_text("All police offences in Squareshire, 2023")
    expect(page.locator("#present-list li")).to_have_count(6)
    expect(page.locator("#filters")).to_be_hidden()
    page.keyboard.press("Escape")
    page.wait_for_url(lambda url: "view=" not in url)
    expect(page.locator("#filters")).to_be_visible()


def test_menu_and_dialogs_are_whole_on_a_phone(page: Page, address: str):
    """The menu of files began left of the screen; the last link below what is saved was cut."""
    page.set_viewport_size({"width": 390, "height": 844})
    visit(page, address)
    page.locator(".menu summary").click()
    box = page.locator(".menu-list").bounding_box()
    assert box and box["x"] >= 0 and box["x"] + box["width"] <= 390
    page.locator(".menu summary").click()
    page.locator("[data-act=saved]").click()
    page.get_by_label("Name").fill("Squares")
    page.keyboard.press("Enter")
    expect(page.locator("#saved-list li")).to_have_count(1)
    ends = "links => Math.max(...links.map((it) => it.getBoundingClientRect().right))"
    assert page.locator(".saved-files > :visible").evaluate_all(ends) <= 390 - 16


def test_a_row_is_selected_by_keyboard(page: Page, address: str):
    visit(page, address)
    page.locator(".row").first.locator(".cell").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    page.wait_for_url(re.compile("area="))


def test_the_table_is_one_stop_sorts_by_its_heads_and_enter_chooses(page: Page, address: str):
    visit(page, address)
    names = page.locator("#table .row .cell-start")
    page.locator("#table [tabindex='0']").focus()
    page.keyboard.press("Control+Home")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowRight")
    head = page.get_by_role("columnheader", name="Area")
    expect(head).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(head).to_have_attribute("aria-sort", "descending")
    expect(names.first).to_have_text("Square 55")
    page.keyboard.press("Control+End")
    expect(page.locator("#table .row:focus-within")).to_have_attribute("aria-rowindex", "37")
    expect(page.locator("#table .row:focus-within .cell-start")).to_have_text("Square 00")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("area="))
    settle(page)
    expect(page.locator("#table [aria-selected=true] .cell-start")).to_have_text("Square 00")
    assert page.locator("#table [tabindex='0']").count() == 1
    head.click()  # the next reader of this page finds the order of the ranks
    expect(head).to_have_attribute("aria-sort", "none")


# ---------------------------------------------------------------- for everyone

STATES = {
    "plain": "",
    "clusters, an area selected": f"?layer=local_moran&area={SELECTED}",
    "nothing matches": "?category=robbery&hour=4&day=tue&from=2023-02&to=2023-02&borough=E06000002",
    "suppressed": "?source=ae&layer=quintile",
    "nonsense in the link": "?hour=77&colour=red",
    "boroughs, standardised": "?level=borough&measure=dsr",
    "deprivation laid over wards": "?level=ward&overlay=imd&measure=rate",
    "present": "?view=present",
    "two services": "?source=ae&layer=colocation&measure=ratio",
}

NARROW = ("plain", "clusters, an area selected", "nothing matches", "present")
"""Those that a narrow page lays out in its own way; each other differs from one of them in what is told."""


def test_no_barrier_that_axe_can_find(page: Page, address: str):
    """At both widths; contrast at the first, and on the narrow page where it is its plainest."""
    seen = visit(page, address)
    found = {}
    for name, search in STATES.items():
        go(page, search)
        shows(page, re.compile(name_of(search)))
        for width in (LAPTOP["width"], 390) if name in NARROW else (LAPTOP["width"],):
            page.set_viewport_size({"width": width, "height": 768})
            rest(page)
            found[name, width] = barriers(page, but=() if width > 1000 or name == "plain" else (CONTRAST,))
    page.set_viewport_size(LAPTOP)
    page.locator("#persons summary").click()
    found["persons and circumstances"] = barriers(page)
    page.locator("#filter-measure").click()
    expect(page.get_by_role("option", name=re.compile("^Locally smoothed"))).to_be_visible()
    found["a list is open"] = barriers(page)
    page.keyboard.press("Escape")
    page.locator("#find").fill("Square")
    expect(page.get_by_role("option", name=re.compile("^Square 00"))).to_be_visible()
    found["places are found"] = barriers(page)
    assert not any(found.values()), found
    assert not seen.complaints


def name_of(search: str) -> str:
    """Pattern of the address of a state; nonsense is tidied away."""
    return "^$" if "colour" in search else f"^{re.escape(search)}$"


def test_on_a_phone_the_filters_are_a_sheet(page: Page, address: str):
    page.set_viewport_size({"width": 390, "height": 844})
    visit(page, address)
    expect(page.locator("#filters")).to_be_hidden()
    page.get_by_role("button", name="Filters").click()
    cell(page, "day", "Friday").click()
    page.get_by_role("button", name="Done").click()
    expect(page.locator("#filters")).to_be_hidden()
    expect(page.locator("#description")).to_contain_text("Fridays")
    expect(page.locator("#clock-note")).to_contain_text("The whole week is shown, not only the times chosen.")


def test_the_table_has_the_whole_of_a_long_name_on_a_small_projector(page: Page, address: str):
    """ "Central Bedfordshire 004C" was "Cent… 004C": its end now begins the line of its ward."""
    page.set_viewport_size({"width": 1024, "height": 768})
    visit(page, address, "?layer=local_moran")
    name = page.locator("#table .cell-area").first
    name.evaluate("""it => {
      it.querySelector(".cell-start").textContent = "Central Bedfordshire";
      it.querySelector(".cell-name").insertAdjacentHTML("beforeend", '<span class="cell-end"> 004C</span>');
    }""")
    start, end, ward = (name.locator(f".cell-{part}") for part in ("start", "end", "ward"))
    assert start.evaluate("it => it.scrollWidth <= it.clientWidth")
    boxes = [part.bounding_box() for part in (start, end, ward)]
    assert boxes[0] and boxes[1] and boxes[2]
    assert boxes[1]["y"] >= boxes[0]["y"] + boxes[0]["height"] - 1, "the end is on the second line"
    assert abs(boxes[2]["y"] - boxes[1]["y"]) < 4, "and the ward beside it"
    row = page.locator("#table .row").first.bounding_box()
    assert row and boxes[2]["y"] + boxes[2]["height"] <= row["y"] + row["height"] + 1
