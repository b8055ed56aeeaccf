#!/usr/bin/env bash
# GDAL: the same filter finds one event in a GeoPackage and three in a GeoJSON of the same events; with LIKE it turns round.
#
# where= (as QGIS' provider filter and ogr2ogr -where) keeps rows by a condition in the words of SQL. A GeoPackage is asked
# by SQLite: = tells capitals apart, LIKE does not. GeoJSON, shapefile, FlatGeobuf, GML, KML and MapInfo are asked by GDAL's
# own dialect, in which = (IN and <> too) does not tell capitals apart, and LIKE does. Deliveries of several years write one
# offence in several ways, and references of persons or hashes differ in capitals alone: who changes the format of a map,
# and nothing else, changes the count. Nothing warns.
#
# Seen with pyogrio 0.13.0 (GDAL 3.12.4) and geopandas 1.2.0 on Python 3.11, Linux x86-64: Robbery, ROBBERY, robbery, Theft
#   GPKG: = 1, <> 3, LIKE 'Rob%' 3
#   GeoJSON, ESRI Shapefile, FlatGeobuf, MapInfo File: = 3, <> 1, LIKE 'Rob%' 1
#
# Ends with 0 while that is so, with 1 as soon as it is not.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    pyogrio==0.13.0 geopandas==1.2.0 shapely==2.2.0 pandas==3.1.1 numpy==2.4.6

cd "$folder"
venv/bin/python -W ignore - <<'PYTHON'
import geopandas
from shapely import Point

kinds = ["Robbery", "ROBBERY", "robbery", "Theft"]
events = geopandas.GeoDataFrame({"kind": kinds}, geometry=[Point(0.1 * k, 52) for k in range(4)], crs=4326)
filters = ("kind = 'Robbery'", "kind <> 'Robbery'", "kind LIKE 'Rob%'")
found = {}
for driver, ending in (
    ("GPKG", "gpkg"), ("GeoJSON", "geojson"), ("ESRI Shapefile", "shp"), ("FlatGeobuf", "fgb"), ("MapInfo File", "tab")
):
    events.to_file(f"events.{ending}", driver=driver)
    found[driver] = [len(geopandas.read_file(f"events.{ending}", where=where)) for where in filters]
    print("{}: = {}, <> {}, LIKE 'Rob%' {}".format(driver, *found[driver]))
package = found.pop("GPKG")
raise SystemExit(0 if package == [1, 3, 3] and all(one == [3, 1, 1] for one in found.values()) else 1)
PYTHON
