"""What p do esda, pygeoda and spdep give to sparse real months, and to a constant, beside the exact one?

Run with ``python benchmarks/peers.py``. Months of police files and the boundaries of Bedfordshire are read
from ``../shared/data``; every program is given the same counts and the same queen neighbours. Prints the
tables of ``docs/methods/hotspots.md`` with the versions asked. esda and pygeoda are development packages;
spdep is asked where ``Rscript`` finds it (Debian: ``apt install r-cran-spdep``).
"""

from __future__ import annotations

import io
import shutil
import subprocess
import tempfile
import warnings
import zipfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.stats.exact_null import neighbour_sum_p
from geo.stats.hotspots import getis_ord_star, local_moran
from geo.stats.weights import Neighbours, queen

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
MONTHS = (("Robbery", "2025-07"), ("Possession of weapons", "2025-03"))
PERMUTATIONS, SEED = 9_999, 1
DIRECTED, TWO_SIDED, FOLDED = "directed", "two-sided", "folded"
SPDEP = """
suppressPackageStartupMessages(library(spdep))
pairs <- read.csv("pairs.csv"); y <- read.csv("y.csv")$y; n <- length(y)
nb <- lapply(seq_len(n), function(i) {j <- pairs$j[pairs$i == i]; if (length(j)) as.integer(j) else 0L})
class(nb) <- "nb"; attr(nb, "region.id") <- as.character(seq_len(n))
set.seed(1)
ring <- nb2listw(nb, style = "W"); window <- nb2listw(include.self(nb), style = "B")
moran <- localmoran_perm(y, ring, nsim = 9999, iseed = 1)
star <- localG_perm(y, window, nsim = 9999, iseed = 1)
inside <- attr(star, "internals")
write.csv(data.frame(
  moran_normal = moran[, "Pr(z != E(Ii))"], moran_two_sided = moran[, "Pr(z != E(Ii)) Sim"],
  moran_folded = moran[, "Pr(folded) Sim"], star_normal = inside[, "Pr(z != E(Gi))"],
  star_two_sided = inside[, "Pr(z != E(Gi)) Sim"], star_folded = inside[, "Pr(folded) Sim"]
), "p.csv", row.names = FALSE)
cat(as.character(packageVersion("spdep")), R.version$major, R.version$minor)
"""


# ---------------------------------------------------------------- what is asked


def county() -> tuple[gpd.GeoDataFrame, Neighbours]:
    """Small areas of Bedfordshire and who touches whom."""
    frame = gpd.read_file(DATA / "boundaries" / "LSOA_2021_bedfordshire.geojson").to_crs(27700)
    frame = frame.set_index(next(column for column in frame if column.upper() == "LSOA21CD"))
    return frame, queen(frame)


def counts(kind: str, month: str, areas: pd.Index) -> np.ndarray:
    """Crimes of one kind in one month by area, from the police's own file."""
    with zipfile.ZipFile(DATA / "police" / "bedfordshire-street-2025.zip") as archive:
        name = next(name for name in archive.namelist() if name.endswith(f"{month}-bedfordshire-street.csv"))
        rows = pd.read_csv(io.BytesIO(archive.read(name)), usecols=["LSOA code", "Crime type"])
    found = rows[rows["Crime type"] == kind].groupby("LSOA code").size()
    return found.reindex(areas, fill_value=0).to_numpy(np.int64)


# ---------------------------------------------------------------- who is asked


def exact(y: np.ndarray, near: Neighbours) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """p of the ring and of the window, of every arrangement."""
    ring, window = local_moran(y, near)["p"], getis_ord_star(y, near)["p"]
    yield "exact, two-sided", ring.to_numpy(float), window.to_numpy(float)
    tails = neighbour_sum_p(y, near)
    yield "exact, smaller tail", np.minimum(tails.lower, tails.upper), np.full(len(y), np.nan)


def by_esda(y: np.ndarray, near: Neighbours) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """The default of ``Moran_Local`` and ``G_Local(star=True)``, and their draws read otherwise."""
    import esda
    from esda.significance import calculate_significance

    graph, settings = near.to_graph(), {"permutations": PERMUTATIONS, "n_jobs": 1, "seed": SEED}
    values = y.astype(float)
    moran = esda.Moran_Local(values, graph, keep_simulations=True, **settings)
    star = esda.G_Local(values, graph, star=True, keep_simulations=True, **settings)
    yield f"esda {version('esda')}, default ({DIRECTED})", moran.p_sim, star.p_sim
    for alternative in (TWO_SIDED, FOLDED):
        p = [
            calculate_significance(seen[:, None], draws, alternative=alternative).ravel()
            for seen, draws in ((moran.Is, moran.rlisas), (star.Gs, star.rGs))
        ]
        yield f"esda {version('esda')}, {alternative}", p[0], p[1]


def by_geoda(y: np.ndarray, frame: gpd.GeoDataFrame, threads: int) -> tuple[str, np.ndarray, np.ndarray]:
    """p of pygeoda with so many threads and one seed."""
    import pygeoda

    weights = pygeoda.queen_weights(
        pygeoda.open(frame[["geometry"]].assign(value=0.0).reset_index(drop=True))
    )
    settings = {"permutations": PERMUTATIONS, "seed": 123456789, "cpu_threads": threads}
    values = pd.Series(y.astype(float))
    moran, star = (ask(weights, values, **settings) for ask in (pygeoda.local_moran, pygeoda.local_gstar))
    name = f"pygeoda {version('pygeoda')}, {threads} thread{'s' if threads > 1 else ''}"
    return name, np.array(moran.lisa_pvalues()), np.array(star.lisa_pvalues())


def by_spdep(y: np.ndarray, near: Neighbours) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """p of spdep's ``localmoran_perm`` and ``localG_perm`` with the area itself among its neighbours."""
    if shutil.which("Rscript") is None:
        return
    with tempfile.TemporaryDirectory() as folder:
        focal = np.repeat(np.arange(near.n), near.cardinalities)
        pairs = pd.DataFrame({"i": focal + 1, "j": near.indices + 1})
        pairs.to_csv(Path(folder, "pairs.csv"), index=False)
        pd.DataFrame({"y": y}).to_csv(Path(folder, "y.csv"), index=False)
        asked = subprocess.run(
            ["Rscript", "-e", SPDEP], check=False, cwd=folder, capture_output=True, text=True
        )
        if asked.returncode:
            print(f"(spdep was not asked: {asked.stderr.strip().splitlines()[-1:]})")
            return
        spdep, *release = asked.stdout.split()[-3:]
        p = pd.read_csv(Path(folder, "p.csv"))
    name = f"spdep {spdep} (R {'.'.join(release)})"
    yield f"{name}, two-sided ranks", *p[["moran_two_sided", "star_two_sided"]].to_numpy().T
    yield f"{name}, folded", *p[["moran_folded", "star_folded"]].to_numpy().T
    yield f"{name}, normal from draws", *p[["moran_normal", "star_normal"]].to_numpy().T


# ---------------------------------------------------------------- what is told


def told(p: np.ndarray) -> str:
    """A range of p, "0.17 to 0.47"."""
    low, high = f"{np.nanmin(p):.2g}", f"{np.nanmax(p):.2g}"
    return low if low == high else f"{low} to {high}"


def row(name: str, ring: np.ndarray, window: np.ndarray, empty: np.ndarray) -> str:
    """One line of a table of Markdown: p of the empty, how many of them lie under .001, and all up to .05."""
    cells = [name]
    for p in (ring, window):
        known = not np.isnan(p).all()
        cells += (
            [told(p[empty]), f"{(p[empty] < 0.001).sum()}", f"{(p <= 0.05).sum()}"] if known else ["–"] * 3
        )
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Print the tables."""
    warnings.simplefilter("ignore", DeprecationWarning)
    frame, near = county()
    focal = np.repeat(np.arange(near.n), near.cardinalities)
    for kind, month in MONTHS:
        y = counts(kind, month, near.ids)
        empty = (y == 0) & (np.bincount(focal, y[near.indices], near.n) == 0)
        print(f"\n{kind}, {month}: {y.sum()} crimes in {near.n} areas.\n")
        print(f"| p of the {empty.sum()} areas without a crime in or around them ", end="")
        print("| local Moran | under .001 | all ≤ .05 | Gi* | under .001 | all ≤ .05 |")
        print("|---" * 7 + "|")
        geoda = [by_geoda(y, frame, threads) for threads in (1, 4)]
        for line in (*exact(y, near), *by_esda(y, near), *geoda, *by_spdep(y, near)):
            print(row(*line, empty))
        again = by_geoda(y, frame, 4)
        for statistic, at in (("local Moran", 1), ("Gi*", 2)):
            differ, same = ((geoda[1][at] != other[at]).sum() for other in (geoda[0], again))
            print(
                f"\npygeoda, {statistic}, one seed: p of {differ} areas differ between 1 and 4 threads, ",
                end="",
            )
            print(f"of {same} between two calls with 4.")
    constant(frame, near)


def called(names: pd.Series) -> str:
    """How many areas are called what, "417 High-High"."""
    return ", ".join(f"{number} {name}" for name, number in names.value_counts().items())


def constant(frame: gpd.GeoDataFrame, near: Neighbours) -> None:
    """Print what each program calls a county in which every area has the same value."""
    import esda
    import pygeoda

    y = np.full(near.n, 3)
    weights = pygeoda.queen_weights(
        pygeoda.open(frame[["geometry"]].assign(value=0.0).reset_index(drop=True))
    )
    print("\nEvery area has 3:")
    ours = local_moran(y, near)
    print(f"- here: {called(ours['cluster'].astype(str))}")
    for ask in (pygeoda.local_moran, pygeoda.local_gstar):
        found = ask(weights, pd.Series(y.astype(float)), permutations=999)
        names = pd.Series(found.lisa_clusters()).map(dict(enumerate(found.lisa_labels())))
        print(f"- pygeoda.{ask.__name__}: {called(names)}, p {told(np.array(found.lisa_pvalues()))}")
    with np.errstate(all="ignore"):
        for ask in (esda.Moran_Local, esda.G_Local):
            settings = {"star": True} if ask is esda.G_Local else {}
            found = ask(y.astype(float), near.to_graph(), permutations=999, n_jobs=1, seed=1, **settings)
            print(f"- esda.{ask.__name__}: p {told(found.p_sim)}")


if __name__ == "__main__":
    main()
