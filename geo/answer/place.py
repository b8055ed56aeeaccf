"""What kind of place is an area? Who lives there, how densely, of which class, and who works there.

Open tables of the Census and its like: nothing of them is protected, and no filter of events changes them.
"""

from __future__ import annotations

import re
from functools import cached_property

import numpy as np
import pandas as pd

from geo.answer.level import Level
from geo.ask.place import AGES
from geo.data.read_place import BROAD, class_names
from geo.data.store import Snapshot

SQUARE_METRES = 1e6
SEXES = {"F": "Female", "M": "Male"}
EVERYBODY = "All"


class Place:
    """What is loaded of the place itself, worked out when first asked for.

    Parameters
    ----------
    snapshot : Snapshot
    levels : dict of str to Level
    """

    def __init__(self, snapshot: Snapshot, levels: dict[str, Level]) -> None:
        self._snapshot, self.levels = snapshot, levels
        self._areas = levels["lsoa"].frame.index

    def _read(self, role: str) -> pd.DataFrame | None:
        return self._snapshot.read(role) if self._snapshot.has(role) else None

    # ------------------------------------------------------------ residents

    @cached_property
    def _residents(self) -> pd.DataFrame | None:
        """Residents by small area (row) and by age group and sex (columns)."""
        table = self._read("population")
        if table is None:
            return None
        wide = table.pivot_table(
            index="lsoa", columns=["age_band", "sex"], values="population", aggfunc="sum", observed=True
        )
        return wide.reindex(self._areas).fillna(0)

    @cached_property
    def bands(self) -> list[str]:
        """Age groups of the residents, the youngest first."""
        if self._residents is None:
            return []
        names = self._residents.columns.get_level_values(0).unique()
        return sorted(map(str, names), key=lambda band: _ends(band)[0])

    def pyramid(self, lsoas: np.ndarray) -> pd.DataFrame:
        """Residents of some small areas (bool) by age: columns ``Age``, and ``Female, Male`` or ``All``.

        Empty where residents, or their ages, are not loaded.
        """
        if self._residents is None or len(self.bands) < 2:
            return pd.DataFrame()
        total = self._residents[lsoas].sum()
        known = set(self._residents.columns.get_level_values(1)) >= set(SEXES)
        names = SEXES if known else {"all": EVERYBODY}
        found = {name: [int(total.get((band, key), 0)) for band in self.bands] for key, name in names.items()}
        return pd.DataFrame({"Age": self.bands, **found})

    def of_ages(self, ages: str) -> np.ndarray | None:
        """Residents of an age group of :data:`geo.ask.place.AGES` by small area; None where groups cut it."""
        if self._residents is None:
            return None
        low, high = _ends(AGES[ages].replace(" to ", "-").replace(" and over", "+"))
        inside = [band for band in self.bands if _ends(band)[0] >= low and _ends(band)[1] <= high]
        rest = [_ends(band) for band in self.bands if band not in inside]
        cut = [first for first, last in rest if first <= high and last >= low]
        if cut or not inside:
            return None
        columns = self._residents.columns.get_level_values(0).isin(inside)
        return self._residents.loc[:, columns].sum(axis=1).to_numpy(np.float64)

    def square_kilometres(self, level: str) -> np.ndarray:
        """Size of each area of a level."""
        return self.levels[level].square_metres / SQUARE_METRES

    def density(self, level: str) -> np.ndarray:
        """Residents per square kilometre of each area of a level; NaN where not known."""
        people = self.levels[level].frame["population"].to_numpy(np.float64, na_value=np.nan)
        size = self.square_kilometres(level)
        return people / np.where(size > 0, size, np.nan)

    def share_of_ages(self, level: str, ages: str) -> np.ndarray | None:
        """Share of residents of an age group in each area of a level, in per cent; None where not known."""
        some = self.of_ages(ages)
        if some is None or self._residents is None:
            return None
        every = self._residents.sum(axis=1).to_numpy(np.float64)
        part, whole = (self.levels[level].add_up(each) for each in (some, every))
        return 100 * part / np.where(whole > 0, whole, np.nan)

    # ------------------------------------------------------------ ethnic groups

    @cached_property
    def _ethnic(self) -> pd.DataFrame | None:
        table = self._read("ethnicity")
        if table is None:
            return None
        wide = table.pivot_table(
            index="lsoa", columns=["broad", "ethnic_group"], values="residents", aggfunc="sum"
        )
        return wide.reindex(self._areas).fillna(0)

    def ethnic_groups(self, lsoas: np.ndarray) -> pd.Series:
        """Residents of some small areas (bool) by broad ethnic group; empty where not loaded."""
        if self._ethnic is None:
            return pd.Series(dtype="int64")
        total = self._ethnic[lsoas].sum().groupby(level=0).sum()
        return total.reindex([group for group in BROAD if group in total.index]).astype("int64")

    # ------------------------------------------------------------ classification

    @cached_property
    def subgroups(self) -> np.ndarray | None:
        """Subgroup of the area classification of each small area; None where not loaded."""
        table = self._read("classification")
        return (
            None
            if table is None
            else table.set_index("lsoa")["subgroup"].reindex(self._areas).fillna("").to_numpy(str)
        )

    def classes(self, lsoas: np.ndarray) -> pd.Series:
        """Residents of some small areas (bool) by supergroup, the most first; empty where not loaded."""
        if self.subgroups is None:
            return pd.Series(dtype="float64")
        people = self.levels["lsoa"].frame["population"].to_numpy(np.float64, na_value=1.0)
        codes = pd.Series([code[:1] for code in self.subgroups[lsoas]])
        found = pd.Series(people[lsoas]).groupby(codes).sum().drop("", errors="ignore")
        return found.sort_values(ascending=False, kind="stable")

    def main_class(self, level: str) -> np.ndarray:
        """Supergroup in which most residents of each area live; "" where not known."""
        if self.subgroups is None:
            return np.full(self.levels[level].n, "")
        first = np.array([code[:1] for code in self.subgroups])
        if level == "lsoa":
            return first
        people = self.levels["lsoa"].frame["population"].to_numpy(np.float64, na_value=1.0)
        codes = np.unique(first[first != ""])
        each = self.levels[level].add_up(np.where(first[:, None] == codes, people[:, None], 0.0))
        return np.where(each.max(axis=1) > 0, codes[each.argmax(axis=1)], "")

    # ------------------------------------------------------------ who works there

    @cached_property
    def workers(self) -> np.ndarray | None:
        """People who work in each small area; None where not loaded."""
        table = self._read("workplace")
        return (
            None
            if table is None
            else table.set_index("lsoa")["workers"].reindex(self._areas).to_numpy(np.float64)
        )

    def by_day(self, level: str) -> np.ndarray | None:
        """People who work in each area of a level; None where not loaded."""
        return None if self.workers is None else self.levels[level].add_up(self.workers)

    @property
    def lacks(self) -> set[str]:
        """Which of "ethnicity", "classification" and "workplace" are not loaded."""
        return {role for role in ("ethnicity", "classification", "workplace") if not self._snapshot.has(role)}


def in_words(code: str) -> str:
    """A code of the area classification in words, from the broadest on.

    >>> in_words("8b1")
    'Legacy Communities: Legacy and Demographically Mixed Communities: Challenged Families'
    """
    names = class_names()
    return ": ".join(names[code[:end]] for end in range(1, len(code) + 1))


def _ends(band: str) -> tuple[int, int]:
    """First and last year of an age group.

    >>> _ends("15-19"), _ends("90+"), _ends("65+")
    ((15, 19), (90, 999), (65, 999))
    """
    found = [int(number) for number in re.findall(r"\d+", band)]
    return found[0], 999 if band.endswith("+") else found[-1]
