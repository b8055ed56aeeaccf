"""Many maps judged at once: each as by itself, corrected for all looks together."""

import numpy as np

from geo.stats.at_once import hot_at_once
from geo.stats.hotspots import bh_q, getis_ord_star
from tests.support.board import board


def test_every_map_is_judged_as_by_itself():
    neighbours, rng = board(6), np.random.default_rng(3)
    counts = rng.poisson(rng.gamma(0.5, 4.0, size=(36, 1)) * rng.uniform(0, 2, size=12))
    counts[:, 4] = 0  # an hour without events
    counts[:, 5] = 7  # and one in which all areas are alike
    for fdr in (True, False):
        looks = hot_at_once(counts, neighbours, fdr=fdr)
        single = [getis_ord_star(column, neighbours, fdr=False) for column in counts.T.astype(float)]
        p = np.stack([one["p"].to_numpy() for one in single], axis=1)
        np.testing.assert_allclose(looks.p, p, rtol=1e-12)
        np.testing.assert_allclose(looks.q, bh_q(p.ravel()).reshape(p.shape), rtol=1e-12)
        hot = np.stack([(one["cluster"] == "HH").to_numpy() for one in single], axis=1)
        assert (looks.hot == (hot & (looks.q <= 0.05) if fdr else hot)).all()
    assert looks.hot.any() and np.isnan(looks.p[:, 4:6]).all() and np.isnan(looks.p[0]).all()


def test_where_areas_are_alike_at_most_one_week_in_twenty_shows_a_hotspot():
    """Alike, or each at a risk of its own that is dealt out anew and stays the same at every hour."""
    neighbours, rng, weeks = board(5), np.random.default_rng(8), 100
    shown = {"equal": 0, "dealt": 0}
    for world in shown:
        for _ in range(weeks):
            risk = np.ones(25) if world == "equal" else rng.permutation(np.linspace(0.3, 3.0, 25))
            week = rng.poisson(risk[:, None] * rng.uniform(0.2, 3.0, size=8))
            shown[world] += hot_at_once(week, neighbours).hot.any()
    assert max(shown.values()) <= weeks * 0.05 + 3 * np.sqrt(weeks * 0.05 * 0.95), shown
