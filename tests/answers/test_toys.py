"""What one declaration and its registration bring: a toy of each, on the page, on paper and in every file."""

import csv
import io
import json
import shutil
from html import unescape
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
from dash.development.base_component import Component
from flask.testing import FlaskClient
from pptx import Presentation
from pypdf import PdfReader

from dashboard import create_app, help, layout, theme
from dashboard.view import page
from geo.answer.asked import Asked
from geo.answer.atlas import Atlas
from geo.answer.colours import Shade
from geo.answer.columns import Column, words
from geo.answer.layer import NO_CLAIM, Layer
from geo.answer.layer_clusters import layer_of
from geo.answer.layers import LAYERS
from geo.answer.legend import Drawn, Kind, classify
from geo.answer.measures import MEASURES, Measure, Measured, measure
from geo.ask.query import Query
from geo.data.ingest import import_files
from geo.data.moments import parse_months
from geo.data.readers import Reader, incidents
from geo.data.sources import SOURCES, Source
from geo.data.table import Table, parse_areas
from geo.out.export import FORMATS, Format, export
from geo.out.provenance import Sheet, sheet
from geo.stats.hotspots import STATISTICS, Statistic, bh_q
from geo.stats.weights import Neighbours
from tests.support import small_county as small
from tests.support.exported import areas_in
from tests.support.table import rows_of

# ---------------------------------------------------------------- the declarations


def read_fires(table: Table) -> pd.DataFrame:
    category = table.text("What burnt")
    return incidents(category=category, lsoa=parse_areas(table, "Area"), month=parse_months(table, "Month"))


FIRES = Source(
    "fires",
    "Fires attended",
    ("fire", "fires"),
    "call",
    "occurrence",
    "open",
    (Reader("fire brigade file", ("What burnt", "Area", "Month"), read_fires, "month"),),
    "Toy county fire brigade",
    sector="other",
)


def half_as_many(s: Asked) -> Measured:
    half = s.shown / 2
    columns = pd.DataFrame({"half": half}, s.frame.index)
    return Measured(f"Half the number of {s.noun}", False, s.counts / 2, half, half, columns)


HALF = Measure(
    key="half",
    label="Half as many",
    explanation="Half of how many happened, for a toy.",
    column=Column("half", "Half the events of a toy", "Halved events", "½"),
    heading="Halves",
    unit="{noun}, halved",
    finding="{leaders} {have} the most half {noun}: {top:,.1f}.",
    compute=half_as_many,
    scale="counts",
)


def even_or_odd(s: Asked) -> Drawn:
    even = np.nan_to_num(s.shown) % 2 == 0
    codes, classes = classify(f"Parity of {s.noun}", PARITY.kinds, even.astype(int), s.inside)
    columns = measure(s).columns.assign(parity=np.where(even, "E", "O"))
    return Drawn(columns, codes, classes, f"{s.areas(int(even.sum()))} are even.", ("A toy has no method.",))


PARITY = Layer(
    claim=NO_CLAIM,
    key="parity",
    label="Even or odd",
    explanation="Whether a toy count is even.",
    group="Toys",
    draw=even_or_odd,
    scale="rising",
    kinds=(
        Kind("O", "Odd count", Shade("#123456", "#abcdef")),
        Kind("E", "Even count", Shade("#654321", "#fedcba")),
    ),
    columns=(
        Column(
            "parity",
            "Whether the count of a toy is even",
            "Parity",
            "Par.",
            write=words({"E": "even", "O": "odd"}),
            pill=True,
            width=21,
        ),
    ),
    about="parity",
    heeds=frozenset(),
)


def larger_than_neighbours(
    y: np.ndarray, neighbours: Neighbours, *, alpha: float = 0.05, fdr: bool = True
) -> pd.DataFrame:
    """A toy: an area is hot where it has more than all of its neighbours together."""
    surplus = y - neighbours.neighbour_sum(y)
    p = np.where(surplus > 0, 0.01, 0.9)
    cluster = pd.Categorical(np.where(surplus > 0, "HH", "NS"), categories=["HH", "LL", "NS", "NA"])
    table = {
        "surplus": surplus,
        "z": surplus,
        "p": p,
        "q": bh_q(p),
        "flagged": p <= alpha,
        "cluster": cluster,
    }
    return pd.DataFrame(table, neighbours.ids)


SURPLUS = Statistic(
    "surplus",
    "surplus over neighbours",
    "Toy hotspots: more than all the areas around.",
    larger_than_neighbours,
    ("surplus", "z", "p", "q", "flagged", "cluster"),
    {"surplus": "Events beyond those of the neighbours of a toy"},
)
LINES = Format(
    "toy", "Toy lines (TOY)", "text/x-toy", lambda one: "\n".join(one.answer.table["name"]).encode()
)


@pytest.fixture(scope="module")
def atlas(small_county: Path, tmp_path_factory: pytest.TempPathFactory):
    """The small county with a toy of each kind registered, and events of the toy source imported."""
    data = tmp_path_factory.mktemp("toys") / "data"
    shutil.copytree(small_county, data)
    rows = [("Barn", code, "2023-05") for i, code in enumerate(small.CODES) for _ in range(i % 9)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(SOURCES, FIRES.key, FIRES)
        patch.setitem(MEASURES, HALF.key, HALF)
        patch.setitem(LAYERS, PARITY.key, PARITY)
        patch.setitem(STATISTICS, SURPLUS.key, SURPLUS)
        patch.setitem(LAYERS, SURPLUS.key, layer_of(SURPLUS))
        patch.setitem(FORMATS, LINES.key, LINES)
        file = data.parent / "fires.csv"
        pd.DataFrame(rows, columns=["What burnt", "Area", "Month"]).to_csv(file, index=False)
        import_files(data, "fires", [file])
        yield Atlas.open(data)


TOYS = "?source=fires&measure=half&layer=parity"


@pytest.fixture(scope="module")
def printed(atlas: Atlas) -> Sheet:
    return sheet(atlas, Query.parse(TOYS, atlas.catalogue)[0])


@pytest.fixture(scope="module")
def client(atlas: Atlas) -> FlaskClient:
    return create_app(atlas).server.test_client()


def said(part: object) -> str:
    """All that is written in a part of the page."""
    if isinstance(part, list | tuple):
        return " ".join(map(said, part))
    if isinstance(part, Component):
        return " ".join(
            said(getattr(part, name)) for name in ("children", "data", "label") if hasattr(part, name)
        )
    if isinstance(part, dict):
        return " ".join(map(said, part.values()))
    return str(part)


# ---------------------------------------------------------------- the page


def test_toys_can_be_chosen_and_are_shown(atlas: Atlas):
    query, notices = Query.parse(TOYS, atlas.catalogue)
    assert not notices
    assert (query.source, query.measure, query.layer) == ("fires", "half", "parity")
    controls = said(layout.page(atlas))
    for label in (
        "Fires attended",
        "Even or odd",
        "Toys",
        "Hotspots: surplus over neighbours",
        "Toy lines (TOY)",
    ):
        assert label in controls
    shown = page(atlas, TOYS)["shown"]
    assert "Half as many" in said(shown["filter-measure.data"])
    assert shown["note-measure.children"][0] == HALF.explanation
    assert shown["about-layer.children"] == PARITY.explanation
    assert shown["headline.children"].endswith("are even.")
    assert "Barn" in said(shown["filter-category.data"])
    assert "A toy has no method." in said(shown["caveats.children"])
    assert shown["row-palette.hidden"] and shown["row-fdr.hidden"]
    assert not page(atlas, "?layer=surplus")["shown"]["row-fdr.hidden"]
    assert page(atlas, "?layer=surplus")["shown"]["row-null.hidden"]


def test_toys_are_in_the_legend_the_table_and_the_tooltip(atlas: Atlas):
    made = page(atlas, TOYS)
    legend = said(made["shown"]["legend.children"])
    assert "Parity of fires" in legend
    assert legend.index("Even count") < legend.index("Odd count")
    assert [one["label"] for one in made["frame"]["palette"]] == ["Odd count", "Even count"]
    columns = {one["head"]: one["hint"] for one in made["shown"]["table.columns"]}
    assert columns["½"] == "Halved events" and columns["Par."] == "Parity"
    first = rows_of(made["shown"])[0]
    assert (first["count"], first["value"], first["label"]) == ("8", "4.0", "even")
    tooltip = dict(zip(made["frame"]["values"]["columns"], made["frame"]["values"]["rows"][8], strict=True))
    assert (tooltip["Fires"], tooltip["Halved events"], tooltip["Parity"]) == ("8", "4.0", "even")
    clusters = page(atlas, "?source=fires&layer=surplus")
    assert clusters["frame"]["palette"][0]["label"] == "Hotspot"
    assert {"Cluster", "By chance, corrected (q)"} <= set(clusters["frame"]["values"]["columns"])


def test_colours_of_toys_have_their_counterparts():
    assert {"--on-123456:#abcdef", "--on-654321:#fedcba"} <= set(
        theme.stylesheet().replace("{", ";").split(";")
    )


def test_toys_are_explained_in_the_help(atlas: Atlas):
    told = unescape(help.words(atlas.catalogue, layout.files(atlas)))
    for text in (FIRES.attribution, HALF.explanation, PARITY.explanation, SURPLUS.explanation, "/export.toy"):
        assert text in told


def test_several_services_count_a_toy_source_and_its_sector(atlas: Atlas):
    answer = atlas.answer(Query(layer="agreement"))
    assert "hot_fires" in answer.table
    assert "of 3" in answer.headline
    assert atlas.catalogue.sources["fires"].sector == "other"


# ---------------------------------------------------------------- paper


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_toys_are_printed(printed: Sheet):
    assert [entry.label for entry in printed.legend] == ["Even count", "Odd count"]
    assert printed.source.startswith("Fires attended. Toy county fire brigade")
    assert printed.rate_title == "Halves"
    text = squeezed(PdfReader(io.BytesIO(FORMATS["pdf"].write(printed))).pages[0].extract_text())
    for words_ in (
        "Even or odd",
        "Even count",
        "Odd count",
        "Halves",
        "Toy county fire brigade",
        "are even.",
    ):
        assert squeezed(words_) in text
    slide = Presentation(io.BytesIO(FORMATS["pptx"].write(printed))).slides[0]
    described = " ".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame)
    assert "are even." in described


# ---------------------------------------------------------------- files


def test_toys_are_in_every_table(printed: Sheet):
    rows = list(csv.DictReader(io.StringIO(FORMATS["csv"].write(printed).decode())))
    assert (rows[8]["count"], rows[8]["half"], rows[8]["parity"]) == ("8", "4.0", "E")
    book = openpyxl.load_workbook(io.BytesIO(FORMATS["xlsx"].write(printed)))
    head = [cell.value for cell in book["table"][1]]
    assert {"half", "parity"} <= set(head)
    width = book["table"].column_dimensions[openpyxl.utils.get_column_letter(head.index("parity") + 1)].width
    assert round(width) in (8, 9), "as wide as its name, which is wider than its texts"
    about = dict(book["About"].iter_rows(values_only=True))
    assert about["half"] == "Half the events of a toy"
    assert about["parity"] == "Whether the count of a toy is even"
    assert about["Shown"] == "Even or odd"
    content = json.loads(FORMATS["json"].write(printed))
    assert content["columns"]["half"] == {"definition": "Half the events of a toy", "type": "number"}
    assert content["records"][8]["parity"] == "E"


def test_toys_are_in_every_map_file(printed: Sheet, tmp_path: Path):
    for key, read in (("geojson", gpd.read_file), ("gpkg", areas_in), ("parquet", gpd.read_parquet)):
        file = tmp_path / f"toy.{key}"
        file.write_bytes(FORMATS[key].write(printed))
        assert read(file).loc[8, ["half", "parity"]].tolist() == [4.0, "E"], key


def test_a_toy_statistic_is_in_the_files(atlas: Atlas):
    content = json.loads(export(atlas, Query(source="fires", layer="surplus"), "json"))
    assert content["columns"]["surplus"]["definition"] == "Events beyond those of the neighbours of a toy"
    assert content["layer"] == "Hotspots: surplus over neighbours"
    assert "permutation" not in content["columns"]


def test_a_toy_export_is_offered_and_handed_out(client: FlaskClient, atlas: Atlas):
    assert page(atlas, TOYS)["shown"]["export-toy.href"] == f"export.toy{TOYS}".replace(
        "&measure", "&measure"
    )
    answer = client.get("/export.toy?source=fires")
    assert answer.status_code == 200
    assert answer.mimetype == "text/x-toy"
    assert answer.data.decode().splitlines()[0] == "Square 00"


def test_toys_are_described_to_programs(client: FlaskClient):
    described = client.get("/openapi.json").json
    asked = described["components"]["parameters"]
    assert "fires" in asked["source"]["schema"]["enum"]
    assert "half" in asked["measure"]["schema"]["enum"]
    assert {"parity", "surplus"} <= set(asked["layer"]["schema"]["enum"])
    export_of = described["paths"]["/export.{form}"]["get"]
    assert "toy" in export_of["parameters"][0]["schema"]["enum"]
    assert "text/x-toy" in export_of["responses"]["200"]["content"]
    schema = client.get(f"/collections/lsoa/schema{TOYS}").json["properties"]
    assert schema["half"] == {"type": "number", "description": "Half the events of a toy"}
    assert schema["parity"] == {"type": "string", "description": "Whether the count of a toy is even"}
