"""What does the map paint?"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from dashboard import legend as parts
from dashboard.facts import facts
from geo.answer.deciles import Deciles
from geo.answer.legend import HIDDEN, overlay_entry
from geo.ask.source_info import SourceInfo
from geo.data.ground import is_country
from geo.tell.insets import of_answer
from geo.tell.marking import Marking

if TYPE_CHECKING:
    import pandas as pd

    from geo.answer.answer import Answer
    from geo.answer.atlas import Atlas


TOLD_AT_ONCE = 256
"""Areas of a country of which tooltips are told at once, those that follow one another."""


def map_frame(
    atlas: Atlas,
    answer: Answer,
    source: SourceInfo,
    search: str,
    found: Marking | None = None,
    *,
    second: Answer | None = None,
    beside: dict[str, Any] | None = None,
    whole: bool = False,
) -> dict[str, Any]:
    """Say what the map should paint: a class for each area, and the words of its tooltips.

    Parameters
    ----------
    atlas : Atlas
    answer : Answer
    source : SourceInfo
    search : str
    found : Marking, optional
    second : Answer, optional
        That of the second of two maps, where this is the first: what matters on either is magnified on both.
    beside : dict, optional
        Frame of the first of two maps: what it numbers and magnifies is numbered and magnified on both, as
        the ranked table has it and as :func:`geo.out.printed_map.draw_map` prints it.
    whole : bool
        Whether the words are there of all areas of a country too, which else are told when somebody points.

    Returns
    -------
    dict
        ``query, version, level, n, classes`` (base64 of one byte an area in map order; 255 is outside the
        boroughs chosen), ``palette``, ``overlay``, ``marked`` (base64 of one byte an area, 1 where it stands
        out; None where all do), ``values`` (``columns`` and ``rows``; None of a country, which has ``tips``,
        an address, and ``each``, how many areas it tells of at once), ``ranked``, ``selected``, ``bounds``
        (west, south, east, north in degrees, or None), ``insets`` (name and box of each window to magnify).
    """
    classes = answer.classes
    return {
        "query": search,
        "version": atlas.version,
        "level": answer.query.level,
        "n": len(answer.table),
        "classes": _bytes(answer.codes),
        "palette": [
            {"colour": colour, "label": label, "pattern": pattern, "lines": lines}
            for colour, label, pattern, lines in zip(
                classes.colours, classes.labels, classes.patterns, classes.lines, strict=True
            )
        ],
        "overlay": None if answer.overlay is None else _overlay(answer.overlay, answer.deciles),
        "marked": _bytes(found.areas) if found and found.number else None,
        **_tooltips(answer, source, whole=whole),
        "ranked": beside["ranked"] if beside else _numbered(answer),
        "selected": answer.query.area or None,
        "bounds": _bounds(atlas, answer.query.borough),
        "insets": beside["insets"] if beside else _magnified(atlas, answer, second),
        "layout": answer.query.layout,
    }


def _numbered(answer: Answer) -> list[list[Any]]:
    """Positions of the areas that have their number on the map, and the number."""
    top = parts.leaders(answer)
    ranks = answer.table["rank"].array.take(top)
    return [[position, rank] for position, rank in zip(top.tolist(), ranks, strict=True)]


def _magnified(atlas: Atlas, answer: Answer, second: Answer | None) -> list[dict[str, Any]]:
    """Name and box of each window."""
    windows = of_answer(answer, atlas.levels[answer.query.level], atlas.places, second)
    return [{"name": inset.name, "box": degrees(inset.box)} for inset in windows]


def _bytes(codes: np.ndarray) -> str:
    return base64.b64encode(np.asarray(codes, np.uint8).tobytes()).decode("ascii")


def _overlay(areas: np.ndarray, deciles: Deciles) -> dict[str, Any]:
    palette = [parts.painted(overlay_entry(areas, deciles))]
    return {"classes": _bytes(np.where(areas, 0, HIDDEN)), "palette": palette}


def _bounds(atlas: Atlas, boroughs: Sequence[str]) -> list[float] | None:
    """Box of some boroughs in degrees: what to look at when only they are shown."""
    if not boroughs:
        return None
    level = atlas.levels["borough"]
    boxes = level.bounds[level.frame.index.get_indexer(list(boroughs))]
    return degrees([*boxes[:, :2].min(axis=0), *boxes[:, 2:].max(axis=0)])


def degrees(box: Sequence[float] | np.ndarray) -> list[float]:
    """West, south, east and north in degrees, of a box in EPSG:27700."""
    return [round(float(side), 5) for side in _todegrees().transform_bounds(*box)]


@lru_cache(maxsize=1)
def _todegrees() -> Any:
    from pyproj import Transformer

    return Transformer.from_crs(27700, 4326, always_xy=True)


def _tooltips(answer: Answer, source: SourceInfo, *, whole: bool) -> dict[str, Any]:
    """Lines under each area's name; of a country the address that tells them of some areas at a time."""
    if whole or not is_country(len(answer.table)):
        return {"values": told(answer, answer.table, source)}
    return {"values": None, "tips": f"piece/tips{answer.query.to_search()}", "each": TOLD_AT_ONCE}


def told(answer: Answer, table: pd.DataFrame, source: SourceInfo) -> dict[str, Any]:
    """What the page knows of some areas, rows of the answer's table, in the order of interest."""
    columns = facts(answer, table, source)
    return {"columns": list(columns), "rows": [list(row) for row in zip(*columns.values(), strict=True)]}
