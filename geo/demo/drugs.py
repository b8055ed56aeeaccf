"""Who dies of drugs and alcohol, and who is treated for them, in the demonstration county? Tables of numbers.

Two further sources, imported by the mappings that come with the program: deaths by small area and year, of
which the published part is in the most deprived areas, and episodes of treatment by ward and year, which rise
with deprivation. The county can be built without them.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from geo.demo import published
from geo.demo.chance import SEED

YEARS = range(2019, 2024)
DEATHS, EPISODES = 690, 19_500
"""In all years together."""
MOST_DEPRIVED = 3
"""National tenths of deprivation whose part of the deaths is published."""
_CAUSES = {"Drug poisoning": 0.58, "Alcohol-specific": 0.42}
_SUBSTANCES = {"Opiates": 0.5, "Alcohol": 0.28, "Non-opiates": 0.11, "Non-opiates and alcohol": 0.11}
_ALONE, _TIMES = "Eastcotts", 2.1
"""The one ward with about double the rate of others as deprived, here as in the hospitals."""

_Make = Callable[[np.random.Generator, pd.DataFrame, pd.Series], pd.DataFrame]


def write(folder: Path, areas: pd.DataFrame, population: pd.DataFrame) -> dict[str, Path]:
    """Write both tables: for each the key of its source, which is the name of its mapping, and its file."""
    people = population.groupby("lsoa11cd")["population"].sum().reindex(areas.index)
    found = {}
    for at, (key, make) in enumerate(TABLES.items()):
        found[key] = folder / f"{key}-made-up.csv"
        make(np.random.default_rng([SEED, 90 + at]), areas, people).to_csv(
            found[key], index=False, lineterminator="\n"
        )
    return found


def _deaths(rng: np.random.Generator, areas: pd.DataFrame, people: pd.Series) -> pd.DataFrame:
    """Deaths by small area, year and cause; no row where nobody died."""
    weight = (people * np.exp(0.9 * areas["urbanity"] + rng.normal(0, 0.3, len(areas)))).to_numpy()
    deprived = (areas["imd_decile"] <= MOST_DEPRIVED).to_numpy()
    number = round(published.DRUG_DEATHS * DEATHS)
    counts = np.zeros((len(areas), len(YEARS) * len(_CAUSES)), np.int64)
    each = np.tile(list(_CAUSES.values()), len(YEARS)) / len(YEARS)
    for here, of in ((deprived, number), (~deprived, DEATHS - number)):
        part = np.outer(weight * here, each)
        counts += rng.multinomial(of, part.ravel() / part.sum()).reshape(counts.shape)
    return _rows(areas.index, counts, list(_CAUSES), ["LSOA21CD", "Year", "Cause", "Deaths"])


def _episodes(rng: np.random.Generator, areas: pd.DataFrame, people: pd.Series) -> pd.DataFrame:
    """Episodes of treatment by ward, year and substance."""
    need = (people * np.exp(0.22 * (5.5 - areas["imd_decile"]))).groupby(areas["wd24cd"]).sum()
    alone = need.index.isin(areas.loc[areas["ward"] == _ALONE, "wd24cd"])
    weight = need * np.exp(rng.normal(0, 0.15, len(need))) * np.where(alone, _TIMES, 1.0)
    part = np.outer(weight, np.tile(list(_SUBSTANCES.values()), len(YEARS)))
    counts = rng.multinomial(EPISODES, part.ravel() / part.sum()).reshape(part.shape)
    return _rows(need.index, counts, list(_SUBSTANCES), ["WD24CD", "Year", "Substance", "Episodes"])


def _rows(index: pd.Index, counts: np.ndarray, kinds: list[str], head: list[str]) -> pd.DataFrame:
    """Rows of area, year, kind and number from a table of areas by years and, within them, kinds."""
    area, cell = np.nonzero(counts)
    year, kind = np.divmod(cell, len(kinds))
    cells = index[area], np.array(YEARS)[year], np.array(kinds, object)[kind], counts[area, cell]
    return pd.DataFrame(dict(zip(head, cells, strict=True)))


TABLES: dict[str, _Make] = {"drug_deaths": _deaths, "treatment": _episodes}
"""Sources by their keys."""
