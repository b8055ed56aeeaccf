#!/usr/bin/env bash
# libpysal: two events on the same spot are not within any distance of each other.
#
# By its own words DistanceBand joins i and j where their distance is up to the threshold. Distances are kept as a sparse
# matrix, and what is 0 in it counts as absent: events at one place, which are as near as can be, are no neighbours. The
# points of police.uk are moved to common ones, and ambulances note the address of the door; so the place with the most
# events has the fewest neighbours, or none, and is listed among the islands. With inverse distances it is so as well.
# Nothing says so of the places that have another neighbour. KNN, Kernel, and build_distance_band of the newer Graph
# join them.
#
# Seen with libpysal 4.14.1 on Python 3.11, Linux x86-64: 40 events at a pub, 2 at a corner 100 m off, 1 at a farm; 150 m
#   neighbours of an event at the pub: DistanceBand 2, its inverse distances 2, Graph 41
#   neighbours of an event at the corner: DistanceBand 40, its inverse distances 40, Graph 41
#   without the corner: islands 41 of 41 by DistanceBand, 1 by Graph
#
# Ends with 0 while that is so, with 1 as soon as it is not.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    libpysal==4.14.1 numpy==2.4.6 scipy==1.17.1 pandas==3.1.1 geopandas==1.2.0 shapely==2.2.0 scikit-learn==1.9.1

"$folder/venv/bin/python" -W ignore - <<'PYTHON'
from importlib.metadata import version

import geopandas as gpd
import numpy as np
from libpysal.graph import Graph
from libpysal.weights import DistanceBand

PUB, CORNER, FARM, METRES = (505000, 249000), (505100, 249000), (512000, 255000), 150
events = np.array([PUB] * 40 + [CORNER] * 2 + [FARM], float)


def graph(points):
    return Graph.build_distance_band(gpd.GeoSeries(gpd.points_from_xy(*points.T), crs="EPSG:27700"), METRES)


print("libpysal", version("libpysal"))
binary, inverse = DistanceBand(events, METRES), DistanceBand(events, METRES, binary=False)
newer = graph(events).cardinalities.tolist()
seen = {}
for name, row in [("the pub", 0), ("the corner", 40)]:
    seen[name] = binary.cardinalities[row], inverse.cardinalities[row], newer[row]
    old, far, new = seen[name]
    print(f"neighbours of an event at {name}: DistanceBand {old}, its inverse distances {far}, Graph {new}")
alone = np.delete(events, [40, 41], axis=0)
islands = len(DistanceBand(alone, METRES).islands), len(graph(alone).isolates)
print(f"without the corner: islands {islands[0]} of {len(alone)} by DistanceBand, {islands[1]} by Graph")
as_told = seen == {"the pub": (2, 2, 41), "the corner": (40, 40, 41)} and islands == (41, 1)
raise SystemExit(0 if as_told else 1)
PYTHON
