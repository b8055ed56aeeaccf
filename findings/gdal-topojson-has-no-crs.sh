#!/usr/bin/env bash
# GDAL: an area read from TopoJSON has no coordinate reference system, though the same area from GeoJSON has one.
#
# Both formats hold degrees of longitude and latitude, and boundaries are published as either. From GeoJSON comes
# EPSG:4326; from TopoJSON, with the same corners, none: it cannot be projected, and whoever takes such a layer for one
# in metres, as boundaries without a system often are, puts the county into the sea off Cornwall.
#
# Seen with pyogrio 0.13.0 (GDAL 3.12.4) and geopandas 1.2.0 on Python 3.11, Linux x86-64:
#   a.geojson: crs EPSG:4326, corners [(-0.5, 52.0), (-0.49, 52.0), (-0.49, 52.01)]
#   a.topojson: crs None, corners [(-0.5, 52.0), (-0.49, 52.0), (-0.49, 52.01)]
#
# Ends with 0 while that is so, with 1 as soon as it is not.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    pyogrio==0.13.0 numpy==2.4.6 pandas==3.1.1 geopandas==1.2.0 shapely==2.2.0

"$folder/venv/bin/python" - "$folder" <<'PYTHON'
import json
import sys
from pathlib import Path

import geopandas as gpd

folder = Path(sys.argv[1])
code = {"lsoa21cd": "E01000001"}
ring = [[-0.5, 52.0], [-0.49, 52.0], [-0.49, 52.01], [-0.5, 52.0]]
feature = {"type": "Feature", "properties": code, "geometry": {"type": "Polygon", "coordinates": [ring]}}
(folder / "a.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
topology = {
    "type": "Topology",
    "transform": {"scale": [0.0001, 0.0001], "translate": [-0.5, 52]},
    "objects": {
        "areas": {
            "type": "GeometryCollection",
            "geometries": [{"type": "Polygon", "arcs": [[0]], "properties": code}],
        }
    },
    "arcs": [[[0, 0], [100, 0], [0, 100], [-100, -100]]],
}
(folder / "a.topojson").write_text(json.dumps(topology))

corners, systems = [], []
for name in ("a.geojson", "a.topojson"):
    read = gpd.read_file(folder / name)
    corners.append(sorted({(round(x, 6), round(y, 6)) for x, y in read.geometry[0].exterior.coords}))
    systems.append(read.crs and read.crs.to_string())
    print(f"{name}: crs {systems[-1]}, corners {corners[-1]}")
raise SystemExit(0 if systems == ["EPSG:4326", None] and corners[0] == corners[1] else 1)
PYTHON
