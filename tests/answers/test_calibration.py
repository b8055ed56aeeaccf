"""How often verdicts speak when nothing has happened: the worlds, and the counting."""

import numpy as np
import pytest
from scipy.stats import binom

from geo.answer.atlas import Atlas
from geo.answer.layers import LAYERS
from geo.ask.query import Query
from geo.cli import run
from geo.stats.worlds import HALF, MONTHS, WORLDS, Ground
from geo.tell.calibration import Spoken, counties, ground_of, table_of, to_try, try_layer

SURE = 1e-3
"""Chance that a test here fails although all is well."""


@pytest.fixture(scope="module")
def query(demo_atlas: Atlas) -> Query:
    return demo_atlas.catalogue.check(Query(category=("violence-and-sexual-offences",)))[0]


@pytest.fixture(scope="module")
def ground(demo_atlas: Atlas, query: Query) -> Ground:
    return ground_of(demo_atlas, query)[0]


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


def test_a_world_is_drawn_over_the_areas_of_its_level(demo_atlas: Atlas, query: Query) -> None:
    wards = query.replace(level="ward")
    equal = next(counties(demo_atlas, [wards], WORLDS["equal"], maps=1))
    counts = equal.answer(Query(level="ward")).table["count"].to_numpy(float)
    assert counts.var() / counts.mean() == pytest.approx(1, abs=0.6)


@pytest.mark.parametrize("level", ["lsoa", "ward"])
@pytest.mark.parametrize("key", ["getis_ord", "local_moran"])
def test_exact_hotspots_keep_silent_where_counts_are_dealt_out_again(
    demo_atlas: Atlas, query: Query, key: str, level: str
) -> None:
    found = try_layer(demo_atlas, query.replace(level=level), key, WORLDS["dealt"], maps=60)
    assert found.claimed
    assert binom.sf(found.speaking - 1, found.maps, 0.05) > SURE


def test_a_layer_that_speaks_is_heard(demo_atlas: Atlas, query: Query) -> None:
    """Smooth risk is no test of what the layer claims: there it must speak, or the counting is deaf."""
    found = try_layer(demo_atlas, query, "getis_ord", WORLDS["smooth"], maps=10)
    assert not found.claimed
    assert found.share > 0.5
    assert found.areas > 0.01


def test_the_table_says_what_was_counted() -> None:
    table = table_of([Spoken("getis_ord", "dealt", True, 200, 9, 0.0123)])
    assert "| 4.5% ± " in table
    assert "| 1.23% | yes |" in table
    assert "200 maps" in table


def test_the_command_tries_every_claim(demo_county, demo_atlas: Atlas, query: Query, capsys) -> None:
    assert run(["calibrate", "--data", str(demo_county), "--maps", "20", "--events", "2"]) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("| ")]
    assert len(lines) == 1 + len(to_try(demo_atlas, query))
