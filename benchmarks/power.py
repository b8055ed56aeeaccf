"""Who finds a planted cluster? Ours beside esda's default, with the same correction, in one run.

Run with ``python benchmarks/power.py`` (``--maps 100`` for fewer than 400 maps). Five adjacent areas have
twice the risk of the others; events are Poisson. Every program is asked of the same maps, and its p corrected
by Benjamini and Hochberg at 5%. Beside it stand maps on which nothing is planted. Prints the table of
``docs/methods/calibration.md``. Real boundaries are used where the folder ``../shared/data`` is present,
squares elsewhere.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from functools import cache

import numpy as np
from bench_hotspots import areas

from geo.stats.hotspots import bh_q, getis_ord_star, local_moran
from geo.stats.weights import Neighbours, queen

ALPHA, TIMES, PLANTED = 0.05, 2.0, 5
DENSITIES = (2, 5, 20)
"""Events an area."""

Hot = Callable[[np.ndarray, Neighbours], np.ndarray]


def ours(statistic: Callable[..., object]) -> Hot:
    """Areas that a statistic of ours calls hot."""
    return lambda y, near: (statistic(y, near, alpha=ALPHA)["cluster"] == "HH").to_numpy()


@cache
def graph(near: Neighbours) -> object:
    """The neighbours as esda takes them."""
    return near.to_graph()


def esda_moran(y: np.ndarray, near: Neighbours) -> np.ndarray:
    """High among high by esda's local Moran's I with its default of 999 permutations."""
    import esda

    found = esda.Moran_Local(y, graph(near), n_jobs=1, keep_simulations=False, seed=1)
    return (bh_q(found.p_sim) <= ALPHA) & (found.q == 1)


def esda_g(y: np.ndarray, near: Neighbours) -> np.ndarray:
    """Hot by esda's Gi* with its default of 999 permutations."""
    import esda

    found = esda.G_Local(y, graph(near), star=True, n_jobs=1, keep_simulations=False, seed=1)
    return (bh_q(found.p_sim) <= ALPHA) & (found.Zs > 0)


PROGRAMS: dict[str, Hot] = {
    "Gi*, here": ours(getis_ord_star),
    "Gi*, esda": esda_g,
    "local Moran's I, here": ours(local_moran),
    "local Moran's I, esda": esda_moran,
}


def planted(near: Neighbours, rng: np.random.Generator) -> np.ndarray:
    """Five adjacent areas, bool: one at random and the others beside those that are in."""
    cluster = np.zeros(near.n, bool)
    cluster[rng.choice(np.flatnonzero(near.cardinalities))] = True
    while cluster.sum() < PLANTED:
        beside = np.flatnonzero((near.neighbour_sum(cluster.astype(float)) > 0) & ~cluster)
        cluster[rng.choice(beside)] = True
    return cluster


def main() -> None:
    """Print the table."""
    warnings.simplefilter("ignore")
    maps = int(sys.argv[sys.argv.index("--maps") + 1]) if "--maps" in sys.argv else 400
    name, frame = areas(417)
    near = queen(frame)
    print(f"{near.n} areas ({name}), {maps} maps each; ± is twice the standard error.\n")
    print(
        "| events an area | program | cluster found | its areas found | ordinary areas among the hot "
        "| maps with any, nothing there |\n|---|---|---|---|---|---|"
    )
    for density in DENSITIES:
        rng = np.random.default_rng(density)
        clusters = [planted(near, rng) for _ in range(maps)]
        drawn = [rng.poisson(density * np.where(one, TIMES, 1.0)).astype(float) for one in clusters]
        empty = [rng.poisson(density, near.n).astype(float) for _ in range(maps)]
        for program, hot in PROGRAMS.items():
            found = [hot(y, near) for y in drawn]
            any_ = np.array([(h & c).any() for h, c in zip(found, clusters, strict=True)])
            part = np.array([(h & c).sum() / PLANTED for h, c in zip(found, clusters, strict=True)])
            total = sum(h.sum() for h in found)
            wrong = sum((h & ~c).sum() for h, c in zip(found, clusters, strict=True))
            false = np.array([hot(y, near).any() for y in empty])
            shares = [
                f"{one.mean():.1%} ± {2 * max(one.std(), 0.05) / np.sqrt(maps):.1%}"
                for one in (any_, part, false)
            ]
            ordinary = f"{wrong / total:.0%}" if total else "–"
            print(
                f"| {density} | {program} | {shares[0]} | {shares[1]} | {ordinary} | {shares[2]} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
