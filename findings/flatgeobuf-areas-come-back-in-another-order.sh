#!/usr/bin/env bash
# FlatGeobuf: areas come back in another order than they were written in, though every other format keeps it.
#
# To find areas quickly FlatGeobuf sorts them along a Hilbert curve when it is written (GDAL's SPATIAL_INDEX, on by
# itself). GeoPackage has a spatial index as well and keeps the order. Who writes boundaries once and sets counts beside
# them row by row, as one does with a list in the order of the codes, gives every area another's count; the number
# of rows agrees and nothing warns. SPATIAL_INDEX=NO keeps the order.
#
# Seen with pyogrio 0.13.0 (GDAL 3.12.4) and geopandas 1.2.0 on Python 3.11, Linux x86-64, 400 areas on a grid:
#   areas in another row: FlatGeobuf 400, without its index 0, GPKG 0, GeoJSON 0, ESRI Shapefile 0
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
from shapely import box

squares = [box(x, y, x + 500, y + 500) for y in range(200_000, 210_000, 500) for x in range(500_000, 510_000, 500)]
areas = geopandas.GeoDataFrame({"code": [f"E{k:08}" for k in range(400)]}, geometry=squares, crs=27700)


def moved(name, driver, **options):
    areas.to_file(name, driver=driver, **options)
    return int((geopandas.read_file(name)["code"].to_numpy() != areas["code"].to_numpy()).sum())


sorted_, unsorted = moved("a.fgb", "FlatGeobuf"), moved("b.fgb", "FlatGeobuf", SPATIAL_INDEX="NO")
others = {d: moved(f"c.{e}", d) for d, e in (("GPKG", "gpkg"), ("GeoJSON", "geojson"), ("ESRI Shapefile", "shp"))}
print(
    f"areas in another row: FlatGeobuf {sorted_}, without its index {unsorted}, "
    + ", ".join(f"{driver} {count}" for driver, count in others.items())
)
raise SystemExit(0 if sorted_ > 200 and unsorted == 0 and not any(others.values()) else 1)
PYTHON
