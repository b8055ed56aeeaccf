"""Who reports on which district, in which months? What nobody reported on is no zero.

Files of several forces or suppliers say whose they are by their name (``2023-01-kent-street.csv``) or row by
row (“Reported by”). A district is that of the force with the most events in it, and covered in the months
that this force reported. Files that do not say whose they are cover every district, as do folders written
before it was kept. Who may not see the true events of a source is told which force's a district is, and not
how many events it has in any area (:func:`uncounted`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from geo.ask.words import month_number, month_text, slug
from geo.data.boundaries import code_column
from geo.data.coverage import THIN, reported
from geo.data.store import CLEARED, Snapshot

NATIONWIDE = frozenset({"btp", "british-transport"})
"""Forces that no district is the district of: the railway's."""
TELLING = 100
"""Events to expect below which a district is too small to tell that its force gives nothing."""
ANYONE = ""
"""In place of the force of a district that is too small to tell."""
_NO_PART = frozenset({"police", "constabulary", "service"})
Months = Mapping[str, Mapping[str, int]]
"""Events in the loaded areas by force and month, ``YYYY-MM``; a month whose file has no row is 0."""


def force_key(name: str) -> str:
    """Name of a force as police.uk's files have it.

    >>> [force_key(name) for name in ("Devon & Cornwall Police", "Police Service of Northern Ireland")]
    ['devon-and-cornwall', 'northern-ireland']
    """
    words = [word for word in slug(name.replace("&", " and ")).split("-") if word not in _NO_PART]
    return "-".join(words).removeprefix("of-")


def counted(
    forces: pd.Series, lsoa: pd.Series, month: pd.Series, given: Iterable[tuple[str, list[int]]]
) -> tuple[dict[str, dict[str, int]], pd.DataFrame]:
    """Count what forces report.

    Parameters
    ----------
    forces, lsoa, month : Series
        Of the events in the loaded areas.
    given : iterable of (str, list of int)
        Months for which there is a file or a row of a force.

    Returns
    -------
    by_month : dict
        As :data:`Months`.
    by_area : DataFrame
        ``force, lsoa, events``.
    """
    by_month: dict[str, dict[str, int]] = {}
    for force, months in given:
        by_month.setdefault(force, {}).update(dict.fromkeys(map(month_text, months), 0))
    for (force, number), events in month.groupby([forces, month]).size().items():
        by_month[force][month_text(number)] = int(events)
    by_area = lsoa.groupby([forces.rename("force"), lsoa.rename("lsoa")]).size().rename("events")
    return by_month, by_area.reset_index().astype({"force": "str", "lsoa": "str"})


def usual_forces(by_area: pd.DataFrame, districts: pd.Series) -> dict[str, str]:
    """Force of each district; :data:`ANYONE` where it is too small to tell, no entry where there is none.

    It is the force with the most events there, unless they are next to nothing of what it has elsewhere:
    a neighbour's few rows across the border.

    Parameters
    ----------
    by_area : DataFrame
        ``force, lsoa, events``.
    districts : Series
        District of each small area, by its code.
    """
    size = districts.value_counts()
    own = by_area[~by_area["force"].isin(NATIONWIDE)]
    at = size.index.get_indexer(own["lsoa"].map(districts))
    own, at = own[at >= 0], at[at >= 0]
    force, names = pd.factorize(own["force"], sort=True)
    events = np.zeros((len(size), len(names)), np.int64)
    np.add.at(events, (at, force), own["events"].to_numpy(np.int64))
    if not events.sum():
        return dict.fromkeys(size.index, ANYONE)
    dense = np.array([_density(of_force, size.to_numpy()) for of_force in events.T])
    most = np.where(events.max(axis=1) > 0, events.argmax(axis=1), events.sum(axis=0).argmax())
    expected = dense[most] * size.to_numpy()
    counted = events[np.arange(len(size)), most]
    found = {}
    for district, name, number, usual in zip(size.index, names[most], counted, expected, strict=True):
        if number and number >= THIN * usual:
            found[district] = name
        elif usual < TELLING:
            found[district] = ANYONE
    return found


def _density(events: np.ndarray, areas: np.ndarray) -> float:
    """Events a small area in the district in which a force's median event lies."""
    density = events / areas
    order = np.argsort(density)
    return float(density[order][np.searchsorted(np.cumsum(events[order]), events.sum() / 2)])


def uncounted(by_area: pd.DataFrame, districts: pd.Series, months: int) -> pd.DataFrame:
    """The same without counts, for who may not see them: each district's force alike in all of its areas.

    Parameters
    ----------
    by_area : DataFrame
        ``force, lsoa, events``.
    districts : Series
        District of each small area, by its code.
    months : int
        That the delivery covers: how much it weighs beside others.

    Examples
    --------
    >>> true = pd.DataFrame({"force": "kent", "lsoa": ["a", "b"], "events": [170, 30]})
    >>> uncounted(true, pd.Series("Dover", index=["a", "b", "c"]), 2)["events"].tolist()
    [200, 200, 200]
    """
    forces = districts.map(usual_forces(by_area, districts)).dropna()
    told = pd.DataFrame({"force": forces, "lsoa": forces.index, "events": TELLING * months})
    return told.reset_index(drop=True).astype({"force": "str", "lsoa": "str"})


def districts_of(snapshot: Snapshot) -> pd.Series:
    """District of each small area, by its code; all of them in one without a lookup."""
    areas = snapshot.read("areas/lsoa").index
    if not snapshot.has("lookup"):
        return pd.Series("", index=areas)
    lookup = snapshot.read("lookup")
    return lookup[code_column(lookup, "borough")].reindex(areas)


def held(
    snapshot: Snapshot, batches: Mapping[str, Any], areas: pd.Index, *, true: bool
) -> tuple[Months, pd.DataFrame]:
    """What forces are known to have reported in some batches of a source, as :func:`counted`.

    The table without counts is read unless it is to be the ``true`` one. A batch from before areas were kept
    says how many events its forces have in a month: these stand in all areas alike.
    """
    by_month: dict[str, dict[str, int]] = {}
    by_area = [pd.DataFrame({"force": [], "lsoa": [], "events": []})]
    for role, batch in batches.items():
        for force, months in batch.get("reports", {}).items():
            mine = by_month.setdefault(force, {})
            for month, number in months.items():
                mine[month] = mine.get(month, 0) + number
        stored = true_role_of(role) if true and snapshot.has(true_role_of(role)) else role_of(role)
        if snapshot.has(stored):
            by_area.append(snapshot.read(stored))
        elif "reports" not in batch:
            for force, often in batch.get("forces", {}).items():
                mine = by_month.setdefault(force, {})
                for month in batch["months"]:
                    mine[month] = mine.get(month, 0) + round(often)
                each = often * len(batch["months"]) / len(areas)
                by_area.append(pd.DataFrame({"force": force, "lsoa": areas, "events": each}))
    return by_month, pd.concat(by_area)


def role_of(batch: str) -> str:
    """Role of the table of what forces report of a batch of events; without counts if it is not open."""
    return f"reports/{batch.removeprefix('incidents/')}"


def true_role_of(batch: str) -> str:
    """Role of the counted table of a batch that is not open."""
    return f"{CLEARED}/{batch.removeprefix('incidents/')}/reports"


def without(snapshot: Snapshot, source: str) -> list[str]:
    """Names of the districts of which a part is not reported on in some loaded month of a source."""
    lookup = snapshot.read("lookup") if snapshot.has("lookup") else None
    if lookup is None:
        return []
    throughout = covered(snapshot, source, lookup[code_column(lookup, "borough")]).all(axis=1)
    return sorted(lookup["borough"][~throughout].unique())


def covered(snapshot: Snapshot, source: str, districts: pd.Series) -> np.ndarray:
    """Whether each small area is reported on in each loaded month of a source.

    Parameters
    ----------
    snapshot : Snapshot
    source : str
    districts : Series
        District of each small area, by its code, in map order.

    Returns
    -------
    ndarray of bool, shape (small areas, months)
    """
    months = snapshot.months(source)
    batches = {r: b for r, b in snapshot.manifest["batches"].items() if b["source"] == source}
    by_month, by_area = held(snapshot, batches, districts.index, true=snapshot.sees(source))
    found = np.zeros((len(districts), len(months)), bool)
    place = {month: at for at, month in enumerate(months)}
    force = districts.map(usual_forces(by_area, districts))
    for force_, numbers in by_month.items():
        at = [place[month_number(month)] for month in reported(numbers) if month_number(month) in place]
        mine = force.eq(force_) | (force.eq(ANYONE) & (force_ not in NATIONWIDE))
        found[np.ix_(mine.to_numpy(bool), at)] = True
    for batch in batches.values():
        if "reports" not in batch:
            at = [place[month_number(month)] for month in batch["months"]]
            mine = districts.isin(batch["districts"]) if "districts" in batch else districts.notna()
            found[np.ix_(mine.to_numpy(bool), at)] = True
    return found
