"""The door: who is let in, for how long, and what forms, links and headers cannot do."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.test import Client

from dashboard.door.door import Door
from dashboard.door.groups import Groups
from dashboard.door.link import Link
from geo.access.audit import Audit
from geo.access.file import read
from geo.answer.atlas import Atlas
from geo.ask.viewer import OTHERS
from tests.support.door import HASH, OWN, PASSWORD, READS, access_file, door, logged_in
from tests.support.small_county import CODES

PROXY = """
[proxy]
from = ["10.0.0.5"]
secret = "what only the proxy knows"
logout = "https://login.example.org/out"
"""
BY_PROXY = {"X-Forwarded-User": "ann", "X-Forwarded-Groups": "staff, analysts"}
SECRET = {"X-Hotspots-Secret": "what only the proxy knows"}
FROM_PROXY = {"REMOTE_ADDR": "10.0.0.5"}


@pytest.fixture(scope="module")
def pages(small_county: Path, tmp_path_factory: pytest.TempPathFactory) -> Groups:
    """The page of each group, made once."""
    access = read(access_file(tmp_path_factory.mktemp("access")))
    return Groups(Atlas.open(small_county, OTHERS), access)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hash of nobody costs little, as those of the file do."""
    monkeypatch.setattr("geo.access.users._nobodys", lambda: HASH)


@pytest.fixture
def clock() -> list[float]:
    return [1_000_000.0]


@pytest.fixture
def made(pages: Groups, tmp_path: Path, clock: list[float]) -> Door:
    return door(pages, access_file(tmp_path), lambda: clock[0])


@pytest.fixture
def nobody(made: Door) -> Client:
    return Client(made)


# ---------------------------------------------------------------- nobody


@pytest.mark.parametrize(
    "path", ["/", "/answer", "/export.csv", "/geometry/x.json", "/openapi.json", "/no/such"]
)
def test_nobody_gets_nothing(nobody: Client, path: str) -> None:
    assert nobody.get(path, headers=READS).headers["Location"] == "/login"
    program = nobody.get(path)
    assert program.status_code == 401
    assert program.headers["WWW-Authenticate"].startswith("Basic")
    page = nobody.get(path, headers={"Sec-Fetch-Mode": "cors"})
    assert (page.status_code, "WWW-Authenticate" in page.headers) == (401, False), (
        "no box of the browser's own"
    )
    assert "session has ended" in page.text


def test_the_log_in_is_plain_html_with_the_headers_of_every_page(nobody: Client) -> None:
    page = nobody.get("/login")
    assert '<html lang="en-GB">' in page.text
    assert "<form method=" in page.text and "onclick" not in page.text
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["Cache-Control"] == "no-store"
    style = page.text.partition('rel="stylesheet" href="')[2].partition('"')[0]
    assert nobody.get(style, buffered=True).status_code == 200, "its style is there for nobody too"


def test_health_is_told_to_anyone(nobody: Client) -> None:
    assert nobody.get("/healthz").text == "alive\n"
    assert nobody.get("/readyz").json["ready"] is True


def test_another_name_of_the_host_is_not_answered(nobody: Client) -> None:
    assert nobody.get("/login", headers={"Host": "evil.example"}).status_code == 400


# ---------------------------------------------------------------- in and out


def test_a_password_lets_in_and_logging_out_ends_it_for_good(made: Door) -> None:
    browser = logged_in(made, "ann")
    cookie = browser.get_cookie("hotspots-80")
    assert cookie is not None and cookie.http_only and cookie.same_site == "Lax"
    assert browser.get("/answer?level=borough").status_code == 200
    assert "ann" in browser.get("/account").text
    out = browser.post("/logout", headers=OWN)
    assert out.headers["Location"] == "/login?out"
    assert out.headers["Clear-Site-Data"] == '"cache"'
    thief = Client(made)
    thief.set_cookie("hotspots-80", cookie.value)
    assert thief.get("/answer").status_code == 401, "a cookie kept from before is worth nothing"


@pytest.mark.parametrize(
    ("name", "password"), [("ann", "wrong"), ("nobody", PASSWORD), ("", ""), ("ann", "")]
)
def test_a_wrong_name_and_a_wrong_password_are_told_alike(nobody: Client, name: str, password: str) -> None:
    answer = nobody.post("/login", data={"name": name, "password": password}, headers=OWN)
    assert answer.status_code == 422
    assert "The name or the password is not right" in answer.text
    assert "Set-Cookie" not in answer.headers


def test_guessing_is_slowed_down_and_told_for_how_long(nobody: Client, clock: list[float]) -> None:
    for _ in range(5):
        nobody.post("/login", data={"name": "ann", "password": "wrong"}, headers=OWN)
    answer = nobody.post("/login", data={"name": "ann", "password": PASSWORD}, headers=OWN)
    assert answer.status_code == 429
    assert "Try again in 30 seconds" in answer.text
    assert answer.headers["Retry-After"] == "30"
    clock[0] += 31
    assert nobody.post("/login", data={"name": "ann", "password": PASSWORD}, headers=OWN).status_code == 303


def test_sessions_end_by_age_and_by_idleness(made: Door, clock: list[float]) -> None:
    browser = logged_in(made, "ann")
    for _ in range(12):  # an hour in steps that are no idleness
        clock[0] += 3_500
        last = browser.get("/saved").status_code
    assert last == 200
    clock[0] += 3_500
    assert browser.get("/saved").status_code == 401, "twelve hours are over"
    browser = logged_in(made, "ann")
    clock[0] += 1_801
    browser.get("/version")
    clock[0] += 1_801
    assert browser.get("/saved").status_code == 401, (
        "an hour without a question; the open page asked by itself"
    )


def test_who_is_taken_out_or_has_another_password_is_out_at_once(made: Door, tmp_path: Path) -> None:
    browser, other = logged_in(made, "ann"), logged_in(made, "olu")
    path = tmp_path / "access.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(HASH, HASH.replace("m=8", "m=8") + "A", 1), encoding="utf-8")
    assert browser.get("/saved").status_code == 401
    assert other.get("/saved").status_code == 200
    path.write_text("no TOML", encoding="utf-8")
    assert other.get("/saved").status_code == 200, "a broken file leaves the former in force"
    path.write_text(text.replace("[users.olu]", "[users.oda]"), encoding="utf-8")
    assert other.get("/saved").status_code == 401


def test_a_session_begins_with_a_token_that_nobody_had(made: Door) -> None:
    """Session fixation: what a browser brings along is never the session it gets."""
    browser = Client(made)
    browser.set_cookie("hotspots-80", "chosen by somebody else")
    browser.post("/login", data={"name": "ann", "password": PASSWORD}, headers=OWN)
    first = browser.get_cookie("hotspots-80")
    browser.post("/login", data={"name": "ann", "password": PASSWORD}, headers=OWN)
    second = browser.get_cookie("hotspots-80")
    assert first is not None and second is not None
    assert len({"chosen by somebody else", first.value, second.value}) == 3
    old = Client(made)
    old.set_cookie("hotspots-80", first.value)
    assert old.get("/saved").status_code == 401, "the session before is ended"


@pytest.mark.parametrize(
    "next_",
    ["//evil.example", "https://evil.example/", "/\\evil.example", "?\\evil.example", "\t//evil.example"],
)
def test_after_the_log_in_one_is_at_a_question_of_the_page(nobody: Client, next_: str) -> None:
    data = {"name": "ann", "password": PASSWORD, "next": next_}
    to = nobody.post("/login", data=data, headers=OWN).headers["Location"]
    assert to.startswith("/?")


def test_a_link_survives_the_log_in(nobody: Client) -> None:
    there = nobody.get("/?level=ward&hour=19-6", headers=READS).headers["Location"]
    assert there == "/login?next=level%3Dward%26hour%3D19-6"
    page = nobody.get(there).text
    assert 'value="level=ward&amp;hour=19-6"' in page
    data = {"name": "ann", "password": PASSWORD, "next": "level=ward&hour=19-6"}
    assert nobody.post("/login", data=data, headers=OWN).headers["Location"] == "/?level=ward&hour=19-6"


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/login", "POST"),
        ("/logout", "POST"),
        ("/account/token", "POST"),
        ("/saved", "POST"),
        ("/notes", "POST"),
    ],
)
@pytest.mark.parametrize("says", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {}])
def test_no_form_of_another_site_is_taken(made: Door, path: str, method: str, says: dict[str, str]) -> None:
    """Cross-site request forgery, of the log-in too."""
    browser = logged_in(made, "ann")
    answer = browser.open(path, method=method, headers=says, data={"name": "olu", "password": PASSWORD})
    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers
    assert browser.get("/saved").status_code == 200


def test_cookies_travel_by_tls_alone_where_people_do(pages: Groups, tmp_path: Path) -> None:
    made = door(pages, access_file(tmp_path, address="https://hotspots.example.org"))
    headers = OWN | {"Host": "hotspots.example.org"}
    answer = Client(made).post("/login", data={"name": "ann", "password": PASSWORD}, headers=headers)
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-hotspots=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_a_group_that_loses_its_sources_hears_it_in_a_sentence(made: Door, tmp_path: Path) -> None:
    """The file changes under a running server, and names a source that is not loaded."""
    browser, path = logged_in(made, "olu"), tmp_path / "access.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('sources = ["offences"]', 'sources = ["robberies"]'), encoding="utf-8")
    answer = browser.get("/answer")
    assert (answer.status_code, answer.mimetype) == (503, "text/plain")
    assert "No events are loaded" in answer.text


# ---------------------------------------------------------------- programs


def test_programs_log_in_with_a_token_until_it_is_ended(made: Door) -> None:
    browser, program = logged_in(made, "olu"), Client(made)
    page = browser.post("/account/token", headers=OWN).text
    token = page.partition('class="desk-token">')[2].partition("<")[0]
    for how in ({"auth": ("olu", token)}, {"headers": {"Authorization": f"Bearer {token}"}}):
        assert program.get("/answer?level=borough", **how).status_code == 200
        assert program.get("/export.csv", **how).status_code == 403, "it sees what its owner sees"
    assert program.get("/saved", auth=("olu", PASSWORD)).status_code == 401, (
        "a password is for the form alone"
    )
    assert token not in browser.get("/account").text
    browser.post("/account/end", headers=OWN)
    assert program.get("/saved", auth=("olu", token)).status_code == 401


# ---------------------------------------------------------------- a proxy


@pytest.fixture
def proxied(pages: Groups, tmp_path: Path) -> Client:
    return Client(door(pages, access_file(tmp_path, PROXY)))


def test_a_proxy_names_who_asks(proxied: Client) -> None:
    answer = proxied.get("/account", headers=BY_PROXY | SECRET, environ_overrides=FROM_PROXY)
    assert answer.status_code == 200
    assert "Analysts" in answer.text and "https://login.example.org/out" in answer.text


@pytest.mark.parametrize(
    ("headers", "address"),
    [
        (BY_PROXY | SECRET, "10.0.0.6"),
        (BY_PROXY, "10.0.0.5"),
        (BY_PROXY | {"X-Hotspots-Secret": "a guess"}, "10.0.0.5"),
        (BY_PROXY | SECRET | {"X-Forwarded-User": "ann, eve"}, "10.0.0.5"),
        (SECRET, "10.0.0.5"),
    ],
    ids=["from elsewhere", "without the secret", "with another secret", "two names", "no name"],
)
def test_nobody_else_can_say_who_they_are(proxied: Client, headers: dict[str, str], address: str) -> None:
    answer = proxied.get("/export.csv", headers=headers, environ_overrides={"REMOTE_ADDR": address})
    assert answer.status_code == 403
    assert "by way of your organisation’s log-in only" in answer.text


def test_the_address_is_that_of_the_connection_whatever_a_header_says(proxied: Client) -> None:
    """``X-Forwarded-For`` may name anybody; what was made of it is not heeded."""
    environ = {"REMOTE_ADDR": "10.0.0.5", "werkzeug.proxy_fix.orig": {"REMOTE_ADDR": "192.0.2.1"}}
    assert proxied.get("/account", headers=BY_PROXY | SECRET, environ_overrides=environ).status_code == 403


def test_who_has_no_group_is_told_so(proxied: Client) -> None:
    headers = BY_PROXY | SECRET | {"X-Forwarded-Groups": "visitors"}
    answer = proxied.get("/", headers=headers | READS, environ_overrides=FROM_PROXY)
    assert answer.status_code == 403
    assert "is in no group that may see anything" in answer.text


def test_who_has_no_group_can_log_out_to_be_somebody_else(made: Door, tmp_path: Path) -> None:
    browser, path = logged_in(made, "ann"), tmp_path / "access.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('groups = ["analysts"]', "groups = []"), encoding="utf-8")
    page = browser.get("/", headers=READS)
    assert page.status_code == 403
    assert 'action="/logout"' in page.text
    browser.post("/logout", headers=OWN)
    assert browser.get("/", headers=READS).headers["Location"] == "/login"


# ---------------------------------------------------------------- what is written down


def test_what_is_asked_and_taken_is_in_the_log_before_it_leaves(made: Door, tmp_path: Path) -> None:
    browser = logged_in(made, "ann")
    browser.get("/answer?level=ward&hour=19-6&whose=my-neighbour")
    browser.get("/export.csv?level=borough")
    for path in ("/healthz", "/no/such/page", "/geometry/x.json", "/openapi.json", "/account"):
        browser.get(path)
    said = [(line["group"], line["did"], line["what"], line["status"]) for line in made.audit.lines()]
    assert said == [
        ("analysts", "logged in", "", 0),
        ("analysts", "asked /answer", "?level=ward&hour=19-6", 200),
        ("analysts", "took /export.csv", "?level=borough", 200),
    ]
    assert len({line["who"] for line in made.audit.lines()}) == 1
    text = "".join(path.read_text(encoding="utf-8") for path in made.audit.folder.glob("*.jsonl"))
    assert "ann" not in text.replace("analysts", "") and "neighbour" not in text
    assert not made.audit.check().faults


def test_nothing_leaves_that_cannot_be_written_down(made: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = logged_in(made, "ann")
    (made.audit.folder / "HEAD").write_text("no JSON", encoding="utf-8")
    answer = browser.get("/export.csv?level=borough")
    assert answer.status_code == 503
    assert answer.text.startswith("The audit log cannot be written, so nothing is handed out")


# ---------------------------------------------------------------- what people keep


def test_views_are_kept_for_a_person_or_their_team(made: Door) -> None:
    ann, olu = logged_in(made, "ann"), logged_in(made, "olu")
    mine = {"kind": "view", "name": "Fridays", "search": "?night=fri"}
    ours = {"kind": "view", "name": "Parks", "search": "?level=ward", "team": True}
    for one in (mine, ours):
        assert ann.post("/saved", json=one, headers=OWN).status_code == 200
    kept = ann.get("/saved").json
    assert kept["team"] == "Analysts"
    assert [(one["name"], one["team"], one["by"]) for one in kept["saved"]] == [
        ("Fridays", False, "ann"),
        ("Parks", True, "ann"),
    ]
    assert olu.get("/saved").json["saved"] == []
    assert ann.delete("/saved", json=mine, headers=OWN).json["saved"] == kept["saved"][1:]
    assert ann.post("/saved", json={"kind": "view"}, headers=OWN).status_code == 422


def test_decisions_are_the_teams_that_made_them(
    made: Door, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("geo.tell.meeting.NAME", str(tmp_path / "notes.jsonl"))
    made.pages._apps = type(made.pages._apps)()  # type: ignore[attr-defined]
    ann, lea = logged_in(made, "ann"), logged_in(made, "lea")
    note = {"area": CODES[0], "source": "offences", "author": "Tasking", "text": "Patrol on Fridays"}
    assert ann.post("/notes", json=note, headers=OWN).status_code == 201
    asked = f"/answer?source=offences&view=present&area={CODES[0]}"
    shown = [who.get(asked).text for who in (ann, lea)]
    assert ["Patrol on Fridays" in text for text in shown] == [True, False]


# ---------------------------------------------------------------- a link with a token


@pytest.fixture
def linked(small_atlas: Atlas) -> Iterator[tuple[Link, Client]]:
    from dashboard import create_app

    made = Link(create_app(small_atlas).server, 8050)
    yield made, Client(made)


def test_without_the_link_of_the_command_nothing_is_shown(linked: tuple[Link, Client]) -> None:
    _, browser = linked
    for path in ("/", "/answer", "/export.csv", "/?token=guess"):
        answer = browser.get(path)
        assert answer.status_code == 403
        assert "Open the link that the command printed" in answer.text
    assert browser.get("/healthz").status_code == 200


def test_a_browser_without_the_link_reads_a_page_that_says_so(linked: tuple[Link, Client]) -> None:
    _, browser = linked
    answer = browser.get("/", headers=READS)
    assert (answer.status_code, answer.mimetype) == (403, "text/html")
    assert "Open the link that the command printed" in answer.text and "Back to" not in answer.text
    styles = re.findall(r'(?:href|src)="(/[^"]+)"', answer.text)
    assert len(styles) > 4
    assert {browser.get(style, buffered=True).status_code for style in styles} == {200}


def test_the_link_lets_a_browser_in_and_is_gone_from_the_address(linked: tuple[Link, Client]) -> None:
    made, browser = linked
    welcome = browser.get(f"/?level=ward&token={made.token}&hour=1,2")
    assert welcome.headers["Location"] == "/?level=ward&hour=1,2"
    cookie = browser.get_cookie("hotspots-link-8050")
    assert cookie is not None and cookie.http_only
    assert browser.get("/answer?level=ward").status_code == 200
    assert Client(made).get("/export.csv?level=ward", auth=("", made.token)).status_code == 200


def test_the_chain_of_the_log_is_the_folders(made: Door) -> None:
    logged_in(made, "ann")
    assert Audit(made.people.folder, made.people.key).check().lines == 1
