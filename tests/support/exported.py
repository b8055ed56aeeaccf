"""What is in a file that was exported? Each format is read by somebody else's library."""

import io
import json
import re
import tempfile
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pyarrow.parquet
import pyogrio
import pypdf
from PIL import Image
from pptx import Presentation

MADE = date(2026, 11, 20)
DATES = ("20 November 2026", "2026-11-20")
HOME = "https://hotspots.example/"
PRINTED = ("pdf", "png", "svg")
A4 = (841.89, 595.28)


def words(key: str, content: bytes) -> str:
    """All text of a file, as an independent reader finds it."""
    return read_READERS[key](content)


def read_xlsx(content: bytes) -> str:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return " ".join(
        str(c.value) for page in book for row in page.iter_rows() for c in row if c.value is not None
    )


@contextmanager
def geopackage(content: bytes):
    """The GeoPackage as a file, as its readers want it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "map.gpkg")
        path.write_bytes(content)
        yield path


def layer_in(path: Path) -> str:
    """The layer of areas of a GeoPackage, which has the styles of QGIS as another."""
    [layer, styles] = pyogrio.list_layers(path)[:, 0]
    assert styles == "layer_styles"
    return layer


def areas_in(path: Path, **how):
    return pyogrio.read_dataframe(path, layer=layer_in(path), **how)


def read_gpkg(content: bytes) -> str:
    with geopackage(content) as path:
        facts = pyogrio.read_info(path, layer=layer_in(path))
        table = areas_in(path, read_geometry=False)
    return " ".join(map(str, [*facts["layer_metadata"].values(), *table.to_numpy(object).ravel()]))


def read_png(content: bytes) -> str:
    return " ".join(map(str, Image.open(io.BytesIO(content)).text.values()))


def read_pdf(content: bytes) -> str:
    return " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)


def read_shapes(shapes):
    for shape in shapes:
        if shape.has_text_frame:
            yield shape.text_frame.text
        elif shape.has_table:
            yield from (cell.text for row in shape.table.rows for cell in row.cells)
        elif hasattr(shape, "shapes"):
            yield from read_shapes(shape.shapes)


def read_pptx(content: bytes) -> str:
    said: list[str] = []
    for slide in Presentation(io.BytesIO(content)).slides:
        said += [*read_shapes(slide.shapes), slide.notes_slide.notes_text_frame.text]
    return " ".join(said)


def read_parquet(content: bytes) -> str:
    file = pyarrow.parquet.ParquetFile(io.BytesIO(content))
    table = file.read().drop_columns(["geometry", "bbox"]).to_pydict()
    return " ".join([*(value.decode() for value in file.metadata.metadata.values()), str(table)])


def read_json(content: bytes) -> str:
    return json.dumps(json.loads(content), ensure_ascii=False)


read_READERS = {
    "csv": lambda content: content.decode(),
    "excel.csv": lambda content: content.decode("utf-8-sig"),
    "json": read_json,
    "geojson": read_json,
    "parquet": read_parquet,
    "xlsx": read_xlsx,
    "gpkg": read_gpkg,
    "png": read_png,
    "pdf": read_pdf,
    "svg": lambda content: " ".join(ElementTree.fromstring(content).itertext()),
    "pptx": read_pptx,
}


def squeezed(text: str) -> str:
    """Text without white space: lines break where they will."""
    return re.sub(r"\s+", "", text)
