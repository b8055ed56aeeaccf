"""What takes long, and what is new: how far it is, a way to stop, a whole file or none, other data."""

import json
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.support.browser import Held, address_of, barriers, go, rest, shows, visit

PACKS, JOB = "**/export.pack*", "**/jobs/one"


@pytest.fixture
def page(page: Page, address: str) -> Page:
    visit(page, address, "?borough=E06000002")
    return page


def ask(page: Page) -> None:
    page.get_by_text("Export", exact=True).click()
    page.get_by_role("link", name="Ward packs").click()


def takes_long(page: Page, address: str, **progress: object) -> None:
    """Let an address be answered by a job, which is as far as this."""
    told = {"state": "working", "done": 0, "total": 0, "what": "", "ahead": 0, "seconds": 2} | progress

    def begin(route: Route) -> None:
        assert route.request.headers["prefer"] == "respond-async"
        route.fulfill(status=202, headers={"Location": "/jobs/one"})

    def follow(route: Route) -> None:
        if route.request.method == "DELETE":
            route.fulfill(status=204)
        else:
            route.fulfill(json=told)

    page.route(address, begin)
    page.route(JOB, follow)


def given_up(request: Request) -> bool:
    return request.method == "DELETE" and request.url.endswith("/jobs/one")


def test_a_file_is_saved_when_it_is_there(page: Page, tmp_path: Path):
    with page.expect_download() as download:
        ask(page)
    expect(page.locator("#toast")).to_have_text("Saved: squareshire-ward-packs.zip.")
    expect(page.locator("#job")).to_be_hidden()
    download.value.save_as(tmp_path / "packs.zip")
    with zipfile.ZipFile(tmp_path / "packs.zip") as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == 3


def test_a_long_file_shows_how_far_it_is_and_can_be_cancelled(page: Page):
    takes_long(page, PACKS, done=1, total=3, what="Castle")
    ask(page)
    expect(page.locator("#job-count")).to_have_text("1 of 3: Castle")
    assert page.locator("#job-bar").evaluate("bar => bar.value / bar.max") == pytest.approx(1 / 3)
    assert not barriers(page)
    with page.expect_request(given_up):
        page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#job")).to_be_hidden()
    expect(page.locator("#toast")).to_be_empty()


def test_a_file_that_cannot_be_had_is_said_and_can_be_tried_again(page: Page):
    def refuse(route: Route) -> None:
        route.fulfill(status=503, body="40 pieces of work are waiting already: try again in a while.")

    page.route(PACKS, refuse)
    ask(page)
    expect(page.locator("#job [role=alert]")).to_contain_text("40 pieces of work are waiting")
    page.unroute(PACKS)
    with page.expect_download():
        page.locator("#job").get_by_role("button", name="Try again").click()


def test_a_long_answer_can_be_cancelled_and_the_last_map_stays(page: Page):
    takes_long(page, "**/answer?*month=3*")
    page.evaluate("history.pushState(null, '', '?month=3'); dispatchEvent(new PopStateEvent('popstate'))")
    expect(page.locator("#wait")).to_contain_text("Working… 2 s")
    with page.expect_request(given_up):
        page.locator("#wait").get_by_role("button", name="Cancel").click()
    expect(page.locator("body")).to_have_attribute("data-state", "ready")
    assert address_of(page).endswith("?borough=E06000002")


def test_new_data_are_told_and_never_shown_beside_those_of_the_page(page: Page):
    headline = page.locator("#headline").inner_text()
    page.route("**/version", lambda route: route.fulfill(body=json.dumps({"version": "other"})))
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("#renewed")).to_have_text("New data: Reload")
    assert not barriers(page)

    def renew(route: Route) -> None:
        response = route.fetch()
        route.fulfill(response=response, headers=response.headers | {"x-data-version": "other"})

    page.route("**/answer*", renew)
    page.locator("#filter-level").get_by_text("Ward", exact=True).click()
    expect(page.locator("#trouble")).to_contain_text("this page still shows the former")
    assert page.locator("#headline").inner_text() == headline
    page.unroute("**/answer*")
    page.locator("#trouble").get_by_role("button", name="Reload").click()
    shows(page, "?borough=E06000002&level=ward")


def test_what_could_not_be_taken_is_said_in_every_view(page: Page, address: str):
    visit(page, address, "?view=assess&hour=77")
    expect(page.locator("#notices")).to_be_visible()
    expect(page.locator("#notices")).to_contain_text("77")
    expect(page.locator("#headline")).to_be_hidden()


def test_a_map_whose_shapes_are_on_their_way_fades(page: Page):
    """The map before it stood under the new legend as if it were the answer."""
    shapes = Held(page, "**/geometry/tiles-borough-*")
    go(page, "?level=borough&layout=tiles")
    board = page.locator("#map > .map")
    expect(board).to_have_attribute("aria-busy", "true")
    shapes[0].continue_()
    expect(board).not_to_have_attribute("aria-busy", "true")
    page.unroute("**/geometry/tiles-borough-*")
    rest(page)
