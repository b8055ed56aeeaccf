"""Does anything that others get depend on the true events? Every route and format, asked of two folders.

One holds the true events and what imports wrote down of their files; in the other the true events are gone,
and each such number is another one. Routes, formats and parameters are taken from where they are registered:
one that is added is asked too, or the test says what it needs to ask it.
"""

import io
import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import Client, TestResponse

from dashboard import create_app
from dashboard.door.desk import Desk, desk
from dashboard.door.groups import Groups
from dashboard.link import PLAIN
from dashboard.openapi import Operation
from dashboard.serving.editions import Editions, Settings
from geo.access.file import read
from geo.answer.atlas import Atlas
from geo.ask.problem import Withheld
from geo.ask.viewer import CLEARED_OWNER, OTHERS
from geo.data.store import CLEARED, Store
from geo.out.charts import picture
from geo.out.report import REPORTS
from geo.tell.exhibits.exhibit import Exhibit
from tests.support import small_county as small
from tests.support.door import access_file, door, logged_in
from tests.support.manifest import rewritten

THEIRS, ANOTHER = 3_141_592, 7_654_321
"""Every number that imports wrote down, in the one folder and in the other."""
AREA, WARD = small.CODES[0], "E05000001"
WISH = {"areas": "4", "a_day": "1", "first": "2027-01-04", "days": "14"}
OWN = {
    "/piece/evidence.csv": {"layer": "quintile", "exhibit": "concentration"},
    "/assessment/table.csv": {"exhibit": "ae/by_weekday"},
    "/patrol": WISH,
    "/patrol.<form>": WISH,
}
"""What a route must be asked with, besides the source."""
PLACES = {
    "/collections/<level>/items/<code>": {"lsoa": AREA, "ward": WARD, "borough": "E06000001"},
}
"""Codes of areas in addresses, by the kind of area."""
AE = "source=ae&sources=ae&month=3"
COMPARED = f"source=ae&places={AREA}&began=2023-06-01&ended=2023-09-01"
ONCE = {
    "/assessment.<form>": [f"/assessment.{form}?{AE}" for form in REPORTS],
    "/assessment/figure.png": [f"/assessment/figure.png?{AE}&exhibit=ae/hotspot_map"],
    "/export.pdf": ["/export.pdf?source=ae&level=borough"],
    "/export.png": ["/export.png?source=ae&level=borough"],
    "/export.briefing": [f"/export.briefing?source=ae&area={AREA}"],
    "/export.phone": [f"/export.phone?source=ae&area={AREA}"],
    "/export.html": [f"/export.html?{AE}&hour=1"],
    "/export.pack": [f"/export.pack?source=ae&ward={WARD}"],
    "/patrol.sheets.pdf": [f"/patrol.sheets.pdf?source=ae&{urlencode(WISH)}"],
    "/slides.pptx": ["/slides.pptx?map=source%3Dae"],
    "/ogc/<path:rest>": ["/ogc/collections"],
    "/geometry/<name>": [],
}
"""Routes that cost seconds, with what they are asked: where there are no true events to answer from."""
CHECK = "/assessment/check"
"""A route that answers of the demonstration only, and is asked there."""
ASKED_BELOW = {CHECK, *ONCE}
METRICS, JOBS = "/metrics", ("/jobs/<id>", "/jobs/<id>/answer")
"""What a server adds to the page: its figures, and its jobs, of which there are none."""
FIGURE = re.compile(r"^hotspots_(?!\S*(?:seconds|created)).+$", re.M)
"""A figure of a server that is no time."""
DESK, DESK_TAKES = ("/account", "/saved", "/login", "/healthz"), ("/logout",)
"""What the desk hands out to who is logged in, and what it only takes."""
EACH = ("layer", "measure", "view", "level")
"""Parameters of which every value is asked; of the others the last of their list."""
BY_THE_DAY = ("/patrol/repeats", "/patrol/weekends", "/weekends.")
"""Routes that refuse protected numbers, which tell nothing of single days."""
DASH = ("/_dash-layout", "/_dash-dependencies")
"""Routes of Dash that tell of the page; its others hand out scripts, or call back."""


MADE = re.compile(rb'\d{4}-\d\d-\d\dT[\d:.]+Z|"end_id":"[^"]+"')
"""When an answer was made, and what Dash gives each page of its own."""
WRITES = (slice(92, 96), slice(24, 28))
"""Where a file of SQLite counts how often it was written, which depends on the clock of its writer."""
OF_ITS_OWN = ("Content-Length", "X-Request-ID")
"""Headers that follow from the rest, or name the request."""


def rewrite(folder: Path, number: int) -> None:
    """Make every number that imports wrote down of their files another one."""
    with rewritten(folder) as manifest:
        for entry in manifest["history"]:
            if entry["kind"] in manifest["sources"]:
                entry |= {name: number for name, value in entry.items() if type(value) is int}
                entry["notes"] = [f"{number} rows are of the same person."]
        shared_out = {"apportioned": number, "areas_apportioned": number, "source": "lsoa11cd"}
        next(one for one in manifest["history"] if one["kind"] == "ae")["conversion"] = shared_out
        for batch in manifest["batches"].values():
            batch["reports"] = {"kent": dict.fromkeys(batch["months"], number)}
            batch["files"] = [f"{number}"]


@pytest.fixture(scope="module")
def folders(small_county: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The folder with the true events, and the one without."""
    both = tmp_path_factory.mktemp("both")
    true, without = (Path(shutil.copytree(small_county, both / name)) for name in ("true", "without"))
    rewrite(true, THEIRS)
    rewrite(without, ANOTHER)
    shutil.rmtree(without / CLEARED)
    return true, without


@pytest.fixture(scope="module")
def pages(folders: tuple[Path, Path]) -> list[FlaskClient]:
    """The page of each, for others."""
    return [create_app(Atlas.open(folder, OTHERS)).server.test_client() for folder in folders]


@pytest.fixture(scope="module")
def page(pages: list[FlaskClient]) -> set[str]:
    """Its routes."""
    return rules(pages[0].application)


def rules(app: Flask) -> set[str]:
    """Routes of a server but for the files that come with the program."""
    return {rule.rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"}


def test_others_open_no_number_of_the_true_file(folders: tuple[Path, Path]) -> None:
    """Whatever a page or a file may come to tell: it is made of what is opened."""
    true, without = (Store(folder).open(OTHERS) for folder in folders)
    assert true.manifest == without.manifest
    assert str(THEIRS) not in json.dumps(true.manifest)
    assert not [role for role in true.opened() if role.startswith(CLEARED)]
    owned = Store(folders[0]).open(CLEARED_OWNER).manifest
    assert json.dumps(owned).count(str(THEIRS)) > 20


def test_the_owners_page_tells_what_others_are_not_told(folders: tuple[Path, Path]) -> None:
    page = create_app(Atlas.open(folders[0], CLEARED_OWNER)).server.test_client().get("/data").text
    assert page.count(f"{THEIRS:,}") > 5


def unnumbered(data: bytes) -> bytes:
    """A file without the number of times that it was written, where it is one of SQLite."""
    if not data.startswith(b"SQLite format 3"):
        return data
    file = bytearray(data)
    for where in WRITES:
        file[where] = bytes(4)
    return bytes(file)


def told(answer: TestResponse) -> tuple[int, dict[str, str], Any]:
    """All of an answer; of an archive its members, since when they were packed is no part of it."""
    content = MADE.sub(b"", unnumbered(answer.data))
    headers = {key: value for key, value in answer.headers.items() if key not in OF_ITS_OWN}
    if zipfile.is_zipfile(io.BytesIO(answer.data)):
        with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
            return (
                answer.status_code,
                headers,
                {name: MADE.sub(b"", archive.read(name)) for name in archive.namelist()},
            )
    return answer.status_code, headers, content


def addresses(client: FlaskClient) -> Iterator[tuple[str, dict[str, str]]]:
    """Every way to ask every route that hands something out, with what it must be asked with."""
    app = client.application
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        operation = getattr(app.view_functions[rule.endpoint], "operation", None)
        if "GET" not in (rule.methods or ()) or rule.rule in ASKED_BELOW:
            continue
        if operation is None:
            assert rule.rule.startswith(("/_", "/assets", "/static", "/<path:path>")) or rule.rule == "/", (
                rule.rule
            )
            if rule.rule in (*DASH, "/"):
                yield rule.rule, {}
            continue
        question = {"source": "ae"} if operation.question else {}
        for path in paths(rule.rule, operation):
            if path not in ASKED_BELOW:
                yield path, question | OWN.get(rule.rule, {})
    parameters = client.get("/openapi.json").json["components"]["parameters"]
    for name, parameter in parameters.items():
        schema = parameter["schema"].get("items", parameter["schema"])
        values = schema.get("enum", ())
        for value in values if name in EACH else values[-1:]:
            yield "/answer", {"source": "ae"} | {name: str(value)}


def paths(rule: str, operation: Operation) -> list[str]:
    """A route's address with every value that stands in it."""
    found = [rule]
    for own in operation.own:
        if own.place == "path" and own.name != "code":
            found = [re.sub(rf"<{own.name}>", value, path) for path in found for value in own.schema["enum"]]
    return [re.sub("<code>", code, path) for path in found for code in codes(rule, path)]


def codes(rule: str, path: str) -> list[str]:
    """Codes of areas that an address may have; one without any stands for itself."""
    return [code for level, code in PLACES[rule].items() if level in path] if "<code>" in rule else [""]


def test_no_answer_of_others_depends_on_the_true_events(pages: list[FlaskClient]) -> None:
    asked = 0
    for path, question in addresses(pages[0]):
        one, other = (told(page.get(path, query_string=question)) for page in pages)
        assert one == other, f"{path} {question}"
        taken = (422,) if path.startswith(BY_THE_DAY) else (200, 302)
        assert one[0] in taken, f"{path} {question}: say in OWN what it must be asked with"
        asked += 1
    assert asked > 80


def test_what_costs_seconds_is_made_where_there_are_no_true_events(
    pages: list[FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that others open is the same there, so what is made of it is too."""
    shapes = re.findall(r'href="/?(geometry/[^"]+)"', pages[1].get(f"/{PLAIN}").text)
    drawn: dict[int, tuple[bytes, float, float]] = {}

    def once(exhibit: Exhibit, *of: Any) -> tuple[bytes, float, float]:
        """A figure is drawn for one form of a document, and kept for the others."""
        if id(exhibit) not in drawn:
            drawn[id(exhibit)] = picture(exhibit, *of)
        return drawn[id(exhibit)]

    monkeypatch.setattr("geo.out.report.blocks.picture", once)
    for path in [*chain(*ONCE.values()), f"/{shapes[0]}"]:
        answer = pages[1].get(path)
        assert answer.status_code in (200, 307), f"{path}: {answer.text[:200]}"


def test_the_check_is_made_where_there_are_no_true_events(demo_county: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(demo_county, tmp_path / "demo", ignore=shutil.ignore_patterns(CLEARED))
    text = create_app(Atlas.open(folder, OTHERS)).server.test_client().get(CHECK).text
    assert "0 differ" in text and "47% as recorded" in text


def test_what_a_server_adds_tells_nothing_of_them(folders: tuple[Path, Path], page: set[str]) -> None:
    answers = []
    for folder in folders:
        editions = Editions(Settings(folder, OTHERS))
        server = Client(editions)
        assert rules(editions.app(OTHERS)) - page == {METRICS, *JOBS}
        of_jobs = [told(server.get(path)) for path in ("/answer?source=ae", *JOBS)]
        answers.append((of_jobs, FIGURE.findall(server.get(METRICS).text)))
        editions.close(0)
    assert answers[0] == answers[1]
    assert len(answers[0][1]) > 5


def test_the_desk_tells_nothing_of_them(folders: tuple[Path, Path], tmp_path: Path) -> None:
    answers = []
    for folder in folders:
        (tmp_path / folder.name).mkdir()
        path = access_file(tmp_path / folder.name)
        made = door(Groups(Atlas.open(folder, OTHERS), read(path)), path)
        here = desk(Desk(made.access, made.people, made.audit, made.pages.catalogue))
        assert {rule for rule in rules(here) if "<" not in rule} == {*DESK, *DESK_TAKES}
        analyst = logged_in(made, "ann")
        answers.append([told(analyst.get(path)) for path in DESK])
    assert answers[0] == answers[1]
    assert "A&amp;E" in answers[0][0][2].decode()


def test_what_is_sent_is_answered_without_the_true_events(pages: list[FlaskClient]) -> None:
    record = pages[0].get("/patrol.json", query_string={"source": "ae"} | WISH).data
    points = "date,longitude,latitude\n" + "".join(f"2023-01-{day},-0.4,52.1\n" for day in range(10, 30))
    sent = {
        "/patrol/judged": {"record": (record, "record.json")},
        "/patrol/registered": {"sealed": record.decode()},
        f"/patrol/compared?{COMPARED}": {"what": "Patrols"},
        "/patrol/repeats-of-file": {"events": (points.encode(), "events.csv")},
    }
    posted = [rule for rule in pages[0].application.url_map.iter_rules() if "POST" in (rule.methods or ())]
    own = {"Sec-Fetch-Site": "same-origin"}
    decided = {"area": AREA, "source": "ae", "author": "Ann", "text": "Patrols"}
    kept = [told(page.post("/notes", json=decided, headers=own)) for page in pages]
    assert kept[0] == kept[1] and kept[0][0] == 201
    dash = {"/_dash-update-component"}
    assert {rule.rule for rule in posted} - dash == {path.partition("?")[0] for path in sent} | {"/notes"}
    for path, fields in sent.items():
        answers = []
        for page in pages:
            given = {k: v if isinstance(v, str) else (io.BytesIO(v[0]), v[1]) for k, v in fields.items()}
            answers.append(told(page.post(path, data=given, headers=own)))
        assert answers[0] == answers[1]
        assert answers[0][0] in (200, 422)


def test_true_events_are_not_read_for_others(folders: tuple[Path, Path]) -> None:
    """By no route and no program: the folder itself does not hand them out."""
    snapshot = Store(folders[0]).open(OTHERS)
    true = [role for role in snapshot.roles() if role.startswith(CLEARED)]
    assert true
    for role in true:
        with pytest.raises(Withheld, match="true events"):
            snapshot.read(role)
        assert len(snapshot.seen_by(CLEARED_OWNER).read(role))
