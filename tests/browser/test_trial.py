"""Does the trial of a partnership work? Its own commands, files and mounts, walked through in a browser.

Caddy (TLS) stands in front, below a path; the provider is the one of the tests.
"""

import shutil
import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, expect

from tests.support.browser import follow, rest, watch
from tests.support.provider import SECRET, provider
from tests.support.trial import Trial, caddy_is_here, free_port

BELOW = "/partnership"
OPTIONS = "{\n\tadmin off\n\tskip_install_trust\n\tauto_https disable_redirects\n}\n"
BY_PATH = """handle_path {below}/* {{
	reverse_proxy {{
		header_up X-Forwarded-Prefix {below}
"""
EVERY = "dynamic a app 8050 {\n\t\t\trefresh 5s\n\t\t}"
LAST = "fail_duration 2s\n\t}"


@pytest.fixture(scope="module")
def trial(small_county: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Address of the trial, and the certificate that its browser must trust."""
    if not caddy_is_here():
        pytest.skip("no Caddy: install Debian's caddy")
    folder = tmp_path_factory.mktemp("trial")
    front, login, behind = (free_port() for _ in range(3))
    address = f"https://localhost:{front}"
    with ExitStack() as end:
        theirs = end.enter_context(provider())
        at = theirs.issuer.removeprefix("http://")
        theirs.issuer = f"https://localhost:{login}"
        made = Trial(
            folder,
            {
                "https://login.localhost/realms/partnership": theirs.issuer,
                "https://hotspots.localhost": address + BELOW,
                "# For others": OPTIONS + "# For others",
                "hotspots.localhost {": f"{address} {{",
                "login.localhost {": f"{theirs.issuer} {{",
                "reverse_proxy {\n": BY_PATH.format(below=BELOW),
                EVERY: f"to 127.0.0.1:{behind}",
                LAST: f"{LAST}\n\t}}",
                "provider:8080": at,
                "for-trial-only-write-another": SECRET,
                "0.0.0.0": "127.0.0.1",
                '["ae", "admissions", "ambulance"]': '["ae"]',
                "172.30.8.0/24": "127.0.0.1",
            },
        )
        end.callback(made.stop)
        shutil.copytree(small_county, folder / "data")
        made.start("caddy")
        made.run("trust")
        made.run("settings")
        assert f":{behind}" in made.start("app", ("--port", str(behind)))
        yield address, folder / "trust" / "root.crt"


def test_the_trial_is_walked_through_below_a_path(trial: tuple[str, Path], chromium: Browser) -> None:
    address, _ = trial
    context = chromium.new_context(ignore_https_errors=True, reduced_motion="reduce")
    context.on("page", follow)
    tab = context.new_page()
    seen = watch(tab)
    tab.goto(f"{address}{BELOW}/?level=ward")
    expect(tab).to_have_title("Log in · Hotspots")
    tab.get_by_role("button", name="Log in with your partnership account").click()
    tab.wait_for_url(f"{address}{BELOW}/?level=ward")
    rest(tab)
    cookies = context.cookies()
    assert cookies and all(one["secure"] and one["httpOnly"] for one in cookies)
    tab.get_by_text("Borough", exact=True).first.click()
    tab.wait_for_url(f"{address}{BELOW}/?level=borough*")
    rest(tab)
    tab.locator("summary", has_text="Export").click()
    with tab.expect_download() as table:
        tab.locator("#export-csv").click()
    assert "E06000001" in Path(table.value.path()).read_text(encoding="utf-8")
    assert not seen.complaints
    assert all(
        one.startswith((address + BELOW, "https://localhost", "data:", "blob:")) for one in seen.requests
    )
    tab.get_by_role("link", name="Account").click()
    expect(tab.locator("main")).to_contain_text("ann@force.example")
    tab.get_by_role("button", name="Log out").click()
    expect(tab.get_by_role("status")).to_contain_text("You have logged out")
    tab.goto(f"{address}{BELOW}/?level=ward")
    expect(tab).to_have_title("Log in · Hotspots")
    context.close()


def test_what_is_for_prometheus_is_not_for_those_outside(trial: tuple[str, Path]) -> None:
    address, certificate = trial
    trusted = ssl.create_default_context(cafile=str(certificate))
    with urlopen(f"{address}{BELOW}/healthz", context=trusted, timeout=60) as answer:
        assert answer.read() == b"alive\n"
    with pytest.raises(HTTPError, match="404") as refused:
        urlopen(f"{address}/metrics", context=trusted, timeout=60)
    refused.value.close()
