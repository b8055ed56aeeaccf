"""Measures: the numbers are those of the raw files, and nothing small can be solved from them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import poisson

from geo.answer.asked import Asked
from geo.answer.atlas import Atlas
from geo.answer.layers import column
from geo.answer.measures import MEASURES, Measured, beside
from geo.answer.measures import measure as measure_of
from geo.ask.query import Query
from geo.ask.words import month_number
from geo.data.table import AGE_BANDS
from geo.stats import intervals, rates, smoothing
from geo.stats.hotspots import STATISTICS, getis_ord_star, local_moran
from tests.support import small_county as small


def test_every_measure_has_a_label_a_column_and_a_place_in_the_glossary(small_atlas: Atlas):
    for key, one in MEASURES.items():
        answer = small_atlas.answer(Query(source="offences", measure=key))
        assert answer.query.measure == key
        assert {each.name for each in one.columns} <= set(answer.table.columns)
        assert column(one.column.name) is one.column
        assert one.explanation.endswith(".")
        assert set(answer.table.columns) >= ({"lower_ci", "upper_ci"} if one.limits else set())
    assert {key: beside(key).key for key in ("count", "rate", "harm")} == {
        "count": "rate",
        "rate": "rate",
        "harm": "harm",
    }


# ---------------------------------------------------------------- the age-standardised ratio


@pytest.fixture(scope="module")
def aged() -> pd.DataFrame:
    """Events of the raw police file with a known age and place, by area and age band, by pandas alone."""
    rows = small.offences()
    rows = rows[(rows["Victim Age"] != "") & rows["LSOA Code"].isin(small.CODES)]
    band = np.minimum(rows["Victim Age"].astype(int) // 5, 18)
    return pd.crosstab(rows["LSOA Code"], band).reindex(small.CODES, fill_value=0)


def test_a_ratio_is_observed_over_expected_from_the_rates_of_every_age(small_atlas: Atlas, aged):
    table = small_atlas.answer(Query(source="offences", measure="ratio")).table
    people = pd.DataFrame(  # as small_county writes them, both sexes
        [[2 * (40 + i % 7)] * 19 for i in range(len(small.CODES))], index=small.CODES
    )
    expected = sum(people[b] * aged[b].sum() / people[b].sum() for b in range(19))
    np.testing.assert_allclose(table["age_expected"], expected)
    np.testing.assert_allclose(table["age_ratio"], aged.sum(axis=1) / expected)
    lower, upper = intervals.byar(aged.sum(axis=1).to_numpy())
    many = aged.sum(axis=1).to_numpy() >= 10
    np.testing.assert_allclose(table["lower_ci"][many], (lower / expected)[many])
    np.testing.assert_allclose(table["upper_ci"][many], (upper / expected)[many])


@pytest.mark.parametrize("borough", [(), ("E06000001",)])
def test_as_many_are_expected_in_all_as_there_are(small_atlas: Atlas, aged, borough):
    answer = small_atlas.answer(Query(source="offences", measure="ratio", borough=borough))
    inside = answer.table[answer.inside]
    assert inside["age_expected"].sum() == pytest.approx(aged.loc[inside.index].to_numpy().sum())


def test_a_ratio_is_set_against_one(small_atlas: Atlas):
    answer = small_atlas.answer(Query(source="offences", measure="ratio", layer="significance"))
    table = answer.table
    assert (table.loc[table["compared"] == "higher", "lower_ci"] > 1).all()
    assert (table.loc[table["compared"] == "lower", "upper_ci"] < 1).all()
    assert (table["compared"] == "higher").any()
    assert "against 1.0 for" in answer.classes.title


def test_a_ratio_may_rest_on_the_rates_of_a_borough(small_atlas: Atlas, aged):
    query = Query(source="offences", measure="ratio", benchmark="E06000002")
    answer = small_atlas.answer(query)
    eastern = (answer.table["borough"] == "Eastshire").to_numpy()
    expected = answer.table["age_expected"]
    assert expected[eastern].sum() == pytest.approx(aged[eastern].to_numpy().sum())
    assert "Eastshire = 1" in answer.classes.title
    england = small_atlas.answer(query.replace(benchmark="england"))
    assert any("England" in said or "england" in said for said in (*england.caveats, *england.notices))
    np.testing.assert_allclose(
        england.table["age_ratio"], small_atlas.answer(query.replace(benchmark="")).table["age_ratio"]
    )


def test_counts_by_area_or_age_cannot_be_solved_from_protected_ratios(small_atlas: Atlas):
    slice_ = small_atlas.asked(Query(source="ae", measure="ratio"))
    table = small_atlas.answer(slice_.query).table
    observed = (table["age_ratio"] * table["age_expected"]).round(6)
    events, people = slice_.ages()
    true = events.sum(axis=1).to_numpy()
    assert observed[(true >= 1) & (true <= 7)].isna().all()
    assert (observed.dropna() % 5 == 0).all()
    # The expectations of areas with different ages are equations for the events of every age: solved, they
    # give protected counts (a suppressed one is taken as 4).
    rng = np.random.default_rng(0)
    mixed = people + rng.integers(0, 9, people.shape)
    slice_ = _with_people(slice_, mixed)
    from geo.answer.benchmark import ratio_to_ages

    expected = ratio_to_ages(slice_, 0.95)["expected"].to_numpy()
    solved, *_ = np.linalg.lstsq(mixed.to_numpy(float), expected, rcond=None)
    by_age = solved * mixed.sum().to_numpy()
    true_by_age = events.sum().to_numpy()
    assert ((np.abs(by_age % 5) < 1e-6) | (np.abs(by_age % 5 - 5) < 1e-6) | (np.abs(by_age - 4) < 1e-6)).all()
    assert not np.allclose(by_age, true_by_age)


def _with_people(asked, people):
    """The same question, put to other residents."""
    other = Asked(asked.county, asked.query)
    other.ages = lambda: (asked.ages()[0], people)
    return other


def test_events_without_an_age_are_said(small_atlas: Atlas, aged):
    raw = small.offences()
    located = raw["LSOA Code"].isin(small.CODES).sum()
    words = f"{located - aged.to_numpy().sum()} of {located:,} offences have no age and are left out of it."
    for measure in ("dsr", "ratio"):
        assert words in small_atlas.answer(Query(source="offences", measure=measure)).caveats
    assert not any("no age" in c for c in small_atlas.answer(Query(source="offences")).caveats)


def test_nobody_expected_is_no_ratio():
    table = rates.indirect_ratio([3, 0], [0.0, 0.0], per=1.0)
    assert table["value"].isna().all()


# ---------------------------------------------------------------- locally smoothed rates


def test_a_locally_smoothed_rate_rests_on_the_counts_that_are_shown(small_atlas: Atlas):
    level = small_atlas.levels["lsoa"]
    people = level.frame["population"].to_numpy(float)
    for source in ("offences", "ae"):
        table = small_atlas.answer(Query(source=source, measure="eb_local")).table
        shown = table["count"].astype("Float64").fillna(4).to_numpy(float)
        alone = smoothing.eb_local(shown, people, level.neighbours, years=365 / 365.25)["value"]
        own = ~table["count"].isna().to_numpy()  # a suppressed count has a part in the others' rates only
        np.testing.assert_allclose(table["eb_local_per_1000_year"], np.where(own, alone, np.nan))
    assert table["count"].isna().any()
    assert not np.allclose(
        table["eb_local_per_1000_year"],
        smoothing.eb_local(small_atlas.asked(Query(source="ae")).counts, people, level.neighbours)["value"],
    )


def asked_of(answer) -> np.ndarray:
    """What a layer must test, from the counts and residents that it shows, by measure and layer."""
    events, people = (answer.table[column].to_numpy(float) for column in ("count", "population"))
    standardised = smoothing.eb_standardised(events, people).to_numpy()
    if answer.query.measure == "eb_local":
        return standardised if answer.query.layer == "local_moran" else events / people
    if answer.query.measure == "eb_rate" and answer.query.layer == "local_moran":
        return standardised
    return answer.table[MEASURES[answer.query.measure].column.name].to_numpy(float)


NAMED = {
    ("eb_rate", "local_moran"): "offences: rates standardised by their precision (Assunção and Reis)",
    ("eb_local", "local_moran"): "offences: rates standardised by their precision (Assunção and Reis)",
    ("eb_local", "getis_ord"): "offences: rates before smoothing",
}
"""Pairs that test another quantity than the one that is shown, and the name that the map gives it."""


@pytest.mark.parametrize("layer", STATISTICS)
@pytest.mark.parametrize("measure", ["count", "rate", "eb_rate", "eb_local"])
def test_every_statistic_of_every_measure_tests_what_it_names(small_atlas: Atlas, layer: str, measure: str):
    answer = small_atlas.answer(Query(source="offences", measure=measure, layer=layer))
    neighbours = small_atlas.levels["lsoa"].neighbours
    alone = {"local_moran": local_moran, "getis_ord": getis_ord_star}[layer](asked_of(answer), neighbours)
    np.testing.assert_allclose(answer.table["p"], alone["p"], rtol=0.02)
    first = {"local_moran": "local_i", "getis_ord": "g_star"}[layer]
    np.testing.assert_allclose(answer.table[first], alone[first], atol=1e-9)
    named = NAMED.get((measure, layer))
    if named is None:
        assert (
            "standardised by" not in answer.classes.title and "before smoothing" not in answer.classes.title
        )
    else:
        assert f"by {named}" in answer.classes.title
        assert any("smooth" in caveat.lower() for caveat in answer.caveats)


def test_the_hottest_area_of_locally_smoothed_rates_has_the_largest_gi_star(small_atlas: Atlas):
    """A share of a sum of deviations has any sign: the hottest area once had −1.358."""
    table = small_atlas.answer(Query(source="offences", measure="eb_local", layer="getis_ord")).table
    assert (table["g_star"] >= 0).all()
    assert np.corrcoef(table["g_star"], table["z"])[0, 1] > 0.9


# ---------------------------------------------------------------- who may be named

MARCH = month_number("2023-03")


@pytest.mark.parametrize("measure", ["eb_rate", "eb_local"])
@pytest.mark.parametrize("category", ["robbery", "drugs"])
def test_the_highest_smoothed_rate_is_named_by_the_rule_of_rates(
    small_atlas: Atlas, measure: str, category: str
):
    asked = Query(category=(category,), measure=measure, first=MARCH, last=MARCH)
    answer = small_atlas.answer(asked)
    called, table = MEASURES[measure].label.lower(), answer.table
    least = 20 if (table["count"] >= 20).any() else 3
    named = table[(table["count"] >= least).to_numpy(bool)]
    values = named[MEASURES[measure].column.name]
    assert f"has the highest {called} of" in answer.headline
    if named.empty:
        assert answer.headline.endswith("cannot be told: none has 3 or more.")
    else:
        assert answer.headline.startswith(str(named["name"][values.idxmax()]))
        above = int((table[MEASURES[measure].column.name] > values.max()).sum())
        assert (f"fewer than {least} events" in answer.headline) == bool(above)
        assert ("Every rate shown is unreliable" in answer.headline) == (least == 3)
    assert any(said.startswith("The rate is unreliable in") for said in answer.caveats)


@pytest.mark.parametrize("measure", ["eb_rate", "eb_local"])
def test_no_area_has_the_highest_smoothed_rate_of_suppressed_counts(small_atlas: Atlas, measure: str):
    answer = small_atlas.answer(Query(source="ae", measure=measure, hour=(2, 3), first=MARCH, last=MARCH))
    hidden = answer.table["count"].isna()
    assert hidden.any() and not answer.table["count"].sum()
    assert answer.headline.endswith("cannot be told: every count above 0 is suppressed.")
    assert any(f"count of {hidden.sum()} small area" in said for said in answer.caveats)


@pytest.mark.parametrize("source", ["offences", "ae"])
def test_a_ratio_of_fewer_than_three_events_is_not_shown(small_atlas: Atlas, source: str):
    asked = Query(source=source, measure="ratio", first=MARCH, last=MARCH)
    events = small_atlas.asked(asked).ages()[0].to_numpy().sum(axis=1)
    few, table = events < (3 if source == "offences" else 8), small_atlas.answer(asked).table
    assert few.any() and (table["age_ratio"].isna() == few).all()
    small = table.loc[few & (events > 0)]
    if source == "offences":  # one or two, where so many more are expected, are fewer all the same
        low = poisson.cdf(events[few & (events > 0)], small["age_expected"]) <= 0.025
        assert small["compared"].tolist() == np.where(low, "lower", "similar").tolist()
    else:  # 1 to 7 may be as many as expected
        assert set(small["compared"]) <= {"not compared", "lower"}


# ---------------------------------------------------------------- what cannot be measured


def test_measures_that_need_ages_say_so_together(small_atlas: Atlas):
    from dataclasses import replace

    atlas = Atlas(small_atlas.snapshot)
    loaded = atlas.sources["ae"]
    cube = replace(loaded.cube, age=np.full_like(loaded.cube.age, len(AGE_BANDS)))
    reasons = {key: atlas._lacks(one.needs, "controlled", cube) for key, one in MEASURES.items()}
    assert {key for key, why in reasons.items() if why} == {"dsr", "ratio", "harm"}
    assert reasons["dsr"] == reasons["ratio"] == "this source does not give ages."


def test_a_measure_is_worked_out_once_for_the_layers_of_the_same_events(small_atlas: Atlas, monkeypatch):
    asked = []

    def compute(s: Asked) -> Measured:
        asked.append(s.query)
        return rate.compute(s)

    rate = MEASURES["rate"]
    monkeypatch.setitem(MEASURES, "rate", replace(rate, compute=compute))
    atlas = Atlas(small_atlas.snapshot)
    for layer in ("measure", "quintile", "getis_ord", "change"):
        atlas.answer(Query(measure="rate", layer=layer))
    assert len(asked) == 1
    atlas.answer(Query(measure="rate", hour=(3,)))
    measure_of(atlas.asked(Query(measure="rate", layer="change", compare="28-days")))
    assert len(asked) == 3, "of other events, and of the days that only a layer compares"
    with pytest.raises(ValueError, match="read-only"):
        measure_of(atlas.asked(Query(measure="rate"))).shown[0] = 0
