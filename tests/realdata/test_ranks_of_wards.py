"""Wards among England's wards, and boroughs among England's districts, from the raw files by pandas alone."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geo.answer.atlas import Atlas
from geo.ask.query import Query
from geo.data.area_tables import OFFICIAL_NAMES

PLACE = {"ward": "WD24CD", "borough": "LAD24CD"}
NUMBER = {"ward": 6_784, "borough": 296}


@pytest.fixture(scope="module")
def england(shared_data: Path) -> pd.DataFrame:
    """Every small area of England: its ranks, its ward and district, its residents."""
    ranks = pd.read_csv(shared_data / "imd" / "IoD2025_File_7_subset_england.csv.gz", encoding="utf-8-sig")
    lookup = pd.read_csv(shared_data / "lookups" / "LSOA21_WD24_LAD24_EW.csv", encoding="utf-8-sig")
    people = pd.read_csv(shared_data / "population" / "Census2021_age6_LSOA21_EW.csv.gz")
    residents = people.groupby("LSOA21CD")["usual_residents"].sum().rename("residents")
    table = ranks.merge(lookup, left_on="LSOA code (2021)", right_on="LSOA21CD", validate="one_to_one")
    return table.join(residents, on="LSOA21CD", validate="one_to_one")


def places(england: pd.DataFrame, official: str, level: str) -> pd.Series:
    """Place of each ward or district by the average rank of its residents; 1 is the most deprived."""
    (rank,) = [c for c in england if c.startswith(f"{official} Rank")]
    parts = england.assign(part=england[rank] * england["residents"]).groupby(PLACE[level])
    average = parts["part"].sum() / parts["residents"].sum()
    return average.rank(method="min").astype(int)


@pytest.mark.parametrize("level", ["ward", "borough"])
def test_deciles_are_places_among_all_of_england(bedfordshire, england, level: str):
    frame = Atlas.open(bedfordshire).levels[level].frame
    for key, official in OFFICIAL_NAMES.items():
        place = places(england, official, level)
        assert len(place) == NUMBER[level]
        tenth = np.ceil(place.loc[frame.index] / len(place) * 10)
        assert frame[f"{key}_decile"].tolist() == tenth.tolist(), key


def test_sixteen_wards_are_in_the_most_deprived_fifth_and_queens_park_in_the_tenth(bedfordshire, england):
    atlas = Atlas.open(bedfordshire)
    place = places(england, OFFICIAL_NAMES["imd"], "ward")
    frame = atlas.levels["ward"].frame
    mine = place.loc[frame.index]
    assert (mine <= len(place) / 5).sum() == 16
    queens_park = frame.index[frame["name"] == "Queens Park"][0]
    assert place[queens_park] == 653 and frame.at[queens_park, "imd_decile"] == 1
    rounded = england.assign(part=england.filter(like="(IMD) Decile").iloc[:, 0] * england["residents"])
    sums = rounded.groupby("WD24CD")[["part", "residents"]].sum().loc[frame.index]
    mean = (sums["part"] / sums["residents"]).round()
    assert (mean <= 2).sum() == 6 and mean[queens_park] == 3  # what a rounded mean would say
    answer = atlas.answer(Query(source="offences", level="ward", layer="imd", overlay="imd"))
    assert answer.classes.title == "Deprivation: decile among England's 6,784 wards"
    assert sum(answer.classes.counts[:2]) == answer.overlay.sum() == 16
    assert answer.headline.startswith(
        "16 of 79 wards are among the most deprived 20% of England's 6,784 wards"
    )
