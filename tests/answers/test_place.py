"""The place: read in the layouts of its publishers, told in the panel, on the map and in the assessment."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from dashboard import create_app
from dashboard.place import pyramid
from geo.answer.atlas import Atlas
from geo.ask.problem import Problem
from geo.ask.query import Query
from geo.ask.viewer import OTHERS
from geo.data.read_place import class_names, read_classification, read_ethnicity, read_workplace
from geo.data.read_table import read_table
from geo.data.table import AGE_BANDS
from geo.tell.assessment import assess
from geo.tell.exhibits.place import by_age_and_sex
from geo.tell.place import place_of
from tests.support import small_county as small

PLACE = small.of_place()
A_YEAR = 1000 * 365.25 / 365
"""Events of the 365 days of 2023 as a rate per 1,000 a year."""


def table(text: str):
    return read_table("table.csv", text.encode())


# ---------------------------------------------------------------- reading


def test_census_table_ts021_is_read_wide_and_long():
    wide = read_ethnicity(table(PLACE["ethnicity"].to_csv(index=False)))
    long = read_ethnicity(
        table(
            "Lower layer Super Output Areas Code,Ethnic group (20 categories) Code,"
            "Ethnic group (20 categories),Observation\n"
            "E01035001,-8,Does not apply,0\n"
            'E01035001,1,"Asian, Asian British or Asian Welsh: Indian",100\n'
            "E01035001,2,White: Irish,300\nE01035001,3,White: Other White,1200\n"
        )
    )
    mine = wide[wide.index == small.CODES[0]].reset_index(drop=True)
    pd.testing.assert_frame_equal(mine, long.reset_index(drop=True))
    assert wide.index.name == "lsoa21cd" and wide["residents"].sum() == len(small.CODES) * 1600 + sum(
        range(36)
    )


def test_flows_between_home_and_work_count_where_people_work():
    head = (
        "Lower layer Super Output Areas code,Lower layer Super Output Areas label,LSOA of workplace code,"
        "LSOA of workplace label,Place of work indicator (4 categories) code,"
        "Place of work indicator (4 categories) label,Count"
    )
    rows = [
        "E01035001,a,E01035011,b,3,Working in the UK but not working at or from home,40",
        "E01035001,a,999999999,b,1,Mainly working at or from home,25",
        "E01035001,a,999999999,b,2,No fixed place,5",
        "E01035011,b,999999999,b,4,Working outside the UK,7",
        "E01035011,b,-8,x,-8,Does not apply,900",
    ]
    found = read_workplace(table("\n".join([head, *rows])))
    assert found["workers"].to_dict() == {"E01035001": 30, "E01035011": 40}


def test_the_business_register_of_nomis_is_read_of_all_who_are_employed():
    rows = [
        "2021,E01035001,Employment,Value,120",
        "2021,E01035001,Employees,Value,90",
        "2021,E01035001,Employment,Percent,4",
    ]
    head = "DATE,GEOGRAPHY_CODE,EMPLOYMENT_STATUS_NAME,MEASURES_NAME,OBS_VALUE"
    assert read_workplace(table("\n".join([head, *rows])))["workers"].tolist() == [120]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("LSOA21CD,Subgroup\nE01035001,9z9", "no subgroup of the area classification, such as 4b3"),
        ("LSOA21CD,Colour\nE01035001,red", "named “Subgroup”"),
        ("LSOA21CD,Subgroup\nE01035001,1a1\nE01035001,1a2", "stands above already"),
    ],
)
def test_a_classification_that_is_none_is_refused(text: str, fault: str):
    with pytest.raises(Problem, match=fault):
        read_classification(table(text))


def test_the_names_are_those_of_eight_supergroups_and_nest():
    names = class_names()
    by_length = [sum(len(code) == n for code in names) for n in (1, 2, 3)]
    assert by_length == [8, 21, 52]
    assert {code[:-1] for code in names if len(code) > 1} <= set(names)


# ---------------------------------------------------------------- told


def test_an_area_is_told_as_a_place(small_atlas: Atlas):
    told = place_of(small_atlas, Query(source="offences", area=small.CODES[4]))
    assert told.pyramid["Age"].tolist() == list(AGE_BANDS)
    assert told.pyramid[["Female", "Male"]].to_numpy().sum() == 2 * len(AGE_BANDS) * 44
    assert told.density == pytest.approx(2 * len(AGE_BANDS) * 44), "a square kilometre"
    assert told.classed[0] == "Low-Skilled Migrant and Student Communities" and len(told.classed) == 3
    assert told.workers == 90
    answer = small_atlas.answer(Query(source="offences"))
    assert told.by_day == pytest.approx(answer.table["count"].iloc[4] / 90 * A_YEAR)
    assert told.ethnic["Residents"].tolist() == [104, 1500]


def test_a_ward_has_the_shares_of_its_residents(small_atlas: Atlas):
    told = place_of(small_atlas, Query(source="offences", level="ward", area="E05000001"))
    squares = [at for at, ward in enumerate(small.areas()["ward"]) if ward == "E05000001"]
    people = pd.Series(small_atlas.levels["lsoa"].frame["population"].to_numpy(float))
    classes = PLACE["classification"]["Subgroup"].str[:1]
    expected = people[squares].groupby(classes[squares]).sum() / people[squares].sum()
    shares = {text.rpartition(": ")[0]: text.rpartition(": ")[2] for text in told.classed}
    assert shares == {class_names()[code]: f"{part:.0%}" for code, part in expected.items()}


@pytest.mark.parametrize("level", ["lsoa", "ward", "borough"])
def test_layers_are_of_the_raw_tables(small_atlas: Atlas, level: str):
    groups = small.areas()[{"lsoa": "LSOA21CD", "ward": "ward", "borough": "lad"}[level]]
    people = pd.Series([2 * len(AGE_BANDS) * (40 + at % 7) for at in range(36)]).groupby(groups).sum()
    workers = PLACE["workplace"]["Count"].groupby(groups).sum()
    size = groups.value_counts()
    answer = small_atlas.answer(Query(source="offences", layer="density", level=level))
    expected = (people / size).reindex(answer.table.index)
    assert np.allclose(answer.table["density"], expected)
    answer = small_atlas.answer(Query(source="offences", layer="ages", level=level).replace(ages="65"))
    assert np.allclose(answer.table["ages_share"], 100 * 6 / 19)
    answer = small_atlas.answer(Query(source="offences", layer="by_day", level=level))
    rate = answer.table["count"] / workers.reindex(answer.table.index) * A_YEAR
    assert np.allclose(answer.table["rate_per_1000_by_day"].astype(float), rate.astype(float))
    assert any("shoppers" in caveat for caveat in answer.caveats)


def test_by_day_nothing_small_of_a_protected_source_is_shown(small_county):
    atlas = Atlas.open(small_county, OTHERS)
    answer = atlas.answer(Query(source="ae", layer="by_day"))
    hidden = answer.table["count"].isna()
    assert hidden.any() and answer.table.loc[hidden, "rate_per_1000_by_day"].isna().all()


def test_the_pyramid_is_a_drawing_with_words_and_escapes_them():
    drawn = pyramid(pd.DataFrame({"Age": ["0-4", "<b>"], "Female": [10, 20], "Male": [30, 5]}))
    assert drawn.count("<rect") == 4 and 'role="img"' in drawn and "most aged 0-4" in drawn
    assert "<b>" not in drawn
    assert drawn.index("&lt;b&gt;") < drawn.index(">0-4<"), "the oldest on top"


def test_residents_of_three_ages_and_no_sex_are_titled_as_such():
    pyramid = pd.DataFrame({"Age": ["0-15", "16-64", "65+"], "Residents": [3, 2, 1]})
    told = SimpleNamespace(
        atlas=SimpleNamespace(surroundings=SimpleNamespace(pyramid=lambda lsoas: pyramid)),
        asked=SimpleNamespace(chosen=None),
        where="Bedfordshire",
    )
    ages = by_age_and_sex(told)  # type: ignore[arg-type]
    assert ages.title == "Residents by age, Bedfordshire"
    assert ages.finding == "The largest age group, of groups of unequal length, is 0 to 15: 3 of 6 residents."


def test_the_panel_and_the_assessment_tell_of_it(small_atlas: Atlas):
    client = create_app(small_atlas).server.test_client()
    panel = client.get(f"/piece/panel?source=offences&area={small.CODES[4]}").text
    assert "<svg" in panel and "Low-Skilled Migrant and Student Communities; Established" in panel
    assert "Indicators" in panel and "Need, %" in panel
    told = assess(small_atlas, Query(), ["offences"])
    ages = told.exhibit("place", "residents_by_age")
    assert ages.chart is not None and ages.chart.form == "pyramid" and len(ages.table) == len(AGE_BANDS)
    assert ages.finding.startswith("The largest age group is ")
    groups = told.exhibit("place", "ethnic_groups").table
    assert groups["All"].sum() == pytest.approx(100)
    classes = told.exhibit("place", "area_classes").table
    assert classes["Small areas"].tolist() == [12, 12, 12]
    days = told.exhibit("place", "by_day").table
    assert days["People there by day"].iloc[-1] == PLACE["workplace"]["Count"].sum()
    indicators = told.exhibit("indicators", "indicators_boroughs")
    assert indicators.finding.startswith("Of 2 values")
