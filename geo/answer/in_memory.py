"""This process counts: how do events stay packed from an import to those who open the folder?

An import packs the events of each source that it changed, those that others see and the true ones, and keeps
them in the folder as they are counted (:mod:`geo.data.arrays`). Who opens it maps them, and neither reads nor
sorts anything. Of a folder without them, or where they were packed of something else, events are read.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from geo.answer.counts import Engine, Opened
from geo.answer.cube import Cube
from geo.answer.packed import opened
from geo.answer.recorded import InOrder
from geo.ask.viewer import CLEARED_OWNER, OTHERS
from geo.data import exclusions
from geo.data.arrays import PACKED, Arrays
from geo.data.definitions import definitions
from geo.data.distinct import dealt
from geo.data.store import CLEARED, CLEARED_PACKED, Snapshot, Transaction

FORM = 1
"""Rises when events are packed in another way, or by other rules: what was packed before is packed anew."""
AT_ONCE = 2
"""Sources, or versions of one, that are packed at the same time."""
AREA, AGE, DAY, OFFSETS, EXTRA, MISSING = "area", "age", "day", "offsets", "extra.", "missing."
"""Names of what a cube holds, beginnings of those of further columns, and of where one has no value."""


class InMemory:
    """This process counts."""

    def open(self, snapshot: Snapshot, source: str, areas: pd.Index, months: Sequence[int]) -> Opened:
        """Open the events of a source of a snapshot, as its viewer may see them."""
        role = role_of(snapshot, source)
        if _derived(snapshot, role) == made_of(snapshot, source, areas, months):
            kept = snapshot.read(role)
            cube = replace(_cube_of(kept), defined=definitions(snapshot))
            return Opened(cube, tuple(kept.said["excluded"]))
        return opened(snapshot, snapshot.events(source), areas, months)

    def load(self, snapshot: Snapshot, *, tidy: bool = False) -> list[str]:
        """Nothing is copied: the folder itself is read."""
        return []


IN_MEMORY: Engine = InMemory()


def keep(change: Transaction) -> None:
    """Pack the events of a version that is being written, as far as they are not packed yet."""
    if not change.sources():
        return
    areas = change.columns("areas/lsoa", ["name"]).index
    lacking = {}
    for source in change.sources():
        for one in (change.seen_by(viewer) for viewer in (OTHERS, CLEARED_OWNER)):
            role, months, tables = role_of(one, source), one.months(source), one.deliveries(source)
            stored = [delivery for delivery in tables if delivery not in change.put_just_now]
            if not all(one.path(delivery).is_file() for delivery in stored):
                continue
            if stored != tables or _derived(change, role) != made_of(one, source, areas, months):
                lacking[role] = one, source, months

    def pack(role: str) -> None:
        one, source, months = lacking[role]
        found = opened(one, one.events(source), areas, months)
        assert isinstance(found.counts, Cube)
        derived = made_of(one, source, areas, months)
        change.put(role, _arrays_of(found.counts, found.excluded), derived=derived)

    with ThreadPoolExecutor(AT_ONCE) as beside:
        list(beside.map(pack, lacking))


def role_of(snapshot: Snapshot, source: str) -> str:
    """Role of the packed events of a source that its viewer sees."""
    true = any(role.startswith(CLEARED) for role in snapshot.deliveries(source))
    return f"{CLEARED_PACKED if true else PACKED}{source}"


def made_of(snapshot: Snapshot, source: str, areas: pd.Index, months: Sequence[int]) -> str:
    """What tells that packed events are of a source: all that :func:`geo.answer.packed.opened` reads."""
    tables = [*snapshot.deliveries(source), *filter(snapshot.has, [exclusions.ROLE])]
    said = [
        FORM,
        [snapshot.entry(role)["sha256"] for role in tables],
        areas.tolist(),
        [int(m) for m in months],
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def _derived(snapshot: Snapshot, role: str) -> object:
    return snapshot.entry(role)["derived"] if snapshot.has(role) else None


# ---------------------------------------------------------------- a cube as arrays


def _arrays_of(cube: Cube, excluded: tuple[str, ...]) -> Arrays:
    of = {AREA: cube.area, AGE: cube.age, DAY: cube.day, OFFSETS: cube.offsets}
    extra: dict[str, dict[str, Any]] = {}
    for name, column in cube.extra.columns.items():
        dtype, said = column.dtype, extra.setdefault(name, {"dtype": column.dtype.name})
        if isinstance(dtype, pd.CategoricalDtype):
            said["values"] = column.cat.categories.tolist()
            of[EXTRA + name] = column.cat.codes.to_numpy()
        elif dtype.kind == "O":
            of[EXTRA + name], values = pd.factorize(column)
            said["values"] = values.tolist()
        elif isinstance(dtype, np.dtype):
            of[EXTRA + name] = column.to_numpy()
        else:
            plain = dtype.numpy_dtype
            of[EXTRA + name] = column.to_numpy(plain, na_value=plain.type())
            of[MISSING + name] = column.isna().to_numpy()
    said = {
        "categories": cube.categories,
        "months": cube.months.tolist(),
        "n_areas": cube.n_areas,
        "standing": cube.standing.to_dict("split", index=False),
        "excluded": excluded,
        "extra": extra,
    }
    return Arrays(said, of, cube.n_events)


def _cube_of(kept: Arrays) -> Cube:
    said, of = kept.said, kept.of
    extra = {
        name: _column(one, of[EXTRA + name], of.get(MISSING + name)) for name, one in said["extra"].items()
    }
    return Cube(
        categories=tuple(said["categories"]),
        months=np.array(said["months"], np.int64),
        n_areas=said["n_areas"],
        area=of[AREA],
        age=of[AGE],
        day=of[DAY],
        offsets=of[OFFSETS],
        extra=InOrder(extra, len(kept)),
        standing=pd.DataFrame(**said["standing"]),
    )


def _column(said: dict[str, Any], values: np.ndarray, missing: np.ndarray | None) -> pd.Series:
    """A further column of the events, as it was packed."""
    dtype = pd.api.types.pandas_dtype(said["dtype"])
    if isinstance(dtype, pd.CategoricalDtype):
        return dealt(values, pd.Series(said["values"], dtype="str"))
    if "values" in said:
        return pd.Series(np.array([*said["values"], np.nan], object)[values], dtype=dtype)
    if missing is None:
        return pd.Series(values, copy=False)
    return pd.Series(dtype.construct_array_type()(values, missing))
