#!/usr/bin/env bash
# PHStatsMethods: in a funnel of shares per 1,000 the upper limits are 100, whatever the average.
#
# calculate_funnel_limits gives the lines of a funnel plot; of a proportion they are multiplied by what the caller wants to
# see: 100 for per cent, 1,000 for "of 1,000 attendances so many were assaults". A share cannot be more than all, so that
# the upper limit is held down; but to 100, not to the multiplier. Of 303 per 1,000 on average both upper limits are 100,
# far below the average and the lower limits too: on the plot every area lies above the 99.8% line. Per cent is right, and
# so is the verdict of assign_funnel_significance on the same areas, which then contradicts the plot.
#
# Seen with PHStatsMethods 0.1.16 on Python 3.11, Linux x86-64: three areas, 300 of 1,000, 330 of 1,100 and 280 of 900
#   per 100: average 30.33, 95% limits at 1,200 attendances 27.73 to 32.93, 99.8% limits 26.23 to 34.43
#   per 1000: average 303.33, 95% limits at 1,200 attendances 277.32 to 100.00, 99.8% limits 262.32 to 100.00
#   areas by assign_funnel_significance: Not significant, Not significant, Not significant
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
from PHStatsMethods import assign_funnel_significance, calculate_funnel_limits

areas = pd.DataFrame({"assaults": [300, 330, 280], "attendances": [1000, 1100, 900]})
NAMES = ["baseline", "lower_2s_limit", "upper_2s_limit", "lower_3s_limit", "upper_3s_limit"]
print("PHStatsMethods", version("PHStatsMethods"))
seen = {}
for per in (100, 1000):
    limits = calculate_funnel_limits(areas, "assaults", "proportion", per, denom_col="attendances")
    at = limits[limits["Population"] == 1200].iloc[0]
    average, low, high, lowest, highest = (round(float(at[name]), 2) for name in NAMES)
    seen[per] = average, low, high, lowest, highest
    print(
        f"per {per}: average {average}, 95% limits at 1,200 attendances {low} to {high:.2f}, "
        f"99.8% limits {lowest} to {highest:.2f}"
    )
verdict = assign_funnel_significance(areas, "assaults", "proportion", denom_col="attendances")["significance"].tolist()
print("areas by assign_funnel_significance:", ", ".join(verdict))
as_told = seen == {100: (30.33, 27.73, 32.93, 26.23, 34.43), 1000: (303.33, 277.32, 100.0, 262.32, 100.0)}
raise SystemExit(0 if as_told and set(verdict) == {"Not significant"} else 1)
PYTHON
