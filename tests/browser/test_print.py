"""What comes out of the printer: whole, on paper of its own, with what had not come into sight yet."""

import io
from unicodedata import normalize

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.support.browser import visit
from tests.support.exported import squeezed
from tests.support.small_print import smallest

A4 = (595, 842)
READABLE, LABEL = 8, 6
"""Points that letters in print have at least, and in the figures of an assessment."""
DRAWN = """() => [...document.querySelectorAll("[data-figure], img")].every((box) => (
  box.dataset.figure ? box.querySelector(".main-svg") : box.complete && box.naturalWidth > 0))"""


WIDE = """boxes => boxes.filter((box) => box.firstElementChild.offsetWidth > box.clientWidth + 1)
  .map((box) => box.textContent.slice(0, 60))"""


def printed(page: Page, least: float = READABLE) -> list:
    page.emulate_media(media="null")  # that of the printer, whatever an earlier test left
    content = page.pdf(prefer_css_page_size=True, print_background=True)
    assert smallest(content) >= least
    return PdfReader(io.BytesIO(content)).pages


def pictures(paper) -> list[tuple[float, float, float, float]]:
    """Left, bottom, right and top of each picture on a page, points."""
    found = []

    def note(operator, operands, matrix, _text) -> None:
        if operator == b"Do":
            x, y, width, height = matrix[4], matrix[5], matrix[0], matrix[3]
            found.append((min(x, x + width), min(y, y + height), max(x, x + width), max(y, y + height)))

    paper.extract_text(visitor_operand_before=note)
    return found


@pytest.mark.parametrize(
    ("search", "width", "height"),
    [("?layer=getis_ord", 1366, 768), ("?layer=getis_ord&view=present", 1920, 1080), ("", 390, 844)],
)
def test_the_map_is_whole_on_a_page_of_its_paper(page: Page, address: str, search: str, width, height):
    page.set_viewport_size({"width": width, "height": height})
    visit(page, address, search)
    lying = "present" in search
    before = page.locator("#map").evaluate("it => [it.offsetWidth, it.offsetHeight]")
    paper = printed(page)
    page.emulate_media(media="screen")
    assert page.locator("#map").evaluate("it => [it.offsetWidth, it.offsetHeight]") == before
    assert len(paper) == 1 or not lying
    wide, high = A4[::-1] if lying else A4
    for sheet in paper:
        assert [float(side) for side in sheet.mediabox[2:]] == pytest.approx([wide, high], abs=1)
    map_ = max(pictures(paper[0]), key=lambda box: box[2] - box[0])
    assert map_[2] - map_[0] > 200
    assert map_[0] >= 0 and map_[2] <= wide and map_[1] >= 0 and map_[3] <= high
    shape = 590 / 440 if lying else before[0] / before[1]
    assert (map_[2] - map_[0]) / (map_[3] - map_[1]) == pytest.approx(shape, rel=0.03), (
        "as on the screen, and all of the room beside the list"
    )


WHOLE = """(pill) => {
  const [it, row] = [pill, pill.closest(".row")].map((one) => one.getBoundingClientRect());
  return it.left >= row.left && it.right <= row.right && it.top >= row.top && it.bottom <= row.bottom
    && pill.scrollWidth <= pill.clientWidth;
}"""


def test_the_longest_label_of_the_ranked_table_is_whole(page: Page, address: str):
    visit(page, address, "?layer=local_moran")
    pill = page.locator("#table .pill").first
    pill.evaluate("it => { it.textContent = 'high by itself'; }")
    page.emulate_media(media="print")
    assert pill.evaluate(WHOLE)


def test_an_assessment_is_printed_with_every_figure_however_far_it_was_read(page: Page, address: str):
    page.goto(f"{address}/?view=assess&sources=offences")
    expect(page.locator("#assess-body article").first).to_be_visible()
    page.wait_for_function(DRAWN)
    assert page.locator("#assess").evaluate("it => it.scrollTop") == 0
    maps, charts = page.locator(".assess-map").count(), page.locator(".assess-plot").count()
    assert maps and charts
    paper = printed(page, LABEL)
    assert sum(len(pictures(sheet)) for sheet in paper) >= maps
    text = squeezed(normalize("NFKC", " ".join(sheet.extract_text() for sheet in paper)))  # letters, not ﬁ
    for caption in page.locator("figcaption").all_inner_texts():
        assert squeezed(caption) in text
    for box in page.locator(".assess-plot").all():
        zoom = float(box.evaluate("it => it.style.getPropertyValue('--paper-zoom')"))
        assert box.locator(".main-svg").first.bounding_box()["width"] * zoom <= 702, "no wider than the paper"
    page.set_viewport_size({"width": 703, "height": 900})  # of A4 within its margins
    assert page.locator(".assess .scroll").evaluate_all(WIDE) == [], "tables are no wider either"


def test_what_is_loaded_prints_without_what_can_be_pressed_and_within_the_paper(page: Page, address: str):
    page.set_viewport_size({"width": 703, "height": 900})  # what A4 has between its margins
    page.goto(f"{address}/data")
    page.emulate_media(media="print")
    expect(page.locator(".skip")).to_be_hidden()
    expect(page.locator(".desk-table").first).to_be_visible()
    assert page.locator(".desk-scroll").evaluate_all(WIDE) == []
    text = "".join(paper.extract_text() for paper in printed(page))
    assert "Skip to" not in text and "Months" in text
