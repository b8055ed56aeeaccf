#!/usr/bin/env bash
# PHStatsMethods: byars(), asked for 95% limits, gives 5% limits.
#
# The package of England's Department of Health has the methods that its public indicators are made with; Byar's limits
# are those of counts and rates. byars_lower and byars_upper take the confidence and give each limit; byars gives both at
# once, with the same argument and the same 0.95 if none is said, but hands on 1 - confidence. Its interval is a
# twelfth as wide, so that almost any two areas or years "differ". The exact limits that it
# gives below ten events are of 5% as well. Nothing warns; ph_rate asks the two apart, and is right.
#
# Seen with PHStatsMethods 0.1.16 and scipy 1.17.1 on Python 3.11, Linux x86-64:
#   20 events: byars 19.39 to 20.95; byars_lower, byars_upper 12.21 to 30.89
#   5 events: byars 4.54 to 5.82; exact 1.62 to 11.67
#   20 events per 1,000: byars 19.39 to 20.95; ph_rate 12.21 to 30.89
#
# Ends with 0 while that is so, with 1 as soon as it is not.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    PHStatsMethods==0.1.16 pandas==2.3.3 numpy==2.4.6 scipy==1.17.1

"$folder/venv/bin/python" -W ignore - <<'PYTHON'
from importlib.metadata import version

import pandas as pd
from PHStatsMethods import byars, byars_lower, byars_upper, exact, ph_rate

print("PHStatsMethods", version("PHStatsMethods"))


def told(events, limits, right, name):
    """Both intervals, to two digits."""
    both = [tuple(round(float(one), 2) for one in pair) for pair in (limits, right)]
    print(f"{events}: byars {both[0][0]} to {both[0][1]}; {name} {both[1][0]} to {both[1][1]}")
    return both


rate = ph_rate(pd.DataFrame({"events": [20], "residents": [1000]}), "events", "residents", multiplier=1000).iloc[0]
seen = [
    told("20 events", byars(20, confidence=0.95), (byars_lower(20), byars_upper(20)), "byars_lower, byars_upper"),
    told("5 events", byars(5, confidence=0.95), exact(5), "exact"),
    told("20 events per 1,000", byars(20, 0.95, 1000, 1000), (rate["lower_95_ci"], rate["upper_95_ci"]), "ph_rate"),
]
twenty, five = [(19.39, 20.95), (12.21, 30.89)], [(4.54, 5.82), (1.62, 11.67)]
raise SystemExit(0 if seen == [twenty, five, twenty] else 1)
PYTHON
