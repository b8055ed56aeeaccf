"""Which towns deserve a closer look?

At the size of a county the areas that matter are often specks inside its towns. :func:`choose` finds up to
two square windows where they crowd together, to be framed on the map and magnified beside it. The screen,
the projector and the print draw the same windows, under the same names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.atlas import Answer, Level

MOST = 2
FEWEST = 3
"""Areas that make a crowd."""
SPAN = 6.5
"""Width of a window in widths of a typical area that matters."""
LEAST = 4.0
"""Times that the view must be wider than a window for it to be worth magnifying."""
RANKED = 10
"""Areas numbered on a map."""

Box = tuple[float, float, float, float]
"""West, south, east, north; metres."""


@dataclass(frozen=True)
class Inset:
    """One window to magnify.

    Attributes
    ----------
    box : tuple of float
        West, south, east, north in EPSG:27700; a square, of the same size for every window of a map.
    areas : tuple of int
        Positions of the notable areas whose anchor lies in it.
    name : str
        What to call it, "" until :func:`of_answer` names it.
    """

    box: Box
    areas: tuple[int, ...]
    name: str = ""


def choose(
    anchors: np.ndarray, widths: np.ndarray, notable: Sequence[int] | np.ndarray, view: Box
) -> tuple[Inset, ...]:
    """Choose the windows: the first where most notable areas crowd, the second where most of the others do.

    Parameters
    ----------
    anchors : ndarray of float, shape (n, 2)
        A point in each area, projected metres.
    widths : ndarray of float, shape (n,)
        The longer side of each area's bounding box, metres.
    notable : sequence of int
        Positions of the areas that matter, in any order.
    view : tuple of float
        West, south, east, north of what the map shows.

    Returns
    -------
    tuple of Inset
        At most :data:`MOST`, from north to south, not overlapping, each with at least :data:`FEWEST` notable
        areas. None where these areas are large enough to be seen without.

    Examples
    --------
    >>> town = np.array([[10.0, 10.0], [11, 10], [10, 11], [90, 90]])
    >>> [inset] = choose(town, np.ones(4), [0, 1, 2, 3], (0, 0, 100, 100))
    >>> inset.areas, inset.box
    ((0, 1, 2), (7.25, 7.25, 13.75, 13.75))
    """
    pool = np.unique(np.asarray(notable, dtype=np.int64))
    if len(pool) < FEWEST:
        return ()
    extent = max(view[2] - view[0], view[3] - view[1])
    side = max(SPAN * float(np.median(widths[pool])), extent / 40)
    if side > extent / LEAST:
        return ()
    chosen: list[Inset] = []
    while len(chosen) < MOST:
        best: Inset | None = None
        for start in anchors[pool]:
            near = (np.abs(anchors[pool] - start) <= side / 2).all(axis=1)
            middle = (anchors[pool][near].min(axis=0) + anchors[pool][near].max(axis=0)) / 2
            if any((np.abs(middle - _middle(other.box)) < side).all() for other in chosen):
                continue
            held = pool[(np.abs(anchors[pool] - middle) <= side / 2).all(axis=1)]
            if best is None or len(held) > len(best.areas):
                west, south = (float(v) for v in middle - side / 2)
                best = Inset((west, south, west + side, south + side), tuple(int(i) for i in held))
        if best is None or len(best.areas) < FEWEST:
            break
        chosen.append(best)
        pool = np.setdiff1d(pool, best.areas)
    return tuple(sorted(chosen, key=lambda inset: (-inset.box[3], inset.box[0])))


def _middle(box: Box) -> np.ndarray:
    return np.array([(box[0] + box[2]) / 2, (box[1] + box[3]) / 2])


def notable(answer: Answer) -> np.ndarray:
    """Positions of the areas that matter: the top ranked with a value, and those flagged as hotspots."""
    top = answer.table.index.get_indexer(top_areas(answer).index)
    flagged = [i for i, key in enumerate(answer.classes.keys) if key == "HH"]
    return np.union1d(top, np.flatnonzero(np.isin(answer.codes, flagged)))


def top_areas(answer: Answer, number: int = RANKED) -> pd.DataFrame:
    """Rows of the first areas in the ranking, without those that have none of the events."""
    ranked = answer.ranked
    some = (ranked["rank"] != "") & (ranked["count"].fillna(1) > 0)
    return ranked[some.to_numpy(bool)].head(number)


def view_of(answer: Answer, level: Level) -> Box:
    """Bounding box of the areas shown: all, or those of the boroughs chosen; EPSG:27700."""
    west, south, east, north = (float(v) for v in level.shapes[answer.inside].total_bounds)
    return west, south, east, north


def of_answer(answer: Answer, level: Level, places: pd.DataFrame | None = None) -> tuple[Inset, ...]:
    """Choose and name the windows of a map.

    Parameters
    ----------
    answer : Answer
    level : Level
        That of the answer.
    places : DataFrame, optional
        ``name, x, y, rank`` (EPSG:27700, rank 1 the largest).

    Returns
    -------
    tuple of Inset
        Named after the largest place in the window; without places after the borough where the window holds
        at least a third of its areas, else after the ward of most of the notable areas.
    """
    bounds = level.shapes.bounds.to_numpy()
    widths = np.maximum(bounds[:, 2] - bounds[:, 0], bounds[:, 3] - bounds[:, 1])
    chosen = choose(level.anchors, widths, notable(answer), view_of(answer, level))
    return tuple(Inset(inset.box, inset.areas, _name(inset, level, places)) for inset in chosen)


def _name(inset: Inset, level: Level, places: pd.DataFrame | None) -> str:
    west, south, east, north = inset.box
    if places is not None:
        inside = places[places["x"].between(west, east) & places["y"].between(south, north)]
        if len(inside):
            off_centre = np.hypot(inside["x"] - (west + east) / 2, inside["y"] - (south + north) / 2)
            first = np.lexsort((inside["name"].to_numpy(str), off_centre.to_numpy(), inside["rank"]))[0]
            return str(inside["name"].iloc[first])
    frame = level.frame.iloc[list(inset.areas)]
    borough = frame["borough"].mode()[0]
    of_borough = level.anchors[(level.frame["borough"] == borough).to_numpy()]
    held = ((of_borough >= (west, south)) & (of_borough <= (east, north))).all(axis=1)
    if held.mean() >= 1 / 3:
        return str(borough)
    return str(frame["ward"].mode()[0] or frame["name"].iloc[0])
