"""How many of Bedfordshire's small areas chance alone flags in a month with few robberies."""

import re
import zipfile

import numpy as np
import pandas as pd
import pytest

from geo.answer.atlas import Atlas
from geo.ask.query import Query
from geo.ask.words import month_number, month_text
from tests.unit.test_by_chance import simulated

JULY = month_number("2025-07")


@pytest.mark.parametrize(("layer", "window"), [("local_moran", False), ("getis_ord", True)])
def test_of_417_areas_chance_flags_eight_and_not_twenty_one(
    bedfordshire, shared_data, layer: str, window: bool
):
    """76 robberies in July 2025, counted from the raw file and dealt out at random 20,000 times an area."""
    atlas = Atlas.open(bedfordshire)
    level = atlas.levels["lsoa"]
    with zipfile.ZipFile(shared_data / "police" / "bedfordshire-street-2025.zip") as archive:
        (name,) = [name for name in archive.namelist() if name.endswith("2025-07-bedfordshire-street.csv")]
        rows = pd.read_csv(archive.open(name))
    of = rows.loc[rows["Crime type"] == "Robbery", "LSOA code"].value_counts()
    counts = of.reindex(level.frame.index, fill_value=0).to_numpy()
    answer = atlas.answer(
        Query(source="offences", category=("robbery",), first=JULY, last=JULY, layer=layer, fdr=False)
    )
    assert answer.table["count"].tolist() == counts.tolist()
    mean, error = simulated(counts, level.neighbours, window=window, seed=11)
    assert 7.5 < mean < 8.5
    (said,) = [caveat for caveat in answer.caveats if caveat.startswith("Not corrected")]
    assert said == "Not corrected: about 8 of 417 small areas would be flagged by chance alone."
    assert abs(8 - mean) < 0.5 + 5 * error


def test_months_beside_each_other_change_as_often_as_chance_is_said_to(bedfordshire):
    """Shoplifting of a month against the month before, judged against the change of all: nothing happens."""
    atlas, told, flagged, bound = Atlas.open(bedfordshire), [], [], []
    for month in range(month_number("2025-02"), month_number("2025-12")):
        before = month_text(month - 1)
        query = Query(category=("shoplifting",), layer="change", first=month, last=month, fdr=False)
        answer = atlas.answer(query.replace(compare=f"{before}..{before}"))
        said = [caveat for caveat in answer.caveats if caveat.startswith("Not corrected")]
        if said:
            number = re.search(r"about (\d+) of", said[0])
            told.append(float(number[1]) if number else 0.5)
            p = answer.table["change_p"]
            flagged.append(int((p <= 0.05).sum()))
            bound.append(0.05 * int(p.notna().sum()))
    assert len(told) > 4
    error = np.std(flagged) / len(flagged) ** 0.5
    assert abs(np.mean(told) - np.mean(flagged)) < 3 * error + 0.5
    assert np.mean(told) < 0.5 * np.mean(bound)
