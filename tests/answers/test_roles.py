"""What does each group get of each route? docs/partnership.md has the table made here; nothing else leaks."""

import json
import re
import shutil
from pathlib import Path

import pytest
from werkzeug.test import Client, TestResponse

from dashboard.door.door import Door
from dashboard.door.groups import Groups
from geo.access.file import read
from geo.access.keeping import SESSION
from geo.answer.atlas import Atlas
from geo.ask.problem import Problem, Withheld
from geo.ask.query import Query
from geo.ask.viewer import OTHERS, Viewer
from geo.out.export import export, offered, ways
from geo.tell.area import profile
from tests.support.door import READS, access_file, door
from tests.support.table import rows_of

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "partnership.md"
NAMES = {"nobody": "Nobody", "olu": "Ward officers", "ann": "Analysts", "lea": "Cleared analysts"}
SMALL = re.compile(r"E01\d{6}")
"""Code of a small area."""

ASKED = {
    "The page": "/?level=ward",
    "Its answers, wards": "/answer?level=ward",
    "Its answers, small areas": "/answer?level=lsoa",
    "Another source (A&E)": "/export.png?level=borough&source=ae",
    "The panel of a ward": "/piece/panel?level=ward&area=E05000001",
    "The evidence for a layer": "/piece/evidence?level=ward&layer=quintile",
    "Its numbers": "/piece/evidence.csv?layer=quintile&exhibit=concentration",
    "A map, printed (PNG)": "/export.png?level=borough",
    "A table (CSV)": "/export.csv?level=borough",
    "Map data (GeoJSON)": "/export.geojson?level=borough",
    "A table of small areas (CSV)": "/export.csv?level=lsoa",
    "Slides": "/slides.pptx?map=level%3Dborough",
    "A ward pack": "/export.pack?ward=E05000001",
    "The needs assessment": "/assessment.docx",
    "A live layer (OGC API)": "/collections/borough/items",
    "What is loaded": "/data",
    "What programs can ask": "/openapi.json",
    "Own account": "/account",
    "Health": "/healthz",
}
SEEN = {200: "yes", 304: "yes", 401: "log in", 403: "no", 404: "no", 422: "no"}


@pytest.fixture(scope="module")
def made(small_county: Path, tmp_path_factory: pytest.TempPathFactory) -> Door:
    path = access_file(tmp_path_factory.mktemp("access"))
    return door(Groups(Atlas.open(small_county, OTHERS), read(path)), path)


@pytest.fixture(scope="module")
def browsers(made: Door) -> dict[str, Client]:
    """One browser of each kind of person, logged in."""
    from dashboard.door.person import cookie_name, stamp

    access, found = made.access(), {}
    for name in NAMES:
        found[name] = Client(made)
        if name in access.users:
            token = made.people.admit(SESSION, f"users {name}", name, stamp=stamp(access, name), lasts=9_999)
            found[name].set_cookie(cookie_name(access), token)
    return found


@pytest.fixture(scope="module")
def answers(browsers: dict[str, Client]) -> dict[tuple[str, str], TestResponse]:
    """What each gets; files are not made, since who asks for them says that it has whatever there is."""
    held = {"If-None-Match": "*"}
    return {
        (what, name): browsers[name].get(path, headers=held) for what, path in ASKED.items() for name in NAMES
    }


def verdict(answer: TestResponse) -> str:
    """How the table says it; of the page's own answers, where another question was shown instead."""
    shown = answer.json.get("shown") if answer.status_code == 200 and answer.is_json else None
    if shown and "does not see" in f"{shown['notices.children']}":
        return "wards instead"
    return SEEN[answer.status_code]


def test_the_table_of_the_document_is_what_each_group_gets(
    answers: dict[tuple[str, str], TestResponse],
) -> None:
    rows = [f"| | {' | '.join(NAMES.values())} |", f"|---|{'---|' * len(NAMES)}"]
    rows += [f"| {what} | {' | '.join(verdict(answers[what, name]) for name in NAMES)} |" for what in ASKED]
    text = DOCUMENT.read_text(encoding="utf-8")
    table = text.partition("<!-- made by tests/answers/test_roles.py -->\n")[2].partition("\n\n")[0]
    assert table.strip() == "\n".join(rows), "\n".join(["write this:", *rows])


def test_every_route_of_the_page_is_closed_to_nobody(made: Door, browsers: dict[str, Client]) -> None:
    app = made.pages.app(next(iter(made.access().groups.values())).viewer)
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<[^>]+>", "x", rule.rule)
        if path in ("/healthz", "/readyz") or "GET" not in (rule.methods or ()):
            continue
        answer = browsers["nobody"].get(path, buffered=True)
        told = answer.status_code == 401 or path.startswith("/assets")
        assert told, f"{path}: {answer.status_code}"


# ---------------------------------------------------------------- nothing else leaks

QUESTIONS = (
    "",
    "level=lsoa",
    "level=ward",
    "source=ae",
    "level=ward&area=E05000001&set=E05000001,E05000101",
    "level=ward&view=compare&compare=ae",
    "level=ward&view=present",
)


def test_officers_meet_no_small_area_and_no_other_source_anywhere(
    made: Door, browsers: dict[str, Client]
) -> None:
    """Every route, asked in many ways: no code of a small area, and no word of a source of others."""
    officer, app = browsers["olu"], made.pages.app(made.access().groups["officers"].viewer)
    seen = 0
    for rule in app.url_map.iter_rules():
        operation = getattr(app.view_functions[rule.endpoint], "operation", None)
        if "GET" not in (rule.methods or ()) or rule.rule.startswith(("/assets", "/_dash-component")):
            continue
        forms = ("lsoa", "ward", "csv") if "<" in rule.rule else ("",)
        for form in forms:
            path = re.sub(r"<[^>]+>", form, rule.rule)
            for question in QUESTIONS if operation and operation.question else ("",):
                answer = officer.get(f"{path}?{question}", headers=READS)
                if answer.status_code != 200 or not answer.mimetype.startswith(("text", "application")):
                    continue
                seen += 1
                text = answer.get_data(as_text=True)
                assert not SMALL.search(text), f"{path}?{question}"
                if rule.rule != "/piece/help":  # it tells of the methods for every source
                    assert "A&E" not in text and "A&amp;E" not in text, f"{path}?{question}"
    assert seen > 30


def test_what_a_group_may_not_see_is_not_offered(browsers: dict[str, Client]) -> None:
    layout = {name: browsers[name].get("/_dash-layout").text for name in ("olu", "ann")}
    places = {name: browsers[name].get("/piece/places").text for name in ("olu", "ann")}
    assert "Small areas" in places["ann"] and "Small areas" not in places["olu"] + layout["olu"]
    assert '"ae"' in layout["ann"] and '"ae"' not in layout["olu"]
    parameters = browsers["olu"].get("/openapi.json").json["components"]["parameters"]
    assert parameters["level"]["schema"]["enum"] == ["ward", "borough"]
    assert parameters["source"]["schema"]["enum"] == ["offences"]


def test_true_small_numbers_are_for_the_cleared_alone(
    browsers: dict[str, Client], small_county: Path
) -> None:
    question = "/export.json?source=ae&level=borough"
    leads, analysts = (browsers[name].get(question).json for name in ("lea", "ann"))
    true = Atlas.open(small_county, Viewer(cleared={"ae"}))
    counts = true.answer(true.exactly("source=ae&level=borough")).table["count"].tolist()
    assert [row["count"] for row in leads["records"]] == counts
    assert leads["version"] != analysts["version"]
    assert "True small numbers" in browsers["lea"].get("/account").text
    assert all(row["count"] % 5 == 0 for row in analysts["records"] if isinstance(row["count"], int))
    assert "not-for-sharing-" in browsers["lea"].get(question).headers["Content-Disposition"]


def test_page_file_live_layer_and_python_agree(browsers: dict[str, Client], made: Door) -> None:
    """One question of one group has one answer, by whichever way it is asked."""
    viewer = made.access().groups["analysts"].viewer
    atlas = made.pages.atlas(viewer)  # type: ignore[attr-defined]
    asked = atlas.answer(atlas.exactly("source=ae&level=ward")).table["count"]
    wanted = asked.dropna().to_dict()
    rows = browsers["ann"].get("/export.json?source=ae&level=ward").json["records"]
    file = {row["wd24cd"]: row["count"] for row in rows}
    layer = {
        one["properties"]["wd24cd"]: one["properties"]["count"]
        for one in browsers["ann"].get("/collections/ward/items?source=ae&limit=1000").json["features"]
    }
    page = rows_of(browsers["ann"].get("/answer?source=ae&level=ward").json["shown"])
    assert wanted.keys() <= set(file) == set(layer) == {row["code"] for row in page}
    for code, count in wanted.items():
        assert file[code] == layer[code] == count


# ---------------------------------------------------------------- where a question is resolved


@pytest.fixture(scope="module")
def officers(small_county: Path) -> Atlas:
    return Atlas.open(small_county, OTHERS).seen_by(
        Viewer(sources={"offences"}, levels={"ward", "borough"}, exports={"png", "pack"})
    )


def test_the_plain_question_is_of_the_smallest_areas_that_one_sees(officers: Atlas) -> None:
    query, notices = Query.parse("category=robbery", officers.catalogue)
    assert (query.level, notices) == ("ward", [])
    query, [notice] = Query.parse("level=lsoa", officers.catalogue)
    assert query.level == "ward"
    assert notice == "Your group does not see small areas (LSOA); wards are shown."


def test_an_assessment_is_not_the_view_of_who_sees_no_small_areas(officers: Atlas) -> None:
    query, [notice] = Query.parse("view=assess", officers.catalogue)
    assert query.view == "explore"
    assert notice == (
        "A needs assessment tells of small areas (LSOA), which your group does not see; the map is shown."
    )


def test_small_areas_are_withheld_from_whatever_asks_for_them(officers: Atlas) -> None:
    for ask in (officers.answer, officers.asked):
        with pytest.raises(Withheld, match="does not see small areas"):
            ask(Query(level="lsoa", source="offences"))
    answer = officers.answer(Query(level="ward", source="offences"))
    assert answer.gradient.tenths.empty, "a tenth may be one small area"
    told = profile(officers, Query(level="ward", source="offences", area="E05000001"))
    assert told.small_areas is None and told.members.empty
    assert "small area" not in told.headline


def test_files_that_a_group_may_not_take_are_refused_in_the_same_words_everywhere(officers: Atlas) -> None:
    assert list(offered(officers)) == ["png"], "a pack tells of small areas"
    with pytest.raises(Withheld, match="may not take away “csv”; it may take png"):
        export(officers, Query(level="ward", source="offences"), "csv")
    assert list(offered(Atlas.open(officers.snapshot.folder))) == list(ways())


def test_areas_and_events_are_shared_and_only_what_others_see_is_read(small_county: Path) -> None:
    base = Atlas.open(small_county, OTHERS)
    other, cleared = base.seen_by(Viewer(levels={"ward"})), base.seen_by(Viewer(cleared={"ae"}))
    assert other.levels is base.levels
    assert all(other.sources[key] is base.sources[key] for key in base.sources)
    assert cleared.sources["ae"] is not base.sources["ae"]
    assert cleared.sources["offences"] is base.sources["offences"]
    assert json.dumps(cleared.version) != json.dumps(base.version)


def test_true_numbers_that_a_copy_of_the_folder_lacks_are_missed_at_the_start(
    small_county: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(small_county, tmp_path / "copy")
    shutil.rmtree(folder / "cleared")
    base = Atlas.open(folder, OTHERS)
    assert base.seen_by(Viewer(levels={"ward"})).answer(Query(level="ward", source="ae")).headline
    with pytest.raises(Problem, match="true events of ae are not in this copy"):
        base.seen_by(Viewer(cleared={"ae"}))
