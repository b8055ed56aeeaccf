"""From counts to labelled areas: the exact null beside esda's and GeoDa's permutations, in one run.

Run with ``python benchmarks/bench_hotspots.py`` (``--quick`` leaves out 9,999 permutations of England).
Real boundaries are used where the folder ``../shared/data`` is present, squares elsewhere. Every figure is
the median of repeated warm calls on one thread (pygeoda: two). Compilation is left out, and so are the
neighbour lists, which are built once at import.
"""

from __future__ import annotations

import statistics
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import box

from benchmarks.told import Table
from geo.stats.at_once import hot_at_once
from geo.stats.exact_null import SMALLEST_P, neighbour_sum_p
from geo.stats.hotspots import getis_ord_star, local_moran
from geo.stats.weights import Neighbours, queen

BOUNDARIES = Path(__file__).resolve().parents[2] / "shared" / "data" / "boundaries"
REAL = {417: "LSOA_2021_bedfordshire.geojson", 33_755: "LSOA_2021_england.gpkg"}


def areas(n: int) -> tuple[str, gpd.GeoDataFrame]:
    """Real boundaries of so many areas, or as many squares."""
    path = BOUNDARIES / REAL.get(n, "")
    if path.is_file():
        return path.stem, gpd.read_file(path).to_crs(27700)
    side = int(np.ceil(np.sqrt(n)))
    shapes = [box(100 * c, 100 * r, 100 * (c + 1), 100 * (r + 1)) for r in range(side) for c in range(side)]
    return "squares", gpd.GeoDataFrame(geometry=shapes[:n], crs="EPSG:27700")


def median_ms(call: Callable[[], object], seconds: float = 2.0) -> float:
    """Median time of warm calls, in milliseconds, repeated for about so many seconds."""
    call()
    times: list[float] = []
    while len(times) < 3 or (sum(times) < seconds and len(times) < 200):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return 1000 * statistics.median(times)


def slices(n: int) -> dict[str, np.ndarray]:
    """Values that a filter may leave: a sparse month, a full year, a rate."""
    rng = np.random.default_rng(20240501)
    mean = rng.gamma(0.9, 1.1, n)
    return {
        "sparse month": rng.poisson(0.2 * mean),
        "year": rng.poisson(50 * mean),
        "rate": 1000 * rng.poisson(50 * mean) / rng.integers(1000, 3000, n),
    }


def peers(
    frame: gpd.GeoDataFrame, neighbours: Neighbours, permutations: int
) -> dict[str, Callable[[np.ndarray], object]]:
    """The same question asked of esda and pygeoda."""
    import esda
    import pygeoda

    graph = neighbours.to_graph()
    plain = frame[["geometry"]].copy()
    plain["value"] = 0.0
    geoda = pygeoda.open(plain)
    weights = pygeoda.queen_weights(geoda)

    def by_esda(y: np.ndarray) -> object:
        return esda.Moran_Local(y, graph, permutations=permutations, n_jobs=1, keep_simulations=False, seed=1)

    def by_geoda(y: np.ndarray) -> object:
        return pygeoda.local_moran(
            weights, pd.Series(y), permutations=permutations, permutation_method="lookup", cpu_threads=2
        )

    return {"esda": by_esda, "pygeoda": by_geoda}


PEERS = ("esda 999", "esda 9,999", "pygeoda 999", "pygeoda 9,999")
"""With how many permutations."""


def main() -> None:
    """Print the tables."""
    warnings.simplefilter("ignore", DeprecationWarning)
    quick = "--quick" in sys.argv
    for n in (417, 6_800, 33_755):
        name, frame = areas(n)
        start = time.perf_counter()
        neighbours = queen(frame)
        built = time.perf_counter() - start
        found = Table(f"Neighbours of {n:,} areas", "", "milliseconds", "of one, most")
        found.row("found once, at import", 1000 * built, int(neighbours.cardinalities.max()))
        title = f"{n:,} areas ({name}), milliseconds"
        table = Table(title, "counts", "exact", "Gi*", *PEERS, "p within")
        asked = {p: peers(frame, neighbours, p) for p in (999, 9_999)}
        for label, y in slices(n).items():
            moran = median_ms(lambda y=y, neighbours=neighbours: local_moran(y, neighbours))
            star = median_ms(lambda y=y, neighbours=neighbours: getis_ord_star(y, neighbours))
            error = neighbour_sum_p(y, neighbours).error.max()
            took: list[float | None] = []
            for peer in ("esda", "pygeoda"):
                for permutations in (999, 9_999):
                    if quick and n > 10_000 and permutations > 999:
                        took.append(None)
                        continue
                    ask = asked[permutations][peer]
                    took.append(median_ms(lambda y=y, ask=ask: ask(y.astype(float)), seconds=0.5))
            table.row(label, moran, star, *took, error if error > 2 * SMALLEST_P else None)
        week = np.random.default_rng(20240502).poisson(slices(n)["year"][:, None] / 168, size=(n, 168))
        at_once = median_ms(
            lambda week=week, neighbours=neighbours: hot_at_once(week, neighbours), seconds=1.0
        )
        table.row("168 hours of a week at once", None, at_once, *[None] * len(PEERS), None)


if __name__ == "__main__":
    main()
