#!/usr/bin/env bash
# GDAL: in a MapInfo file an area whose rate is not known has a rate of 0, and is the best of the map.
#
# Forces and councils pass maps on as MapInfo tables. The format has no way to say that a number is missing: GDAL writes
# 0 in its place, of whole numbers and of fractions, in .tab as in .mif, and says nothing. What was left blank because
# it is too small to be shown, or because nobody lives there, cannot be told from a true 0 any more; ranks, means and
# classes of colour go with it. A missing text stays apart from other text, as an empty one. The same map as GeoPackage,
# GeoJSON or shapefile keeps its gaps.
#
# Seen with pyogrio 0.13.0 (GDAL 3.12.4) and geopandas 1.2.0 on Python 3.11, Linux x86-64, warnings shown:
#   written: rate 4.2, 6.8, missing; mean 5.5
#   .tab: 4.2, 6.8, 0.0; mean 3.67; warnings 0
#   .mif: 4.2, 6.8, 0.0; mean 3.67; warnings 0
#   .gpkg: 4.2, 6.8, missing; mean 5.5; warnings 0
#
# Ends with 0 while that is so, with 1 as soon as it is not.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    pyogrio==0.13.0 geopandas==1.2.0 shapely==2.2.0 pyproj==3.7.2 numpy==2.4.6 pandas==3.1.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import warnings

import geopandas as gpd
import pyogrio
from shapely import box

areas = gpd.GeoDataFrame(
    {"code": ["E01000001", "E01000002", "E01000003"], "rate": [4.2, 6.8, None]},
    geometry=[box(1000 * i, 0, 1000 * i + 1000, 1000) for i in range(3)],
    crs=27700,
)


def told(rate):
    """Values and their mean."""
    return ", ".join("missing" if one != one else str(one) for one in rate) + f"; mean {rate.mean():.3g}"


print(f"pyogrio {pyogrio.__version__} (GDAL {pyogrio.__gdal_version_string__}); written: {told(areas['rate'])}")
found = {}
for driver, end in (("MapInfo File", "tab"), ("MapInfo File", "mif"), ("GPKG", "gpkg")):
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        areas.to_file(f"areas.{end}", driver=driver)
        found[end] = gpd.read_file(f"areas.{end}").set_index("code")["rate"]
    print(f".{end}: {told(found[end])}; warnings {len(said)}")

zero = [found[end]["E01000003"] == 0 for end in ("tab", "mif")]
raise SystemExit(0 if all(zero) and found["gpkg"].isna().sum() == 1 else 1)
PYTHON
