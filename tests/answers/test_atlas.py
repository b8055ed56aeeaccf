"""Answers equal the raw files at every level, and nothing small leaves a controlled source."""

import csv
import io
import json
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.answer.atlas import Atlas
from geo.answer.layers import LAYERS
from geo.answer.measures import MEASURES
from geo.ask.choices import LEVELS
from geo.ask.problem import Problem
from geo.ask.query import Query
from geo.ask.words import month_number
from geo.out.export import FORMATS, export, filename
from geo.stats.breaks import quantile_edges
from tests.support import small_county as small

AREA = {"lsoa": "LSOA21CD", "ward": "ward", "borough": "lad"}


@pytest.fixture(scope="module")
def raw() -> pd.DataFrame:
    """The raw police file joined to its areas by pandas alone."""
    rows = small.offences()
    day = pd.to_datetime(rows["Committed From"].str[:10], format="%d/%m/%Y")
    rows["month"] = day.dt.year * 12 + day.dt.month - 1
    rows["weekday"] = day.dt.day_of_week
    rows["hour"] = pd.to_numeric(rows["Committed From"].str[11:13], errors="coerce")
    return rows.merge(
        pd.DataFrame(small.areas().drop(columns="geometry")), "left", left_on="LSOA Code", right_on="LSOA21CD"
    )


def some(values, top):
    return st.lists(st.sampled_from(values), unique=True, max_size=top).map(lambda v: tuple(sorted(v)))


filters = st.fixed_dictionaries(
    {
        "level": st.sampled_from(list(LEVELS)),
        "category": some(["robbery", "drugs", "violence-and-sexual-offences"], 2),
        "first": st.none() | st.integers(month_number("2023-01"), month_number("2023-06")),
        "last": st.none() | st.integers(month_number("2023-06"), month_number("2023-12")),
        "hour": some(list(range(24)), 6),
        "day": some(list(range(7)), 3),
        "borough": st.sampled_from([(), ("E06000001",), ("E06000002",)]),
    }
)


@settings(max_examples=40)
@given(chosen=filters)
def test_counts_at_every_level_equal_a_group_by_of_the_raw_file(small_atlas, raw, chosen):
    answer = small_atlas.answer(Query(source="offences", **chosen))
    keep = raw
    if chosen["category"]:
        keep = keep[keep["Offence Group"].str.lower().str.replace(" ", "-").isin(chosen["category"])]
    if chosen["first"] is not None:
        keep = keep[keep["month"] >= chosen["first"]]
    if chosen["last"] is not None:
        keep = keep[keep["month"] <= chosen["last"]]
    if chosen["hour"]:
        keep = keep[keep["hour"].isin(chosen["hour"])]
    if chosen["day"]:
        keep = keep[keep["weekday"].isin(chosen["day"])]
    expected = keep[AREA[chosen["level"]]].value_counts()
    table = answer.table["count"].astype(int)
    assert table.to_dict() == {code: int(expected.get(code, 0)) for code in table.index}
    totals = answer.totals
    assert totals.total == len(keep)
    assert totals.shown + totals.elsewhere + totals.outside + totals.unlocated == totals.total
    if chosen["borough"]:
        assert totals.shown == (keep["lad"] == chosen["borough"][0]).sum()
        assert set(answer.table.loc[answer.inside, "borough"]) == {
            {"E06000001": "Westshire", "E06000002": "Eastshire"}[chosen["borough"][0]]
        }


def test_charts_follow_all_filters_but_their_own(small_atlas, raw):
    query = Query(source="offences", hour=(1, 2), first=month_number("2023-03"), last=month_number("2023-04"))
    answer = small_atlas.answer(query)
    located = raw[raw["lad"].notna()]
    by_month = located[located["hour"].isin([1, 2])].groupby("month").size()
    assert answer.months.set_index("month")["count"].astype(int).to_dict() == by_month.to_dict()
    in_period = located[located["month"].between(query.first, query.last) & located["hour"].notna()]
    for (day, hour), n in in_period.groupby(["weekday", "hour"]).size().items():
        assert answer.clock.loc[day, int(hour)] == n
    assert answer.clock.to_numpy().sum() == len(in_period)


def test_the_gradient_adds_up_to_the_map(small_atlas, raw):
    answer = small_atlas.answer(Query(source="offences", level="ward", borough=("E06000001",), hour=(1, 2)))
    assert answer.gradient.tenths["count"].sum() == answer.totals.shown
    decile = pd.Series(np.arange(36) * 10 // 36 + 1, small.CODES)
    located = raw[raw["hour"].isin([1, 2]) & (raw["lad"] == "E06000001")]
    by_decile = located["LSOA21CD"].map(decile).value_counts().sort_index()
    assert answer.gradient.tenths["count"].astype(int)[by_decile.index].tolist() == by_decile.tolist()
    first = answer.gradient.tenths.iloc[0]
    assert first["rate_per_1000_year"] == pytest.approx(
        first["count"] / first["population"] * 1000 * 365.25 / 365
    )


# ---------------------------------------------------------------- the gate


@settings(max_examples=40)
@given(
    level=st.sampled_from(list(LEVELS)),
    layer=st.sampled_from(list(LAYERS)),
    measure=st.sampled_from(list(MEASURES)),
    hour=some(list(range(24)), 5),
)
def test_no_small_number_of_a_controlled_source_leaves(small_atlas, level, layer, measure, hour):
    query = Query(source="ae", level=level, layer=layer, measure=measure, hour=hour)
    answer = small_atlas.answer(query)
    true = small_atlas.asked(answer.query).counts
    hidden = (true >= 1) & (true <= 7)
    assert (answer.table["count"].isna().to_numpy() == hidden).all()
    shown = answer.table["count"].dropna()
    assert (shown % 5 == 0).all()
    # Counts cannot be had from rates either, nor from the statistics.
    assert answer.table.loc[hidden, "rate_per_1000_year"].isna().all()
    people = answer.table["population"].astype(float) / 1000
    back = (answer.table["rate_per_1000_year"] * people * 365 / 365.25).dropna()
    np.testing.assert_allclose(back, answer.table.loc[back.index, "count"].astype(float))
    for column in ("local_i", "g_star", "z"):
        assert column not in answer.table or answer.table[column].isna().all()
    for value in (*answer.months["count"].dropna(), *answer.clock.to_numpy().ravel()):
        assert value is pd.NA or (value % 5 == 0 and not 1 <= value <= 7)
    for value in answer.gradient.tenths["count"]:
        assert value is pd.NA or (value % 5 == 0 and not 1 <= value <= 7)
    for total in (answer.totals.total, answer.totals.shown, answer.totals.untimed):
        assert total is None or total == 0 or (total % 5 == 0 and total > 7)
    rows = list(csv.DictReader(io.StringIO(export(small_atlas, answer.query, "csv").decode())))
    if answer.listed:
        assert "count" not in rows[0], "it shows what was published, and no events"
    else:
        assert [row["count"] == "*" for row in rows] == hidden.tolist()
    assert any("1 to 7" in caveat for caveat in answer.caveats)
    said = " ".join((answer.headline, *answer.caveats)).replace("Fewer than 2 attendances an area", "")
    for number in re.findall(r"(?<![\d.])([1-7]) attendances", said):
        pytest.fail(f"a sentence says {number} attendances")


def test_ranks_and_breaks_of_a_controlled_source_come_from_protected_counts(small_atlas):
    answer = small_atlas.answer(Query(source="ae"))
    by_count = answer.table.groupby("count")["rank"].nunique()
    assert (by_count == 1).all()  # equal protected counts tie, whatever the true ones are
    assert len(set(answer.table.loc[answer.table["count"].isna(), "rank"])) == 1  # which they all share
    assert "suppressed" in answer.classes.patterns


def test_attendances_are_said_to_be_by_residence(small_atlas):
    assert any("where the people live" in c for c in small_atlas.answer(Query(source="ae")).caveats)


# ---------------------------------------------------------------- layers


def test_breaks_stay_when_hours_or_months_of_the_year_change(small_atlas):
    evening = small_atlas.answer(Query(source="offences", hour=(20,))).classes.labels
    morning = small_atlas.answer(Query(source="offences", hour=(8,))).classes.labels
    march = small_atlas.answer(Query(source="offences", first=24278, last=24278)).classes.labels
    april = small_atlas.answer(Query(source="offences", first=24279, last=24279)).classes.labels
    assert evening == morning
    assert march == april


@given(st.lists(st.floats(0, 1e6), max_size=60), st.booleans())
def test_class_edges_increase(values, whole):
    edges = quantile_edges(np.round(values) if whole else np.array(values), whole)
    assert (np.diff(edges) > 0).all()
    assert len(edges) <= 4


def test_hotspots_are_those_of_the_statistics(small_atlas):
    from geo.stats.hotspots import local_moran

    answer = small_atlas.answer(Query(source="offences", layer="local_moran"))
    level = small_atlas.levels["lsoa"]
    alone = local_moran(answer.table["count"].to_numpy(float), level.neighbours)
    assert (answer.table["cluster"] == alone["cluster"].astype(str)).all()
    np.testing.assert_allclose(answer.table["p"], alone["p"])
    assert set(answer.table.index[answer.table["cluster"] == "HH"]) <= {
        small.CODES[i] for i in (0, 1, 2, 6, 7, 8, 12, 13, 14)
    }
    assert (answer.table["cluster"] == "HH").sum() == dict(
        zip(answer.classes.keys, answer.classes.counts, strict=True)
    )["HH"]


def test_harm_is_the_sum_of_the_offences_weights_and_says_what_has_none(small_atlas, raw):
    query = Query(source="offences", measure="harm", hour=(20, 21), borough=("E06000001",))
    answer = small_atlas.answer(query)
    located = raw[raw["hour"].isin(query.hour) & (raw["lad"] == "E06000001")]
    weight = located["Offence Group"].map({"Robbery": 746, "Violence and sexual offences": 40})
    expected = weight.groupby(located["LSOA21CD"]).sum().reindex(answer.table.index, fill_value=0)
    inside = answer.table[answer.inside]
    np.testing.assert_allclose(inside["harm"], expected[answer.inside])
    assert inside.loc[inside["rank"] == "1", "harm"].iloc[0] == inside["harm"].max()
    assert any(f"{weight.isna().sum():,} offences have no weight" in c for c in answer.caveats)
    assert small_atlas.answer(Query(source="ae", measure="harm")).query.measure == "rate"


def test_smoothed_rates_are_tested_on_the_scale_of_assuncao_and_reis(small_atlas):
    from geo.stats.hotspots import eb_local_moran

    answer = small_atlas.answer(Query(source="offences", layer="local_moran", measure="eb_rate"))
    level = small_atlas.levels["lsoa"]
    alone = eb_local_moran(
        answer.table["count"].to_numpy(float), answer.table["population"].to_numpy(float), level.neighbours
    )
    np.testing.assert_allclose(answer.table["local_i"], alone["local_i"])


def test_a_quiet_slice_is_undefined_not_significant(small_atlas):
    answer = small_atlas.answer(
        Query(
            source="offences",
            layer="local_moran",
            category=("robbery",),
            hour=(3,),
            day=(0,),
            first=24276,
            last=24276,
        )
    )
    if answer.totals.shown == 0:
        assert (answer.table["cluster"] == "NA").all()
        assert answer.headline == "No offences match these filters."
    assert not (answer.table["cluster"] == "LL").any()


def test_of_two_filters_that_exclude_each_other_the_period_is_kept_and_it_is_said(small_atlas):
    january, july = month_number("2023-01"), month_number("2023-07")
    answer = small_atlas.answer(Query(source="offences", first=january, last=july, month=(12,)))
    assert (answer.query.first, answer.query.last, answer.query.month) == (january, july, ())
    assert answer.notices[0].startswith("December is not within January to July 2023; the period was kept")


def test_cold_spots_can_be_left_out_and_the_rest_stays(small_atlas):
    both = small_atlas.answer(Query(layer="local_moran"))
    hot = small_atlas.answer(Query(layer="local_moran", cold=False))
    assert not set(hot.table["cluster"]) & {"LL", "LH"}
    assert (hot.table["cluster"] == "HH").equals(both.table["cluster"] == "HH")
    assert "Not a hotspot" in hot.classes.labels
    assert hot.headline == both.headline


def test_a_month_that_is_not_loaded_is_said_and_never_a_zero(small_atlas):
    answer = small_atlas.answer(
        Query(source="offences", first=month_number("2025-01"), last=month_number("2025-02"))
    )
    assert answer.totals.shown > 0
    assert "No offences are loaded for the months asked for; loaded are 2023, all shown." in answer.notices
    part = small_atlas.answer(
        Query(source="offences", first=month_number("2023-11"), last=month_number("2024-02"))
    )
    assert any("Not loaded, and so not counted: January to February 2024." in c for c in part.caveats)


# ---------------------------------------------------------------- exports


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("layer", ["measure", "local_moran", "getis_ord", "imd"])
def test_the_csv_has_the_columns_of_the_contract(small_atlas, level, layer):
    rows = list(
        csv.reader(
            io.StringIO(
                export(small_atlas, Query(source="offences", level=level, layer=layer), "csv").decode()
            )
        )
    )
    code = {"lsoa": "lsoa21cd", "ward": "wd24cd", "borough": "lad24cd"}[level]
    columns = {
        "measure": [],
        "imd": [],
        "local_moran": ["local_i", "p", "q", "cluster"],
        "getis_ord": ["g_star", "z", "p", "p_ring", "q", "cluster"],
    }[layer]
    front = [code, "name", "borough", "count", "population", "rate_per_1000_year"]
    assert rows[0] == [*front, *columns, "unreliable", "imd_decile"]
    assert len(rows) - 1 == {"lsoa": 36, "ward": 9, "borough": 2}[level]


def test_a_borough_filter_exports_its_areas_only(small_atlas):
    text = export(small_atlas, Query(source="offences", borough=("E06000001",)), "csv").decode()
    assert {row["borough"] for row in csv.DictReader(io.StringIO(text))} == {"Westshire"}


def test_the_geojson_is_the_csv_with_shapes(small_atlas):
    query = Query(source="ae", layer="local_moran")
    collection = json.loads(export(small_atlas, query, "geojson"))
    rows = list(csv.DictReader(io.StringIO(export(small_atlas, query, "csv").decode())))
    assert [f["properties"]["lsoa21cd"] for f in collection["features"]] == [r["lsoa21cd"] for r in rows]
    assert [f["properties"]["count_shown"] for f in collection["features"]] == [r["count"] for r in rows]
    longitude, latitude = collection["features"][0]["geometry"]["coordinates"][0][0][:2]
    assert -1 < longitude < 0
    assert 51 < latitude < 53
    assert any("1 to 7" in note for note in collection["notes"])


def test_a_spreadsheet_does_not_run_a_name_as_a_formula(small_atlas):
    from dataclasses import replace

    from geo.out.export import Sheet, sheet
    from geo.out.tables import write_csv

    whole = sheet(small_atlas, Query(source="offences"))
    table = whole.answer.table.assign(name="=HYPERLINK(1)", rate_per_1000_year=-10.0)
    text = write_csv(replace(whole, answer=replace(whole.answer, table=table))).decode()
    assert isinstance(whole, Sheet)
    assert "\r\nE01035001,'=HYPERLINK(1),Westshire,368,1520,-10.0," in text


def test_every_format_names_its_file(small_atlas):
    answer = small_atlas.answer(Query(source="offences", layer="getis_ord"))
    for key in FORMATS:
        assert re.fullmatch(rf"[a-z0-9-]+\.{key}", filename(answer, key))
    with pytest.raises(Problem, match="There is no export as “exe”"):
        export(small_atlas, Query(), "exe")


def test_an_empty_folder_says_what_to_do(tmp_path):
    with pytest.raises(Problem, match="hotspots demo"):
        Atlas.open(tmp_path)


# ---------------------------------------------------------------- before the correction for many areas


@pytest.mark.parametrize("layer", ["local_moran", "getis_ord"])
@pytest.mark.parametrize("month", [(), (3,), (7,)])
def test_before_correction_an_area_is_high_by_its_own_value(small_atlas, layer, month):
    answer = small_atlas.answer(Query(source="offences", layer=layer, month=month))
    plain = small_atlas.answer(Query(source="offences", layer=layer, month=month, fdr=False))
    keys = np.array(answer.classes.keys)[answer.codes]
    tinted = np.char.endswith(keys, "-")
    before = plain.table["cluster"].to_numpy(str)
    assert (np.char.rstrip(keys[tinted], "-") == before[tinted]).all(), "each stays the kind that it was"
    counts = answer.table["count"].to_numpy(float)
    if layer == "local_moran":
        assert (counts[np.char.startswith(keys, "H") & tinted] > counts.mean()).all()
        assert (counts[np.char.startswith(keys, "L") & tinted] < counts.mean()).all()


# ---------------------------------------------------------------- how many were looked at


def test_a_sentence_counts_the_areas_that_could_be_judged(small_atlas):
    """Few events can be judged by their own limits; areas without residents cannot."""
    query = Query(source="offences", layer="significance", category=("robbery",), month=(3, 4, 5))
    few = small_atlas.answer(query.replace(month=(3,), day=(0,)))
    assert few.totals.shown == 5 and (few.table["compared"] == "similar").all()
    assert few.headline.startswith("Not one of 36 small areas has a significantly higher rate")
    s = small_atlas.asked(query)
    people = s.population.copy()
    people[:6] = np.nan
    s.__dict__["population"] = people
    drawn = LAYERS["significance"].draw(s)
    assert " of the 30 of 36 small areas that could be compared " in drawn.finding
    assert drawn.classes.counts[drawn.classes.keys.index("nodata")] == 6


def test_where_every_value_is_alike_none_could_be_judged(small_atlas, monkeypatch):
    s = small_atlas.asked(Query(source="offences", layer="getis_ord", month=(11,), hour=(4,)))
    s.__dict__["counts"] = np.ones(36, np.int64)
    drawn = LAYERS["getis_ord"].draw(s)
    assert drawn.finding.startswith("not one of 36 small areas can be judged")
    assert not [caveat for caveat in drawn.caveats if "orrected" in caveat]
