"""In what form does it leave?

Each :class:`Format` writes an :class:`~geo.atlas.Answer`, which has passed the gate, as one file: exactly
what the screen shows. To add a format, write ``f(Sheet) -> bytes`` and register it in :data:`FORMATS`.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from geo.atlas import Answer, Atlas, Level
from geo.layers import LAYERS
from geo.problem import Problem
from geo.query import Query, slug

_FORMULA = tuple("=+-@|%\t\r")


@dataclass(frozen=True)
class Sheet:
    """One answer on its way to a file.

    Attributes
    ----------
    answer : Answer
    level : Level
    place : str
    source : str
        Label and publisher's attribution of the data.
    link : str
        Address that shows the same on the page; "" where there is none.
    made : date
    """

    answer: Answer
    level: Level
    place: str
    source: str
    link: str
    made: date

    @property
    def title(self) -> str:
        """What is shown: "Robbery in Luton, 2025"."""
        return self.answer.description

    @property
    def notes(self) -> list[str]:
        """Sentences that go wherever the numbers go."""
        return [self.answer.banner + ".", *self.answer.caveats, *self.answer.notices]


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


def sheet(atlas: Atlas, query: Query, link: str = "", made: date | None = None) -> Sheet:
    """Answer a query for a file."""
    answer = atlas.answer(query)
    info = atlas.sources[answer.query.source].info
    source = f"{info.label}. {info.attribution}" if info.attribution else info.label
    return Sheet(
        answer,
        atlas.levels[answer.query.level],
        atlas.place,
        source,
        link,
        made or date.today(),
    )


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


def write_csv(sheet: Sheet) -> bytes:
    """CSV in UTF-8 with a byte-order mark-free header in its first line, one row an area, no comments."""
    table = sheet.answer.export().reset_index()
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(table.columns)
    for row in table.itertuples(index=False):
        writer.writerow([_safe(_plain(value)) for value in row])
    return text.getvalue().encode("utf-8")


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
        "layer": LAYERS[sheet.answer.query.layer].label,
        "source": sheet.source,
        "notes": sheet.notes,
        "link": sheet.link,
        "made": sheet.made.isoformat(),
        "features": features,
    }
    return json.dumps(collection, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


FORMATS: dict[str, Format] = {
    form.key: form
    for form in (
        Format("csv", "Table (CSV)", "text/csv; charset=utf-8", write_csv),
        Format("geojson", "Map data (GeoJSON)", "application/geo+json", write_geojson),
    )
}
"""Every form in which an answer may leave, in the order of the menu."""
