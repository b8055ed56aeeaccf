"""Programs get exactly what they asked for, or a refusal: by every route, and by the command line."""

import io
import json
import re
from html import unescape
from urllib.parse import quote

import pandas as pd
import pytest
from flask.testing import FlaskClient

import hotspots
from dashboard import create_app, ids
from dashboard.link import PLAIN
from dashboard.view import page
from geo.answer.atlas import Atlas
from geo.ask.query import Query
from geo.ask.refusal import Refused
from geo.cli import run
from geo.out.export import FORMATS
from geo.out.report import REPORTS
from geo.tell.assessment import asked

REFUSED = {
    "source=typo": "typo",
    "sources=ae,typo": "typo",
    "from=2031-01": "loaded are 2023",
    "to=1999-12": "loaded are 2023",
    "from=2023-13": "2023-13",
    "from=2023-06&to=2023-01": "ended before it began",
    "hour=77": "77",
    "hour=19-99": "19-99",
    "day=someday": "someday",
    "night=fri,never": "never",
    "month=13": "13",
    "measure=nonsense": "nonsense",
    "level=parish": "parish",
    "level=ward&level=lsoa": "ward,lsoa",
    "category=arson": "arson",
    "source=ae&category=robbery": "robbery",
    "source=ae&measure=harm": "Harm cannot be shown",
    "borough=E09000001": "E09000001",
    "borough=Westshire": "Westshire",
    "benchmark=england": "No rates of England",
    "layer=heat": "heat",
    "domain=health": "Health and disability",
    "area=E01999999": "E01999999",
    "set=E01999999": "1 of the set of areas",
    "mark=everything": "everything",
    "compare=nothing": "nothing",
    "edges=10,20": "own",
    "breaks=own&edges=20,10": "go up",
    "colour=red": "colour",
    "theme=pink": "pink",
    "%ff=1": "does not know",
    "robbery": "“robbery” without a value",
    "level=ward&hour=": "“hour” without a value",
    "category=,": "“category” without a value",
    "category=" + ",".join(["robbery"] * 1_100): "longer than",
}
"""Addresses of which something cannot be taken, and a word of the sentence that says so."""

ANSWERED = (
    "",
    "source=ae",
    "source=offences&category=robbery,drugs&from=2023-02&to=2023-11",
    "level=ward&hour=22-1&day=fri,sat&night=fri",
    "month=7&borough=E06000001&measure=dsr&layer=quintile&benchmark=E06000002",
    "layer=local_moran&fdr=off&overlay=imd&domain=income&groups=quintile",
    "level=ward&area=E05000001&set=E05000001,E05000101&mark=decile:1,2&theme=dark",
    "view=compare&compare=ae&legend=common&palette=blues&breaks=own&edges=10,20",
    "layer=change&compare=2023-01..2023-06",
    "sources=ae&view=assess",
)
"""Addresses that are taken whole."""

OF_THE_PAGE = "left out|(are|is|all) shown|kept|exchanged|left open"
"""What only the page does with an address of which part cannot be taken."""

EVIDENCE = "/piece/evidence.csv?exhibit=concentration&"
RESIDENTS = "/assessment/table.csv?exhibit=place/residents&"


@pytest.fixture(scope="module")
def client(small_atlas: Atlas) -> FlaskClient:
    return create_app(small_atlas).server.test_client()


# ---------------------------------------------------------------- one verdict


@pytest.mark.parametrize("address", [*REFUSED, *ANSWERED])
def test_command_line_and_server_give_one_verdict(client, small_county, tmp_path, capsys, address):
    answer = client.get(f"/export.csv?{address}")
    target = tmp_path / "table.csv"
    status = run(["export", "--url", address, "-o", str(target), "--data", str(small_county)])
    said = capsys.readouterr().err
    assert (answer.status_code, status) == ((422, 1) if address in REFUSED else (200, 0))
    if address in REFUSED:
        assert answer.mimetype == "text/plain"
        assert REFUSED[address] in answer.text
        assert not re.search(OF_THE_PAGE, answer.text)
        assert all(sentence in said for sentence in answer.text.splitlines())
        assert not target.exists()
    else:
        assert answer.data == target.read_bytes()


@pytest.mark.parametrize(
    ("address", "instead"),
    [
        ("source=typo", "choose from offences and ae."),
        ("layer=heat", "choose from measure, "),
        ("category=arson", "choose from violence-and-sexual-offences, "),
        ("borough=E09000001", "choose from E06000001 (Westshire) and E06000002 (Eastshire)."),
        ("level=parish", "it has borough, lsoa and ward."),
    ],
)
def test_a_refusal_says_what_could_be_asked(client, address, instead):
    assert instead in client.get(f"/export.csv?{address}").text


@pytest.mark.parametrize("address", REFUSED)
def test_the_page_goes_on_and_says_what_it_left_out(small_atlas, address):
    query, notices = Query.parse(address, small_atlas.catalogue)
    assert REFUSED[address] in " ".join(notices)
    assert small_atlas.answer(query).totals.total
    again, more = Query.parse(query.to_search(), small_atlas.catalogue)
    assert (again, more) == (query, []), "what the page shows can be taken away"


OF_THE_ANSWER = {
    "mark=class:QQ": "no class “QQ” to mark: choose from 0, 1, ",
    "layer=local_moran&mark=class:HH,7": "no class “7” to mark: choose from HH, ",
    "layer=quintile&mark=class:HH": "no class “HH” to mark",
    "breaks=own": "give “edges”, as in edges=10,20,50",
}
"""What only the answer to an address can tell that it cannot be taken."""


@pytest.mark.parametrize("address", OF_THE_ANSWER)
def test_what_the_answer_does_not_have_is_refused_to_programs(
    client, small_county, tmp_path, capsys, address
):
    target = tmp_path / "table.csv"
    assert run(["export", "--url", address, "-o", str(target), "--data", str(small_county)]) == 1
    said = [
        capsys.readouterr().err.replace("\n", " "),
        client.get(f"/slides.pptx?map={quote(address)}").text,
        client.get(f"/collections/lsoa/items?{address}").text,
    ]
    with pytest.raises(Refused) as refused:
        hotspots.open(small_county).ask(**dict(part.split("=") for part in address.split("&")))
    for text in (*said, str(refused.value), client.get(f"/export.csv?{address}").text):
        assert OF_THE_ANSWER[address] in text
    assert not target.exists()


def test_what_the_page_hands_out_it_can_be_asked_for(client, small_atlas):
    assert client.get("/export.csv?layer=local_moran&mark=class:HH").status_code == 200
    assert client.get("/export.csv?layer=imd&breaks=own").status_code == 200, "it heeds no breaks"
    shown = page(small_atlas, "?breaks=own&mark=class:1")["shown"]
    assert client.get(shown[f"{ids.export('csv')}.href"]).status_code == 200


@pytest.mark.parametrize("key", [*FORMATS, "pack"])
@pytest.mark.parametrize("address", ["source=typo", "hour=77&colour=red"])
def test_no_export_answers_a_question_that_was_not_asked(client, key, address):
    answer = client.get(f"/export.{key}?{address}")
    assert answer.status_code == 422
    assert "Content-Disposition" not in answer.headers
    for part in ("typo",) if "typo" in address else ("77", "colour"):
        assert part in answer.text


@pytest.mark.parametrize(
    "path",
    [
        *(f"/assessment.{form}?" for form in REPORTS),
        RESIDENTS,
        "/assessment/figure.png?exhibit=offences/hotspot_map&",
        EVIDENCE,
    ],
)
@pytest.mark.parametrize("address", ["source=typo", "hour=77", "from=2031-01", "colour=red", "level=parish"])
def test_no_document_or_table_answers_a_question_that_was_not_asked(client, path, address):
    answer = client.get(path + address)
    assert answer.status_code == 422
    assert REFUSED[address] in answer.text


def test_the_numbers_of_the_evidence_and_of_the_assessment_are_handed_out(client):
    for path in (EVIDENCE, RESIDENTS):
        answer = client.get(f"{path}month=7")
        assert answer.status_code == 200, answer.text
        assert len(pd.read_csv(io.BytesIO(answer.data)))


@pytest.mark.parametrize("map_", ["source=typo", "?hour=77"])
def test_slides_of_which_one_cannot_be_taken_are_none(client, map_):
    answer = client.get(f"/slides.pptx?map=level%3Dward&map={quote(map_)}")
    assert answer.status_code == 422
    assert client.get("/slides.pptx?map=level%3Dward&source=ae").status_code == 422


def test_wards_of_a_pack_are_no_part_of_the_question(client):
    assert client.get("/export.pack?ward=Ward%2000&source=ae").status_code == 200
    assert client.get("/export.csv?ward=Ward%2000").status_code == 422


# ---------------------------------------------------------------- assessments


@pytest.mark.parametrize(
    "address", ["source=typo", "category=arson", "from=2031-01", "sources=typo", "layer=heat"]
)
def test_an_assessment_of_what_no_source_can_take_is_refused_by_both(
    client, small_county, tmp_path, capsys, address
):
    target = tmp_path / "needs.html"
    status = run(["assess", "--url", address, "-o", str(target), "--data", str(small_county)])
    answer = client.get(f"/assessment.html?{address}")
    assert (answer.status_code, status, target.exists()) == (422, 1, False)
    said = capsys.readouterr().err
    assert all(sentence in said for sentence in answer.text.splitlines())


def test_an_assessment_takes_what_one_of_its_sources_can_take(small_atlas):
    assert asked(small_atlas, "measure=harm").measure == "harm"  # A&E attendances have no weights
    with pytest.raises(Refused, match="Harm cannot be shown"):
        asked(small_atlas, "measure=harm&sources=ae")


# ---------------------------------------------------------------- how a refusal looks


def test_who_accepts_json_gets_problem_details(client):
    answer = client.get("/export.csv?source=typo&hour=77", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    details = json.loads(answer.data)
    assert details["status"] == 422
    assert [("typo" in one["detail"], "77" in one["detail"]) for one in details["errors"]] == [
        (False, True),
        (True, False),
    ]
    assert details["detail"] == " ".join(one["detail"] for one in details["errors"])


BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.mark.parametrize(
    ("path", "status", "heading"),
    [
        ("/indicators?x=1", 422, "There is a problem"),
        ("/data?%3Cb%3E=1", 422, "There is a problem"),
        ("/patrol/result?x=1", 422, "There is a problem"),
        ("/export.csv?source=typo&hour=77", 422, "There is a problem"),
        ("/no/such/page", 404, "Page not found"),
    ],
)
def test_a_browser_gets_a_page_of_the_same_sentences(client, path, status, heading):
    page, plain = client.get(path, headers=BROWSER), client.get(path)
    assert (page.status_code, page.mimetype) == (plain.status_code, "text/html") == (status, "text/html")
    assert plain.mimetype == "text/plain"
    assert f"<h1>{heading}</h1>" in page.text and f"<title>{heading} · Hotspots</title>" in page.text
    sentences = re.findall(r"<p>([^<]+)</p>", page.text)
    assert list(map(unescape, sentences)) == plain.text.splitlines()
    assert '<a class="desk-button" role="button" href="/">Back to the dashboard</a>' in page.text


@pytest.mark.parametrize("accept", ["*/*", "text/csv"])
def test_others_get_a_sentence_a_line(client, accept):
    answer = client.get("/export.csv?source=typo&hour=77", headers={"Accept": accept})
    assert answer.mimetype == "text/plain"
    assert len(answer.text.splitlines()) == 2


@pytest.mark.parametrize(
    "path", ["/no/such/page", "/index.html", "/export", "/piece", "/assessment.odt", "/export.doc"]
)
def test_what_is_not_there_is_404_in_a_sentence(client, path):
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.mimetype == "text/plain"
    assert "There is no" in answer.text
    assert client.get(path, headers={"Accept": "application/json"}).json["status"] == 404


def test_the_page_is_still_the_page(client):
    assert 'id="react-entry-point"' in client.get(f"/{PLAIN}").text
    assert 'id="react-entry-point"' in client.get("/?source=typo").text


def test_a_way_of_asking_that_is_not_taken_says_which_is(client):
    answer = client.post("/export.csv")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


# ---------------------------------------------------------------- as before


@pytest.mark.parametrize("key", FORMATS)
def test_who_has_the_answer_is_told_so(client, key):
    first = client.get(f"/export.{key}?level=borough&source=ae")
    assert first.headers["ETag"]
    again = client.get(
        f"/export.{key}?source=ae&level=borough", headers={"If-None-Match": first.headers["ETag"]}
    )
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    other = client.get(
        f"/export.{key}?level=ward&source=ae", headers={"If-None-Match": first.headers["ETag"]}
    )
    assert other.status_code == 200


def test_tags_tell_formats_questions_and_data_apart(client, small_atlas, demo_atlas):
    paths = [f"/export.{key}?level=borough" for key in ("csv", "geojson")] + [
        "/export.csv?level=borough&month=7"
    ]
    tags = {client.get(path).headers["ETag"] for path in paths}
    other = create_app(demo_atlas).server.test_client()
    tags |= {other.get("/export.csv?level=borough").headers["ETag"]}
    assert len(tags) == 4


@pytest.mark.parametrize(
    "path", ["/export.csv", "/export.csv?source=typo", EVIDENCE, RESIDENTS, "/piece/panel"]
)
def test_no_cache_but_the_askers_own_keeps_an_answer(client, path):
    assert client.get(path).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("method", "path", "status", "sentence"),
    [
        ("GET", "/collections/%0a", 404, "There is no collection “ ”; there is lsoa, ward and borough."),
        ("GET", "/%00%0a", 404, "There is nothing at / . The dashboard is at /;"),
        ("PUT", "/answer", 405, "/answer does not take PUT: /openapi.json lists what it takes."),
        ("POST", "/notes", 413, "What was sent is larger than /notes takes: send less."),
    ],
)
def test_what_is_wrong_with_a_request_is_told_in_one_line(
    client: FlaskClient, method: str, path: str, status: int, sentence: str
) -> None:
    sent = {
        "data": b" " * 2**20,
        "content_type": "application/json",
        "headers": {"Sec-Fetch-Site": "same-origin"},
    }
    answer = client.open(path, method=method, **(sent if status == 413 else {}))
    assert answer.status_code == status
    assert answer.text.startswith(sentence) and answer.text.count("\n") == 1
