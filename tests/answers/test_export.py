"""Every file that leaves is opened by another program's reader, and says all that it must."""

import base64
import csv
import io
import json
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from xml.etree import ElementTree

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyarrow.parquet
import pyogrio
import pypdf
import pytest
import shapely
from fontTools.ttLib import TTFont
from PIL import Image
from pptx import Presentation

from geo.answer.atlas import Atlas
from geo.answer.layers import LAYERS, column
from geo.ask.choices import LEVELS
from geo.ask.query import Query
from geo.out.drawing import HATCHES, drawing
from geo.out.export import FORMATS, Sheet, sheet
from geo.out.printed_map import poster
from tests.support.exported import (
    areas_in,
    geopackage,
    layer_in,
    read_READERS,
    squeezed,
    words,
)

pytestmark = pytest.mark.long

MADE = date(2026, 11, 20)
DATES = ("20 November 2026", "2026-11-20")
HOME = "https://hotspots.example/"
PRINTED = ("pdf", "png", "svg")
A4 = (841.89, 595.28)


def make(atlas, **asked) -> Sheet:
    query, _ = atlas.catalogue.check(Query(**asked))
    return sheet(atlas, query, HOME + query.to_search(), MADE)


@pytest.fixture(scope="module")
def controlled(small_atlas) -> Sheet:
    """A&E attendances, many of them suppressed."""
    return make(small_atlas, source="ae")


@pytest.fixture(scope="module")
def clusters(small_atlas) -> Sheet:
    """Hotspots of offences, with deprivation laid over them."""
    return make(small_atlas, source="offences", layer="local_moran", overlay="imd")


@pytest.fixture(scope="module")
def files(controlled, clusters) -> dict[tuple[str, str], bytes]:
    """Both of them in every form, written once."""
    both = {"controlled": controlled, "clusters": clusters}
    return {(name, key): form.write(one) for name, one in both.items() for key, form in FORMATS.items()}


# ---------------------------------------------------------------- what every file says


@pytest.mark.parametrize("name", ["controlled", "clusters"])
@pytest.mark.parametrize("key", [key for key in FORMATS if not key.endswith("csv")])
def test_every_file_says_what_it_is_and_where_it_comes_from(files, controlled, clusters, name, key):
    one = controlled if name == "controlled" else clusters
    said = squeezed(words(key, files[name, key])).lower()
    must = [one.title, *one.answer.caveats, one.source, *one.credits, one.answer.banner, one.link]
    must.append(one.answer.headline)
    for text in must:
        assert squeezed(text).lower() in said, text
    assert any(squeezed(day).lower() in said for day in DATES)
    assert "1to7" in said or name != "controlled"


def test_every_format_has_a_reader_here():
    assert set(FORMATS) == set(read_READERS)


def test_the_credits_are_those_of_the_data(clusters):
    said = " ".join(clusters.credits)
    assert "Office for National Statistics" in said
    assert re.search(r"Contains OS data © Crown copyright and database right 20\d\d", said)
    assert "Open Government Licence v3.0" in said


def test_made_up_data_are_not_credited_to_anybody(small_atlas):
    snapshot = small_atlas.snapshot
    made_up = Atlas(replace(snapshot, manifest=snapshot.manifest | {"synthetic": True}))
    one = make(made_up, source="offences")
    assert one.credits == (
        "Boundaries, residents, deprivation and events are made up: this is not a real place.",
    )
    assert squeezed("SYNTHETIC DEMONSTRATION DATA") in squeezed(words("svg", FORMATS["svg"].write(one)))


def test_without_a_link_a_file_says_what_to_add_to_the_address(small_atlas):
    query, _ = small_atlas.catalogue.check(Query(source="ae", level="ward"))
    one = sheet(small_atlas, query, made=MADE)
    assert one.address == "run hotspots serve, then open its address with /?level=ward&source=ae"
    assert squeezed(one.address) in squeezed(words("pdf", FORMATS["pdf"].write(one)))


@pytest.mark.parametrize("key", FORMATS)
def test_an_empty_slice_is_written_and_says_so(small_atlas, key):
    query = {"category": ("robbery",), "hour": (3,), "day": (0,), "first": 24276, "last": 24276}
    one = make(small_atlas, source="offences", borough=("E06000002",), layer="local_moran", **query)
    assert one.answer.totals.shown == 0
    said = words(key, FORMATS[key].write(one))
    if not key.endswith("csv"):
        assert squeezed("No offences match these filters.") in squeezed(said)
    if key in ("pdf", "svg"):
        assert "No areas to rank" in said


# ---------------------------------------------------------------- small numbers


def test_no_small_number_of_a_controlled_source_is_in_any_table(files, controlled):
    hidden = controlled.answer.table["count"].isna()
    assert hidden.any()
    codes = set(controlled.answer.table.index[hidden])

    def check(code, count, rate, hidden="*"):
        assert (count == hidden) == (code in codes)
        if code not in codes:
            assert int(count) % 5 == 0
            assert (rate in (None, "")) == (int(count) < 3)
        else:
            assert rate in (None, "")

    rows = csv.DictReader(io.StringIO(files["controlled", "csv"].decode()))
    for row in rows:
        check(row["lsoa21cd"], row["count"], row["rate_per_1000_year"])
    rows = json.loads(files["controlled", "json"])["records"]
    assert [f["properties"] for f in json.loads(files["controlled", "geojson"])["features"]] == rows
    for of in rows:
        assert of["count_shown"] == ("*" if of["lsoa21cd"] in codes else str(of["count"]))
        check(of["lsoa21cd"], of["count"], of["rate_per_1000_year"], hidden=None)
    page = openpyxl.load_workbook(io.BytesIO(files["controlled", "xlsx"]))["table"]
    heads = [cell.value for cell in page[1]]
    for cells in page.iter_rows(min_row=2, values_only=True):
        of = dict(zip(heads, cells, strict=True))
        check(of["lsoa21cd"], of["count"], of["rate_per_1000_year"])
    with geopackage(files["controlled", "gpkg"]) as path:
        package = areas_in(path, read_geometry=False)
    for table in (package, gpd.read_parquet(io.BytesIO(files["controlled", "parquet"]))):
        for _, row in table.iterrows():
            assert row["count_shown"] == ("*" if row["lsoa21cd"] in codes else str(int(row["count"])))
            numbers = (None if pd.isna(row[c]) else row[c] for c in ("count", "rate_per_1000_year"))
            check(row["lsoa21cd"], *numbers, hidden=None)
    [frame] = [
        s for s in Presentation(io.BytesIO(files["controlled", "pptx"])).slides[0].shapes if s.has_table
    ]
    counts = [row.cells[2].text for row in frame.table.rows][1:]
    assert counts
    assert all(int(count.partition(" ± ")[0]) % 5 == 0 for count in counts)


def test_the_numbers_beside_the_printed_areas_are_protected(files, controlled):
    nodes = [text for text in ElementTree.fromstring(files["controlled", "svg"]).itertext() if text.strip()]
    assert len(controlled.top) > 3
    for _, row in controlled.top.iterrows():
        place = nodes.index(row["name"])
        assert nodes[place + 1 : place + 4] == [
            row["ward"],
            f"{row['count']} ± {row['plus_minus']}",
            f"{row['rate_per_1000_year']:,.1f}" + "†" * (row["count"] < 20),
        ]
    printed = " ".join(re.sub(r"\s+", " ", words("pdf", files["controlled", "pdf"])).split())
    assert not re.search(r"(?<![\d.,])[1-7] attendances", printed)


# ---------------------------------------------------------------- tables


def test_a_workbook_holds_no_formula_and_no_live_link(clusters):
    names = ["=HYPERLINK(1)", "+1+1", "@SUM(A1)", "-2+3", "https://evil.example", *["x"] * 31]
    answer = replace(clusters.answer, table=clusters.answer.table.assign(name=names))
    book = openpyxl.load_workbook(io.BytesIO(FORMATS["xlsx"].write(replace(clusters, answer=answer))))
    page = book["table"]
    assert [cell.value for cell in page["B"]][1:6] == names[:5]
    for sheet_ in book:
        assert not sheet_._hyperlinks
        assert {cell.data_type for row in sheet_.iter_rows() for cell in row} <= {"b", "n", "s"}


def test_a_workbook_has_the_table_of_the_csv_and_explains_every_column(files, clusters):
    book = openpyxl.load_workbook(io.BytesIO(files["clusters", "xlsx"]))
    assert book.sheetnames == ["table", "About"]
    rows = list(csv.reader(io.StringIO(files["clusters", "csv"].decode())))
    cells = [["" if v is None else v for v in row] for row in book["table"].iter_rows(values_only=True)]
    assert [str(v) for v in cells[0]] == rows[0]
    for row, expected in zip(cells[1:], rows[1:], strict=True):
        for value, text in zip(row, expected, strict=True):
            assert str(value) == text or float(value) == float(text)
    about = {row[0]: row[1] for row in book["About"].iter_rows(values_only=True) if row[0]}
    assert all(len(about[column]) > 8 for column in rows[0])
    assert about["See it again"] == clusters.link
    assert book["table"].freeze_panes == "C2"
    assert book.properties.title == clusters.title


def test_the_columns_that_only_some_data_have_are_explained_too():
    for name in ("lsoa11cd", "count_shown", "p_permutation", "hot_ambulance"):
        assert len(column(name).definition) > 8


def test_a_geopackage_has_shapes_and_whole_numbers(files, small_atlas):
    shapes = small_atlas.levels["lsoa"].shapes
    for name, source in (("controlled", "ae"), ("clusters", "offences")):
        with geopackage(files[name, "gpkg"]) as path:
            assert pyogrio.list_layers(path).tolist()[0] == ["lsoa", "MultiPolygon"]
            areas = areas_in(path)
        assert areas.crs.to_epsg() == 27700
        counts = small_atlas.answer(Query(source=source)).table["count"]
        np.testing.assert_array_equal(areas["count"], counts.to_numpy(float, na_value=np.nan))
        assert areas.geometry.area.sum() == pytest.approx(shapes.area.sum())
        assert areas.set_index("lsoa21cd").geometry.contains(shapes.representative_point()).all()


@pytest.mark.parametrize("level", LEVELS)
def test_a_geopackage_names_its_layer_after_the_level(small_atlas, level):
    one = make(small_atlas, source="offences", level=level, borough=("E06000002",))
    with geopackage(FORMATS["gpkg"].write(one)) as path:
        assert layer_in(path) == level
        assert set(areas_in(path)["borough"]) == {"Eastshire"}


@pytest.mark.parametrize("name", ["controlled", "clusters"])
def test_a_geopackage_has_a_style_for_every_area_it_holds(files, controlled, clusters, name):
    one = controlled if name == "controlled" else clusters
    with geopackage(files[name, "gpkg"]) as path:
        areas = areas_in(path)
        [style] = pyogrio.read_dataframe(path, layer="layer_styles")["styleQML"]
    tree = ElementTree.fromstring(style)
    assert tree.find("renderer-v2").get("attr") == "class_shown"
    fills = [
        [{prop.get("k"): prop.get("v") for prop in fill.iter("prop")} for fill in each.iter("layer")]
        for each in tree.iter("symbol")
    ]
    drawn = {each.get("value"): fills[int(each.get("symbol"))] for each in tree.iter("category")}
    for entry in (each for each in one.legend if each.position >= 0):
        ground, *over = drawn[entry.label]
        assert ground["color"] == ",".join(map(str, (*bytes.fromhex(entry.colour[1:]), 255)))
        styles = {"nodata": "b_diagonal", "suppressed": "diagonal_x", None: "horizontal"}
        hatched = [styles[entry.pattern]] if entry.pattern or entry.lines else []
        assert [ground["style"], *(fill["style"] for fill in over)] == ["solid", *hatched]
        assert all(fill["color"] != ground["color"] for fill in over), "strokes are seen on it"
        assert (areas["class_shown"] == entry.label).sum() == entry.count
    assert set(areas["class_shown"]) <= set(drawn)
    named = [(int(each.get("index")), each.get("field")) for each in tree.iter("alias")]
    assert named == list(enumerate(areas.columns.drop("geometry"), start=1))


def test_a_workbook_prints_with_its_marking_and_its_heads_on_every_page(files, controlled):
    book = openpyxl.load_workbook(io.BytesIO(files["controlled", "xlsx"]))
    for page in book:
        assert (page.page_setup.orientation, page.page_setup.fitToHeight) == ("landscape", 0)
        assert page.oddHeader.right.text == controlled.answer.banner
    assert book["table"].print_title_rows == "$1:$1"


def test_nothing_in_a_workbook_is_cut_or_written_over(files):
    """Heads were cut by the next, and long notes lay over the rows beneath in LibreOffice."""
    book = openpyxl.load_workbook(io.BytesIO(files["controlled", "xlsx"]))
    for cells in book["table"].columns:
        letter, head = cells[0].column_letter, cells[0].value
        assert book["table"].column_dimensions[letter].width >= len(head) + 2
        numbers = any(isinstance(cell.value, int | float) for cell in cells[1:])
        assert (cells[0].alignment.horizontal == "right") == numbers
    about = book["About"]
    for row in about.iter_rows():
        lines = -(-len(row[1].value or "") // about.column_dimensions["B"].width)
        assert (about.row_dimensions[row[0].row].height or 15) >= 15 * lines


@pytest.mark.parametrize("layer", LAYERS)
def test_no_number_of_a_workbook_looks_like_nothing(small_atlas, layer):
    table = make(small_atlas, source="offences", layer=layer).answer.export()
    for name in table.select_dtypes("float"):
        places = len(column(name).cells.rpartition(".")[2])
        small = table[name].abs().between(0, 0.5 * 10**-places, inclusive="neither")
        assert "<" in column(name).cells or small.mean() < 0.02, name


def test_the_csv_for_excel_is_the_csv_with_a_mark_of_its_letters(files):
    assert files["controlled", "excel.csv"] == b"\xef\xbb\xbf" + files["controlled", "csv"]
    assert not files["controlled", "csv"].startswith(b"\xef\xbb\xbf"), "programs would take it for a column"


def test_json_explains_every_column_and_what_was_asked(files, clusters, small_atlas):
    content = json.loads(files["clusters", "json"])
    assert list(content["columns"]) == list(content["records"][0])
    assert content["columns"]["count"] == {"definition": column("count").definition, "type": "integer"}
    kinds = {"integer": int, "number": (int, float), "string": str, "boolean": bool}
    for row in content["records"]:
        for name, value in row.items():
            assert value is None or isinstance(value, kinds[content["columns"][name]["type"]])
    assert content["query"]["source"] == "offences"
    assert content["query"]["layer"] == "local_moran"
    assert Query.parse(content["search"], small_atlas.catalogue) == (clusters.answer.query, [])
    assert content["version"] == small_atlas.version
    assert content["caveats"] == list(clusters.answer.caveats)


def test_rings_of_geojson_run_counter_clockwise(files):
    features = json.loads(files["clusters", "geojson"])["features"]
    assert [f["id"] for f in features] == [f["properties"]["lsoa21cd"] for f in features]
    for geometry in (shapely.geometry.shape(feature["geometry"]) for feature in features):
        for part in shapely.get_parts(geometry):
            assert part.exterior.is_ccw
            assert not any(hole.is_ccw for hole in part.interiors)


@pytest.mark.parametrize("name", ["controlled", "clusters"])
def test_a_geoparquet_is_what_its_specification_says(files, controlled, clusters, small_atlas, name):
    one = {"controlled": controlled, "clusters": clusters}[name]
    metadata = pyarrow.parquet.read_schema(io.BytesIO(files[name, "parquet"])).metadata
    said = json.loads(metadata[b"geo"])
    assert said["version"] == "1.1.0"
    column = said["columns"][said["primary_column"]]
    assert column["encoding"] == "WKB"
    assert set(column["geometry_types"]) <= {"Polygon", "MultiPolygon"}
    assert column["crs"]["id"] == {"authority": "EPSG", "code": 27700}
    assert column["covering"]["bbox"]["xmin"] == ["bbox", "xmin"]
    assert metadata[b"link"].decode() == one.link
    areas = gpd.read_parquet(io.BytesIO(files[name, "parquet"]))
    assert areas.crs.to_epsg() == 27700
    assert areas["count"].dtype == "Int64"
    table = one.answer.table
    assert areas.set_index("lsoa21cd")["count"].equals(table["count"])
    shapes = small_atlas.levels["lsoa"].shapes
    assert areas.set_index("lsoa21cd").geom_equals(shapes.geometry, align=True).all()
    one_corner = gpd.read_parquet(
        io.BytesIO(files[name, "parquet"]), bbox=(500_100, 230_100, 500_200, 230_200)
    )
    assert one_corner["name"].tolist() == ["Square 00"]


# ---------------------------------------------------------------- prints


def test_a_pdf_is_one_page_of_vectors_with_its_fonts(files, clusters):
    [page] = pypdf.PdfReader(io.BytesIO(files["clusters", "pdf"])).pages
    assert [float(side) for side in page.mediabox[2:]] == pytest.approx(A4, abs=1)
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
    assert fonts
    for font in fonts:
        inner = font["/DescendantFonts"][0].get_object()
        assert inner["/Subtype"] == "/CIDFontType2"  # TrueType
        assert "/FontFile2" in inner["/FontDescriptor"].get_object()
        assert "DejaVuSans" in font["/BaseFont"]
    drawn = [thing.get_object()["/Subtype"] for thing in page["/Resources"].get("/XObject", {}).values()]
    assert "/Image" not in drawn
    links = {note.get_object()["/A"]["/URI"] for note in page["/Annots"]}
    assert links == {clusters.link}


def test_a_png_is_a4_at_300_dots_an_inch_in_the_colours_of_the_legend(files, clusters):
    image = Image.open(io.BytesIO(files["clusters", "png"]))
    assert image.size == pytest.approx((3508, 2480), abs=1)
    assert image.info["dpi"] == pytest.approx((300, 300), abs=0.1)
    found = {colour for count, colour in image.getcolors(1 << 24) if count > 2000}
    for colour, count in zip(clusters.answer.classes.colours, clusters.answer.classes.counts, strict=True):
        assert (tuple(bytes.fromhex(colour[1:])) in found) or not count


def test_an_svg_holds_text_as_text_its_letters_and_nothing_from_elsewhere(files, clusters):
    root = ElementTree.fromstring(files["clusters", "svg"])
    tags = {element.tag.split("}")[1] for element in root.iter()}
    assert {"text", "path", "style"} <= tags
    assert "image" not in tags
    styles = "".join(element.text or "" for element in root.iter() if element.tag.endswith("style"))
    assert styles.count("@font-face") == 2
    assert set(re.findall(r"url\((\w+:\w+/\w+);base64", styles)) == {"data:font/ttf"}
    addresses = {
        value
        for element in root.iter()
        for name, value in element.attrib.items()
        if name.endswith("href") and not value.startswith("#")
    }
    assert addresses == {clusters.link}
    drawn = files["clusters", "svg"].decode()
    for colour, count in zip(clusters.answer.classes.colours, clusters.answer.classes.counts, strict=True):
        assert not count or f"fill: {colour}" in drawn or f'fill="{colour}"' in drawn  # lined


def test_the_letters_of_an_svg_are_those_that_it_uses(files):
    drawn = files["controlled", "svg"].decode()
    plain, bold = (
        set(TTFont(io.BytesIO(base64.b64decode(font))).getBestCmap())
        for font in re.findall(r"base64,([\w+/=]+)\)", drawn)
    )
    for element in ElementTree.fromstring(drawn).iter():
        if element.tag.endswith("}text"):
            used = {ord(c) for c in element.text}
            assert used <= (bold if "font-weight: 700" in element.attrib["style"] else plain)


def test_suppressed_and_missing_are_hatched_differently(small_atlas, controlled):
    assert len(set(HATCHES.values())) == 2
    missing = make(small_atlas, source="ae", measure="dsr")
    assert "nodata" in missing.answer.classes.patterns
    for one, hatch in ((controlled, HATCHES["suppressed"]), (missing, HATCHES["nodata"])):
        with drawing():
            page = poster(one)
        hatches = [patch.get_hatch() for axes in page.figure.axes for patch in axes.patches]
        assert hatches.count(hatch) >= 2  # on the map and in the legend


def test_files_made_at_the_same_time_are_the_same_as_alone(controlled, clusters, files):
    with ThreadPoolExecutor(4) as pool:
        again = list(pool.map(FORMATS["svg"].write, [controlled, clusters] * 2))
    assert again == [files["controlled", "svg"], files["clusters", "svg"]] * 2


@pytest.mark.parametrize(
    ("layer", "level"), [*((layer, "lsoa") for layer in LAYERS), ("measure", "ward"), ("measure", "borough")]
)
def test_every_layer_and_every_level_prints(small_atlas, layer, level):
    one = make(small_atlas, source="offences", layer=layer, level=level)
    said = squeezed(words("svg", FORMATS["svg"].write(one)))
    for text in (one.answer.headline, one.answer.classes.title):
        assert squeezed(text) in said
    for entry in one.legend:
        assert squeezed(f"{entry.count:,}") in said


def test_a_long_title_and_long_notes_stay_on_the_page(small_atlas):
    one = make(small_atlas, source="offences")
    answer = replace(
        one.answer,
        description="Very " * 40 + "long",
        finding="A finding of many words. " * 12,
        caveats=("A caveat of many words that goes on and on. " * 20,),
    )
    with drawing():
        page = poster(replace(one, answer=answer))
        for text in page.top.texts:
            x, y = text.get_position()
            assert 0 < x < page.width
            assert 0 < y < page.height
        for axes in page.figure.axes:
            assert axes.get_position().height > 0.2
