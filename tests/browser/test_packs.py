"""Ward packs from the page: how far they are, a way to stop, and a file only when it is whole."""

import contextlib
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Download, Error, Page, Route, expect

from tests.support.browser import barriers, rest, visit

PACKS = "**/export.pack*"


@pytest.fixture
def page(new_tab: Page, address: str) -> Page:
    visit(new_tab, address, "?borough=E06000002")
    return new_tab


def ask(page: Page) -> None:
    page.get_by_text("Export", exact=True).click()
    page.get_by_role("link", name="Ward packs").click()


def test_an_archive_is_saved_when_every_ward_is_in_it(page: Page, tmp_path: Path):
    told: list[str] = []

    def tell(text: str) -> None:
        told.append(text)

    page.expose_function("tell", tell)
    page.evaluate("""() => {
        const count = document.querySelector("#packs-count");
        new MutationObserver(() => tell(count.textContent)).observe(count, { childList: true });
    }""")
    with page.expect_download() as download:
        ask(page)
        expect(page.locator("#packs")).to_be_visible()
    expect(page.locator("#toast")).to_have_text("Saved: squareshire-ward-packs.zip, with 3 wards.")
    expect(page.locator("#packs")).to_be_hidden()
    download.value.save_as(tmp_path / "packs.zip")
    with zipfile.ZipFile(tmp_path / "packs.zip") as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == 3
    assert [text for text in told if "of" in text][-1] == "3 of 3 wards"


def test_what_ends_early_is_not_saved_and_can_be_tried_again(page: Page):
    saved: list[Download] = []

    def save(download: Download) -> None:
        saved.append(download)

    page.on("download", save)

    def cut(route: Route) -> None:
        response = route.fetch()
        route.fulfill(response=response, body=response.body()[:-30])

    page.route(PACKS, cut)
    ask(page)
    expect(page.locator("#packs [role=alert]")).to_contain_text("nothing was saved")
    assert not barriers(page)
    assert not saved
    page.unroute(PACKS)
    with page.expect_download():
        page.get_by_role("button", name="Try again").first.click()


def test_packs_can_be_stopped(page: Page):
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(PACKS, hold)
    ask(page)
    expect(page.locator("#packs-count")).to_have_text("Starting…")
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#packs")).to_be_hidden()
    with contextlib.suppress(Error):  # the page has given it up
        held[0].continue_()
    rest(page)
    expect(page.locator("#toast")).to_be_empty()
    expect(page.locator("#packs")).to_be_hidden()


def test_what_could_not_be_taken_is_said_in_every_view(page: Page, address: str):
    visit(page, address, "?view=assess&hour=77")
    expect(page.locator("#notices")).to_be_visible()
    expect(page.locator("#notices")).to_contain_text("77")
    expect(page.locator("#headline")).to_be_hidden()
