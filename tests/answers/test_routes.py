"""What the server answers besides the page: shapes, exports, health, and the headers of all of them."""

import csv
import gzip
import io
import json
import re
import shutil
import zipfile
from copy import copy
from dataclasses import replace
from pathlib import Path
from unittest.mock import Mock

import pypdf
import pytest
from dash import Dash, html
from flask.testing import FlaskClient
from pptx import Presentation

from dashboard import bundle, callbacks, create_app, routes, shell
from dashboard.link import PLAIN
from dashboard.routes import FOR_EVER, SHAPES_FOR_EVER, geometry_address, map_config
from dashboard.routes_export import MOST_SLIDES
from dashboard.security import check_address
from geo.answer.atlas import Atlas
from geo.ask.choices import LEVELS
from geo.ask.problem import Problem
from geo.ask.query import Query
from geo.ask.resources import shipped
from geo.data.ground import pack, pack_near
from geo.out.export import FORMATS


@pytest.fixture(scope="module")
def client(small_atlas: Atlas) -> FlaskClient:
    return create_app(small_atlas).server.test_client()


@pytest.mark.parametrize("level", LEVELS)
def test_shapes_are_sent_compressed_and_kept_for_ever(client: FlaskClient, small_atlas: Atlas, level: str):
    answer = client.get("/" + geometry_address(small_atlas, level), headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 200
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Cache-Control"] == SHAPES_FOR_EVER
    features = json.loads(gzip.decompress(answer.data))["features"]
    codes = [feature["properties"]["code"] for feature in features]
    assert codes == list(small_atlas.levels[level].frame.index)


def test_shapes_are_sent_plain_to_a_client_that_cannot_unpack(client: FlaskClient, small_atlas: Atlas):
    answer = client.get("/" + geometry_address(small_atlas, "ward"), headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in answer.headers
    assert answer.data == small_atlas.levels["ward"].geojson


def test_the_shapes_of_a_country_are_sent_from_near_by_too_as_they_were_packed(small_atlas: Atlas):
    wards = small_atlas.levels["ward"]
    files = tuple(pack_near(wards.shapes))
    country = copy(small_atlas)
    country.levels = {**small_atlas.levels, "ward": replace(wards, ground=pack(wards.shapes), near=files)}
    app = Dash("country")
    app.layout = html.Div()
    routes.register(app, country)
    near = map_config(country)["near"]
    assert list(near) == ["ward"] and near["ward"]["files"] == len(files)
    for number, file in enumerate(files):
        answer = app.server.test_client().get(
            f"/{near['ward']['begins']}{number}.bin", headers={"Accept-Encoding": "gzip"}
        )
        assert (answer.data, answer.headers["Content-Encoding"]) == (file, "gzip")
        assert answer.headers["Cache-Control"] == SHAPES_FOR_EVER


def test_the_page_and_its_own_files_are_sent_compressed(client: FlaskClient):
    page = client.get(f"/{PLAIN}", headers={"Accept-Encoding": "gzip"})
    assert page.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in page.headers["Vary"]
    text = gzip.decompress(page.data).decode()
    assert '<html lang="en-GB">' in text
    assert "Content-Encoding" not in client.get(f"/{PLAIN}", headers={"Accept-Encoding": "identity"}).headers
    style = re.search(r"assets/[0-9a-f]{12}/one/page\.css", text)[0]
    first, again, plain = (
        client.get(style, headers={"Accept-Encoding": coding}, buffered=True)
        for coding in ("gzip", "gzip", "identity")
    )
    assert plain.data == gzip.decompress(first.data) == gzip.decompress(again.data)
    assert len(first.data) < len(plain.data) / 2
    assert first.headers["Cache-Control"] == plain.headers["Cache-Control"] == FOR_EVER


def test_the_address_of_our_own_files_changes_when_one_of_them_does(
    client: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    before = shell.assets()
    assert client.get(f"/{before}/map/board.mjs", buffered=True).headers["Cache-Control"] == FOR_EVER
    assert client.get("/assets/map/board.mjs").status_code == 404
    shutil.copytree(shipped("assets"), tmp_path / "assets")
    with (tmp_path / "assets" / "map" / "board.mjs").open("a", encoding="utf-8") as module:
        module.write("// another line")
    monkeypatch.setattr(shell, "shipped", lambda name: tmp_path / name)
    assert shell.assets.__wrapped__() != before
    monkeypatch.undo()
    assert shell.assets.__wrapped__() == before


def test_the_page_hears_in_a_sentence_why_there_is_no_answer(
    client: FlaskClient, small_atlas: Atlas, monkeypatch: pytest.MonkeyPatch
):
    answer = client.get("/answer?level=ward&hour=77")
    assert answer.json["level"] == "ward"
    assert answer.json["tidy"], "what cannot be taken is left out of the address, and said"
    assert answer.headers["Cache-Control"] == "no-store"
    for said, fault in {
        r"No map today\.": Problem("No map today."),
        r"The dashboard could not work this out\. .*Reference: \w{8}\.": ZeroDivisionError(),
    }.items():
        monkeypatch.setattr(callbacks.view, "page", Mock(side_effect=fault))
        refused = client.get("/answer")
        assert (refused.status_code >= 400, refused.mimetype) == (True, "text/plain")
        assert re.fullmatch(said, refused.text.strip())


def test_the_browser_is_told_at_once_of_the_shapes_and_of_one_script_and_style(
    client: FlaskClient, small_atlas: Atlas
):
    page = client.get(f"/{PLAIN}").text
    for level in LEVELS:
        assert f'as="fetch" crossorigin="anonymous" href="{geometry_address(small_atlas, level)}"' in page
    asked = re.findall(r'<(?:script|link)[^>]+(?:src|href)="(assets/[^"]+)"', page)
    ours = [f"{shell.assets()}/{name}" for name in (bundle.SCRIPT, bundle.STYLE)]
    assert {name for name in asked if name.endswith((".mjs", ".css"))} == set(ours)
    assert f'<script id="_dash-renderer" type="module" async src="{ours[0]}">' in page
    script, style = (client.get(address, buffered=True) for address in ours)
    assert (script.mimetype, style.mimetype) == ("text/javascript", "text/css")
    assert script.headers["Cache-Control"] == style.headers["Cache-Control"] == FOR_EVER


def test_shapes_of_other_data_are_not_found(client: FlaskClient):
    answer = client.get("/geometry/lsoa-000000000000.json")
    assert answer.status_code == 404
    assert "load the page again" in answer.text


def test_the_csv_is_what_the_question_shows(client: FlaskClient, small_atlas: Atlas):
    answer = client.get("/export.csv?level=borough&category=robbery&month=3")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert answer.headers["Cache-Control"] == "no-store"
    query = Query(level="borough", category=("robbery",), month=(3,))
    table = small_atlas.answer(query).table
    assert [int(row["count"]) for row in rows] == table["count"].tolist()
    assert list(rows[0])[:6] == ["lad24cd", "name", "borough", "count", "population", "rate_per_1000_year"]


@pytest.mark.parametrize("key", FORMATS)
def test_every_format_is_served_with_its_type(client: FlaskClient, key: str):
    answer = client.get(f"/export.{key}?level=ward")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == FORMATS[key].mimetype
    assert answer.data


def test_an_unknown_format_names_those_there_are(client: FlaskClient):
    answer = client.get("/export.doc")
    assert answer.status_code == 404
    assert all(key in answer.text for key in FORMATS)


def test_a_ward_pack_is_a_pdf_and_several_are_an_archive(client: FlaskClient):
    alone = client.get("/export.pack?source=ae&level=ward&area=E05000001")
    assert alone.mimetype == "application/pdf"
    assert alone.headers["Content-Disposition"] == 'attachment; filename="ward-00-e05000001.pdf"'
    pages = pypdf.PdfReader(io.BytesIO(alone.data)).pages
    [link] = {note.get_object()["/A"]["/URI"] for note in pages[0]["/Annots"]}
    assert link == "http://localhost/?level=ward&source=ae&area=E05000001"
    several = client.get("/export.pack?source=ae&ward=Ward%2000&ward=E05001101")
    assert several.mimetype == "application/zip"
    with zipfile.ZipFile(io.BytesIO(several.data)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["ward-00-e05000001.pdf", "ward-11-e05001101.pdf"]
    unknown = client.get("/export.pack?ward=Nowhere")
    assert unknown.status_code == 422
    assert "has no ward “Nowhere”" in unknown.text


def test_health(client: FlaskClient, small_atlas: Atlas):
    assert client.get("/healthz").text == "alive\n"
    assert client.get("/readyz").json == {
        "ready": True,
        "version": small_atlas.version,
        "place": small_atlas.place,
    }


@pytest.mark.parametrize("path", ["/", "/healthz", "/export.csv", "/_dash-layout", "/no/such/page"])
def test_every_answer_carries_the_headers(client: FlaskClient, path: str):
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "unsafe-eval" not in policy
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


def test_the_page_names_no_other_machine(client: FlaskClient):
    page = client.get(f"/{PLAIN}").text
    assert '<html lang="en-GB">' in page
    assert not re.findall(r"""(?:src|href)=["'](?:https?:)?//""", page)


def test_another_site_cannot_reach_the_page_through_a_name_of_its_own(client: FlaskClient):
    assert client.get("/export.csv", headers={"Host": "evil.example"}).status_code == 400


@pytest.mark.parametrize("host", ["[::1]", "[::1]:8050", "127.8.9.1:8050", "LOCALHOST"])
def test_every_name_of_this_machine_is_answered(client: FlaskClient, host: str):
    assert client.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["", "[::1", "::1", "[::2]", "127.0.0.1.evil.example", "localhost.evil.example"]
)
def test_what_is_no_name_of_this_machine_is_refused_in_a_sentence(client: FlaskClient, host: str):
    refused = client.get("/export.csv", headers={"Host": host})
    assert (refused.status_code, refused.mimetype) == (400, "text/plain")


@pytest.mark.parametrize("body", [b"", b"{", b"null", b"[]", b'{"output": 1}', b"[" * 9_000, b"\xff"])
def test_callbacks_that_the_page_does_not_have_are_refused_in_a_sentence(client: FlaskClient, body: bytes):
    for kind in ("application/json", "text/plain"):
        refused = client.post("/_dash-update-component", data=body, content_type=kind)
        assert (refused.status_code, refused.mimetype) == (400, "text/plain")


def test_the_name_of_a_county_stays_text(small_atlas: Atlas):
    hostile = copy(small_atlas)
    hostile.snapshot = replace(
        small_atlas.snapshot, manifest=small_atlas.snapshot.manifest | {"place": "</title><script>1</script>"}
    )
    hostile.catalogue = replace(small_atlas.catalogue, place=hostile.place)
    client = create_app(hostile).server.test_client()
    for path in ("/", "/assess", "/export.svg"):
        assert "<script>1" not in client.get(path).text


def test_names_of_a_proxy_are_allowed_by_the_environment(small_atlas: Atlas, monkeypatch):
    monkeypatch.setenv("HOTSPOTS_HOSTS", "hotspots.force.example, other.example")
    client = create_app(small_atlas).server.test_client()
    assert client.get("/healthz", headers={"Host": "hotspots.force.example"}).status_code == 200


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "localhost", "::1", "[::1]"])
def test_the_machine_itself_may_be_listened_on(host: str):
    check_address(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.4", "::", "example.org", ""])
def test_any_other_address_is_refused_with_the_remedy(host: str):
    with pytest.raises(Problem, match=r"no log-in is set up; use 127\.0\.0\.1.*hotspots user add"):
        check_address(host)


def test_an_atlas_without_events_is_refused_with_the_remedy(small_atlas: Atlas):
    empty = copy(small_atlas)
    empty.catalogue = replace(small_atlas.catalogue, sources={})
    with pytest.raises(Problem, match="hotspots import offences"):
        create_app(empty)


def test_tiles_are_laid_out_when_asked_for(client: FlaskClient, small_atlas: Atlas):
    address = map_config(small_atlas)["tiles"]["ward"]
    response = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert response.status_code == 200
    features = json.loads(gzip.decompress(response.data))["features"]
    assert [f["properties"]["code"] for f in features] == list(small_atlas.levels["ward"].frame.index)
    assert response.headers["Cache-Control"] == SHAPES_FOR_EVER


def test_slides_of_chosen_maps_and_of_both_maps_of_a_comparison(client: FlaskClient, small_atlas: Atlas):
    maps = ["?layer=getis_ord", "?view=compare&compare=ae", "?level=ward"]
    answer = client.get("/slides.pptx", query_string=[("map", one) for one in maps])
    assert answer.mimetype == FORMATS["pptx"].mimetype
    slides = Presentation(io.BytesIO(answer.data)).slides
    said = [{shape.name: shape for shape in slide.shapes}["Finding"].text_frame.text for slide in slides]
    alone = [small_atlas.answer(Query.parse(maps[at])[0]).headline for at in (0, 2)]
    both = r"[\d,]+ offences on the left against [\d,]+ attendances on the right\."
    assert [said[0], said[2]] == alone and re.fullmatch(both, said[1]), said


@pytest.mark.parametrize("number", [0, MOST_SLIDES + 1])
def test_slides_of_no_map_or_too_many_are_refused_in_a_sentence(client: FlaskClient, number: int):
    answer = client.get("/slides.pptx", query_string=[("map", "?")] * number)
    assert answer.status_code == 422
    assert f"; {number} are asked for." in answer.text


@pytest.mark.parametrize(
    "address",
    ["/indicators?foo=1", "/data?foo=1", "/patrol/result?foo", "/patrol?foo=1", "/patrol?present=foo"]
    + [f"/export.indicators.{form}?foo=typo" for form in ("csv", "json", "xlsx")],
)
def test_nothing_is_handed_out_where_a_key_is_not_known(client: FlaskClient, address: str):
    answer = client.get(address)
    assert (answer.status_code, "“foo”" in answer.text) == (422, True)


@pytest.mark.parametrize("address", ["/indicators", "/data", "/patrol/result"])
def test_a_page_beside_the_map_takes_a_theme_and_its_links_keep_it(client: FlaskClient, address: str):
    dark, usual = client.get(f"{address}?theme=dark"), client.get(address)
    assert (dark.status_code, usual.status_code) == (200, 200)
    assert 'href="/?theme=dark">Back' in dark.text and 'href="/">Back' in usual.text
    refused = client.get(f"{address}?theme=foo")
    assert refused.status_code == 422 and "“foo”" in refused.text
