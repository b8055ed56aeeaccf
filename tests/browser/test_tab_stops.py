"""How soon is who uses the keyboard alone at the end of the page? Within forty presses of Tab."""

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import FRAMES, rest, visit

MOST = 40
SELECTED = "E01035001"
SET = "E01035001,E01035002,E01035003"
STATES = {
    "plain": "",
    "hotspots": "?category=robbery&layer=getis_ord",
    "an area": f"?layer=getis_ord&area={SELECTED}",
    "a set": f"?layer=getis_ord&set={SET}",
    "a set and an area": f"?layer=getis_ord&set={SET}&area={SELECTED}",
    "a set, an area and every kind of filter": (
        f"?from=2023-02&to=2023-11&month=3,4&hour=19-6&day=fri,sat&borough=E06000001&set={SET}&area={SELECTED}"
    ),
    "compare": f"?view=compare&layer=getis_ord&set={SET}&area={SELECTED}",
    "assessment": "?view=assess&sources=offences",
    "present": f"?view=present&layer=getis_ord&area={SELECTED}",
}
IDLE = "() => new Promise((done) => requestIdleCallback(done, { timeout: 1000 }))"
"""By then the groups have their stops; a page that never rests is looked at all the same."""
HERE = """() => {
  const { activeElement: at } = document;
  window.stops ??= [];
  if (at === document.body || stops.includes(at)) return null;
  stops.push(at);
  return at.getAttribute("aria-label") || at.textContent.trim() || at.id;
}"""


def stops(page: Page) -> list[str]:
    """What the Tab key comes to, from the top of the page to its end."""
    page.evaluate(
        "() => { delete window.stops; document.body.tabIndex = -1; document.body.focus(); "
        "document.body.removeAttribute('tabindex'); window.scrollTo(0, 0); }"
    )
    found: list[str] = []
    while True:
        page.keyboard.press("Tab")
        here = page.evaluate(HERE)
        if here is None:
            return found
        found.append(here)


@pytest.mark.parametrize("search", STATES.values(), ids=list(STATES))
def test_the_end_of_the_page_is_forty_stops_away_at_most(page: Page, address: str, search: str) -> None:
    visit(page, address, search)
    rest(page)
    if "assess" in search:
        expect(page.locator("#assess-body article").first).to_be_visible()
        page.evaluate(FRAMES)
    page.evaluate(IDLE)
    found = stops(page)
    assert found[:1] == ["Skip to finding"], "from the top"
    assert len(found) <= MOST, found
