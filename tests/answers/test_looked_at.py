"""How many areas were looked at, and how many chance alone would flag of them: low areas stay among them."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from dashboard import ids, present
from geo.answer.atlas import Atlas
from geo.answer.layer_clusters import NOT_CORRECTED
from geo.answer.layer_time import period_before
from geo.answer.layers import LAYERS
from geo.answer.variation import variation
from geo.ask.query import Query
from geo.ask.viewer import CLEARED_OWNER
from geo.ask.words import month_number
from geo.out.export import sheet
from geo.stats import services
from geo.stats.change import compare_periods
from geo.stats.concentration import ranked_classes
from geo.stats.dispersion import Dispersion
from geo.stats.hotspots import getis_ord_star
from geo.stats.rates import dsr
from geo.stats.weights import Neighbours
from geo.tell import assessment
from geo.tell.exhibits import SERVICES
from geo.tell.exhibits.part import Part
from tests.unit.test_by_chance import simulated

MARCH = month_number("2023-03")


def said_of_chance(caveats: tuple[str, ...]) -> str:
    """How many areas a sentence says that chance flags."""
    (said,) = [caveat for caveat in caveats if caveat.startswith("Not corrected")]
    found = re.fullmatch(r"Not corrected: (.*) of 36 small areas would be flagged by chance alone.", said)
    assert found, said
    return found[1]


@pytest.mark.parametrize(("layer", "window"), [("local_moran", False), ("getis_ord", True)])
@pytest.mark.parametrize("hours", [(), (18, 19, 20, 21, 22, 23)])
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


@pytest.mark.parametrize("hours", [(), (18, 19, 20, 21, 22, 23)])
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
    answer = small_atlas.answer(query.replace(layer="bivariate_moran"))
    around = " ".join(answer.caveats)
    if "do not go together" in answer.headline:
        assert "orrected" not in around and "flagged" not in around
    else:
        told("Not corrected: (.*) of 36", around, *simulated(counts["ae"], near, window=False, seed=5))


@pytest.mark.parametrize(("source", "first"), [("offences", "2023-01"), ("ae", "2020-04")])
def test_a_change_by_chance_is_told_from_its_own_law(demo_atlas: Atlas, source: str, first: str):
    """Both counts of each area drawn anew, clumped as is measured there, protected, and judged again."""
    asked = {"first": month_number(first), "last": month_number(first) + 11}
    query = Query(source=source, layer="change", fdr=False, **asked)
    s, answer = demo_atlas.asked(query), demo_atlas.answer(query)
    earlier = period_before(s)
    varied, step = variation(s, earlier.slice, earlier.lengths), 5 if s.gate.controlled else 1
    judged = answer.table["change_p"].notna().to_numpy()
    total = answer.table.loc[judged, ["count", "count_before"]].sum(axis=1).to_numpy(np.int64)
    factor, df, rng, flagged = varied.areas.factor[judged], varied.areas.df, np.random.default_rng(2), []
    own = np.maximum(factor - (step**2 - 1) / 6 / total, 1 + 1e-9)
    share = earlier.lengths[1] / sum(earlier.lengths)
    for _ in range(25):
        size = total / (own - 1)
        second = rng.binomial(total, rng.beta(share * size, (1 - share) * size))
        pair = [pd.Series(s.gate.counts(one)) for one in (total - second, second)]
        measured = Dispersion(factor * rng.chisquare(df, len(factor)) / df, df, 1.0)
        exposure, least = earlier.lengths, varied.least_shown
        again = compare_periods(*pair, exposure=exposure, dispersion=measured, least_shown=least)
        flagged.append(again["flagged"].sum() / max(1, again["p"].notna().sum()) * len(total))
    said = " ".join(answer.caveats)
    assert f" of {'the ' * (len(total) < 381)}{len(total)}" in said
    told("Not corrected: (.*) of ", said, float(np.mean(flagged)), float(np.std(flagged)) / 25**0.5)


def test_a_pattern_by_chance_is_what_the_last_map_flags(small_atlas: Atlas):
    """A pattern is of the last month, so chance makes as many as it flags in the map of that month."""
    query = Query(source="offences", layer="emerging", fdr=False)
    answer = small_atlas.answer(query)
    last = small_atlas.asked(query).monthly().iloc[:, -1]
    near = small_atlas.levels["lsoa"].neighbours
    flagged = getis_ord_star(last.astype(float), near, fdr=False)["cluster"].isin(["HH", "LL"])
    spotted = answer.table["pattern"].str.endswith(("hotspot", "coldspot"))
    historical = answer.table["pattern"].str.startswith("Historical")
    assert (spotted & ~historical).tolist() == flagged.tolist()
    mean, error = simulated(last.to_numpy(int), near, window=True, seed=6)
    told("Not corrected: (.*) of 36 small areas would show a pattern", " ".join(answer.caveats), mean, error)
    assert "orrected" not in " ".join(small_atlas.answer(query.replace(fdr=True)).caveats)


def test_busiest_areas_side_by_side_by_chance_are_those_of_random_draws(small_atlas: Atlas):
    """Areas of the two sources dealt out again around each area that is judged."""
    query = Query(source="offences", compare="ae", layer="colocation", fdr=False)
    answer = small_atlas.answer(query)
    x, z = (answer.table[name].to_numpy(bool) for name in ("busiest_here", "busiest_there"))
    near, rng, mean, variance = small_atlas.levels["lsoa"].neighbours, np.random.default_rng(3), 0.0, 0.0
    for i in np.flatnonzero(x):
        around = z if not z[i] else x & z
        have, k = int(around.sum() - around[i]), int(near.cardinalities[i])
        least = next(j for j in range(k + 2) if stats.hypergeom.sf(j - 1, 35, have, k) <= 0.05)
        hit = (rng.hypergeometric(have, 35 - have, k, 20_000) >= least).mean()
        mean, variance = mean + hit, variance + hit * (1 - hit) / 20_000
    assert "do not go together" not in answer.headline
    told("Not corrected: (.*) of the", " ".join(answer.caveats), mean, variance**0.5)


@pytest.mark.parametrize("layer", ["bivariate_moran", "colocation"])
@pytest.mark.parametrize("p", [0.01, 0.4])
def test_nothing_is_said_of_chance_where_no_area_is_singled_out(
    small_atlas: Atlas, monkeypatch: pytest.MonkeyPatch, layer: str, p: float
):
    """Two sources that do not go together over the map have no area that chance could flag."""
    monkeypatch.setattr(services, "go_together", lambda *_, **__: p)
    s = small_atlas.asked(Query(source="ae", compare="offences", layer=layer, fdr=False))
    drawn = LAYERS[layer].draw(s)
    assert ("do not go together" in drawn.finding) == (p > 0.05)
    assert ("by chance alone" in " ".join(drawn.caveats)) == (p <= 0.05)
    assert ("Not corrected" in " ".join(drawn.caveats)) == (p <= 0.05)


def test_the_assessment_tells_the_same_numbers(small_county: Path):
    """The sentence of the map, and of the areas side by side the number that random draws give.

    From the true numbers: in the protected version of so few events no area is hot for two services.
    """
    small_atlas = Atlas.open(small_county, CLEARED_OWNER)
    query = small_atlas.catalogue.check(Query(source="offences", fdr=False, layer="agreement"))[0]
    (said,) = [c for c in small_atlas.answer(query).caveats if c.startswith("Not corrected")]
    parts = [assessment.part_of(small_atlas, query, source)[0] for source in ("offences", "ae")]
    assert said in SERVICES["agreement"][1]([replace_categories(part) for part in parts]).caveats
    whole = [replace_categories(part) for part in parts]
    exhibit = SERVICES["colocation"][1](whole)
    both = np.logical_and.reduce([(ranked_classes(p.filled, 5)["first"] == 5).to_numpy(bool) for p in whole])
    near, rng, mean, variance = small_atlas.levels["lsoa"].neighbours, np.random.default_rng(3), 0.0, 0.0
    for i in np.flatnonzero(both):
        have, k = int(both.sum() - 1), int(near.cardinalities[i])
        least = next(j for j in range(k + 2) if stats.hypergeom.sf(j - 1, 35, have, k) <= 0.05)
        hit = (rng.hypergeometric(have, 35 - have, k, 20_000) >= least).mean()
        mean, variance = mean + hit, variance + hit * (1 - hit) / 20_000
    sentence = f"Of the {both.sum()}, (.*) would stand so by chance alone"
    told(sentence, " ".join(exhibit.caveats), mean, variance**0.5)


def replace_categories(part: Part) -> Part:
    """The same part of all categories, as the map takes it."""
    return replace(part, query=part.query.replace(category=()))


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
    at, kind = month_number(month), ("burglary",) if source == "offences" else ()
    answer = demo_atlas.answer(
        Query(source=source, category=kind, first=at, last=at, layer="change", fdr=False)
    )
    judged = int(answer.table["change_p"].notna().sum())
    assert judged < 381 and (judged == 0) == (source != "offences")
    said = f"{judged} of 381 small areas that could be judged" if judged else "has enough"
    assert said in answer.headline
    assert judged or "No clear change" not in answer.headline


@pytest.mark.parametrize("layer", [key for key, one in LAYERS.items() if not one.lists])
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
        ("emerging", "No borough can be judged for patterns of hotspots over the months: "),
        ("agreement", "No borough can be judged for hotspots of two or more sources: "),
        ("confidence", "No borough can be judged for hotspots of offences and incidents: "),
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


def test_what_is_compared_with_itself_is_not_said_to_have_too_few(demo_atlas: Atlas):
    luton = str(demo_atlas.levels["borough"].frame.query("name == 'Luton'").index[0])
    for asked in (
        Query(borough=(luton,), level="borough", layer="significance"),
        Query(level="borough", layer="significance", benchmark=luton),
    ):
        answer = demo_atlas.answer(asked)
        code = answer.codes[answer.table.index.get_loc(luton)]
        assert answer.classes.labels[code] == "The benchmark itself"


def test_a_borough_is_not_compared_with_itself(demo_atlas: Atlas):
    boroughs = demo_atlas.levels["borough"].frame.index
    for measure in ("rate", "dsr", "ratio"):
        asked = Query(
            source="ae", level="borough", layer="significance", measure=measure, benchmark=str(boroughs[1])
        )
        compared = demo_atlas.answer(asked).table["compared"]
        assert (compared == "not compared").tolist() == [code == boroughs[1] for code in boroughs]


@pytest.mark.parametrize("layer", [key for key, layer in LAYERS.items() if "fdr" in layer.heeds])
def test_what_is_not_corrected_is_said_on_the_page_in_the_room_on_paper_and_in_files(
    demo_atlas: Atlas, layer: str
):
    asked = Query(source="offences", layer=layer, level="ward", first=MARCH - 2, last=MARCH + 9, fdr=False)
    query = demo_atlas.catalogue.check(asked)[0]
    answer = demo_atlas.answer(query)
    said = [caveat for caveat in answer.method if caveat.startswith(NOT_CORRECTED)]
    if not said and layer in ("colocation", "bivariate_moran"):
        assert re.search("no area is singled out|cannot be told", answer.headline)
        return
    assert len(said) == 1 and said[0] in answer.caveats
    assert said[0] in " ".join(sheet(demo_atlas, query).notes)
    room = present.shown(present.gather(demo_atlas, query), lambda **_: "?")
    assert said[0].rstrip(".") in str(room[f"{ids.PRESENT_FOOT}.children"])
    corrected = demo_atlas.answer(query.replace(fdr=True))
    assert not [caveat for caveat in corrected.caveats if caveat.startswith(NOT_CORRECTED)]
