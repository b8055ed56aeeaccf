#!/usr/bin/env bash
# libpysal: of areas that touch along a whole side, queen contiguity makes no neighbours.
#
# Queen neighbours are areas that share an edge or a corner. By default both Queen.from_dataframe and
# Graph.build_contiguity compare the corners that are written down. Where a long straight side has no corner at which
# the areas on its other side meet, as between a beat drawn by hand and the small areas beside it, or between cells of
# two sizes, only those at its ends are found; the ones between, whose every metre touches, are not. Nothing warns, as
# every area has some neighbours; local statistics and their p change. strict=True finds them all, and so does
# fuzzy_contiguity.
#
# Seen with libpysal 4.14.1 and geopandas 1.2.0 on Python 3.11, Linux x86-64: a beat, and five areas along its side
#   shapely: the beat touches a b c d e
#   Queen.from_dataframe: a e
#   Graph.build_contiguity, rook=False: a e; rook=True: none; rook=False, strict=True: a b c d e; warnings 0
#
# Ends with 0 while that is so, with 1 as soon as it is not.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    libpysal==4.14.1 geopandas==1.2.0 shapely==2.2.0 numpy==2.4.6 scipy==1.17.1 pandas==3.1.1

"$folder/venv/bin/python" - <<'PYTHON'
import warnings
from importlib.metadata import version

import geopandas as gpd
from libpysal.graph import Graph
from libpysal.weights import Queen
from shapely import box

shapes = {"beat": box(0, 0, 2000, 2500)} | {name: box(2000, 500 * i, 2500, 500 * i + 500) for i, name in enumerate("abcde")}
areas = gpd.GeoDataFrame(geometry=list(shapes.values()), index=list(shapes), crs=27700)


def told(name, near):
    """Print who is near the beat."""
    print(f"{name}: {' '.join(sorted(near)) or 'none'}")
    return sorted(near)


touch = told(f"libpysal {version('libpysal')}; shapely: the beat touches", areas.index[areas.touches(shapes["beat"])])
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # that it will give way to Graph
    queen = told("Queen.from_dataframe", Queen.from_dataframe(areas, use_index=True).neighbors["beat"])
found = []
for settings in ({"rook": False}, {"rook": True}, {"rook": False, "strict": True}):
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        graph = Graph.build_contiguity(areas, **settings)
        near = [name for name in graph["beat"].index if graph["beat"][name]]
    name = ", ".join(f"{key}={value}" for key, value in settings.items())
    found.append(told(f"Graph.build_contiguity, {name}, warnings {len(said)}", near))
raise SystemExit(0 if (queen, *found) == (["a", "e"], ["a", "e"], [], touch) else 1)
PYTHON
