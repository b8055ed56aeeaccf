"""In what form does it leave?

Each :class:`Format` writes a :class:`~geo.out.provenance.Sheet`, whose numbers have passed the gate, as one
file: exactly what the screen shows, and all that must go with it. A file is built in memory and handed over
whole. To add a format, write ``f(Sheet) -> bytes`` and register it in :data:`FORMATS`.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

import numpy as np
import pandas as pd

from geo.answer.answer import Answer
from geo.answer.atlas import Atlas
from geo.ask.problem import Problem
from geo.ask.query import Query
from geo.ask.words import slug
from geo.out.printed_map import write_pdf, write_png, write_svg
from geo.out.provenance import Sheet, definition, sheet
from geo.out.slide import write_pptx

__all__ = ["FORMATS", "Format", "Sheet", "export", "filename", "sheet"]

_FORMULA = tuple("=+-@|%\t\r")


@dataclass(frozen=True)
class Format:
    """One kind of file.

    Attributes
    ----------
    key : str
        Ending of the file and of ``/export.<key>``.
    label : str
        In the menu, "Table (CSV)".
    mimetype : str
    write : callable
        Sheet to the bytes of the whole file.
    """

    key: str
    label: str
    mimetype: str
    write: Callable[[Sheet], bytes]


def export(atlas: Atlas, query: Query, key: str, link: str = "") -> bytes:
    """Write what a query shows as a file.

    Parameters
    ----------
    atlas : Atlas
    query : Query
    key : str
        Key of :data:`FORMATS`.
    link : str, optional
        Address that shows the same on the page.

    Returns
    -------
    bytes
        The whole file.

    Raises
    ------
    Problem
        If there is no such format.
    """
    if key not in FORMATS:
        raise Problem(f"There is no export as “{key}”: choose one of {', '.join(FORMATS)}.")
    return FORMATS[key].write(sheet(atlas, query, link))


def filename(answer: Answer, key: str) -> str:
    """Name of the file: what it shows, and its ending."""
    words = slug(f"{answer.description} {answer.query.layer} {answer.query.level}")
    return f"{words[:120].strip('-')}.{key}"


def _safe(value: Any) -> Any:
    """Text that a spreadsheet would run as a formula gets an apostrophe; numbers stay numbers."""
    if isinstance(value, str) and value.startswith(_FORMULA) and not re.fullmatch(r"-?\d+(\.\d+)?", value):
        return "'" + value
    return value


def _plain(value: Any) -> Any:
    """Value as JSON and CSV know it: missing is None, numpy's numbers are Python's."""
    if value is None or value is pd.NA or (isinstance(value, float | np.floating) and not np.isfinite(value)):
        return None
    if isinstance(value, np.generic):
        value = value.item()
    return float(f"{value:.10g}") if isinstance(value, float) else value


# ---------------------------------------------------------------- tables


def write_csv(sheet: Sheet) -> bytes:
    """CSV in UTF-8 without a byte-order mark: a header line, then one row an area, no comments."""
    table = sheet.answer.export().reset_index()
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(table.columns)
    for row in table.itertuples(index=False):
        writer.writerow([_safe(_plain(value)) for value in row])
    return text.getvalue().encode("utf-8")


_DECIMALS = {"p": "0.0000", "q": "0.0000", "p_permutation": "0.0000"}
_WIDTHS = {"name": 28, "borough": 24, "compared": 16, "verdict": 34}


def write_xlsx(sheet: Sheet) -> bytes:
    """Excel workbook: the table, and a sheet that says what it is. No cell is a formula."""
    import xlsxwriter

    file = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with xlsxwriter.Workbook(file, options) as book:
        facts = {"title": sheet.title, "subject": sheet.answer.headline, "comments": " ".join(sheet.notes)}
        book.set_properties({**facts, "author": "Hotspots", "created": datetime.combine(sheet.made, time())})
        bold = book.add_format({"bold": True, "valign": "top"})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        table = sheet.answer.export().reset_index()
        page = book.add_worksheet("table")
        page.write_row(
            0, 0, table.columns, book.add_format({"bold": True, "bottom": 1, "bg_color": "#EEF3F6"})
        )
        right = book.add_format({"align": "right"})
        for place, column in enumerate(table.columns):
            form = book.add_format({"num_format": _DECIMALS.get(column, "#,##0.0")})
            whole = book.add_format({"num_format": "#,##0"})
            page.set_column(place, place, _WIDTHS.get(column, 14))
            for row, value in enumerate(map(_plain, table[column]), start=1):
                if isinstance(value, str):
                    page.write_string(row, place, value, right if column == "count" else None)
                elif value is not None:
                    page.write_number(row, place, value, form if isinstance(value, float) else whole)
        page.freeze_panes(1, 2)
        page.autofilter(0, 0, len(table), len(table.columns) - 1)
        about = book.add_worksheet("About")
        about.set_column(0, 0, 24)
        about.set_column(1, 1, 110)
        for row, (name, text) in enumerate(_about(sheet, list(table.columns))):
            about.write_string(row, 0, name, bold)
            about.write_string(row, 1, text, wrapped)
    return file.getvalue()


def _about(sheet: Sheet, columns: list[str]) -> list[tuple[str, str]]:
    """Lines that explain a table: what, how, from where, what is left out, and each column."""
    first = ("Note", *[""] * len(sheet.notes))
    return [
        ("Title", sheet.title),
        ("Shown", sheet.layer),
        ("Finding", sheet.answer.headline),
        ("Areas", f"{int(sheet.answer.inside.sum()):,} {sheet.unit}"),
        *zip(first, sheet.notes, strict=False),
        ("Source", sheet.source),
        *[("", credit) for credit in sheet.credits],
        ("Made on", sheet.made_text),
        ("Data version", sheet.version),
        ("See it again", sheet.address),
        ("", ""),
        *[(column, definition(column)) for column in columns],
    ]


# ---------------------------------------------------------------- maps for other programs


def write_geojson(sheet: Sheet) -> bytes:
    """GeoJSON (RFC 7946, EPSG:4326): the rows of the CSV with their shapes, and what they are."""
    table = sheet.answer.export().reset_index()
    shapes = json.loads(sheet.level.geojson)["features"]
    by_code = {feature["properties"]["code"]: feature["geometry"] for feature in shapes}
    code = table.columns[0]
    features = [
        {
            "type": "Feature",
            "geometry": by_code[row[code]],
            "properties": {name: _plain(value) for name, value in row.items()},
        }
        for row in table.to_dict("records")
    ]
    collection = {
        "type": "FeatureCollection",
        "title": sheet.title,
        "layer": sheet.layer,
        "source": sheet.source,
        "credits": sheet.credits,
        "notes": sheet.notes,
        "link": sheet.link,
        "made": sheet.made.isoformat(),
        "features": features,
    }
    return json.dumps(collection, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def write_gpkg(sheet: Sheet) -> bytes:
    """GeoPackage (EPSG:27700), one layer named after the level.

    The columns of the CSV, but a suppressed count is NULL; ``count_shown`` has it as a page shows it.
    """
    import pyogrio

    shown = sheet.answer.export()
    table = shown.rename(columns={"count": "count_shown"}).assign(count_shown=shown["count"].astype(str))
    table.insert(shown.columns.get_loc("count"), "count", sheet.answer.table["count"])
    areas = sheet.level.shapes[["geometry"]].join(table.reset_index().set_index(table.index), how="inner")
    facts = {
        "TITLE": sheet.title,
        "DESCRIPTION": sheet.about,
        "LAYER": sheet.layer,
        "SOURCE": sheet.source,
        "MADE": sheet.made.isoformat(),
        "LINK": sheet.address,
    }
    file = io.BytesIO()
    pyogrio.write_dataframe(
        areas.reset_index(drop=True),
        file,
        driver="GPKG",
        layer=sheet.level.key,
        promote_to_multi=True,
        dataset_metadata=facts,
        layer_metadata=facts,
    )
    return file.getvalue()


FORMATS: dict[str, Format] = {
    form.key: form
    for form in (
        Format("csv", "Table (CSV)", "text/csv; charset=utf-8", write_csv),
        Format(
            "xlsx",
            "Table with notes (Excel)",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            write_xlsx,
        ),
        Format("pdf", "Printed map (PDF)", "application/pdf", write_pdf),
        Format("png", "Printed map (PNG, 300 dpi)", "image/png", write_png),
        Format("svg", "Printed map (SVG)", "image/svg+xml", write_svg),
        Format(
            "pptx",
            "Slide (PowerPoint)",
            "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            write_pptx,
        ),
        Format("geojson", "Map data (GeoJSON)", "application/geo+json", write_geojson),
        Format("gpkg", "Map data (GeoPackage)", "application/geopackage+sqlite3", write_gpkg),
    )
}
"""Every form in which an answer may leave, in the order of the menu."""
