#!/usr/bin/env bash
# GDAL: in an OpenDocument table a comment on a code is read as part of the code.
#
# The tables of England's Home Office and many of the statistical office are OpenDocument (.ods). Someone comments on a cell,
# "boundary changed in May", as LibreOffice writes it: the comment is an element of its own inside the cell. GDAL, and
# with it QGIS and geopandas, takes the comment's lines for lines of the cell: the code becomes the comment and the code in
# two lines, and no join finds that area any more. Who wrote the comment and when stays out; numbers with a comment come
# through. The same table as xlsx has the codes alone, and python-calamine reads them from the .ods.
#
# Seen with pyogrio 0.13.0 (GDAL 3.12.4), odfpy 1.4.1, openpyxl 3.1.5 and python-calamine 0.9.1 on Python 3.11, Linux x86-64:
#   ods by GDAL: 'E01000001', 'boundary changed in May\nE01000002', 'E01000003'; counts 3, 4, 5
#   xlsx by GDAL: 'E01000001', 'E01000002', 'E01000003'; counts 3, 4, 5
#   ods by calamine: 'E01000001', 'E01000002', 'E01000003'; counts 3, 4, 5
#
# Ends with 0 while that is so, with 1 as soon as it is not.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pyogrio==0.13.0 geopandas==1.2.0 \
    odfpy==1.4.1 openpyxl==3.1.5 python-calamine==0.9.1 shapely==2.2.0 pandas==3.1.1 numpy==2.4.6

cd "$folder"
venv/bin/python -W ignore - <<'PYTHON'
import pyogrio
from odf.dc import Creator, Date
from odf.office import Annotation
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P
from openpyxl import Workbook
from openpyxl.comments import Comment
from python_calamine import CalamineWorkbook

ROWS = [("LSOA21CD", "count"), ("E01000001", 3), ("E01000002", 4), ("E01000003", 5)]
SAID = "boundary changed in May"


def commented(text):
    """A comment as LibreOffice writes it."""
    note = Annotation()
    for kind, words in [(Creator, "A. Nalyst"), (Date, "2025-06-02T10:00:00"), (P, text)]:
        element = kind(text=words) if kind is P else kind()
        if kind is not P:
            element.addText(words)
        note.addElement(element)
    return note


book, sheet, table = OpenDocumentSpreadsheet(), Workbook(), Table(name="areas")
for row, (code, count) in enumerate(ROWS):
    line = TableRow()
    for value in (code, count):
        number = isinstance(value, int)
        cell = TableCell(valuetype="float", value=value) if number else TableCell(valuetype="string")
        if row == 2:
            cell.addElement(commented(SAID if not number else "checked"))
        cell.addElement(P(text=str(value)))
        line.addElement(cell)
    table.addElement(line)
    sheet.active.append((code, count))
book.spreadsheet.addElement(table)
book.save("areas.ods")
for place, text in [("A3", SAID), ("B3", "checked")]:
    sheet.active[place].comment = Comment(text, "A. Nalyst")
sheet.save("areas.xlsx")

frames = {f"{kind} by GDAL": pyogrio.read_dataframe(f"areas.{kind}") for kind in ("ods", "xlsx")}
seen = {name: (frame["LSOA21CD"].tolist(), [int(one) for one in frame["count"]]) for name, frame in frames.items()}
cells = CalamineWorkbook.from_path("areas.ods").get_sheet_by_index(0).to_python()[1:]
seen["ods by calamine"] = [row[0] for row in cells], [int(row[1]) for row in cells]
for name, (codes, counts) in seen.items():
    print(f"{name}: {', '.join(map(repr, codes))}; counts {', '.join(map(str, counts))}")
right = (["E01000001", "E01000002", "E01000003"], [3, 4, 5])
wrong = (["E01000001", f"{SAID}\nE01000002", "E01000003"], [3, 4, 5])
raise SystemExit(0 if list(seen.values()) == [wrong, right, right] else 1)
PYTHON
