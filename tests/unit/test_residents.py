"""What two services have in common if it is only residents: foretold, and drawn."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom, nbinom, poisson

from geo.stats.hotspots import bh_passes, bh_q, getis_ord_star
from geo.stats.residents import (
    at_least,
    by_residents,
    chance_of_busiest,
    meet_by_more,
    more_than_residents,
    very_high_alone,
)
from geo.stats.weights import Neighbours

PEOPLE = np.random.default_rng(1).uniform(1000, 4000, 400)


def fifth(counts: np.ndarray) -> np.ndarray:
    return counts >= np.sort(counts)[-(len(counts) // 5)]


def services(rng: np.random.Generator, events: int = 12_000) -> list[np.ndarray]:
    """Two services in which every resident runs the same risk."""
    return [rng.multinomial(events, PEOPLE / PEOPLE.sum()).astype(float) for _ in range(2)]


@pytest.mark.parametrize("alpha", [0.0, 0.4])
def test_the_chance_is_that_of_the_areas_drawn_again(alpha: float) -> None:
    """Areas drawn again and again by their residents, whether or not risk has a spread, and their fifth."""
    rng = np.random.default_rng(2)
    mean = 30 * PEOPLE / PEOPLE.mean()
    risk = rng.gamma(1 / alpha, alpha, (300, 400)) if alpha else np.ones((300, 400))
    drawn = rng.poisson(mean * risk).astype(float)
    seen = np.mean([fifth(counts) for counts in drawn], axis=0)
    chance = np.mean([chance_of_busiest(one, PEOPLE, fifth(one)) for one in drawn[:20]], axis=0)
    assert chance.sum() == pytest.approx(seen.sum(), rel=0.03)
    assert np.abs(chance - seen).mean() < 0.025  # its error is 0.4 / √300


def test_what_residents_alone_have_in_common_is_foretold() -> None:
    """Services that follow residents meet in far more areas than chance says, and in as many as this."""
    rng = np.random.default_rng(3)
    met, said = [], []
    for _ in range(40):
        one, other = services(rng)
        chances = [chance_of_busiest(counts, PEOPLE, fifth(counts)) for counts in (one, other)]
        met.append((fifth(one) & fifth(other)).sum())
        said.append(chances[0] @ chances[1])
    assert np.mean(met) > 2 * 400 / 25
    assert np.mean(said) == pytest.approx(np.mean(met), rel=0.05)


def test_services_that_share_residents_only_are_rarely_said_to_meet() -> None:
    rng = np.random.default_rng(4)
    p = []
    for _ in range(200):
        one, other = services(rng)
        p.append(meet_by_more(one, PEOPLE, fifth(one), fifth(other).astype(float)))
    assert (np.array(p) <= 0.05).mean() <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 200)


def test_services_that_share_more_than_residents_meet() -> None:
    rng = np.random.default_rng(5)
    risk = PEOPLE * rng.gamma(4, 0.25, 400)
    one, other = (rng.poisson(30 * risk / risk.mean()).astype(float) for _ in range(2))
    assert meet_by_more(one, PEOPLE, fifth(one), fifth(other).astype(float)) == 1 / 250


def test_rates_that_differ_by_more_than_a_gamma_law_meet_no_more() -> None:
    """A few areas with many times the rate of others, dealt out over areas, beside a service by residents."""
    rng, p = np.random.default_rng(7), []
    for _ in range(150):
        risk = PEOPLE * np.where(rng.random(400) < 0.1, 6, 1) * rng.gamma(10, 0.1, 400)
        one = rng.poisson(30 * risk / risk.mean()).astype(float)
        p.append(meet_by_more(one, PEOPLE, fifth(one), fifth(services(rng)[0]).astype(float)))
    assert 0.2 < np.mean(p) < 0.8 and binom.sf(sum(np.array(p) <= 0.05) - 1, 150, 0.05) > 1e-3


def test_areas_without_residents_have_no_chance() -> None:
    people = np.array([np.nan, 0, 10, 20, 30])
    chance = chance_of_busiest(np.arange(5.0), people, np.arange(5) == 4)
    assert chance[:2].tolist() == [0, 0] and chance.sum() == pytest.approx(1, abs=0.01)
    assert chance_of_busiest(np.ones(2), np.zeros(2), np.array([True, False])).tolist() == [0, 0]
    assert meet_by_more(np.ones(2), np.zeros(2), np.array([True, False]), np.ones(2)) == 1.0


@pytest.mark.parametrize("window", [True, False])
def test_by_residents_alone_no_area_has_more_than_they_explain(window: bool) -> None:
    """At most one map in twenty has such an area; hotspots of counts are on most of these maps."""
    side, rng = 20, np.random.default_rng(6)
    row, column = np.divmod(np.arange(side * side), side)
    near = np.abs(row[:, None] - row) + np.abs(column[:, None] - column) == 1
    board = Neighbours.from_pairs(*np.nonzero(near), pd.RangeIndex(side * side))
    people = np.where((row < 10) & (column < 10), 3000.0, 1000.0) * rng.uniform(0.7, 1.3, side * side)
    spoke = hot = 0
    for _ in range(100):
        counts = rng.multinomial(8000, people / people.sum()).astype(float)
        spoke += bool(more_than_residents(counts, people, board, window=window).any())
        hot += bool((getis_ord_star(counts, board)["cluster"] == "HH").any())
    assert binom.sf(spoke - 1, 100, 0.05) > 1e-3
    assert hot > 90
    risk = np.where((row > 15) & (column > 15), 2.5, 1.0) * people
    more = more_than_residents(rng.poisson(20 * risk / risk.mean()), people, board, window=window)
    assert more[(row > 16) & (column > 16)].all() and not more[(row < 14) & (column < 14)].any()


def test_the_law_is_negative_binomial_and_poisson_at_its_end() -> None:
    y, mean = np.array([1.0, 4, 9]), np.array([2.0, 3, 5])
    np.testing.assert_allclose(at_least(y, mean, 0.0), poisson.sf(y - 1, mean))
    np.testing.assert_allclose(at_least(y, mean, 0.5), nbinom.sf(y - 1, 2, 1 / (1 + 0.5 * mean)))
    expected, alpha = by_residents(np.array([5.0, 10, np.nan]), np.array([1.0, 2, np.nan]))
    assert expected[:2].tolist() == [5, 10] and alpha == 0


@pytest.mark.parametrize("around", [2, 20])
def test_an_area_with_ten_times_the_events_is_very_high_by_itself(around: int) -> None:
    """No exchange of values calls it hot once corrected; it is named, and not what it has around."""
    counts = np.random.default_rng(around).poisson(around, 400).astype(float)
    row, column = np.divmod(np.arange(400), 20)
    near = (np.abs(row[:, None] - row) <= 1) & (np.abs(column[:, None] - column) <= 1)
    near &= np.arange(400)[:, None] != np.arange(400)
    board = Neighbours.from_pairs(*np.nonzero(near), pd.RangeIndex(400))
    lone = 210
    counts[lone] = 10.0 * around
    found = getis_ord_star(counts, board)
    assert found["cluster"].iloc[lone] == "NS"
    alone, beside = very_high_alone(counts, np.ones(400), found["p_ring"].to_numpy(), board)
    assert np.flatnonzero(alone).tolist() == [lone]
    assert beside[lone - 1] and not beside[~near[lone]].any()
    counts[near[lone]] = 5.0 * around  # a cluster
    ring = getis_ord_star(counts, board)["p_ring"].to_numpy()
    assert not very_high_alone(counts, np.ones(400), ring, board)[0].any()


def test_where_areas_are_alike_hardly_ever_is_one_very_high() -> None:
    board = Neighbours.from_pairs(np.array([0, 1]), np.array([1, 0]), pd.RangeIndex(400))
    rng, people = np.random.default_rng(7), np.ones(400)
    for events in (0.1, 3, 40):
        drawn = rng.poisson(events, (100, 400)).astype(float)
        spoke = sum(very_high_alone(one, people, np.ones(400), board)[0].any() for one in drawn)
        assert binom.sf(spoke - 1, 100, 0.05) > 1e-3


@pytest.mark.parametrize("spread", [0.05, 0.6, 4.0])
@pytest.mark.parametrize("window", [True, False])
def test_tails_that_need_not_be_known_change_no_verdict(spread: float, window: bool) -> None:
    rng = np.random.default_rng(11)
    pairs = np.array([(i, j) for i in range(600) for j in (i - 1, i + 1) if 0 <= j < 600])
    row = Neighbours.from_pairs(*pairs.T, pd.RangeIndex(600))
    people = rng.gamma(4, 400, 600)
    counts = rng.poisson(people / 80 * rng.gamma(1 / spread, spread, 600)).astype(float)
    counts[100:104] += 5 * counts.max()
    mean, alpha = by_residents(counts, people)
    total, expected, squares = (row.neighbour_sum(y) + y * window for y in (counts, mean, mean**2))
    size = alpha * squares / expected**2
    both = at_least(total, expected, size), 1 - at_least(total + 1, expected, size)
    p = np.minimum(1.0, 2 * np.minimum(*both))
    for fdr in (True, False):
        significant = (bh_q(p) if fdr else p) <= 0.05
        wanted = significant & (total > expected) & (window | (counts > mean))
        assert wanted.any()
        found = more_than_residents(counts, people, row, window=window, fdr=fdr)
        assert found.tolist() == wanted.tolist()


def test_what_passes_the_correction_is_what_has_a_small_q() -> None:
    rng = np.random.default_rng(3)
    for _ in range(40):
        p = np.where(rng.random(50) < 0.1, np.nan, rng.random(50) ** rng.integers(1, 9))
        for alpha in (0.01, 0.05, 0.5):
            assert bh_passes(p, alpha).tolist() == (bh_q(p) <= alpha).tolist()
