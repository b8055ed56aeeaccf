#!/usr/bin/env bash
# pygeoda: where every area has the same value, every area is a significant high-high cluster.
#
# A constant has no pattern: local Moran's I is 0 / 0 and every arrangement of the values is the same map. pygeoda
# returns High-High with the smallest p that the draws allow, for all areas, from local_moran, local_g and local_gstar.
# (local_geary calls the same map not significant, with p = 1.) A filter that leaves one event in every area meets
# this.
#
# Seen with pygeoda 0.1.3 on Python 3.11, Linux x86-64:
#   local_moran: 400 of 400 areas High-High, p 0.001 to 0.001
#   local_g: 400 of 400 areas High-High, p 0.001 to 0.001
#   local_gstar: 400 of 400 areas High-High, p 0.001 to 0.001
#   local_geary: 0 of 400 areas High-High, p 1.000 to 1.000
#
# Ends with 0 while that is so, with 1 as soon as it is not.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    pygeoda==0.1.3 numpy==2.4.6 pandas==3.1.1 geopandas==1.2.0 shapely==2.2.0

"$folder/venv/bin/python" - <<'PYTHON'
import geopandas as gpd
import numpy as np
import pandas as pd
import pygeoda
from shapely import box

squares = [box(c, r, c + 1, r + 1) for r in range(20) for c in range(20)]
frame = gpd.GeoDataFrame({"value": np.zeros(400)}, geometry=squares, crs="EPSG:27700")
queen = pygeoda.queen_weights(pygeoda.open(frame))

constant = pd.Series(np.full(400, 3.0))
high = {}
for ask in (pygeoda.local_moran, pygeoda.local_g, pygeoda.local_gstar, pygeoda.local_geary):
    found = ask(queen, constant, permutations=999, seed=1, cpu_threads=1)
    labels = np.array(found.lisa_labels())[list(found.lisa_clusters())]
    p = found.lisa_pvalues()
    high[ask.__name__] = int((labels == "High-High").sum())
    print(f"{ask.__name__}: {high[ask.__name__]} of 400 areas High-High, p {min(p):.3f} to {max(p):.3f}")
as_told = high == {"local_moran": 400, "local_g": 400, "local_gstar": 400, "local_geary": 0}
raise SystemExit(0 if as_told else 1)
PYTHON
