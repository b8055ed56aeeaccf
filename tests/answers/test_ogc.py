"""The live layer: what clients that know nothing of us are told, and what the standard demands."""

import json

import numpy as np
import pyogrio
import pytest
import shapely
from flask.testing import FlaskClient
from owslib.ogcapi.features import Features

from dashboard import create_app
from dashboard.ogc import CONFORMS, CRS84, MOST, USUAL
from geo.answer.atlas import Atlas
from geo.answer.layers import column
from geo.ask.choices import LEVELS
from geo.ask.query import Query

JSON = {"Accept": "application/json"}


@pytest.fixture(scope="module")
def client(small_atlas: Atlas) -> FlaskClient:
    return create_app(small_atlas).server.test_client()


# ---------------------------------------------------------------- independent clients


def test_owslib_finds_its_way_and_reads_what_the_page_shows(home, small_atlas):
    service = Features(f"{home}/ogc")
    assert service.conformance() == {"conformsTo": list(CONFORMS)}
    assert service.feature_collections() == list(LEVELS)
    assert service.collection("ward")["title"] == "Wards of Squareshire"
    found = service.collection_items("ward", limit=4, source="ae", layer="getis_ord", bbox=[-3, 50, 3, 53])
    assert (found["numberMatched"], found["numberReturned"]) == (9, 4)
    table = small_atlas.answer(Query(level="ward", source="ae", layer="getis_ord")).table
    for feature in found["features"]:
        row, of = table.loc[feature["id"]], feature["properties"]
        assert of["cluster"] == row["cluster"]
        assert of["count_shown"] == ("*" if of["count"] is None else str(of["count"]))
        one = service.collection_item("ward", feature["id"])
        assert (one["id"], one["properties"]["name"]) == (feature["id"], row["name"])
    with pytest.raises(RuntimeError, match="typo"):
        service.collection_items("ward", source="typo")


@pytest.mark.parametrize("start", ["/?source=ae", "/ogc/?source=ae", "/?source=ae&hour=8-20"])
@pytest.mark.parametrize("level", LEVELS)
def test_gdal_adds_the_address_of_the_page_as_layers(home, small_atlas, start, level):
    address = f"OAPIF:{home}{start}"
    assert pyogrio.list_layers(address)[:, 0].tolist() == list(LEVELS)
    areas = pyogrio.read_dataframe(address, layer=level).set_index("id")
    query, _ = Query.parse(f"{start.partition('?')[2]}&level={level}", small_atlas.catalogue)
    table = small_atlas.answer(query).table
    counts = areas["count"].reindex(table.index)
    np.testing.assert_array_equal(counts, table["count"].to_numpy(float, na_value=np.nan))
    shapes = small_atlas.levels[level].shapes.geometry
    assert areas.to_crs(27700).geometry.hausdorff_distance(shapes, align=True).max() < 0.2, "metres"


def test_gdal_gets_the_one_level_that_an_address_names_and_areas_of_a_box_only(home, small_atlas):
    address = f"OAPIF:{home}/?level=ward&source=offences"
    assert pyogrio.list_layers(address)[:, 0].tolist() == ["ward"]
    west, south, east, north = small_atlas.levels["ward"].degrees[0].bounds
    inner = (west + 0.001, south + 0.001, east - 0.001, north - 0.001)
    near = pyogrio.read_dataframe(address, layer="ward", bbox=inner)
    assert near["id"].tolist() == [small_atlas.levels["ward"].frame.index[0]]


def test_gdal_is_told_why_it_is_refused(home):
    with pytest.raises(pyogrio.errors.DataSourceError, match="source “typo” is not loaded"):
        pyogrio.list_layers(f"OAPIF:{home}/?source=typo")


# ---------------------------------------------------------------- what the standard demands


def links(document: dict) -> dict[str, str]:
    return {link["rel"]: link["href"].removeprefix("http://localhost") for link in document["links"]}


def test_the_way_from_the_landing_page_to_an_area_is_links(client):
    landing = client.get("/?source=ae&month=7", headers=JSON)
    assert landing.mimetype == "application/json"
    assert "Accept" in landing.headers["Vary"]
    to = links(landing.json)
    assert set(to) == {"self", "alternate", "service-desc", "conformance", "data"}
    assert "react-entry-point" in client.get(to["alternate"]).text
    assert client.get(to["conformance"]).json["conformsTo"]
    [*_, wards, _] = client.get(to["data"]).json["collections"]
    assert wards["id"] == "ward"
    assert client.get(links(wards)["self"]).json == wards
    areas = client.get(links(wards)["items"])
    assert areas.mimetype == "application/geo+json"
    assert areas.json["query"]["month"] == "7"
    assert areas.json["query"]["source"] == "ae"
    one = client.get(f"/collections/ward/items/{areas.json['features'][0]['id']}?source=ae&month=7").json
    assert one["properties"] == areas.json["features"][0]["properties"]
    assert client.get(links(one)["collection"]).json["id"] == "ward"


@pytest.mark.parametrize("accept", ["text/html,application/xhtml+xml,*/*;q=0.8", "*/*", ""])
def test_who_does_not_ask_for_json_gets_the_page(client, accept):
    page = client.get("/", headers={"Accept": accept}, follow_redirects=True)
    assert "react-entry-point" in page.text
    assert client.get("/?f=json", headers={"Accept": accept}).json["links"]
    assert client.get("/ogc/", headers={"Accept": accept}).json["links"]


@pytest.mark.parametrize(
    "rest", ["collections?source=ae", "/elsewhere.example", "%2Felsewhere.example", "..%2F"]
)
def test_what_is_below_ogc_leads_nowhere_else(client, rest):
    answer = client.get(f"/ogc/{rest}")
    assert answer.headers.get("Location", "http://localhost/").startswith("http://localhost/")
    assert answer.status_code == 307 or not rest.startswith("collections")


def test_a_collection_says_where_and_when_it_is(client, small_atlas):
    one = client.get("/collections/lsoa").json
    assert one["crs"] == [CRS84]
    [box] = one["extent"]["spatial"]["bbox"]
    assert shapely.box(*box).contains(shapely.union_all(small_atlas.levels["lsoa"].degrees))
    assert one["extent"]["temporal"]["interval"] == [["2023-01-01T00:00:00Z", "2023-12-31T23:59:59Z"]]


def test_pages_are_linked_and_hold_every_area_once(client, small_atlas):
    address, codes, sizes = "/collections/lsoa/items?limit=10&source=ae", [], []
    while address:
        page = client.get(address).json
        assert page["numberMatched"] == 36
        assert page["numberReturned"] == len(page["features"])
        codes += [feature["id"] for feature in page["features"]]
        sizes.append(len(page["features"]))
        address = links(page).get("next")
    ranked = small_atlas.answer(Query(source="ae")).ranked
    assert codes == ranked.index.tolist(), "so that the first have a number"
    assert sizes == [10, 10, 10, 6]
    back = client.get("/collections/lsoa/items?offset=5&limit=10").json
    assert links(back)["prev"].endswith("limit=10&offset=0")
    assert "prev" not in links(client.get("/collections/lsoa/items?limit=10").json)
    assert client.get("/collections/lsoa/items?offset=99").json["features"] == []


def test_a_limit_above_the_most_counts_as_the_most(client):
    assert client.get(f"/collections/lsoa/items?limit={MOST * 10}").status_code == 200
    assert USUAL <= MOST


def test_a_box_holds_what_touches_it(client, small_atlas):
    level = small_atlas.levels["lsoa"]
    west, south, east, north = level.degrees[14].bounds
    inside = f"{west + 0.001},{south + 0.001},{east - 0.001},{north - 0.001}"
    for box in (inside, f"{west + 0.001},{south + 0.001},-9,{east - 0.001},{north - 0.001},9"):
        [only] = client.get(f"/collections/lsoa/items?bbox={box}").json["features"]
        assert only["id"] == level.frame.index[14]
    found = client.get("/collections/lsoa/items?bbox=170,-80,-170,80").json
    assert found["numberMatched"] == 0, "round the other side of the world"
    assert client.get("/collections/lsoa/items?bbox=170,-80,10,80").json["numberMatched"] == 36


def test_the_schema_says_what_each_property_is(client):
    one = client.get("/collections/ward?source=ae&layer=getis_ord").json
    schema = client.get(links(one)["describedby"])
    assert schema.mimetype == "application/schema+json"
    [feature] = client.get(links(one)["items"] + "&limit=1").json["features"]
    assert list(schema.json["properties"]) == list(feature["properties"])
    said = {"type": "integer", "description": column("count").definition}
    assert schema.json["properties"]["count"] == said


def test_boroughs_left_out_have_no_items(client):
    asked = "borough=E06000002"
    assert client.get(f"/collections/borough/items?{asked}").json["numberMatched"] == 1
    assert client.get(f"/collections/borough/items/E06000002?{asked}").status_code == 200
    assert client.get(f"/collections/borough/items/E06000001?{asked}").status_code == 404


@pytest.mark.parametrize(
    ("moment", "period"),
    [
        ("2023-02-01/2023-04-30", {"from": "2023-02", "to": "2023-04"}),
        ("2023-02-01T00:00:00Z/2023-02-28T23:59:59Z", {"from": "2023-02", "to": "2023-02"}),
        ("../2023-04-30", {"to": "2023-04"}),
        ("2023-02-01/..", {"from": "2023-02"}),
    ],
)
def test_time_as_the_standard_writes_it_is_the_period_of_the_page(client, moment, period):
    query = client.get(f"/collections/borough/items?datetime={moment}").json["query"]
    assert {name: query[name] for name in ("from", "to") if name in query} == period


@pytest.mark.parametrize(
    "wrong",
    [
        "bbox=1,2,3",
        "bbox=a,b,c,d",
        "bbox=0,53,1,51",
        "bbox=nan,1,2,3",
        "limit=0",
        "limit=-1",
        "limit=many",
        "limit=2&limit=3",
        "f=json&f=json",
        "offset=-1",
        "f=xml",
        "datetime=2023-02-01",
        "datetime=2023-02-03/2023-02-28",
        "datetime=2023-02-01/2023-02-27",
        "datetime=yesterday/..",
        "datetime=2023-02-01/..&from=2023-01",
    ],
)
def test_the_standards_own_parameters_are_answered_as_it_says(client, wrong):
    answer = client.get(f"/collections/ward/items?{wrong}")
    assert answer.status_code == 400
    assert answer.text.strip().endswith(".")


@pytest.mark.parametrize(
    "path", ["/ogc/", "/conformance", "/collections", "/collections/ward", "/collections/ward/items"]
)
@pytest.mark.parametrize("wrong", ["source=typo", "hour=77", "colour=red", "from=2031-01"])
def test_a_question_that_cannot_be_taken_is_refused_everywhere(client, path, wrong):
    answer = client.get(f"{path}?{wrong}", headers=JSON)
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"


def test_the_level_is_that_of_the_path(client):
    assert client.get("/collections/ward/items?level=ward").json["query"]["level"] == "ward"
    answer = client.get("/collections/ward/items?level=lsoa")
    assert answer.status_code == 422
    assert "leave “level” out" in answer.text


@pytest.mark.parametrize(
    "path", ["/collections/parish", "/collections/parish/items", "/collections/ward/items/E01"]
)
def test_what_is_not_there_is_404(client, path):
    assert client.get(path).status_code == 404


def test_who_has_a_page_is_told_so_and_no_cache_keeps_it(client):
    first = client.get("/collections/ward/items?limit=3")
    assert first.headers["Cache-Control"] == "no-store"
    known = {"If-None-Match": first.headers["ETag"]}
    assert client.get("/collections/ward/items?limit=3", headers=known).status_code == 304
    for other in ("limit=4", "limit=3&offset=1", "limit=3&bbox=-3,50,3,53", "limit=3&source=ae"):
        assert client.get(f"/collections/ward/items?{other}", headers=known).status_code == 200


def test_numbers_leave_with_what_qualifies_them(client):
    page = client.get("/collections/lsoa/items?source=ae").json
    assert any("1 to 7" in caveat for caveat in page["caveats"])
    hidden = [f["properties"] for f in page["features"] if f["properties"]["count"] is None]
    assert hidden
    assert {of["count_shown"] for of in hidden} == {"*"}
    assert all(of["rate_per_1000_year"] is None for of in hidden)
    assert not [f for f in page["features"] if f["properties"]["count"] and f["properties"]["count"] % 5]
    assert json.dumps(page)
