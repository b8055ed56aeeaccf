#!/usr/bin/env bash
# esda: G_Local gives every empty neighbourhood the smallest p there can be.
#
# Counts are mostly 0. An area without an event, all of whose neighbours have none either, is the commonest thing on
# such a map: most draws give the same sum of 0. A draw as low as the one observed must count towards its p. In
# esda.G_Local, with star=True as with star=False, it does not: draws that equal the observed value count as "larger",
# what remains is called "lower", and p becomes (0 + 1) / (draws + 1). esda.Moran_Local, given the same counts and the
# same neighbours, says that the very same sums are nothing special.
#
# Seen with esda 2.9.0 on Python 3.11, Linux x86-64:
#   340 of 400 areas are empty with empty neighbours
#   G_Local(star=True):  p of these 0.001 to 0.001; p <= 0.05 in 359 of 400 areas
#   G_Local(star=False): p of these 0.001 to 0.001
#   Moran_Local:         p of these 0.063 to 0.190
#
# Ends with 0 while that is so, with 1 as soon as it is not.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    esda==2.9.0 libpysal==4.14.1 numpy==2.4.6 scipy==1.17.1 pandas==3.1.1 \
    numba==0.68.1 geopandas==1.2.0 shapely==2.2.0 scikit-learn==1.9.1

"$folder/venv/bin/python" - <<'PYTHON'
import warnings

import esda
import numpy as np
from libpysal.weights import lat2W

warnings.simplefilter("ignore")
DRAWS = 999
grid = lat2W(20, 20, rook=False)
counts = np.zeros(400)
counts[[0, 1, 21, 77, 150, 151, 210, 260, 333, 390]] = [4, 3, 5, 1, 2, 3, 2, 1, 1, 2]
around = np.array([sum(counts[j] for j in grid.neighbors[i]) for i in range(400)])
empty = (counts == 0) & (around == 0)

asked = {"permutations": DRAWS, "seed": 1, "n_jobs": 1}
star = esda.G_Local(counts, grid, star=True, **asked).p_sim
plain = esda.G_Local(counts, grid, star=False, **asked).p_sim
moran = esda.Moran_Local(counts, grid, **asked).p_sim

print(f"esda {esda.__version__}: {empty.sum()} of 400 areas are empty with empty neighbours")
for name, p in (("G_Local(star=True)", star), ("G_Local(star=False)", plain), ("Moran_Local", moran)):
    print(f"{name}: p of these {p[empty].min():.3f} to {p[empty].max():.3f}; p <= 0.05 in {(p <= 0.05).sum()} of 400")

floor = 1 / (DRAWS + 1)
as_told = np.allclose(star[empty], floor) and np.allclose(plain[empty], floor) and moran[empty].min() > 0.05
raise SystemExit(0 if as_told else 1)
PYTHON
