#!/usr/bin/env bash
# tobler: a beat that holds a tenth of a small area gets all of its events, unless another beat has the rest.
#
# Counts of small areas are moved to beats, sectors or a force's own map by the share of the area's surface that lies in
# each: a tenth of the surface, a tenth of the events. area_interpolate by default first divides by that part of an area
# which any beat covers, so that no event is lost. Where the beats do not cover the map, as patrol areas never do, and as
# at the edge of a district, whole areas are thrown in: the count of a beat then depends on whether its neighbour was
# in the file. allocate_total=False gives the share.
#
# Seen with tobler 0.13.0 and geopandas 1.2.0 on Python 3.11, Linux x86-64: two areas of 100 events each
#   a beat with 1 / 10 of each: 200 events; with allocate_total=False 20
#   the same beat where another has the rest: 20 events
#
# Ends with 0 while that is so, with 1 as soon as it is not.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    tobler==0.13.0 geopandas==1.2.0 libpysal==4.14.1 shapely==2.2.0 numpy==2.4.6 scipy==1.17.1 pandas==3.1.1

"$folder/venv/bin/python" - <<'PYTHON'
import warnings
from importlib.metadata import version

import geopandas as gpd
from shapely import box
from tobler.area_weighted import area_interpolate

areas = gpd.GeoDataFrame({"events": [100.0, 100.0]}, geometry=[box(0, 0, 1000, 1000), box(1000, 0, 2000, 1000)], crs=27700)
beat, rest = box(900, 0, 1100, 1000), box(0, 0, 2000, 1000) - box(900, 0, 1100, 1000)


def events(*beats, **settings):
    """Events of the first of some beats."""
    targets = gpd.GeoDataFrame(geometry=list(beats), crs=27700)
    return area_interpolate(areas, targets, extensive_variables=["events"], **settings)["events"].iloc[0]


warnings.simplefilter("error")
alone, share, beside = events(beat), events(beat, allocate_total=False), events(beat, rest)
print(f"tobler {version('tobler')}: a beat with 1 / 10 of each: {alone:.0f} events; with allocate_total=False {share:.0f}")
print(f"the same beat where another has the rest: {beside:.0f} events")
raise SystemExit(0 if [round(one) for one in (alone, share, beside)] == [200, 20, 20] else 1)
PYTHON
