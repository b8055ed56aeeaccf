"""How do events come into a cube? Packed as integers, put in the order of their cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from geo.answer.counts import Opened
from geo.answer.cube import Cube
from geo.answer.moments import (
    DAYS_KNOWN,
    HOURS_KNOWN,
    N_SLOTS,
    dated,
    whole,
)
from geo.answer.recorded import InOrder
from geo.ask.ages import AGE_BANDS, FIVE_YEARS
from geo.data import exclusions
from geo.data.definitions import definitions
from geo.data.distinct import in_order, values_of
from geo.data.store import Snapshot

AT_ONCE = 1 << 20
"""Events of which it is worked out at once when they were, so that this takes little beside the events."""


def opened(snapshot: Snapshot, events: pd.DataFrame, areas: pd.Index, months: Sequence[int]) -> Opened:
    """Pack the events of a source as its folder says: at its places, by its saved definitions.

    Parameters
    ----------
    snapshot : Snapshot
    events, areas, months
        As :func:`pack`.
    """
    standing = exclusions.standing_out(events)
    events, excluded = _at_places(snapshot, events)
    cube = pack(events, areas, months)
    return Opened(replace(cube, defined=definitions(snapshot), standing=standing), excluded)


def _at_places(snapshot: Snapshot, events: pd.DataFrame) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Events with the place of the folder's list at which each stands; names of those that have any."""
    points = events.get("point")
    events = events.drop(columns="point", errors="ignore")
    if not snapshot.has(exclusions.ROLE):
        return events, ()
    places = snapshot.read(exclusions.ROLE)
    at = exclusions.at_places(points, events["lsoa"], places)
    names = tuple(places["name"].iloc[np.unique(at[at >= 0])])
    return (events.assign(exclusion=at) if names else events), names


def pack(incidents: pd.DataFrame, areas: pd.Index, months: Sequence[int] = ()) -> Cube:
    """Pack canonical incidents.

    Parameters
    ----------
    incidents : DataFrame
        One row an event: ``category``, ``lsoa`` (code or missing), ``month``, and where the source
        has them ``date``, ``hour`` (0-23 or missing), ``age_band`` and further attributes.
    areas : Index
        Codes of the areas on the map, in map order.
    months : sequence of int, optional
        Months that were loaded even if no event fell in them.

    Returns
    -------
    Cube
    """
    n = len(areas)
    label, labels = values_of(incidents["category"])
    often = dict(zip(labels, np.bincount(label, minlength=len(labels)).tolist(), strict=True))
    categories = tuple(sorted((c for c in labels if often[c]), key=lambda c: (-often[c], c)))
    covered = np.unique(
        np.concatenate([np.asarray(months, dtype=np.int64), incidents["month"].unique().astype(np.int64)])
    )
    place, codes = values_of(incidents["lsoa"])
    among = areas.get_indexer(pd.Index(codes))
    area = np.append(np.where(among < 0, n + 1, among), n).astype(np.min_scalar_type(n + 1))[place]
    category = pd.Index(categories).get_indexer(pd.Index(labels)).astype(np.int32)
    cell, day = np.empty(len(incidents), np.int32), np.empty(len(incidents), np.int8)
    for first in range(0, len(incidents), AT_ONCE):
        rows = slice(first, first + AT_ONCE)
        some = incidents.iloc[rows]
        weekday, day[rows] = dated(some)
        block = category[label[rows]] * len(covered) + _places(some["month"].to_numpy(), covered)
        hour = whole(some, "hour", HOURS_KNOWN)
        cell[rows] = (block * (DAYS_KNOWN + 1) + weekday) * (HOURS_KNOWN + 1) + hour
    order = in_order(cell).astype(np.int32)
    n_cells = len(categories) * len(covered) * N_SLOTS
    offsets = np.concatenate([[0], np.cumsum(np.bincount(cell, minlength=n_cells))])
    age = np.full(len(incidents), len(AGE_BANDS), np.int8)
    if "age_band" in incidents:
        position, bands = values_of(incidents["age_band"])
        known = pd.Index(AGE_BANDS).get_indexer(bands.map(FIVE_YEARS))
        age = np.append(np.where(known < 0, len(AGE_BANDS), known), len(AGE_BANDS)).astype(np.int8)
        age = age[position]
    packed = {"category", "lsoa", "month", "date", "hour"}
    extra = InOrder.taken({str(c): incidents[c] for c in incidents.columns if c not in packed}, order)
    area, age, day = (column.take(order) for column in (area, age, day))
    return Cube(categories, covered, n, area, age, day, offsets, extra)


def _places(numbers: np.ndarray, among: np.ndarray) -> np.ndarray:
    """Position of each of some months among sorted ones, int32; each is one of them.

    >>> _places(np.array([24285, 24280, 24285]), np.array([24280, 24285])).tolist()
    [1, 0, 1]
    """
    if not len(among):
        return np.zeros(len(numbers), np.int32)
    every = np.searchsorted(among, np.arange(among[0], among[-1] + 1)).astype(np.int32)
    return every[numbers - among[0]]
