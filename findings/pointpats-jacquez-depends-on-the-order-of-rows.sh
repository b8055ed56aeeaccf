#!/usr/bin/env bash
# pointpats: by Jacquez' test events cluster in space and time, or do not, as the rows of their file happen to be sorted.
#
# Jacquez' test counts pairs that are among each other's k nearest both in place and in time. Events of the police stand on
# common snap points, and have a day: most of the k nearest are ties. jacquez() takes whichever of them its search tree
# gives first, so that the statistic and its p depend on the order of the rows; and nothing tells that there were ties. Who
# sorts by reference in place of date publishes another p. The Knox test of the same package, which counts all pairs within
# a distance, gives one answer for every order.
#
# Seen with pointpats 2.5.5 on Python 3.11, Linux x86-64: 120 events on 144 points in 30 days, k = 3, 10 orders of the rows
#   jacquez: statistic 8 to 16, p 0.05 to 0.63; knox: statistic 70 to 70
#
# Ends with 0 while that is so, with 1 as soon as it is not.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    pointpats==2.5.5 libpysal==4.14.1 geopandas==1.2.0 shapely==2.2.0 numpy==2.4.6 scipy==1.17.1 pandas==3.1.1

"$folder/venv/bin/python" -W ignore - <<'PYTHON'
from importlib.metadata import version

import numpy as np
from pointpats.spacetime import jacquez, knox

rng = np.random.default_rng(2)
place = rng.integers(0, 12, (120, 2)) * 100.0
day = rng.integers(0, 30, (120, 1)).astype(float)
found, by_knox = [], []
for seed in range(10):
    order = np.random.default_rng(seed).permutation(120)
    np.random.seed(5)
    found.append(jacquez(place[order], day[order], k=3, permutations=99))
    np.random.seed(5)
    by_knox.append(knox(place[order], day[order], delta=150, tau=2, permutations=9)["stat"])
stats, ps = [one["stat"] for one in found], [one["pvalue"] for one in found]
print(
    f"pointpats {version('pointpats')}: jacquez: statistic {min(stats)} to {max(stats)}, p {min(ps):.2f} to {max(ps):.2f}; "
    f"knox: statistic {min(by_knox):.0f} to {max(by_knox):.0f}"
)
raise SystemExit(0 if max(stats) > 1.5 * min(stats) and max(ps) > 0.4 and len(set(by_knox)) == 1 else 1)
PYTHON
