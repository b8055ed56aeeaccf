#!/usr/bin/env bash
# holidays: asked for the United Kingdom, it knows neither Easter Monday nor the bank holiday at the end of August.
#
# Who grades weekends by the public holidays beside them asks for "GB". The answer holds those that all four nations
# share. Easter Monday is none in Scotland, and its summer bank holiday comes at the beginning of August; so the long
# weekends at Easter and at the end of August, among the busiest of a year in an English county, count as ordinary ones.
# Nothing warns of it; with subdiv="ENG" both are there.
#
# Seen with holidays 0.109 on Python 3.11, Linux x86-64:
#   2025: GB 6 days, GB with subdiv ENG 8
#   missing: 2025-04-21 Easter Monday, 2025-08-25 Late Summer Bank Holiday
#
# Ends with 0 while that is so, with 1 as soon as it is not.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check holidays==0.109 python-dateutil==2.9.0.post0 six==1.17.0

"$folder/venv/bin/python" -W error - <<'PYTHON'
from datetime import date

import holidays

kingdom = holidays.country_holidays("GB", years=2025)
england = holidays.country_holidays("GB", subdiv="ENG", years=2025)
missing = sorted(set(england) - set(kingdom))
print(f"2025: GB {len(kingdom)} days, GB with subdiv ENG {len(england)}")
print("missing: " + ", ".join(f"{day} {england[day]}" for day in missing))
raise SystemExit(0 if missing == [date(2025, 4, 21), date(2025, 8, 25)] and set(kingdom) < set(england) else 1)
PYTHON
