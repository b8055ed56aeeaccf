"""How much do the strengths of protection hide, and what do they leave?

Of each source of the demonstration county the protected version is drawn again with other keys, and set
beside the true events; prints the tables of docs/methods/protection.md: `python -m benchmarks.protection
FOLDER`.
"""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd

from benchmarks.known import guessed
from geo.answer.atlas import Atlas
from geo.answer.disclosure import LARGEST_SUPPRESSED
from geo.ask.query import Query
from geo.ask.viewer import CLEARED_OWNER
from geo.data.guarded import places_of
from geo.data.protection import STANDARD, STRENGTHS, Places, key_of, protected
from geo.stats.hotspots import getis_ord_star

DRAWS = 10
CHOSEN_ON, SECRETS = 300, 200
"""Secrets that the shares of the budget were chosen on, and those after them that tell how good they are."""
BUSIEST = {"ae": 18, "admissions": 16, "ambulance": 16}
"""Of the 20 areas with the most, how many are to be among the protected 25."""
MORE = 0.10
WORST = {
    "20 busiest among 25": "min",
    "Gi* overlap": "min",
    "off at the ends": "max",
    "off by borough and year": "max",
}
SOURCES = ("ae", "admissions", "ambulance")


def hot(counts: np.ndarray, atlas: Atlas) -> np.ndarray:
    found = getis_ord_star(counts.astype(float), atlas.levels["lsoa"].neighbours)
    return (found["cluster"] == "HH").to_numpy()


def compared(atlas: Atlas, places: Places, source: str, budget: float, draw: int) -> dict[str, float]:
    events, months = atlas.snapshot.incidents(source), atlas.snapshot.months(source)
    grain = next(b["grain"] for b in atlas.snapshot.manifest["batches"].values() if b["source"] == source)
    key = key_of(draw.to_bytes(4), events, budget)
    ours = protected(events, places, months, grain, budget=budget, key=key)
    frame = atlas.levels["lsoa"].frame

    def by_area(of: pd.DataFrame) -> np.ndarray:
        return of["lsoa"].value_counts().reindex(frame.index, fill_value=0).to_numpy()

    def by_year(of: pd.DataFrame) -> pd.Series:
        return of.groupby([of["lsoa"].map(frame["lad"]), of["month"] // 12]).size()

    told, true = by_area(ours), by_area(events)
    starred = (told >= 1) & (told <= LARGEST_SUPPRESSED)
    most = [set(np.argsort(-counts, kind="stable")[:n]) for counts, n in ((true, 20), (told, 25))]
    spots = [hot(counts, atlas) for counts in (true, told)]
    tenth = frame["imd_decile"].to_numpy(int)
    ends = [abs(told[tenth == t].sum() / true[tenth == t].sum() - 1) for t in (1, 10)]
    return {
        "right of the starred": (told == true)[starred].mean(),
        "20 busiest among 25": len(most[0] & most[1]),
        "Gi* overlap": (spots[0] & spots[1]).sum() / max(1, (spots[0] | spots[1]).sum()),
        "off at the ends": max(ends),
        "off by borough and year": by_year(ours).sub(by_year(events), fill_value=0).abs().max(),
        "off by area": np.abs(told - true).mean(),
    }


def guess(atlas: Atlas, source: str) -> float:
    """Share of the starred that are right by the totals of boroughs and the residents of areas."""
    true = atlas.asked(Query.parse(f"source={source}&level=lsoa", atlas.catalogue)[0])
    borough = atlas.levels["borough"].parent
    share = true.population / np.bincount(borough, true.population)[borough]
    return guessed(true.counts, share, np.bincount(borough, true.counts)[borough])


def met(found: pd.DataFrame, source: str, guess: float) -> dict[str, float]:
    """In which share of the draws each goal of the standard strength is met, and all of them."""
    goals = pd.DataFrame(
        {
            f"right of the starred at most guess + {MORE:.2f}": found["right of the starred"] <= guess + MORE,
            "20 busiest among 25": found["20 busiest among 25"] >= BUSIEST[source],
            "Gi* overlap 0.7": found["Gi* overlap"] >= 0.7,
            "ends within 10%": found["off at the ends"] <= 0.1,
            "borough and year within 5": found["off by borough and year"] <= 5,
        }
    )
    return {**goals.mean(), "all": goals.all(axis=1).mean()}


def shown(rows: list[dict[str, str]]) -> None:
    """Print a table in Markdown."""
    table = pd.DataFrame(rows)
    print(" | ".join(["", *table.columns, ""]).strip())
    print("|---" * len(table.columns) + "|")
    for row in table.itertuples(index=False):
        print("| " + " | ".join(row) + " |")


def main(folder: str) -> None:
    atlas = Atlas.open(folder, CLEARED_OWNER)
    places = places_of(atlas.snapshot)
    rows = []
    for strength, budget in STRENGTHS.items():
        for source in SOURCES:
            found = pd.DataFrame([compared(atlas, places, source, budget, draw) for draw in range(DRAWS)])
            means = {name: f"{value:.2f}" for name, value in found.mean().items()}
            rows.append(
                {"strength": strength, "source": source, "guess": f"{guess(atlas, source):.2f}"} | means
            )
    shown(rows)
    others = range(CHOSEN_ON + 1, CHOSEN_ON + SECRETS + 1)
    print(f"\nOver {SECRETS} secrets, standard strength:\n")
    rows = []
    for source in SOURCES:
        budget = STRENGTHS[STANDARD]
        found = pd.DataFrame([compared(atlas, places, source, budget, k) for k in others])
        shares = met(found, source, guess(atlas, source))
        rows.append({"source": source} | {name: f"{share:.1%}" for name, share in shares.items()})
        print(source, "at worst:", found.agg(WORST).to_dict())
    shown(rows)


if __name__ == "__main__":
    main(sys.argv[1])
