#!/usr/bin/env bash
# GDAL: a table that a GeoPackage does not register is a layer all the same, so that a map with its QGIS style has two.
#
# The standard lists what a GeoPackage holds in gpkg_contents. QGIS keeps styles in a table layer_styles that it does not
# register there. GDAL lists it beside the areas; geopandas then warns that it took the first of several layers, which
# stops whoever treats warnings as errors. An extension named gdal_aspatial, which holds nothing and belongs to an older
# way of GDAL's, makes it keep to the registered ones: the table is there as before, and no layer any more. (QGIS 3.22
# then does not find the style either.)
#
# Seen with pyogrio 0.13.0 (GDAL 3.12.4) and geopandas 1.2.0 on Python 3.11, Linux x86-64:
#   styles, not registered: layers ['ward', 'layer_styles'], 1 warning
#   the same and gdal_aspatial: layers ['ward'], 0 warnings
#
# Ends with 0 while that is so, with 1 as soon as it is not.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    pyogrio==0.13.0 numpy==2.4.6 pandas==3.1.1 geopandas==1.2.0 shapely==2.2.0

"$folder/venv/bin/python" - "$folder/map.gpkg" <<'PYTHON'
import sqlite3
import sys
import warnings

import geopandas as gpd
import pyogrio
from shapely import box

path = sys.argv[1]
ward = gpd.GeoDataFrame({"wd24cd": ["E05000001"]}, geometry=[box(0, 0, 1, 1)], crs="EPSG:27700")
pyogrio.write_dataframe(ward, path, layer="ward", driver="GPKG")


def seen(what):
    layers = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        assert len(gpd.read_file(path)) == 1
    print(f"{what}: layers {layers}, {len(said)} warning{'s' * (len(said) != 1)}")
    return layers, len(said)


with sqlite3.connect(path) as package:
    package.execute("CREATE TABLE layer_styles (id INTEGER PRIMARY KEY, f_table_name TEXT, styleQML TEXT)")
    package.execute("INSERT INTO layer_styles VALUES (1, 'ward', '<qgis/>')")
first = seen("styles, not registered")
with sqlite3.connect(path) as package:
    package.execute(
        "CREATE TABLE IF NOT EXISTS gpkg_extensions (table_name TEXT, column_name TEXT,"
        " extension_name TEXT NOT NULL, definition TEXT NOT NULL, scope TEXT NOT NULL)"
    )
    package.execute(
        "INSERT INTO gpkg_extensions VALUES"
        " (NULL, NULL, 'gdal_aspatial', 'http://gdal.org/geopackage_aspatial.html', 'read-write')"
    )
second = seen("the same and gdal_aspatial")
raise SystemExit(0 if (first, second) == ((["ward", "layer_styles"], 1), (["ward"], 0)) else 1)
PYTHON
