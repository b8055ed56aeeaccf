"""Log-in in a browser, by all three ways: what is seen, by keyboard too, and that nothing bars anyone."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from dashboard.door.door import Door
from dashboard.door.groups import Groups
from geo.access.file import read
from geo.answer.atlas import Atlas
from geo.ask.viewer import OTHERS
from tests.support.browser import barriers, follow, rest, watch
from tests.support.door import PASSWORD, USERS, access_file, door
from tests.support.provider import CLIENT, SECRET, provider

Serve = Callable[[Any], str]


class Proxied:
    """A reverse proxy that has logged somebody in: what a browser says of itself is overwritten."""

    def __init__(self, app: Door) -> None:
        self._app = app

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        said = {
            "HTTP_X_FORWARDED_USER": "ann",
            "HTTP_X_FORWARDED_GROUPS": "officers",
            "HTTP_X_HOTSPOTS_SECRET": "what only the proxy knows",
        }
        return self._app(environ | said, start)


@pytest.fixture(scope="module")
def pages(small_county: Path, tmp_path_factory: pytest.TempPathFactory) -> Groups:
    access = read(access_file(tmp_path_factory.mktemp("access")))
    return Groups(Atlas.open(small_county, OTHERS), access)


@pytest.fixture
def tab(chromium: Browser) -> Any:
    """A tab without cookies."""
    context = chromium.new_context(reduced_motion="reduce")
    context.on("page", follow)
    yield context.new_page()
    context.close()


def served(serve: Serve, pages: Groups, folder: Path, ways: str, behind: Any = None) -> str:
    """Serve a door on the port that its access file names; the port is known only then."""
    holder: dict[str, Any] = {}

    def app(environ: dict[str, Any], start: Any) -> Any:
        return holder["app"](environ, start)

    address = serve(app)
    path = access_file(folder, ways, address=address)
    made = door(pages, path)
    holder["app"] = behind(made) if behind else made
    return address


def test_a_password_is_typed_a_fault_is_told_and_log_out_ends_it(
    serve: Serve, pages: Groups, tab: Page, tmp_path: Path
) -> None:
    address = served(serve, pages, tmp_path, USERS)
    tab.goto(f"{address}/?level=ward")
    expect(tab).to_have_title("Log in · Hotspots")
    assert not barriers(tab)
    tab.keyboard.press("Tab")  # the link that skips the bar
    tab.keyboard.press("Tab")
    tab.keyboard.type("olu")
    tab.keyboard.press("Tab")
    tab.keyboard.type("not the password")
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("alert")).to_contain_text("The name or the password is not right")
    expect(tab).to_have_title("Error: Log in · Hotspots")
    expect(tab.get_by_label("Name")).to_have_value("olu")
    assert not barriers(tab)
    tab.get_by_label("Password").fill(PASSWORD)
    seen = watch(tab)
    tab.keyboard.press("Enter")
    tab.wait_for_url(f"{address}/?level=ward")
    rest(tab)
    assert not seen.complaints
    assert "Small areas" not in tab.locator("#filters").inner_text()
    tab.get_by_role("link", name="Account").click()
    expect(tab.locator("main")).to_contain_text("Ward officers")
    assert not barriers(tab)
    tab.get_by_role("button", name="Make a token").click()
    expect(tab.get_by_role("status")).to_contain_text("it is not shown again")
    tab.get_by_role("button", name="Log out").click()
    expect(tab.get_by_role("status")).to_contain_text("You have logged out")
    tab.goto(f"{address}/?level=ward")
    expect(tab).to_have_title("Log in · Hotspots")


def test_a_session_that_ended_is_told_on_the_open_page(
    serve: Serve, pages: Groups, tab: Page, tmp_path: Path
) -> None:
    address = served(serve, pages, tmp_path, USERS)
    tab.goto(f"{address}/?level=ward")
    tab.get_by_label("Name").fill("ann")
    tab.get_by_label("Password").fill(PASSWORD)
    tab.keyboard.press("Enter")
    tab.wait_for_url(f"{address}/?level=ward")
    rest(tab)
    tab.context.clear_cookies()
    tab.get_by_text("Borough", exact=True).first.click()
    expect(tab.get_by_role("alert")).to_contain_text("your session has ended")


def test_an_own_account_lets_in_by_way_of_the_provider(
    serve: Serve, pages: Groups, tab: Page, tmp_path: Path
) -> None:
    with provider() as theirs:
        said = f'issuer = "{theirs.issuer}"\nclient = "{CLIENT}"\nsecret = "{SECRET}"'
        address = served(serve, pages, tmp_path, f'{USERS}\n[oidc]\nlabel = "your force account"\n{said}\n')
        tab.goto(f"{address}/?level=borough")
        assert not barriers(tab)
        tab.get_by_role("button", name="Log in with your force account").click()
        tab.wait_for_url(f"{address}/?level=borough")
        rest(tab)
        tab.goto(f"{address}/account")
        expect(tab.locator("main")).to_contain_text("ann@force.example")
        expect(tab.locator("main")).to_contain_text("Analysts")


def test_a_proxy_that_has_logged_people_in_needs_no_page(
    serve: Serve, pages: Groups, tab: Page, tmp_path: Path
) -> None:
    said = 'from = ["127.0.0.1"]\nsecret = "what only the proxy knows"'
    address = served(serve, pages, tmp_path, f"\n[proxy]\n{said}\n", Proxied)
    tab.goto(f"{address}/?level=ward")
    rest(tab)
    tab.goto(f"{address}/account")
    expect(tab.locator("main")).to_contain_text("Ward officers")
    expect(tab.locator("main")).to_contain_text("log out there")
    assert not barriers(tab)
