#!/usr/bin/env bash
# esda: one area without an event ends the directly standardised rates of all areas, speaking of a distribution.
#
# direct_age_standardization gives each area's rate with the limits of Fay and Feuer. For an area without an event the
# rate is 0 and the upper limit is that of a Poisson count of 0 (half the chi-square quantile with 2 degrees of freedom,
# times the largest weight). The branch is there, but asks for the quantile without the degrees of freedom: a TypeError
# about a missing argument 'df' in place of all areas' rates. Of small areas and one service in one year, many have no
# event. (With events in every area the rates and limits are right.)
#
# Seen with esda 2.9.0, scipy 1.17.1 on Python 3.11, Linux x86-64:
#   events 3 4 / 1 0: rates 0.035 and 0.005
#   events 3 4 / 0 0: TypeError, missing argument 'df'
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
from esda.smoothing import direct_age_standardization

# Two areas of two age groups with 100 residents each, and a standard population with as many of either age.
residents, standard = np.full(4, 100.0), np.full(4, 100.0)
some = direct_age_standardization(np.array([3.0, 4, 1, 0]), residents, standard, 2)
print("events 3 4 / 1 0: rates " + " and ".join(f"{rate:.3f}" for rate, _, _ in some))
try:
    direct_age_standardization(np.array([3.0, 4, 0, 0]), residents, standard, 2)
    said = "rates for both"
except TypeError as error:
    said = "TypeError, missing argument 'df'" if "'df'" in str(error) else str(error)
print(f"events 3 4 / 0 0: {said}")
raise SystemExit(0 if said.startswith("TypeError") and abs(some[0][0] - 0.035) < 1e-12 else 1)
PYTHON
