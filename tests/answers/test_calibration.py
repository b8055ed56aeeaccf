"""How often verdicts speak when nothing has happened: the worlds, and the counting."""

import re

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from geo import cli_judge  # noqa: F401 - adds its commands
from geo.answer.atlas import Atlas
from geo.answer.layers import LAYERS
from geo.ask.query import Query
from geo.cli import run
from geo.stats.worlds import HALF, MONTHS, WORLDS, Ground, World
from geo.tell.assessment import part_of
from geo.tell.calibration import Spoken, counties, ground_of, table_of, to_try, tried
from geo.tell.exhibits import EXHIBITS, PLACE, SERVICES
from geo.tell.sentences import OF_EXHIBITS, SENTENCES

pytestmark = pytest.mark.long

SURE = 1e-3
"""Chance that a test here fails although all is well."""


@pytest.fixture(scope="module")
def query(demo_atlas: Atlas) -> Query:
    return demo_atlas.catalogue.check(Query(category=("violence-and-sexual-offences",)))[0]


@pytest.fixture(scope="module")
def ground(demo_atlas: Atlas, query: Query) -> Ground:
    return ground_of(demo_atlas, query)[0]


def one_of(atlas: Atlas, query: Query, key: str, world: World, **maps: float) -> Spoken:
    """A single layer or sentence in one world."""
    (found,) = tried(atlas, query, [(key, world)], **maps)
    return found


def drawn(key: str, ground: Ground, seed: int = 1) -> np.ndarray:
    """Events by area and month in a world."""
    area, month = WORLDS[key].draw(ground, np.random.default_rng(seed))
    counts = np.zeros((ground.n, MONTHS), int)
    np.add.at(counts, (area, month), 1)
    return counts


def test_every_verdict_is_a_class_and_every_world_is_known() -> None:
    for layer in LAYERS.values():
        fixed = {kind.key for kind in layer.kinds}
        if layer.scale == "kinds" and fixed:
            assert set(layer.claim.verdicts) - {"HL", "LH"} <= fixed, layer.key
        assert {*layer.claim.silent_in, *layer.claim.speaks_in} <= set(WORLDS), layer.key
        assert bool(layer.claim.verdicts) == bool(layer.claim.silent_in or layer.claim.speaks_in), layer.key


def test_the_ground_is_the_last_year_twice(demo_atlas: Atlas, query: Query, ground: Ground) -> None:
    months = demo_atlas.catalogue.sources["offences"].months
    answer = demo_atlas.answer(query.replace(first=months[-HALF], last=months[-1]))
    counts = np.bincount(ground.area, minlength=ground.n)
    assert counts.tolist() == (2 * answer.table["count"]).tolist()
    assert np.bincount(ground.month)[:HALF].tolist() == answer.months["count"].tolist()[-HALF:]


def test_every_sentence_is_tried_where_it_claims_silence_and_nowhere_twice() -> None:
    for key, one in SENTENCES.items():
        tried = (*one.silent_in, *one.speaks_in)
        assert key == one.key and key not in LAYERS
        assert tried and set(tried) <= set(WORLDS) and len(set(tried)) == len(tried)


def test_moments_are_within_their_months_and_peak_where_they_say() -> None:
    months = np.repeat([2024 * 12 + 1, 2024 * 12 + 2], 30_000)
    rng = np.random.default_rng(1)
    assert np.bincount(WORLDS["nights"].when(months, rng)[1]).argmax() == 0
    day, hour = WORLDS["later"].when(months, rng)
    assert day[:30_000].max() == 29 and day.min() == 1 and day.max() == 31
    dates = pd.to_datetime({"year": 2024, "month": months - 2024 * 12 + 1, "day": day})
    after_one = np.bincount(dates.dt.day_of_week[hour == 2], minlength=7) / np.bincount(
        pd.date_range("2024-02-01", "2024-03-31").day_of_week
    )
    assert after_one[[5, 6]].mean() / after_one[:5].mean() == pytest.approx(5, rel=0.15)
    flat = np.bincount(WORLDS["flat"].when(months, rng)[1])
    assert flat.max() < 1.15 * flat.min()
    own = np.bincount(WORLDS["days"].when(months[:30_000], rng)[0])[1:]
    assert own.std() / own.mean() == pytest.approx(0.3, abs=0.12)


TRIED = {
    "slope": "rates",
    "share": "rates",
    "random_set": "halves",
    "busiest": "days",
    "midnight": "later",
    "overlooked": "one_pattern",
    "changed": "clumped05",
    "alone": "equal",
    "local_moran_of_0.2": "residents",
    "getis_ord_of_0.2": "residents",
}


@pytest.fixture(scope="module")
def sentences(demo_atlas: Atlas, query: Query) -> dict[str, Spoken]:
    """Each of them in its world, those of one world on the same maps."""
    pairs = [(key, WORLDS[world]) for key, world in TRIED.items()]
    return {one.layer: one for one in tried(demo_atlas, query, pairs, maps=20, per_area=20)}


@pytest.mark.parametrize("key", TRIED)
def test_sentences_keep_silent_where_nothing_happens(sentences: dict[str, Spoken], key: str) -> None:
    found = sentences[key]
    assert found.claimed and found.maps == 20
    assert binom.sf(found.speaking - 1, found.maps, 0.05) > SURE


def test_every_exhibit_is_tried_or_gives_numbers_only() -> None:
    """An exhibit without an entry, or with one that leads nowhere, is a verdict that nobody has tried."""
    assert set(OF_EXHIBITS) == {*PLACE, *EXHIBITS, *SERVICES}
    for exhibit, key in OF_EXHIBITS.items():
        assert not key or key in SENTENCES or LAYERS[key].claim.verdicts, exhibit


def test_services_agree_no_more_than_residents_let_them(demo_atlas: Atlas, query: Query) -> None:
    pairs = [(key, WORLDS["residents"]) for key in ("agreement", "colocation")]
    for found in tried(demo_atlas, query, pairs, maps=20):
        assert found.claimed, found.layer
        assert binom.sf(found.speaking - 1, found.maps, 0.05) > SURE, found.layer


def test_protected_sources_are_not_set_beside_samples_of_one_pattern(small_atlas: Atlas) -> None:
    """Their noise makes them less alike than samples, on every map."""
    parts = [part_of(small_atlas, Query(), source)[0] for source in ("offences", "ae")]
    alone = SERVICES["similarity"][1](parts)
    assert "Of one pattern" not in alone.table and "samples" not in alone.finding
    assert re.match(r"Shares of .+ agree in \d+% of the wards\.", alone.finding)
    assert any("noise of protected versions" in caveat for caveat in alone.caveats)
    assert SENTENCES["similarity"].speaks(small_atlas, Query()) is None
    beside = SERVICES["similarity"][1]([parts[0], parts[0], parts[1]])
    assert beside.table["Of one pattern"].notna().tolist() == [True, False, False]
    assert "two samples of one pattern would" in beside.finding


def test_no_verdict_is_given_on_a_set_that_its_own_counts_chose(demo_atlas: Atlas, query: Query) -> None:
    assert not one_of(demo_atlas, query, "busiest_set", WORLDS["clumped30"], maps=5).speaking


def test_a_sentence_that_speaks_is_heard(demo_atlas: Atlas, query: Query) -> None:
    real = demo_atlas.asked(query.replace(first=query.first))
    assert SENTENCES["slope"].speaks(demo_atlas, real.query)
    assert SENTENCES["busiest"].speaks(demo_atlas, real.query)
    assert SENTENCES["midnight"].speaks(demo_atlas, real.query)


@pytest.mark.parametrize("key", [key for key in WORLDS if key != "halves"])
def test_a_world_keeps_all_events(key: str, ground: Ground) -> None:
    counts = drawn(key, ground)
    assert counts.sum(axis=0).tolist() == np.bincount(ground.month).tolist()


def test_halves_are_the_months_themselves(ground: Ground) -> None:
    real = np.zeros((ground.n, MONTHS), int)
    np.add.at(real, (ground.area, ground.month), 1)
    counts = drawn("halves", ground)
    for pair in range(HALF // 2):
        two = [real[:, HALF + 2 * pair], real[:, HALF + 2 * pair + 1]]
        got = [counts[:, pair], counts[:, pair + HALF]]
        assert any(np.array_equal(got, each) for each in (two, two[::-1]))


def test_worlds_differ_from_the_real_county_in_what_they_say(ground: Ground) -> None:
    real = np.bincount(ground.area, minlength=ground.n)
    assert sorted(drawn("dealt", ground).sum(axis=1)) == sorted(real)
    assert drawn("steady", ground).sum(axis=1).tolist() == real.tolist()
    assert np.corrcoef(drawn("one_pattern", ground).sum(axis=1), real)[0, 1] > 0.95
    equal = drawn("equal", ground).sum(axis=1)
    assert equal.var() / equal.mean() == pytest.approx(1, abs=0.35)
    by_residents = drawn("residents", ground).sum(axis=1)
    expected = ground.residents / ground.residents.sum() * real.sum()
    assert ((by_residents - expected) ** 2 / expected).sum() / (ground.n - 1) == pytest.approx(1, abs=0.35)


def test_clumped_months_vary_as_much_as_said(ground: Ground) -> None:
    busy = np.argsort(-np.bincount(ground.area, minlength=ground.n))[:60]
    counts = np.concatenate([drawn("clumped30", ground, seed)[busy] for seed in range(8)], axis=1)
    mean, variance = counts.mean(axis=1), counts.var(axis=1, ddof=1)
    assert np.median((variance - mean) / mean**2) == pytest.approx(0.3, abs=0.08)


def test_counties_are_the_same_each_time_and_leave_the_real_one_alone(
    demo_atlas: Atlas, query: Query
) -> None:
    before = demo_atlas.answer(query).table["count"].tolist()
    first, second = (next(counties(demo_atlas, [query], WORLDS["dealt"], maps=1)) for _ in range(2))
    asked = Query(layer="getis_ord")
    assert first.answer(asked).table.equals(second.answer(asked).table)
    assert first.answer(asked).table["count"].tolist() != before
    assert demo_atlas.answer(query).table["count"].tolist() == before


def test_a_world_of_a_controlled_source_is_protected_as_that_is(demo_atlas: Atlas, query: Query) -> None:
    asked = demo_atlas.catalogue.check(Query(source="ambulance"))[0]
    ground, first = ground_of(demo_atlas, asked)
    county = next(counties(demo_atlas, [asked], WORLDS["steady"], maps=1))
    found = county.asked(asked.replace(first=first, last=first + MONTHS - 1))
    events = np.bincount(ground.area, minlength=ground.n)
    assert 0.9 < found.counts.sum() / events.sum() < 1.1
    noise = ((found.counts - events) ** 2).mean()
    assert 0.4 * found.noise.mean() < noise < 1.3 * found.noise.mean()


def test_a_world_is_drawn_over_the_areas_of_its_level(demo_atlas: Atlas, query: Query) -> None:
    wards = query.replace(level="ward")
    equal = next(counties(demo_atlas, [wards], WORLDS["equal"], maps=1))
    counts = equal.answer(Query(level="ward")).table["count"].to_numpy(float)
    assert counts.var() / counts.mean() == pytest.approx(1, abs=0.6)


def test_events_of_a_borough_fall_on_its_small_areas_by_their_residents(
    demo_atlas: Atlas, query: Query
) -> None:
    """They fell on one of them, so that a funnel of small areas was beyond its limits on every map."""
    boroughs = query.replace(level="borough")
    county = next(counties(demo_atlas, [boroughs], WORLDS["residents"], maps=1))
    small = county.answer(Query()).table
    counts, people = small["count"].to_numpy(float), small["population"].to_numpy(float)
    expected = people / people.sum() * counts.sum()
    assert ((counts - expected) ** 2 / expected).sum() / (len(small) - 1) == pytest.approx(1, abs=0.35)


@pytest.mark.parametrize("level", ["lsoa", "ward"])
def test_exact_hotspots_keep_silent_where_counts_are_dealt_out_again(
    demo_atlas: Atlas, query: Query, level: str
) -> None:
    pairs = [(key, WORLDS["dealt"]) for key in ("getis_ord", "local_moran")]
    for found in tried(demo_atlas, query.replace(level=level), pairs, maps=60):
        assert found.claimed, found.layer
        assert binom.sf(found.speaking - 1, found.maps, 0.05) > SURE, found.layer


def test_a_layer_that_speaks_is_heard(demo_atlas: Atlas, query: Query) -> None:
    """Smooth risk is no test of what the layer claims: there it must speak, or the counting is deaf."""
    found = one_of(demo_atlas, query, "getis_ord", WORLDS["smooth"], maps=10)
    assert not found.claimed
    assert found.share > 0.5
    assert found.areas > 0.01


def test_what_is_asked_of_one_world_is_asked_of_the_same_maps(demo_atlas: Atlas, query: Query) -> None:
    pairs = [("getis_ord", WORLDS["equal"]), ("change", WORLDS["steady"]), ("local_moran", WORLDS["equal"])]
    found = {one.layer: one for one in tried(demo_atlas, query, pairs, maps=3)}
    assert found["local_moran"] == one_of(demo_atlas, query, *pairs[2], maps=3)
    assert list(found) == ["getis_ord", "local_moran", "change"]


def test_a_verdict_that_cannot_be_given_is_no_silence(demo_atlas: Atlas, query: Query) -> None:
    found = one_of(demo_atlas, query, "busiest_night", WORLDS["steady"], maps=2)
    assert found.maps == 0
    assert "| cannot be given |" in table_of([found, Spoken("getis_ord", "dealt", True, 200, 9, 0.0123)])


def test_the_table_says_what_was_counted() -> None:
    table = table_of([Spoken("getis_ord", "dealt", True, 200, 9, 0.0123)])
    assert "| 4.5% ± " in table
    assert "| 1.23% | yes |" in table
    assert "200 maps" in table


def test_everything_that_claims_silence_is_tried(demo_atlas: Atlas, query: Query) -> None:
    tried = {(key, world.key) for key, world in to_try(demo_atlas, query)}
    claims = {key: layer.claim for key, layer in LAYERS.items() if key in demo_atlas.catalogue.layers}
    for key, one in {**claims, **SENTENCES}.items():
        assert {(key, world) for world in one.silent_in} <= tried


def test_the_command_prints_a_line_for_each(demo_county, demo_atlas: Atlas, capsys, monkeypatch) -> None:
    few = [("change", WORLDS["steady"]), ("slope", WORLDS["rates"])]
    monkeypatch.setattr("geo.tell.calibration.to_try", lambda *_: few)
    assert run(["calibrate", "--data", str(demo_county), "--maps", "20", "--events", "2"]) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("| ")]
    assert len(lines) == 1 + len(few)
    assert "| – | yes |" in lines[-1]
