"""Areas with nothing in or around them, in real sparse months: beside the hypergeometric law and esda."""

import warnings

import numpy as np
import pytest
from scipy.stats import hypergeom

from benchmarks import peers
from geo.stats.hotspots import getis_ord_star, local_moran
from geo.stats.permutations import permutation_p


@pytest.mark.parametrize(("kind", "month"), peers.MONTHS)
def test_an_empty_neighbourhood_is_no_cold_spot(shared_data, kind, month):
    _, near = peers.county()
    y = peers.counts(kind, month, near.ids)
    focal = np.repeat(np.arange(near.n), near.cardinalities)
    empty = (y == 0) & (np.bincount(focal, y[near.indices], near.n) == 0)
    none, k = int((y == 0).sum()), near.cardinalities[empty]
    ring, window = local_moran(y, near), getis_ord_star(y, near)
    # of the other areas k are drawn and hold nothing; of all areas, k + 1
    assert ring["p"][empty].to_numpy() == pytest.approx(
        np.minimum(1, 2 * hypergeom.pmf(k, near.n - 1, none - 1, k)), abs=1e-10
    )
    assert window["p"][empty].to_numpy() == pytest.approx(
        np.minimum(1, 2 * hypergeom.pmf(k + 1, near.n, none, k + 1)), abs=1e-10
    )
    assert not (ring["flagged"] | window["flagged"])[empty].any()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = permutation_p(y, near, "getis_ord", permutations=999)[empty]
    assert theirs.to_numpy() == pytest.approx(1 / 1000), "what docs/methods/hotspots.md says of esda"
