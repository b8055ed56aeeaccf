#!/usr/bin/env bash
# esda: one area without residents makes every area of the map a significant cluster of low rates.
#
# Moran_Local_Rate and Moran_Rate take events and residents, and smooth the rates by the variance of all areas. A census
# has areas in which nobody lives: a dock, a depot, a campus out of term. Events 0, residents 0 there is valid and asks
# for nothing more than that this one area be left out. Its 0 / 0 however goes into the mean and variance of all, so that
# every rate, every local value and the global one are NaN; a NaN is never exceeded by a draw, so p is the smallest there
# can be, everywhere, and every area is put into the quadrant of low among low. Nothing is raised. The smoothed rates of
# Empirical_Bayes are NaN for all areas too.
#
# Seen with esda 2.9.0 and libpysal 4.14.1 on Python 3.11, Linux x86-64, 36 made-up areas without a pattern:
#   as drawn: 5 areas with p <= 0.05, global p 0.192
#   one without residents: 36 areas with p <= 0.05, 36 of them low among low, 36 local values NaN, global p 0.001
#   smoothed rates that are NaN: 0 as drawn, 36 with one without residents
#
# Ends with 0 while that is so, with 1 as soon as it is not.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    esda==2.9.0 libpysal==4.14.1 numpy==2.4.6 scipy==1.17.1 pandas==3.1.1 \
    numba==0.68.1 geopandas==1.2.0 shapely==2.2.0 scikit-learn==1.9.1

"$folder/venv/bin/python" -W ignore - <<'PYTHON'
import numpy as np
from esda import Moran_Local_Rate, Moran_Rate
from esda.smoothing import Empirical_Bayes
from libpysal.weights import lat2W

grid, rng = lat2W(6, 6), np.random.default_rng(3)
residents = rng.integers(1000, 3000, 36).astype(float)
events = rng.poisson(residents * 0.01).astype(float)


def told():
    each = Moran_Local_Rate(events, residents, grid, permutations=999, seed=1, n_jobs=1)
    np.random.seed(1)
    whole = Moran_Rate(events, residents, grid, permutations=999)
    blank = int(np.isnan(Empirical_Bayes(events, residents).r).sum())
    low = each.p_sim <= 0.05
    return int(low.sum()), int((low & (each.q == 3)).sum()), int(np.isnan(each.Is).sum()), float(whole.p_sim), blank


before = told()
events[7] = residents[7] = 0
after = told()
print(f"as drawn: {before[0]} areas with p <= 0.05, global p {before[3]:.3f}")
print(
    f"one without residents: {after[0]} areas with p <= 0.05, {after[1]} of them low among low, "
    f"{after[2]} local values NaN, global p {after[3]:.3f}"
)
print(f"smoothed rates that are NaN: {before[4]} as drawn, {after[4]} with one without residents")
as_told = before[2] == before[4] == 0 and before[0] < 10 and before[3] > 0.05
raise SystemExit(0 if as_told and after[:3] == (36, 36, 36) and after[3] < 0.0011 and after[4] == 36 else 1)
PYTHON
