#!/usr/bin/env bash
# mapclassify: an area whose rate is not known is in the lowest class, and by find_bin of the same classes in the highest.
#
# Two maps get one legend by making the classes of one and putting the rates of the other into them: find_bin. An area
# without residents, or whose number is suppressed, has no rate: NaN. Neither way leaves it out or warns. UserDefined puts
# it into class 0, the best of the map; its own find_bin, given the very same values, into the last, the worst. (geopandas
# leaves such areas out before; who calls mapclassify has to.)
#
# Seen with mapclassify 2.10.0 on Python 3.11, Linux x86-64: classes up to 2, 4 and 6; rates 1, not known, 3, 5
#   UserDefined: classes 0, 0, 1, 2; counts 2, 1, 1
#   find_bin of the same: classes 0, 2, 1, 2; warnings 0
#
# Ends with 0 while that is so, with 1 as soon as it is not.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    mapclassify==2.10.0 numpy==2.4.6 scipy==1.17.1 pandas==3.1.1

"$folder/venv/bin/python" - <<'PYTHON'
import warnings
from importlib.metadata import version

import numpy as np
from mapclassify import UserDefined

rates = np.array([1, np.nan, 3, 5])
with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    made = UserDefined(rates, [2, 4, 6])
    own, again, counts = made.yb.tolist(), made.find_bin(rates).tolist(), made.counts.tolist()
print(f"mapclassify {version('mapclassify')}: UserDefined: classes {own}; counts {counts}")
print(f"find_bin of the same: classes {again}; warnings {len(said)}")
raise SystemExit(0 if (own, again, len(said)) == ([0, 0, 1, 2], [0, 2, 1, 2], 0) else 1)
PYTHON
