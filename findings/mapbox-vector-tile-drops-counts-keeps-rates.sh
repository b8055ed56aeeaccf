#!/usr/bin/env bash
# mapbox-vector-tile: counts from pandas are missing from the tile, though the rates beside them are there.
#
# An area's properties come from a row of a table: a count is a numpy.int64, a rate a numpy.float64. The encoder takes
# str, bool, int and float and leaves out every other value without a word. numpy.float64 happens to be a kind of
# Python's float, numpy.int64 is none of its int; so the rate arrives and the count does not, and a map coloured by
# counts draws all areas as having none. Numbers of 32 bits and flags are left out too. int(...) around each mends it.
#
# Seen with mapbox-vector-tile 2.2.0 and numpy 2.4.6 on Python 3.11, Linux x86-64:
#   given: count 12 (int64), rate 4.2 (float64), rate32 4.2 (float32), hot True (bool), code E01000001 (str)
#   in the tile: rate, code; errors and warnings 0
#   the same as Python's own: count, rate, rate32, hot, code
#
# Ends with 0 while that is so, with 1 as soon as it is not.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    mapbox-vector-tile==2.2.0 shapely==2.2.0 protobuf==6.33.6 pyclipper==1.4.0 numpy==2.4.6 pandas==3.1.1

"$folder/venv/bin/python" - <<'PYTHON'
import warnings
from importlib.metadata import version

import mapbox_vector_tile
import numpy as np
import pandas as pd
from shapely import box

table = pd.DataFrame({"count": [12], "rate": [4.2], "rate32": np.float32([4.2]), "hot": [True], "code": ["E01000001"]})
row = {name: table[name].iloc[0] for name in table}
own = {name: one.item() if isinstance(one, np.generic) else one for name, one in row.items()}


def kept(properties):
    """Names of the properties that are in the tile."""
    tile = mapbox_vector_tile.encode({"name": "areas", "features": [{"geometry": box(0, 0, 99, 99), "properties": properties}]})
    (feature,) = mapbox_vector_tile.decode(tile)["areas"]["features"]
    return list(feature["properties"])


print(f"mapbox-vector-tile {version('mapbox-vector-tile')}; given:", ", ".join(f"{n} {type(v).__name__}" for n, v in row.items()))
with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    found, mended = kept(row), kept(own)
print(f"in the tile: {', '.join(found)}; errors and warnings {len(said)}")
print(f"the same as Python's own: {', '.join(mended)}")
raise SystemExit(0 if found == ["rate", "code"] and mended == list(row) else 1)
PYTHON
