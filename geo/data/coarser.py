"""Where are events that are known by ward or district only? Shared out over the small areas within.

Every sum of a ward, or district, is that of the file; what is finer is made up, and never shown.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.ask.problem import Problem
from geo.data.boundaries import Level, code_column
from geo.data.distinct import dealt, values_of
from geo.data.table import looks_like
from geo.data.vintages import OUTSIDE, share_out

_CODES: dict[Level, str] = {"ward": r"[EW]05\d{6}", "borough": r"(E0[6-9]|W06)\d{6}"}
"""Codes of wards and of districts."""


def said(name: str, nouns: str, level: Level) -> str:
    """Say what is known of a file's events, and where they are."""
    by = {"ward": "ward", "borough": "district"}[level]
    return (
        f"{name}: {nouns} are given by {by} only; nothing finer is known. Over the small areas within, they "
        "are shared out by residents."
    )


def level_of_codes(codes: pd.Series, name: str) -> Level:
    """Return the kind of area that a column of codes is of: small areas where any of them is one.

    Raises
    ------
    Problem
        If it has wards and districts, or middle layer areas.
    """
    _, distinct = values_of(codes)
    if looks_like(distinct, r"[EW]02\d{6}").any():
        raise Problem(
            f"{name} is of middle layer areas (MSOA, like {distinct.iloc[0]}), which are not taken: extract "
            "it by small area (LSOA), ward or district."
        )
    found = [level for level, pattern in _CODES.items() if looks_like(distinct, pattern).any()]
    if not found or looks_like(distinct, r"[EW]01\d{6}").any():
        return "lsoa"
    if len(found) > 1:
        raise Problem(f"{name} has codes of wards and of districts in one column: give a file for each.")
    return found[0]


def shared_out(codes: pd.Series, level: Level, lookup: pd.DataFrame, people: pd.Series) -> pd.Series:
    """Return a small area for each event of a ward or district: by residents, spread evenly along the file.

    Parameters
    ----------
    codes : Series
        Of wards or districts; missing where there is no place.
    level : {'ward', 'borough'}
    lookup : DataFrame
        Of the loaded small areas.
    people : Series
        Residents on the small areas.

    Returns
    -------
    Series
        Packed; :data:`~geo.data.vintages.OUTSIDE` for a code that has no loaded small area.
    """
    positions, distinct = values_of(codes)
    parent = lookup[code_column(lookup, level)]
    areas = pd.Series([*lookup.index, OUTSIDE], dtype="str")
    found = np.full(len(codes), -1, np.int64)
    for at, code in enumerate(distinct):
        mine = np.flatnonzero(positions == at)
        within = np.flatnonzero((parent == code).to_numpy(bool))
        if not len(within):
            found[mine] = len(areas) - 1
            continue
        weights = people.reindex(lookup.index[within]).fillna(0).to_numpy(float)
        found[mine] = within[share_out(len(mine), weights)]
    return dealt(found, areas)
