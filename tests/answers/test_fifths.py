"""Fifths are fifths, of protected counts too: 0 < * < 10 is known, and no more than that is told."""

import csv
import io
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from geo.answer.atlas import Atlas
from geo.answer.layer_measure import UNEQUAL
from geo.answer.measures import MEASURES
from geo.ask.query import Query
from geo.out.export import export
from geo.stats.smoothing import eb_global
from geo.tell.area import profile
from geo.tell.briefing import listed_areas
from geo.tell.evidence import evidence_of
from geo.tell.insets import top_areas
from tests.support import small_county as small


def protected(count: int) -> str:
    """What a person sees of a count, by the rule of the publisher."""
    if 1 <= count <= 7:
        return "*"
    return str(5 * int(np.floor(count / 5 + 0.5)))


def place(text: str) -> float:
    """Order of what is seen: 0, then what is hidden, then the others."""
    return 5.0 if text == "*" else float(text)


def nearest_fifth(places: np.ndarray) -> np.ndarray:
    """The areas from one of the numbers seen upwards whose number is nearest to a fifth."""
    found = [places >= least for least in np.unique(places)]
    return min(found, key=lambda top: abs(top.sum() - len(places) / 5))


def test_the_top_fifth_of_a_controlled_source_is_a_fifth_of_all_areas(small_atlas: Atlas):
    """From the events of the protected version: 36 areas, of which some are suppressed."""
    events = small_atlas.snapshot.incidents("ae")["lsoa"]
    seen = events.value_counts().reindex(small.CODES, fill_value=0).map(protected)
    assert (seen == "*").sum() > 5
    answer = small_atlas.answer(Query(source="ae", layer="quintile"))
    top = nearest_fifth(seen.map(place).to_numpy())
    assert abs(top.sum() - 36 / 5) <= 36 / 20
    assert (answer.table["quintile"] == 5).fillna(False).tolist() == top.tolist()
    assert f"({top.sum()} of 36 small areas)" in answer.headline
    assert "suppressed" not in answer.classes.keys


@pytest.mark.parametrize("source", ["offences", "ambulance", "ae", "admissions"])
@pytest.mark.parametrize("level", ["lsoa", "ward"])
def test_classes_follow_what_is_seen_and_are_as_large_as_they_say(demo_atlas: Atlas, source: str, level: str):
    answer = demo_atlas.answer(Query(source=source, layer="quintile", level=level))
    places = answer.table["count"].astype(float).fillna(5.0).to_numpy()
    codes = answer.codes.astype(int)
    for value in np.unique(places):
        assert len(set(codes[places == value])) == 1, "areas that look alike are told apart"
    order = np.argsort(places, kind="stable")
    assert (np.diff(codes[order]) >= 0).all()
    n = len(places)
    for key, number in zip(answer.classes.keys, answer.classes.counts, strict=True):
        first, _, last = key.partition("-")
        fifths = int(last or first) - int(first) + 1
        assert abs(number - fifths * n / 5) <= n / 10, (key, number)
    top = nearest_fifth(places)
    if abs(top.sum() - n / 5) <= n / 20:
        assert (answer.table["quintile"] == 5).fillna(False).tolist() == top.tolist()
        assert f"{top.sum()} of {n} " in answer.headline
        exactly = abs(top.sum() - n / 5) < 1
        assert answer.headline.startswith("The fifth of areas") == exactly
        unequal = f" ({top.sum() / n:.0%}) with the most " in answer.headline
        assert unequal == (UNEQUAL in answer.caveats) == (not exactly)
    else:
        assert not (answer.table["quintile"] == 5).fillna(False).any()
        assert "cannot be told" in answer.headline


def test_no_top_fifth_is_made_of_what_ties(demo_atlas: Atlas):
    """Of the ambulance's call-outs three areas in four are suppressed: nobody can tell a fifth of them."""
    query = Query(source="ambulance", layer="quintile")
    answer = demo_atlas.answer(query)
    alike = int(answer.table["count"].isna().sum())
    assert f"cannot be told: {alike} of 381 small areas that are alike lie at its edge" in answer.headline
    _, missing = evidence_of(demo_atlas, query)
    assert ("Wards of the top fifth of small areas", _why("call-outs")) in missing
    for layer in ("bivariate", "colocation"):
        other = demo_atlas.answer(replace(query, layer=layer))
        assert "cannot be told" in other.headline
        assert set(other.codes.tolist()) == {len(other.classes.keys) - 1}
        assert other.classes.patterns[-1] == "nodata" and other.classes.labels[-1].startswith("No ")


def test_what_is_not_a_fifth_is_told_by_its_number(demo_atlas: Atlas):
    """Admissions: of 381 areas 78 are above the number seen nearest to a fifth (76)."""
    query = Query(source="admissions", layer="quintile")
    found, _ = evidence_of(demo_atlas, query)
    (wards,) = [exhibit for exhibit in found if exhibit.key == "top_quintile"]
    assert wards.finding.startswith("The 78 of 381 small areas (20%) with the most admissions hold ")
    assert wards.title.endswith("wards of the top 78 small areas") and UNEQUAL in wards.caveats
    both = replace(query, layer="colocation", compare="ae")
    busy = demo_atlas.answer(both).table[["busiest_here", "busiest_there"]].sum().tolist()
    there = "busiest fifth" if abs(busy[1] - 381 / 5) < 1 else f"busiest {busy[1]}"
    said = f"among the busiest 78 for admissions and the {there} for attendances"
    assert busy[0] == 78 and said in demo_atlas.answer(both).headline
    assert UNEQUAL in demo_atlas.answer(both).caveats
    (together,) = [x for x in evidence_of(demo_atlas, both)[0] if x.key == "colocation"]
    assert "busiest 78 for " in together.finding and UNEQUAL in together.caveats


def _why(noun: str) -> str:
    return f"too many areas have equal numbers of {noun} for a top fifth to be told."


def test_two_boroughs_have_no_fifths(small_atlas: Atlas):
    answer = small_atlas.answer(Query(layer="quintile", level="borough"))
    assert answer.headline.endswith("cannot be told: fewer than 5 areas can be put in order.")
    assert answer.table["quintile"].isna().all()


@pytest.mark.parametrize("measure", ["count", "eb_rate", "eb_local"])
def test_counts_under_a_star_leave_no_trace(small_atlas: Atlas, measure: str):
    """The same picture whatever the hidden counts are: 1 or 7, the classes are the same."""
    loaded, asked = small_atlas.sources["ae"], Query(source="ae", layer="quintile", measure=measure)
    answer = small_atlas.answer(asked)
    hidden = np.flatnonzero(answer.table["count"].isna())
    rows = np.flatnonzero(np.isin(loaded.cube.area, hidden))
    first = rows[np.unique(loaded.cube.area[rows], return_index=True)[1]]
    area = loaded.cube.area.copy()
    area[np.setdiff1d(rows, first)] = len(small.CODES) + 1  # all but one of each area's have no place
    atlas = Atlas(small_atlas.snapshot)
    atlas.sources = small_atlas.sources | {"ae": replace(loaded, events=replace(loaded.cube, area=area))}
    again = atlas.answer(asked)
    assert again.table["count"].equals(answer.table["count"])
    assert again.table["rank"].tolist() == answer.table["rank"].tolist()
    assert again.codes.tolist() == answer.codes.tolist()
    pd.testing.assert_series_equal(again.table["quintile"], answer.table["quintile"])


def test_thirds_keep_low_areas(demo_atlas: Atlas):
    answer = demo_atlas.answer(Query(source="ae", layer="bivariate"))
    assert not answer.table["measure_class"].isna().any()
    number = (answer.table["measure_class"] == 3).sum()
    assert abs(number - 381 / 3) <= 381 / 12


def test_classes_of_a_controlled_measure_are_of_all_areas(small_atlas: Atlas):
    """Quantiles of the counts that are shown alone would call the middle of the county low."""
    answer = small_atlas.answer(Query(source="ae", breaks="quantile"))
    seen = answer.table["count"].astype(float).fillna(4.0)
    edges = np.maximum(np.ceil(np.quantile(seen, [0.2, 0.4, 0.6, 0.8]) - 1e-9), 10)
    assert list(answer.classes.edges) == np.unique(edges).tolist()


def test_rates_say_of_which_areas_their_fifths_are(demo_atlas: Atlas):
    answer = demo_atlas.answer(Query(source="ae", layer="quintile", measure="rate"))
    known = int(answer.table["rate_per_1000_year"].notna().sum())
    assert f"Fifths are of the {known} of 381 small areas that could be put in order." in answer.caveats


def test_a_suppressed_count_has_its_rank_between_none_and_the_rest(demo_atlas: Atlas):
    """0 < * < 10: areas without call-outs were once ranked above 199 that have some."""
    table = demo_atlas.answer(Query(source="ambulance")).table
    seen, none = int((table["count"] > 0).sum()), table["count"].eq(0).fillna(False)
    hidden = table["count"].isna()
    assert set(table["rank"][hidden]) == {f"{seen + 1}="}
    assert set(table["rank"][none]) == {f"{seen + int(hidden.sum()) + 1}="}
    area = table.index[none][0]
    told = profile(demo_atlas, Query(source="ambulance", area=str(area)))
    assert f"rank {seen + int(hidden.sum()) + 1} with others of 381 small areas" in told.headline


# ---------------------------------------------------------------- smoothed rates


@pytest.mark.parametrize("measure", ["eb_rate", "eb_local"])
def test_suppressed_areas_have_no_place_among_smoothed_rates(small_atlas: Atlas, measure: str):
    """In the table, the classes, the ranks, the first ten, the meeting's list and the files.

    Nor have those without events, which would be “the highest fifth” of what is left.
    """
    column = MEASURES[measure].column.name
    asked = Query(source="ae", measure=measure)
    answer = small_atlas.answer(asked)
    hidden = answer.table["count"].isna()
    assert hidden.sum() > 5
    assert answer.table[column].isna().tolist() == hidden.tolist()
    unplaced = hidden | (answer.table["count"] == 0).fillna(False)
    assert (answer.table["rank"] == "").tolist() == unplaced.tolist()
    keys = np.array(answer.classes.keys)[answer.codes]
    assert (keys == "suppressed").tolist() == hidden.tolist()
    fifths = small_atlas.answer(asked.replace(layer="quintile"))
    assert fifths.table["quintile"].isna().tolist() == unplaced.tolist()
    sizes = [n for key, n in zip(fifths.classes.keys, fifths.classes.counts, strict=True) if key.isdigit()]
    seen = int((~unplaced).sum())
    assert len(sizes) == 5 and all(abs(n - seen / 5) <= 1.5 for n in sizes)
    assert f"Fifths are of the {seen} of 36 small areas that could be put in order." in fifths.caveats
    thirds = small_atlas.answer(asked.replace(layer="bivariate")).table["measure_class"]
    assert thirds.isna().tolist() == unplaced.tolist()
    assert not set(top_areas(answer).index) & set(answer.table.index[hidden])
    assert not set(listed_areas(answer).index) & set(answer.table.index[hidden])
    rows = list(csv.DictReader(io.StringIO(export(small_atlas, asked, "csv").decode())))
    assert [row[column] == "" for row in rows] == hidden.tolist()
    taken = f"count of {int(hidden.sum())} small areas is taken as 4 in the averages"
    assert any(taken in said for said in answer.caveats)


def surely(values: np.ndarray, reach: np.ndarray, top: np.ndarray) -> int:
    """Areas of a top that stay in it when they have their least and all others their most."""
    number = 0
    for at in np.flatnonzero(top):
        now = values + reach
        now[at] = values[at] - reach[at]
        number += int((np.delete(now, at) >= now[at]).sum() < top.sum())
    return number


@pytest.mark.parametrize("measure", ["rate", "eb_rate", "ratio"])
def test_how_many_are_highest_however_counts_were_rounded(demo_atlas: Atlas, measure: str):
    """An event more or fewer, by the formula of each measure; the least of one against the most of all."""
    asked = Query(source="ae", measure=measure)
    answer = demo_atlas.answer(asked.replace(layer="quintile"))
    table = answer.table
    count, people = table["count"].to_numpy(float, na_value=np.nan), table["population"].to_numpy(float)
    value = table[MEASURES[measure].column.name].to_numpy(float, na_value=np.nan)
    each = 1000 / people / (answer.days / 365.25)
    if measure == "ratio":
        each = 1 / table["age_expected"].to_numpy(float)
    if measure == "eb_rate":
        value = np.where(count == 0, np.nan, value)  # below those that are suppressed, wherever these lie
        filled = np.where(np.isnan(count), 4.0, count)
        each *= eb_global(filled, people, years=answer.days / 365.25)["weight"].to_numpy()
    reach = np.where(count > 0, 2.0, 0.0) * each
    top = (table["quintile"] == 5).fillna(False).to_numpy(bool)
    sure = surely(value, reach, top)
    exactly = abs(top.sum() - (~np.isnan(value)).sum() / 5) < 1
    which = "in the highest fifth" if exactly else "with the highest"
    start = f"Counts are to the nearest 5: of the {top.sum()} small areas {which}, {sure} "
    assert 0 < sure < top.sum()
    assert any(said.startswith(start) for said in answer.caveats), answer.caveats
    ten = pd.Series(value).rank(ascending=False, method="min").to_numpy() <= 10
    start = f"of the {ten.sum()} small areas with the highest, {surely(value, reach, ten) or 'none'} "
    assert any(start in said for said in demo_atlas.answer(asked).caveats)
    assert not any("nearest 5: of" in said for said in demo_atlas.answer(Query(measure=measure)).caveats)


def test_a_class_that_is_no_fifth_has_another_name(demo_atlas: Atlas):
    """The legend's own numbers: a highest or lowest class of another share is named by its number."""
    other = 0
    for source in ("ae", "admissions", "ambulance", "offences"):
        for hour in ((), (3,)) if source == "offences" else ((),):
            answer = demo_atlas.answer(Query(source=source, layer="quintile", hour=hour))
            c = answer.classes
            for key, label, name, number in zip(c.keys, c.labels, c.names, c.counts, strict=True):
                first, _, last = key.partition("-")
                if not key[0].isdigit() or len({"1", "5"} & {first, last or first}) != 1:
                    continue
                share = (int(last or first) - int(first) + 1) / 5
                if abs(number - 381 * share) < 1:
                    assert "fifth" in label and "fifth" in name
                else:
                    other += 1
                    end = "Highest" if (last or first) == "5" else "Lowest"
                    assert (label, name) == (f"{end} {number} of 381 areas", f"{end} {number}")
    assert other > 3


@pytest.mark.parametrize("measure", ["rate", "eb_rate"])
def test_classes_of_protected_rates_are_of_the_rates_that_are_shown(demo_atlas: Atlas, measure: str):
    """Quantiles of those in the table: no class is made by what stands for a suppressed count."""
    answer = demo_atlas.answer(Query(source="ambulance", measure=measure, breaks="quantile"))
    shown = answer.table[MEASURES[measure].column.name].dropna().astype(float)
    counts = [n for key, n in zip(answer.classes.keys, answer.classes.counts, strict=True) if key.isdigit()]
    assert sum(counts) == len(shown) < 381
    assert min(counts) > 0 and max(counts) <= 2 * len(shown) / len(counts)
