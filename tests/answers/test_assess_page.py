"""The assessment on the page: what the server sends."""

import csv
import io
import json
import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser

import docx
import pypdf
import pytest
from flask.testing import FlaskClient

from dashboard import create_app
from dashboard.assess import article, asking
from dashboard.charts import FORMS, figure
from geo.answer.atlas import Atlas
from geo.ask.query import Query
from geo.ask.viewer import Viewer
from geo.out.report import REPORTS
from geo.tell.assessment import Assessment, assess
from tests.answers.test_report_charts import CHARTS, Exhibit

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def client(small_atlas: Atlas) -> FlaskClient:
    return create_app(small_atlas).server.test_client()


@pytest.fixture(scope="module")
def assessment(small_atlas: Atlas) -> Assessment:
    return assess(small_atlas, Query())


class Tags(HTMLParser):
    """Notes the tags of a piece of HTML and whether they are closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in ("img", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def of(self, tag: str) -> list[dict]:
        return [attributes for name, attributes in self.found if name == tag]


# ---------------------------------------------------------------- the article


def test_the_article_holds_every_exhibit_once(client: FlaskClient, assessment: Assessment) -> None:
    answer = client.get("/assessment/page")
    assert answer.mimetype == "text/html"
    tags = Tags(answer.text)
    assert not tags.open
    numbers = [a["id"] for a in tags.of("article")]
    assert numbers == [e.number.lower().replace(" ", "-") for e in assessment.exhibits.values()]
    assert len(tags.of("table")) == len(tags.of("caption")) == len(numbers)
    targets = {a["id"] for _, a in tags.found if "id" in a}
    assert {a["href"][1:] for a in tags.of("a") if a["href"].startswith("#")} <= targets
    assert answer.text.index("Findings") < answer.text.index("<article")


def test_charts_are_described_and_their_figures_are_plain_data(client: FlaskClient) -> None:
    tags = Tags(client.get("/assessment/page").text)
    plots = [a for a in tags.of("div") if "data-figure" in a]
    assert len(plots) > 10
    for plot in plots:
        assert plot["role"] == "img" and len(plot["aria-label"]) > 20
        drawn = json.loads(plot["data-figure"])
        assert {trace["type"] for trace in drawn["data"]} <= {"bar", "scatter", "heatmap"}
    maps = tags.of("img")
    assert maps and all(image["alt"] and image["loading"] == "lazy" for image in maps)


def test_it_follows_the_filters_of_the_address(client: FlaskClient, small_atlas: Atlas) -> None:
    text = client.get("/assessment/page?borough=E06000001&month=7&level=ward&layer=imd&sources=offences").text
    assert "Needs assessment of violence: Westshire" in text
    assert "July only" in text and "A&amp;E attendances, " not in text
    [word] = re.findall(r'href="(assessment\.docx\?[^"]*)"', text)
    assert unescape(word) == "assessment.docx?sources=offences&month=7&borough=E06000001"


def test_how_the_map_shows_it_makes_no_other_assessment() -> None:
    one = Query(level="ward", layer="imd", measure="rate", area="E05000001", view="assess", month=(7,))
    assert asking(one) == asking(replace(one, source="ae")) == Query(month=(7,))
    assert asking(Query(source="ae", category=("robbery",))).source == "ae"


def test_services_are_added_and_left_out_by_links(client: FlaskClient) -> None:
    both = Tags(client.get("/assessment/page?month=7").text).of("a")
    chips = {a["aria-label"]: a["href"] for a in both if "chip" in a.get("class", "")}
    assert chips["Police offences is covered; change"] == "?sources=ae&month=7&view=assess"
    one = client.get("/assessment/page?sources=ae&month=7").text
    assert "Police offences is left out; change" in one
    assert 'href="?month=7&amp;view=assess"' in one
    assert "A&amp;E attendances is covered; change" not in one, "the last one cannot be left out"
    kept = client.get("/assessment/page?source=ae").text
    assert 'href="?source=ae&amp;sources=ae&amp;view=assess"' in kept, "the filters stay as they are"


def test_hostile_names_stay_text(small_atlas: Atlas, assessment: Assessment) -> None:
    evil = '"><script>alert(1)</script>'
    sections = tuple(
        replace(
            section,
            title=evil,
            source=evil,
            notes=(evil,),
            missing=((evil, evil),),
            exhibits=tuple(
                replace(e, title=evil, name=evil, finding=evil, caveats=(evil,)) for e in section.exhibits
            ),
        )
        for section in assessment.sections
    )
    text = article(small_atlas, replace(assessment, title=evil, sections=sections, caveats=(evil,)), str)
    assert "<script" not in text
    assert not Tags(text).open


def test_no_small_number_of_patients(client: FlaskClient, small_atlas: Atlas) -> None:
    """Counts of A&E attendances in the tables are *, 0 or multiples of five."""
    rows = list(
        csv.reader(io.StringIO(client.get("/assessment/table.csv?exhibit=ae/age_and_sex&month=7").text))
    )
    cells = [cell for row in rows[1:] for cell in row[1:]]
    assert "*" in cells
    assert all(cell == "*" or int(cell) % 5 == 0 for cell in cells)


# ---------------------------------------------------------------- the other routes


def test_a_table_as_csv(client: FlaskClient, assessment: Assessment) -> None:
    answer = client.get("/assessment/table.csv?exhibit=offences/month_by_borough")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="offences-month-by-borough.csv"'
    rows = list(csv.reader(io.StringIO(answer.text)))
    table = assessment.exhibit("offences", "month_by_borough").table
    assert rows[0] == list(table.columns)
    assert [row[0] for row in rows[1:]] == table["Month"].tolist()
    assert [int(row[-1]) for row in rows[1:]] == table["All"].tolist()


@pytest.mark.parametrize(
    "address",
    [
        "/assessment/table.csv",
        "/assessment/table.csv?exhibit=x/y",
        "/assessment/figure.png?exhibit=place/residents",
    ],
)
def test_what_is_not_there_is_said(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 422
    assert answer.text == "The assessment of these filters has no such table or figure.\n"


def test_a_map_as_a_picture(client: FlaskClient) -> None:
    answer = client.get("/assessment/figure.png?exhibit=offences/hotspot_map")
    assert answer.mimetype == "image/png"
    assert answer.data.startswith(b"\x89PNG")


def test_documents(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    pixel = client.get("/assessment/figure.png?exhibit=ae/hotspot_map").data
    monkeypatch.setattr("geo.out.report.blocks.picture", lambda *_: (pixel, 165.0, 118.0))
    for key, report in REPORTS.items():
        answer = client.get(f"/assessment.{key}?sources=ae")
        assert answer.mimetype == report.mimetype.partition(";")[0]
        assert re.fullmatch(
            rf'attachment; filename="needs-assessment-of-a-e-attendances-squareshire-[-\d]{{10}}\.{key}"',
            answer.headers["Content-Disposition"],
        )
        if key == "docx":
            assert docx.Document(io.BytesIO(answer.data)).tables
        if key == "pdf":
            assert len(pypdf.PdfReader(io.BytesIO(answer.data)).pages) > 5
    assert client.get("/assessment.odt").status_code == 404


def test_the_check_is_of_the_demonstration_only(client: FlaskClient, demo_atlas: Atlas) -> None:
    assert "assess-check" not in client.get("/assessment/page").text
    assert client.get("/assessment/check").status_code == 422
    officers = demo_atlas.seen_by(Viewer(sources={"offences", "ambulance"}))
    refused = create_app(officers).server.test_client().get("/assessment/check")
    assert refused.status_code == 403
    assert "your group does not see each of them" in refused.text and "hotspots demo" not in refused.text


# ---------------------------------------------------------------- charts


@pytest.mark.parametrize("name", list(CHARTS))
def test_every_form_of_chart_is_plain_json(name: str) -> None:
    chart, table = CHARTS[name]
    drawn = figure(Exhibit("k", "T", "F.", table, chart=chart))
    assert drawn is not None and drawn["layout"]["height"] > 50
    text = json.dumps(drawn, allow_nan=False)
    assert "geojson" not in text and "http" not in text


def test_every_form_that_is_not_a_map_is_drawn() -> None:
    assert {chart.form for chart, _ in CHARTS.values()} == set(FORMS)


def test_suppressed_bars_say_so() -> None:
    chart, table = CHARTS["bars"]
    drawn = figure(Exhibit("k", "T", "F.", table, chart=chart))
    assert drawn is not None
    assert drawn["data"][0]["text"] == ["5", "*", "20"]
    assert drawn["layout"]["shapes"][0]["y0"] == 12.0
