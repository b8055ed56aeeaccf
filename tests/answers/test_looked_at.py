"""How many areas were looked at, and how many chance alone would flag of them: low areas stay among them."""

import re

import numpy as np
import pandas as pd
import pytest

from geo.answer.atlas import Atlas
from geo.answer.layers import LAYERS
from geo.ask.query import Query
from geo.ask.words import month_number
from geo.stats.rates import dsr
from geo.stats.weights import Neighbours
from tests.unit.test_by_chance import simulated

MARCH = month_number("2023-03")


def said_of_chance(caveats: tuple[str, ...]) -> str:
    """How many areas a sentence says that chance flags."""
    (said,) = [caveat for caveat in caveats if caveat.startswith("Not corrected")]
    found = re.fullmatch(r"Not corrected: (.*) of 36 small areas would be flagged by chance alone.", said)
    assert found, said
    return found[1]


@pytest.mark.parametrize(("layer", "window"), [("local_moran", False), ("getis_ord", True)])
@pytest.mark.parametrize("hours", [(), (3, 4, 5)])
def test_the_sentence_tells_what_random_draws_flag(
    small_atlas: Atlas, layer: str, window: bool, hours: tuple
):
    query = Query(source="offences", layer=layer, first=MARCH, last=MARCH, hour=hours, fdr=False)
    answer = small_atlas.answer(query)
    counts = answer.table["count"].to_numpy(int)
    mean, error = simulated(counts, small_atlas.levels["lsoa"].neighbours, window=window, seed=7)
    said = said_of_chance(answer.caveats)
    if said == "less than one":
        assert hours and mean < 1 + 5 * error
    else:
        assert abs(int(said.removeprefix("about ")) - mean) <= 0.5 + 5 * error
    assert not [c for c in small_atlas.answer(query.replace(fdr=True)).caveats if "by chance alone" in c]


@pytest.mark.parametrize("hours", [(), (3, 4, 5)])
def test_layers_of_several_sources_tell_it_from_their_own_null(small_atlas: Atlas, hours: tuple):
    """Gi* of every source on its own; of the other source around an area, its neighbours' values alone."""
    query = Query(source="offences", compare="ae", first=MARCH, last=MARCH, hour=hours, fdr=False)
    near = small_atlas.levels["lsoa"].neighbours
    counts = {
        key: small_atlas.asked(query.replace(source=key, compare="")).counts for key in small_atlas.sources
    }
    said = " ".join(small_atlas.answer(query.replace(layer="agreement")).caveats)
    for key, label in {key: one.info.label for key, one in small_atlas.sources.items()}.items():
        if counts[key].any():
            told(f"(.*) for {label}", said, *simulated(counts[key], near, window=True, seed=5))
    around = " ".join(small_atlas.answer(query.replace(layer="bivariate_moran")).caveats)
    told("Not corrected: (.*) of 36", around, *simulated(counts["ae"], near, window=False, seed=5))


def told(pattern: str, said: str, mean: float, error: float) -> None:
    """Whether a sentence tells a number of areas that chance flags."""
    found = re.search(pattern.replace("(.*)", "(less than one|about [0-9]+)"), said)
    assert found, said
    if found[1] == "less than one":
        assert mean < 1 + 5 * error
    else:
        assert abs(int(found[1].removeprefix("about ")) - mean) <= 0.5 + 5 * error


@pytest.mark.parametrize("layer", ["local_moran", "getis_ord"])
@pytest.mark.parametrize("measure", ["rate", "dsr", "ratio"])
def test_areas_whose_rate_is_not_shown_stay_in_the_population(small_atlas: Atlas, layer: str, measure: str):
    """A rate of few events is not told, but it is low or high as any other."""
    query = Query(
        source="offences", layer=layer, measure=measure, first=MARCH, last=MARCH, category=("drugs",)
    )
    answer = small_atlas.answer(query)
    column = {"rate": "rate_per_1000_year", "dsr": "dsr_per_100k", "ratio": "age_ratio"}[measure]
    if measure != "ratio":
        assert answer.table[column].isna().any()
    assert answer.table["p"].notna().all()
    assert any("looking at 36 small areas at once" in caveat for caveat in answer.caveats)


def test_the_standardised_rates_that_are_judged_are_those_of_all_areas(small_atlas: Atlas):
    query = Query(source="offences", layer="getis_ord", measure="dsr", first=MARCH, last=MARCH)
    table = small_atlas.answer(query).table
    s = small_atlas.asked(query)
    value = dsr(*s.ages(), years=31 / 365.25, hide_below=0)["value"].to_numpy()
    window = pd.Series(value + s.neighbours.neighbour_sum(value), table.index)
    size = s.neighbours.cardinalities + 1.0
    z = (window - size * value.mean()) / (value.std() * np.sqrt(size * (36 - size) / 35))
    np.testing.assert_allclose(table["z"], z)


@pytest.mark.parametrize("layer", ["local_moran", "getis_ord"])
def test_where_gaps_isolate_every_area_none_can_be_judged(small_atlas: Atlas, layer: str):
    s = small_atlas.asked(Query(source="offences", layer=layer))
    alone = np.empty(0, np.int64)
    s.__dict__["among"] = Neighbours.from_pairs(alone, alone, s.frame.index)
    drawn = LAYERS[layer].draw(s)
    assert "one of 36 small areas can be judged" in drawn.finding
    assert not [caveat for caveat in drawn.caveats if "orrected" in caveat]
    assert drawn.classes.counts[drawn.classes.keys.index("nodata")] == 36


# ---------------------------------------------------------------- how many could be judged


@pytest.mark.parametrize(
    ("source", "month"), [("ae", "2020-03"), ("ambulance", "2023-03"), ("offences", "2023-03")]
)
def test_a_change_is_told_of_the_areas_that_could_be_judged(demo_atlas: Atlas, source: str, month: str):
    at, kind = month_number(month), ("robbery",) if source == "offences" else ()
    answer = demo_atlas.answer(
        Query(source=source, category=kind, first=at, last=at, layer="change", fdr=False)
    )
    judged = int(answer.table["change_p"].notna().sum())
    assert judged < 381 and (judged == 0) == (source != "offences")
    said = f"{judged} of 381 small areas that could be judged" if judged else "has enough"
    assert said in answer.headline
    assert judged or "No clear change" not in answer.headline


@pytest.mark.parametrize("layer", LAYERS)
def test_where_there_are_no_events_nothing_is_said_of_any_test(demo_atlas: Atlas, layer: str):
    march = month_number("2023-03")
    answer = demo_atlas.answer(Query(category=("robbery",), hour=(4,), first=march, last=march, layer=layer))
    assert answer.headline == "No offences match these filters."
    tests = r"hot for a health|no more than chance|orrected for|would be flagged|by chance alone|judged"
    assert not re.search(tests, " ".join(answer.caveats))


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        ("bivariate_moran", "No borough can be judged for offences and incidents with call-outs around: "),
        ("emerging", "No borough can be judged for patterns of hot spots over the months: "),
        ("agreement", "No borough can be judged for hot spots of two or more sources: "),
        ("confidence", "No borough can be judged for hot spots of offences and incidents: "),
        ("significance", "The one borough shown is itself what it would be compared with."),
    ],
)
def test_one_area_by_itself_has_no_verdict(demo_atlas: Atlas, layer: str, said: str):
    borough = str(demo_atlas.levels["borough"].frame.index[0])
    answer = demo_atlas.answer(Query(borough=(borough,), level="borough", layer=layer))
    assert answer.headline.startswith(said)
    assert answer.classes.keys[answer.codes[answer.inside][0]] not in {
        kind.key for kind in LAYERS[layer].kinds
    }


def test_a_borough_is_not_compared_with_itself(demo_atlas: Atlas):
    boroughs = demo_atlas.levels["borough"].frame.index
    for measure in ("rate", "dsr", "ratio"):
        asked = Query(
            source="ae", level="borough", layer="significance", measure=measure, benchmark=str(boroughs[1])
        )
        compared = demo_atlas.answer(asked).table["compared"]
        assert (compared == "not compared").tolist() == [code == boroughs[1] for code in boroughs]
