#!/usr/bin/env bash
# GDAL: whether a table keeps the names of its columns depends on what kind of values stand in them.
#
# Lookups of small areas to wards, and counts by year, come as workbooks and as CSV; QGIS and geopandas read them by GDAL.
# It takes the first row of a workbook for a head where the row beneath is of another kind: a lookup of codes and names, all
# of it text, has none, and so has one whose years are numbers in the head as in the rows. Its columns are Field1, Field2,
# and its names a row more. In CSV it is the other way round: a head of text is kept above text, but one year in it is
# enough for there to be none. A join by "LSOA21CD" then fails, and a count of rows is one too many. HEADERS=FORCE
# (in CSV HEADERS=YES) keeps the head.
#
# Seen with pyogrio 0.13.0 (GDAL 3.12.4), geopandas 1.2.0 and openpyxl 3.1.5 on Python 3.11, Linux x86-64:
#   workbook, codes and wards: Field1, Field2, 3 rows; code and years: Field1, Field2, Field3, 3 rows; code and count: kept, 2 rows
#   CSV, codes and wards: kept, 2 rows; code and years: field_1, field_2, field_3, 3 rows; code and count: kept, 2 rows
#   with HEADERS all are kept, 2 rows each
#
# Ends with 0 while that is so, with 1 as soon as it is not.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    pyogrio==0.13.0 geopandas==1.2.0 openpyxl==3.1.5 shapely==2.2.0 pandas==3.1.1 numpy==2.4.6

cd "$folder"
venv/bin/python -W ignore - <<'PYTHON'
import csv

import pyogrio
from openpyxl import Workbook

tables = {
    "codes and wards": [["LSOA21CD", "WD24NM"], ["E01000001", "South"], ["E01000002", "Castle"]],
    "code and years": [["LSOA21CD", 2023, 2024], ["E01000001", 3, 4], ["E01000002", 5, 6]],
    "code and count": [["LSOA21CD", "count"], ["E01000001", 3], ["E01000002", 5]],
}
FORMATS = {"xlsx": ("workbook", "FORCE"), "csv": ("CSV", "YES")}
seen, mended = {}, []
for ending, (called, always) in FORMATS.items():
    for name, rows in tables.items():
        path = f"{name}.{ending}"
        if ending == "xlsx":
            book = Workbook()
            for row in rows:
                book.active.append(row)
            book.save(path)
        else:
            with open(path, "w", newline="") as file:
                csv.writer(file).writerows(rows)
        plain, forced = pyogrio.read_dataframe(path), pyogrio.read_dataframe(path, HEADERS=always)
        head = [str(one) for one in rows[0]]
        kept = list(plain.columns) == head
        print(f"{called}, {name}: {'kept' if kept else ', '.join(plain.columns)}, {len(plain)} rows")
        seen[ending, name] = kept, len(plain)
        mended.append(list(forced.columns) == head and len(forced) == 2)
print("with HEADERS all are kept, 2 rows each:", all(mended))
lost, right = (False, 3), (True, 2)
raise SystemExit(0 if list(seen.values()) == [lost, lost, right, right, lost, right] and all(mended) else 1)
PYTHON
