#!/usr/bin/env bash
# acro: protected by rounding to 5, every share of a table is 0, and the mean of all is no mean of all.
#
# Tables of patients leave a secure room with small numbers protected; acro is made for that, and rounding to the nearest 5
# is the rule of England's hospital data. One expects counts rounded, and shares and means made of them. acro rounds
# whatever stands in a cell: the share of admissions that were stabbings, a mean of noughts and ones, is less than 2.5 and
# so 0, in every ward; a mean stay of 2 days is 0, one of 3 days is 5. In the margin stands the mean of the wards' rounded
# means, each ward counted once: of 400 patients aged 20 and 20 aged 60, who are 21.9 on average, it says 40. Suppression
# of the same tables leaves shares and means as they are.
#
# Seen with acro 1.0.2 and pandas 2.3.3 on Python 3.11, Linux x86-64:
#   share stabbed, A and B: 0.45 and 0.60; suppressed 0.45 and 0.60; rounded 0.00 and 0.00
#   mean stay, A and B: 2.00 and 3.00; suppressed 2.00 and 3.00; rounded 0.00 and 5.00
#   mean age of all: 21.90; suppressed 21.90; rounded 40.00
#
# Ends with 0 while that is so, with 1 as soon as it is not.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    acro==1.0.2 pandas==2.3.3 numpy==2.4.6 scipy==1.17.1 statsmodels==0.15.0 lifelines==0.30.3

cd "$folder"
venv/bin/python -W ignore - <<'PYTHON'
import logging
from importlib.metadata import version

import pandas as pd
from acro import ACRO

logging.disable(logging.CRITICAL)
WARDS = [("A", 400, 20, 2, 180), ("B", 20, 60, 3, 12)]
people = pd.DataFrame(
    [
        {"ward": ward, "sex": "MF"[i % 2], "age": age, "stay": days, "stabbed": int(i < stabbed), "year": "2025"}
        for ward, patients, age, days, stabbed in WARDS
        for i in range(patients)
    ]
)


def table(value, **protection):
    """The means of a value by ward, and of all, protected in one way."""
    room = ACRO(**protection)
    by = room.crosstab(people["ward"], people["year"], values=people[value], aggfunc="mean", margins=True)
    return [round(float(one), 2) for one in by["2025"]]


print("acro", version("acro"))
seen = {}
for value, name, rows in [("stabbed", "share stabbed, A and B", [0, 1]), ("stay", "mean stay, A and B", [0, 1]), ("age", "mean age of all", [2])]:
    ways = [table(value), table(value, mitigation="suppress"), table(value, mitigation="round", round_base=5)]
    seen[value] = [[way[row] for row in rows] for way in ways]
    plain, suppressed, rounded = (" and ".join(f"{one:.2f}" for one in way) for way in seen[value])
    print(f"{name}: {plain}; suppressed {suppressed}; rounded {rounded}")
as_told = seen == {
    "stabbed": [[0.45, 0.6], [0.45, 0.6], [0, 0]],
    "stay": [[2, 3], [2, 3], [0, 5]],
    "age": [[21.9], [21.9], [40]],
}
raise SystemExit(0 if as_told else 1)
PYTHON
