#!/usr/bin/env bash
# statsmodels: the mid-p interval of a place without an event is 3.00 to 3.00, and leaves 0 out.
#
# Mid-p limits are what is recommended for rates of few events. Where none happened the lower limit is 0, and the upper
# one is where half of the chance of none is 2.5%: -ln 0.05 = 3.00. confint_poisson seeks both limits from the count as
# its start; from 0 the search for the lower one ends at the upper one. So the place is said to have surely three times
# the events of one that had one (0.05 to 4.93), and a funnel or a forest plot draws a dot outside its own bar. "sqrt",
# from roots of counts, does the like: 0.96 to 0.96. The exact method has 0 to 3.69. Nothing warns; counts from 1 up are
# right.
#
# Seen with statsmodels 0.15.0 and scipy 1.17.1 on Python 3.11, Linux x86-64:
#   0 events: midp-c 3.00 to 3.00, sqrt 0.96 to 0.96, exact-c 0.00 to 3.69
#   1 events: midp-c 0.05 to 4.93, sqrt 0.00 to 3.92, exact-c 0.03 to 5.57
#
# Ends with 0 while that is so, with 1 as soon as it is not.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    statsmodels==0.15.0 numpy==2.4.6 scipy==1.17.1 pandas==3.1.1

"$folder/venv/bin/python" - <<'PYTHON'
import warnings
from importlib.metadata import version

from statsmodels.stats.rates import confint_poisson

warnings.simplefilter("error")
limits = {}
for count in (0, 1):
    limits[count] = {name: confint_poisson(count, 1, method=name) for name in ("midp-c", "sqrt", "exact-c")}
    told = (f"{name} {low:.2f} to {high:.2f}" for name, (low, high) in limits[count].items())
    print(f"statsmodels {version('statsmodels')}, {count} events:", ", ".join(told))
above = [limits[0][name][0] > 0.5 for name in ("midp-c", "sqrt")]
raise SystemExit(0 if all(above) and limits[0]["exact-c"][0] == 0 and limits[1]["midp-c"][0] < 0.1 else 1)
PYTHON
