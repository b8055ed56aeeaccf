"""Whatever may be taken away is opened by a program that is not ours, which finds all of it there."""

import io
import json
import shutil
import subprocess
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

import docx
import geopandas as gpd
import icalendar
import lxml.etree
import lxml.html
import openpyxl
import pandas as pd
import pyarrow.parquet
import pyogrio
import pypdf
import pytest
import shapely
from flask.testing import FlaskClient
from PIL import Image
from pptx import Presentation

from dashboard import create_app
from dashboard.take_along import write_html
from geo.answer.atlas import Atlas
from geo.ask.query import Query
from geo.ask.words import month_number
from geo.out.export import FORMATS, sheet, ways
from geo.out.patrol_files import FILES as PATROL_FILES
from geo.out.patrol_papers import PAPERS
from geo.out.report import REPORTS, write
from geo.out.ward_pack import wards_of, write_packs
from geo.tell.assessment import assess
from geo.tell.tiles import tiles_geojson
from tests.support.exported import MADE, areas_in, geopackage, words
from tests.support.fence import ROOT
from tests.support.small_county import indicators
from tests.support.small_print import small_print, smallest_on_slides
from tests.support.tagged import faults

QUERY = Query(source="ae", layer="getis_ord")
BRIEF = QUERY.replace(last=month_number("2023-01"), hour=(22, 23))
"""Of one step."""
AE = "source=ae"
HOT = "source=offences&layer=getis_ord&area=E01035001"
WISH = "first=2026-12-01&areas=9&a_day=3&days=28&tiers=3&level=lsoa&source=offences"
DAYS, VISITS = 28, 3 * 28
AREAS, PAGES, SLIDES = 36, 2, 1
PERIODS = int((indicators()["area"] != "England").sum())
"""Values of the indicator that is loaded; England's stand beside them."""


def pack(atlas: Atlas) -> bytes:
    return write_packs(atlas, QUERY, wards_of(atlas, QUERY, ["E05000001"]), home="")[1]


def document(atlas: Atlas, form: str) -> bytes:
    """With one dot for every figure: they are drawn in the tests of reports."""
    dot = io.BytesIO()
    Image.new("RGB", (2, 2)).save(dot, "PNG")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("geo.out.report.blocks.picture", lambda *_: (dot.getvalue(), 165.0, 60.0))
        return write(assess(atlas, Query(), ["offences"], made=MADE), atlas, form)


@cache
def client(atlas: Atlas) -> FlaskClient:
    return create_app(atlas).server.test_client()


def got(atlas: Atlas, address: str) -> bytes:
    """What the server hands out."""
    found = client(atlas).get(f"/{address}")
    assert found.status_code == 200, found.text
    return found.data


def shown(atlas: Atlas, key: str) -> bytes:
    return FORMATS[key].write(sheet(atlas, QUERY, made=MADE))


# ---------------------------------------------------------------- who opens what


def geojson(content: bytes) -> int:
    areas = pyogrio.read_dataframe(io.BytesIO(content))  # by GDAL
    assert areas.crs.to_epsg() == 4326
    right_handed(content)
    return len(areas)


def right_handed(content: bytes) -> None:
    """Outer rings run anticlockwise and holes clockwise, as RFC 7946 asks."""
    for feature in json.loads(content)["features"]:
        for part in shapely.get_parts(shapely.geometry.shape(feature["geometry"])):
            assert part.exterior.is_ccw, feature["properties"]
            assert not any(hole.is_ccw for hole in part.interiors), feature["properties"]


def gpkg(content: bytes) -> int:
    with geopackage(content) as path:
        return len(areas_in(path))


def xlsx(content: bytes, page: str = "table") -> int:
    return openpyxl.load_workbook(io.BytesIO(content))[page].max_row - 1


def events(content: bytes) -> int:
    return len(icalendar.Calendar.from_ical(content).events)


def parquet(content: bytes) -> int:
    rows = pyarrow.parquet.read_table(io.BytesIO(content)).num_rows
    assert rows == len(gpd.read_parquet(io.BytesIO(content)))
    return rows


def picture(content: bytes) -> int:
    image = Image.open(io.BytesIO(content))
    image.load()
    return len(image.getcolors(1 << 24)) > 50


def drawing(content: bytes) -> int:
    root = lxml.etree.fromstring(content)
    return len(root.findall(".//{http://www.w3.org/2000/svg}path")) > AREAS


def pages(content: bytes) -> int:
    """Pages of a PDF, which is tagged, and prints nothing too small to be read."""
    assert faults(content) == [] == small_print(content)
    return len(pypdf.PdfReader(io.BytesIO(content), strict=True).pages)


def slides(content: bytes) -> int:
    assert smallest_on_slides(content) >= 8
    return len(Presentation(io.BytesIO(content)).slides)


def tables(content: bytes) -> int:
    return len(docx.Document(io.BytesIO(content)).tables)


def web(content: bytes, path: str) -> int:
    return len(lxml.html.document_fromstring(content.decode()).xpath(path))


Way = tuple[Callable[[Atlas], bytes], Callable[[bytes], int], Callable[[int], bool]]


def table_of(content: bytes, encoding: str = "utf-8", first: str = "lsoa21cd") -> int:
    table = pd.read_csv(io.BytesIO(content), encoding=encoding)
    assert table.columns[0] == first
    return len(table)


published = partial(table_of, first="indicator")
READERS: dict[str, tuple[Callable[[bytes], int], int]] = {
    "csv": (table_of, AREAS),
    "excel.csv": (partial(table_of, encoding="utf-8-sig"), AREAS),
    "xlsx": (xlsx, AREAS),
    "json": (lambda content: len(pd.DataFrame(json.loads(content)["records"])), AREAS),
    "geojson": (geojson, AREAS),
    "gpkg": (gpkg, AREAS),
    "parquet": (parquet, AREAS),
    "pdf": (pages, 1),
    "png": (picture, True),
    "svg": (drawing, True),
    "pptx": (slides, SLIDES),
}
"""Form to who opens it, and how many areas, pages or slides that finds."""
OTHERS: dict[str, list[tuple[Callable[[Atlas], bytes], Callable[[bytes], int], int]]] = {
    "html": [(lambda atlas: write_html(atlas, BRIEF), partial(web, path="//script[@id='taken']"), 1)],
    "pack": [(pack, pages, PAGES)],
    "briefing": [(partial(got, address=f"export.briefing?{HOT}"), pages, 1)],
    "phone": [(partial(got, address=f"export.phone?{HOT}"), pages, 1)],
    "patrol": [
        (partial(got, address=f"patrol.json?{WISH}"), lambda content: len(json.loads(content)) > 3, True),
        (partial(got, address=f"patrol.ics?{WISH}"), events, DAYS),
        (partial(got, address=f"patrol.xlsx?{WISH}"), partial(xlsx, page="Patrols"), DAYS),
        (partial(got, address=f"patrol.csv?{WISH}"), partial(table_of, first="date"), VISITS),
        (partial(got, address=f"patrol.sheets.pdf?{WISH}"), pages, 9),
        (partial(got, address=f"patrol.map.pdf?{WISH}"), pages, 1),
        (partial(got, address=f"patrol.map.svg?{WISH}"), drawing, True),
    ],
    "indicators.csv": [(partial(got, address="export.indicators.csv"), published, PERIODS)],
    "indicators.xlsx": [
        (partial(got, address="export.indicators.xlsx"), partial(xlsx, page="indicators"), PERIODS)
    ],
    "indicators.json": [
        (
            partial(got, address="export.indicators.json"),
            lambda content: len(pd.DataFrame(json.loads(content)["records"])),
            PERIODS,
        )
    ],
    "features": [(partial(got, address=f"collections/lsoa/items?limit=1000&f=json&{AE}"), geojson, AREAS)],
    "assessment": [
        (partial(document, form="docx"), lambda content: tables(content) > 10, True),
        (partial(document, form="pdf"), lambda content: pages(content) > 10, True),
        (partial(document, form="html"), lambda content: web(content, "//table") > 10, True),
    ],
}
"""Any other way of taking something away to who makes it, who opens it, and what that finds."""


def test_nothing_may_be_taken_away_that_is_not_opened_here():
    assert set(FORMATS) == set(READERS)
    assert set(ways()) == set(READERS) | set(OTHERS)
    assert len(OTHERS["assessment"]) == len(REPORTS)
    assert len(OTHERS["patrol"]) == len(PATROL_FILES) + len(PAPERS)


def test_no_route_hands_out_a_pdf_that_is_not_checked_here(small_atlas: Atlas):
    """Whoever adds one adds it above, where it is read for its tags and its smallest print.

    What came of patrols is read in test_patrol_trial and test_patrol_compare.
    """
    paths = json.loads(got(small_atlas, "openapi.json"))["paths"]
    found = {
        path
        for path, ways_ in paths.items()
        for operation in ways_.values()
        if "application/pdf" in operation["responses"].get("200", {}).get("content", {})
    }
    assert found == {
        "/export.{form}",
        "/export.pack",
        "/export.briefing",
        "/export.phone",
        "/patrol.{form}",
        "/patrol/judged",
        "/patrol/compare",
        "/assessment.{form}",
    }


@pytest.mark.parametrize("key", FORMATS)
def test_every_form_is_opened_by_somebody_elses_program(small_atlas: Atlas, key: str):
    reader, expected = READERS[key]
    assert reader(shown(small_atlas, key)) == expected


@pytest.mark.parametrize("key", OTHERS)
def test_everything_else_is_too(small_atlas: Atlas, key: str):
    for make, reader, expected in OTHERS[key]:
        assert reader(make(small_atlas)) == expected


@pytest.mark.parametrize("level", ["lsoa", "ward", "borough"])
def test_the_shapes_of_the_page_are_right_handed(small_atlas: Atlas, level: str):
    right_handed(small_atlas.levels[level].geojson)
    right_handed(tiles_geojson(small_atlas.levels[level]))


def test_the_shapes_that_come_along_are_right_handed():
    right_handed((ROOT / "data/boundaries/lsoa_2011.geojson").read_bytes())


def office() -> bool:
    """Whether LibreOffice is here with all that it takes: Debian splits it by kind of document."""
    soffice = shutil.which("soffice")
    parts = ("libsclo.so", "libsdlo.so", "libswlo.so")  # tables, slides, text
    return soffice is not None and all((Path(soffice).resolve().parent / part).exists() for part in parts)


@pytest.mark.skipif(not office(), reason="no LibreOffice: install libreoffice-{calc,impress,writer}-nogui")
def test_libreoffice_opens_what_an_office_gets(small_atlas: Atlas, tmp_path: Path):
    """As PDF, at once, for it starts slowly: a table, a workbook, a slide and a document."""
    for key in ("csv", "xlsx", "pptx"):
        tmp_path.joinpath(f"{key}.{key}").write_bytes(shown(small_atlas, key))
    tmp_path.joinpath("docx.docx").write_bytes(document(small_atlas, "docx"))
    files = sorted(tmp_path.iterdir())
    home = f"-env:UserInstallation={(tmp_path / 'home').as_uri()}"
    how = [home, "--headless", "--convert-to", "pdf", "--outdir", tmp_path / "pdf"]
    subprocess.run(["soffice", *how, *files], check=True, capture_output=True)
    said = {file.stem: words("pdf", file.read_bytes()) for file in (tmp_path / "pdf").iterdir()}
    assert set(said) == {"csv", "xlsx", "pptx", "docx"}
    assert "Square 00" in said["csv"] and "Square 00" in said["xlsx"]
    title = "All A&E attendances in Squareshire"
    assert title in said["xlsx"] and title in said["pptx"]
    document_ = " ".join(said["docx"].split())
    assert "Findings" in document_ and "1-1" in document_
    assert "Page 3-1" in document_, "chapters number their own pages"
