"""Which towns deserve a closer look?

At the size of a county the areas that matter are often specks inside its towns. :func:`choose` finds two
square windows where they crowd together, and a third where many do, to be framed on the map and magnified
beside it. The screen, the projector and the print draw the same windows, under the same names.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from geo.answer.answer import RANKED, Answer
from geo.answer.level import Level

USUAL, MOST = 2, 3
"""Windows for which room is kept, and windows that there are at most."""
FEWEST, MANY = 2, 3
"""Areas that make a crowd, and those that are worth a window more than usual."""
SPAN = 6.5
"""Width of a window in widths of a typical area that matters."""
LEAST = 4.0
"""Times that the view must be wider than a window for it to be worth magnifying."""
ENOUGH = 0.75
"""Share of the areas in the best windows that keeps the usual ones in place."""
COUNTRYSIDE = r"^(North|South|East|West|Mid|Central)\b|shire\b| and |, "
"""What the name of a borough looks like that is not called after a town."""
TRIES = 300
"""Areas about which a window is tried, those with most others near; more than this only nations have."""

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
    areas: tuple[int, ...] = ()
    name: str = ""


def choose(
    anchors: np.ndarray,
    widths: np.ndarray,
    notable: Sequence[int] | np.ndarray,
    view: Box,
    first: Sequence[Inset] = (),
    *,
    many: int = MANY,
) -> tuple[Inset, ...]:
    """Choose the windows: the first where most notable areas crowd, each further where most of the others do.

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
    first : sequence of Inset
        Windows that are chosen already.
    many : int
        Notable areas that a window beyond the usual number must hold.

    Returns
    -------
    tuple of Inset
        At most :data:`MOST`, from north to south, not overlapping, each with at least :data:`FEWEST` notable
        areas, those beyond the usual number with ``many``. None where these areas are large enough to be
        seen without.

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
    chosen: list[Inset] = [*first]
    if chosen:
        side = chosen[0].box[2] - chosen[0].box[0]
        pool = np.setdiff1d(pool, [area for inset in chosen for area in inset.areas])
    while len(chosen) < MOST and len(pool):
        taken = np.array([_middle(other.box) for other in chosen]).reshape(-1, 1, 2)
        middles, held = _crowds(anchors[pool], side, taken)
        held[(np.abs(middles - taken) < side).all(axis=2).any(axis=0)] = 0  # they would overlap
        best = int(held.argmax())
        if held[best] < (FEWEST if len(chosen) < USUAL else many):
            break
        west, south = (middles[best] - side / 2).tolist()
        chosen.append(_holding(Inset((west, south, west + side, south + side)), anchors, pool))
        pool = np.setdiff1d(pool, chosen[-1].areas)
    return tuple(sorted(chosen, key=lambda inset: (-inset.box[3], inset.box[0])))


def _crowds(points: np.ndarray, side: float, taken: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Squares about the most crowded points, moved to the middle of what they hold: where, and how much."""
    tree, half = cKDTree(points), side / 2 * (1 + 1e-9)
    crowd = tree.query_ball_point(points, half, p=np.inf, return_length=True)
    crowd[(np.abs(points - taken) < side).all(axis=2).any(axis=0)] = 0
    starts = np.argsort(-crowd, kind="stable")[:TRIES]
    near = tree.query_ball_point(points[starts], half, p=np.inf)
    begins = np.cumsum([0, *map(len, near[:-1])])
    held = points[np.concatenate(near).astype(np.int64)]
    middles = (np.minimum.reduceat(held, begins) + np.maximum.reduceat(held, begins)) / 2
    return middles, tree.query_ball_point(middles, half, p=np.inf, return_length=True)


def _holding(inset: Inset, anchors: np.ndarray, pool: np.ndarray) -> Inset:
    """Return a window with those of some areas whose anchor it holds."""
    half = (inset.box[2] - inset.box[0]) / 2 * (1 + 1e-9)
    x, y = np.abs(anchors[pool] - _middle(inset.box)).T
    inside = (x <= half) & (y <= half)
    return replace(inset, areas=tuple(int(i) for i in pool[inside]))


def _middle(box: Box) -> np.ndarray:
    return np.array([(box[0] + box[2]) / 2, (box[1] + box[3]) / 2])


def notable(answer: Answer) -> np.ndarray:
    """Positions of the areas that matter: the top ranked with a value, and those flagged as hotspots."""
    top = answer.leading[:RANKED]
    flagged = [i for i, key in enumerate(answer.classes.keys) if key == "HH"]
    return np.union1d(top, np.flatnonzero(np.isin(answer.codes, flagged)))


def top_areas(answer: Answer, number: int = RANKED) -> pd.DataFrame:
    """Rows of the first areas in the ranking, without those that have none of the events."""
    return answer.table.iloc[answer.leading[:number]]


def view_of(answer: Answer, level: Level) -> Box:
    """Bounding box of the areas shown: all, or those of the boroughs chosen; EPSG:27700."""
    shown = level.bounds[answer.inside]
    (west, south), (east, north) = shown[:, :2].min(axis=0).tolist(), shown[:, 2:].max(axis=0).tolist()
    return west, south, east, north


def of_answer(
    answer: Answer, level: Level, places: pd.DataFrame | None = None, beside: Answer | None = None
) -> tuple[Inset, ...]:
    """Choose and name the windows of a map, or of two beside each other.

    The windows are those of the areas that usually lead (:attr:`~geo.answer.answer.Answer.usual`) while these
    hold nearly as many of the areas that matter now as any could. So they stay in place from month to month
    and from hour to hour, and the same question always has the same windows, on the screen and in print.

    Parameters
    ----------
    answer : Answer
    level : Level
        That of the answer.
    places : DataFrame, optional
        ``name, x, y, rank`` (EPSG:27700, rank 1 the largest).
    beside : Answer, optional
        That of the second of two maps, which show the same windows: what matters on either counts, and a map
        of which no window holds anything has one, where few crowd too.

    Returns
    -------
    tuple of Inset
        Named after the largest place in the window; without places after the borough where that is called
        after a town and the window holds at least a third of its areas, else by what people call most of its
        areas, or after the ward of most.
    """
    maps = [answer] if beside is None else [answer, beside]
    now = np.unique(np.concatenate([notable(one) for one in maps]))
    often = np.unique(np.concatenate([one.usual for one in maps]))
    view = view_of(answer, level)
    best = choose(level.anchors, level.widths, now, view)
    usual = choose(level.anchors, level.widths, often, view)
    kept = tuple(_holding(inset, level.anchors, now) for inset in usual)
    windows = best
    if _held(kept) >= max(FEWEST, ENOUGH * _held(best[:USUAL])):
        windows = choose(level.anchors, level.widths, now, view, kept)
    for mine in map(notable, maps if beside else ()):
        if not any(np.isin(inset.areas, mine).any() for inset in windows):
            windows = choose(level.anchors, level.widths, mine, view, windows, many=FEWEST)
    return _named(windows, level, places)


def about(
    areas: np.ndarray, answer: Answer, level: Level, places: pd.DataFrame | None = None
) -> tuple[Inset, ...]:
    """Choose and name the windows where areas of one's own choice crowd on the map of an answer.

    Parameters
    ----------
    areas : ndarray of int
        Their positions.
    answer, level, places
        As :func:`of_answer` takes them.
    """
    return _named(choose(level.anchors, level.widths, areas, view_of(answer, level)), level, places)


def _named(windows: Sequence[Inset], level: Level, places: pd.DataFrame | None) -> tuple[Inset, ...]:
    return tuple(replace(inset, name=_name(inset, level, places)) for inset in windows)


def _held(windows: Sequence[Inset]) -> int:
    """Areas that matter in some windows."""
    return sum(len(inset.areas) for inset in windows)


def _name(inset: Inset, level: Level, places: pd.DataFrame | None) -> str:
    west, south, east, north = inset.box
    if places is not None:
        x, y, names, rank = (places[column].to_numpy() for column in ("x", "y", "name", "rank"))
        off_centre = np.hypot(x - (west + east) / 2, y - (south + north) / 2)
        inside = np.flatnonzero((west <= x) & (x <= east) & (south <= y) & (y <= north))
        if len(inside):
            keys = names[inside].astype(str), off_centre[inside], rank[inside]
            return str(names[inside[np.lexsort(keys)[0]]])
    areas = list(_holding(inset, level.anchors, np.arange(level.n)).areas)
    borough, number = _most_common(level.frame["borough"].iloc[areas])
    if number >= level.by_borough[borough] / 3 and not re.search(COUNTRYSIDE, borough):
        return borough
    called = (level.frame[column].iloc[areas] for column in ("known", "ward", "name"))
    return next(_most_common(names)[0] for names in called if names.ne("").any())


def _most_common(names: pd.Series) -> tuple[str, int]:
    """The name that most areas have, of such the first, but for "", and how many have it."""
    words, numbers = np.unique(names.to_numpy(str), return_counts=True)
    numbers[words == ""] = 0
    most = int(numbers.argmax())
    return str(words[most]), int(numbers[most])
