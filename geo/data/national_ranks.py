"""How deprived is a ward among all wards of England, and a borough among all districts?

The Indices of Deprivation rank small areas. Larger areas are ranked here as their publisher does: by the
average rank of their small areas, weighted by residents. It takes the ranks of every small area of England, a
lookup of all of them to wards and districts, and how many people live in each; where one is not there, larger
areas have no rank.
"""

from __future__ import annotations

import pandas as pd

from geo.data.store import Transaction

SMALL_AREAS = {"lsoa11cd": 32_844, "lsoa21cd": 33_755}
"""Number of England's small areas, all of which a national file must have."""
RANKS, PEOPLE, LOOKUP = "deprivation/all", "population/all", "lookup/all"
"""Roles of the national tables: ranks of each small area, its residents, and its ward and district."""
KINDS = {"ward": "wards", "borough": "districts"}


def keep_ranks(change: Transaction, table: pd.DataFrame) -> None:
    """Keep the ranks of the whole country, where a table of the Indices has them."""
    whole = len(table) == SMALL_AREAS[str(table.index.name)]
    _keep(change, RANKS, table.filter(regex="_rank$|^residents$") if whole else None)


def keep_people(change: Transaction, people: pd.DataFrame) -> None:
    """Keep the residents of every small area of a table of residents by age that has all of England's."""
    total = people["population"].groupby(level=0).sum().to_frame("residents")
    english = int(total.index.str.startswith("E").sum())
    _keep(change, PEOPLE, total if english == SMALL_AREAS[str(people.index.name)] else None)


def _keep(change: Transaction, role: str, table: pd.DataFrame | None) -> None:
    if table is not None:
        change.put(role, table)
    elif change.has(role):
        change.remove(role)


def rank(change: Transaction) -> list[str]:
    """Rank the loaded wards and boroughs among England's, and say what was done or what it takes."""
    from geo.stats.deprivation import ranks_of_groups  # whose libraries take long to load

    if not change.has("deprivation") or not change.has("lookup"):
        return []
    for level in KINDS:
        _keep(change, f"deprivation/{level}", None)
    missing = _missing(change)
    if missing:
        return [
            f"Wards and boroughs show the average of their small areas: import {missing} of England to rank "
            "them among England's."
        ]
    ranks, lookup = change.read(RANKS), change.read(LOOKUP)
    people = ranks if "residents" in ranks else change.read(PEOPLE).reindex(ranks.index)
    said, local = [], change.read("lookup")
    for level, kind in KINDS.items():
        code = str(lookup.columns[list(lookup.columns).index(level) - 1])
        group = lookup[code].reindex(ranks.index)
        found = {}
        for column in ranks.columns.drop("residents", errors="ignore"):
            table = ranks_of_groups(ranks[column], people["residents"], group)
            found[column] = table["rank"]
            found[column.replace("_rank", "_decile")] = table["decile"]
        national = pd.DataFrame(found)
        here = national.reindex(pd.Index(local[code].unique(), name=code)).assign(among=len(national))
        change.put(f"deprivation/{level}", here.astype("int64"), derived=True)
        said.append(f"{len(here):,} of England's {len(national):,} {kind}")
    return [f"Deprivation: {' and '.join(said)} are loaded, and ranked among these."]


def _missing(change: Transaction) -> str:
    """What a rank among England's wards would take; "" where it is all there."""
    if not change.has(RANKS):
        return "the Indices of Deprivation of all small areas"
    ranks = change.read(RANKS)
    needed = {"a lookup": LOOKUP} if "residents" in ranks else {"a lookup": LOOKUP, "the residents": PEOPLE}
    for name, role in needed.items():
        index = change.read(role).index if change.has(role) else pd.Index([])
        if index.name != ranks.index.name or not ranks.index.isin(index).all():
            return f"{name} of all small areas"
    return ""
