"""A force's own layout, mapped by TOML: its own columns and codes, persons and factors among them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from geo.answer.atlas import Atlas
from geo.ask.refusal import Refused
from geo.ask.viewer import OTHERS
from geo.data.ingest import import_files
from geo.data.mapping import read_mapping
from geo.tell.assessment import part_of
from geo.tell.exhibits.groups import pairs
from geo.tell.exhibits.places import premises
from tests.answers.test_factors import CHOICES, WORDS, ages, expected, offences
from tests.support import small_county as small

VIOLENCE = "Violence and sexual offences"
LAYOUT = """
disclosure = "internal"
attribution = "Squareshire Police: official-sensitive"

[columns]
reference = "URN"
date = "Earliest"
date_to = "Latest"
category = "Klass"
area = "OA group"
age = "Vic age"
sex = "Vic gender"
code = "HO"
factors = "Flags"
domestic = "DA"
knife = "Blade"
firearm = "Gun"
injury = "Hurt"
online = "Cyber"
public_place = "Public"
premises = "Scene"
ethnicity = "Vic SDE"
relationship = "Link"
suspect_age = "Sus age"
suspect_sex = "Sus gender"

[formats]
date = "%Y-%m-%d %H:%M"

[categories]
VAP = "Violence and sexual offences"
ROB = "Robbery"
DRG = "Drugs"

[premises]
S01 = "licensed"
S02 = "police"
S03 = "transport"
S04 = "street"
S05 = "home"
S06 = "other"

[relationship]
R1 = "partner"
R2 = "family"
R3 = "acquaintance"
R4 = "stranger"
R5 = "other"
"""
CODED = {
    "Premises Type": {"licensed": "S01", "police": "S02", "transport": "S03", "street": "S04", "home": "S05",
                      "other": "S06", "": ""},
    "Relationship": {"partner": "R1", "family": "R2", "acquaintance": "R3", "stranger": "R4", "other": "R5",
                     "": ""},
}  # fmt: skip
COLUMNS = {
    **{
        "Crime Reference": "URN",
        "Committed From": "Earliest",
        "Committed To": "Latest",
        "LSOA Code": "OA group",
    },
    **{
        "Offence Group": "Klass",
        "Victim Age": "Vic age",
        "Victim Sex": "Vic gender",
        "Home Office Code": "HO",
    },
    **{"Aggravating Factor": "Flags", "Domestic Abuse": "DA", "Knife": "Blade", "Firearm": "Gun"},
    **{"Injury": "Hurt", "Online": "Cyber", "Public Place": "Public", "Premises Type": "Scene"},
    **{"Victim Ethnicity": "Vic SDE", "Relationship": "Link", "Suspect Age": "Sus age"},
    **{"Suspect Sex": "Sus gender"},
}


def own_layout() -> pd.DataFrame:
    """The same offences as another force's system writes them: its own columns, codes and order of dates."""
    rows = offences()
    for column, codes in CODED.items():
        rows[column] = rows[column].map(WORDS[column]).map(codes)
    rows["Offence Group"] = rows["Offence Group"].str[0].map({"V": "VAP", "R": "ROB", "D": "DRG"})
    rows["Victim Sex"] = rows["Victim Sex"].map({"F": "Female", "M": "Male", "": "Not stated"})
    parts = rows["Committed From"].str.extract(r"(\d\d)/(\d\d)/(\d{4})(.*)")
    rows["Committed From"] = parts[2] + "-" + parts[1] + "-" + parts[0] + parts[3]
    return rows[[*COLUMNS]].rename(columns=COLUMNS)


def test_every_filter_counts_as_the_raw_file_does(small_areas: Path, tmp_path: Path) -> None:
    shutil.copytree(small_areas, tmp_path / "data")
    (tmp_path / "ours.toml").write_text(LAYOUT)
    own_layout().to_csv(tmp_path / "ours.csv", index=False)
    source = read_mapping(tmp_path / "ours.toml", "offences")
    import_files(tmp_path / "data", "offences", [tmp_path / "ours.csv"], source=source)
    atlas = Atlas.open(tmp_path / "data")
    for one in CHOICES:
        counts = atlas.asked(atlas.exactly(f"?source=offences&{one}")).counts
        assert counts.tolist() == expected((one,)).tolist(), one
    rows = offences()
    rows = rows[rows["LSOA Code"].isin(small.CODES) & (rows["Offence Group"] == VIOLENCE)]
    part, _ = part_of(atlas, atlas.exactly("?source=offences"), "offences")
    table = pairs(part).table.set_index("Victim")
    both = ages("Victim Age", rows, 18, 24) & (rows["Victim Sex"] == "M")
    both &= ages("Suspect Age", rows, 0, 17) & (rows["Suspect Sex"] == "M")
    assert table.loc["Male 18 to 24", "By male under 18"] == both.sum()
    assert table.loc["All", "All"] == len(rows)
    kind = rows["Premises Type"].map(WORDS["Premises Type"])
    table = premises(part).table.set_index("Premises")
    assert table.loc["Licensed premises", "Count"] == (kind == "licensed").sum()
    atlas = Atlas.open(tmp_path / "data", OTHERS)
    with pytest.raises(Refused, match="not in the protected version"):
        atlas.exactly("?source=offences&suspect_sex=male")
