"""How does a table leave? For programs, for a spreadsheet, and as records with all that explains them."""

from __future__ import annotations

import csv
import io
import json
import re
import textwrap
from collections.abc import Sequence
from datetime import datetime, time
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geo.answer.layers import column
from geo.ask.query import PARAMETERS, Query
from geo.out.provenance import Sheet

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

A4 = 9
"""What a workbook calls that paper."""
LONGEST_HEAD = 240
"""Letters that the head of a printed page may have, less those that place them."""
HEAD = {"bold": True, "bottom": 1, "bg_color": "#EEF3F6"}
LEAST, LINE = 7, 15
"""Letters that any number has room for, and height of a line of a worksheet, points."""
_FORMULA = tuple("=+-@|%\t\r")


def plain(value: Any) -> Any:
    """Value as JSON and CSV know it: missing is None, numpy's numbers are Python's."""
    if value is None or value is pd.NA or (isinstance(value, float | np.floating) and not np.isfinite(value)):
        return None
    if isinstance(value, np.generic):
        value = value.item()
    return float(f"{value:.10g}") if isinstance(value, float) else value


def records(sheet: Sheet) -> pd.DataFrame:
    """The table for programs, codes first.

    Where events are counted ``count`` is a number or missing, ``count_shown`` the text; ``class_shown`` is
    the class on the map.
    """
    table = sheet.table
    if "count" in table:
        at, told = table.columns.get_loc("count"), table["count"].map(str, na_action="ignore")
        table = table.rename(columns={"count": "count_shown"}).assign(count_shown=told)
        table.insert(at, "count", sheet.answer.table["count"])
    return table.assign(class_shown=sheet.classes.reindex(table.index)).reset_index()


# ---------------------------------------------------------------- text


def safe(value: Any) -> Any:
    """Text that a spreadsheet would run as a formula gets an apostrophe, numbers and "%" alone do not."""
    if isinstance(value, str) and value.startswith(_FORMULA) and not re.fullmatch(r"-?\d+(\.\d+)?|%", value):
        return "'" + value
    return value


def write_csv(sheet: Sheet) -> bytes:
    """CSV in UTF-8 without a byte-order mark: a header line, then one row an area, no comments."""
    table = sheet.table.reset_index()
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(table.columns)
    for row in table.itertuples(index=False):
        writer.writerow([safe(plain(value)) for value in row])
    return text.getvalue().encode("utf-8")


def write_excel_csv(sheet: Sheet) -> bytes:
    """The same CSV with a byte-order mark, without which Excel takes its letters for those of the machine."""
    return b"\xef\xbb\xbf" + write_csv(sheet)


# ---------------------------------------------------------------- the workbook


def write_xlsx(sheet: Sheet) -> bytes:
    """Excel workbook: the table, and a sheet that says what it is. No cell is a formula."""
    import xlsxwriter

    file = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with xlsxwriter.Workbook(file, options) as book:
        facts = {"title": sheet.title, "subject": sheet.answer.headline, "comments": " ".join(sheet.notes)}
        book.set_properties({**facts, "author": "Hotspots", "created": datetime.combine(sheet.made, time())})
        table = sheet.table.reset_index()
        page = book.add_worksheet("table")
        for place, name in enumerate(table.columns):
            _write_column(book, page, place, table[name])
        page.freeze_panes(1, 2)
        page.autofilter(0, 0, len(table), len(table.columns) - 1)
        page.repeat_rows(0)
        write_about(book, _about(sheet, list(table.columns)))
        for printed in book.worksheets():
            _print_as(printed, sheet)
    return file.getvalue()


def write_about(book: Workbook, lines: Sequence[tuple[str, str]]) -> None:
    """Add a sheet that explains: names, and texts in rows as high as they need."""
    about = book.add_worksheet("About")
    bold, wrapped = (
        book.add_format({**how, "valign": "top"}) for how in ({"bold": True}, {"text_wrap": True})
    )
    about.set_column(0, 0, 24)
    about.set_column(1, 1, 110)
    for row, (name, text) in enumerate(lines):
        about.write_string(row, 0, name, bold)
        about.write_string(row, 1, text, wrapped)
        about.set_row(row, LINE * len(textwrap.wrap(text, 100) or [""]))


def _write_column(book: Workbook, page: Worksheet, place: int, values: pd.Series) -> None:
    """Write a column under its name, as wide as its name and its texts; numbers on the right."""
    name = str(values.name)
    numbers = pd.api.types.is_numeric_dtype(values) or name == "count"
    right, left = {"align": "right"}, {"align": "left", "indent": 1}
    side = right if numbers else left if place else {}
    page.write_string(0, place, name, book.add_format({**HEAD, **side}))
    text = book.add_format(side)
    form, whole = (book.add_format({"num_format": how}) for how in (column(name).cells, "#,##0"))
    truth = book.add_format({"num_format": '"TRUE";"TRUE";"FALSE"', **right})
    widest = max(len(name), LEAST) if numbers else len(name)
    for row, value in enumerate(map(plain, values), start=1):
        if isinstance(value, str):
            page.write_string(row, place, value, text)
            widest = max(widest, min(len(value), column(name).width))
        elif isinstance(value, bool):
            page.write_boolean(row, place, value, truth)
        elif value is not None:
            page.write_number(row, place, value, form if isinstance(value, float) else whole)
    page.set_column(place, place, widest + 2)


def _print_as(page: Worksheet, sheet: Sheet) -> None:
    """Let a worksheet print as wide as a page of A4, with its title and marking at the head of every page."""
    page.set_landscape()
    page.set_paper(A4)
    page.fit_to_pages(1, 0)
    title, marking = (text.replace("&", "&&") for text in (sheet.title, sheet.answer.banner))
    page.set_header(f"&L{textwrap.shorten(title, LONGEST_HEAD - len(marking), placeholder='…')}&R{marking}")
    page.set_footer(f"&L{sheet.made_text}&RPage &P of &N")


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
        *[(name, column(name).definition) for name in columns],
    ]


# ---------------------------------------------------------------- records


def write_json(sheet: Sheet) -> bytes:
    """JSON: a record for each area, and what they are: finding, notes, sources, columns, the question."""
    table = records(sheet)
    rows = table.astype(object).itertuples(index=False, name=None)
    content = {
        **facts(sheet),
        "columns": columns(table),
        "records": [dict(zip(table.columns, map(plain, row), strict=True)) for row in rows],
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def facts(sheet: Sheet) -> dict[str, Any]:
    """What records are, by the names under which JSON and GeoJSON say it."""
    return {
        "title": sheet.title,
        "layer": sheet.layer,
        "finding": sheet.answer.headline,
        "banner": sheet.answer.banner,
        "caveats": list(sheet.answer.caveats),
        "source": sheet.source,
        "credits": list(sheet.credits),
        "query": _asked(sheet.answer.query),
        "search": sheet.search,
        "link": sheet.link,
        "made": sheet.made.isoformat(),
        "version": sheet.version,
    }


def _asked(query: Query) -> dict[str, str]:
    """Parameters of a question by their names in the address, also those at a default that is not "all"."""
    given = ((parameter, query[parameter.name]) for parameter in PARAMETERS.values())
    return {of.name: of.kind.write(value) for of, value in given if value not in (None, "", ())}


def columns(table: pd.DataFrame) -> dict[str, dict[str, str]]:
    """What each column of some records means, and of which type it is."""
    return {name: {"definition": column(name).definition, "type": kind(table[name])} for name in table}


def kind(values: pd.Series) -> str:
    """Type of a column as JSON Schema names it; any value of it may be missing."""
    if pd.api.types.is_bool_dtype(values):
        return "boolean"
    if pd.api.types.is_integer_dtype(values):
        return "integer"
    return "number" if pd.api.types.is_float_dtype(values) else "string"
