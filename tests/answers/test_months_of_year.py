"""Every exhibit counts the months of the year that are chosen, and no others, or says that it does not."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from geo.answer.atlas import Atlas
from geo.ask.query import Query
from geo.ask.words import month_number
from geo.tell.assessment import part_of
from geo.tell.exhibits import EXHIBITS, SERVICES
from geo.tell.exhibits.exhibit import Exhibit, NotPossible
from geo.tell.exhibits.part import Part

JANUARY = month_number("2023-01")
SUMMER = (6, 7)
ASKED = Query(month=SUMMER, first=JANUARY - 24, last=JANUARY + 11)


@pytest.fixture(scope="module")
def part(demo_atlas: Atlas) -> Part:
    return part_of(demo_atlas, demo_atlas.catalogue.check(ASKED)[0], "offences")[0]


@pytest.fixture(scope="module")
def counted(demo_atlas: Atlas, part: Part):
    """Offences of the June and July of a year by area, each month asked for by itself."""

    kind = part.query.category

    @cache
    def of(year: int, level: str) -> pd.Series:
        months = (month_number(f"{year}-{month:02d}") for month in SUMMER)
        return sum(
            demo_atlas.answer(Query(category=kind, first=month, last=month, level=level))
            .table["count"]
            .astype(int)
            for month in months
        )

    return of


def made(key: str, part: Part) -> Exhibit:
    return EXHIBITS[key][1](part)


def test_wards_that_changed_are_of_the_months_chosen(part: Part, counted):
    exhibit = made("changed", part)
    assert ": June to July 2023 against June to July 2022, wards that changed" in exhibit.title
    before, after = (counted(year, "ward") for year in (2022, 2023))
    first, second = exhibit.table.columns[2:4]
    assert exhibit.table.iloc[0][[first, second]].tolist() == [before.sum(), after.sum()]
    names = part.atlas.levels["ward"].frame["name"]
    for _, row in exhibit.table.iloc[1:].iterrows():
        code = names.index[names == row["Ward"]]
        assert (row[first], row[second]) in {(before[c], after[c]) for c in code}
    assert exhibit.finding.startswith("Whether the number in Bedfordshire changed is not judged: ")
    assert "Of 76 wards " in exhibit.finding
    assert exhibit.table.loc[0, ["Lower", "Upper"]].isna().all()


def test_a_back_test_is_of_the_months_chosen(part: Part, counted):
    exhibit = made("back_test", part)
    assert "hotspots of June to July 2022 tested on June to July 2023" in exhibit.title
    before, after = (counted(year, "lsoa") for year in (2022, 2023))
    rows = exhibit.table.set_index("Choice")
    row = rows[rows.index.str.startswith("As many areas by count")].iloc[0]
    number = int(row["Small areas"])
    ordered = before.sort_values(ascending=False)
    sure = ordered.index[ordered > ordered.iloc[number - 1]]
    tied = ordered.index[ordered == ordered.iloc[number - 1]]
    part_of_tie = (number - len(sure)) / len(tied)
    caught = (after[sure].sum() + part_of_tie * after[tied].sum()) / after.sum()
    assert row["Caught"] == pytest.approx(100 * caught)


def test_busy_areas_are_compared_over_the_months_chosen(part: Part, counted):
    exhibit = made("stability", part)
    assert exhibit.table["Years"].tolist() == ["2021 to 2022", "2022 to 2023"]
    for row, (one, other) in zip(
        exhibit.table.itertuples(index=False), ((2021, 2022), (2022, 2023)), strict=True
    ):
        tops = []
        for year in (one, other):
            counts = counted(year, "lsoa")
            tops.append(set(counts.index[counts >= counts.nlargest(39).iloc[-1]]))
        assert (row[1], row[2]) == (len(tops[0]), len(tops[0] & tops[1]))


def test_years_are_of_the_months_chosen(part: Part, counted):
    exhibit = made("by_year", part)
    totals = [counted(year, "borough").sum() for year in (2021, 2022, 2023)]
    assert exhibit.table["Count"].tolist() == totals
    assert exhibit.table["Months counted"].tolist() == [2, 2, 2]
    busiest = 2021 + int(np.argmax(totals))
    assert f"{busiest} has the most, {max(totals):,}" in exhibit.finding
    assert not exhibit.caveats


def test_every_other_count_is_of_the_months_chosen(part: Part, counted):
    total = sum(counted(year, "borough").sum() for year in (2021, 2022, 2023))
    assert f"{total:,} offences" in made("totals", part).finding
    assert made("month_by_borough", part).table["Month"].tolist() == ["June", "July"]
    by_category = made("by_category", part).table.set_index("Category")
    assert by_category.at["Violence and sexual offences", "Count"] == total
    services = SERVICES["services"][1]([part])
    assert services.table["Count"].tolist() == [total]
    assert services.table["Period"].tolist() == ["June 2021 to July 2023, June and July only"]


def test_days_lately_say_that_they_are_of_all_months(part: Part, demo_atlas: Atlas):
    said = "Days of all months of the year are counted: those before are seldom of the months chosen."
    assert said in made("lately", part).caveats
    assert made("lately", part).title.endswith(": the last days of 2021 to 2023")
    whole, _ = part_of(demo_atlas, demo_atlas.catalogue.check(ASKED.replace(month=()))[0], "offences")
    assert said not in made("lately", whole).caveats
    assert "only" not in made("changed", whole).title and "not judged" not in made("changed", whole).finding


def test_wards_that_changed_are_of_those_that_could_be_judged(demo_atlas: Atlas):
    """Of the ambulance's call-outs most wards' counts are suppressed in one of the two years."""
    asked = Query(source="ambulance", first=JANUARY, last=JANUARY + 11)
    exhibit = made("changed", part_of(demo_atlas, demo_atlas.catalogue.check(asked)[0], "ambulance")[0])
    both = [
        demo_atlas.answer(Query(source="ambulance", level="ward", first=first, last=first + 11)).table[
            "count"
        ]
        for first in (JANUARY - 12, JANUARY)
    ]
    judged = int((both[0].notna() & both[1].notna() & (both[0] + both[1] > 0)).sum())
    assert 0 < judged < 76
    assert f"Of the {judged} of 76 wards that could be judged " in exhibit.finding


def test_a_single_month_of_the_year_says_so(demo_atlas: Atlas):
    """It is chosen, and no period of a month; of one ward that could be judged the sentence is of one."""
    asked = Query(source="ambulance", month=(2,))
    part = part_of(demo_atlas, demo_atlas.catalogue.check(asked)[0], "ambulance")[0]
    with pytest.raises(NotPossible, match="only one month of the year is chosen"):
        made("month_by_borough", part)
    shown = [
        demo_atlas.answer(Query(source="ambulance", level="ward", first=month, last=month)).table["count"]
        for month in (JANUARY + 1, JANUARY - 11)
    ]
    judged = int((shown[0].notna() & shown[1].notna() & (shown[0] + shown[1] > 0)).sum())
    assert judged == 1 and "Of the one of 76 wards that could be judged" in made("changed", part).finding
