"""Log-in by an identity provider: what it must prove, and what nobody can do in its place."""

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from werkzeug.test import Client, TestResponse

from dashboard.door.door import Door
from dashboard.door.groups import Groups
from geo.access.file import read
from geo.answer.atlas import Atlas
from geo.ask.viewer import OTHERS
from tests.support.door import OWN, READS, access_file, door
from tests.support.provider import CLIENT, SECRET, Provider, provider


def ways(issuer: str) -> str:
    """The part of an access file that names a provider."""
    said = f'issuer = "{issuer}"\nclient = "{CLIENT}"\nsecret = "{SECRET}"'
    return f'\n[oidc]\nlabel = "your force account"\n{said}\n'


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    with provider() as made:
        yield made


@pytest.fixture
def theirs(running: Provider) -> Provider:
    """The provider, honest again."""
    running.claims, running.key, running.algorithm = {}, None, "RS256"
    return running


@pytest.fixture(scope="module")
def pages(small_county: Path, running: Provider, tmp_path_factory: pytest.TempPathFactory) -> Groups:
    path = access_file(tmp_path_factory.mktemp("access"), ways(running.issuer))
    return Groups(Atlas.open(small_county, OTHERS), read(path))


@pytest.fixture
def made(pages: Groups, theirs: Provider, tmp_path: Path) -> Door:
    return door(pages, access_file(tmp_path, ways(theirs.issuer)))


def there(browser: Client, wanted: str = "") -> str:
    """Go to the provider, who says yes; the address that it sends the browser back to."""
    away = browser.get("/login/provider", query_string={"next": wanted})
    assert away.status_code == 302, away.text
    back = requests.get(away.headers["Location"], allow_redirects=False, timeout=10)
    return str(back.headers["Location"])


def returned(browser: Client, back: str) -> TestResponse:
    parts = urlsplit(back)
    return browser.get(f"{parts.path}?{parts.query}")


def test_a_person_comes_in_by_their_own_account(made: Door) -> None:
    browser = Client(made)
    assert "Log in with your force account" in browser.get("/login").text
    answer = returned(browser, there(browser, "level=ward"))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/?level=ward")
    account = browser.get("/account").text
    assert "ann@force.example" in account and "Analysts" in account
    assert browser.get("/answer?level=ward").status_code == 200
    browser.post("/logout", headers=OWN)
    assert browser.get("/saved").status_code == 401


def test_who_logs_out_may_log_out_there_too(made: Door, theirs: Provider) -> None:
    browser = Client(made)
    returned(browser, there(browser))
    page = browser.get(browser.post("/logout", headers=OWN).headers["Location"]).text
    assert 'href="/login/provider/out"' in page
    away = urlsplit(browser.get("/login/provider/out").headers["Location"])
    asked = {key: value[0] for key, value in parse_qs(away.query).items()}
    assert f"{away.scheme}://{away.netloc}{away.path}" == f"{theirs.issuer}/out"
    assert (asked["client_id"], asked["post_logout_redirect_uri"]) == (CLIENT, "http://localhost/login")


def test_the_provider_is_asked_with_state_nonce_and_pkce_for_our_own_address(made: Door) -> None:
    location = Client(made).get("/login/provider").headers["Location"]
    asked = {key: value[0] for key, value in parse_qs(urlsplit(location).query).items()}
    assert asked["redirect_uri"] == "http://localhost/login/back"
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["state"]) >= 20 and len(asked["nonce"]) >= 20


def lie(**claims: object) -> Callable[[Provider], None]:
    return lambda theirs: theirs.claims.update(claims)


@pytest.mark.parametrize(
    "wrong",
    [
        lie(nonce="of another log-in"),
        lie(aud="another client"),
        lie(iss="https://evil.example"),
        lie(exp=1),
        lie(sub=""),
        Provider.forge,
        Provider.sign_with_the_clients_secret,
    ],
    ids=["nonce", "audience", "issuer", "expired", "nobody", "forged", "signed with the secret"],
)
def test_what_is_not_proved_lets_nobody_in(
    made: Door, theirs: Provider, wrong: Callable[[Provider], None]
) -> None:
    browser = Client(made)
    wrong(theirs)
    answer = returned(browser, there(browser))
    assert answer.status_code == 403
    assert "Logging in with your force account did not work" in answer.text
    assert browser.get("/saved").status_code == 401


def test_an_answer_of_the_provider_is_for_the_browser_that_asked_and_once(made: Door) -> None:
    """Log-in forgery: an address with a code of somebody else's log-in is worth nothing here."""
    browser, other = Client(made), Client(made)
    back = there(browser)
    assert returned(other, back).status_code == 403
    assert returned(browser, back).status_code == 303
    assert returned(browser, back).status_code == 403


@pytest.mark.parametrize("query", ["", "error=access_denied", "code=x", "code=x&state=y"])
def test_a_return_without_a_beginning_lets_nobody_in(made: Door, query: str) -> None:
    assert Client(made).get(f"/login/back?{query}").status_code == 403


def test_a_person_without_a_group_here_is_told_so(made: Door, theirs: Provider) -> None:
    browser = Client(made)
    theirs.claims["groups"] = ["visitors"]
    returned(browser, there(browser))
    page = browser.get("/", headers=READS)
    assert page.status_code == 403
    assert "ann@force.example is known here, but is in no group" in page.text


def test_people_are_told_apart_by_what_the_provider_never_changes(made: Door, theirs: Provider) -> None:
    """Names change hands; ``sub`` does not. What one kept is not the next one's."""
    first, second = Client(made), Client(made)
    returned(first, there(first))
    first.post("/saved", json={"kind": "view", "name": "Mine", "search": "?"}, headers=OWN)
    theirs.claims["sub"] = "another person"
    returned(second, there(second))
    assert second.get("/saved").json["saved"] == []


def test_a_token_for_programs_sees_what_its_owner_sees(made: Door) -> None:
    browser = Client(made)
    returned(browser, there(browser))
    page = browser.post("/account/token", headers=OWN).text
    token = page.partition('class="desk-token">')[2].partition("<")[0]
    assert Client(made).get("/answer?level=borough", auth=("", token)).status_code == 200


def test_a_provider_that_is_away_is_told_in_a_sentence(pages: Groups, tmp_path: Path) -> None:
    away = door(pages, access_file(tmp_path, ways("http://127.0.0.1:9")))
    answer = Client(away).get("/login/provider")
    assert answer.status_code == 403
    assert "Try again, or ask who runs this dashboard" in answer.text
