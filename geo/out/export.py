"""In what form does it leave?

Each :class:`Format` writes a :class:`~geo.out.provenance.Sheet`, whose numbers have passed the gate, as one
file: exactly what the screen shows, and all that must go with it. A file is built in memory and handed over
whole. To add a format, write ``f(Sheet) -> bytes`` and register it in :data:`FORMATS`.
"""

from __future__ import annotations

from dataclasses import dataclass

from geo.answer.answer import Answer
from geo.answer.atlas import Atlas
from geo.answer.disclosure import stamp
from geo.ask.problem import Problem, Withheld
from geo.ask.query import Query
from geo.ask.words import listed, slug
from geo.out import indicator_files
from geo.out.file_form import CSV, JSON, PDF, PPTX, SVG, XLSX, FileForm, by_key
from geo.out.map_data import write_geojson, write_gpkg, write_parquet
from geo.out.printed_map import write_pdf, write_png, write_svg
from geo.out.provenance import Sheet, sheet
from geo.out.slide import write_pptx
from geo.out.tables import write_csv, write_excel_csv, write_json, write_xlsx

__all__ = [
    "FORMATS", "WAYS", "Format", "Sheet", "Way", "allow", "export", "filename", "files", "in_menu", "offered",
    "sheet",
]  # fmt: skip


@dataclass(frozen=True)
class Format(FileForm[[Sheet]]):
    """One kind of file of what the page shows: at ``/export.<key>``, and in the menu.

    Attributes
    ----------
    long : bool
        Whether it takes seconds: what is drawn for print, and a workbook.
    """

    long: bool = False


@dataclass(frozen=True)
class Way:
    """A way in which something may be taken away besides :data:`FORMATS`: what is made of more than a sheet.

    Attributes
    ----------
    key : str
        Ending of ``/export.<key>``, where it is a file.
    label : str
        In the menu.
    file : bool
        Whether the menu of exports has it.
    of_small_areas : bool
        Whether it always tells of small areas.
    """

    key: str
    label: str
    file: bool = True
    of_small_areas: bool = False


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
    allow(atlas, key)
    return FORMATS[key].write(sheet(atlas, query, link))


def ways() -> dict[str, str]:
    """Key to name of every way in which something may be taken away."""
    return {key: form.label for key, form in FORMATS.items()} | {key: way.label for key, way in WAYS.items()}


def in_menu() -> tuple[str, ...]:
    """Keys of all that the menu of exports has, each at ``/export.<key>``."""
    return (*FORMATS, *(key for key, way in WAYS.items() if way.file))


def offered(atlas: Atlas) -> dict[str, str]:
    """Key to name of the ways in which who asks may take something away."""

    def may(key: str) -> bool:
        small = key in WAYS and WAYS[key].of_small_areas
        return atlas.viewer.takes(key) and (not small or "lsoa" in atlas.catalogue.levels)

    return {key: name for key, name in ways().items() if may(key)}


def files(atlas: Atlas) -> dict[str, str]:
    """Key to name of the files that who asks may take away."""
    return {key: label for key, label in offered(atlas).items() if key in in_menu()}


def allow(atlas: Atlas, key: str) -> None:
    """Raise Withheld where who asks may not take something away in a way."""
    if key not in (there := offered(atlas)):
        instead = f"; it may take {listed(list(there))}" if there else ""
        raise Withheld(f"Your group may not take away “{key}”{instead}.")


def filename(answer: Answer, key: str) -> str:
    """Name of the file: what it shows, and its ending."""
    words = slug(f"{answer.description} {answer.query.layer} {answer.query.level}")
    return f"{stamp(answer.banner)}{words[:120].strip('-')}.{key}"


FORMATS = by_key(
    Format("csv", "Table (CSV)", CSV, write_csv),
    Format("excel.csv", "Table for Excel (CSV)", CSV, write_excel_csv),
    Format("xlsx", "Table with notes (Excel)", XLSX, write_xlsx, long=True),
    Format("pdf", "Printed map (PDF)", PDF, write_pdf, long=True),
    Format("png", "Printed map (PNG, 300 dpi)", "image/png", write_png, long=True),
    Format("svg", "Printed map (SVG)", SVG, write_svg, long=True),
    Format("pptx", "Slide (PowerPoint)", PPTX, write_pptx, long=True),
    Format("json", "Table with notes (JSON)", JSON, write_json),
    Format("geojson", "Map data (GeoJSON)", "application/geo+json", write_geojson),
    Format("gpkg", "Map data (GeoPackage)", "application/geopackage+sqlite3", write_gpkg),
    Format("parquet", "Map data (GeoParquet)", "application/vnd.apache.parquet", write_parquet),
)
"""Every form in which an answer may leave, in the order of the menu."""
WAYS: dict[str, Way] = {
    way.key: way
    for way in (
        Way("html", "One file to take along (HTML)"),
        Way("briefing", "Briefing sheets of hotspots (PDF, A5)"),
        Way("phone", "Briefing sheets for a phone (PDF)"),
        Way("pack", "Ward packs (PDF, or ZIP of several)", of_small_areas=True),
        Way("assessment", "Needs assessment (Word, PDF or web page)", file=False, of_small_areas=True),
        Way("patrol", "Patrols: schedules, duty sheets and what came of them", file=False),
        *(Way(key, form.label, file=False) for key, form in indicator_files.FORMS.items()),
        Way("features", "Live layer for a GIS (OGC API Features)", file=False),
    )
}
"""Every other way, in the order of the menu."""
