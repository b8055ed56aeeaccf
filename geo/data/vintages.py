"""Which edition of the small areas is it?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.ask.problem import Problem
from geo.data.table import Table, parse_areas

OUTSIDE = "outside"
"""Stands for the code of any place beyond the loaded areas."""


def read_changes(table: Table) -> pd.DataFrame:
    """Read ONS's exact-fit lookup of small areas 2011 to 2021 (CHGIND U same, S split, M merged, X other).

    Returns
    -------
    DataFrame
        Columns ``lsoa11cd``, ``lsoa21cd`` and ``chgind``, one row a pair, for all of England and Wales.
    """
    header = {column.upper(): column for column in table.frame}
    for column in ("LSOA11CD", "LSOA21CD", "CHGIND"):
        if column not in header:
            raise Problem(f"{table.name} lacks the column “{column}” of ONS's exact-fit lookup 2011 to 2021.")
    kind = table.text(header["CHGIND"])
    table.refuse(~kind.isin(list("USMX")), header["CHGIND"], "none of U, S, M, X")
    pairs = {c.lower(): parse_areas(table, header[c]).astype("str") for c in ("LSOA11CD", "LSOA21CD")}
    changes = pd.DataFrame({**pairs, "chgind": kind})
    return changes.drop_duplicates(["lsoa11cd", "lsoa21cd"], ignore_index=True)


@dataclass(frozen=True)
class TellingCodes:
    """The codes that tell one vintage from the other; most small areas have the same code in both.

    Attributes
    ----------
    retired : Index
        Codes of 2011 that no area of 2021 has.
    fresh : Index
        Codes of 2021 that no area of 2011 had.
    """

    retired: pd.Index
    fresh: pd.Index

    @classmethod
    def of(cls, changes: pd.DataFrame) -> TellingCodes:
        """Take them from the exact-fit lookup (:func:`read_changes`)."""
        old, new = pd.Index(changes["lsoa11cd"].unique()), pd.Index(changes["lsoa21cd"].unique())
        return cls(old.difference(new), new.difference(old))


def vintages_of(
    codes: pd.Series,
    areas: pd.Index,
    telling: TellingCodes | None,
    name: str,
    known: pd.Index | None = None,
) -> tuple[pd.Series, list[str]]:
    """Tell whether a file's small-area codes are those of 2011 or of 2021, row by row where it mixes them.

    Most codes are the same in both, so only the others can tell: codes retired after 2011 and codes new
    in 2021. A file with neither means the same in both vintages and is taken as the loaded one.

    Parameters
    ----------
    codes : Series of str
        As in the file, missing where there is no place.
    areas : Index
        The loaded small areas; its name is their vintage.
    telling : TellingCodes or None
        Without them a file is believed only where no wrong join is possible.
    name : str
        How messages call the file.
    known : Index, optional
        All small areas of the loaded vintage in the country, where a lookup of them was imported.

    Returns
    -------
    vintages : categorical Series
        ``"lsoa11cd"`` or ``"lsoa21cd"`` for each row.
    notes : list of str
        Says where a file mixes both, and where rows of the other vintage lie elsewhere.

    Raises
    ------
    Problem
        If it cannot be told without the exact-fit lookup.
    """
    loaded = str(areas.name)
    same = all_of(loaded, len(codes)).set_axis(codes.index)
    strange = codes.notna() & ~codes.isin(areas)
    if not strange.any():
        return same, []
    if telling is None:
        return same, _believed(codes[strange].astype("str"), areas, name, known)
    retired, fresh = codes.isin(telling.retired), codes.isin(telling.fresh)
    if retired.any() and fresh.any():
        return same.mask(retired, "lsoa11cd").mask(fresh, "lsoa21cd"), [
            f"{name} mixes small areas of 2011 ({int(retired.sum()):,} rows have codes that only 2011 has) "
            f"and of 2021 ({int(fresh.sum()):,} rows have codes that only 2021 has): told row by row."
        ]
    if retired.any() or fresh.any():
        return same.mask(same.notna(), "lsoa11cd" if retired.any() else "lsoa21cd"), []
    return same, []


def all_of(vintage: str, rows: int) -> pd.Series:
    """One vintage for so many rows."""
    years = pd.CategoricalDtype(["lsoa11cd", "lsoa21cd"])
    return pd.Series(
        pd.Categorical.from_codes(np.full(rows, years.categories.get_loc(vintage), np.int8), dtype=years)
    )


def _believed(codes: pd.Series, areas: pd.Index, name: str, known: pd.Index | None) -> list[str]:
    """Say which codes are retired ones of elsewhere; Problem where some may be local ones."""
    loaded = str(areas.name)
    used = pd.Index(codes.unique())
    new = _first_used_in_2021(used)
    doubtful = used[new] if loaded == "lsoa11cd" else used[_in_use_in_2011(used)]
    elsewhere = doubtful[:0]
    if known is not None and known.name == loaded:
        doubtful = doubtful.difference(known)
        elsewhere = doubtful[_among_others(doubtful, areas, known)]
        doubtful = doubtful.difference(elsewhere)
    if len(doubtful):
        other = "2021" if loaded == "lsoa11cd" else "2011"
        verb = "uses" if new.any() and loaded == "lsoa11cd" else "may use"
        raise Problem(
            f"{name} {verb} small areas of {other} in {_rows(codes, doubtful)} ({doubtful[0]}), the "
            f"loaded ones are of {'2011' if loaded == 'lsoa11cd' else '2021'}: import ONS's exact-fit lookup "
            "LSOA 2011 to LSOA 2021 first (`hotspots import lookup FILE`), then this file again; rows of the "
            "other year will be converted."
        )
    if not len(elsewhere):
        return []
    return [
        f"{name} has small areas of 2011 that are no more in {_rows(codes, elsewhere)} ({elsewhere[0]}). "
        "Codes were given district by district, and these lie among those of other districts: outside."
    ]


def _rows(codes: pd.Series, some: pd.Index) -> str:
    """How many rows have one of some codes."""
    rows = int(codes.isin(some).sum())
    return f"{rows:,} row{'s' * (rows != 1)}"


def _among_others(retired: pd.Index, areas: pd.Index, known: pd.Index) -> np.ndarray:
    """Which codes were given among those of other districts than the loaded: in 2001, in their order.

    The next codes below and above that are known, of which one would be loaded, lie beyond the loaded areas.
    """
    order = known.sort_values()
    above = order.searchsorted(retired)
    beyond = np.append(~order.isin(areas), [True])  # nothing is below the first and above the last
    of_2001 = (retired <= "E01032482") | (retired >= "W01000001") & (retired <= "W01001896")
    return of_2001 & beyond[above - 1] & beyond[above] & areas.isin(known).all()


def _in_use_in_2011(codes: pd.Index) -> np.ndarray:
    """Which codes are of the ranges of 2011, most of which go on in 2021."""
    return (codes >= "E01000001") & (codes <= "E01033768") | (codes >= "W01000001") & (codes <= "W01001958")


def _first_used_in_2021(codes: pd.Index) -> np.ndarray:
    """Which codes are of the ranges that ONS began with the Census of 2021."""
    return (codes >= "E01033769") & (codes <= "E01035762") | (codes >= "W01001959") & (codes <= "W01002040")


@dataclass(frozen=True)
class Conversion:
    """How the events of a file moved from one vintage to the other.

    Attributes
    ----------
    source, target : str
        Vintages, such as ``lsoa11cd`` and ``lsoa21cd``.
    unchanged, merged, apportioned : int
        Events of areas that stayed the same, that have exactly one successor, and that were shared out over
        several. Areas that lie beyond the loaded ones altogether count in none.
    areas_apportioned : int
        How many areas those last events come from.
    """

    source: str
    target: str
    unchanged: int
    merged: int
    apportioned: int
    areas_apportioned: int


def convert_vintage(
    codes: pd.Series, source: str, areas: pd.Index, changes: pd.DataFrame, population: pd.Series
) -> tuple[pd.Series, Conversion]:
    """Express small-area codes of one vintage in the other.

    An area with one successor passes all its events on. One with several (a split, or an irregular change)
    has them shared out in proportion to the successors' residents: whole events, by largest remainder, each
    successor's share spread evenly along the file, so that no month or offence is favoured. The same file
    always gives the same answer.

    Parameters
    ----------
    codes : Series of str
        Codes of vintage ``source``, missing where there is no place; the index has no repeats.
    source : str
        ``"lsoa11cd"`` or ``"lsoa21cd"``.
    areas : Index
        The loaded small areas, of the other vintage.
    changes : DataFrame
        As :func:`read_changes` gives it.
    population : Series
        Residents on ``areas``. A successor beyond the loaded areas counts as one of mean size.

    Returns
    -------
    converted : Series of str
        On the index of ``codes``; codes without a successor among ``areas`` become ``"outside"``.
    conversion : Conversion
    """
    target = str(areas.name)
    local = changes[source].isin(changes.loc[changes[target].isin(areas), source])
    successors = changes[local].groupby(source)[target].agg(sorted)
    single = {code: heirs[0] for code, heirs in successors.items() if len(heirs) == 1}
    several = {code: heirs for code, heirs in successors.items() if len(heirs) > 1}
    converted = codes.map(single).astype("str")
    weight = population.reindex(areas).fillna(0)
    shared = codes[codes.isin(several)]
    for code, rows in shared.groupby(shared):
        heirs = np.array(several[code])
        size = np.array([float(weight.get(heir, weight.mean())) for heir in heirs])
        converted.loc[rows.index] = heirs[share_out(len(rows), size)]
    converted = converted.where(converted.notna() | codes.isna(), OUTSIDE)
    unchanged = int((converted == codes).sum())
    return converted, Conversion(
        source,
        target,
        unchanged=unchanged,
        merged=int(codes.isin(single).sum()) - unchanged,
        apportioned=len(shared),
        areas_apportioned=int(shared.nunique()),
    )


def share_out(n: int, weights: np.ndarray) -> np.ndarray:
    """Share n items over parts in proportion to weights: whole numbers, largest remainder, evenly spread.

    Returns
    -------
    ndarray of int, shape (n,)
        The part of each item. Parts of weight 0 get none, unless all are 0: then all count the same.

    >>> share_out(5, np.array([3.0, 2.0])).tolist()
    [0, 1, 0, 1, 0]
    """
    weights = weights if weights.sum() > 0 else np.ones(len(weights))
    quota = n * weights / weights.sum()
    counts = np.floor(quota).astype(int)
    largest = np.argsort(-(quota - counts), kind="stable")[: n - counts.sum()]
    counts[largest] += 1
    place = np.concatenate([(np.arange(count) + 0.5) / count for count in counts])
    return np.repeat(np.arange(len(counts)), counts)[np.argsort(place, kind="stable")]
