"""In what form do indicators leave? A table of every period, for programs, for Excel, and with notes."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from typing import TYPE_CHECKING

from geo.answer.disclosure import stamp
from geo.ask.problem import Problem
from geo.ask.words import slug
from geo.out.file_form import CSV, JSON, XLSX, FileForm, by_key
from geo.out.tables import A4, kind, plain, safe, write_about
from geo.tell.indicators import DEFINITIONS, READ_AS, banner, every_period, source_of

if TYPE_CHECKING:
    from geo.answer.atlas import Atlas

NONE = "No indicators are loaded: import a table of them with hotspots import indicators FILE."


def write_csv(atlas: Atlas) -> bytes:
    """CSV in UTF-8: a header line, then a row for each indicator, area and period."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(DEFINITIONS)
    for row in every_period(atlas).astype(object).itertuples(index=False, name=None):
        writer.writerow([safe(plain(value)) for value in row])
    return text.getvalue().encode("utf-8")


def write_xlsx(atlas: Atlas) -> bytes:
    """Workbook with the table, and a sheet that says what each column is. No cell is a formula."""
    import xlsxwriter

    file = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with xlsxwriter.Workbook(file, options) as book:
        bold = book.add_format({"bold": True, "bottom": 1, "bg_color": "#EEF3F6"})
        page = book.add_worksheet("indicators")
        table = every_period(atlas)
        page.write_row(0, 0, list(DEFINITIONS), bold)
        for row, values in enumerate(table.astype(object).itertuples(index=False, name=None), start=1):
            for place, value in enumerate(map(plain, values)):
                if value is not None and value != "":
                    page.write(row, place, value)
        page.set_column(0, 0, 60)
        page.set_column(1, len(DEFINITIONS) - 1, 16)
        page.freeze_panes(1, 1)
        page.autofilter(0, 0, max(1, len(table)), len(DEFINITIONS) - 1)
        page.repeat_rows(0)
        write_about(book, [*_about(atlas), ("", ""), *DEFINITIONS.items()])
        for each in book.worksheets():
            each.set_landscape()
            each.set_paper(A4)
            each.fit_to_pages(1, 0)
    return file.getvalue()


def write_json(atlas: Atlas) -> bytes:
    """Records, with what they are."""
    table = every_period(atlas)
    rows = table.astype(object).itertuples(index=False, name=None)
    content = {
        "title": f"Indicators: {atlas.place}",
        "marking": banner(atlas),
        "caveats": [text for name, text in _about(atlas) if name == "Note"],
        "version": atlas.version,
        "columns": {
            name: {"definition": said, "type": kind(table[name])} for name, said in DEFINITIONS.items()
        },
        "records": [dict(zip(table.columns, map(plain, row), strict=True)) for row in rows],
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def _about(atlas: Atlas) -> list[tuple[str, str]]:
    made_up = [("Note", "The data are synthetic: made by the program to show what it does.")]
    sources = sorted({source_of(one, atlas) for one in atlas.indicators.values()})
    return [
        ("Title", f"Indicators: {atlas.place}"),
        ("Marking", banner(atlas)),
        ("Note", READ_AS),
        ("Note", "A value that its publisher suppressed is blank, never 0."),
        *(made_up if atlas.synthetic else []),
        *(("Source", source) for source in sources),
        ("Made on", date.today().isoformat()),
        ("Data version", atlas.version),
    ]


FORMS = by_key(
    FileForm("indicators.csv", "Indicators (CSV)", CSV, write_csv),
    FileForm("indicators.xlsx", "Indicators with notes (Excel)", XLSX, write_xlsx),
    FileForm("indicators.json", "Indicators with notes (JSON)", JSON, write_json),
)
"""By ending of the file and of ``/export.<key>``."""


def write(atlas: Atlas, form: str) -> bytes:
    """Write every indicator that who asks may see as a file.

    Raises
    ------
    Problem
        If none are loaded.
    """
    if not atlas.indicators:
        raise Problem(NONE)
    return FORMS[form].write(atlas)


def filename(atlas: Atlas, form: str) -> str:
    """Name of the file."""
    return f"{stamp(banner(atlas))}{slug(atlas.place)}-{form}"
