"""The description of the interface: valid, whole, and true of what the server does."""

import re

import pytest
from flask.testing import FlaskClient

from dashboard import create_app
from dashboard.openapi import path_of
from geo.answer.atlas import Atlas
from geo.ask.factors import FACTORS
from geo.ask.query import PARAMETERS, Query
from geo.out.export import FORMATS, Format
from geo.out.report import REPORTS


@pytest.fixture(scope="module")
def client(small_atlas: Atlas) -> FlaskClient:
    return create_app(small_atlas).server.test_client()


@pytest.fixture(scope="module")
def document(client: FlaskClient) -> dict:
    return client.get("/openapi.json").json


def test_it_is_valid(document):
    from openapi_spec_validator import OpenAPIV31SpecValidator  # a second, which every process would wait

    OpenAPIV31SpecValidator(document).validate()
    assert document["openapi"].startswith("3.1")


def test_every_route_of_ours_is_in_it(client, document):
    """Those of the framework are not: its callbacks and scripts, and its page for any path."""
    theirs = re.compile(r"/_|/<path:path>$|/assets/|/static/")
    rules = [rule for rule in client.application.url_map.iter_rules() if not theirs.match(rule.rule)]
    assert len(rules) > 20
    for rule in rules:
        described = document["paths"][path_of(rule.rule)]
        assert {method.lower() for method in rule.methods - {"HEAD", "OPTIONS"}} == set(described)


def test_every_parameter_of_the_question_is_in_it(document, small_atlas):
    parameters = document["components"]["parameters"]
    assert set(parameters) == set(PARAMETERS)
    asked = {
        one.get("$ref", "").rpartition("/")[2]
        for one in document["paths"]["/export.{form}"]["get"]["parameters"]
    }
    assert set(PARAMETERS) <= asked
    assert all(len(one["description"]) > 8 for one in parameters.values())
    assert parameters["source"]["schema"]["enum"] == list(small_atlas.sources)
    assert parameters["category"]["schema"]["items"]["enum"]
    assert parameters["borough"]["schema"]["items"]["enum"] == ["E06000001", "E06000002"]
    assert "default" not in parameters["source"]["schema"]
    assert parameters["fdr"]["schema"] == {"type": "string", "enum": ["on", "off"], "default": "on"}


def values(schema: dict) -> list:
    """Values that a schema lists."""
    return schema.get("items", schema).get("enum", [])


def test_every_value_that_it_lists_is_taken(document, small_atlas):
    catalogue = small_atlas.catalogue
    listed, recorded = 0, {name for source in catalogue.sources.values() for name in source.factors}
    for name, parameter in document["components"]["parameters"].items():
        for value in values(parameter["schema"]):
            asked = [Query.parse(f"source={key}&{name}={value}", catalogue) for key in small_atlas.sources]
            if name in ("source", "level"):
                asked = [Query.parse(f"{name}={value}", catalogue)]
            cannot = {
                "domain": catalogue.domains,
                "definition": catalogue.definitions.keys() - catalogue.undefined.keys(),
                "measure": {m for s in catalogue.sources.values() for m in s.measures},
                **{factor: () for factor in FACTORS.keys() - recorded},
                "exclude": (),  # this county lists no places
            }
            taken = any(not notices for _, notices in asked)
            assert taken == (value in cannot.get(name, [value])), (name, value)
            listed += 1
    assert listed > 80


def test_a_value_that_it_does_not_list_is_refused(client, document):
    for name, parameter in document["components"]["parameters"].items():
        if values(parameter["schema"]):
            assert client.get(f"/export.csv?{name}=nonsense").status_code == 422, name


@pytest.mark.parametrize(
    ("rule", "address"),
    [
        ("/collections/{level}/items", "/collections/ward/items?bbox=1"),
        ("/collections/{level}/items", "/collections/ward/items?limit=2&limit=3"),
        ("/collections/{level}/items/{code}", "/collections/ward/items/E01?f=xml"),
        ("/collections", "/collections?f=xml"),
        ("/ogc/", "/ogc/?f=json&f=json"),
        ("/assessment/table.csv", "/assessment/table.csv?exhibit=a/b&exhibit=c/d"),
        ("/assessment/table.csv", "/assessment/table.csv?exhibit=a/b"),
        ("/piece/evidence.csv", "/piece/evidence.csv?exhibit=none"),
        ("/assessment/check", "/assessment/check?foo=1"),
        ("/assessment.{form}", "/assessment.odt"),
        ("/export.pack", "/export.pack?ward=Nowhere"),
        ("/slides.pptx", "/slides.pptx"),
    ],
)
def test_a_refusal_has_a_status_that_is_declared(client, document, rule, address):
    answer = client.get(address)
    assert answer.status_code >= 400
    assert f"{answer.status_code}" in document["paths"][rule]["get"]["responses"], answer.text


def test_every_format_and_document_is_in_it(document):
    export = document["paths"]["/export.{form}"]["get"]
    assert export["parameters"][0]["schema"]["enum"] == list(FORMATS)
    assert all(form.label in export["parameters"][0]["description"] for form in FORMATS.values())
    assert {form.mimetype for form in FORMATS.values()} == set(export["responses"]["200"]["content"])
    report = document["paths"]["/assessment.{form}"]["get"]
    assert report["parameters"][0]["schema"]["enum"] == list(REPORTS)


def test_a_format_is_registered_and_by_that_everywhere(small_atlas, monkeypatch):
    toy = Format(
        "names.txt", "Names", "text/x-names", lambda sheet: "\n".join(sheet.answer.table["name"]).encode()
    )
    monkeypatch.setitem(FORMATS, toy.key, toy)
    app = create_app(small_atlas)
    client = app.server.test_client()
    export = client.get("/openapi.json").json["paths"]["/export.{form}"]["get"]
    assert toy.key in export["parameters"][0]["schema"]["enum"]
    assert toy.mimetype in export["responses"]["200"]["content"]
    answer = client.get(f"/export.{toy.key}?level=borough")
    assert answer.text == "Westshire\nEastshire"
    assert answer.headers["Content-Disposition"].endswith('.names.txt"')
    assert f"export.{toy.key}" in client.get("/_dash-layout").text
    assert client.get(f"/export.{toy.key}?source=typo").status_code == 422


def test_answers_are_as_described(client, document):
    ways = {
        "/export.json": document["paths"]["/export.{form}"]["get"]["responses"]["200"]["content"][
            "application/json"
        ],
        "/collections/ward/items": document["paths"]["/collections/{level}/items"]["get"]["responses"]["200"][
            "content"
        ]["application/geo+json"],
    }
    for path, described in ways.items():
        answer = client.get(path).json
        assert set(described["schema"]["required"]) <= set(answer)
    problem = client.get("/export.json?source=typo", headers={"Accept": "application/json"}).json
    assert set(problem) == set(document["components"]["schemas"]["Problem"]["required"])


def test_the_landing_page_leads_to_it(client, document):
    [link] = [one for one in client.get("/ogc/").json["links"] if one["rel"] == "service-desc"]
    answer = client.get(link["href"].removeprefix("http://localhost"))
    assert answer.content_type == link["type"]
    assert answer.json == document
