#!/usr/bin/env bash
# pygeoda: the p-value of an area depends on the number of threads, whatever the seed.
#
# local_moran and local_gstar take a seed so that a result can be had again. With the same seed, the same counts and the
# same number of draws, another cpu_threads gives other p-values in most areas: each thread draws a sequence of its own.
# The number of areas up to 0.05 changes with it. To repeat a published map one must know the number of threads.
#
# Seen with pygeoda 0.1.3 on Python 3.11, Linux x86-64:
#   local_moran: 190, 287 and 332 of 400 p-values with 2, 4 and 8 threads differ from those with 1, by up to 0.042
#   local_moran: areas up to 0.05: 21, 20, 19 and 20 with 1, 2, 4 and 8 threads
#   the same number of threads twice: no difference
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

counts = np.zeros(400)
counts[[0, 1, 21, 77, 150, 151, 210, 260, 333, 390]] = [4, 3, 5, 1, 2, 3, 2, 1, 1, 2]


def p(ask, threads):
    asked = ask(queen, pd.Series(counts), permutations=999, seed=1, cpu_threads=threads)
    return np.array(asked.lisa_pvalues())


changed = True
for ask in (pygeoda.local_moran, pygeoda.local_gstar):
    one = p(ask, 1)
    print(f"{ask.__name__}, 1 thread: p <= 0.05 in {(one <= 0.05).sum()} areas")
    for threads in (2, 4, 8):
        other = p(ask, threads)
        differ = (other != one).sum()
        again = (p(ask, threads) != other).sum()
        changed &= bool(differ > 0 and again == 0)
        print(f"{ask.__name__}, {threads} threads: p <= 0.05 in {(other <= 0.05).sum()}; {differ} of 400 p-values")
        print(f"    differ from those of 1 thread, by up to {abs(other - one).max():.3f}; asked twice: {again}")
raise SystemExit(0 if changed else 1)
PYTHON
