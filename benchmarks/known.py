"""What is true of a data folder, and what does the public know? What attacks are judged by.

The public knows the map, residents, and each borough's total.
"""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

import numpy as np
import pandas as pd
from scipy.sparse import coo_array, csr_array
from scipy.stats import nbinom

from geo.ask.ages import FIVE_YEARS
from geo.data.guarded import put_events, true_events
from geo.data.store import Store

Get = Callable[[str], bytes]
"""Answers an address as any viewer gets it."""
SMALL = np.arange(1, 8)
"""Counts that are shown as a star."""
BANDS = [*(f"{age}-{age + 4}" for age in range(0, 90, 5)), "90+"]


@dataclass(frozen=True)
class Known:
    """A data folder as its owner reads it: the true events, and what is no secret.

    Attributes
    ----------
    folder : Path
    """

    folder: Path

    @cached_property
    def _manifest(self) -> dict:
        name = (self.folder / "CURRENT").read_text().split()[0]
        return json.loads((self.folder / "versions" / name).read_text())

    def _read(self, role: str) -> pd.DataFrame:
        part = "cleared" if role.startswith("cleared/") else "objects"
        digest = self._manifest["objects"][role]["sha256"]
        return pd.read_parquet(self.folder / part / f"{digest}.parquet")

    @cache  # noqa: B019 - there is one of each folder
    def events(self, source: str) -> pd.DataFrame:
        """True events with a place in the county, their borough among them."""
        roles = [role for role, batch in self._manifest["batches"].items() if batch["source"] == source]
        hidden = {role: role.replace("incidents", "cleared", 1) for role in roles}
        objects = self._manifest["objects"]
        events = pd.concat([self._read(hidden[r] if hidden[r] in objects else r) for r in roles])
        events = events.assign(age_band=events["age_band"].astype(object).replace(FIVE_YEARS))
        return events[events["lsoa"].isin(self.areas)].join(self.borough.rename("borough"), on="lsoa")

    @cached_property
    def areas(self) -> pd.Index:
        """Codes of the small areas in map order."""
        return self._read("areas/lsoa").index

    @cached_property
    def borough(self) -> pd.Series:
        """Borough of each small area."""
        lookup = self._read("lookup")
        column = next(c for c in lookup if str(c).lower().startswith("lad") and str(c).lower().endswith("cd"))
        return lookup[column].reindex(self.areas)

    @cached_property
    def residents(self) -> pd.Series:
        """Residents of each small area."""
        table = self._read("population")
        by = "lsoa" if "lsoa" in table else table.index
        return table.groupby(by)["population"].sum().reindex(self.areas).astype(float)

    @cached_property
    def residents_by_age(self) -> dict[str, np.ndarray]:
        """Residents of each borough by :data:`BANDS`."""
        table = self._read("population")
        table = table if "lsoa" in table else table.rename_axis("lsoa").reset_index()
        borough = table["lsoa"].map(self.borough)
        by = pd.crosstab(borough, table["age_band"].astype(str), table["population"], aggfunc="sum")
        return {str(code): row.reindex(BANDS).to_numpy(float) for code, row in by.iterrows()}

    def years(self, source: str) -> float:
        """Years that a source covers."""
        batches = self._manifest["batches"].values()
        return len({month for b in batches if b["source"] == source for month in b["months"]}) / 12

    def near(self) -> csr_array:
        """Which areas are neighbours, 0 or 1."""
        pairs = self._read("neighbours/lsoa/queen")
        place = pd.Series(np.arange(len(self.areas)), index=self.areas)
        ends = [
            p if pd.api.types.is_integer_dtype(p) else p.map(place)
            for p in (pairs.iloc[:, 0], pairs.iloc[:, 1])
        ]
        return coo_array((np.ones(len(pairs)), tuple(ends)), shape=(len(place),) * 2).tocsr()

    def counts(self, source: str, month: int | None = None) -> np.ndarray:
        """True events of each small area, of one month of the year or all."""
        events = self.events(source)
        kept = events if month is None else events[events["month"] % 12 == month - 1]
        return kept["lsoa"].value_counts().reindex(self.areas, fill_value=0).to_numpy()


def guessed(true: np.ndarray, residents: np.ndarray, total: np.ndarray) -> float:
    """How often one is right of small counts who asks nothing: the best of ten guesses.

    Parameters
    ----------
    true : ndarray of int
    residents, total : ndarray
        Of the area, and of what it is a part of whose total is known: its residents, and its events.
    """
    mean = total * residents
    small = np.isin(true, SMALL)
    found = [np.clip(np.floor(mean), 1, SMALL[-1])]
    found += [SMALL[nbinom.pmf(SMALL, k, k / (k + mean[:, None])).argmax(axis=1)] for k in (1.0, 3.0)]
    found += [np.full(len(true), k) for k in SMALL]
    return max(float((one == true)[small].mean()) for one in found)


def guess_of(known: Known, true: np.ndarray) -> float:
    """The same of small areas, whose borough's total is known."""
    of = known.borough.to_numpy()
    share = known.residents / known.residents.groupby(of).transform("sum")
    total = pd.Series(true, known.areas).groupby(of).transform("sum")
    return guessed(true, share.to_numpy(), total.to_numpy())


@dataclass(frozen=True)
class Told:
    """Of ``of`` facts an attack told ``right``, where a guess is right in a share ``guess``."""

    right: int
    of: int
    guess: float

    @property
    def share(self) -> float:
        """Share of the facts that it told."""
        return self.right / max(1, self.of)


def of_small(found: np.ndarray, true: np.ndarray, guess: float) -> Told:
    """Counts that were found, where the true ones are small."""
    small = np.isin(true, SMALL)
    return Told(int((found == true)[small].sum()), int(small.sum()), guess)


def table(get: Get, search: str = "", **asked: object) -> dict[str, dict[str, str]]:
    """Ask for a table as it is exported: code of the area to its row."""
    search = search or urlencode(asked, safe=",")
    rows = list(csv.DictReader(io.StringIO(get(f"/export.csv?{search}").decode("utf-8-sig"))))
    return {next(iter(row.values())): row for row in rows}


def text_of(month: int) -> str:
    """Month as an address has it."""
    return f"{month // 12}-{month % 12 + 1:02d}"


# ---------------------------------------------------------------- a second import


class Event(NamedTuple):
    """Where and when an event was."""

    source: str
    area: str
    month: int


def less_one(known: Known, source: str, to: Path) -> Event:
    """Import a source anew into a copy of a folder, but for one event that is alone in its area and month.

    Returns
    -------
    Event
        That one.
    """
    shutil.copytree(known.folder, to)
    events = known.events(source)
    gone = events[events.groupby(["lsoa", "month"])["lsoa"].transform("size") == 1].iloc[0]
    name = (to / "CURRENT").read_text().split()[0]
    manifest = json.loads((to / "versions" / name).read_text())
    role = next(role for role, batch in manifest["batches"].items() if batch["source"] == source)
    if "budget" in manifest["batches"][role]:
        with Store(to).transaction() as change:
            put_events(change, role, true_events(change, role).drop(gone.name).reset_index(drop=True))
    else:  # as a program does that has no protected version
        entry = manifest["objects"][role]
        left = pd.read_parquet(to / "objects" / f"{entry['sha256']}.parquet").drop(gone.name)
        content = left.reset_index(drop=True).to_parquet()
        entry |= {"sha256": sha256(content).hexdigest(), "bytes": len(content), "rows": len(left)}
        (to / "objects" / f"{entry['sha256']}.parquet").write_bytes(content)
        manifest.pop("seal", None)
        (to / "versions" / name).write_text(json.dumps(manifest))
        (to / "CURRENT").write_text(f"{name}\n")
    return Event(source, gone["lsoa"], int(gone["month"]))
