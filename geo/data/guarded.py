"""Where do true events live beside their protected version?

The batch of a source that is not open is stored twice: its protected version under its own role, as any other
batch is, and the true events under ``cleared/…``, in a folder of their own that nobody but its owner can
read. A reader without the right to the true numbers opens the first and never the second, which may be taken
out of the folder without changing a single answer. What forces report is stored twice as well
(:mod:`geo.data.reports`).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import numpy as np
import pandas as pd

from geo.ask.problem import Problem
from geo.ask.words import month_number
from geo.data import reports
from geo.data.boundaries import code_column
from geo.data.protection import STANDARD, STRENGTHS, TABLES, Places, key_of, protected
from geo.data.room import give_back
from geo.data.sources import STRICTER, Source, stored_sources
from geo.data.store import CLEARED, SECRET, Snapshot, Store, Transaction
from geo.data.table import keyed_number
from geo.data.writing import write_whole
from geo.stats.protect import COINS, noise_variance

BYTES = 32
MADE_UP = bytes(BYTES)
"""The secret of made-up data, which has nobody to protect: so it is the same wherever it is built."""


@dataclass(frozen=True)
class Noise:
    """Variance of the noise in one protected delivery.

    Attributes
    ----------
    months : frozenset of int
        That it covers.
    area, year, month : float
        Of the count of a small area, of a borough in a year, and in a month.
    """

    months: frozenset[int]
    area: float
    year: float
    month: float


def noises(snapshot: Snapshot, source: str) -> Iterator[Noise]:
    """Return what protects each delivery of a source that is not open."""
    for batch in snapshot.manifest["batches"].values():
        if batch["source"] == source and "budget" in batch:
            yield _noise(batch["budget"], map(month_number, batch["months"]))


def _noise(budget: float, months: Iterable[int]) -> Noise:
    of = {name: noise_variance(part * budget) for name, part in TABLES.items()}
    return Noise(frozenset(months), of["area"] + COINS, of["place and year"], of["place and month"])


def protected_anew(
    snapshot: Snapshot, source: str, events: pd.DataFrame, months: Sequence[int]
) -> tuple[pd.DataFrame, Noise]:
    """Draw the protected version of other events of a controlled source, as one delivery of its strength.

    Parameters
    ----------
    snapshot : Snapshot
    source : str
    events : DataFrame
        ``category``, ``lsoa`` and ``month``; ``date`` and ``hour`` where hours are known.
    months : sequence of int
        Months that the delivery covers.

    Returns
    -------
    events : DataFrame
    noise : Noise
    """
    said = snapshot.manifest["sources"][source]
    budget = STRENGTHS[said.get("protection", STANDARD)]
    events = events.assign(age_band=None, sex=None)
    grain = "hour" if "hour" in events else "month"
    key = key_of(MADE_UP, events, budget)
    found = protected(events, places_of(snapshot), months, grain, budget=budget, key=key)
    return found, _noise(budget, months)


def declare(change: Transaction, source: Source) -> None:
    """Describe a source: it is of the strictest class of its batches, all of which then have two versions."""
    batches = {r: b for r, b in change.manifest["batches"].items() if b["source"] == source.key}
    classes = [source.disclosure, *(batch.get("disclosure", "open") for batch in batches.values())]
    strictest = max(classes, key=STRICTER.index)
    described = {**source.described(), "disclosure": strictest}
    before = change.manifest["sources"].get(source.key, described)
    if strictest != source.disclosure:
        described["attribution"] = before["attribution"]
    change.manifest["sources"][source.key] = described
    for role in unprotected(change):
        if change.has(role):
            put_events(change, role, change.read(role))
    for role in counted(change):
        put_reports(change, role, change.read(reports.role_of(role)))


def get_ready(source: Source, beside: ThreadPoolExecutor) -> None:
    """Load what a protected version is drawn with beside something else, where a source may need one."""
    if source.disclosure != "open" or any(reader.internal for reader in source.readers):
        for module in ("scipy.optimize", "randomgen"):
            beside.submit(import_module, module)


def put(change: Transaction, role: str, events: pd.DataFrame, by_area: pd.DataFrame | None) -> None:
    """Store a batch: its events, and what forces report where its files say."""
    put_events(change, role, events)
    if by_area is not None:
        put_reports(change, role, by_area)


def put_events(change: Transaction, role: str, events: pd.DataFrame) -> None:
    """Store the events of a batch whose entry is in the manifest; twice, unless its source is open."""
    batch = change.manifest["batches"][role]
    said = change.manifest["sources"][batch["source"]]
    batch.pop("budget", None)
    if said["disclosure"] == "open":
        change.put_events(role, events)
        return
    give_back()  # what reading the files needed
    budget = batch["budget"] = STRENGTHS[said.get("protection", STANDARD)]
    months = [month_number(text) for text in batch["months"]]
    change.put_events(true_role(role), events)
    key = key_of(_secret(change), events, budget)
    drawn = protected(events, places_of(change), months, batch["grain"], budget=budget, key=key)
    change.put_events(role, drawn)


def keyed(change: Transaction, events: pd.DataFrame) -> pd.DataFrame:
    """Put the folder's secret over the hashes of persons' references: nobody without it makes them again."""
    if "person_key" not in events:
        return events
    codes, distinct = pd.factorize(events["person_key"].fillna(0).astype(np.int64))
    secret = _secret(change)
    keys = [keyed_number(int(one).to_bytes(8, "big"), secret) if one else 0 for one in distinct]
    return events.assign(person_key=np.array(keys, np.int64)[codes])


def put_reports(change: Transaction, role: str, by_area: pd.DataFrame) -> None:
    """Store what forces report of a batch whose entry is in the manifest; twice, unless it is open."""
    batch = change.manifest["batches"][role]
    if change.manifest["sources"][batch["source"]]["disclosure"] == "open":
        change.put(reports.role_of(role), by_area)
        return
    change.put(reports.true_role_of(role), by_area)
    told = reports.uncounted(by_area, reports.districts_of(change), len(batch["months"]))
    change.put(reports.role_of(role), told)


def true_events(change: Snapshot, role: str) -> pd.DataFrame:
    """Return the true events of a batch.

    Raises
    ------
    Problem
        If they are not in the folder.
    """
    hidden = true_role(role)
    if change.has(hidden) and not change.path(hidden).is_file():
        raise Problem(
            f"The true events of {role.removeprefix('incidents/')} are not in this copy of the folder: "
            "import into the one that holds them."
        )
    return change.read(hidden if change.has(hidden) else role)


def keep_only(change: Transaction, role: str, gone: set[int]) -> None:
    """Take the events of some months out of both versions of a batch; the others stay as they are."""
    for one in (role, true_role(role)):
        if change.has(one):
            events = change.read(one)
            change.put_events(one, events[~events["month"].isin(gone)].reset_index(drop=True))


def remove(change: Transaction, role: str) -> None:
    """Leave a batch out of the new version."""
    change.remove(role)
    for beside in (true_role(role), reports.role_of(role), reports.true_role_of(role)):
        if change.has(beside):
            change.remove(beside)


def protect(folder: str | Path, opening: Callable[[Transaction], object] | None = None) -> list[str]:
    """Draw the protected versions that a folder of an earlier version of this program lacks.

    Parameters
    ----------
    folder : path
    opening : callable, optional
        Opens the new version as its readers will, as an import does.

    Returns
    -------
    list of str
        Keys of the sources that got one.
    """
    with Store(folder).transaction() as change:
        lacking = unprotected(change)
        for role in lacking:
            put_events(change, role, change.read(role))
        for role in (told := counted(change)):
            put_reports(change, role, change.read(reports.role_of(role)))
        if opening and (lacking or told):
            opening(change)
        return list(dict.fromkeys(change.manifest["batches"][role]["source"] for role in [*lacking, *told]))


def unprotected(snapshot: Snapshot) -> list[str]:
    """Batches of sources that are not open and have no protected version."""
    return [role for role in _closed(snapshot) if not snapshot.has(true_role(role))]


def counted(snapshot: Snapshot) -> list[str]:
    """Batches of sources that are not open of which others would read how much each force reports."""
    return [
        role
        for role in _closed(snapshot)
        if snapshot.has(reports.role_of(role)) and not snapshot.has(reports.true_role_of(role))
    ]


def _closed(snapshot: Snapshot) -> list[str]:
    """Batches of sources that are not open."""
    sources = stored_sources(snapshot.manifest)
    batches = snapshot.manifest["batches"].items()
    return [role for role, batch in batches if sources[batch["source"]].disclosure != "open"]


def true_role(role: str) -> str:
    """Role of the true events of a batch of a source that is not open."""
    return f"{CLEARED}/{role.removeprefix('incidents/')}"


def _secret(change: Transaction) -> bytes:
    """The folder's secret; made, and readable by its owner alone, when it is first needed."""
    if change.synthetic:
        return MADE_UP
    path = change.folder / CLEARED / SECRET
    if not path.is_file():
        path.parent.mkdir(mode=0o700, exist_ok=True)
        write_whole(path, secrets.token_hex(BYTES).encode())
        change.written.append(path)
    return bytes.fromhex(path.read_text(encoding="ascii"))


def places_of(snapshot: Snapshot) -> Places:
    """Return the places of a folder: in their boroughs and wards, by deprivation as far as it is loaded."""
    areas = snapshot.columns("areas/lsoa", ["name"]).index
    lookup = decile = None
    if snapshot.has("lookup"):
        table = snapshot.read("lookup")
        lookup = pd.DataFrame({level: table[code_column(table, level)] for level in ("borough", "ward")})
    if snapshot.has("deprivation"):
        decile = snapshot.read("deprivation")["imd_decile"].astype(np.float64)
    return Places.of(areas, lookup, decile)
