"""How does a GIS add the map as a live layer? As OGC API Features: what is asked, and what is said.

The areas of each level are a collection, their coordinates CRS84. Every address takes the parameters of the
page's own address and hands them on in its links: so an address copied from the page, opened in a GIS, is the
layer that the page shows.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import shapely
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest

from dashboard.openapi import Own
from geo.answer.atlas import Atlas
from geo.answer.level import Level
from geo.ask.choices import LEVELS
from geo.ask.words import month_text

JSON, GEOJSON = "application/json", "application/geo+json"
SCHEMA = "application/schema+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.1"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
CONFORMS = tuple(
    f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{part}" for part in ("core", "geojson")
)
USUAL, MOST = 1_000, 10_000
"""Areas in one answer: unless told otherwise, and at most."""

FORM = Own("f", "Form of the answer; there is one.", {"type": "string", "enum": ["json"]})
PAGING = (
    Own(
        "limit",
        f"Areas in one answer; more than {MOST:,} count as {MOST:,}.",
        {"type": "integer", "minimum": 1, "default": USUAL},
    ),
    Own("offset", "Areas to pass over.", {"type": "integer", "minimum": 0, "default": 0}),
    Own(
        "bbox",
        "Only areas that touch this box: west, south, east, north in degrees.",
        {"type": "string", "pattern": r"^-?[\d.]+(,-?[\d.]+){3}((,-?[\d.]+){2})?$"},
    ),
    Own(
        "datetime",
        "Whole months in place of “from” and “to”, from the first day to the last: 2023-01-01/2023-06-30. "
        "Either end may be “..”.",
    ),
)


FEATURES: dict[str, Any] = {
    "type": "object",
    "required": ["type", "features", "numberMatched", "numberReturned", "links"],
    "properties": {
        "type": {"const": "FeatureCollection"},
        "features": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["type", "id", "geometry", "properties"],
                "properties": {
                    "type": {"const": "Feature"},
                    "id": {"type": "string"},
                    "geometry": {"type": "object"},
                    "properties": {"type": "object"},
                },
            },
        },
        "numberMatched": {"type": "integer"},
        "numberReturned": {"type": "integer"},
        "links": {"type": "array", "items": {"type": "object"}},
    },
}

# ---------------------------------------------------------------- what is asked


class Window(NamedTuple):
    """Part of a collection that is asked for."""

    limit: int
    offset: int
    boxes: tuple[tuple[float, float, float, float], ...]

    def rows(self, level: Level, codes: Sequence[str]) -> np.ndarray:
        """Positions in `codes` of the areas of a level that lie in the boxes."""
        if not self.boxes:
            return np.arange(len(codes))
        shapes = level.degrees[level.frame.index.get_indexer(codes)]
        boxes = [shapely.box(*sides) for sides in self.boxes]
        shapely.prepare(boxes)
        return np.flatnonzero(np.any([shapely.intersects(box, shapes) for box in boxes], axis=0))


def window(args: MultiDict[str, str]) -> Window:
    """Read what part of a collection is asked for.

    Raises
    ------
    BadRequest
        As the standard wants it for a parameter of its own.
    """
    box: tuple[tuple[float, ...], ...] = ()
    if text := args.get("bbox"):
        try:
            sides = [float(part) for part in text.split(",")]
        except ValueError:
            sides = []
        if len(sides) not in (4, 6) or not np.isfinite(sides).all():
            raise BadRequest("“bbox” is west, south, east and north in degrees, as in -0.6,51.8,-0.1,52.3.")
        west, south, east, north = (sides[i] for i in ((0, 1, 2, 3) if len(sides) == 4 else (0, 1, 3, 4)))
        if south > north:
            raise BadRequest("The south of “bbox” is north of its north.")
        around = west > east  # over the 180th meridian
        box = (
            ((west, south, 180.0, north), (-180.0, south, east, north))
            if around
            else ((west, south, east, north),)
        )
    return Window(min(_whole(args, "limit", USUAL, 1), MOST), _whole(args, "offset", 0, 0), box)  # type: ignore[arg-type]


def _whole(args: MultiDict[str, str], name: str, usual: int, least: int) -> int:
    text = args.get(name, str(usual))
    if not re.fullmatch(r"\d{1,9}", text) or int(text) < least:
        raise BadRequest(f"“{name}” is a whole number from {least} up, not “{text[:20]}”.")
    return int(text)


def period(args: MultiDict[str, str]) -> str:
    """Read ``datetime`` as the page's own parameters of the period, "from=2023-01&to=2023-06".

    Raises
    ------
    BadRequest
        If it is not made of whole months, or the period is given twice.

    Examples
    --------
    >>> period(MultiDict({"datetime": "2023-01-01T00:00:00Z/.."})), period(MultiDict())
    ('from=2023-01', '')
    """
    text = args.get("datetime", "")
    if not text:
        return ""
    if args.get("from") or args.get("to"):
        raise BadRequest("Give the period as “datetime” or as “from” and “to”, not as both.")
    first, slash, last = text.partition("/")
    ends = {"from": _month(first, opens=True), "to": _month(last, opens=False)}
    if not slash or None in ends.values():
        raise BadRequest(
            "“datetime” takes whole months, from the first day to the last: 2023-01-01/2023-06-30."
        )
    return "&".join(f"{name}={month}" for name, month in ends.items() if month)


def _month(text: str, *, opens: bool) -> str | None:
    """Month that a day opens or closes; "" for an open end, None for any other day."""
    if text in ("", ".."):
        return ""
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        return None
    if not re.fullmatch(r"(T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d))?", text[10:]):
        return None
    edge = 1 if opens else monthrange(day.year, day.month)[1]
    return month_text(day.year * 12 + day.month - 1) if day.day == edge else None


# ---------------------------------------------------------------- what the server says


def link(href: str, rel: str, kind: str, title: str = "") -> dict[str, str]:
    """A link as OGC API writes it."""
    return {"href": href, "rel": rel, "type": kind, **({"title": title} if title else {})}


def landing(atlas: Atlas, home: str, search: str) -> dict[str, Any]:
    """What is here: the start of every client.

    Parameters
    ----------
    atlas : Atlas
    home : str
        Address of the server, with a slash at its end.
    search : str
        Query string to hand on.
    """
    return {
        "title": f"Hotspots: {atlas.place}",
        "description": "Events by area, what is unusual about them, and what qualifies it. "
        "Every address takes the parameters of the dashboard's own address.",
        "links": [
            link(f"{home}?{carried(search, f='json')}", "self", JSON, "This document"),
            link(f"{home}{search}", "alternate", "text/html", "The dashboard"),
            link(f"{home}openapi.json", "service-desc", OPENAPI, "What can be asked"),
            link(f"{home}conformance{search}", "conformance", JSON, "Standards kept"),
            link(f"{home}collections{search}", "data", JSON, "Small areas, wards and boroughs"),
        ],
    }


def collections(
    atlas: Atlas, levels: Sequence[str], home: str, search: str, months: tuple[int, ...]
) -> dict[str, Any]:
    """The collections: one for each level."""
    return {
        "links": [link(f"{home}collections{search}", "self", JSON)],
        "collections": [collection(atlas, level, home, search, months) for level in levels],
    }


def collection(atlas: Atlas, level: str, home: str, search: str, months: tuple[int, ...]) -> dict[str, Any]:
    """One collection: what and where its areas are, and the months that can be asked for."""
    here = f"{home}collections/{level}"
    west, south, east, north = shapely.total_bounds(atlas.levels[level].degrees)
    return {
        "id": level,
        "title": f"{LEVELS[level][:1].upper()}{LEVELS[level][1:]} of {atlas.place}",
        "description": "One feature an area; what it tells is what the dashboard shows at the same address.",
        "itemType": "feature",
        "crs": [CRS84],
        "extent": {
            "spatial": {"bbox": [[west, south, east, north]], "crs": CRS84},
            "temporal": {"interval": [[_moment(months[:1], first=True), _moment(months[-1:], first=False)]]},
        },
        "links": [
            link(f"{here}{search}", "self", JSON),
            link(f"{here}/items{search}", "items", GEOJSON, LEVELS[level]),
            link(f"{here}/schema{search}", "describedby", SCHEMA, "What each property is"),
        ],
    }


def _moment(month: tuple[int, ...], *, first: bool) -> str | None:
    if not month:
        return None
    day = 1 if first else monthrange(month[0] // 12, month[0] % 12 + 1)[1]
    return f"{month_text(month[0])}-{day:02d}T{'00:00:00' if first else '23:59:59'}Z"


def schema(title: str, columns: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """JSON Schema of the properties of an item.

    Parameters
    ----------
    title : str
    columns : mapping
        As :func:`geo.out.tables.columns` gives them.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "type": "object",
        "properties": {
            name: {"type": said["type"], "description": said["definition"]} for name, said in columns.items()
        },
    }


def pages(here: str, asked: str, rest: str, window: Window, matched: int) -> list[dict[str, str]]:
    """Links of a page of items: itself, the next and the one before.

    Parameters
    ----------
    here, asked : str
        Address of the items, and the query string of the request.
    rest : str
        The query string without its offset.
    window : Window
    matched : int
        Areas that match, on all pages together.
    """
    found = [link(f"{here}?{asked}".rstrip("?"), "self", GEOJSON)]
    for rel, offset in (("next", window.offset + window.limit), ("prev", window.offset - window.limit)):
        if -window.limit < offset < matched and not (rel == "prev" and window.offset == 0):
            found.append(link(f"{here}?{carried(rest, offset=max(offset, 0))}", rel, GEOJSON))
    return found


def carried(search: str, **more: object) -> str:
    """Query string with some keys put at its end, without the "?".

    Examples
    --------
    >>> carried("?source=ae", limit=10), carried("", f="json")
    ('source=ae&limit=10', 'f=json')
    """
    return "&".join(
        filter(None, [search.removeprefix("?"), *(f"{name}={value}" for name, value in more.items())])
    )
